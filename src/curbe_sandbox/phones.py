"""Phone numbers as Meta reads and writes them, and the names of messages."""

import base64
import random
import re
from typing import Final

_PUNCTUATION: Final = str.maketrans("", "", "+-() ")
_BSUID: Final = re.compile(r"[A-Z]{2}\.(?:ENT\.)?[A-Za-z0-9]{1,128}")
_WAMID_HEAD: Final = b"\x1c\x18"
_MOBILE_DIGIT: Final = {"52": "1", "54": "9"}
_CALLING_CODES: Final = {
    "ES": "34",
    "MX": "52",
    "BR": "55",
    "AR": "54",
    "CO": "57",
    "CL": "56",
    "PT": "351",
    "US": "1",
}


def digits_of(written: str, *, country: str = "") -> str | None:
    """Return the digits of a recipient, or None where it is no phone number.

    ``+``, ``-``, brackets, spaces are allowed [send-messages, Sep 2026]. With ``country``, a number without
    ``+`` gets that country's calling code, as Meta's page says; without, it is read as complete.
    """
    digits = written.translate(_PUNCTUATION)
    if not digits.isascii() or not digits.isdigit() or not 5 <= len(digits) <= 16:
        return None
    if country and not written.lstrip().startswith("+"):
        return _CALLING_CODES.get(country, "") + digits
    return digits


def is_user_id(written: str) -> bool:
    """Whether this has the form of a BSUID."""
    return _BSUID.fullmatch(written) is not None


def variants(digits: str) -> list[str]:
    """Return the forms under which the owner of this number may be known, the usual wa_id first.

    Mexico and Argentina put a mobile digit after the country code; many Brazilian numbers lack their ninth.
    """
    country, rest = digits[:2], digits[2:]
    if country in _MOBILE_DIGIT:
        mobile = _MOBILE_DIGIT[country]
        bare = rest.removeprefix(mobile) if len(rest) == 11 else rest
        return [country + mobile + bare, country + bare] if len(bare) == 10 else [digits]
    if country == "55" and len(rest) in {10, 11}:
        area, eight = rest[:2], rest[-8:]
        forms = [country + area + eight, country + area + "9" + eight]
        return forms if area > "30" else forms[::-1]
    return [digits]


def person_in(wamid: str) -> str:
    """Return the number or BSUID that a message id of ours was made around, or "" where it is of another make."""
    try:
        packed = base64.b64decode(wamid.removeprefix("wamid."), validate=True)
        return packed[3 : 3 + packed[2]].decode("ascii") if packed[:2] == _WAMID_HEAD else ""
    except (ValueError, IndexError):
        return ""


def new_wamid(person: str, entropy: random.Random, *, inbound: bool = False) -> str:
    """Return a message id of the form Meta gives: base64 around the person's number and a random part."""
    name = person.encode()
    unique = f"{entropy.getrandbits(80):020X}".encode()
    direction = b"\x12" if inbound else b"\x11"
    packed = (
        _WAMID_HEAD
        + bytes([len(name) & 0x7F])
        + name
        + b"\x15\x02\x00"
        + direction
        + b"\x18\x14"
        + unique
        + b"\x00"
    )
    return "wamid." + base64.b64encode(packed).decode()
