"""Webhook bodies as Meta writes them, and the log they are stored in."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import asyncpg

from bed.rows import APP, NOW, Number

Json = dict[str, Any]

_INSERT: Final = "INSERT INTO webhook_events (meta_app_id, body) SELECT $1, unnest($2::bytea[])"


def text(
    wamid: str, *, sender: str = "34600000001", body: str = "Hola", at: datetime = NOW, **more: Any
) -> Json:
    """Return one element of ``messages[]``."""
    return {
        "from": sender,
        "id": wamid,
        "timestamp": str(int(at.timestamp())),
        "type": "text",
        "text": {"body": body},
        **more,
    }


def status(wamid: str, kind: str, *, at: datetime = NOW, **more: Any) -> Json:
    """Return one element of ``statuses[]``; a failed one explains itself."""
    failed = {"errors": [{"code": 131026, "title": "Message undeliverable"}]} if kind == "failed" else {}
    return {
        "id": wamid,
        "status": kind,
        "timestamp": str(int(at.timestamp())),
        "recipient_id": "34600000001",
        **failed,
        **more,
    }


def change(
    number: Number | str,
    *,
    messages: Sequence[Any] = (),
    statuses: Sequence[Any] = (),
    names: dict[str, str] | None = None,
) -> Json:
    """Return one element of ``changes[]`` about a number; ``names`` are profile names by wa_id."""
    number_id = number if isinstance(number, str) else number.phone_number_id
    value: Json = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "34900000001", "phone_number_id": number_id},
    }
    if names:
        value["contacts"] = [{"wa_id": wa_id, "profile": {"name": name}} for wa_id, name in names.items()]
    if messages:
        value["messages"] = list(messages)
    if statuses:
        value["statuses"] = list(statuses)
    return {"field": "messages", "value": value}


def body(*changes: Json, waba_id: str = "200000000000001") -> bytes:
    """Return a whole webhook with one entry."""
    return envelope([{"id": waba_id, "changes": list(changes)}])


def envelope(entries: Sequence[Json]) -> bytes:
    """Return a whole webhook."""
    return json.dumps({"object": "whatsapp_business_account", "entry": list(entries)}).encode()


async def deliver(connection: asyncpg.Connection, *bodies: bytes, app: str = APP) -> None:
    """Append bodies to the webhook log, in this order and in one transaction."""
    await connection.execute(_INSERT, app, list(bodies))


def each_alone(
    number: Number | str, *, messages: Iterable[Json] = (), statuses: Iterable[Json] = ()
) -> list[bytes]:
    """Return one webhook for every message and status."""
    return [body(change(number, messages=[one])) for one in messages] + [
        body(change(number, statuses=[one])) for one in statuses
    ]
