"""Exports, page by page, the events that a tenant's systems reported about a person, and the notifications that followed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.infra.db import Query, Transaction
from curbe.notifications.service import Followed, Wanted, history

_PACKAGE: Final = "curbe.notifications"
_MOST_FOLLOWED: Final = 200  # as many as the answer to an event lists


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """An event with its data as it was reported, and the notifications that followed."""

    id: str
    event: str
    data: msgspec.Raw
    received_at: datetime
    notifications: list[Followed]


class Looked(msgspec.Struct, frozen=True):
    """What was found among some events, and the position of the last of these events; None at the end."""

    heard: list[Heard]
    upto: str | None


class _Event(msgspec.Struct, frozen=True):
    id: str
    event: str
    data: str | None
    received_at: datetime


_TOLD: Final = Query(_PACKAGE, "told_of", _Event)


async def told_of(tx: Transaction, *, tenant_id: UUID, names: Sequence[str], after: str, most: int) -> Looked:
    """Look at the ``most`` events after ``after`` and return those that contain one of ``names``, themselves or in what followed."""
    rows = await _TOLD.all(tx, tenant_id=tenant_id, names=list(names), after=after, most=most)
    heard = [
        Heard(
            id=row.id,
            event=row.event,
            data=msgspec.Raw(row.data.encode()),
            received_at=row.received_at,
            notifications=await history(
                tx, tenant_id=tenant_id, wanted=Wanted(event_id=row.id), before=None, limit=_MOST_FOLLOWED
            ),
        )
        for row in rows
        if row.data is not None
    ]
    return Looked(heard=heard, upto=rows[-1].id if rows else None)
