"""Webhooks beyond messages, as Meta writes them: dated entries of a WABA, and changes about a number."""

from datetime import datetime
from typing import Any, Final

from bed.rows import NOW, Number
from bed.webhooks import Json, envelope

SHOWN: Final = "34900000001"  # the business number that every change about a number shows


def notice(number: Number, field: str, value: Json, *, at: datetime | None = NOW) -> bytes:
    """Return a webhook about the number's WABA, sent ``at``."""
    entry: Json = {"id": number.waba_id, "changes": [{"field": field, "value": value}]}
    return envelope([entry if at is None else {**entry, "time": int(at.timestamp())}])


def about(number: Number, field: str, *, at: datetime | None = NOW, **value: Any) -> bytes:
    """Return a webhook about the number itself."""
    metadata = {"display_phone_number": SHOWN, "phone_number_id": number.phone_number_id}
    return notice(number, field, {"messaging_product": "whatsapp", "metadata": metadata, **value}, at=at)


def echo(wamid: str, *, at: datetime = NOW, to: str = "34600000001", **content: Any) -> Json:
    """Return one element of ``message_echoes[]``: a text, unless it says otherwise."""
    said = content or {"type": "text", "text": {"body": "Buenas"}}
    return {"from": SHOWN, "to": to, "id": wamid, "timestamp": str(int(at.timestamp())), **said}


def past(wamid: str, *, ours: bool, at: datetime, status: str = "READ", **content: Any) -> Json:
    """Return one message of a thread of history."""
    said = content or {"type": "text", "text": {"body": "Hace tiempo"}}
    sender = SHOWN if ours else "34600000001"
    return {
        "from": sender,
        "id": wamid,
        "timestamp": str(int(at.timestamp())),
        "history_context": {"status": status},
        **said,
    }


def chunk(*messages: Json, order: int = 1, progress: int = 50) -> Json:
    """Return one element of ``history[]``: one thread, with the person of the other examples."""
    return {
        "metadata": {"phase": 0, "chunk_order": order, "progress": progress},
        "threads": [{"id": "34600000001", "messages": list(messages)}],
    }
