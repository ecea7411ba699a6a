"""The messages of one campaign in the outbox: counted, set aside while the campaign is paused, withdrawn when it is cancelled."""

from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.failures import FailureKind
from curbe.inbox import outbound_messages
from curbe.infra.db import Query, Transaction
from curbe.outbound import store
from curbe.outbound.store import Id, Left

_PACKAGE: Final = "curbe.outbound"
_CANCELLED: Final = "The campaign was cancelled before this was sent."


class Depth(msgspec.Struct, frozen=True):
    """How many messages of a campaign are in the outbox, how many of these are set aside, and how many wait for the end of quiet hours."""

    waiting: int = 0
    aside: int = 0
    asleep: int = 0


_WAITING: Final = Query(_PACKAGE, "waiting_of_campaign", Depth)
_SET_ASIDE: Final = Query(_PACKAGE, "set_aside", Left)
_BRING_BACK: Final = Query(_PACKAGE, "bring_back")
_UNBEGUN: Final = Query(_PACKAGE, "unbegun_of_campaign", Id)


async def depth(tx: Transaction, *, tenant_id: UUID, campaign_id: UUID) -> Depth:
    """Return how much of a campaign is in the outbox."""
    return await _WAITING.one(tx, tenant_id=tenant_id, campaign_id=campaign_id) or Depth()


async def set_aside(tx: Transaction, *, tenant_id: UUID, connection_id: UUID, campaign_id: UUID) -> int:
    """Set a paused campaign's messages aside until it is resumed; messages behind them may go meanwhile. Return how many that were."""
    await store.take_turn(tx, connection_id=connection_id)
    rows = await _SET_ASIDE.all(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    await store.free_next(tx, tenant_id=tenant_id, conversation_ids=[row.conversation_id for row in rows])
    return len(rows)


async def bring_back(tx: Transaction, *, tenant_id: UUID, connection_id: UUID, campaign_id: UUID) -> int:
    """Put back what was set aside, so that it can go again; return how many messages that were."""
    await store.take_turn(tx, connection_id=connection_id)
    brought = await _BRING_BACK.run(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    if brought:
        tx.notify(store.CHANNEL, f"{tenant_id}:{connection_id}")
    return brought


async def withdraw(tx: Transaction, *, tenant_id: UUID, connection_id: UUID, campaign_id: UUID) -> int:
    """Fail up to 1,000 messages of a cancelled campaign that nobody has begun to send, as cancelled; return how many.

    Messages that are being sent at this moment are left to the provider's answer.
    """
    await store.take_turn(tx, connection_id=connection_id)
    rows = await _UNBEGUN.all(tx, tenant_id=tenant_id, campaign_id=campaign_id)
    ids = [row.id for row in rows]
    if ids:
        await outbound_messages.withdraw(
            tx, tenant_id=tenant_id, ids=ids, kind=FailureKind.CANCELLED, error=_CANCELLED
        )
        await store.drop(tx, tenant_id=tenant_id, message_ids=ids)
    return len(ids)
