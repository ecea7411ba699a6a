"""What reading one body may do: return events that can be stored and shown, or say that there is no envelope. Anything else is a finding.

Everything that is pure between Meta's bytes and SQL is called, as applying does: the body, what each notice means, calls, files,
routing; and what the API makes of a stored message.
"""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.channels.cloudapi.errors import status_failure
from curbe.channels.cloudapi.items import LONGEST_ID, read_calls
from curbe.channels.cloudapi.media import attachment_in
from curbe.channels.cloudapi.notices import read_effects
from curbe.channels.cloudapi.shown import shown
from curbe.channels.cloudapi.storable import unstorable
from curbe.channels.cloudapi.webhook import BrokenBody, is_signed, read_body
from curbe.domain.messages import (
    ChannelEvent,
    ItemIgnored,
    ItemRefused,
    MessageAmended,
    MessageReceived,
    NoticeReceived,
    Person,
    Reacted,
    StatusReported,
)
from curbe.domain.notices import HealthReported, MessageEchoed, PastFile, PastMessage, TemplateReported
from curbe.ingest.reading import read_items
from curbe.ingest.rules import Connection, Item, named_in, route
from curbe.ingest.store import StoredWebhook

NO_ENVELOPE: Final = frozenset({"not_json", "not_an_object", "no_entry", "too_deep"})
REFUSED: Final = frozenset(
    {
        "bad_timestamp", "broken_change", "broken_contact", "broken_contacts", "broken_entry", "broken_errors", "broken_message",
        "broken_messages", "broken_status", "broken_statuses", "broken_value", "long_id", "no_id", "no_phone_number_id", "no_sender",
        "no_timestamp", "unstorable_payload",
    }
)  # fmt: skip
IGNORED: Final = frozenset({"empty_entry", "empty_envelope", "foreign_object", "unknown_status"})
_NOW: Final = datetime(2026, 9, 10, tzinfo=UTC)
_TENANT: Final = UUID(int=1)


class Finding(AssertionError):
    """Something that reading must not do."""


def judge(body: bytes) -> list[str]:
    """Read ``body`` as the product does and return what came of it, a word for each thing.

    Raises:
        Finding: it did what it must not. Any other exception is a finding too.
    """
    is_signed(body, None, [b"secret"])
    try:
        events = read_body(body)
    except BrokenBody as broken:
        _need(broken.reason in NO_ENVELOPE, f"an unknown reason: {broken.reason}")
        _need(len(_items(body)) == 1, "a body without an envelope is one item")
        return [broken.reason]
    _need(bool(events), "a body with an envelope, and nothing in it")
    items = _items(body)
    _need([item.what for item in items][: len(events)] == events, "read twice, another thing was read")
    words = [_seen(event) for event in (item.what for item in items)]
    _route(items)
    return words


def _items(body: bytes) -> list[Item]:
    return read_items(StoredWebhook(id=1, xid=1, received_at=_NOW, meta_app_id="1", body=body))


def _route(items: list[Item]) -> None:
    numbers, wabas = named_in(items)
    owners = [
        Connection(_TENANT, UUID(int=n), number, wabas[0] if wabas else "2", "1", None)
        for n, number in enumerate(numbers[::2])
    ]
    routed = route(items, owners)
    shares = (
        routed.messages,
        routed.amendments,
        routed.reactions,
        routed.statuses,
        routed.notices,
        routed.ignored,
        routed.set_aside,
    )
    _need(sum(map(len, shares)) == len(items), "an item went nowhere, or to two places")


def _seen(event: ChannelEvent) -> str:  # noqa: PLR0911 - one for each kind
    match event:
        case MessageReceived():
            _ids(event.phone_number_id, event.provider_message_id)
            _person(event.person)
            _text(event.text, event.type, event.reply_to)
            _payload(event.payload)
            attachment_in(event.payload, message_type=event.type)
            return _shown(event.type, event.payload)
        case MessageAmended():
            _ids(event.phone_number_id, event.provider_message_id, event.target)
            _text(event.text, event.type)
            _payload(event.payload)
            _shown(event.type, event.payload)
            return "revoke" if event.revoked else "edit"
        case Reacted():
            _ids(event.phone_number_id, event.provider_message_id, event.target)
            _person(event.person)
            _text(event.emoji)
            _payload(event.payload)
            return "reaction"
        case StatusReported():
            _ids(event.phone_number_id, event.provider_message_id)
            _text(event.error, event.callback)
            status_failure(event.error_code, event.error)
            if event.pricing is not None:
                _payload(event.pricing)
            return f"status {event.status.value}"
        case NoticeReceived():
            _payload(event.payload)
            _text(event.field, event.waba_id, event.phone_number_id)
            return _notice(event)
        case ItemIgnored(reason=reason):
            _need(reason in IGNORED, f"ignored for an unknown reason: {reason}")
            return f"ignored: {reason}"
        case ItemRefused(reason=reason):
            _need(reason in REFUSED, f"refused for an unknown reason: {reason}")
            _text(event.detail)
            return f"refused: {reason}"


def _notice(notice: NoticeReceived) -> str:
    reading = read_effects(notice, at=notice.at or _NOW)
    for effect in reading.effects:
        match effect:
            case HealthReported() | TemplateReported():
                _text(*_texts(effect))
            case MessageEchoed() | PastMessage():
                _ids(effect.provider_message_id)
                _person(effect.person)
                _text(effect.text, effect.type, effect.reply_to)
                _payload(effect.payload)
                _shown(effect.type, effect.payload)
            case MessageAmended() | Reacted():
                _seen(effect)
            case PastFile():
                _ids(effect.provider_message_id)
                _text(effect.text, effect.type)
                _payload(effect.payload)
                _shown(effect.type, effect.payload)
            case _:
                _person(effect.person)
    for call in read_calls(notice.payload):
        _ids(call.provider_id)
        _person(call.person)
    return f"notice: {reading.reason}"


def _texts(effect: msgspec.Struct) -> Iterable[str | None]:
    values = (getattr(effect, name) for name in effect.__struct_fields__)
    return (value for value in values if isinstance(value, str))


def _shown(kind: str, payload: str) -> str:
    content = shown(kind, payload)
    msgspec.json.encode(content)
    return f"message: {content.content.__struct_config__.tag}"


def _payload(payload: str) -> None:
    _text(payload)
    _need(unstorable(payload) is None, "a payload that jsonb does not hold")
    json.loads(payload)
    _need("\\u0000" not in payload.replace("\\\\", ""), "U+0000 in a payload")


def _person(person: Person) -> None:
    _need(bool(person.wa_id or person.bsuid), "a person without a name that could be addressed")
    _ids(*(name for name in (person.wa_id, person.bsuid, person.parent_bsuid) if name is not None))
    _text(person.username, person.name)


def _ids(*ids: str) -> None:
    for one in ids:
        _need(0 < len(one) <= LONGEST_ID, f"an id of {len(one)} characters")
    _text(*ids)


def _text(*texts: str | None) -> None:
    for text in texts:
        if text is not None:
            _need("\x00" not in text, "U+0000 in a text")
            text.encode()  # half an emoji has no UTF-8


def _need(good: bool, otherwise: str) -> None:  # noqa: FBT001 - it is what this is about
    if not good:
        raise Finding(otherwise)
