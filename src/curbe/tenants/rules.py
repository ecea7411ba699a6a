"""What a tenant may be called. No I/O."""

import re
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.errors import InvalidRequest

LONGEST_NAME: Final = 200
_COUNTRY: Final = re.compile(r"[A-Z]{2}")


class Tenant(msgspec.Struct, frozen=True, kw_only=True):
    """A customer of the SaaS that runs Curbe; ``default_country`` (ISO) reads numbers without a prefix."""

    id: UUID
    name: str
    default_country: str | None
    created_at: datetime
    updated_at: datetime


def checked_name(name: str) -> str:
    """Return ``name`` without space around it.

    Raises:
        InvalidRequest: it is empty, too long, or holds control characters.
    """
    trimmed = name.strip()
    if not trimmed or len(trimmed) > LONGEST_NAME or not trimmed.isprintable():
        raise InvalidRequest(
            f"A tenant's name has 1 to {LONGEST_NAME} printable characters.",
            fix="Send another name.",
            field="name",
        )
    return trimmed


def checked_country(country: str | None) -> str | None:
    """Return the ISO 3166 code in capitals, or None.

    Raises:
        InvalidRequest: it is not two letters.
    """
    if country is None:
        return None
    code = country.strip().upper()
    if _COUNTRY.fullmatch(code) is None:
        raise InvalidRequest(
            "The country is not a code of two letters.",
            fix="Send its ISO 3166 code, such as ES or MX, or leave it out.",
            field="default_country",
        )
    return code
