"""What governs sending, at rest: what is held for a while, what people owe, whom a portfolio has written to."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from curbe.connections.rules import ConnectionStatus
from curbe.infra.db import Query, Transaction
from curbe.outbound.governor import Room, room_for


class Held(msgspec.Struct, frozen=True):
    """A number that holds back what goes to many, and how it stands otherwise."""

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
    """Let nothing of that priority or less urgent go out for ``pause``, from this number or from every number of its WABA.

    Returns those of these that are connected.     Where something is held already, the later end counts. ``code`` is the provider's.
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
    """Write down when the persons of these conversations owe nothing any more, by the clock that says ``now``; the latest counts."""
    pairs = sorted(paid_at)
    await _KEEP_DEBTS.run(
        tx, tenant_id=tenant_id, conversation_ids=pairs, owed=[paid_at[pair] - now for pair in pairs]
    )


async def forget_debts(tx: Transaction, *, tenant_id: UUID) -> None:
    """Remove the tenant's debts that are paid."""
    await _FORGET_DEBTS.run(tx, tenant_id=tenant_id)


async def make_room(
    tx: Transaction, *, tenant_id: UUID, portfolio: str, people: Sequence[UUID], limit: int
) -> tuple[Room, datetime | None]:
    """Count people a portfolio is about to write to outside their windows; return whom it may, and when the first of all counts no more.

    The portfolio is locked until the transaction ends: its numbers count one after the other.

    Args:
        tx: the transaction of the claim.
        tenant_id: whose portfolio.
        portfolio: its name.
        people: contacts, most urgent first.
        limit: how many may count at once.
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
