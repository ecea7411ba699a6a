"""Every failure has words an agent understands, in every language of the product."""

import json
import re
from pathlib import Path

import pytest

from curbe.channels.cloudapi.codes import CODES
from curbe.channels.cloudapi.phrases import untranslated, words_for
from curbe.consent.words import FIXES, WORDS
from curbe.domain.failures import FailureKind

CODES_OF_META = Path(__file__).parents[3] / "shared/reference/error-codes.json"


def test_no_code_lacks_a_sentence_in_any_language() -> None:
    assert untranslated() == []


@pytest.mark.parametrize("kind", FailureKind)
def test_a_failure_without_a_code_is_explained_by_its_kind(kind: FailureKind) -> None:
    words = words_for(kind, None)

    assert len({words.en, words.es, words.pt}) == 3
    assert all(sentence.endswith(".") for sentence in (words.en, words.es, words.pt))


@pytest.mark.parametrize("code", CODES)
def test_the_languages_say_different_words(code: int) -> None:
    words = words_for(CODES[code].kind, code)

    assert words.en == CODES[code].words
    assert len({words.en, words.es, words.pt}) == 3


def test_every_code_of_the_reference_is_known() -> None:
    if not CODES_OF_META.exists():
        pytest.skip("the reference lies beside the checkout, and is not there")
    listed = {str(row["code"]) for row in json.loads(CODES_OF_META.read_text(encoding="utf-8"))["errors"]}

    assert {code for code in listed if code.isdigit()} <= {str(code) for code in CODES}


def sentences() -> list[str]:
    """Every sentence an agent can read of a failed message, in every language."""
    told = [words_for(kind, None) for kind in FailureKind] + [
        words_for(row.kind, code) for code, row in CODES.items()
    ]
    return [sentence for words in told for sentence in (words.en, words.es, words.pt)]


def test_each_says_what_happened_and_then_what_to_do() -> None:
    """Two sentences, therefore."""
    assert [told for told in sentences() if len(re.findall(r"[.:;](?= |$)", told)) < 2] == []


def test_none_promises_that_a_message_which_failed_goes_out_after_all() -> None:
    promises = re.compile(r"tried again|reintenta|[Tt]enta-se", re.IGNORECASE)

    assert [told for told in sentences() if promises.search(told)] == []


def test_portuguese_is_that_of_brazil_as_on_the_screens() -> None:
    european = re.compile(
        r"\b(ficheiros?|utilizador|registo|aceites?|contactá-la|à espera|telemóvel|lha?s?)\b"
    )
    spoken = [words_for(row.kind, code).pt for code, row in CODES.items()]

    assert [told for told in spoken if european.search(told)] == []


def told_in(language: str) -> list[str]:
    """Return what is read in a language of a message that failed, or that was refused."""
    failed = [words_for(kind, None) for kind in FailureKind]
    failed += [words_for(row.kind, code) for code, row in CODES.items()]
    refused = [*WORDS.values(), *FIXES.values()]
    return [getattr(words, language) for words in failed] + [words[language] for words in refused]


def test_portuguese_is_that_of_brazil() -> None:
    of_portugal = re.compile(
        r"\b(lig(ado|ação|á-lo)|registe|noutr[oa]|porquê|utilizador|telemóvel|tanto quanto se sabe)\b|-lhe\b"
    )

    assert [told for told in told_in("pt") if of_portugal.search(told)] == []


@pytest.mark.parametrize("language", ["es", "pt"])
def test_the_whatsapp_manager_is_called_as_meta_calls_it_there(language: str) -> None:
    assert [told for told in told_in(language) if "WhatsApp Manager" in told] == []
