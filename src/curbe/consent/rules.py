"""A tenant's rules of consent: when marketing needs a yes, and the keywords by which people say yes and no. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Final

import msgspec

from curbe.consent.gate import Consent, OptInNeeded

_LONGEST: Final = 60  # characters; a longer message is no keyword
_PIECE: Final = 256  # characters
_DECORATION: Final = re.compile(r"[\s\W_]+")


class About(StrEnum):
    """What a word of a person's is about: one category of messages, or all of them."""

    MARKETING = "marketing"
    UTILITY = "utility"
    ALL = "all"


class Source(StrEnum):
    """Where a word of a person's comes from."""

    KEYWORD = "keyword"  # they wrote it to us
    WHATSAPP = "whatsapp"  # they set it in WhatsApp, which told us
    REFUSAL = "refusal"  # WhatsApp refused a message of ours because of it
    RECORDED = "recorded"  # somebody of the tenant wrote it down
    IMPORT = "import"  # it came in a list
    ERASURE = "erasure"  # they had said it before they were erased, and are met anew


Keyword = Annotated[str, msgspec.Meta(min_length=1, max_length=_LONGEST)]


class Said(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words that mean one thing where they are all of a message, whatever their case and accents.

    ``answer``: what the person is told, inside the window that they have just opened; null: nothing.
    """

    words: Annotated[list[Keyword], msgspec.Meta(min_length=1, max_length=50)]
    state: Consent
    about: About = About.ALL
    answer: Annotated[str, msgspec.Meta(min_length=1, max_length=1024)] | None = None


_NO_MORE: Final = Said(
    words=["STOP", "BAJA", "SALIR", "PARAR", "CANCELAR", "UNSUBSCRIBE", "SAIR"], state=Consent.OUT
)
_AGAIN: Final = Said(words=["START", "ALTA"], state=Consent.IN)


class ConsentRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tenant's rules. ``opt_in_needed``: where marketing needs a yes (never, campaigns, always)."""

    opt_in_needed: OptInNeeded = OptInNeeded.CAMPAIGNS
    keywords: Annotated[list[Said], msgspec.Meta(max_length=20)] = msgspec.field(
        default_factory=lambda: [_NO_MORE, _AGAIN]
    )


def folded(text: str) -> str:
    """Return a message in the form in which keywords are compared: without case, accents, and surrounding punctuation and spaces."""
    if not text.isascii():
        # In pieces, because normalising a text made of nothing but accents takes time that grows with the square of its length.
        letters = "".join(
            [unicodedata.normalize("NFKD", text[at : at + _PIECE]) for at in range(0, len(text), _PIECE)]
        )
        text = "".join(one for one in letters if not unicodedata.combining(one))
    return _DECORATION.sub(" ", text.casefold()).strip()


def keyword_in(text: str | None, rules: ConsentRules) -> Said | None:
    """Return the keyword that a message consists of; if several match, one that says no."""
    if text is None or len(text) > _LONGEST:
        return None
    said = folded(text)
    meant = [one for one in rules.keywords if said in map(_folded_keyword, one.words)] if said else []
    return max(meant, key=lambda one: one.state is Consent.OUT, default=None)


# Cached, because the same few words are compared with every message that comes in.
_folded_keyword: Final = lru_cache(1024)(folded)


def may_be_keyword(text: str | None) -> bool:
    """Tell whether a message is short enough to be a keyword, so that the tenant's keywords are worth reading."""
    return text is not None and 0 < len(text) <= _LONGEST


def contradictions(keywords: Sequence[Said]) -> list[str]:
    """Return the words listed both as a yes and as a no, and those of which nothing is left in the compared form."""
    yes, no = (
        {folded(word) for one in keywords if one.state is state for word in one.words}
        for state in (Consent.IN, Consent.OUT)
    )
    return sorted((yes & no) | ({""} & (yes | no)))
