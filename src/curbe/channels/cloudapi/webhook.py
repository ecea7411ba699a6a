"""A webhook of Meta's: is it theirs, and what does it say. Bytes in, events out; pure, and the hottest code.

Every entry, change, message, status and error of a body becomes at least one event, in the body's order. A
body of the documented shape is decoded in one pass per level; where a level has another shape, `piecewise`
takes it apart, so that what is broken is refused alone.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Final

import msgspec

from curbe.channels.cloudapi import piecewise, wire
from curbe.channels.cloudapi.items import moment_or_none, read_message, read_notice, read_status
from curbe.channels.cloudapi.piecewise import BrokenBody
from curbe.channels.cloudapi.storable import is_utf8, mended
from curbe.domain.messages import ChannelEvent, ItemIgnored

__all__ = ["BrokenBody", "is_signed", "read_body"]

OBJECT: Final = "whatsapp_business_account"

_ENVELOPE: Final = msgspec.json.Decoder(wire.Envelope)
_VALUE: Final = msgspec.json.Decoder(wire.Value)


def is_signed(body: bytes, header: bytes | str | None, secrets: Sequence[bytes]) -> int | None:
    """Return the index of the app secret that signed ``body``, None where none did.

    Every secret is tried, whichever fits, so that the time taken tells nothing.

    Args:
        body: the bytes as they came: the escapes in them are signed too [Meta: validating payloads].
        header: ``X-Hub-Signature-256``: ``sha256=`` and 64 lowercase hexadecimal digits, nothing else.
        secrets: current and previous app secrets.

    Raises:
        ValueError: a secret is empty: anybody could sign with it.
    """
    if not all(secrets):
        raise ValueError("an app secret is empty")
    given = header.encode("latin-1", "replace") if isinstance(header, str) else header or b""
    found = None
    for index, secret in enumerate(secrets):
        right = b"sha256=" + hmac.digest(secret, body, hashlib.sha256).hex().encode()
        if hmac.compare_digest(given, right) and found is None:
            found = index
    return found


def read_body(body: bytes) -> list[ChannelEvent]:
    """Return the events in ``body``, at least one, in its order.

    Where a key occurs twice in one object the last one counts, as in jsonb.

    Raises:
        BrokenBody: there is no envelope at all: not JSON, not an object, no entries, nested without end.
    """
    try:
        return _read_clean(_clean(body))
    except RecursionError as error:
        raise BrokenBody("too_deep", "objects or lists nested without end") from error
    except msgspec.DecodeError as error:
        raise BrokenBody("not_json", str(error)) from error


def _clean(body: bytes) -> bytes:
    # Half an emoji need not be looked for: it fails to decode, and is mended then.
    return mended(body) if rb"\u0000" in body or not is_utf8(body) else body


def _read_clean(body: bytes) -> list[ChannelEvent]:
    try:
        envelope = _ENVELOPE.decode(body)
    except msgspec.ValidationError:
        return _read_pieces(body)
    except msgspec.DecodeError:
        again = mended(body)
        if again == body:
            raise
        return _read_clean(again)
    if envelope.object != OBJECT or envelope.entry is None:
        return _read_pieces(body)
    events: list[ChannelEvent] = []
    for entry in envelope.entry:
        for change in entry.changes or ():
            _read_change(change.field, change.value, entry, events)
        if not entry.changes:
            events.append(ItemIgnored("empty_entry"))
    return events or [ItemIgnored("empty_envelope")]


def _read_pieces(body: bytes) -> list[ChannelEvent]:
    envelope = piecewise.take_envelope_apart(body)
    if envelope.object is not None and envelope.object != OBJECT:
        return [ItemIgnored("foreign_object")]
    events: list[ChannelEvent] = list(envelope.refused)
    for entry in envelope.entries:
        events.extend(entry.refused)
        for change in entry.changes:
            _read_change(change.field, change.value, wire.Entry(id=entry.id, time=entry.time), events)
        if not entry.changes and not entry.refused:
            events.append(ItemIgnored("empty_entry"))
    return events or [ItemIgnored("empty_envelope")]


def _read_change(field: str | None, raw: msgspec.Raw, entry: wire.Entry, events: list[ChannelEvent]) -> None:
    if field != "messages":
        events.append(_notice(field, raw, entry))
        return
    try:
        value = _VALUE.decode(raw)
    except msgspec.DecodeError:  # of another shape, or `value` is absent
        value, refused = piecewise.take_value_apart(raw)
        events.extend(refused)
        if value is None:
            return
    number = value.metadata.phone_number_id if value.metadata is not None else None
    contacts, waba_id, before = value.contacts or (), entry.id, len(events)
    events += [read_message(item, contacts=contacts, phone_number_id=number) for item in value.messages or ()]
    events += [
        read_status(item, contacts=contacts, phone_number_id=number, waba_id=waba_id)
        for item in value.statuses or ()
    ]
    for error in value.errors or ():
        at = moment_or_none(entry.time)
        events.append(read_notice(error, field="errors", waba_id=waba_id, phone_number_id=number, at=at))
    if len(events) == before:
        events.append(_notice(field, raw, entry))


def _notice(field: str | None, raw: msgspec.Raw, entry: wire.Entry) -> ChannelEvent:
    route = piecewise.route_of(raw)
    return read_notice(
        raw or msgspec.Raw(b"null"),
        field=field or "unknown",
        waba_id=route.waba_id or (entry.id if field not in piecewise.OF_THE_PORTFOLIO else None),
        phone_number_id=route.phone_number_id,
        at=moment_or_none(entry.time if entry.time is not None else route.timestamp),
    )
