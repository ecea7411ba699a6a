"""A connection of the pool forgets whom it worked for, however its transaction ended."""

import asyncio
import random  # noqa: TID251 - a seed of its own
from uuid import UUID

import asyncpg
import pytest

from bed.rows import insert_number
from curbe.infra.db import Pool, Role

pytestmark = pytest.mark.anyio

TENANTS = 12
TRANSACTIONS = 900
SEEN = "SELECT coalesce(array_agg(DISTINCT tenant_id), '{}') FROM channel_connections"


class Broken(Exception):
    """What a caller may raise in the middle."""


def broken() -> None:
    raise Broken


async def seen(pool: Pool, tenant_id: UUID | None) -> set[UUID]:
    async with pool.transaction(tenant_id) as tx:
        return set(await tx.connection.fetchval(SEEN) or ())


async def interrupted(pool: Pool, tenant_id: UUID, how: str) -> None:
    """Work for a tenant and end as work may end."""
    try:
        async with asyncio.timeout(0.002 if how == "timeout" else None), pool.transaction(tenant_id) as tx:
            await tx.connection.execute("SELECT pg_sleep(0.01)" if how == "timeout" else "SELECT 1")
            if how == "raises":
                broken()
            if how == "refused":
                await tx.connection.execute("SELECT 1 / 0")
            if how == "killed":
                await tx.connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    except (Broken, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError, ConnectionError):
        return


@pytest.mark.parametrize("role", [Role.WEB, Role.WORKER])
async def test_whoever_has_the_connection_next_sees_nothing_of_whoever_had_it_before(
    owner: asyncpg.Connection, dsn: str, role: Role
) -> None:
    tenants = [(await insert_number(owner)).tenant_id for _ in range(TENANTS)]
    chance = random.Random(7)  # noqa: S311 - repeatable on purpose
    pool = await Pool.open(dsn, role, size=4)

    async def one() -> tuple[set[UUID], set[UUID]]:
        await interrupted(
            pool, chance.choice(tenants), chance.choice(("", "raises", "refused", "timeout", "killed"))
        )
        mine = chance.choice(tenants)
        return await seen(pool, None), await seen(pool, mine) - {mine}

    async def several() -> list[tuple[set[UUID], set[UUID]]]:
        return [await one() for _ in range(TRANSACTIONS // 3 // 8)]

    try:
        met = [pair for pairs in await asyncio.gather(*(several() for _ in range(8))) for pair in pairs]
    finally:
        await pool.close()

    assert [pair for pair in met if pair != (set(), set())] == []
