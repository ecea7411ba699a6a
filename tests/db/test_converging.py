"""People change numbers, names and ids while they write.

In whatever order, how often and in which batches that reaches Curbe, the tables are the same, and each word is with who said it.

``CURBE_CONVERGE_EVENTS`` makes the histories longer.
"""

import asyncio
import os
import random  # noqa: TID251 - seeded: the orders repeat
from collections import Counter, defaultdict
from uuid import UUID

import asyncpg
import pytest

from bed import postgres
from bed.appliers import drain
from bed.people import Happening, World, bodies_of
from bed.rows import Number, insert_number
from bed.tables import Row, natural
from bed.webhooks import deliver
from curbe.infra.db import Pool, Role
from curbe.ingest.parked import Parked

pytestmark = pytest.mark.timeout(3600)

EVENTS = int(os.environ.get("CURBE_CONVERGE_EVENTS", "3000"))

WHOSE = """SELECT m.provider_message_id AS wamid, v.contact_id
             FROM messages m JOIN conversations v ON v.tenant_id = m.tenant_id AND v.id = m.conversation_id"""


async def numbers_of(owner: asyncpg.Connection) -> list[Number]:
    """Two numbers of one tenant."""
    first = await insert_number(owner, phone_number_id="3001", waba_id="2001")
    second = await insert_number(owner, first.tenant_id, phone_number_id="3002", waba_id="2001")
    return [first, second]


async def told(
    dsn: str, happenings: list[Happening], *, chance: random.Random, most: int
) -> tuple[dict[str, list[Row]], dict[str, set[object]]]:
    """Tell a fresh installation the happenings in this order; return its tables, and the contacts that each message is with."""
    owner = await asyncpg.connect(dsn)
    apply = await Pool.open(dsn, Role.APPLY)
    try:
        numbers = await numbers_of(owner)
        bodies = bodies_of(happenings, numbers, chance)
        for start in range(0, len(bodies), 2000):
            await deliver(owner, *bodies[start : start + 2000])
            await drain(apply, most=most)
        await Parked(apply).apply()
        tables = await natural(owner)
        whose: defaultdict[str, set[object]] = defaultdict(set)
        for row in await owner.fetch(WHOSE):
            whose[row["wamid"]].add(row["contact_id"])
        return tables, whose
    finally:
        await apply.close()
        await owner.close()


def without_tenants(tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Tenants have other ids in every installation; the numbers say whose a row is."""
    return {
        name: sorted((tuple(one for one in row if not isinstance(one, UUID)) for row in rows), key=repr)
        for name, rows in tables.items()
    }


def missing(wanted: list[Row], found: list[Row]) -> list[Row]:
    """Return the rows that were not found, as many as fit a screen."""
    return sorted((Counter(wanted) - Counter(found)).elements(), key=repr)[:3]


@pytest.mark.parametrize(("seed", "most"), [(1, 1000), (2, 7), (3, 60)])
def test_told_in_any_order_twice_and_in_any_batches_the_tables_are_those_of_the_clean_run(
    postgres_server: postgres.Server, seed: int, most: int
) -> None:
    world = World([Number(*[None] * 2, "3001", "2001"), Number(*[None] * 2, "3002", "2001")], seed=seed)  # type: ignore[arg-type]
    history = world.history(EVENTS)
    chance = random.Random(seed)  # noqa: S311 - an order, not a secret
    with postgres_server.fresh() as dsn:
        clean, whose = asyncio.run(told(dsn, history, chance=chance, most=500))

    contact_of: dict[int, set[object]] = defaultdict(set)
    for wamid, contacts in whose.items():
        contact_of[world.owners[wamid]] |= contacts
    assert {n: len(contacts) for n, contacts in contact_of.items() if len(contacts) > 1} == {}
    assert len({next(iter(contacts)) for contacts in contact_of.values()}) == len(contact_of)

    shuffled = history + chance.sample(history, len(history) // 3)
    chance.shuffle(shuffled)
    with postgres_server.fresh() as dsn:
        found, _ = asyncio.run(told(dsn, shuffled, chance=chance, most=most))
    wanted, got = without_tenants(clean), without_tenants(found)
    for table, rows in wanted.items():
        assert missing(rows, got[table]) == [], table
        assert missing(got[table], rows) == [], table
