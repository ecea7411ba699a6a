"""Sending once more what failed, or what nobody knows of: a message of its own with the same content, one for each original."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.content import decoded
from curbe.domain.errors import Conflict, NotFound
from curbe.domain.moments import rfc3339
from curbe.domain.status import MessageStatus
from curbe.infra.db import Id, Query, Transaction
from curbe.outbound.rules import KEPT_FROM, may_retry_at
from curbe.outbound.service import Request, Taken, take

_ELSEWHERE: Final = "elsewhere"  # written in another application: not ours to send
_ENOUGH: Final = {
    "en": "Meta keeps this person from getting more marketing for now",
    "es": "Meta no deja que esta persona reciba más marketing por ahora",
    "pt": "A Meta não deixa esta pessoa receber mais marketing por enquanto",
}
_WAIT: Final = {
    "en": "Try again 24 hours after it failed: sooner, Meta would refuse it again.",
    "es": "Vuelve a intentarlo 24 horas después del fallo: antes, Meta lo rechazaría otra vez.",
    "pt": "Tente de novo 24 horas depois da falha: antes disso, a Meta recusaria outra vez.",
}
_EXPERIMENT: Final = {
    "en": "Meta keeps this person from getting this template, as part of an experiment",
    "es": "Meta no deja que esta persona reciba esta plantilla, como parte de un experimento",
    "pt": "A Meta não deixa esta pessoa receber este modelo, como parte de um experimento",
}
_OTHERWISE: Final = {
    "en": "Do not send them this template again; write to them some other way.",
    "es": "No le envíes de nuevo esta plantilla; escríbele de otra forma.",
    "pt": "Não envie este modelo de novo; escreva de outra forma.",
}


class _Original(msgspec.Struct, frozen=True):
    id: UUID
    conversation_id: UUID
    status: MessageStatus | None
    phase: str | None
    payload: str
    reply_to: str | None
    error_code: int | None
    failed_at: datetime | None
    now: datetime


class _Again(msgspec.Struct, frozen=True):
    id: UUID
    conversation_id: UUID


_HOLD: Final = Query("curbe.outbound", "hold_place_of", Id)
_LOCK: Final = Query("curbe.outbound", "lock_original", _Original)
_AGAIN: Final = Query("curbe.outbound", "sent_once_more", _Again)


async def retry(tx: Transaction, *, tenant_id: UUID, message_id: UUID, sender: str, now: datetime) -> Taken:
    """Send a message that failed once more, and return the new one; asked again, the same.

    Raises:
        NotFound: the tenant sent no such message.
        Conflict: it has not failed, was not sent from here, or Meta does not want it again, or not yet.
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
    await _HOLD.one(tx, tenant_id=tenant_id, message_id=message_id)
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
    _require_retryable(original)
    request = Request(
        tenant_id=tenant_id,
        content=decoded(original.payload),
        conversation_id=original.conversation_id,
        reply_to=original.reply_to,
        sender=sender,
    )
    return await take(tx, request, key=None, now=now, retry_of=message_id)


def _require_retryable(original: _Original) -> None:
    """Refuse what Meta has just said that this person is not to get now, or not at all."""
    if original.failed_at is None or original.error_code not in KEPT_FROM:
        return
    # When it failed is Meta's word; a clock of theirs that is ahead keeps nobody waiting for longer.
    at = may_retry_at(original.error_code, failed_at=min(original.failed_at, original.now))
    if at is not None and at <= original.now:
        return
    status = {"message_status": MessageStatus.FAILED.value, "error_code": original.error_code}
    if at is None:
        told = {"words": _EXPERIMENT, "ways_out": _OTHERWISE}
        raise Conflict(f"{_EXPERIMENT['en']}.", fix=_OTHERWISE["en"], extra={**status, **told})
    said = rfc3339(at.replace(microsecond=0))
    raise Conflict(
        f"{_ENOUGH['en']}; it may be tried again from {said} on.",
        fix=_WAIT["en"],
        extra={**status, "retry_at": said, "words": _ENOUGH, "ways_out": _WAIT},
        retry_after=at - original.now,
    )


def _not_so(original: _Original, wanted: MessageStatus) -> Conflict:
    status = (original.status or MessageStatus.SENT).value
    if original.phase == _ELSEWHERE:
        return Conflict("It was not sent from here.", fix="Write it anew.", extra={"message_status": status})
    if wanted is MessageStatus.FAILED:
        fix = "Only what failed is retried; of what is unknown ask to have it sent again."
    else:
        fix = "Only what is unknown is sent again; what failed is retried."
    return Conflict(f"The message is {status}.", fix=fix, extra={"message_status": status})
