"""The servers that Curbe's intake is compared with: nothing but the work their name says, on the same uvicorn configuration.

    python -m bench.baseline_servers no-op|commit-each|group-commit|fan-out [DSN]

no-op          reads the body and answers
commit-each    checks the signature and commits one INSERT for each request
group-commit   checks the signature and commits everything that came within 8 ms in one INSERT: the ceiling for a durable answer
fan-out        hands each body on to the sockets of its tenant, nothing checked and nothing stored
"""

import asyncio
import hashlib
import hmac
import socket
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import asyncpg
import uvicorn
import uvloop

from bench.world import APP_SECRET

TABLE: Final = "CREATE TABLE bare (id bigint GENERATED ALWAYS AS IDENTITY, body bytea NOT NULL)"
_FLOOR: Final = 0.008  # seconds between two flushes: Curbe's own
_MOST: Final = 1000
_POOL: Final = 20
_BODIES_A_FRAME: Final = 3
_SECRET: Final = APP_SECRET.encode()

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Store = Callable[[bytes], Awaitable[None]]

_OK: Final = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/plain"), (b"content-length", b"2")],
}
_OK_BODY: Final = {"type": "http.response.body", "body": b"ok"}


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


async def no_op(_scope: Scope, receive: Receive, send: Send) -> None:
    """Read the body and answer."""
    await _body(receive)
    await send(_OK)
    await send(_OK_BODY)


class Durable:
    """Checks the signature, stores the body and answers."""

    def __init__(self, store: Store) -> None:
        self._store: Final = store

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        body = await _body(receive)
        given = next(value for name, value in scope["headers"] if name == b"x-hub-signature-256")
        right = b"sha256=" + hmac.digest(_SECRET, body, hashlib.sha256).hex().encode()
        if not hmac.compare_digest(given, right):
            raise PermissionError("a wrong signature in a benchmark is a bug of the benchmark")
        await self._store(body)
        await send(_OK)
        await send(_OK_BODY)


class FanOut:
    """Hands each body on to the sockets that follow its path, in a frame about as large as the product's."""

    def __init__(self) -> None:
        self._sockets: Final[defaultdict[str, list[Send]]] = defaultdict(list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request or one socket."""
        if scope["type"] == "websocket":
            await self._follow(scope, receive, send)
            return
        body = (await _body(receive)).decode()
        await send(_OK)
        await send(_OK_BODY)
        frame = {"type": "websocket.send", "text": body * _BODIES_A_FRAME}
        for told in list(self._sockets[scope["path"]]):
            await told(frame)

    async def _follow(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "text": '{"type":"hello"}'})
        self._sockets[scope["path"]].append(send)
        while (await receive())["type"] != "websocket.disconnect":
            pass
        self._sockets[scope["path"]].remove(send)


class Group:
    """Gathers bodies and commits them together."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool: Final = pool
        self._bodies: list[bytes] = []
        self._done = asyncio.Event()
        self._arrived: Final = asyncio.Event()

    async def store(self, body: bytes) -> None:
        """Return once ``body`` is committed."""
        if len(self._bodies) >= _MOST:
            await self._done.wait()
        self._bodies.append(body)
        done = self._done
        self._arrived.set()
        await done.wait()

    async def flush_for_ever(self) -> None:
        """Commit what was gathered, at most every 8 ms."""
        loop = asyncio.get_running_loop()
        started = 0.0
        while True:
            await self._arrived.wait()
            await asyncio.sleep(max(0.0, started + _FLOOR - loop.time()))
            started = loop.time()
            bodies, self._bodies = self._bodies, []
            done, self._done = self._done, asyncio.Event()
            self._arrived.clear()
            await self._pool.execute("INSERT INTO bare (body) SELECT unnest($1::bytea[])", bodies)
            done.set()


async def _no_reset(_connection: object) -> None:
    """Spare the round trip with which asyncpg cleans a connection: the product does so too."""


async def _serve(app: object, listening: socket.socket) -> None:
    config = uvicorn.Config(
        app,  # type: ignore[arg-type]
        loop="none",
        http="httptools",
        ws="websockets-sansio",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        backlog=2048,
        timeout_keep_alive=75,
    )
    print(f"ready on http://127.0.0.1:{listening.getsockname()[1]}", flush=True)
    await uvicorn.Server(config).serve(sockets=[listening])


async def main(kind: str, dsn: str) -> None:
    """Serve until a signal comes."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", 0))
    listening.listen(2048)
    if kind in {"no-op", "fan-out"}:
        await _serve(no_op if kind == "no-op" else FanOut(), listening)
        return
    size = _POOL if kind == "commit-each" else 1
    async with asyncpg.create_pool(dsn, min_size=size, max_size=size, reset=_no_reset) as pool:
        if kind == "commit-each":

            async def insert(body: bytes) -> None:
                await pool.execute("INSERT INTO bare (body) VALUES ($1)", body)

            await _serve(Durable(insert), listening)
            return
        group = Group(pool)
        async with asyncio.TaskGroup() as tasks:
            flushing = tasks.create_task(group.flush_for_ever())
            await _serve(Durable(group.store), listening)
            flushing.cancel()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""))
