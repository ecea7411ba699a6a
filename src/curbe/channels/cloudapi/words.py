"""What a person would read or search in an inbound message, type by type [Meta: messages webhook, Sep 2026].

A new type of Meta's has no words until somebody adds a row to `_READERS`; its payload is kept all the same.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from curbe.channels.cloudapi import wire

_MESSAGE: Final = msgspec.json.Decoder(wire.Message)
_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])


def words_of(message: wire.Message) -> str | None:
    """Return the words in ``message``; None where it has none, or none that we know how to read."""
    if message.type == "edit":  # of a message nobody names: its words are all there is
        inner = edited_content(message)
        return words_of(inner) if inner is not None and inner.type != "edit" else None
    reader = _READERS.get(message.type or "")
    return (reader(message) or None) if reader is not None else None


def edited_content(message: wire.Message) -> wire.Message | None:
    """Return what an edit changes a message to; None where there is nothing, or nothing of a shape we know."""
    if message.edit is None or not message.edit.message:
        return None
    try:
        return _MESSAGE.decode(message.edit.message)
    except msgspec.ValidationError:
        return None  # content of an unknown shape has no words for us; the payload keeps it


def _caption(media: wire.Media | None) -> str | None:
    return media.caption if media is not None else None


def _document(message: wire.Message) -> str | None:
    return (message.document.caption or message.document.filename) if message.document is not None else None


def _location(message: wire.Message) -> str | None:
    place = message.location
    return _joined((place.name, place.address)) if place is not None else None


def _contacts(message: wire.Message) -> str | None:
    names = (card.name for card in message.contacts or ())
    return _joined(name.formatted_name or name.first_name for name in names if name is not None)


def _interactive(message: wire.Message) -> str | None:
    chosen = message.interactive
    if chosen is None:
        return None
    reply = chosen.button_reply or chosen.list_reply or chosen.nfm_reply or chosen.call_permission_reply
    if reply is not None:
        return reply.title or reply.body or reply.response
    return _filled_in(chosen.payment_method or chosen.address)


def _filled_in(raw: msgspec.Raw) -> str | None:
    """Return the values of an object that a person filled in, those one level deeper too; moments are left out."""
    try:
        filled = _OBJECT.decode(raw) if raw else {}
    except (msgspec.DecodeError, RecursionError):
        return None
    values = [
        (name, value)
        for outer, inner in filled.items()
        for name, value in (inner.items() if isinstance(inner, dict) else ((outer, inner),))
    ]
    return _joined(
        str(value)
        for name, value in values
        if isinstance(value, (str, int, float)) and not str(name).endswith("timestamp")
    )


def _order(message: wire.Message) -> str | None:
    order = message.order
    if order is None:
        return None
    lines = (f"{item.quantity} × {item.product_retailer_id}" for item in order.product_items or ())  # noqa: RUF001 - a times sign
    return _joined((order.text, *lines))


def _joined(parts: Iterable[str | None]) -> str:
    return ", ".join(part for part in parts if part)


_READERS: Final[dict[str, Callable[[wire.Message], str | None]]] = {
    "text": lambda message: message.text.body if message.text is not None else None,
    "image": lambda message: _caption(message.image),
    "video": lambda message: _caption(message.video),
    "audio": lambda message: _caption(message.audio),
    "voice": lambda message: _caption(message.voice),
    "sticker": lambda message: _caption(message.sticker),
    "document": _document,
    "location": _location,
    "contacts": _contacts,
    "reaction": lambda message: message.reaction.emoji if message.reaction is not None else None,
    "interactive": _interactive,
    "button": lambda message: message.button.text if message.button is not None else None,
    "order": _order,
    "system": lambda message: message.system.body if message.system is not None else None,
}
