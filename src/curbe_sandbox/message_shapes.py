"""What ``POST /{phone_number_id}/messages`` takes, type by type, with Meta's limits.

[send-messages, Sep 2026; the limits per type, Dec 2025]
"""

from typing import Any, Final

from curbe_sandbox.errors import bad_parameter
from curbe_sandbox.interactive_shapes import INTERACTIVE
from curbe_sandbox.shape import (
    Check,
    anything,
    coordinate,
    each,
    exactly_one,
    fields,
    flag,
    invalid,
    missing,
    one_of,
    text,
    url,
)

_BY_ID_OR_LINK: Final = {"id": text(), "link": url}


def _media(**more: Check) -> Check:
    return fields({}, {**_BY_ID_OR_LINK, **more}, also=exactly_one("id", "link"))


_CONTACT: Final = fields(
    {"name": fields({"formatted_name": text()}, more=True)},
    {
        "phones": each(anything, at_least=0, at_most=257),
        "emails": each(anything, at_least=0, at_most=257),
        "addresses": each(anything, at_least=0, at_most=257),
        "urls": each(anything, at_least=0, at_most=257),
        "org": fields({}, more=True),
        "birthday": text(),
    },
)

TYPES: Final[dict[str, Check]] = {
    "text": fields({"body": text(4096)}, {"preview_url": flag}),
    "image": _media(caption=text(1024, at_least=0)),
    "audio": _media(voice=flag),
    "video": _media(caption=text(1024, at_least=0)),
    "document": _media(caption=text(1024, at_least=0), filename=text()),
    "sticker": _media(),
    "location": fields(
        {"latitude": coordinate(90), "longitude": coordinate(180)},
        {"name": text(at_least=0), "address": text(at_least=0)},
    ),
    "contacts": each(_CONTACT, at_most=257),
    "reaction": fields({"message_id": text(), "emoji": text(at_least=0)}),
    "interactive": INTERACTIVE,
    "template": fields(
        {"name": text(512), "language": fields({"code": text()}, {"policy": one_of("deterministic")})},
        {
            "components": each(fields({"type": text()}, more=True), at_least=0, at_most=20),
            "namespace": text(),
        },
    ),
}

_COMMON: Final[dict[str, Check]] = {
    "messaging_product": one_of("whatsapp"),
    "recipient_type": one_of("individual", "group"),
    "type": anything,
    "to": text(),
    "recipient": text(),
    "context": fields({"message_id": text()}),
    "biz_opaque_callback_data": text(512, at_least=0),
    "recipient_identity_key_hash": text(),
}
_MARKETING: Final[dict[str, Check]] = {
    **_COMMON,
    "product_policy": one_of("CLOUD_API_FALLBACK", "STRICT"),
    "message_activity_sharing": flag,
}
_READ: Final = {
    "messaging_product": one_of("whatsapp"),
    "status": one_of("read"),
    "message_id": text(),
    "typing_indicator": fields({"type": one_of("text")}),
}


def check_message(body: dict[str, Any], *, marketing: bool = False) -> str:
    """Return the type of the message in ``body``, whose every part Meta would take.

    Raises:
        GraphRefusal: a part is missing, unknown, of another type, or too long.
    """
    if body.get("messaging_product") != "whatsapp":
        raise (
            missing("messaging_product")
            if "messaging_product" not in body
            else invalid("messaging_product", "must be one of {whatsapp}.")
        )
    kind = body.get("type", "text")
    check = TYPES.get(kind) if isinstance(kind, str) else None
    if check is None:
        raise invalid("type", f"must be one of {{{', '.join(TYPES)}}} - got {kind!r:.60}.")
    if "to" not in body and "recipient" not in body:
        raise missing("to")
    if kind not in body:
        raise missing(kind)
    common = _MARKETING if marketing else _COMMON
    for name, part in body.items():
        if name == kind:
            check(part, kind)
        elif name in common:
            common[name](part, name)
        else:
            raise bad_parameter(f'Invalid parameter: unexpected key "{name:.40}".')
    if kind == "reaction" and "context" in body:
        raise invalid("context", "is not allowed with a reaction.")
    return kind


def check_read(body: dict[str, Any]) -> None:
    """Check a mark-as-read request, with or without the typing indicator.

    Raises:
        GraphRefusal: a part is missing, unknown, or of another type.
    """
    for name in ("messaging_product", "message_id"):
        if name not in body:
            raise missing(name)
    for name, part in body.items():
        if name not in _READ:
            raise bad_parameter(f'Invalid parameter: unexpected key "{name:.40}".')
        _READ[name](part, name)
