"""Meta's no: which of them are certain, what they mean, and that none Meta documents is missing."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbe.channels.cloudapi.codes import API_PERMISSION, CODES, known
from curbe.channels.cloudapi.errors import read_refusal, reading_refused, status_failure
from curbe.channels.cloudapi.phrases import words_for
from curbe.domain.errors import GraphRefused
from curbe.domain.failures import FailureKind

REFERENCE = Path(__file__).parents[3] / "shared/reference/error-codes.json"
GROUPS = {  # what the reference's group says the kind must be among
    "auth": {FailureKind.CREDENTIALS},
    "throttle": {FailureKind.THROTTLED, FailureKind.TEMPLATE},
    "template": {FailureKind.TEMPLATE},
    "integrity": {FailureKind.ACCOUNT, FailureKind.RECIPIENT},
}
NEVER_AGAIN = {"no", "never", "no-24h"}


def answer(code: int, *, subcode: int | None = None, details: str = "Details") -> bytes:
    error = {
        "message": f"(#{code}) No",
        "type": "OAuthException",
        "code": code,
        "error_data": {"details": details},
    }
    return json.dumps({"error": error | ({"error_subcode": subcode} if subcode else {})}).encode()


def reference() -> list[dict]:
    return json.loads(REFERENCE.read_text())["errors"] if REFERENCE.exists() else []


needs_reference = pytest.mark.skipif(not REFERENCE.exists(), reason="the reference lies beside the checkout")


@needs_reference
def test_every_code_of_the_reference_is_in_the_table_with_its_title_and_no_other() -> None:
    titles = {row["code"]: row["title"] for row in reference()}
    assert titles.pop("200-299") == API_PERMISSION.title

    # Two codes are known from answers alone, not from the table of Meta's.
    assert {code: row.title for code, row in CODES.items() if code not in {136024, 136025}} == titles


@needs_reference
def test_the_kind_of_each_code_agrees_with_its_group_and_its_retry() -> None:
    for row in reference():
        code = 299 if row["code"] == "200-299" else row["code"]
        entry = known(code)
        assert entry is not None
        assert entry.kind in GROUPS.get(row["group"], set(FailureKind)), row
        if row["retry"] in NEVER_AGAIN:
            assert entry.kind not in {FailureKind.THROTTLED, FailureKind.TRANSIENT}, row


def test_what_people_read_leads_to_where_it_can_be_mended() -> None:
    # Curbe's own block never comes so far: who is blocked at Meta is not to be unblocked here.
    assert "in the WhatsApp Business app, or by another program" in CODES[130403].words
    assert "within 24 hours" in CODES[2593108].words
    assert "only once" in CODES[2593107].words


def test_every_code_has_a_sentence_for_people_without_a_number_in_it() -> None:
    for code, row in CODES.items():
        assert row.words.endswith("."), code
        assert str(code) not in row.words or code < 10, code


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, 131047, FailureKind.WINDOW_CLOSED),
        (400, 131026, FailureKind.RECIPIENT),
        (400, 131056, FailureKind.THROTTLED),
        (429, 130429, FailureKind.THROTTLED),
        (429, 2, FailureKind.THROTTLED),
        (429, 4242, FailureKind.THROTTLED),
        (401, 190, FailureKind.CREDENTIALS),
        (403, 10, FailureKind.CREDENTIALS),
        (403, 250, FailureKind.CREDENTIALS),
        (403, 368, FailureKind.ACCOUNT),
        (404, 132001, FailureKind.TEMPLATE),
        (400, 100, FailureKind.INVALID_REQUEST),
        (400, 1, FailureKind.TRANSIENT),
        (400, 131000, FailureKind.TRANSIENT),
        (400, 424242, FailureKind.UNLISTED),
        # A 5xx that does not say no may hide a message that went out.
        (500, 1, FailureKind.AMBIGUOUS),
        (503, 2, FailureKind.AMBIGUOUS),
        (500, 131000, FailureKind.AMBIGUOUS),
        (500, 131016, FailureKind.AMBIGUOUS),
        (500, 424242, FailureKind.AMBIGUOUS),
        (408, 424242, FailureKind.AMBIGUOUS),
        # One that does say no is a no.
        (500, 131057, FailureKind.THROTTLED),
        (500, 131045, FailureKind.CREDENTIALS),
        (500, 131047, FailureKind.WINDOW_CLOSED),
        # An error inside a success is neither.
        (200, 131047, FailureKind.AMBIGUOUS),
        (302, 131047, FailureKind.AMBIGUOUS),
    ],
)
def test_only_a_clear_no_is_a_no(status: int, code: int, kind: FailureKind) -> None:
    failure = read_refusal(status, answer(code), {})

    assert (failure.kind, failure.code) == (kind, code)
    assert failure.words
    assert failure.detail == "Details"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>Bad Request</html>",
        b'{"error":"no"}',
        b'{"error":{"code":"130429"}}',
        b'{"messages":[]}',
        b'{"error":{"code":131047',
        b'{"error":{"code":131047,"message":"\xff"}}',
        b'{"a":' * 100_000,
    ],
)
@pytest.mark.parametrize("status", [200, 201, 301, 400, 403, 404, 500, 502, 504])
def test_an_answer_that_is_not_metas_error_leaves_it_open_whether_the_message_went_out(
    status: int, body: bytes
) -> None:
    assert read_refusal(status, body, {}).kind is FailureKind.AMBIGUOUS


def test_too_many_requests_is_a_no_whoever_says_it() -> None:
    failure = read_refusal(429, b"slow down", {"Retry-After": "7"})

    assert failure.kind is FailureKind.THROTTLED
    assert failure.retry_after == timedelta(seconds=7)


def test_a_number_that_is_gone_pauses_its_connection_instead_of_failing_its_messages() -> None:
    assert read_refusal(400, answer(100, subcode=33), {}).kind is FailureKind.CREDENTIALS
    assert read_refusal(400, answer(100, subcode=34), {}).kind is FailureKind.INVALID_REQUEST


@pytest.mark.parametrize("subcode", [2388019, 2388039, 2388040, 2388047, 2388072, 2388073, 2388293, 2388299])
def test_a_refused_template_is_told_by_the_subcode_that_says_what_is_wrong(subcode: int) -> None:
    refusal = reading_refused(400, answer(100, subcode=subcode), {})

    assert isinstance(refusal, GraphRefused)
    assert (refusal.graph_title, refusal.fix) == (CODES[subcode].title, CODES[subcode].words)


def test_a_subcode_that_is_another_codes_number_says_nothing() -> None:
    refusal = reading_refused(400, answer(100, subcode=190), {})

    assert isinstance(refusal, GraphRefused)
    assert refusal.graph_title == CODES[100].title


@pytest.mark.parametrize(
    ("code", "headers", "wait"),
    [
        (130429, {}, None),
        (131056, {}, timedelta(seconds=6)),
        (131056, {"Retry-After": "30"}, timedelta(seconds=30)),
        (131057, {"Retry-After": "30"}, timedelta(minutes=1)),
        (130429, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, None),
        (130429, {"Retry-After": "-5"}, None),
        (130429, {"Retry-After": "9" * 30}, None),
        (130429, {"Retry-After": "9999999"}, timedelta(days=3)),
        (
            80007,
            {"X-Business-Use-Case-Usage": '{"1":[{"estimated_time_to_regain_access":4},{"call_count":1}]}'},
            timedelta(minutes=4),
        ),
        (80007, {"X-Business-Use-Case-Usage": "not json"}, None),
        (131026, {"Retry-After": "30"}, None),
    ],
)
def test_the_longest_wait_that_the_answer_asks_for_is_kept(
    code: int, headers: dict[str, str], wait: timedelta | None
) -> None:
    assert read_refusal(400, answer(code), headers).retry_after == wait


def test_metas_words_are_kept_short_and_storable() -> None:
    detail = read_refusal(400, answer(100, details="a\x00" + "b" * 5000), {}).detail

    assert detail.startswith("a\ufffdb")
    assert len(detail) == 500


@given(status=st.integers(200, 599), body=st.binary(max_size=80))
def test_no_answer_of_any_kind_is_an_accident(status: int, body: bytes) -> None:
    failure = read_refusal(status, body, {})

    assert failure.kind in {FailureKind.AMBIGUOUS, FailureKind.THROTTLED}
    assert failure.words


def test_a_failed_status_is_certain_whatever_its_code() -> None:
    kinds = {status_failure(code, "Words").kind for code in [*CODES, None, 424242, 250]}

    assert FailureKind.AMBIGUOUS not in kinds
    assert status_failure(131047, "Re-engagement message: too late").kind is FailureKind.WINDOW_CLOSED
    assert status_failure(424242, "x").kind is FailureKind.UNLISTED


def test_the_page_of_messages_names_every_kind_of_failure_with_what_people_read() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/messages.md").read_text(encoding="utf-8")
    told = page.partition("## Why a message failed\n")[2].partition("\n## ")[0]

    rows = [line for line in told.splitlines() if line.startswith("| `")]

    assert rows == [f"| `{kind.value}` | {words_for(kind, None).en} |" for kind in FailureKind]
