"""A lane that has much to do takes it in few batches."""

import asyncio

import asyncpg
import pytest

from bed.appliers import applier, left
from bed.rows import Number
from bed.webhooks import deliver, each_alone, text
from curbe.infra.db import Pool
from curbe.ingest.bell import Bell

pytestmark = pytest.mark.anyio


async def test_what_comes_at_a_thousand_a_second_is_applied_in_tenths_of_a_second(
    owner: asyncpg.Connection, apply: Pool, number: Number
) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    applying = asyncio.ensure_future(applier(apply, most=2000).run(0, stop, Bell(apply)))
    began, written = loop.time(), 0
    while (passed := loop.time() - began) < 1.5:
        due = int(passed * 1000) - written
        messages = [text(f"wamid.{written + n}") for n in range(due)]
        await deliver(owner, *(one for message in messages for one in each_alone(number, messages=[message])))
        written += due
        await asyncio.sleep(0.01)
    async with asyncio.timeout(30):
        while await left(apply):  # noqa: ASYNC110 - the database tells nobody
            await asyncio.sleep(0.02)
    took = loop.time() - began
    stop.set()
    await applying

    (batches,) = await owner.fetchrow("SELECT count(DISTINCT xid) FROM events") or (0,)
    assert await owner.fetchval("SELECT count(*) FROM messages") == written
    assert batches <= took / 0.1 + 5
