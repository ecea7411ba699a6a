"""Messages of every kind: what people write to a business and what it sends, roughly as often as in a support inbox."""

import random
from collections.abc import Callable
from typing import Any, Final

import msgspec

from curbe.domain.content import Content, decoded

Json = dict[str, Any]

_SHA: Final = "LCa0a2j/xo/5m0U8HTBBNBNCLXBkg7+g+YpeiGJm564="
_WORDS: Final = "¿Todavía lo tienen en la talla que les dije ayer?"


def _file(kind: str, mime_type: str, **more: Any) -> Callable[[random.Random, str], Json]:
    def made(chance: random.Random, _target: str) -> Json:
        number = str(chance.randrange(10**15, 10**16))
        url = f"https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid={number}"
        return {
            "type": kind,
            kind: {"id": number, "mime_type": mime_type, "sha256": _SHA, "url": url, **more},
        }

    return made


def _plain(kind: str, part: Any) -> Callable[[random.Random, str], Json]:
    return lambda _chance, _target: {"type": kind, kind: part}


def _about(kind: str, **part: Any) -> Callable[[random.Random, str], Json]:
    """Return what is about another message of the same person."""
    name = "message_id" if kind == "reaction" else "original_message_id"
    return lambda _chance, target: {"type": kind, kind: {name: target, **part}}


_EDITED: Final = {"type": "text", "text": {"body": f"{_WORDS} Gracias."}}
_CARD: Final = {
    "name": {"formatted_name": "Ana Ruiz", "first_name": "Ana"},
    "phones": [{"phone": "+34600111222", "wa_id": "34600111222"}],
}
_ORDER: Final = {
    "catalog_id": "1",
    "product_items": [{"product_retailer_id": "A1", "quantity": "2", "item_price": "9.5", "currency": "EUR"}],
}
# How many of a hundred messages that are no plain text.
INBOUND: Final[tuple[tuple[int, Callable[[random.Random, str], Json]], ...]] = (
    (22, _file("image", "image/jpeg", caption="Así llegó")),
    (16, _file("audio", "audio/ogg; codecs=opus", voice=True)),
    (5, _file("video", "video/mp4")),
    (5, _file("document", "application/pdf", filename="factura.pdf")),
    (4, _file("sticker", "image/webp", animated=False)),
    (4, _plain("location", {"latitude": 37.38, "longitude": -5.99, "name": "Casa", "address": "Calle Sierpes 1"})),
    (2, _plain("contacts", [_CARD])),
    (12, _plain("interactive", {"type": "button_reply", "button_reply": {"id": "yes", "title": "Sí, confirmo"}})),
    (6, _plain("interactive", {"type": "list_reply", "list_reply": {"id": "9", "title": "9:00", "description": "Sala 1"}})),
    (5, _plain("button", {"text": "Confirmar", "payload": "ok"})),
    (2, _plain("order", _ORDER)),
    (10, _about("reaction", emoji="👍")),
    (5, _about("edit", message=_EDITED)),
    (2, _about("revoke")),
)  # fmt: skip
ABOUT_ANOTHER: Final = frozenset({"reaction", "edit", "revoke"})

_LINK: Final = "https://files.example/room.jpg"
TEMPLATE: Final = "order_on_its_way"  # the sandbox is told of it before it is sent
_OUTBOUND: Final[tuple[Json, ...]] = (
    {"type": "text", "text": {"body": "Su pedido va en camino."}},
    {"type": "text", "text": {"body": "Aquí lo puede seguir: https://example.com/p/1", "preview_url": True}},
    {"type": "image", "image": {"link": _LINK, "caption": "La sala"}},
    {"type": "document", "document": {"link": "https://files.example/f.pdf", "filename": "factura.pdf"}},
    {"type": "location", "location": {"latitude": 37.38, "longitude": -5.99, "name": "Tienda", "address": "Calle Sierpes 1"}},
    {"type": "contacts", "contacts": [{"name": _CARD["name"], "phones": _CARD["phones"]}]},
    {
        "type": "interactive",
        "interactive": {
            "type": "button",
            "body": {"text": "¿Le va bien mañana?"},
            "action": {"buttons": [{"type": "reply", "reply": {"id": word, "title": word}} for word in ("Sí", "No")]},
        },
    },
    {
        "type": "interactive",
        "interactive": {
            "type": "list",
            "body": {"text": "Elija hora"},
            "action": {"button": "Horas", "sections": [{"rows": [{"id": str(hour), "title": f"{hour}:00"} for hour in range(9, 14)]}]},
        },
    },
    {
        "type": "template",
        "template": {
            "name": TEMPLATE,
            "language": {"code": "es"},
            "components": [{"type": "body", "parameters": [{"type": "text", "text": "Lucía"}]}],
        },
    },
)  # fmt: skip
OUTBOUND: Final[tuple[Content, ...]] = tuple(decoded(msgspec.json.encode(one).decode()) for one in _OUTBOUND)


def some_content(chance: random.Random, *, target: str | None) -> Json:
    """Return the content of a message: text as often as not, else one of the others; ``target``: a wamid of the same person."""
    if chance.random() < 0.5:
        return {"type": "text", "text": {"body": _WORDS}}
    weights = [weight for weight, _ in INBOUND]
    (made,) = chance.choices([one for _, one in INBOUND], weights)
    content = made(chance, target or "")
    if content["type"] in ABOUT_ANOTHER and target is None:
        return {"type": "text", "text": {"body": _WORDS}}
    return content
