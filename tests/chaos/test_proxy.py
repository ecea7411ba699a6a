"""The proxy does to a connection what it was told, to as many requests as it was told, and to no other."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from .chance import chance
from .proxy import FaultProxy, Harm

pytestmark = pytest.mark.anyio

ANSWER = b"answer to "


class Server:
    """Answers each line with itself, and remembers what it was told."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while line := await reader.readline():
                self.heard.append(line)
                writer.write(ANSWER + line)
                await writer.drain()
        writer.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server()
    listening = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = listening.sockets[0].getsockname()[1]
    yield made
    listening.close()


@pytest.fixture
async def proxy(server: Server) -> AsyncIterator[FaultProxy]:
    made = FaultProxy("test", lambda: asyncio.open_connection("127.0.0.1", server.port), chance(1, "test"))
    await made.start()
    yield made
    await made.stop()


async def ask(proxy: FaultProxy, line: bytes, *, patience: float = 2.0) -> bytes:
    """Return what comes back until the line ends or the connection does; what it ended with is raised."""
    reader, writer = await asyncio.open_connection("127.0.0.1", proxy.port)
    try:
        async with asyncio.timeout(patience):
            writer.write(line)
            return await reader.readline()
    finally:
        writer.close()


async def test_what_is_not_harmed_passes(proxy: FaultProxy, server: Server):
    assert await ask(proxy, b"one\n") == b"answer to one\n"
    assert server.heard == [b"one\n"]


@pytest.mark.parametrize(
    ("harm", "heard"),
    [
        (Harm.RESET_IN_REQUEST, []),
        (Harm.RESET_BEFORE_ANSWER, [b"one\n"]),
        (Harm.SWALLOW_REQUEST, []),
        (Harm.SWALLOW_ANSWER, [b"one\n"]),
    ],
)
async def test_a_reset_comes_before_or_after_the_server_has_heard(
    proxy: FaultProxy, server: Server, harm: Harm, heard: list[bytes]
):
    proxy.order(harm)
    with pytest.raises(ConnectionResetError):
        await ask(proxy, b"one\n", patience=5)
    assert [line for line in server.heard if line.endswith(b"\n")] == heard
    assert await ask(proxy, b"two\n") == b"answer to two\n", "one was ordered"
    assert proxy.done[harm] == 1


async def test_half_an_answer_garbage_and_slow_bytes(proxy: FaultProxy):
    proxy.order(Harm.TRUNCATE)
    assert await ask(proxy, b"one\n") == b"answer "
    proxy.order(Harm.GARBAGE)
    with contextlib.suppress(ConnectionResetError):
        assert await ask(proxy, b"one\n") != b"answer to one\n"
    proxy.order(Harm.DRIP)
    assert await ask(proxy, b"one\n") == b"answer to one\n"


async def test_a_request_that_is_delivered_twice_is_answered_once(proxy: FaultProxy, server: Server):
    proxy.order(Harm.TWICE)
    assert await ask(proxy, b"one\n") == b"answer to one\n"
    assert server.heard == [b"one\n", b"one\n"]


async def test_only_a_commit_is_cut_at_the_commit(proxy: FaultProxy, server: Server):
    proxy.order(Harm.CUT_AT_COMMIT)
    assert await ask(proxy, b"SELECT\n") == b"answer to SELECT\n"
    with pytest.raises(ConnectionResetError):
        await ask(proxy, b"COMMIT\n")
    assert server.heard == [b"SELECT\n", b"COMMIT\n"], "the server has done it"


async def test_what_was_said_during_a_partition_passes_once_it_is_healed(proxy: FaultProxy, server: Server):
    proxy.part()
    asking = asyncio.ensure_future(ask(proxy, b"one\n", patience=5))
    await asyncio.sleep(0.1)
    assert server.heard == []
    proxy.heal()
    assert await asking == b"answer to one\n"


async def test_a_partition_of_one_direction_swallows_the_answer_only(proxy: FaultProxy, server: Server):
    proxy.part(up=False)
    with pytest.raises(TimeoutError):
        await ask(proxy, b"one\n", patience=0.3)
    assert server.heard == [b"one\n"]


async def test_whoever_comes_while_it_refuses_is_reset(proxy: FaultProxy):
    proxy.refuse()
    with pytest.raises(ConnectionResetError):
        await ask(proxy, b"one\n")
    proxy.heal()
    assert await ask(proxy, b"one\n") == b"answer to one\n"
