"""The limits on sending in their tables: numbers held back for a while, pair limits, and the people a portfolio has written to."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from curbe.connections.rules import ConnectionStatus
from curbe.infra.db import Query, Transaction
from curbe.outbound.governor import Room, room_for


class Held(msgspec.Struct, frozen=True):
    """A number that sends nothing to many people for a while, and its connection's status."""

    connection_id: UUID
    status: ConnectionStatus


class _People(msgspec.Struct, frozen=True):
    people_count: int


class _Counted(msgspec.Struct, frozen=True):
    contact_ids: list[UUID]
    next_at: datetime | None


_HOLD: Final = Query("curbe.outbound", "hold", Held)
_KEEP_DEBTS: Final = Query("curbe.outbound", "keep_debts")
_FORGET_DEBTS: Final = Query("curbe.outbound", "forget_debts")
_PORTFOLIO: Final = Query("curbe.outbound", "portfolio", _People)
_COUNTED: Final = Query("curbe.outbound", "people_counted", _Counted)
_COUNT_PEOPLE: Final = Query("curbe.outbound", "count_people")


async def hold(
    tx: Transaction,
    *,
    tenant_id: UUID,
    connection_id: UUID,
    from_priority: int,
    pause: timedelta,
    code: int,
    whole_waba: bool,
) -> list[Held]:
    """Let nothing of that priority, or less urgent, go out for ``pause`` from this number or, with ``whole_waba``, from all of its WABA.

    Where a number is held already, the later end counts. ``code``: the provider's, for the record. Returns the numbers that are connected.
    """
    return await _HOLD.all(
        tx,
        tenant_id=tenant_id,
        connection_id=connection_id,
        from_priority=from_priority,
        pause=pause,
        code=code,
        whole_waba=whole_waba,
    )


async def keep_debts(
    tx: Transaction, *, tenant_id: UUID, paid_at: Mapping[UUID, datetime], now: datetime
) -> None:
    """Store when the pair limit of these conversations is free again, by the clock that says ``now``; of two moments the later counts."""
    pairs = sorted(paid_at)
    await _KEEP_DEBTS.run(
        tx, tenant_id=tenant_id, conversation_ids=pairs, owed=[paid_at[pair] - now for pair in pairs]
    )


async def forget_debts(tx: Transaction, *, tenant_id: UUID) -> None:
    """Delete the tenant's pair limits that are free again."""
    await _FORGET_DEBTS.run(tx, tenant_id=tenant_id)


async def make_room(
    tx: Transaction, *, tenant_id: UUID, portfolio: str, people: Sequence[UUID], limit: int
) -> tuple[Room, datetime | None]:
    """Count the people a portfolio is about to write to outside their windows, as far as its limit allows.

    The portfolio is locked until the transaction ends, so that its numbers count one after the other.

    Args:
        tx: the transaction of the claim.
        tenant_id: whose portfolio.
        portfolio: its name.
        people: contacts, most urgent first.
        limit: how many may count in any 24 hours.

    Returns:
        Whom it may write to and whom not, and when the first of all who are counted stops counting.
    """
    row = await _PORTFOLIO.one(tx, tenant_id=tenant_id, portfolio=portfolio)
    counted = await _COUNTED.one(
        tx, tenant_id=tenant_id, portfolio=portfolio, contact_ids=sorted(set(people))
    )
    if row is None or counted is None:
        raise LookupError("the portfolio just counted is not there")
    room = room_for(people, counted=counted.contact_ids, people_count=row.people_count, limit=limit)
    if room.allowed:
        await _COUNT_PEOPLE.run(
            tx, tenant_id=tenant_id, portfolio=portfolio, contact_ids=sorted(room.allowed)
        )
    return room, counted.next_at
