"""One of each: what a person's phone can send, by name, with believable contents.

Replies, edits, reactions and the like take the newest message of the thread that they fit.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

from curbe_sandbox.state import Person, PhoneNumber

_UNSUPPORTED: Final = 131051
_TOO_LARGE: Final = 131052
_NO_MESSAGE: Final = "wamid.HBgLMTAwMDAwMDAwMDAVAgARGBI5QTNDQTVCM0Q0Q0Q2RTY3RTcA"  # one nobody sent
_CATALOG: Final = "900000000000001"

Sample = Callable[["Thread"], dict[str, Any]]


class Thread:
    """What a sample may refer to: the person, the number, and the newest messages between them."""

    def __init__(self, person: Person, number: PhoneNumber) -> None:
        self.person, self.number = person, number
        self._lines = [line for line in person.thread if line["phone_number_id"] == number.id]

    def newest(self, direction: str, *kinds: str) -> dict[str, Any] | None:
        """Return the newest line of a direction (and, where given, of these types)."""
        for line in reversed(self._lines):
            kind = line.get("type") or line["message"].get("type")
            fits = kind in kinds if kinds else kind not in {"edit", "revoke", "reaction", "call"}
            if line["direction"] == direction and fits:
                return line
        return None

    @property
    def business(self) -> str:
        """The wamid of the newest message from the business, or of one that nobody knows."""
        line = self.newest("to_person")
        return line["wamid"] if line else _NO_MESSAGE

    @property
    def own(self) -> str:
        """The wamid of the person's own newest message, or of one that nobody knows."""
        line = self.newest("from_person")
        return line["wamid"] if line else _NO_MESSAGE

    @property
    def context(self) -> dict[str, str]:
        """The context of a reply to the business."""
        return {"from": self.number.digits, "id": self.business}


def _text(body: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": {"body": body}} | more


def _plain(**message: Any) -> Sample:
    return lambda _thread: dict(message)


def _media(kind: str, **part: Any) -> Sample:
    return lambda _thread: {"type": kind, kind: dict(part)}


def _reply(kind: str, **part: Any) -> Sample:
    return lambda thread: {
        "type": "interactive",
        "context": thread.context,
        "interactive": {"type": kind, kind: dict(part)},
    }


def _contact(name: str, phone: str, *, origin: str = "") -> dict[str, Any]:
    first, _, last = name.partition(" ")
    card: dict[str, Any] = {"origin": origin} if origin else {}
    card["name"] = {"formatted_name": name, "first_name": first, "last_name": last}
    card["phones"] = [{"phone": f"+{phone}", "wa_id": phone, "type": "CELL"}]
    return card


def _shared_contact(_thread: Thread) -> dict[str, Any]:
    card = _contact("Marta Gil", "34655000111") | {
        "emails": [{"email": "marta@example.com", "type": "WORK"}],
        "org": {"company": "Talleres Gil", "title": "Mecánica"},
        "addresses": [{"street": "Calle Mayor 4", "city": "Soria", "country": "España", "type": "WORK"}],
        "urls": [{"url": "https://example.com", "type": "WORK"}],
        "birthday": "1988-02-29",
    }
    return {"type": "contacts", "contacts": [card]}


def _own_contact(thread: Thread) -> dict[str, Any]:
    card = _contact(thread.person.name, thread.person.wa_id, origin="contact_request")
    return {"type": "contacts", "contacts": [card], "context": thread.context}


def _reaction(emoji: str | None) -> Sample:
    def made(thread: Thread) -> dict[str, Any]:
        reaction = {"message_id": thread.business}
        return {"type": "reaction", "reaction": reaction if emoji is None else reaction | {"emoji": emoji}}

    return made


def _edit(thread: Thread) -> dict[str, Any]:
    line = thread.newest("from_person", "text")
    target = line["wamid"] if line else _NO_MESSAGE
    return {"type": "edit", "edit": {"original_message_id": target, "message": _text("Perdón: a las once.")}}


def _edited_caption(thread: Thread) -> dict[str, Any]:
    line = thread.newest("from_person", "image")
    target = line["wamid"] if line else _NO_MESSAGE
    image = (line["message"]["image"] if line else {}) | {"caption": "La foto de ayer"}
    return {
        "type": "edit",
        "edit": {"original_message_id": target, "message": {"type": "image", "image": image}},
    }


def _unsupported(kind: str = "", code: int = _UNSUPPORTED) -> Sample:
    words = {_UNSUPPORTED: "Message type is currently not supported.", _TOO_LARGE: "Media file too large."}
    title = {_UNSUPPORTED: "Message type unknown", _TOO_LARGE: "Media download error"}[code]
    error = {"code": code, "title": title, "message": title, "error_data": {"details": words[code]}}
    return _plain(type="unsupported", errors=[error], **({"unsupported": {"type": kind}} if kind else {}))


def _identity(_thread: Thread) -> dict[str, Any]:
    now = str(int(datetime.now(UTC).timestamp()))
    changed = {"type": "customer_identity_changed", "body": "User identity changed"}
    return {
        "type": "system",
        "system": changed,
        "identity": {"acknowledged": True, "created_timestamp": now, "hash": "ZXhhbXBsZQ=="},
    }


_REFERRAL: Final = {
    "source_url": "https://fb.me/2exampleAd",
    "source_id": "120210000000000001",
    "source_type": "ad",
    "headline": "Revisión gratis en otoño",
    "body": "Pide cita por WhatsApp",
    "media_type": "image",
    "image_url": "https://scontent.example.com/ad.jpg",
    "ctwa_clid": "ARAkLkA8rmlFeiCktEJQ-QTwRiyYHAFDLMNDBH0CD3qpjd0HR4irJ6LEkR7JwFF4",
    "welcome_message": {"text": "¿En qué podemos ayudarte?"},
}
_ORDER: Final = {
    "catalog_id": _CATALOG,
    "text": "Sin cebolla, por favor",
    "product_items": [
        {"product_retailer_id": "PAN-CENTENO", "quantity": 2, "item_price": 3.2, "currency": "EUR"},
        {"product_retailer_id": "TARTA-MANZANA", "quantity": 1, "item_price": 14.5, "currency": "EUR"},
    ],
}
_FORM: Final = '{"flow_token":"unused","name":"Ana","date":"2026-12-01","guests":"4"}'

SAMPLES: Final[dict[str, Sample]] = {
    "text": _plain(**_text("Hola, ¿tenéis hueco mañana a las diez?")),
    "reply": lambda thread: _text("Sí, esa me va bien", context=thread.context),
    "forwarded": _plain(**_text("¡Mirad qué oferta!", context={"forwarded": True})),
    "frequently_forwarded": _plain(**_text("Cadena de la suerte", context={"frequently_forwarded": True})),
    "about_a_product": lambda thread: _text(
        "¿Queda en la talla M?",
        context={
            "from": thread.number.digits,
            "id": thread.business,
            "referred_product": {"catalog_id": _CATALOG, "product_retailer_id": "CHAQUETA-01"},
        },
    ),
    "referral": _plain(**_text("Vengo por el anuncio", referral=_REFERRAL)),
    "image": _media("image", caption="Así ha llegado"),
    "video": _media("video", caption="Mira cómo suena"),
    "voice": _media("audio", voice=True),
    "audio": _media("audio", voice=False),
    "document": _media("document", filename="factura.pdf", caption="La factura"),
    "sticker": _media("sticker", animated=False),
    "location": _plain(
        type="location",
        location={
            "latitude": 39.47362,
            "longitude": -0.37895,
            "name": "Mercado Central",
            "address": "Plaça de la Ciutat de Bruges, València",
            "url": "https://example.com/mercado",
        },
    ),
    "contacts": _shared_contact,
    "contact_request": _own_contact,
    "reaction": _reaction("❤️"),
    "reaction_removed": _reaction(None),
    "reaction_emptied": _reaction(""),
    "button_reply": _reply("button_reply", id="yes", title="Sí, confirmo"),
    "list_reply": _reply("list_reply", id="slot-2", title="Martes 10:30", description="Con la Dra. Vidal"),
    "flow_reply": _reply("nfm_reply", name="flow", body="Sent", response_json=_FORM),
    "call_permission_reply": _reply(
        "call_permission_reply",
        response="accept",
        expiration_timestamp=1796000000,
        response_source="user_action",
    ),
    "button": lambda thread: {
        "type": "button",
        "context": thread.context,
        "button": {"payload": "CONFIRM-417", "text": "Confirmar"},
    },
    "order": _plain(type="order", order=_ORDER),
    "edit": _edit,
    "edit_caption": _edited_caption,
    "revoke": lambda thread: {"type": "revoke", "revoke": {"original_message_id": thread.own}},
    "request_welcome": _plain(type="request_welcome"),
    "group": _plain(**_text("¿Quedamos el sábado?", group_id="Y2FwaV9ncm91cDoxMjAzNjMwNDA")),
    "poll": _unsupported("poll_creation"),
    "unsupported": _unsupported(),
    "too_large": _unsupported(code=_TOO_LARGE),
    "unknown": _plain(
        type="unknown",
        errors=[
            {
                "code": _UNSUPPORTED,
                "title": "Unsupported message type",
                "details": "Message type is not currently supported",
            }
        ],
    ),
    "without_type": _plain(location={"latitude": 39.47362, "longitude": -0.37895, "name": "Mercado Central"}),
    "identity_changed": _identity,
}
