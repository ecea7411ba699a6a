"""Every sample payload is taken, accounted for item by item, and applied to the same tables in any order and batching.

The samples come from several projects and reuse ids: ``wamid.ID`` is a different message in each file. So the ids of messages and
statuses are made unique to their file first; everything else stays as it is.
"""

import json
import random  # noqa: TID251 - seeded: the orders repeat
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import asyncpg
import pytest

from bed import postgres
from bed.appliers import drain, left
from bed.intake import receiving
from bed.rows import NOW, Number, insert_conversation, insert_number, insert_sent
from bed.tables import Row, counted, natural
from curbe.infra.db import Pool, Role

pytestmark = pytest.mark.anyio

OBJECT = "whatsapp_business_account"
Tables = dict[str, list[Row]]


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


@pytest.fixture(scope="session")
def samples(corpus: Path) -> list[Sample]:
    paths = sorted(path for path in (corpus / "webhooks").rglob("*") if path.suffix in {".json", ".raw"})
    found = [read_sample(path, n) for n, path in enumerate(paths) if path.name != "INDEX.json"]
    assert len(found) > 100
    return found


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


@dataclass(frozen=True, slots=True)
class Place:
    """A database in which the samples' numbers have owners."""

    owner: asyncpg.Connection
    intake: Pool
    apply: Pool


@asynccontextmanager
async def place(dsn: str, samples: list[Sample]) -> AsyncIterator[Place]:
    async with AsyncExitStack() as stack:
        owner = await asyncpg.connect(dsn)
        stack.push_async_callback(owner.close)
        pools = [await Pool.open(dsn, role) for role in (Role.INTAKE, Role.APPLY)]
        for pool in pools:
            stack.push_async_callback(pool.close)
        await settle_in(owner, samples)
        yield Place(owner, *pools)


@pytest.fixture
async def here(dsn: str, samples: list[Sample]) -> AsyncIterator[Place]:
    async with place(dsn, samples) as found:
        yield found


@pytest.fixture(scope="module")
def first_dsn(postgres_server: postgres.Server) -> Iterator[str]:
    with postgres_server.fresh() as dsn:
        yield dsn


@pytest.fixture(scope="module")
async def in_order(first_dsn: str, samples: list[Sample]) -> AsyncIterator[Tables]:
    """The tables after every sample came once, in order, in one batch."""
    async with place(first_dsn, samples) as found:
        await receive(found, [sample.body for sample in samples])
        await drain(found.apply, most=1000)
        yield await natural(found.owner)


async def receive(here: Place, bodies: list[bytes]) -> None:
    async with receiving(here.intake) as intake:
        for body in bodies:
            assert await intake.post(body) == 200


async def test_every_sample_is_taken_and_every_item_of_it_accounted_for(
    here: Place, samples: list[Sample]
) -> None:
    for sample in samples:
        await receive(here, [sample.body])
    await drain(here.apply)

    counts = await counted(here.owner)
    assert sum(counts.values()) == sum(sample.items for sample in samples)
    assert {outcome for outcome, _ in counts} <= {
        "applied",
        "duplicate",
        "parked",
        "ignored",
        "unrouted",
        "quarantined",
    }
    assert await left(here.apply) == 0
    assert counts["applied", "message"] > 50
    assert counts["applied", "status"] > 5
    assert not any(reason == "refused_by_database" for _, reason in counts)


async def test_each_sample_alone_is_accounted_for(here: Place, samples: list[Sample]) -> None:
    """One at a time, so that two mistakes cannot make up for each other."""
    wrong, before = {}, 0
    for sample in samples:
        await receive(here, [sample.body])
        await drain(here.apply)
        total = sum((await counted(here.owner)).values())
        if total - before != sample.items:
            wrong[sample.name] = (total - before, sample.items)
        before = total

    assert wrong == {}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("most", [1, 7, 1000])
async def test_in_any_order_twice_and_in_any_batches_the_tables_are_the_same(
    here: Place, samples: list[Sample], in_order: Tables, most: int, seed: int
) -> None:
    bodies = [sample.body for sample in samples] * 2
    random.Random(seed).shuffle(bodies)  # noqa: S311 - an order, not a secret

    await receive(here, bodies)
    await drain(here.apply, most=most)

    found = await natural(here.owner)
    for table, rows in in_order.items():
        assert found[table] == rows, table
