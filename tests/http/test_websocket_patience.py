"""How long a socket waits for its reader and keeps a quiet one alive, over a line that stalls at will."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from litestar.connection import WebSocket

from bed.api import key_of
from bed.events import numbers_in, write_events
from curbe.auth.service import authenticate
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.realtime import follow
from curbe.realtime.broadcast import Broadcast
from curbe.realtime.follow import Follower

pytestmark = pytest.mark.anyio

SHORT = timedelta(milliseconds=200)


class Line:
    """The server's end of one socket: what was sent over it, a client that may leave, a write that may stall."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.client: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.flows = asyncio.Event()
        self.flows.set()
        self.broken = False

    def socket(self) -> WebSocket:
        scope: Any = {"type": "websocket", "headers": [], "state": {}, "subprotocols": [], "path": "/"}
        socket = WebSocket(scope, self.client.get, self._send)  # type: ignore[arg-type]
        socket.connection_state = "connect"
        return socket

    async def _send(self, message: Any) -> None:
        await self.flows.wait()
        if self.broken:
            raise OSError("gone")
        await self.sent.put(message)

    async def frame(self) -> dict:
        async with asyncio.timeout(5):
            return json.loads((await self.sent.get())["text"])

    async def end(self) -> dict[str, Any]:
        async with asyncio.timeout(5):
            while (message := await self.sent.get())["type"] != "websocket.close":
                pass
        return message


@asynccontextmanager
async def following(web: Pool, tenant: UUID) -> AsyncIterator[tuple[Line, asyncio.Task[None]]]:
    _, key = await key_of(web, tenant)
    line, broadcast = Line(), Broadcast(web)
    follower = Follower(
        line.socket(),
        tenant_id=tenant,
        principal=await authenticate(web, key, now=utc_now()),
        pool=web,
        broadcast=broadcast,
        session_idle=timedelta(hours=12),
    )
    listening = asyncio.ensure_future(broadcast.run())
    running = asyncio.ensure_future(follower.run(None))
    assert (await line.frame())["type"] == "hello"
    try:
        yield line, running
    finally:
        listening.cancel()
        running.cancel()
        await asyncio.gather(listening, running, return_exceptions=True)


async def test_a_reader_too_slow_is_cut_off_and_told_to_come_back(
    web: Pool, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "_SLOWEST_WRITE", SHORT)
    async with following(web, tenant) as (line, running):
        line.flows.clear()
        await write_events(web, tenant, 1)
        await asyncio.sleep(4 * SHORT.total_seconds())
        line.flows.set()

        assert (await line.end())["code"] == 4408
        await running


async def test_a_reader_that_takes_nothing_at_all_is_given_up(
    web: Pool, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "_SLOWEST_WRITE", SHORT)
    monkeypatch.setattr(follow, "_SLOWEST_CLOSE", SHORT)
    async with following(web, tenant) as (line, running):
        line.flows.clear()
        await write_events(web, tenant, 1)

        await asyncio.wait_for(running, 5)


async def test_a_quiet_socket_is_pinged(web: Pool, tenant: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(follow, "_PING_EVERY", SHORT)
    async with following(web, tenant) as (line, _):
        assert await line.frame() == {"type": "ping"}
        await write_events(web, tenant, 1)
        while (frame := await line.frame())["type"] == "ping":
            pass

    assert numbers_in(frame["items"]) == [1]


async def test_a_socket_is_pinged_too_while_a_transaction_of_somebodys_keeps_back_what_happened(
    web: Pool, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow, "_PING_EVERY", SHORT)
    async with following(web, tenant) as (line, _):
        async with web.transaction() as open_for_long:
            await open_for_long.connection.execute("SELECT pg_current_xact_id()")
            await write_events(web, tenant, 1)
            heard = [await line.frame() for _ in range(2)]
        while (frame := await line.frame())["type"] == "ping":
            pass

    assert heard == [{"type": "ping"}] * 2
    assert numbers_in(frame["items"]) == [1]


async def test_a_client_that_leaves_leaves_nothing_behind(web: Pool, tenant: UUID) -> None:
    async with following(web, tenant) as (line, running):
        await line.client.put({"type": "websocket.disconnect", "code": 1005})

        await asyncio.wait_for(running, 5)

    assert line.sent.empty()


async def test_a_client_lost_while_it_is_written_to_is_no_error(web: Pool, tenant: UUID) -> None:
    async with following(web, tenant) as (line, running):
        line.broken = True
        await write_events(web, tenant, 1)

        await asyncio.wait_for(running, 5)
