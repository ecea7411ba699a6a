"""A pool that is cut while somebody works with it: whoever is told to stop stops, and does not take it for a database that is away."""

import asyncio
from collections.abc import Awaitable, Callable
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
