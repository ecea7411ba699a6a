"""Processes that are told to stop while their PostgreSQL is gone: they end in the time they promise, and in good order."""

import asyncio
import os
import signal
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from urllib.parse import parse_qs, urlsplit, urlunsplit

import asyncpg
import pytest

from bed.installation import SETTINGS, Installation, Running, installed
from bed.intake import signature
from chaos.chance import chance
from chaos.proxy import FaultProxy
from curbe.infra.migrate import require_known_schema

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(600)]

STOP = 20  # seconds that a graceful stop may take
MEETS = 1.5  # seconds in which each loop of a process meets the database that is gone
WAITS = "SELECT count(*) > 0 FROM pg_locks WHERE relation = 'schema_migrations'::regclass AND NOT granted"
MIGRATES = "SELECT pg_advisory_xact_lock($1)"
LOCK = 0x6375726265  # of who migrates a database
COMES_TO_MIGRATE = "SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
KEY = f"curbe_t_{'x' * 43}"


@asynccontextmanager
async def between(dsn: str) -> AsyncIterator[tuple[str, FaultProxy]]:
    """Yield a dsn that leads to the database of ``dsn`` through a proxy, and the proxy."""
    parts = urlsplit(dsn)
    at = parse_qs(parts.query)

    async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if folder := at.get("host"):
            return await asyncio.open_unix_connection(f"{folder[0]}/.s.PGSQL.{at['port'][0]}")
        return await asyncio.open_connection(parts.hostname, parts.port or 5432)

    proxy = FaultProxy("PostgreSQL", connect, chance(1, "stopping"))
    await proxy.start()
    who = parts.netloc.rpartition("@")[0]
    try:
        yield urlunsplit(parts._replace(netloc=f"{who}@127.0.0.1:{proxy.port}", query="")), proxy
    finally:
        await proxy.stop()


@pytest.fixture(scope="module")
def prepared() -> Iterator[Installation]:
    """An installation with a PostgreSQL of its own."""
    with installed() as installation:
        installation.answer("init", "--port", "0")
        yield installation


@pytest.fixture
def here(prepared: Installation) -> Iterator[Installation]:
    yield prepared
    prepared.stop_all()


@pytest.mark.parametrize("command", ["serve", "work"])
async def test_it_ends_in_time_while_the_database_refuses_everybody(dsn: str, command: str) -> None:
    async with between(dsn) as (through, proxy):
        with installed(**SETTINGS, DATABASE_URL=through) as installation:
            running = installation.start(command, "--port", "0")
            url = await asyncio.to_thread(running.ready)
            proxy.refuse()
            asking = asked(url) if url else []
            await asyncio.sleep(MEETS)

            took = await stopped(running)

    assert took < STOP
    assert [said for said in answers(asking) if said.startswith(b"HTTP/1.1 200")] == [], "nothing was stored"


@pytest.mark.parametrize("command", ["serve", "work"])
async def test_it_ends_in_time_and_takes_its_own_database_along_that_stands_still(
    here: Installation, command: str
) -> None:
    running = here.start(command, "--port", "0")
    url = await asyncio.to_thread(running.ready)
    server = processes(here.postmaster())
    for pid in server:
        os.kill(pid, signal.SIGSTOP)
    try:
        asking = asked(url) if url else []
        await asyncio.sleep(MEETS)

        took = await stopped(running)
    finally:
        for pid in server:  # where the test fails, it must not leave what it tests for
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)

    assert took < STOP
    assert here.postmaster() == 0
    assert [said for said in answers(asking) if said.startswith(b"HTTP/1.1 200")] == [], "nothing was stored"


async def test_run_ends_in_time_that_has_yet_to_bring_its_database_up_to_date(
    dsn: str, owner: asyncpg.Connection
) -> None:
    with installed(**SETTINGS, DATABASE_URL=dsn) as installation:
        async with owner.transaction():
            await owner.execute(MIGRATES, LOCK)
            running = installation.start("run", "--port", "0")
            while not await owner.fetchval(COMES_TO_MIGRATE):  # noqa: ASYNC110 - another session waits
                await asyncio.sleep(0.05)

            took = await stopped(running)

    assert took < STOP
    assert running.said == []


async def test_a_look_at_the_schema_can_be_broken_off_when_the_database_falls_silent(
    dsn: str, owner: asyncpg.Connection
) -> None:
    async with between(dsn) as (through, proxy), owner.transaction():
        await owner.execute("LOCK schema_migrations")
        looking = asyncio.ensure_future(require_known_schema(through))
        while not await owner.fetchval(WAITS):  # noqa: ASYNC110 - another session waits
            await asyncio.sleep(0.05)
        proxy.part()
        began = time.monotonic()

        looking.cancel()
        await asyncio.wait([looking], timeout=STOP)

        assert looking.cancelled()
        assert time.monotonic() - began < STOP / 4


async def stopped(running: Running) -> float:
    """Tell a process to stop and return how many seconds that took; it must have ended well."""
    began = time.monotonic()
    running.signal(signal.SIGTERM)
    code = await asyncio.to_thread(running.ended, within=4 * STOP)
    took = time.monotonic() - began
    assert code == 0, "".join(running.logged)
    return took


def asked(url: str) -> list[socket.socket]:
    """Begin requests that nothing but the database can answer, webhooks among them, and return their connections."""
    address = urlsplit(url)
    webhook = b'{"object": "whatsapp_business_account", "entry": []}'
    signed = signature(webhook, SETTINGS["META_APP_SECRET"].encode())
    requests = [
        f"GET /api/tenants HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEY}\r\n\r\n".encode(),
        b"POST /webhooks/meta/whatsapp HTTP/1.1\r\nHost: x\r\n"
        + f"X-Hub-Signature-256: {signed}\r\nContent-Length: {len(webhook)}\r\n\r\n".encode()
        + webhook,
    ]
    asking = []
    for request in requests * 30:
        connection = socket.create_connection((address.hostname or "", address.port or 0))
        connection.sendall(request)
        asking.append(connection)
    return asking


def answers(asking: list[socket.socket]) -> list[bytes]:
    """Return what was said to each request by a process that has ended."""
    said = []
    for connection in asking:
        with connection, suppress(ConnectionError):
            said.append(connection.recv(1000))
    return said


def processes(postmaster: int) -> list[int]:
    """Return the ids of a PostgreSQL's processes."""
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    return [postmaster, *map(int, children)]
