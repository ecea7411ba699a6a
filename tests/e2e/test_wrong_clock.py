"""A process whose clock is wrong, beside a database whose is right."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from bed.installation import SETTINGS, installed
from bed.rows import insert_number, insert_sent
from bed.sending import until

pytestmark = pytest.mark.anyio

_KEPT = {
    "messages": "SELECT count(*) FROM messages",
    "answers to idempotency keys": "SELECT count(*) FROM idempotency_keys",
    "parked statuses": "SELECT count(*) FROM parked_statuses",
}


async def test_a_worker_that_is_a_year_ahead_deletes_nothing_that_is_young(
    dsn: str, owner: asyncpg.Connection
) -> None:
    number = await insert_number(owner)
    await insert_sent(owner, number)
    await owner.execute("UPDATE tenants SET retention_days = 30")
    await owner.execute(
        "INSERT INTO idempotency_keys (tenant_id, route, key, request_hash, response) VALUES ($1, 'send', 'k', $2, '{}')",
        number.tenant_id,
        bytes(32),
    )
    await owner.execute(
        "INSERT INTO parked_statuses (tenant_id, channel_connection_id, provider_message_id, status, at)"
        " VALUES ($1, $2, 'wamid.of-somebody', 'read', now())",
        number.tenant_id,
        number.connection_id,
    )

    async def purged() -> bool:
        return bool(await owner.fetchval("SELECT bool_and(purged_at IS NOT NULL) FROM tenants"))

    with installed(**SETTINGS, DATABASE_URL=dsn) as here:
        working = here.start("work", clock=timedelta(days=366))
        await asyncio.to_thread(working.ready)
        # It asks for a purge within ten minutes: that is not waited for here.
        await owner.execute(
            "INSERT INTO jobs (tenant_id, kind, subject) VALUES ($1, 'retention.purge', $1)", number.tenant_id
        )
        await until(purged, seconds=30)
        left = {name: await owner.fetchval(query) for name, query in _KEPT.items()}

    assert left == dict.fromkeys(_KEPT, 1)
