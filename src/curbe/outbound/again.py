"""Sending once more what failed, or what nobody knows of: a message of its own with the same content, one for each original."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.content import decoded
from curbe.domain.errors import Conflict, NotFound
from curbe.domain.status import MessageStatus
from curbe.infra.db import Query, Transaction
from curbe.outbound.service import Request, Taken, take

_ELSEWHERE: Final = "elsewhere"  # written in another application: not ours to send


class _Original(msgspec.Struct, frozen=True):
    id: UUID
    conversation_id: UUID
    status: MessageStatus | None
    phase: str | None
    payload: str
    reply_to: str | None


class _Again(msgspec.Struct, frozen=True):
    id: UUID
    conversation_id: UUID


_LOCK: Final = Query("curbe.outbound", "lock_original", _Original)
_AGAIN: Final = Query("curbe.outbound", "sent_once_more", _Again)


async def retry(tx: Transaction, *, tenant_id: UUID, message_id: UUID, sender: str, now: datetime) -> Taken:
    """Send a message that failed once more, and return the new one; asked again, the same.

    Raises:
        NotFound: the tenant sent no such message.
        Conflict: it has not failed, or was not sent from here.
        AppError: it may not be sent now; the refusal explains itself.
    """
    return await _once_more(tx, tenant_id, message_id, wanted=MessageStatus.FAILED, sender=sender, now=now)


async def send_again(
    tx: Transaction, *, tenant_id: UUID, message_id: UUID, sender: str, now: datetime
) -> Taken:
    """Send a message of which nobody knows whether it arrived once more, which may reach the person twice; asked again, the same.

    Raises:
        NotFound: the tenant sent no such message.
        Conflict: what became of it is known, or it was not sent from here.
        AppError: it may not be sent now; the refusal explains itself.
    """
    return await _once_more(tx, tenant_id, message_id, wanted=MessageStatus.UNKNOWN, sender=sender, now=now)


async def _once_more(
    tx: Transaction, tenant_id: UUID, message_id: UUID, *, wanted: MessageStatus, sender: str, now: datetime
) -> Taken:
    original = await _LOCK.one(tx, tenant_id=tenant_id, message_id=message_id)
    if original is None:
        raise NotFound(
            "This tenant sent no such message.",
            fix="Take the id of an outbound message from its conversation.",
        )
    # Looked for once it is locked: whoever sent it once more a moment ago is seen.
    earlier = await _AGAIN.one(tx, tenant_id=tenant_id, message_id=message_id)
    if earlier is not None:
        return Taken(id=earlier.id, conversation_id=earlier.conversation_id, repeated=True)
    if original.status is not wanted or original.phase == _ELSEWHERE:
        raise _not_so(original, wanted)
    request = Request(
        tenant_id=tenant_id,
        content=decoded(original.payload),
        conversation_id=original.conversation_id,
        reply_to=original.reply_to,
        sender=sender,
    )
    return await take(tx, request, key=None, now=now, retry_of=message_id)


def _not_so(original: _Original, wanted: MessageStatus) -> Conflict:
    status = (original.status or MessageStatus.SENT).value
    if original.phase == _ELSEWHERE:
        return Conflict("It was not sent from here.", fix="Write it anew.", extra={"message_status": status})
    if wanted is MessageStatus.FAILED:
        fix = "Only what failed is retried; of what is unknown ask to have it sent again."
    else:
        fix = "Only what is unknown is sent again; what failed is retried."
    return Conflict(f"The message is {status}.", fix=fix, extra={"message_status": status})
