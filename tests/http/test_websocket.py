"""The event log over a WebSocket of a real ``curbe serve``: nothing missed, nothing twice, nobody else's, a reason at the end."""

import asyncio
import json
import random  # noqa: TID251 - a seeded one, for cuts that repeat
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bed import postgres
from bed.api import Serving, key_of, serving
from bed.events import numbers_in, write_events
from bed.rows import insert_tenant
from curbe.auth.service import revoke
from curbe.domain.access import Scope
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.tenants import service as tenants

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def dsn(postgres_server: postgres.Server) -> Iterator[str]:
    """One database for this module, as its server is one; every test has tenants of its own."""
    with postgres_server.fresh() as dsn:
        yield dsn


@pytest.fixture(scope="module")
async def server(dsn: str) -> AsyncIterator[Serving]:
    async with serving(dsn, CURBE_SOCKETS_PER_KEY="20", CURBE_SOCKETS_PER_TENANT="22") as server:
        yield server


@pytest.fixture
async def key(web: Pool, tenant: UUID) -> str:
    return (await key_of(web, tenant, scopes=[Scope.EVENTS_READ]))[1]


def follow(server: Serving, tenant: UUID, key: str, **query: str) -> connect:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return connect(
        f"{server.url.replace('http', 'ws', 1)}/api/tenants/{tenant}/events/ws?{asked}",
        additional_headers={"Authorization": f"Bearer {key}"},
        proxy=None,
    )


async def frame(socket: ClientConnection) -> dict:
    async with asyncio.timeout(15):
        return json.loads(await socket.recv())


async def told(socket: ClientConnection, count: int) -> list[dict]:
    """The next events, at least ``count``."""
    items: list[dict] = []
    while len(items) < count:
        received = await frame(socket)
        if received["type"] == "events":
            assert received["cursor"] == received["items"][-1]["cursor"]
            items += received["items"]
    return items


async def closing(socket: ClientConnection) -> tuple[int, str]:
    """The code and reason with which the server closes, once it does."""
    with pytest.raises(ConnectionClosed) as closed:
        await told(socket, sys.maxsize)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code, closed.value.rcvd.reason


async def test_a_socket_says_hello_and_tells_what_happens_from_then_on(
    server: Serving, web: Pool, tenant: UUID, key: str
) -> None:
    await write_events(web, tenant, 1)
    async with follow(server, tenant, key) as socket:
        hello = await frame(socket)
        began = time.monotonic()
        await write_events(web, tenant, 2, 3)
        items = await told(socket, 2)

    assert hello.keys() == {"type", "cursor"}
    assert numbers_in(items)[-2:] == [2, 3]
    assert time.monotonic() - began < 2


async def test_a_socket_with_a_cursor_tells_all_that_came_after_it(
    server: Serving, web: Pool, tenant: UUID, key: str
) -> None:
    async with follow(server, tenant, key) as socket:
        cursor = (await frame(socket))["cursor"]
    await write_events(web, tenant, *range(250))

    async with follow(server, tenant, key, since=cursor) as socket:
        assert numbers_in(await told(socket, 250)) == list(range(250))


async def test_a_client_that_is_cut_off_again_and_again_misses_nothing_and_gets_nothing_twice(
    server: Serving, web: Pool, tenant: UUID, key: str
) -> None:
    dice = random.Random(7)  # noqa: S311 - no secret depends on it
    last = 400
    received: list[int] = []

    async def write() -> None:
        for number in range(0, last, 4):
            await write_events(web, tenant, number, number + 1)
            async with asyncio.TaskGroup() as writers:
                writers.create_task(write_events(web, tenant, number + 2))
                writers.create_task(write_events(web, tenant, number + 3))

    async def read(cursor: str) -> None:
        while len(received) < last:
            async with follow(server, tenant, key, since=cursor) as socket:
                for _ in range(dice.randint(1, 6)):
                    got = await frame(socket)
                    if got["type"] == "events":
                        received.extend(numbers_in(got["items"]))
                        cursor = got["items"][-1]["cursor"]
                        if len(received) >= last:
                            return
                socket.transport.abort()

    async with follow(server, tenant, key) as socket:
        start = (await frame(socket))["cursor"]
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        tasks.create_task(read(start))
        tasks.create_task(write())

    assert sorted(received) == list(range(last))


async def test_many_sockets_of_a_tenant_are_told_the_same(
    server: Serving, web: Pool, tenant: UUID, key: str
) -> None:
    sockets = await asyncio.gather(*(follow(server, tenant, key) for _ in range(20)))
    for socket in sockets:
        await frame(socket)
    for number in range(10):
        await write_events(web, tenant, number)
    everything = [numbers_in(await told(socket, 10)) for socket in sockets]
    await asyncio.gather(*(socket.close() for socket in sockets))

    assert everything == [list(range(10))] * 20


async def test_a_key_and_a_tenant_have_so_many_sockets_open_and_one_too_many_is_told_what_to_do(
    server: Serving, owner: asyncpg.Connection, web: Pool, tenant: UUID, key: str
) -> None:
    second, other = (await key_of(web, tenant))[1], await insert_tenant(owner)
    others = (await key_of(web, other))[1]
    own = await asyncio.gather(*(follow(server, tenant, key) for _ in range(20)))
    async with follow(server, tenant, key) as one_too_many:
        assert await closing(one_too_many) == (
            4429,
            "this key has 20 sockets open, its most: close one, or connect again later",
        )
    theirs = await asyncio.gather(*(follow(server, tenant, second) for _ in range(2)))
    async with follow(server, tenant, second) as one_too_many, follow(server, other, others) as elsewhere:
        code, reason = await closing(one_too_many)
        assert (code, reason.partition(",")[0]) == (4429, "all keys of this tenant have 22 sockets open")
        assert (await frame(elsewhere))["type"] == "hello", "another tenant has its own"

    for socket in own[:2]:
        await socket.close()
    async with asyncio.timeout(10):
        while True:  # until the server has noticed that they are gone
            async with follow(server, tenant, key) as again:
                with suppress(ConnectionClosed):
                    assert json.loads(await again.recv())["type"] == "hello"
                    break
    await asyncio.gather(*(socket.close() for socket in (*own, *theirs)))


async def test_a_socket_is_never_told_of_another_tenant(
    server: Serving, owner: asyncpg.Connection, web: Pool, tenant: UUID, key: str
) -> None:
    other = await insert_tenant(owner)
    async with follow(server, tenant, key) as socket:
        await frame(socket)
        await write_events(web, other, 1)
        await write_events(web, tenant, 2)

        assert numbers_in(await told(socket, 1)) == [2]


async def test_a_key_of_another_tenant_opens_no_more_than_none_would_find(
    server: Serving, owner: asyncpg.Connection, web: Pool, tenant: UUID, key: str
) -> None:
    other = await insert_tenant(owner)
    _, narrow = await key_of(web, tenant, scopes=[Scope.INBOX_READ])
    refusals = []
    for whose, with_key in ((other, key), (uuid4(), key), (tenant, narrow), (tenant, "curbe_t_nonsense")):
        with pytest.raises(InvalidStatus) as refused:
            await follow(server, whose, with_key)
        refusals.append((refused.value.response.status_code, _told(refused.value.response.body)))

    assert refusals[0] == refusals[1]
    assert [status for status, _ in refusals] == [404, 404, 403, 401]


def _told(body: bytes) -> dict:
    return json.loads(body) | {"request_id": None}


async def test_a_key_in_the_address_is_not_looked_at(server: Serving, tenant: UUID, key: str) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(
            f"{server.url.replace('http', 'ws', 1)}/api/tenants/{tenant}/events/ws?key={key}&authorization=Bearer%20{key}",
            proxy=None,
        )

    assert refused.value.response.status_code == 401


async def test_a_misspelt_cursor_is_refused_instead_of_missing_what_came_after_it(
    server: Serving, tenant: UUID, key: str
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await follow(server, tenant, key, sinse="1.1.1")

    told = _told(refused.value.response.body)
    assert (refused.value.response.status_code, told["field"]) == (422, "sinse")
    assert told["fix"] == "Send only what it takes: since."


async def test_a_browser_sends_its_key_as_a_protocol_and_never_gets_it_back(
    server: Serving, web: Pool, tenant: UUID, key: str
) -> None:
    url = f"{server.url.replace('http', 'ws', 1)}/api/tenants/{tenant}/events/ws"
    async with connect(url, subprotocols=["curbe.v1", f"bearer.{key}"], proxy=None) as socket:
        await frame(socket)
        await write_events(web, tenant, 1)

        assert socket.subprotocol == "curbe.v1"
        assert socket.response is not None
        assert key not in str(socket.response.headers)
        assert numbers_in(await told(socket, 1)) == [1]


async def test_a_revoked_key_ends_its_socket_within_a_second(
    server: Serving, web: Pool, tenant: UUID
) -> None:
    key_id, key = await key_of(web, tenant, scopes=[Scope.EVENTS_READ])
    _, spare = await key_of(web, tenant, scopes=[Scope.EVENTS_READ])
    async with follow(server, tenant, key) as socket, follow(server, tenant, spare) as bystander:
        await frame(socket)
        await frame(bystander)
        began = time.monotonic()
        async with web.transaction(tenant) as tx:
            await revoke(tx, tenant_id=tenant, key_id=key_id, actor="cli", now=utc_now())

        assert (await closing(socket))[0] == 4401
        assert time.monotonic() - began < 1
        await write_events(web, tenant, 1)
        assert numbers_in(await told(bystander, 1)) == [1]


async def test_a_socket_ends_when_its_key_expires(server: Serving, web: Pool, tenant: UUID) -> None:
    expires_at = utc_now() + timedelta(seconds=1.5)
    _, key = await key_of(web, tenant, scopes=[Scope.EVENTS_READ], expires_at=expires_at)
    async with follow(server, tenant, key) as socket:
        code, _ = await closing(socket)

    assert code == 4401
    assert timedelta(0) <= utc_now() - expires_at < timedelta(seconds=1)


async def test_a_cursor_that_cannot_be_used_ends_the_socket_and_says_so(
    server: Serving, tenant: UUID, key: str
) -> None:
    async with follow(server, tenant, key, since="nonsense") as socket:
        assert await closing(socket) == (4422, "since is not a cursor")
    async with follow(server, tenant, key, since="99.5.5") as socket:
        await frame(socket)
        assert await closing(socket) == (4410, "cursor_expired")


async def test_what_a_client_says_changes_nothing(server: Serving, web: Pool, tenant: UUID, key: str) -> None:
    async with follow(server, tenant, key) as socket:
        await frame(socket)
        for said in ("hello", "{}", b"\x00\xff", "[" * 1000):
            await socket.send(said)
        await write_events(web, tenant, 1)

        assert numbers_in(await told(socket, 1)) == [1]


async def test_sockets_survive_the_loss_of_every_database_connection(
    server: Serving, owner: asyncpg.Connection, web: Pool, tenant: UUID, key: str
) -> None:
    async with follow(server, tenant, key) as socket:
        await frame(socket)
        await owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() "
            "AND NOT pid = ANY ($1)",
            [await web_pid(web)],
        )
        await write_events(web, tenant, 1)

        assert numbers_in(await told(socket, 1)) == [1]


async def web_pid(web: Pool) -> int:
    async with web.transaction() as tx:
        return await tx.connection.fetchval("SELECT pg_backend_pid()")


async def test_a_server_that_stops_says_goodbye_and_ends_well(dsn: str, tenant: UUID, key: str) -> None:
    async with serving(dsn) as server, follow(server, tenant, key) as socket:
        await frame(socket)
        server.stop()

        assert (await closing(socket))[0] == 1001
        assert await server.ended() == 0


async def test_a_suspended_tenants_sockets_are_closed_at_once(
    server: Serving, web: Pool, tenant: UUID, key: str
) -> None:
    async with follow(server, tenant, key) as socket:
        await frame(socket)
        async with web.transaction(tenant) as tx:
            await tenants.suspend(tx, tenant_id=tenant, actor="cli", now=utc_now())

        code, _ = await closing(socket)

    assert code == 4403
