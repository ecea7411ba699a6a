"""Counts a tenant's messages over a stretch of time, from the messages themselves."""

from collections import Counter
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.ids import first_id
from curbe.domain.phone import country_of
from curbe.infra.db import Query, Transaction
from curbe.reports.rules import WEEK

_PACKAGE: Final = "curbe.reports"
_HOUR: Final = timedelta(hours=1)  # a row's id and its time are never further apart than this
_FEWEST_DIGITS: Final = 5  # a number with fewer digits does not tell its country


class Messages(msgspec.Struct, frozen=True, kw_only=True):
    """A count of messages that are alike in everything reports group by, and what became of them."""

    connection_id: UUID
    direction: str
    type: str
    category: str
    template: str
    language: str
    sender: str
    failure_kind: str
    error_code: int
    messages: int
    sent: int
    delivered: int
    read: int
    failed: int
    replied: int


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a histogram."""

    connection_id: UUID
    kind: str
    sender: str
    step: int
    count: int
    seconds: int


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """Messages that are charged alike. ``country``: '' where it cannot be told."""

    connection_id: UUID
    category: str
    pricing: str
    country: str
    template: str
    language: str
    sender: str
    messages: int


class _Priced(msgspec.Struct, frozen=True, kw_only=True):
    connection_id: UUID
    category: str
    pricing: str
    template: str
    language: str
    sender: str
    phone: str
    messages: int


class Stretch(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant and a stretch of time: from one moment until just before another."""

    tenant_id: UUID
    from_at: datetime
    until_at: datetime


_MESSAGES: Final = Query(_PACKAGE, "count_messages", Messages)
_ANSWERS: Final = Query(_PACKAGE, "count_answers", Times)
_RESOLUTIONS: Final = Query(_PACKAGE, "count_resolutions", Times)
_COSTS: Final = Query(_PACKAGE, "count_costs", _Priced)


async def messages(tx: Transaction, stretch: Stretch) -> list[Messages]:
    """Count messages and what became of them."""
    return await _MESSAGES.all(tx, **msgspec.structs.asdict(stretch), week=WEEK)


async def times(tx: Transaction, stretch: Stretch) -> list[Times]:
    """Count how long people waited for an answer, and how long what they wanted took."""
    answers = await _ANSWERS.all(tx, **msgspec.structs.asdict(stretch), week=WEEK)
    resolutions = await _RESOLUTIONS.all(
        tx,
        **msgspec.structs.asdict(stretch),
        from_id=first_id(stretch.from_at - _HOUR),
        until_id=first_id(stretch.until_at + _HOUR),
    )
    return answers + resolutions


async def costs(tx: Transaction, stretch: Stretch) -> list[Costs]:
    """Count what is charged, by country."""
    found: Counter[Costs] = Counter()
    for row in await _COSTS.all(tx, **msgspec.structs.asdict(stretch)):
        alike = Costs(
            connection_id=row.connection_id,
            category=row.category,
            pricing=row.pricing,
            country=_country(row.phone),
            template=row.template,
            language=row.language,
            sender=row.sender,
            messages=0,
        )
        found[alike] += row.messages
    return [msgspec.structs.replace(alike, messages=count) for alike, count in found.items()]


@lru_cache(maxsize=20_000)
def _country(phone: str) -> str:
    return (country_of(f"+{phone}") or "") if phone.isdigit() and len(phone) >= _FEWEST_DIGITS else ""
