"""What Meta tells where the WhatsApp Business app, or Meta's own agent, works beside us on one number. Pure.

Messages written in the app, the app's address book and its history [Meta: coexistence, 2026], what arrives while another application
answers [standby, Aug 2026], and what people say about marketing [user_preferences].
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from curbe.channels.cloudapi import wire
from curbe.channels.cloudapi.account_notices import Dated
from curbe.channels.cloudapi.items import LONGEST_ID, moment_or_none, read_message, read_status
from curbe.channels.cloudapi.words import words_of
from curbe.domain.messages import ChannelEvent, MessageReceived, NoticeReceived, Person
from curbe.domain.notices import (
    ContactNamed,
    Effect,
    HealthReported,
    MessageEchoed,
    PastMessage,
    PreferenceStated,
)
from curbe.domain.status import MessageStatus

APP: Final = "app"
META_AGENT: Final = "meta_agent"
PLACEHOLDER: Final = "media_placeholder"  # its file follows in a webhook of its own, under the same wamid

# How far a message of the app's history has come; times Meta does not tell [Meta: history].
_REACHED: Final = {
    "PENDING": MessageStatus.ACCEPTED,
    "SENT": MessageStatus.SENT,
    "DELIVERED": MessageStatus.DELIVERED,
    "READ": MessageStatus.READ,
    "PLAYED": MessageStatus.PLAYED,
    "ERROR": MessageStatus.FAILED,
}


class _Metadata(msgspec.Struct, gc=False):
    display_phone_number: str | int | None = None
    phone_number_id: str | None = None


class _Standby(msgspec.Struct, gc=False):
    contacts: list[wire.Contact] | None = None
    messages: list[msgspec.Raw] | None = None
    statuses: list[msgspec.Raw] | None = None
    message_echoes: list[msgspec.Raw] | None = None


class _Preference(msgspec.Struct, gc=False):
    wa_id: str | None = None
    user_id: str | None = None
    parent_user_id: str | None = None
    detail: str | None = None
    category: str | None = None
    value: str | None = None
    timestamp: wire.Seconds = None


class _AppContact(msgspec.Struct, gc=False):
    full_name: str | None = None
    first_name: str | None = None
    phone_number: str | None = None
    user_id: str | None = None
    username: str | None = None


class _SyncMetadata(msgspec.Struct, gc=False):
    timestamp: wire.Seconds = None


class _Synced(msgspec.Struct, gc=False):
    type: str | None = None
    action: str | None = None
    contact: _AppContact | None = None
    metadata: _SyncMetadata | None = None


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
    metadata: _Metadata | None = None
    contacts: list[wire.Contact] | None = None
    messages: list[msgspec.Raw] | None = None
    message_echoes: list[msgspec.Raw] | None = None
    user_preferences: list[_Preference] | None = None
    state_sync: list[_Synced] | None = None
    history: list[_Chunk] | None = None
    standby: _Standby | None = None


class _Ends(msgspec.Struct, gc=False):
    """Beside `wire.Message`: to whom, and how far."""

    to: str | None = None
    to_user_id: str | None = None
    to_parent_user_id: str | None = None
    history_context: "_HistoryContext | None" = None


class _HistoryContext(msgspec.Struct, gc=False):
    status: str | None = None


class Found(msgspec.Struct, frozen=True):
    """What one notice says, and how many parts of it could not be read."""

    effects: Sequence[Effect]
    unreadable: int = 0


_VALUE: Final = msgspec.json.Decoder(_Value)
_MESSAGE: Final = msgspec.json.Decoder(wire.Message)
_ENDS: Final = msgspec.json.Decoder(_Ends)


def preferences(payload: str, _dated: Dated) -> Found:
    """Return what people said of marketing messages."""
    value = _VALUE.decode(payload)
    found: list[PreferenceStated] = []
    told = value.user_preferences or []
    for one in told:
        person, at = (
            _person(one.wa_id, one.user_id, one.parent_user_id, value.contacts),
            moment_or_none(one.timestamp),
        )
        if person is not None and at is not None and one.category and one.value:
            found.append(
                PreferenceStated(
                    person=person, category=one.category, value=one.value, at=at, detail=one.detail
                )
            )
    return Found(found, len(told) - len(found))


def echoes(payload: str, _dated: Dated) -> Found:
    """Return the messages that colleagues wrote in the app."""
    value = _VALUE.decode(payload)
    return _echoed(value.message_echoes or (), value.contacts, business=_digits(value), sender=APP)


def standby_echoes(payload: str, _dated: Dated) -> Found:
    """Return the messages that another application sent while it had the conversation."""
    value = _VALUE.decode(payload)
    inside = value.standby or _Standby()
    contacts = inside.contacts or value.contacts
    return _echoed(inside.message_echoes or (), contacts, business=_digits(value), sender=META_AGENT)


def standby_items(notice: NoticeReceived) -> list[ChannelEvent]:
    """Return the messages and statuses inside a notice of field `standby`, as if they had come under `messages`."""
    try:
        value = _VALUE.decode(notice.payload)
    except msgspec.ValidationError:
        return []  # counted with the notice itself, which is kept whole
    inside, number = value.standby or _Standby(), notice.phone_number_id
    contacts = inside.contacts or value.contacts or ()
    messages = [read_message(raw, contacts=contacts, phone_number_id=number) for raw in inside.messages or ()]
    statuses = [
        read_status(raw, phone_number_id=number, waba_id=notice.waba_id) for raw in inside.statuses or ()
    ]
    return [
        msgspec.structs.replace(event, standby=True) if isinstance(event, MessageReceived) else event
        for event in (*messages, *statuses)
    ]


def contacts_synced(payload: str, _dated: Dated) -> Found:
    """Return the names in the app's address book; a contact taken out of it stays known here."""
    found: list[ContactNamed] = []
    unreadable = 0
    for one in _VALUE.decode(payload).state_sync or ():
        contact = one.contact
        if one.type != "contact" or one.action != "add" or contact is None:
            continue
        at = moment_or_none(one.metadata.timestamp if one.metadata is not None else None)
        name = contact.full_name or contact.first_name
        person = _person(_plain(contact.phone_number), contact.user_id, None, None, username=contact.username)
        if person is None or at is None:
            unreadable += 1
        elif name:
            found.append(ContactNamed(person=person, name=name, at=at))
    return Found(found, unreadable)


def history(payload: str, dated: Dated) -> Found:
    """Return the messages of a chunk of history, how far the sharing has come, or that it was declined."""
    value = _VALUE.decode(payload)
    business = _digits(value)
    effects: list[PastMessage | HealthReported] = []
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
        message = _past(raw, _Thread(), value.contacts, business=business)
        if message is None:
            unreadable += 1
        else:
            effects.append(message)
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


def _echoed(
    raws: Sequence[msgspec.Raw], contacts: list[wire.Contact] | None, *, business: str, sender: str
) -> Found:
    found: list[MessageEchoed] = []
    for raw in raws:
        parts = _parts(raw)
        if parts is None:
            continue
        message, ends, at = parts
        # Some samples have both ends the wrong way round: the person is the end that is not the business.
        wa_id = next((end for end in (ends.to, message.from_) if end and end != business), None)
        person = _person(wa_id, ends.to_user_id, ends.to_parent_user_id, contacts, alone=True)
        if person is not None and message.id:
            found.append(
                MessageEchoed(
                    provider_message_id=message.id,
                    person=person,
                    sender=sender,
                    type=message.type or "unknown",
                    text=words_of(message),
                    payload=str(raw, "utf-8"),
                    at=at,
                    reply_to=_about(message),
                )
            )
    return Found(found, len(raws) - len(found))


def _past(
    raw: msgspec.Raw, thread: _Thread, contacts: list[wire.Contact] | None, *, business: str
) -> PastMessage | None:
    parts = _parts(raw)
    if parts is None:
        return None
    message, ends, at = parts
    outbound = bool(business) and message.from_ == business
    context = thread.context or _ThreadContext()
    end = ends.to if outbound else message.from_
    user_id = context.user_id or (ends.to_user_id if outbound else message.from_user_id)
    named = thread.id if thread.id and thread.id != user_id else None
    person = _person(
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
        payload=str(raw, "utf-8"),
        at=at,
        reply_to=_about(message),
        reached=_REACHED.get((status or "").upper()) if outbound else None,
    )


def _parts(raw: msgspec.Raw) -> tuple[wire.Message, _Ends, datetime] | None:
    """Return a message, its ends and its moment; None where one of them cannot be read."""
    try:
        message, ends = _MESSAGE.decode(raw), _ENDS.decode(raw)
    except msgspec.ValidationError:
        return None
    at = moment_or_none(message.timestamp)
    if at is None or not message.id or len(message.id) > LONGEST_ID:
        return None
    return message, ends, at


def _about(message: wire.Message) -> str | None:
    """Return the wamid of the message this one quotes."""
    return message.context.id if message.context is not None else None


def _person(
    wa_id: str | None,
    user_id: str | None,
    parent_user_id: str | None,
    contacts: list[wire.Contact] | None,
    *,
    username: str | None = None,
    alone: bool = False,
) -> Person | None:
    """Return somebody by all names told, those of the contact beside them included; None where there are none, or too long ones.

    Args:
        wa_id: digits; a BSUID is seen here too.
        user_id: BSUID.
        parent_user_id: its parent.
        contacts: of the same change.
        username: where the item itself tells it.
        alone: whether the only contact of the change is meant where nobody is named.
    """
    if wa_id is not None and "." in wa_id:  # a BSUID is "CC." and more [Meta: BSUID, 2026]
        wa_id, user_id = None, user_id or wa_id
    beside = _beside(wa_id, user_id, contacts or [], alone=alone)
    if beside is not None:
        wa_id, user_id = wa_id or beside.wa_id or None, user_id or beside.user_id or None
        parent_user_id = parent_user_id or beside.parent_user_id
    if not (wa_id or user_id) or any(
        len(name or "") > LONGEST_ID for name in (wa_id, user_id, parent_user_id)
    ):
        return None
    profile = beside.profile if beside is not None else None
    return Person(
        wa_id=wa_id or None,
        bsuid=user_id or None,
        parent_bsuid=parent_user_id or None,
        username=username or (profile.username if profile is not None else None) or None,
        name=(profile.name if profile is not None else None) or None,
    )


def _beside(
    wa_id: str | None, user_id: str | None, contacts: list[wire.Contact], *, alone: bool
) -> wire.Contact | None:
    for contact in contacts:
        if (user_id and contact.user_id == user_id) or (wa_id and contact.wa_id == wa_id):
            return contact
    return contacts[0] if alone and not wa_id and not user_id and len(contacts) == 1 else None


def _digits(value: _Value) -> str:
    """Return the business number's digits; '' where it is not told."""
    shown = value.metadata.display_phone_number if value.metadata is not None else None
    return _plain(str(shown)) or "" if shown is not None else ""


def _plain(phone: str | None) -> str | None:
    return "".join(digit for digit in phone if digit.isdigit()) or None if phone else None
