"""A TCP proxy that breaks what passes through it: between Curbe and PostgreSQL, Curbe and Meta, and in front of the web process.

It knows no protocol but turns: what the client says until the server answers is a request. An order harms the next request it fits, or the
whole wire for a while. What it changes is drawn from its seed.
"""

import asyncio
import contextlib
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Final

from .chance import Random

Connect = Callable[[], Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]]
_CHUNK: Final = 65_536
_MOST_REMEMBERED: Final = 4 * 2**20  # of a request that is to be delivered twice
_SILENCE: Final = 3.0  # seconds until a connection on which nothing comes through is given up
_DRIP: Final = 0.02  # seconds between the pieces of an answer that drips


class Harm(StrEnum):
    """What is done to a request or its answer."""

    RESET_IN_REQUEST = "reset in the middle of a request"
    RESET_BEFORE_ANSWER = "reset after a request was sent, before its answer"
    CUT_AT_COMMIT = "reset after COMMIT was sent, before its answer"
    SWALLOW_REQUEST = "request swallowed"
    SWALLOW_ANSWER = "answer swallowed"
    DRIP = "answer in slow bytes"
    TRUNCATE = "half an answer"
    GARBAGE = "garbage instead of an answer"
    TWICE = "request delivered twice"


class _Wire:
    """One connection through the proxy."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.client: Final = client
        self.server: Final = server
        self.harm: Harm | None = None
        self.answered = True  # the next words of the client begin a request
        self.request = b""  # while it is to be delivered twice

    def abort(self) -> None:
        """Reset both sides."""
        reset(self.client)
        reset(self.server)


class FaultProxy:
    """Listens on a port of its own and passes on to whatever ``connect`` opens."""

    def __init__(self, name: str, connect: Connect, random: Random) -> None:
        self.name: Final = name
        self._connect: Final = connect
        self._random: Final = random
        self._server: asyncio.Server | None = None
        self._orders: Final[list[Harm]] = []
        self._wires: Final[set[_Wire]] = set()
        self._tasks: Final[set[asyncio.Task[None]]] = set()
        self._refusing = False
        self._up, self._down = asyncio.Event(), asyncio.Event()  # set: words pass in this direction
        self.port = 0
        self.done: Final[Counter[str]] = Counter()

    async def start(self) -> None:
        """Begin to listen."""
        self.heal()
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        """Reset everything and listen no more."""
        assert self._server is not None
        self._server.close()
        self.cut()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def order(self, harm: Harm, count: int = 1) -> None:
        """Harm the next ``count`` requests that it fits."""
        self._orders.extend([harm] * count)

    def forget_orders(self) -> None:
        """Do no more of what was ordered and has not happened yet."""
        self._orders.clear()

    def take_done(self) -> Counter[str]:
        """Return what was done since this was asked last."""
        done = Counter({f"{self.name}: {what}": count for what, count in self.done.items()})
        self.done.clear()
        return done

    def cut(self) -> int:
        """Reset every connection there is; return how many that were."""
        for wire in list(self._wires):
            wire.abort()
        return len(self._wires)

    def refuse(self) -> None:
        """Reset every connection there is and every new one, until healed."""
        self._refusing = True
        self.cut()

    def part(self, *, up: bool = True, down: bool = True) -> None:
        """Let nothing pass in these directions until healed; nobody is told, and what was said passes afterwards."""
        for event in (self._up,) * up + (self._down,) * down:
            event.clear()

    def heal(self) -> None:
        """Let everything pass again."""
        self._refusing = False
        self._up.set()
        self._down.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            if self._refusing:
                self.done["connection refused"] += 1
                return
            await self._pass_on(reader, writer)
        except (OSError, asyncio.CancelledError):
            return  # the server is not there: for the client the same as a reset; or this proxy stops
        finally:
            reset(writer)
            self._tasks.discard(task)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await self._connect()
        wire = _Wire(writer, far_writer)
        self._wires.add(wire)
        pumps = [
            asyncio.ensure_future(self._ask(reader, wire)),
            asyncio.ensure_future(self._answer(far_reader, wire)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            self._wires.discard(wire)
            await _close(far_writer)
            await _close(writer)

    async def _ask(self, reader: asyncio.StreamReader, wire: _Wire) -> None:
        while words := await reader.read(_CHUNK):
            await self._up.wait()
            if wire.answered:
                wire.harm, wire.answered, wire.request = self._next_order(words), False, b""
            match wire.harm:
                case Harm.RESET_IN_REQUEST:
                    wire.server.write(words[: len(words) // 2])
                    await wire.server.drain()
                    wire.abort()
                    return
                case Harm.SWALLOW_REQUEST:
                    await asyncio.sleep(_SILENCE)
                    wire.abort()
                    return
                case Harm.TWICE if len(wire.request) < _MOST_REMEMBERED:
                    wire.request += words
            wire.server.write(words)
            await wire.server.drain()

    def _next_order(self, words: bytes) -> Harm | None:
        for position, harm in enumerate(self._orders):
            if harm is not Harm.CUT_AT_COMMIT or b"COMMIT" in words:
                del self._orders[position]
                self.done[harm] += 1
                return harm
        return None

    async def _answer(self, reader: asyncio.StreamReader, wire: _Wire) -> None:
        while words := await reader.read(_CHUNK):
            await self._down.wait()
            wire.answered = True
            harm, wire.harm = wire.harm, None
            match harm:
                case Harm.RESET_BEFORE_ANSWER | Harm.CUT_AT_COMMIT:
                    wire.abort()
                    return
                case Harm.SWALLOW_ANSWER:
                    await asyncio.sleep(_SILENCE)
                    wire.abort()
                    return
                case Harm.TRUNCATE:
                    wire.client.write(words[: len(words) // 2])
                    await wire.client.drain()
                    return
                case Harm.GARBAGE:
                    wire.client.write(self._random.randbytes(len(words)))
                    await wire.client.drain()
                    return
                case Harm.DRIP:
                    await _drip(wire.client, words)
                    continue
                case Harm.TWICE:
                    await self._say_again(wire.request)
            wire.client.write(words)
            await wire.client.drain()

    async def _say_again(self, request: bytes) -> None:
        """Deliver a request once more, on a connection of its own, and listen to the beginning of the answer."""
        reader, writer = await self._connect()
        writer.write(request)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_SILENCE):
                await reader.read(_CHUNK)
        await _close(writer)


async def _drip(writer: asyncio.StreamWriter, words: bytes) -> None:
    piece = max(1, len(words) // 25)
    for start in range(0, len(words), piece):
        writer.write(words[start : start + piece])
        await writer.drain()
        await asyncio.sleep(_DRIP)


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection so that the other side is told of a reset, not of an end."""
    if writer.transport.is_closing():
        return
    raw = writer.transport.get_extra_info("socket")
    if raw is not None and raw.family != socket.AF_UNIX:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
