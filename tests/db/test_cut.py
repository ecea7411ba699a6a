"""A pool that is cut while somebody works with it: whoever is told to stop stops, and does not take it for a database that is away."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import pytest

from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio

Work = Callable[[Pool, UUID, asyncio.Event], Awaitable[None]]


async def in_a_statement(pool: Pool, tenant: UUID, begun: asyncio.Event) -> None:
    async with pool.transaction(tenant) as tx:
        begun.set()
        await tx.connection.execute("SELECT pg_sleep(60)")


async def between_statements(pool: Pool, tenant: UUID, begun: asyncio.Event) -> None:
    async with pool.transaction(tenant) as tx:
        await tx.connection.execute("SELECT 1")
        begun.set()
        await asyncio.sleep(60)


async def in_a_session(pool: Pool, _tenant: UUID, begun: asyncio.Event) -> None:
    async with pool.session():
        begun.set()
        await asyncio.sleep(60)


@pytest.mark.parametrize("work", [in_a_statement, between_statements, in_a_session])
async def test_who_is_told_to_stop_while_the_pool_is_cut_stops(
    worker: Pool, tenant: UUID, work: Work
) -> None:
    begun = asyncio.Event()
    working = asyncio.ensure_future(work(worker, tenant, begun))
    await begun.wait()
    await asyncio.sleep(0.05)  # the statement is on its way
    working.cancel()
    worker.cut()  # as a worker does whose twenty seconds come to their end
    async with asyncio.timeout(5):
        with pytest.raises(asyncio.CancelledError):
            await working


async def test_the_locks_of_a_process_that_hangs_are_free_again(worker: Pool) -> None:
    async with worker.session(silent=timedelta(seconds=1)) as hangs, worker.session() as other:
        assert await hangs.try_lock(7)
        async with asyncio.timeout(5):
            while not await other.try_lock(7):  # noqa: ASYNC110 - the server tells nobody
                await asyncio.sleep(0.05)


async def test_who_asks_now_and_then_keeps_its_locks(worker: Pool) -> None:
    async with worker.session(silent=timedelta(seconds=1)) as lively, worker.session() as other:
        assert await lively.try_lock(7)
        for _ in range(12):
            await asyncio.sleep(0.1)
            assert await lively.alive()

        assert not await other.try_lock(7)
