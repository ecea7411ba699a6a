"""The sample payloads beside the checkout, each with ids of its own, and the tenants that own the numbers in them.

The samples come from several projects and reuse ids: ``wamid.ID`` is a different message in each file. So the ids of messages and
statuses are made unique to their file first; everything else stays as it is.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import asyncpg

from bed.rows import NOW, Number, insert_conversation, insert_number, insert_sent

OBJECT = "whatsapp_business_account"


@dataclass(frozen=True, slots=True)
class Sample:
    """One payload: its bytes, the ids in it, and how many items a plain reading finds."""

    name: str
    body: bytes
    numbers: frozenset[tuple[str, str]]  # phone_number_id, waba_id
    statuses: tuple[tuple[str, str], ...]  # phone_number_id, wamid
    items: int


def changes_of(payload: Any) -> list[tuple[Any, Any]]:
    """Every (entry, change) of a payload, as far as it has the documented shape."""
    if not isinstance(payload, dict) or not isinstance(payload.get("entry"), list):
        return []
    return [
        (entry, change)
        for entry in payload["entry"]
        if isinstance(entry, dict)
        for change in entry.get("changes") or []
        if isinstance(change, dict)
    ]


def listed(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def count_items(payload: Any) -> int:
    """How many things a person would count in a payload; whatever is empty is one thing all the same."""
    if not isinstance(payload, dict) or payload.get("object") != OBJECT or not payload.get("entry"):
        return 1
    total = 0
    for entry in payload["entry"]:
        changes = entry.get("changes") or []
        for change in changes:
            value = change.get("value")
            several = change.get("field") == "messages" and isinstance(value, dict)
            inner = (
                sum(len(listed(value, key)) for key in ("messages", "statuses", "errors")) if several else 0
            )
            total += inner or 1
        total += not changes
    return total


def read_sample(path: Path, n: int) -> Sample:
    raw = path.read_bytes()
    try:
        payload = json.loads(raw)
    except ValueError:
        return Sample(path.name, raw, frozenset(), (), 1)
    numbers, statuses = set(), []
    for entry, change in changes_of(payload):
        value = change.get("value")
        metadata = value.get("metadata") if isinstance(value, dict) else None
        number = metadata.get("phone_number_id") if isinstance(metadata, dict) else None
        if isinstance(number, str):
            numbers.add((number, str(entry.get("id"))))
        for item in (
            *listed(value, "messages"),
            *listed(value, "statuses"),
            *listed(value, "message_echoes"),
        ):
            if isinstance(item, dict) and isinstance(item.get("id"), str):
                item["id"] = f"{item['id']}.{n}"
        statuses += [(number, item["id"]) for item in listed(value, "statuses") if number and "id" in item]
    return Sample(
        path.name, json.dumps(payload).encode(), frozenset(numbers), tuple(statuses), count_items(payload)
    )


def samples_in(corpus: Path) -> list[Sample]:
    """Return every sample webhook."""
    paths = sorted(path for path in (corpus / "webhooks").rglob("*") if path.suffix in {".json", ".raw"})
    return [read_sample(path, n) for n, path in enumerate(paths) if path.name != "INDEX.json"]


def tenant_of(number: str) -> UUID:
    return uuid5(NAMESPACE_OID, number)


async def settle_in(owner: asyncpg.Connection, samples: list[Sample]) -> None:
    """Give each number of the samples an owner, and send every second message that they report about."""
    connected: dict[str, Number] = {}
    for number, waba_id in sorted({pair for sample in samples for pair in sample.numbers}):
        if number not in connected:
            tenant = tenant_of(number)
            await owner.execute("INSERT INTO tenants (id, name) VALUES ($1, $2)", tenant, number[:200])
            connected[number] = await insert_number(owner, tenant, phone_number_id=number, waba_id=waba_id)
    reported = sorted({pair for sample in samples for pair in sample.statuses})
    for n, (number, wamid) in enumerate(reported):
        if n % 2 == 0:
            owned = connected[number]
            thread = await insert_conversation(owner, owned, wa_id=f"34700{n:06}", last_inbound_at=None)
            await insert_sent(
                owner, owned, conversation_id=thread, provider_message_id=wamid, accepted_at=NOW
            )
