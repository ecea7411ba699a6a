"""A customer whose every word is somebody's script: one text in each field of a webhook that a customer, or Meta on their behalf, fills."""

import json
from typing import Any, Final

from .site import SPAIN

Json = dict[str, Any]

# A point in time like any other; each message comes a second after the one before.
_BEGAN: Final = 1_790_000_000


def attack(number: int, text: str, *, at: int = _BEGAN, to: str = SPAIN) -> list[Json]:
    """Return the changes of a webhook in which the customer ``number`` puts ``text`` into every field.

    ``at`` is in Unix seconds, ``to`` the business's phone_number_id. The first message is the one that the others quote, edit and react to.
    """
    wa_id = person(number)
    messages = [
        {"from": wa_id, "id": f"wamid.hostile.{number}.{place}", "timestamp": str(at + place), **message}
        for place, message in enumerate(_said(text, quoted=f"wamid.hostile.{number}.0"))
    ]
    contact = {
        "profile": {"name": text[:400], "username": text[:100]},
        "wa_id": wa_id,
        "user_id": f"ES.{number:017d}",
    }
    value = {"contacts": [contact], "messages": messages}
    return [_change("messages", value, to=to), *_reports(number, text, wa_id=wa_id, at=at, to=to)]


def person(number: int) -> str:
    """Return the wa_id of the customer ``number``."""
    return f"34699{number:06d}"


def _said(text: str, *, quoted: str) -> list[Json]:
    quote = {
        "from": text,
        "id": quoted,
        "referred_product": {"catalog_id": text, "product_retailer_id": text},
    }
    return [
        {"type": "text", "text": {"body": text}},
        {"type": "text", "text": {"body": f"x {text} y"}, "context": quote},
        {"type": "text", "text": {"body": "mira"}, "context": {"forwarded": True, "from": text}},
        {"type": "text", "text": {"body": "hola"}, "referral": _referral(text)},
        *(_file(kind, text) for kind in ("image", "video", "audio", "voice", "document", "sticker")),
        {
            "type": "location",
            "location": {"latitude": 40.4, "longitude": -3.7, "name": text, "address": text, "url": text},
        },
        {"type": "contacts", "contacts": [_card(text), {"name": {"first_name": text}}, {"phones": []}]},
        _chosen("button_reply", id=text, title=text),
        _chosen("list_reply", id=text, title=text, description=text),
        _chosen("nfm_reply", name=text, body=text, response_json=json.dumps({text: text})),
        _chosen("nfm_reply", name=text, body=text, response_json=text),
        _chosen("call_permission_reply", response=text),
        {"type": "button", "button": {"text": text, "payload": text}},
        {"type": "order", "order": _order(text)},
        {"type": "system", "system": {"type": text, "body": text, "wa_id": text, "user_id": text}},
        {"type": "unsupported", "errors": [_error(131051, text)], "unsupported": {"type": text}},
        {"type": "request_welcome"},
        {"type": text or "x", text or "x": {"body": text}},
        {"type": "reaction", "reaction": {"message_id": quoted, "emoji": text}},
        {"type": "text", "text": {"body": "original"}},
        {
            "type": "edit",
            "edit": {
                "original_message_id": quoted,
                "message": {"type": "text", "text": {"body": f"{text} *{text}*"}},
            },
        },
    ]


def _chosen(kind: str, **reply: str) -> Json:
    return {"type": "interactive", "interactive": {"type": kind, kind: reply}}


def _file(kind: str, text: str) -> Json:
    file = {"id": text, "mime_type": text, "sha256": text, "caption": text, "filename": text, "url": text}
    return {"type": kind, kind: file}


def _card(text: str) -> Json:
    return {
        "name": {"formatted_name": text, "first_name": text, "last_name": text},
        "phones": [{"phone": text, "wa_id": text, "type": text}],
        "emails": [{"email": text, "type": text}],
        "org": {"company": text, "title": text, "department": text},
        "addresses": [{"street": text, "city": text, "country": text, "type": text}],
        "urls": [{"url": text, "type": text}],
        "birthday": text,
        "origin": text,
    }


def _order(text: str) -> Json:
    item = {"product_retailer_id": text, "quantity": 2, "item_price": 3.5, "currency": text}
    return {"catalog_id": text, "text": text, "product_items": [item, {**item, "currency": "EUR"}]}


def _referral(text: str) -> Json:
    words = (
        "source_type",
        "source_id",
        "source_url",
        "headline",
        "body",
        "media_type",
        "image_url",
        "video_url",
    )
    return {**dict.fromkeys((*words, "thumbnail_url", "ctwa_clid"), text), "welcome_message": {"text": text}}


def _error(code: int, text: str) -> Json:
    return {"code": code, "title": text, "message": text, "error_data": {"details": text}, "href": text}


def _reports(number: int, text: str, *, wa_id: str, at: int, to: str) -> list[Json]:
    """What else comes about a number: a message from the business's own phone and its failure."""
    wamid = f"wamid.hostile.{number}.echo"
    echo = {
        "from": "34600000001",
        "to": wa_id,
        "id": wamid,
        "timestamp": str(at + 100),
        "type": "text",
        "text": {"body": text},
    }
    failed = {
        "id": wamid,
        "status": "failed",
        "timestamp": str(at + 101),
        "recipient_id": wa_id,
        "errors": [_error(131026, text)],
    }
    return [
        _change("smb_message_echoes", {"message_echoes": [echo]}, to=to),
        _change("messages", {"statuses": [failed]}, to=to),
    ]


def _change(field: str, value: Json, *, to: str) -> Json:
    metadata = {"display_phone_number": "34600000001", "phone_number_id": to}
    return {"field": field, "value": {"messaging_product": "whatsapp", "metadata": metadata, **value}}
