"""A server of a tenant's, on a port of this machine: it keeps what it is told, and answers as it is told to, or in no way that helps."""

import asyncio
import json
import socket
import struct
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

MUCH: Final = 10 * 2**20


@dataclass(frozen=True, slots=True)
class Heard:
    """A request as it came; names of headers are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        return json.loads(self.body)


Answer = Callable[[Heard, asyncio.StreamWriter], Awaitable[None]]


def status(code: int, **headers: str) -> Answer:
    """Answer with this status, nothing else, and at once."""

    async def answer(_: Heard, writer: asyncio.StreamWriter) -> None:
        told = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        writer.write(f"HTTP/1.1 {code} Said\r\nContent-Length: 0\r\n{told}\r\n".encode())

    return answer


def refuses(told: Callable[[dict[str, Any]], bool]) -> Answer:
    """Answer 500 to the events of which ``told`` is true, and 200 to all others."""

    async def answer(heard: Heard, writer: asyncio.StreamWriter) -> None:
        await status(500 if told(heard.event) else 200)(heard, writer)

    return answer


def takes_after(moment: asyncio.Event) -> Answer:
    """Answer 200, but not before that."""

    async def answer(heard: Heard, writer: asyncio.StreamWriter) -> None:
        await moment.wait()
        await status(200)(heard, writer)

    return answer


def hangs_at(told: Callable[[dict[str, Any]], bool]) -> Answer:
    """Answer nothing to the events of which ``told`` is true, and 200 to all others."""

    async def answer(heard: Heard, writer: asyncio.StreamWriter) -> None:
        await (hangs if told(heard.event) else status(200))(heard, writer)

    return answer


async def hangs(_: Heard, __: asyncio.StreamWriter) -> None:
    """Answer nothing, and keep the connection."""
    await asyncio.Event().wait()


async def resets(_: Heard, writer: asyncio.StreamWriter) -> None:
    """Break off, as a process that was killed does."""
    taken = writer.get_extra_info("socket")
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def talks(_: Heard, writer: asyncio.StreamWriter) -> None:
    """Answer 200, and at length."""
    writer.write(f"HTTP/1.1 200 Said\r\nContent-Length: {MUCH}\r\n\r\n".encode())
    for _chunk in range(MUCH // 2**16):
        writer.write(b"x" * 2**16)
        await writer.drain()


async def drips(_: Heard, writer: asyncio.StreamWriter) -> None:
    """Answer 200, and then a byte now and then."""
    writer.write(b"HTTP/1.1 200 Said\r\nContent-Length: 1000\r\n\r\n")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.1)


async def babbles(_: Heard, writer: asyncio.StreamWriter) -> None:
    """Answer what is no HTTP."""
    writer.write(b"220 mail.example.org ESMTP\r\n")
    writer.close()


class Receiver:
    """What was heard at each path, and how each answers (200, unless it is told otherwise)."""

    def __init__(self) -> None:
        self.port = 0
        self.heard: Final[list[Heard]] = []
        self._answers: Final[defaultdict[str, Answer]] = defaultdict(lambda: status(200))

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answers(self, path: str, answer: Answer) -> None:
        """Let requests for this path be answered so, from now on."""
        self._answers[path] = answer

    def at(self, path: str) -> list[Heard]:
        """Return what was heard there, in the order it came."""
        return [heard for heard in self.heard if heard.path == path]

    def ids(self, path: str) -> list[str]:
        return [heard.id for heard in self.at(path)]

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection to its end."""
        try:
            while True:
                heard = await _read(reader)
                self.heard.append(heard)
                await self._answers[heard.path](heard, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.transport.abort()


async def _read(reader: asyncio.StreamReader) -> Heard:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").splitlines()
    headers = dict(line.split(": ", 1) for line in head[1:] if line)
    headers = {name.lower(): value for name, value in headers.items()}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Heard(path=head[0].split()[1], headers=headers, body=body)


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """Yield a server that listens; whoever still waits for an answer when it ends is cut off."""
    here = Receiver()
    conversations: set[asyncio.Task[None]] = set()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversations.add(asyncio.ensure_future(here.converse(reader, writer)))

    server = await asyncio.start_server(begin, "127.0.0.1", 0)
    here.port = server.sockets[0].getsockname()[1]
    try:
        yield here
    finally:
        server.close()
        for conversation in conversations:
            conversation.cancel()
        await asyncio.gather(*conversations, return_exceptions=True)
        await server.wait_closed()
