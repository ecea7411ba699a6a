"""Webhook bodies as Meta writes and signs them, and what is in a stored one. Written apart from Curbe's own reader, on purpose."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import Any, Final

from .ledger import Item

_FAILED: Final = [{"code": 131026, "title": "Message undeliverable", "message": "Message undeliverable"}]


def body_of(items: Sequence[Item], waba_ids: dict[str, str]) -> bytes:
    """Return one webhook that carries ``items``, a change for each; ``waba_ids`` says whose account each number is on."""
    entries = [
        {
            "id": waba_ids.get(item.phone_number_id, "299999999999999"),
            "changes": [{"field": "messages", "value": _value(item)}],
        }
        for item in items
    ]
    text = json.dumps({"object": "whatsapp_business_account", "entry": entries}, separators=(",", ":"))
    return text.replace("/", "\\/").encode()


def signature(body: bytes, secret: str) -> str:
    """Return X-Hub-Signature-256 over the raw body."""
    return "sha256=" + hmac.digest(secret.encode(), body, "sha256").hex()


def digest(body: bytes) -> str:
    """Return what the ledger calls a body by."""
    return hashlib.sha256(body).hexdigest()


def count_items(body: bytes) -> int:
    """Return how many messages and statuses a body carries; what carries none is one thing to ignore or to set aside."""
    try:
        envelope = json.loads(body)
        values = [change["value"] for entry in envelope["entry"] for change in entry["changes"]]
    except (ValueError, LookupError, TypeError, RecursionError):
        return 1
    return sum(len(value.get("messages", ())) + len(value.get("statuses", ())) for value in values) or 1


def _value(item: Item) -> dict[str, Any]:
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "15550000000", "phone_number_id": item.phone_number_id},
    }
    if item.kind == "text":
        value["contacts"] = [{"profile": {"name": f"P {item.person[-4:]}"}, "wa_id": item.person}]
        value["messages"] = [
            {
                "from": item.person,
                "id": item.wamid,
                "timestamp": str(item.at),
                "type": "text",
                "text": {"body": item.text},
            }
        ]
        return value
    status: dict[str, Any] = {
        "id": item.wamid,
        "status": item.status,
        "timestamp": str(item.at),
        "recipient_id": item.person,
    }
    if item.callback is not None:
        status["biz_opaque_callback_data"] = item.callback
    if item.status == "failed":
        status["errors"] = _FAILED
    value["statuses"] = [status]
    return value
