"""Every change of a connection is told to its tenant once, in the transaction of the change."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from bed.rows import NOW, insert_tenant
from curbe.channels.cloudapi.answers import Number, TokenInfo
from curbe.connections import service
from curbe.connections.service import Proof
from curbe.infra.crypto import Keyring, Secret, fresh_key
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio

KEYRING = Keyring.from_base64(fresh_key())


async def connect(web: Pool, tenant: UUID, *, access: str = "EAA-one") -> UUID:
    proof = Proof(
        waba_id="200000000000001",
        number=Number(id="300000000000001", display_phone_number="+34 600 000 001", verified_name="Acme"),
        token=Secret(access),
        about_token=TokenInfo(is_valid=True, app_id="100000000000001"),
        app_id="100000000000001",
    )
    async with web.transaction(tenant) as tx:
        made = await service.connect(
            tx, proof, tenant_id=tenant, keyring=KEYRING, country_id=None, actor="cli", now=NOW
        )
    return made.id


async def told(owner: asyncpg.Connection, tenant: UUID) -> list[dict[str, Any]]:
    rows = await owner.fetch(
        "SELECT data FROM events WHERE tenant_id = $1 AND type = 'connection_updated' ORDER BY xid, id",
        tenant,
    )
    return [json.loads(row["data"]) for row in rows]


async def pause(pool: Pool, tenant: UUID, connection_id: UUID) -> None:
    async with pool.transaction(tenant) as tx:
        await service.pause(
            tx, tenant_id=tenant, connection_id=connection_id, reason="The token has expired."
        )


async def pause_and_think_better_of_it(pool: Pool, tenant: UUID, connection_id: UUID) -> None:
    async with pool.transaction(tenant) as tx:
        await service.pause(tx, tenant_id=tenant, connection_id=connection_id, reason="No reason.")
        raise RuntimeError("not after all")


async def resume(pool: Pool, tenant: UUID, connection_id: UUID) -> None:
    async with pool.transaction(tenant) as tx:
        await service.resume(tx, tenant_id=tenant, connection_id=connection_id, actor="cli")


async def disconnect(pool: Pool, tenant: UUID, connection_id: UUID) -> None:
    async with pool.transaction(tenant) as tx:
        await service.disconnect(
            tx, tenant_id=tenant, connection_id=connection_id, actor="cli", now=NOW + timedelta(hours=1)
        )


async def test_connecting_pausing_resuming_and_disconnecting_are_each_told_with_the_new_status(
    web: Pool, worker: Pool, owner: asyncpg.Connection, tenant: UUID
) -> None:
    connection_id = await connect(web, tenant)
    await pause(worker, tenant, connection_id)
    await resume(web, tenant, connection_id)
    await disconnect(web, tenant, connection_id)

    assert await told(owner, tenant) == [
        {"id": str(connection_id), "status": status} for status in ("active", "error", "active", "revoked")
    ]


async def test_a_new_token_that_ends_a_pause_is_told(
    web: Pool, worker: Pool, owner: asyncpg.Connection, tenant: UUID
) -> None:
    connection_id = await connect(web, tenant)
    await pause(worker, tenant, connection_id)
    await connect(web, tenant, access="EAA-another")

    assert (await told(owner, tenant))[-1] == {"id": str(connection_id), "status": "active"}


async def test_what_changes_nothing_is_not_told(
    web: Pool, worker: Pool, owner: asyncpg.Connection, tenant: UUID
) -> None:
    connection_id = await connect(web, tenant)
    await resume(web, tenant, connection_id)
    for _ in range(2):
        await pause(worker, tenant, connection_id)
    for _ in range(2):
        await disconnect(web, tenant, connection_id)

    assert [one["status"] for one in await told(owner, tenant)] == ["active", "error", "revoked"]


async def test_a_change_that_is_undone_is_not_told(
    web: Pool, owner: asyncpg.Connection, tenant: UUID
) -> None:
    connection_id = await connect(web, tenant)

    with pytest.raises(RuntimeError, match="after all"):
        await pause_and_think_better_of_it(web, tenant, connection_id)

    assert [one["status"] for one in await told(owner, tenant)] == ["active"]


async def test_another_tenant_hears_nothing_of_it(web: Pool, owner: asyncpg.Connection, tenant: UUID) -> None:
    other = await insert_tenant(owner)

    await connect(web, tenant)

    assert await told(owner, other) == []
