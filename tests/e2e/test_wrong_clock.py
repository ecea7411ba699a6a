"""A process whose clock is wrong, beside a database whose is right."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import asyncpg
import pytest

from bed import graph as graphs
from bed.graph import Graph, World
from bed.installation import SETTINGS, Installation, installed
from bed.queueing import queue_texts
from bed.rows import Number, insert_conversation, insert_number, insert_sent
from bed.sending import taken_by_meta, until
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring, Secret, binding
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
KEYRING = Keyring.from_base64(Secret(SETTINGS["TOKEN_ENCRYPTION_KEY"]))

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


@contextmanager
def at_the_sandbox(dsn: str) -> Iterator[tuple[Installation, Graph, World]]:
    with graphs.running() as graph:
        graph.control("PATCH", "/settings", {"enforce_window": False})
        with installed(**{**SETTINGS, **graph.environ}, DATABASE_URL=dsn) as here:
            yield here, graph, graph.world()


async def connected(owner: asyncpg.Connection, world: World) -> Number:
    number = await insert_number(owner, phone_number_id=world.phone_number_id, waba_id=world.waba_id)
    place = binding("channel_connections", number.tenant_id, number.connection_id, "access_token_enc")
    await owner.execute(
        "UPDATE channel_connections SET access_token_enc = $2 WHERE id = $1",
        number.connection_id,
        KEYRING.seal(Secret(world.token), bound_to=place),
    )
    return number


async def test_a_worker_that_is_a_day_ahead_neither_closes_a_window_nor_loses_patience(
    dsn: str, owner: asyncpg.Connection, web: Pool
) -> None:
    with at_the_sandbox(dsn) as (here, graph, world):
        number = await connected(owner, world)
        thread = await insert_conversation(
            owner, number, wa_id="34600000001", last_inbound_at=utc_now() - 20 * HOUR
        )
        (reply,) = await queue_texts(web, number, [thread], at=utc_now())
        graph.control("POST", "/faults", {"kind": "error", "code": 130429, "http_status": 429})
        here.start("work", clock=25 * HOUR)

        async def sent() -> bool:
            return bool(taken_by_meta(graph, world))

        await until(sent, seconds=30)
        accepted = "SELECT accepted_at FROM messages WHERE id = $1 AND accepted_at IS NOT NULL"

        async def told() -> bool:
            return await owner.fetchval(accepted, reply) is not None

        await until(told, seconds=10)
        assert await owner.fetchval(accepted, reply) < utc_now() + HOUR


async def test_a_worker_that_is_a_day_behind_sends_nothing_into_a_closed_window(
    dsn: str, owner: asyncpg.Connection, web: Pool
) -> None:
    with at_the_sandbox(dsn) as (here, graph, world):
        number = await connected(owner, world)
        thread = await insert_conversation(
            owner, number, wa_id="34600000001", last_inbound_at=utc_now() - 25 * HOUR
        )
        (reply,) = await queue_texts(web, number, [thread], at=utc_now())
        here.start("work", clock=-25 * HOUR)

        async def failed() -> bool:
            query = "SELECT failure_kind = 'window_closed' FROM messages WHERE id = $1"
            return bool(await owner.fetchval(query, reply))

        await until(failed, seconds=30)
        assert taken_by_meta(graph, world) == []
