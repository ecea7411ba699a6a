"""Webhooks over real connections: the short way answers what the usual way answers, in the order of what was asked."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import asyncpg
import pytest
import uvicorn

from bed.intake import SECRET, VERIFY_TOKEN, signature
from bed.rows import APP
from curbe.infra.db import Pool
from curbe.infra.metrics import Metrics
from curbe.infra.settings import MetaApp
from curbe.ingest.commit import GroupCommitter
from curbe.ingest.receive import PATH, WebhookReceiver
from curbe.ingest.wire import Webhooks

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
BODY = b'{"object":"whatsapp_business_account","entry":[{"id":"1","changes":[]}]}'
OTHER = b"GET /elsewhere HTTP/1.1\r\nHost: x\r\n\r\n"
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


def post(body: bytes = BODY, *, path: str = PATH, signed: str | None = None, more: str = "") -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: {signed or signature(body)}\r\n"
        f"Content-Length: {len(body)}\r\n{more}\r\n"
    )
    return head.encode() + body


class Served:
    """A server of webhooks, and of one other page that takes its time."""

    def __init__(self, port: int, stop: Callable[[], Awaitable[None]], metrics: Metrics) -> None:
        self.port = port
        self.stop = stop
        self.metrics = metrics

    async def connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self, *pieces: bytes, answers: int = 1) -> bytes:
        """Send the pieces, each in a packet of its own, and return all that comes until so many answers are whole."""
        reader, writer = await self.connected()
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.002 if len(pieces) > 1 else 0)
        try:
            return await read_answers(reader, answers)
        finally:
            writer.close()


async def read_answers(reader: asyncio.StreamReader, count: int) -> bytes:
    told = b""
    async with asyncio.timeout(10):
        for _ in range(count):
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"content-length: (\d+)", head)
            assert length is not None
            told += head + await reader.readexactly(int(length[1]))
    return told


def statuses(told: bytes) -> list[int]:
    return [int(status) for status in _STATUS.findall(told)]


def without_date(told: bytes) -> bytes:
    return re.sub(rb"date: [^\r]*\r\n", b"", told)


@asynccontextmanager
async def served(pool: Pool, **limits: Any) -> AsyncIterator[Served]:
    metrics = Metrics()
    committer = GroupCommitter(pool, metrics=metrics, **limits)
    apps = (MetaApp(app_id=APP, secrets=(SECRET,)),)
    receiver = WebhookReceiver(apps=apps, verify_token=VERIFY_TOKEN, committer=committer, metrics=metrics)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        if scope["path"] == PATH:
            await receiver(scope, receive, send)
            return
        await asyncio.sleep(0.02)
        await send({"type": "http.response.start", "status": 404, "headers": [(b"content-length", b"0")]})
        await send({"type": "http.response.body", "body": b""})

    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        loop="none",
        http=partial(Webhooks, receiver=receiver, committer=committer),  # type: ignore[arg-type]
        lifespan="off",
        log_config=None,
        server_header=False,
    )
    server = uvicorn.Server(config)
    async with asyncio.TaskGroup() as tasks:
        flushing = tasks.create_task(committer.run())
        serving = tasks.create_task(server._serve(sockets=[listening]))
        while not server.started:  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.005)

        async def stop() -> None:
            server.should_exit = True
            await serving

        try:
            yield Served(listening.getsockname()[1], stop, metrics)
        finally:
            await stop()
            committer.stop()
            await flushing


@pytest.fixture
async def address(intake: Pool) -> AsyncIterator[Served]:
    async with served(intake) as found:
        yield found


async def stored(owner: Owner) -> list[bytes]:
    return [row["body"] for row in await owner.fetch("SELECT body FROM webhook_events ORDER BY xid, id")]


@pytest.mark.parametrize(
    "pieces",
    [
        pytest.param([post()], id="in one packet"),
        pytest.param([post()[:40], post()[40:150], post()[150:]], id="in three"),
        pytest.param([post()[:-1], post()[-1:]], id="its last byte late"),
    ],
)
async def test_a_webhook_is_stored_byte_for_byte_however_it_comes(
    address: Served, owner: Owner, pieces: list[bytes]
) -> None:
    assert statuses(await address.ask(*pieces)) == [200]
    assert await stored(owner) == [BODY]


async def test_both_ways_answer_the_same_bytes(address: Served) -> None:
    short = await address.ask(post())
    usual = await address.ask(post(path=f"{PATH}?a=b"))

    assert without_date(short) == without_date(usual)
    assert (b"date: " in short) == (b"date: " in usual)


async def test_a_connection_carries_one_webhook_after_another(address: Served, owner: Owner) -> None:
    bodies = [BODY + b" " * n for n in range(20)]
    reader, writer = await address.connected()
    for body in bodies:
        writer.write(post(body))
        assert statuses(await read_answers(reader, 1)) == [200]
    writer.close()

    assert await stored(owner) == bodies


async def test_answers_come_in_the_order_of_what_was_asked_at_once(address: Served, owner: Owner) -> None:
    wrong = post(signed="sha256=" + "0" * 64)
    told = await address.ask(
        post() + post() + OTHER + post() + wrong + OTHER + OTHER + post() + wrong + post(), answers=10
    )

    assert statuses(told) == [200, 200, 404, 200, 401, 404, 404, 200, 401, 200]
    assert await stored(owner) == [BODY] * 5


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        pytest.param(post(signed="sha256=" + "0" * 64), 401, id="a wrong signature"),
        pytest.param(post(more="X-Hub-Signature-256: " + signature(BODY) + "\r\n"), 401, id="two signatures"),
        pytest.param(post(more="Content-Encoding: gzip\r\n"), 415, id="compressed"),
        pytest.param(post(b"x" * 70_000), 200, id="a larger body"),
        pytest.param(post(b""), 200, id="no body at all"),
        pytest.param(post().replace(b"HTTP/1.1", b"HTTP/1.0"), 200, id="an old client"),
        pytest.param(post(more="Connection: close\r\n"), 200, id="a client that leaves"),
        pytest.param(post(path=PATH + "/"), 404, id="another path"),
        pytest.param(b"PUT" + post().removeprefix(b"POST"), 405, id="another method"),
    ],
)
async def test_what_is_not_plain_is_answered_on_the_usual_way(
    address: Served, owner: Owner, request_: bytes, status: int
) -> None:
    assert statuses(await address.ask(request_)) == [status]
    assert len(await stored(owner)) == (1 if status == 200 else 0)


async def test_a_body_in_chunks_is_taken(address: Served, owner: Owner) -> None:
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nX-Hub-Signature-256: {signature(BODY)}\r\n"
    chunked = head.encode() + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(BODY), BODY)

    assert statuses(await address.ask(chunked)) == [200]
    assert await stored(owner) == [BODY]


@pytest.mark.parametrize(
    "begun",
    [
        pytest.param(b"GET /", id="its address"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: ", id="a header"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: x\r\nX-", id="a header's name"),
    ],
)
async def test_a_head_without_end_is_refused_instead_of_kept(address: Served, begun: bytes) -> None:
    assert statuses(await address.ask(begun + b"a" * 66_000)) == [400]


async def test_trailers_without_end_are_refused_instead_of_kept(address: Served) -> None:
    reader, writer = await address.connected()
    head = post(b"", more="Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n")
    writer.write(head.replace(b"Content-Length: 0\r\n", b""))
    assert statuses(await reader.readuntil(b"\r\n\r\n")) == [100]
    writer.write(b"0\r\nX-Long: " + b"a" * 66_000)

    try:
        assert statuses(await read_answers(reader, 1)) == [400]
    finally:
        writer.close()


@pytest.mark.parametrize(
    "head",
    [
        pytest.param(
            b"GET /?code=" + b"a" * 8_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
            id="where a sign-in comes back to",
        ),
        pytest.param(
            b"GET /?" + b"&".join([b"ids=" + b"0" * 36] * 200) + b" HTTP/1.1\r\nHost: x\r\n\r\n", id="200 ids"
        ),
        pytest.param(
            b"GET / HTTP/1.1\r\nHost: x\r\n"
            + b"".join(b"Cookie: a=%s\r\n" % (b"a" * 4_000) for _ in range(12))
            + b"\r\n",
            id="cookies",
        ),
    ],
)
async def test_a_large_head_is_taken_as_often_as_it_comes_whole_or_in_pieces(
    address: Served, head: bytes
) -> None:
    third = len(head) // 3
    pieces = [head[:third], head[third : 2 * third], head[2 * third :]]

    assert statuses(await address.ask(*pieces, *pieces, answers=2)) == [404, 404]
    assert statuses(await address.ask(head * 4, answers=4)) == [404] * 4, "pipelined"


async def test_a_head_counts_by_itself_however_much_came_before_it(address: Served, owner: Owner) -> None:
    reader, writer = await address.connected()
    for _ in range(3):
        writer.write(post(b"x" * 60_000) + post()[:100])
        assert statuses(await read_answers(reader, 1)) == [200]
        writer.write(post()[100:])
        assert statuses(await read_answers(reader, 1)) == [200]
    writer.close()

    assert len(await stored(owner)) == 6


async def test_whoever_hangs_up_takes_nobody_with_him(address: Served, owner: Owner) -> None:
    _, half = await address.connected()
    half.write(post()[:-10])
    await half.drain()
    half.close()
    _, hasty = await address.connected()
    hasty.write(post(BODY + b" "))
    await hasty.drain()
    hasty.close()

    assert statuses(await address.ask(post() + post(), answers=2)) == [200, 200]
    assert sorted(await stored(owner), key=len) in ([BODY] * 2, [BODY, BODY, BODY + b" "])


async def test_what_cannot_be_committed_is_not_200_and_may_come_again(intake: Pool, owner: Owner) -> None:
    async with served(intake, timeout=0.3) as address:
        async with owner.transaction():
            await owner.execute("LOCK TABLE webhook_events IN ACCESS EXCLUSIVE MODE")
            told = await address.ask(post())
        assert statuses(told) == [503]
        assert b"retry-after: 2" in told
        assert statuses(await address.ask(post())) == [200]
    assert await stored(owner) == [BODY]


async def test_where_too_much_waits_it_is_told_to_come_back(intake: Pool) -> None:
    async with served(intake, max_pending=0) as address:
        assert statuses(await address.ask(post())) == [503]


async def test_what_was_taken_is_answered_before_the_end(intake: Pool, owner: Owner) -> None:
    async with served(intake, timeout=5.0) as address:
        reader, writer = await address.connected()
        async with asyncio.TaskGroup() as tasks, owner.transaction():
            await owner.execute("LOCK TABLE webhook_events IN ACCESS EXCLUSIVE MODE")
            writer.write(post() + post())
            await writer.drain()
            await asyncio.sleep(0.1)
            tasks.create_task(address.stop())
            await asyncio.sleep(0.2)
        told = await read_answers(reader, 2)
        assert statuses(told) == [200, 200]
        assert told.count(b"connection: close") == 1
        assert await reader.read() == b""
        writer.close()
    assert await stored(owner) == [BODY, BODY]


async def test_a_webhook_counts_once_whichever_way_it_went(address: Served) -> None:
    await address.ask(post() + post(path=f"{PATH}?a=b") + post(), answers=3)

    assert address.metrics.webhooks_received._value.get() == 3
