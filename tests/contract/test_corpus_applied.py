"""Every sample payload is taken, accounted for item by item, and applied to the same tables in any order and batching."""

import random  # noqa: TID251 - seeded: the orders repeat
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest

from bed import postgres
from bed.appliers import drain, left
from bed.intake import receiving
from bed.samples import Sample, samples_in, settle_in
from bed.tables import Row, counted, natural
from curbe.infra.db import Pool, Role

pytestmark = pytest.mark.anyio

Tables = dict[str, list[Row]]


@pytest.fixture(scope="session")
def samples(corpus: Path) -> list[Sample]:
    found = samples_in(corpus)
    assert len(found) > 100
    return found


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
