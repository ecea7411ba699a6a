"""Erases a person from the events that a tenant's systems reported, and from the notifications that followed."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.phone import patterns_at_home
from curbe.infra.db import Query, Transaction


class _Event(msgspec.Struct, frozen=True):
    id: str


_DROP_WAITING: Final = Query("curbe.notifications", "drop_waiting_for")
_WALK: Final = Query("curbe.notifications", "walk_told", _Event)


async def drop_waiting(tx: Transaction, *, tenant_id: UUID, names: Sequence[str]) -> int:
    """Drop the waiting notifications whose event contains one of ``names``; return how many.

    A phone number is also found where it is written without its country code.
    """
    return await _DROP_WAITING.run(
        tx, tenant_id=tenant_id, names=list(names), at_home=patterns_at_home(names)
    )


async def walk_events(
    tx: Transaction, *, tenant_id: UUID, names: Sequence[str], after: Sequence[str], most: int
) -> list[str]:
    """Among the ``most`` events after ``after``, delete those that contain one of ``names``; return where to go on, empty at the end."""
    (start,) = after or ("",)
    row = await _WALK.one(
        tx,
        tenant_id=tenant_id,
        names=list(names),
        at_home=patterns_at_home(names),
        after=start,
        most=most,
    )
    return [] if row is None else [row.id]
