"""Taking apart what is not shaped as documented, so that the broken part is refused and the rest goes on.

Slower than the typed decode of `webhook`, and only used where that fails.
"""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from curbe.channels.cloudapi import wire
from curbe.channels.cloudapi.items import refused
from curbe.domain.messages import ItemRefused

# There `entry.id` is a business portfolio [Meta: fields, 2026].
OF_THE_PORTFOLIO: Final = frozenset({"partner_solutions"})


class BrokenBody(Exception):
    """A body without an envelope. ``reason`` is not_json, not_an_object, no_entry or too_deep."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class ChangeParts(msgspec.Struct, frozen=True):
    """One change; an absent ``field`` is None, an absent ``value`` empty."""

    field: str | None
    value: msgspec.Raw


class EntryParts(msgspec.Struct, frozen=True):
    """One entry, with the changes that are objects and refusals for those that are not."""

    id: str | None
    time: wire.Seconds
    changes: Sequence[ChangeParts]
    refused: Sequence[ItemRefused]


class EnvelopeParts(msgspec.Struct, frozen=True):
    """The body, with the entries that are objects and refusals for those that are not."""

    object: str | None
    entries: Sequence[EntryParts]
    refused: Sequence[ItemRefused]


class Route(msgspec.Struct, frozen=True):
    """Where a change that is neither message nor status belongs, as far as its value says."""

    phone_number_id: str | None = None
    waba_id: str | None = None
    timestamp: wire.Seconds = None


def take_envelope_apart(body: bytes) -> EnvelopeParts:
    """Return the parts of a body that is well-formed JSON.

    Raises:
        BrokenBody: it is not an object, or has no list of entries.
    """
    fields = _fields(body)
    if fields is None:
        raise BrokenBody("not_an_object", "the body is JSON, but no object")
    kind = _as(str, fields.get("object"))
    if kind is None and "entry" not in fields:
        raise BrokenBody("no_entry", "neither an object nor an entry is named")
    elements = _as(list[msgspec.Raw], fields.get("entry"))
    if elements is None:
        if kind is not None and kind != "whatsapp_business_account":
            return EnvelopeParts(kind, (), ())
        raise BrokenBody("no_entry", "the envelope has no list of entries")
    entries, refusals = [], []
    for element in elements:
        parts = _entry(element)
        (entries if isinstance(parts, EntryParts) else refusals).append(parts)
    return EnvelopeParts(kind, entries, refusals)


def _entry(raw: msgspec.Raw) -> EntryParts | ItemRefused:
    fields = _fields(raw)
    if fields is None:
        return refused(raw, "broken_entry", "an entry is no object", phone_number_id=None)
    elements = _as(list[msgspec.Raw], fields.get("changes", msgspec.Raw(b"[]")))
    if elements is None:
        return refused(raw, "broken_entry", "an entry's changes are no list", phone_number_id=None)
    changes, refusals = [], []
    for element in elements:
        inner = _fields(element)
        if inner is None:
            refusals.append(refused(element, "broken_change", "a change is no object", phone_number_id=None))
        else:
            changes.append(ChangeParts(_as(str, inner.get("field")), inner.get("value", wire.ABSENT)))
    return EntryParts(
        _identifier(fields.get("id")), _as(str | int | float, fields.get("time")), changes, refusals
    )


def take_value_apart(raw: msgspec.Raw) -> tuple[wire.Value | None, list[ItemRefused]]:
    """Return what can be read of a ``value`` of field ``messages``, and a refusal for each part that cannot.

    The value is None where it is no object: then the one refusal is all there is.
    """
    fields = _fields(raw) if raw else None
    if fields is None:
        return None, [
            refused(raw, "broken_value", "the value of a change is no object", phone_number_id=None)
        ]
    metadata = _fields(fields.get("metadata"))
    phone_number_id = _identifier(metadata.get("phone_number_id")) if metadata is not None else None
    refusals: list[ItemRefused] = []

    def items(name: str) -> list[msgspec.Raw]:
        part = fields.get(name)
        elements = _as(list[msgspec.Raw] | None, part)
        if elements is None and part is not None and bytes(part) != b"null":
            refusals.append(
                refused(part, f"broken_{name}", f"{name} is no list", phone_number_id=phone_number_id)
            )
        return elements or []

    contacts: list[wire.Contact] = []
    for element in items("contacts"):
        contact = _as(wire.Contact, element)
        contacts.append(contact or wire.Contact())  # its place stays taken: the one left is not the only one
        if contact is None:
            detail = "a contact is not shaped as documented"
            refusals.append(refused(element, "broken_contact", detail, phone_number_id=phone_number_id))
    value = wire.Value(
        metadata=wire.Metadata(phone_number_id=phone_number_id),
        contacts=contacts,
        messages=items("messages"),
        statuses=items("statuses"),
        errors=items("errors"),
    )
    return value, refusals


def route_of(raw: msgspec.Raw) -> Route:
    """Return where a change belongs, as far as its ``value`` says."""
    value = _as(wire.NoticeValue, raw or None)
    if value is None:
        return Route()
    number = value.metadata or value.phone_number_settings or _as(wire.Metadata, value.recipient or None)
    return Route(
        phone_number_id=(number.phone_number_id or None) if number is not None else None,
        waba_id=(value.waba_info.waba_id or None) if value.waba_info is not None else None,
        timestamp=value.timestamp,
    )


def _fields(raw: msgspec.Raw | bytes | None) -> dict[str, msgspec.Raw] | None:
    return _as(dict[str, msgspec.Raw], raw)


def _identifier(raw: msgspec.Raw | None) -> str | None:
    """Return an id given as a string or, as some senders do, as a number."""
    found = _as(str | int, raw)
    return None if found is None or found == "" else str(found)


def _as(kind: Any, raw: msgspec.Raw | bytes | None) -> Any:
    """Return ``raw`` decoded as the type ``kind``, None where it is absent or of another shape."""
    try:
        return None if raw is None else msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError:
        return None
