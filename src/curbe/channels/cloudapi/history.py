"""The history of a WhatsApp Business app, in chunks of any order, and the files of its placeholders [Meta: coexistence, 2026]. Pure."""

from typing import Final

import msgspec

from curbe.channels.cloudapi import wire
from curbe.channels.cloudapi.account_notices import Dated
from curbe.channels.cloudapi.ends import Found, Metadata, digits_of, parts_of, person_of, quoted
from curbe.channels.cloudapi.words import words_of
from curbe.domain.notices import HealthReported, PastFile, PastMessage
from curbe.domain.status import MessageStatus

# How far a message of the app's history has come; times Meta does not tell [Meta: history].
_REACHED: Final = {
    "PENDING": MessageStatus.ACCEPTED,
    "SENT": MessageStatus.SENT,
    "DELIVERED": MessageStatus.DELIVERED,
    "READ": MessageStatus.READ,
    "PLAYED": MessageStatus.PLAYED,
    "ERROR": MessageStatus.FAILED,
}


class _ChunkMetadata(msgspec.Struct, gc=False):
    phase: int | str | None = None
    chunk_order: int | str | None = None
    progress: int | str | None = None


class _ThreadContext(msgspec.Struct, gc=False):
    wa_id: str | None = None
    user_id: str | None = None
    username: str | None = None


class _Thread(msgspec.Struct, gc=False):
    id: str | None = None
    context: _ThreadContext | None = None
    messages: list[msgspec.Raw] | None = None


class _Chunk(msgspec.Struct, gc=False):
    metadata: _ChunkMetadata | None = None
    threads: list[_Thread] | None = None
    errors: list[wire.Error] | None = None


class _Value(msgspec.Struct, gc=False):
    metadata: Metadata | None = None
    contacts: list[wire.Contact] | None = None
    messages: list[msgspec.Raw] | None = None
    history: list[_Chunk] | None = None


_VALUE: Final = msgspec.json.Decoder(_Value)
_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


# TODO: conversations of another system are not brought in: Meta's own history is the only past there is, see docs/whatsapp.md.
def chunk_of_history(payload: str, dated: Dated) -> Found:
    """Return the messages of a chunk of history, how far the sharing has come, or that it was declined."""
    value = _VALUE.decode(payload)
    business = digits_of(value.metadata)
    effects: list[PastMessage | PastFile | HealthReported] = []
    unreadable = 0
    for chunk in value.history or ():
        effects += _sharing(chunk, dated)
        for thread in chunk.threads or ():
            for raw in thread.messages or ():
                message = _past(raw, thread, value.contacts, business=business)
                if message is None:
                    unreadable += 1
                else:
                    effects.append(message)
    # The files of placeholders come apart, as ordinary messages of the same field [Meta: history].
    for raw in value.messages or ():
        file = _file(raw, value.contacts, business=business)
        if file is None:
            unreadable += 1
        else:
            effects.append(file)
    return Found(effects, unreadable)


def _sharing(chunk: _Chunk, dated: Dated) -> list[HealthReported]:
    for error in chunk.errors or ():
        words = error.error_data.details if error.error_data is not None else None
        said = words or error.title or error.message
        detail = f"{error.code}: {said}" if said else str(error.code or "")
        return [_about_history("DECLINED", detail, dated, dated.tie)]
    told = chunk.metadata
    if told is None or told.progress is None:
        return []
    # Chunks of one moment come in any order: the one that is furthest counts.
    place = "".join(f"{part or 0!s:0>6}" for part in (told.phase, told.progress, told.chunk_order))
    return [_about_history("SHARING", f"phase {told.phase}, {told.progress} %", dated, place + dated.tie)]


def _about_history(value: str, detail: str, dated: Dated, tie: str) -> HealthReported:
    return HealthReported(
        name="history",
        value=value,
        at=dated.at,
        tie=tie,
        detail=detail,
        phone_number_id=dated.phone_number_id,
    )


def _past(
    raw: msgspec.Raw, thread: _Thread, contacts: list[wire.Contact] | None, *, business: str
) -> PastMessage | None:
    parts = parts_of(raw)
    if parts is None:
        return None
    message, ends, at = parts
    outbound = bool(business) and message.from_ == business
    context = thread.context or _ThreadContext()
    end = ends.to if outbound else message.from_
    user_id = context.user_id or (ends.to_user_id if outbound else message.from_user_id)
    named = thread.id if thread.id and thread.id != user_id else None
    person = person_of(
        context.wa_id or end or named,
        user_id,
        None,
        contacts,
        username=context.username,
        alone=thread.id is None,
    )
    if person is None or not message.id:
        return None
    status = ends.history_context.status if ends.history_context is not None else None
    return PastMessage(
        provider_message_id=message.id,
        person=person,
        outbound=outbound,
        type=message.type or "unknown",
        text=words_of(message),
        payload=_said(raw),
        at=at,
        reply_to=quoted(message),
        reached=_REACHED.get((status or "").upper()) if outbound else None,
    )


def _file(raw: msgspec.Raw, contacts: list[wire.Contact] | None, *, business: str) -> PastFile | None:
    parts = parts_of(raw)
    if parts is None:
        return None
    message = parts[0]
    return PastFile(
        provider_message_id=message.id or "",
        type=message.type or "unknown",
        text=words_of(message),
        payload=_said(raw),
        message=_past(raw, _Thread(), contacts, business=business),
    )


def _said(raw: msgspec.Raw) -> str:
    """Return the message without how far it had come: told again later, it is the same message."""
    told = _OBJECT.decode(raw)
    told.pop("history_context", None)
    return msgspec.json.encode(told).decode()
