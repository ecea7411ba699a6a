"""Checks a tenant's name and settings. No I/O."""

import re
from datetime import datetime
from typing import Final, Literal, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from curbe.domain.errors import InvalidRequest
from curbe.domain.phone import zone_of_country
from curbe.domain.zones import zone

LONGEST_NAME: Final = 200
# Meta may deliver a webhook again for seven days; what is deleted sooner could come back as if it were new.
SHORTEST_RETENTION: Final = 7  # days
LONGEST_RETENTION: Final = 36_500
_COUNTRY: Final = re.compile(r"[A-Z]{2}")


Language: TypeAlias = Literal["es", "en", "pt"]  # those of the screens and of mail


class Tenant(msgspec.Struct, frozen=True, kw_only=True):
    """A customer of the SaaS that runs Curbe.

    ``default_country`` (ISO) reads numbers without a prefix. ``language`` is that of people who chose none; null: their browser's.
    ``retention_days``: messages, files and events older than that are deleted, null: none ever. ``purged_at``: when
    what is not kept any more was last deleted. ``time_zone`` (IANA) is by which reports tell days apart; null: that of the country,
    else UTC. ``suspended_at``: since when the operator lets its people and keys do nothing; null: it is not suspended.
    """

    id: UUID
    name: str
    default_country: str | None
    language: Language | None
    retention_days: int | None
    time_zone: str | None
    purged_at: datetime | None
    suspended_at: datetime | None
    created_at: datetime
    updated_at: datetime

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone of its days."""
        return ZoneInfo(self.time_zone or zone_of_country(self.default_country or "") or "UTC")


class Settled(msgspec.Struct, frozen=True, kw_only=True):
    """What a tenant may change of itself."""

    name: str
    default_country: str | None
    language: Language | None
    retention_days: int | None
    time_zone: str | None


def checked(settled: Settled) -> Settled:
    """Return ``settled`` as it is stored.

    Raises:
        InvalidRequest: the name, the country, the days or the time zone cannot be used.
    """
    return msgspec.structs.replace(
        settled,
        name=checked_name(settled.name),
        default_country=checked_country(settled.default_country),
        retention_days=checked_retention(settled.retention_days),
        time_zone=checked_zone(settled.time_zone),
    )


def changed(before: Tenant, after: Settled) -> list[str]:
    """Return the names of what differs, for the audit log."""
    return [name for name in Settled.__struct_fields__ if getattr(before, name) != getattr(after, name)]


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


def checked_retention(days: int | None) -> int | None:
    """Return how many days things are kept, or None for ever.

    Raises:
        InvalidRequest: fewer than a week, or more than a century.
    """
    if days is not None and not SHORTEST_RETENTION <= days <= LONGEST_RETENTION:
        raise InvalidRequest(
            f"Things can be kept for {SHORTEST_RETENTION} to {LONGEST_RETENTION} days.",
            fix="Meta may deliver again for seven days, so nothing can go sooner. Send null to keep everything.",
            field="retention_days",
        )
    return days


def checked_zone(name: str | None) -> str | None:
    """Return the name of a time zone, or None.

    Raises:
        InvalidRequest: there is none of that name.
    """
    if name is not None and zone(name) is None:
        raise InvalidRequest(
            "There is no time zone of that name.",
            fix="Send an IANA name such as Europe/Madrid, or null for that of the country.",
            field="time_zone",
        )
    return name
