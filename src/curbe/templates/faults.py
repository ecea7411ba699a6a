"""What can be wrong with a value for a template's slot: a stable code, the slot's path, a sentence. Pure."""

import re
from enum import StrEnum
from typing import Final

import msgspec

from curbe.domain.template import LONGEST_CODE, shortest
from curbe.templates.slots import Slot
from curbe.templates.values import ButtonValue, words

# Meta refuses a parameter with a line break, a tab or more than four spaces in a row: 132018.
_GAPS: Final = re.compile(r"[\n\r\t\0]| {5,}")
_LONGEST: Final = {"text": 1024, "url": 2000, "payload": 256, "coupon_code": LONGEST_CODE}


class Code(StrEnum):
    """What can be wrong with a value."""

    MISSING = "value_missing"
    EXTRA = "value_extra"
    NOT_ONE_LINE = "value_not_one_line"
    TOO_LONG = "value_too_long"
    WRONG_KIND = "value_wrong_kind"


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that keeps a template from being sent: a stable code, the path of the place, and a sentence.

    ``key`` is the name of that place in a simple map.
    """

    code: Code
    path: str
    key: str
    detail: str


def judged(place: Slot, value: object) -> Code | None:
    """Return why Meta would not accept this value for this slot; None if it would, or if there is no value (that is another fault)."""
    if value is None:
        return None
    match place.kind:
        case "text" | "url" | "payload" | "coupon_code":
            text = words(value)
            return Code.WRONG_KIND if text is None else unfit(place.kind, text)
        case "expires_at":
            fits = isinstance(value, int) and value > 0
        case "flow" | "catalog":
            fits = isinstance(value, ButtonValue)
        case "mpm":
            fits = isinstance(value, ButtonValue) and bool(value.sections)
        case _:
            fits = getattr(getattr(value, "__struct_config__", None), "tag", None) == place.kind
    return None if fits else Code.WRONG_KIND


def unfit(kind: str, text: str) -> Code | None:
    """Return why Meta would not accept ``text`` for a slot of this kind; None if it would."""
    if _GAPS.search(text):
        return Code.NOT_ONE_LINE
    return Code.TOO_LONG if len(shortest(text)) > _LONGEST[kind] else None


def fault(code: Code, path: str, key: str) -> Fault:
    """Return the fault of a slot, or of a value that has no slot."""
    return Fault(code=code, path=path, key=key, detail=sentence(code, path))


def sentence(code: Code, path: str) -> str:
    """Return the sentence for a fault."""
    sentences = {
        Code.MISSING: f"{path} has no value",
        Code.EXTRA: f"the template has no place for {path}",
        Code.NOT_ONE_LINE: f"{path} holds a line break, a tab or more than four spaces in a row",
        Code.TOO_LONG: f"{path} is too long",
        Code.WRONG_KIND: f"{path} is not of the kind that stands there",
    }
    return sentences[code]
