"""What Meta tells where the WhatsApp Business app, or Meta's own agent, works beside us on one number. Pure.

Messages written in the app and the app's address book [Meta: coexistence, 2026], what arrives while another application answers
[standby, Aug 2026], and what people say about marketing [user_preferences]. The app's history has a module of its own.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import msgspec

from curbe.channels.cloudapi import wire
from curbe.channels.cloudapi.account_notices import Dated
from curbe.channels.cloudapi.ends import (
    Ends,
    Found,
    Metadata,
    digits_of,
    opened,
    parts_of,
    person_of,
    plain,
    quoted,
)
from curbe.channels.cloudapi.items import moment_or_none, read_message, read_status
from curbe.channels.cloudapi.words import words_of
from curbe.domain.messages import (
    ChannelEvent,
    MessageAmended,
    MessageReceived,
    NoticeReceived,
    Reacted,
)
from curbe.domain.notices import (
    ContactNamed,
    Effect,
    MessageEchoed,
    PreferenceStated,
)

APP: Final = "app"
META_AGENT: Final = "meta_agent"
_CHANGING: Final = frozenset({"edit", "revoke", "reaction"})


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


class _Value(msgspec.Struct, gc=False):
    metadata: Metadata | None = None
    contacts: list[wire.Contact] | None = None
    message_echoes: list[msgspec.Raw] | None = None
    user_preferences: list[_Preference] | None = None
    state_sync: list[_Synced] | None = None
    standby: _Standby | None = None


_VALUE: Final = msgspec.json.Decoder(_Value)


def preferences(payload: str, _dated: Dated) -> Found:
    """Return what people said of marketing messages."""
    value = _VALUE.decode(payload)
    found: list[PreferenceStated] = []
    told = value.user_preferences or []
    for one in told:
        person, at = (
            person_of(one.wa_id, one.user_id, one.parent_user_id, value.contacts),
            moment_or_none(one.timestamp),
        )
        if person is not None and at is not None and one.category and one.value:
            found.append(
                PreferenceStated(
                    person=person, category=one.category, value=one.value, at=at, detail=one.detail
                )
            )
    return Found(found, len(told) - len(found))


def echoes(payload: str, dated: Dated) -> Found:
    """Return what colleagues wrote in the app: messages, and what they changed, took back or reacted to."""
    value = _VALUE.decode(payload)
    return _echoed(value.message_echoes or (), value, value.contacts, dated, sender=APP)


def standby_echoes(payload: str, dated: Dated) -> Found:
    """Return what another application wrote while it had the conversation."""
    value = _VALUE.decode(payload)
    inside = value.standby or _Standby()
    return _echoed(
        inside.message_echoes or (), value, inside.contacts or value.contacts, dated, sender=META_AGENT
    )


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
        read_status(raw, contacts=contacts, phone_number_id=number, waba_id=notice.waba_id)
        for raw in inside.statuses or ()
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
        person = person_of(
            plain(contact.phone_number), contact.user_id, None, None, username=contact.username
        )
        if person is None or at is None:
            unreadable += 1
        elif name:
            found.append(ContactNamed(person=person, name=name, at=at))
    return Found(found, unreadable)


def _echoed(
    raws: Sequence[msgspec.Raw],
    value: _Value,
    contacts: list[wire.Contact] | None,
    dated: Dated,
    *,
    sender: str,
) -> Found:
    business = digits_of(value.metadata)
    found: list[Effect] = []
    for raw in map(opened, raws):
        parts = parts_of(raw)
        effect = None
        if parts is not None:
            changed = _changing(raw, parts[0], contacts, dated)
            effect = changed or _echo(raw, parts, contacts, business=business, sender=sender)
        if effect is not None:
            found.append(effect)
    return Found(found, len(raws) - len(found))


def _changing(
    raw: msgspec.Raw, message: wire.Message, contacts: list[wire.Contact] | None, dated: Dated
) -> MessageAmended | Reacted | None:
    """Return what an echo does to another message; None where it is one of its own, or does not say to which."""
    if message.type not in _CHANGING:
        return None
    event = read_message(raw, contacts=contacts or (), phone_number_id=dated.phone_number_id)
    return event if isinstance(event, MessageAmended | Reacted) else None


def _echo(
    raw: msgspec.Raw,
    parts: tuple[wire.Message, Ends, datetime],
    contacts: list[wire.Contact] | None,
    *,
    business: str,
    sender: str,
) -> MessageEchoed | None:
    message, ends, at = parts
    # Some samples have both ends the wrong way round: the person is the end that is not the business.
    wa_id = next((end for end in (ends.to, message.from_) if end and end != business), None)
    person = person_of(wa_id, ends.to_user_id, ends.to_parent_user_id, contacts, alone=True)
    if person is None or not message.id:
        return None
    return MessageEchoed(
        provider_message_id=message.id,
        person=person,
        sender=sender,
        type=message.type or "unknown",
        text=words_of(message),
        payload=str(raw, "utf-8"),
        at=at,
        reply_to=quoted(message),
    )
