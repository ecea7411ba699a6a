"""One item of a webhook (a message, a status) to one event, or to the reason why not.

Pure. An item that cannot be understood becomes `ItemRefused` here and never touches its neighbours.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

import msgspec

from curbe.channels.cloudapi import wire
from curbe.channels.cloudapi.naming import LONGEST_ID, contact_of, reached, with_own_number
from curbe.channels.cloudapi.storable import unstorable
from curbe.channels.cloudapi.words import edited_content, words_of
from curbe.domain.messages import (
    Called,
    ChannelEvent,
    IdentityChange,
    ItemIgnored,
    ItemRefused,
    MessageAmended,
    MessageReceived,
    NoticeReceived,
    Person,
    Reacted,
    StatusReported,
)
from curbe.domain.status import MessageStatus

_MESSAGE: Final = msgspec.json.Decoder(wire.Message)
_BARE_MESSAGE: Final = msgspec.json.Decoder(wire.BareMessage)
_STATUS: Final = msgspec.json.Decoder(wire.Status)
_BARE_STATUS: Final = msgspec.json.Decoder(wire.BareStatus)
_CALLBACK: Final = msgspec.json.Decoder(str)
_CALLS: Final = msgspec.json.Decoder(wire.CallsValue)
_TELLING: Final = tuple(
    "text image video audio voice document sticker location contacts interactive button order".split()  # noqa: SIM905
)
# In Unix seconds, and without the last two days of the calendar: from some it is counted on, as for as long as a window is open.
_MOMENTS: Final = range(253_402_128_000)
_BESIDE_MESSAGES: Final = frozenset({"edit", "revoke", "reaction"})  # they change a message and are none

# `deleted` and `warning` are Meta's too, but old and of no meaning for what we sent [Meta: statuses].
_STATUSES: Final = {
    status.value: status
    for status in (
        MessageStatus.SENT,
        MessageStatus.FAILED,
        MessageStatus.DELIVERED,
        MessageStatus.READ,
        MessageStatus.PLAYED,
    )
}


class _Unreadable(Exception):
    """An item lacks what it needs: ``reason`` is snake_case, ``detail`` for people."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def read_message(
    raw: msgspec.Raw, *, contacts: Sequence[wire.Contact], phone_number_id: str | None
) -> ChannelEvent:
    """Return the event of one element of ``messages[]``.

    `MessageReceived`; `MessageAmended` for an edit or revoke; `Reacted`; `ItemRefused` with the reason. A message whose content has an
    unknown shape is a message all the same, without text: somebody wrote. So is an amendment that does not say of what.

    Args:
        raw: the element's JSON, strings mended.
        contacts: ``contacts[]`` of the same change.
        phone_number_id: of the same change; without one the message is nobody's and refused.
    """
    try:
        message = _decoded_message(raw)
        if message.type is None:  # seen in a sample: what is in it says what it is
            message.type = next((name for name in _TELLING if getattr(message, name) is not None), None)
        payload = _stored(raw)
        if message.type in _BESIDE_MESSAGES and (
            event := _beside(message, payload, contacts=contacts, phone_number_id=phone_number_id)
        ):
            return event
        return MessageReceived(
            phone_number_id=_routed(phone_number_id),
            provider_message_id=_named(message.id),
            person=with_own_number(_person(message, contacts), message),
            type=message.type or "unknown",
            text=words_of(message),
            at=moment(message.timestamp),
            payload=payload,
            reply_to=message.context.id if message.context is not None else None,
            change=None if message.system is None else _change(message, message.system),
            group=_short(message.group_id) if message.group_id else None,
        )
    except _Unreadable as refusal:
        return refused(raw, refusal.reason, refusal.detail, phone_number_id=phone_number_id)


def read_status(
    raw: msgspec.Raw,
    *,
    contacts: Sequence[wire.Contact] = (),
    phone_number_id: str | None,
    waba_id: str | None,
) -> ChannelEvent:
    """Return the event of one element of ``statuses[]``, with ``contacts[]`` of the same change.

    `StatusReported`; `NoticeReceived` for the status of a call; `ItemIgnored` for a status without a rank;
    `ItemRefused` for one that names no message, no moment or no number.
    """
    try:
        status = _decoded_status(raw)
        if status.type == "call":
            return NoticeReceived("calls", waba_id, phone_number_id, moment(status.timestamp), _stored(raw))
        rank = _STATUSES.get(status.status or "")
        if rank is None:
            return ItemIgnored("unknown_status", phone_number_id)
        code, words = _failure(status.errors) if status.errors else (None, None)
        # TODO: in a group each member's status counts for the whole message; which member it is of is not kept, see docs/whatsapp.md.
        return StatusReported(
            phone_number_id=_routed(phone_number_id),
            provider_message_id=_named(status.id),
            status=rank,
            at=moment(status.timestamp),
            callback=status.biz_opaque_callback_data,
            error_code=code,
            error=words,
            pricing=None
            if not status.pricing or bytes(status.pricing) == b"null"
            else _stored(status.pricing),
            person=reached(status, contacts) if contacts or status.recipient_user_id else None,
        )
    except _Unreadable as refusal:
        return refused(raw, refusal.reason, refusal.detail, phone_number_id=phone_number_id)


def read_notice(
    raw: msgspec.Raw, *, field: str, waba_id: str | None, phone_number_id: str | None, at: datetime | None
) -> ChannelEvent:
    """Return `NoticeReceived` with ``raw`` as its payload, or `ItemRefused` where that cannot be stored."""
    try:
        return NoticeReceived(field, waba_id, phone_number_id, at, _stored(raw))
    except _Unreadable as refusal:
        return refused(raw, refusal.reason, refusal.detail, phone_number_id=phone_number_id)


# TODO: the Calling API itself (to ring, to answer, to record) is not implemented, as specified; see docs/whatsapp.md.
def read_calls(payload: str) -> list[Called]:
    """Return the calls that people made to us in the ``value`` of field ``calls``; a shape we do not know holds none.

    A call opens the customer service window whether it is answered or not [Meta: calling, Sep 2026].
    """
    try:
        value = _CALLS.decode(payload)
    except msgspec.ValidationError:
        return []
    calls = []
    for call in value.calls or ():
        if call.direction != "USER_INITIATED" or call.event != "connect" or not call.id:
            continue
        asked = wire.Message(
            from_=call.from_, from_user_id=call.from_user_id, from_parent_user_id=call.from_parent_user_id
        )
        try:
            person = _person(asked, value.contacts or ())
            calls.append(Called(provider_id=_short(call.id), person=person, at=moment(call.timestamp)))
        except _Unreadable:
            continue  # the notice itself is kept, with all that was in it
    return calls


def refused(
    raw: msgspec.Raw | bytes, reason: str, detail: str, *, phone_number_id: str | None
) -> ItemRefused:
    """Return the refusal of one item with its own copy of the item's bytes."""
    return ItemRefused(reason=reason, detail=detail, payload=bytes(raw), phone_number_id=phone_number_id)


@lru_cache(maxsize=1_000)  # what comes together happened in the same few seconds
def moment(seconds: wire.Seconds) -> datetime:
    """Return the UTC moment Meta writes as Unix seconds; raise `_Unreadable` where it is none."""
    if seconds is None or seconds == "":
        raise _Unreadable("no_timestamp", "the item carries no timestamp")
    try:
        told = int(seconds)
    except (ValueError, OverflowError):
        told = -1
    if told not in _MOMENTS:
        raise _Unreadable("bad_timestamp", "the timestamp is not a moment in Unix seconds")
    return datetime.fromtimestamp(told, UTC)


def moment_or_none(seconds: wire.Seconds) -> datetime | None:
    """Return the UTC moment of ``seconds``, None where it is absent or unreadable."""
    try:
        return moment(seconds)
    except _Unreadable:
        return None


def _decoded_message(raw: msgspec.Raw) -> wire.Message:
    try:
        return _MESSAGE.decode(raw)
    except msgspec.ValidationError:
        pass  # content of an unknown shape: read again for what makes it a message, and nothing else
    try:
        bare = _BARE_MESSAGE.decode(raw)
    except msgspec.ValidationError as error:
        raise _Unreadable("broken_message", str(error)) from error
    return wire.Message(
        id=_text(bare.id),
        timestamp=bare.timestamp,
        type=bare.type,
        from_=_text(bare.from_),
        from_user_id=_text(bare.from_user_id),
    )


def _decoded_status(raw: msgspec.Raw) -> wire.Status:
    try:
        return _STATUS.decode(raw)
    except msgspec.ValidationError:
        pass  # as above: an error or a price of an unknown shape does not undo a delivery
    try:
        bare = _BARE_STATUS.decode(raw)
    except msgspec.ValidationError as error:
        raise _Unreadable("broken_status", str(error)) from error
    try:
        callback = _CALLBACK.decode(bare.biz_opaque_callback_data) if bare.biz_opaque_callback_data else None
    except msgspec.ValidationError:
        callback = None  # ours are strings: this one is not ours
    return wire.Status(
        id=_text(bare.id),
        status=bare.status,
        timestamp=bare.timestamp,
        type=bare.type,
        biz_opaque_callback_data=callback,
    )


def _text(word: str | int | None) -> str | None:
    return None if word is None else str(word)


def _stored(raw: msgspec.Raw) -> str:
    payload = str(raw, "utf-8")
    problem = unstorable(payload)
    if problem is not None:
        raise _Unreadable("unstorable_payload", problem)
    return payload


def _routed(phone_number_id: str | None) -> str:
    if not phone_number_id:
        raise _Unreadable("no_phone_number_id", "the change does not say which business number it is about")
    return _short(phone_number_id)


def _named(identifier: str | None) -> str:
    if not identifier:
        raise _Unreadable("no_id", "the item carries no id")
    return _short(identifier)


def _short(identifier: str) -> str:
    if len(identifier) > LONGEST_ID:
        raise _Unreadable("long_id", f"an identifier has more than {LONGEST_ID} characters")
    return identifier


def _beside(
    message: wire.Message, payload: str, *, contacts: Sequence[wire.Contact], phone_number_id: str | None
) -> ChannelEvent | None:
    """Return what an edit, revoke or reaction does; None where it does not say to which message."""
    number, named, at = _routed(phone_number_id), _named(message.id), moment(message.timestamp)
    if message.reaction is not None and message.reaction.message_id:
        return Reacted(
            phone_number_id=number,
            provider_message_id=named,
            target=_short(message.reaction.message_id),
            person=_person(message, contacts),
            emoji=message.reaction.emoji or None,
            at=at,
            payload=payload,
            group=_short(message.group_id) if message.group_id else None,
        )
    amended = message.edit or message.revoke
    if amended is None or not amended.original_message_id:
        return None
    inner = edited_content(message)
    if message.type == "edit" and inner is None:
        return None
    return MessageAmended(
        phone_number_id=number,
        provider_message_id=named,
        target=_short(amended.original_message_id),
        revoked=inner is None,
        type=(inner.type if inner is not None else None) or "unknown",
        text=words_of(inner) if inner is not None else None,
        at=at,
        payload=payload if inner is None or message.edit is None else str(message.edit.message, "utf-8"),
    )


def _change(message: wire.Message, system: wire.System) -> IdentityChange | None:
    """Return how a person is named from now on [Meta: BSUID, 2026]; None for a system message that changes no name."""
    if system.type not in {"user_changed_number", "user_changed_user_id"}:
        return None
    gave_up = took = None
    if system.type == "user_changed_number":
        took = system.wa_id or system.new_wa_id or None
        gave_up = message.from_ if message.from_ and "." not in message.from_ else None
    return IdentityChange(
        gave_up=gave_up and _short(gave_up),
        took=took and _short(took),
        bsuid=(system.user_id and _short(system.user_id)) or None,
        parent_bsuid=(system.parent_user_id and _short(system.parent_user_id)) or None,
    )


def _person(message: wire.Message, contacts: Sequence[wire.Contact]) -> Person:
    wa_id, bsuid = message.from_ or None, message.from_user_id or None
    if (
        wa_id is not None and "." in wa_id
    ):  # a BSUID is "CC." and more; seen in `from` too [Meta: BSUID, 2026]
        wa_id, bsuid = None, bsuid or wa_id
    contact = contact_of(wa_id, bsuid, contacts)
    if contact is not None:
        wa_id, bsuid = wa_id or contact.wa_id or None, bsuid or contact.user_id or None
    parent = message.from_parent_user_id or (contact.parent_user_id if contact is not None else None)
    if message.system is not None:
        # Whoever changed number or user id is known to us by the old one; what it is now stands beside.
        bsuid = message.system.previous_user_id or bsuid
        parent = message.system.previous_parent_user_id or parent
        if message.system.type == "user_changed_user_id":
            wa_id = wa_id or message.system.wa_id or None  # the number stays; what it is, is not always told
        if wa_id is None and bsuid is None:
            bsuid = message.system.user_id or None
    if wa_id is None and bsuid is None:
        raise _Unreadable("no_sender", "neither the message nor a contact beside it says who wrote")
    profile = contact.profile if contact is not None else None
    return Person(
        wa_id=wa_id and _short(wa_id),
        bsuid=bsuid and _short(bsuid),
        parent_bsuid=_short(parent) if parent else None,
        username=username_in(profile),
        name=(profile.name or None) if profile is not None else None,
    )


def username_in(profile: wire.Profile | None) -> str | None:
    """Return the username; None where there is none, or one that no index could hold: it names nobody, and costs nobody a message."""
    name = profile.username if profile is not None else None
    return name if name and len(name) <= LONGEST_ID else None


def _failure(errors: Sequence[wire.Error]) -> tuple[int | None, str | None]:
    """Return code and words of the first error, the only one Meta sends; a title alone says too little."""
    first = errors[0]
    title = first.title or first.message
    details = first.error_data.details if first.error_data is not None else None
    words = f"{title}: {details}" if title and details and details != title else title or details
    return first.code, words
