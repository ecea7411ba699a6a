"""A Graph API that answers nothing clear, or is not there at all, for a while: what waits is not spent on it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest

from bed import graph as graphs
from bed.graph import World
from bed.queueing import queue_texts
from bed.rows import Number, insert_conversation, insert_number
from curbe.channels.cloudapi.client import CloudApi
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring, Secret, binding, fresh_key
from curbe.infra.db import Pool
from curbe.infra.http import Egress
from curbe.infra.metrics import Metrics
from curbe.outbound.send import Means, Senders

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
KEYRING = Keyring.from_base64(fresh_key())
NOBODY = "http://127.0.0.1:9"  # refuses every connection


async def connected(owner: Owner, world: World, tenant_id: UUID | None = None) -> Number:
    number = await insert_number(
        owner, tenant_id, phone_number_id=world.phone_number_id, waba_id=world.waba_id
    )
    place = binding("channel_connections", number.tenant_id, number.connection_id, "access_token_enc")
    await owner.execute(
        "UPDATE channel_connections SET access_token_enc = $2, messages_per_second = 80 WHERE id = $1",
        number.connection_id,
        KEYRING.seal(Secret(world.token), bound_to=place),
    )
    return number


async def backlog(owner: Owner, web: Pool, number: Number, count: int) -> None:
    """Queue a message to each of so many people who have just written."""
    threads = [
        await insert_conversation(owner, number, wa_id=f"347{n:08}", last_inbound_at=utc_now())
        for n in range(count)
    ]
    await queue_texts(web, number, threads, at=utc_now())


@asynccontextmanager
async def sending(worker: Pool, apply: Pool, base_url: str) -> AsyncIterator[Metrics]:
    """The senders of `curbe work`, for the length of this block."""
    stop, metrics = asyncio.Event(), Metrics()
    async with Egress(trusted=[base_url]) as egress, asyncio.TaskGroup() as tasks:
        means = Means(
            pool=worker,
            cloud_api=CloudApi(egress, base_url=base_url, version="v25.0"),
            keyring=KEYRING,
            callback_key=KEYRING.derive("callback data"),
            metrics=metrics,
        )
        tasks.create_task(Senders(means, everybody=apply).run(stop))
        try:
            yield metrics
        finally:
            stop.set()


async def until(owner: Owner, sql: str, *, seconds: float = 30) -> None:
    """Wait until a query answers true."""
    async with asyncio.timeout(seconds):
        while not await owner.fetchval(sql):  # noqa: ASYNC110 - the database has no event for it
            await asyncio.sleep(0.05)


async def standing(owner: Owner) -> dict[str, int]:
    return dict(await owner.fetch("SELECT status::text, count(*) FROM messages GROUP BY 1"))


def halted(metrics: Metrics, reach: str) -> float | None:
    return metrics.registry.get_sample_value("curbe_send_circuits_open", {"reach": reach})


async def test_a_meta_that_answers_nothing_clear_costs_a_handful_of_messages_and_the_rest_go_out_afterwards(
    owner: Owner, web: Pool, worker: Pool, apply: Pool
) -> None:
    with graphs.running() as graph:
        world = graph.world()
        graph.control("PATCH", "/settings", {"enforce_window": False})
        fault = graph.control(
            "POST", "/faults", {"kind": "http_status", "http_status": 502, "body": "bad", "count": None}
        )
        number = await connected(owner, world)
        await backlog(owner, web, number, 400)
        async with sending(worker, apply, graph.url) as metrics:
            await asyncio.sleep(8)
            meanwhile = await standing(owner)
            assert halted(metrics, "number") == 1
            graph.control("DELETE", f"/faults/{fault['id']}")
            await until(owner, "SELECT count(*) = 0 FROM outbox", seconds=60)
            assert halted(metrics, "number") == 0

    assert meanwhile["unknown"] <= 25
    after = await standing(owner)
    assert after["unknown"] + after["accepted"] == 400
    assert after["unknown"] <= meanwhile["unknown"] + 1
    assert await owner.fetchval("SELECT max(attempt) FROM messages WHERE status = 'unknown'") <= 2


async def test_where_several_numbers_hear_nothing_clear_one_message_at_a_time_finds_out_for_all(
    owner: Owner, web: Pool, worker: Pool, apply: Pool
) -> None:
    with graphs.running() as graph:
        graph.control("PATCH", "/settings", {"enforce_window": False})
        numbers = [await connected(owner, graph.world()) for _ in range(8)]
        graph.control(
            "POST", "/faults", {"kind": "http_status", "http_status": 502, "body": "bad", "count": None}
        )
        for number in numbers:
            await backlog(owner, web, number, 40)
        async with sending(worker, apply, graph.url) as metrics:
            await asyncio.sleep(8)
            assert halted(metrics, "provider") == 1

    assert (await standing(owner))["unknown"] <= 40, "not five of each number, and a probe of each"


async def test_while_meta_cannot_be_reached_nothing_fails_and_everything_goes_out_once_it_can(
    owner: Owner, web: Pool, worker: Pool, apply: Pool
) -> None:
    with graphs.running() as graph:
        graph.control("PATCH", "/settings", {"enforce_window": False})
        number = await connected(owner, graph.world())
        await backlog(owner, web, number, 60)
        async with sending(worker, apply, NOBODY):
            await asyncio.sleep(20)
        assert await standing(owner) == {"queued": 60}
        assert await owner.fetchval("SELECT max(refusals) FROM outbox") == 0, "nobody was there to refuse it"
        async with sending(worker, apply, graph.url):
            await until(owner, "SELECT count(*) = 0 FROM outbox", seconds=60)

    assert await standing(owner) == {"accepted": 60}


async def test_a_message_that_is_refused_while_others_are_not_halts_nobody(
    owner: Owner, web: Pool, worker: Pool, apply: Pool
) -> None:
    with graphs.running() as graph:
        graph.control("PATCH", "/settings", {"enforce_window": False})
        number = await connected(owner, graph.world())
        graph.control("POST", "/faults", {"kind": "error", "code": 131026, "http_status": 400, "count": 60})
        await backlog(owner, web, number, 120)
        async with sending(worker, apply, graph.url) as metrics:
            await until(owner, "SELECT count(*) = 0 FROM outbox", seconds=10)
            assert halted(metrics, "number") == 0

    assert await standing(owner) == {"failed": 60, "accepted": 60}
