"""Bodies that nobody would send. Each carries a mark by which what was set aside of it is found; honest neighbours stand around it."""

import json
from collections.abc import Callable
from typing import Any, Final

Message = dict[str, Any]


def _deep(message: Message) -> Message:
    nested: Any = "end"
    for _ in range(800):
        nested = [nested]
    return message | {"odd": nested}


# Items that cannot be kept as messages; the mark is in their text.
_ITEMS: Final[dict[str, Callable[[Message], Message]]] = {
    "a time in words": lambda message: message | {"timestamp": "soon"},
    "a time without end": lambda message: message | {"timestamp": "99999999999999"},
    "no id": lambda message: {name: value for name, value in message.items() if name != "id"},
    "an id of ten thousand letters": lambda message: message | {"id": "w" * 10_000},
    "a sender of ten thousand digits": lambda message: message | {"from": "1" * 10_000},
    "eight hundred lists in each other": _deep,
}
# Bodies that are none; the mark is somewhere in them.
_BODIES: Final[dict[str, Callable[[str], bytes]]] = {
    "no JSON": lambda mark: f'{{"object": "{mark}'.encode(),
    "a list": lambda mark: json.dumps([mark]).encode(),
    "no entry": lambda mark: json.dumps({"object": "whatsapp_business_account", "of": mark}).encode(),
    "a byte order mark": lambda mark: b"\xef\xbb\xbf" + json.dumps({"object": mark}).encode(),
    "not a number": lambda mark: f'{{"object": "{mark}", "entry": NaN}}'.encode(),
    "a hundred thousand lists": lambda mark: json.dumps([mark])[:-1].encode() + b"[" * 100_000,
}
KINDS: Final = (*_ITEMS, *_BODIES)


def is_whole_body(kind: str) -> bool:
    """Tell whether nothing else fits into a body of this kind."""
    return kind in _BODIES


def body(kind: str, mark: str) -> bytes:
    """Return a body that is none."""
    return _BODIES[kind](mark)


def item(kind: str, mark: str, *, person: str, at: int) -> Message:
    """Return one message that cannot be kept."""
    honest = {
        "from": person,
        "id": f"wamid.{mark}",
        "timestamp": str(at),
        "type": "text",
        "text": {"body": mark},
    }
    return _ITEMS[kind](honest)
