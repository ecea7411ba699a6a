"""Takes what waits to be sent to somebody out of the outbox, and what idempotency keys repeat of them."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.failures import FailureKind
from curbe.inbox import outbound_messages
from curbe.infra.db import LockTaken, Query, Transaction
from curbe.outbound import store
from curbe.outbound.store import Id

_PACKAGE: Final = "curbe.outbound"
_ERASED: Final = "The person was erased before this was sent."


class _Gone(msgspec.Struct, frozen=True):
    id: UUID
    conversation_id: UUID


class _Answer(msgspec.Struct, frozen=True):
    route: str
    key: str


_TAKE_TURNS_OF: Final = Query(_PACKAGE, "take_turns_of", LockTaken)
_WAITING: Final = Query(_PACKAGE, "waiting_for_erased", Id)
_DROP: Final = Query(_PACKAGE, "drop_of_erased", _Gone)
_ANY: Final = Query(_PACKAGE, "any_of_erased", Id)
_WALK: Final = Query(_PACKAGE, "walk_answers", _Answer)


async def withdraw(tx: Transaction, *, tenant_id: UUID, conversation_ids: Sequence[UUID], most: int) -> int:
    """Let up to ``most`` queued messages of these conversations never be sent; return how many."""
    found = await _WAITING.all(tx, tenant_id=tenant_id, conversation_ids=list(conversation_ids), most=most)
    if not found:
        return 0
    ids = sorted(row.id for row in found)
    await _TAKE_TURNS_OF.all(tx, tenant_id=tenant_id, message_ids=ids)
    gone = await _DROP.all(tx, tenant_id=tenant_id, message_ids=ids)
    # In a conversation that was parted since, what others are sent waits behind theirs.
    await store.free_next(tx, tenant_id=tenant_id, conversation_ids=[row.conversation_id for row in gone])
    erased = [row.id for row in gone]
    await outbound_messages.withdraw(
        tx, tenant_id=tenant_id, ids=erased, kind=FailureKind.CANCELLED, error=_ERASED
    )
    return len(gone)


async def is_sending(tx: Transaction, *, tenant_id: UUID, conversation_ids: Sequence[UUID]) -> bool:
    """Tell whether something is still on its way to these conversations."""
    return await _ANY.one(tx, tenant_id=tenant_id, conversation_ids=list(conversation_ids)) is not None


async def walk_answers(
    tx: Transaction, *, tenant_id: UUID, names: Sequence[str], after: Sequence[str], most: int
) -> list[str]:
    """Delete the answers among the ``most`` after a place that hold one of ``names``; return the next place, empty at the end."""
    route, key = after or ("", "")
    row = await _WALK.one(tx, tenant_id=tenant_id, names=list(names), route=route, key=key, most=most)
    return [] if row is None else [row.route, row.key]
