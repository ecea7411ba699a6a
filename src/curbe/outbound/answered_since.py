"""Whether a colleague has answered since the sender looked: an answer that nobody wrote in ignorance of another one."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.errors import AnsweredByAnother, InvalidRequest
from curbe.domain.moments import rfc3339
from curbe.infra.db import Id, Query, Transaction


class _Seen(msgspec.Struct, frozen=True):
    id: UUID
    created_at: datetime


class _Answer(msgspec.Struct, frozen=True):
    id: UUID
    sender: str | None
    created_at: datetime


_LOCK: Final = Query("curbe.outbound", "lock_destination", Id)
_SEEN: Final = Query("curbe.outbound", "seen_message", _Seen)
_ANSWERED: Final = Query("curbe.outbound", "answered_since", _Answer)


async def require_unanswered(
    tx: Transaction, *, tenant_id: UUID, conversation_id: UUID, seen_message_id: UUID, sender: str
) -> None:
    """Refuse to write where somebody else has written to the person after the message that the sender saw last.

    Raises:
        AnsweredByAnother: somebody has; the refusal says who, when and what.
        InvalidRequest: the conversation has no such message.
    """
    await _LOCK.one(tx, tenant_id=tenant_id, conversation_id=conversation_id)
    where = {"tenant_id": tenant_id, "conversation_id": conversation_id}
    seen = await _SEEN.one(tx, **where, message_id=seen_message_id)
    if seen is None:
        raise InvalidRequest(
            "This conversation has no such message.",
            fix="Name the last message of the conversation that you know, or leave it out.",
            field="seen_message_id",
        )
    answer = await _ANSWERED.one(tx, **where, seen_at=seen.created_at, seen_id=seen.id, sender=sender)
    if answer is not None:
        raise AnsweredByAnother(
            "Somebody else has written to this person since.",
            fix="Read what they wrote; to send this all the same, leave seen_message_id out.",
            extra={
                "message_id": str(answer.id),
                "sender": answer.sender,
                "created_at": rfc3339(answer.created_at),
            },
        )
