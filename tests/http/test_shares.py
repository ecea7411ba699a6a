"""What takes long for one tenant holds up nobody else: none has all the connections of a process to the database."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import asyncpg
import httpx
import pytest

from bed.api import serving
from bed.locks import waiting_for_a_lock
from bed.tenants import Tenant
from curbe.infra.db import Pool, Role

pytestmark = pytest.mark.anyio
NewTenant = Callable[[], Awaitable[Tenant]]


async def test_requests_of_one_tenant_that_take_long_keep_no_other_waiting(
    dsn: str, owner: asyncpg.Connection, acme: Tenant, new_tenant: NewTenant
) -> None:
    other = await new_tenant()
    body = {"name": "Mine", "shared": True, "filter": {}}
    async with serving(dsn) as server, owner.transaction():
        clients = [
            httpx.AsyncClient(base_url=server.url, headers={"Authorization": f"Bearer {one.key}"}, timeout=40)
            for one in (acme, other)
        ]
        async with clients[0] as slow, clients[1] as quick:
            # Whoever makes a view waits for who holds those of the tenant.
            await owner.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 9))", str(acme.id))
            waiting = [
                asyncio.ensure_future(slow.post(f"{acme.path}/inbox/views", json=body)) for _ in range(40)
            ]
            await waiting_for_a_lock(owner, many=8)
            async with asyncio.timeout(10):
                answers = [await quick.get(f"{other.path}/labels") for _ in range(5)]
                ready = await quick.get("/readyz")
            for one in waiting:
                one.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    assert [answer.status_code for answer in answers] == [200] * 5
    assert ready.status_code == 200


async def test_of_a_pool_a_tenant_has_its_share_and_gets_the_next_when_one_is_given_back(
    dsn: str, acme: Tenant
) -> None:
    pool = await Pool.open(dsn, Role.WEB, size=4, share=2)
    go_on, full, inside = asyncio.Event(), asyncio.Event(), 0

    async def work() -> None:
        nonlocal inside
        async with pool.transaction(acme.id):
            inside += 1
            if inside == 2:
                full.set()
            await go_on.wait()

    try:
        working = [asyncio.ensure_future(work()) for _ in range(5)]
        async with asyncio.timeout(10):
            await full.wait()
            async with pool.transaction(None), pool.transaction(uuid4()):
                assert inside == 2
        working.pop().cancel()  # who gives up while waiting takes nobody's turn
        go_on.set()
        async with asyncio.timeout(10):
            await asyncio.gather(*working)
    finally:
        await pool.close()

    assert inside == 4
