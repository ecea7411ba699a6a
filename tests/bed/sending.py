"""The worker's parts that send and carry campaigns on, run within a test, and what the sandbox took."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from bed.graph import Graph, World
from curbe.campaigns.tending import Tender
from curbe.channels.cloudapi.client import CloudApi
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring
from curbe.infra.db import Pool
from curbe.infra.http import Egress
from curbe.infra.metrics import Metrics
from curbe.infra.settings import load
from curbe.outbound.send import Means, Senders


@asynccontextmanager
async def working(worker: Pool, apply: Pool, environ: dict[str, str]) -> AsyncIterator[None]:
    """The worker's parts that carry campaigns on and send."""
    configured = load(environ, env_file=None)
    keyring = Keyring.of(configured)
    stop = asyncio.Event()
    async with Egress(trusted=[configured.meta_graph_base_url]) as egress, asyncio.TaskGroup() as tasks:
        means = Means(
            pool=worker,
            cloud_api=CloudApi.of(configured, egress=egress),
            keyring=keyring,
            callback_key=keyring.derive("callback data"),
            metrics=Metrics(),
        )
        tasks.create_task(Senders(means, everybody=apply).run(stop))
        tasks.create_task(Tender(everybody=apply, pool=worker, now=utc_now).run(stop))
        try:
            yield
        finally:
            stop.set()


def taken_by_meta(graph: Graph, world: World) -> list[dict[str, Any]]:
    entries = graph.control("GET", "/record?limit=1000")["entries"]
    return [
        one
        for one in entries
        if one.get("phone_number_id") == world.phone_number_id and one["kind"] == "message"
    ]


async def until(condition: Callable[[], Awaitable[bool]], *, seconds: float = 60) -> None:
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 - another process does it
            await asyncio.sleep(0.1)
