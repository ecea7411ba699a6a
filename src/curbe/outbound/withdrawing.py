"""Taking messages out of the outbox that nobody has begun to send: they expired, somebody cancelled them, or a backup was restored."""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.audit import service as audit
from curbe.audit.service import AuditEntry
from curbe.domain.errors import Conflict, NotFound
from curbe.domain.failures import FailureKind
from curbe.inbox import outbound_messages
from curbe.inbox.service import MessageNews, message_events, messages_by_id
from curbe.inbox.shapes import Message
from curbe.infra.db import Pool, Query, Transaction
from curbe.outbound import store
from curbe.outbound.store import Id
from curbe.realtime import service as realtime
from curbe.realtime.rules import EventType

log: Final = structlog.get_logger(__name__)

_EXPIRED: Final = "It had waited for longer than it was good for."
_CANCELLED: Final = "It was cancelled before it was sent."


class _Overdue(msgspec.Struct, frozen=True):
    tenant_id: UUID
    message_id: UUID


_OVERDUE: Final = Query("curbe.outbound", "overdue", _Overdue)
_FREE: Final = Query("curbe.outbound", "free_to_go", Id)
_UNBEGUN: Final = Query("curbe.outbound", "lock_unbegun", Id)


async def expire(everybody: Pool, pool: Pool) -> None:
    """Fail messages that waited for longer than they are good for, whether or not their number may send.

    ``everybody`` is a pool of the batch role, which sees all tenants; ``pool`` is one of the worker's role.
    """
    async with everybody.looking() as tx:
        found = await _OVERDUE.all(tx)
    for tenant_id, rows in groupby(found, key=attrgetter("tenant_id")):
        async with pool.transaction(tenant_id) as tx:
            ids = [row.message_id for row in rows]
            gone = await _withdraw(tx, tenant_id, ids, kind=FailureKind.EXPIRED, error=_EXPIRED, overdue=True)
        if gone:
            log.info("messages_expired", tenant_id=str(tenant_id), count=len(gone))


async def cancel(tx: Transaction, *, tenant_id: UUID, message_id: UUID, actor: str) -> Message:
    """Cancel a message that nobody has begun to send, and return it; one that was cancelled before is returned as it is.

    Raises:
        NotFound: the tenant sent no such message.
        Conflict: it is being sent, or was sent.
    """
    gone = await _withdraw(tx, tenant_id, [message_id], kind=FailureKind.CANCELLED, error=_CANCELLED)
    if gone:
        entry = AuditEntry(
            tenant_id=tenant_id, actor=actor, action="message.cancel", subject=str(message_id), detail={}
        )
        await audit.record(tx, [entry])
    found = await messages_by_id(tx, tenant_id=tenant_id, ids=[message_id])
    if not found or found[0].direction != "outbound":
        raise NotFound(
            "This tenant sent no such message.",
            fix="Take the id of an outbound message from its conversation.",
        )
    (message,) = found
    if not gone and not _was_cancelled(message):
        raise Conflict(
            f"The message is {message.status}: only what is queued can be cancelled.",
            fix="What Meta has been asked for cannot be taken back.",
            extra={"message_status": message.status},
        )
    return message


async def mark_queue_unknown(tx: Transaction, *, tenant_id: UUID) -> int:
    """Mark everything in a tenant's queue as unknown, and return how many messages that were.

    For a database that was restored from a backup: these messages may have been sent after the backup was made, so none may be sent again.
    """
    count = 0
    while rows := await _FREE.all(tx, tenant_id=tenant_id):
        ids = [row.id for row in rows]
        await store.take_turns_of(tx, tenant_id=tenant_id, message_ids=ids)
        rows = await _UNBEGUN.all(tx, tenant_id=tenant_id, message_ids=ids, overdue=False)
        unbegun = [row.id for row in rows]
        unknown = await outbound_messages.mark_queued_unknown(tx, tenant_id=tenant_id, ids=unbegun)
        await store.drop(tx, tenant_id=tenant_id, message_ids=unbegun)
        news = [MessageNews(tenant_id, message_id, EventType.MESSAGE_UNKNOWN) for message_id in unknown]
        if news:
            await realtime.append(tx, await message_events(tx, news))
        count += len(unknown)
    return count


async def _withdraw(
    tx: Transaction,
    tenant_id: UUID,
    message_ids: Sequence[UUID],
    *,
    kind: FailureKind,
    error: str,
    overdue: bool = False,
) -> list[UUID]:
    """Fail those of the messages that nobody has begun to send, tell their tenant by events, and return which they were."""
    await store.take_turns_of(tx, tenant_id=tenant_id, message_ids=message_ids)
    rows = await _UNBEGUN.all(tx, tenant_id=tenant_id, message_ids=message_ids, overdue=overdue)
    unbegun = [row.id for row in rows]
    if not unbegun:
        return []
    gone = await outbound_messages.withdraw(tx, tenant_id=tenant_id, ids=unbegun, kind=kind, error=error)
    await store.drop(tx, tenant_id=tenant_id, message_ids=unbegun)
    news = [MessageNews(tenant_id, message_id, EventType.MESSAGE_FAILED) for message_id in gone]
    if news:
        await realtime.append(tx, await message_events(tx, news))
    return gone


def _was_cancelled(message: Message) -> bool:
    return message.error is not None and message.error.kind == FailureKind.CANCELLED.value
