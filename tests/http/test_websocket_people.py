"""Open sockets of people at a real ``curbe serve``: who may open one, and that it ends within a second of its reason."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from bed import postgres
from bed.api import Serving, key_of, serving
from bed.events import write_events
from bed.users import Person, insert_member, insert_user, join
from curbe.auth.browser import csrf_token
from curbe.auth.session_rules import PREFIX
from curbe.domain.access import Role, Scope
from curbe.infra.crypto import key_hash, random_token
from curbe.infra.db import Pool
from curbe.operate import people as operate

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def dsn(postgres_server: postgres.Server) -> Iterator[str]:
    """One database for this module, as its server is one; every test has tenants of its own."""
    with postgres_server.fresh() as dsn:
        yield dsn


@pytest.fixture(scope="module")
async def server(dsn: str) -> AsyncIterator[Serving]:
    async with serving(dsn) as server:
        yield server


class Browser:
    """A browser with a session, at the address of a running server."""

    def __init__(self, server: Serving, token: str) -> None:
        self.token = token
        self._url = server.url
        self.headers = {"Cookie": f"curbe={token}", "Origin": server.url, "X-CSRF-Token": csrf_token(token)}

    async def ask(self, method: str, path: str, json: Any = None) -> httpx.Response:
        async with httpx.AsyncClient(base_url=self._url, headers=self.headers) as client:
            return await client.request(method, path, json=json)

    def follow(self, tenant: UUID, **headers: str) -> connect:
        sent = {name: value for name, value in {**self.headers, **headers}.items() if value}
        sent.pop("X-CSRF-Token", None)
        origin = sent.pop("Origin", None)
        return connect(
            f"{self._url.replace('http', 'ws', 1)}/api/tenants/{tenant}/events/ws",
            additional_headers=sent,
            origin=origin,  # type: ignore[arg-type]
            proxy=None,
        )


@pytest.fixture
def at(server: Serving, owner: asyncpg.Connection) -> Callable[[Person], Awaitable[Browser]]:
    async def begin(who: Person) -> Browser:
        token = random_token(PREFIX).reveal()
        await owner.execute(
            """INSERT INTO sessions (id, user_id, token_hash, created_at, last_seen_at, proved_at, expires_at)
               VALUES (gen_random_uuid(), $1, $2, now(), now(), now(), now() + interval '1 day')""",
            who.id,
            key_hash(token),
        )
        return Browser(server, token)

    return begin


async def hello(socket: ClientConnection) -> None:
    async with asyncio.timeout(15):
        assert json.loads(await socket.recv())["type"] == "hello"


async def told_until_the_end(socket: ClientConnection) -> None:
    async with asyncio.timeout(10):
        while True:
            await socket.recv()


@asynccontextmanager
async def ends(socket: ClientConnection, code: int) -> AsyncIterator[None]:
    """What is done in the block ends the socket with this code within a second."""
    await hello(socket)
    yield
    done = time.monotonic()
    with pytest.raises(ConnectionClosed) as closed:
        await told_until_the_end(socket)
    assert time.monotonic() - done < 1
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == code


async def test_a_browser_follows_its_tenant_by_its_cookie(
    web: Pool, tenant: UUID, owner: asyncpg.Connection, at: Callable[[Person], Awaitable[Browser]]
) -> None:
    browser = await at(await insert_member(owner, tenant))

    async with browser.follow(tenant) as socket:
        await hello(socket)
        await write_events(web, tenant, 1)
        async with asyncio.timeout(15):
            assert json.loads(await socket.recv())["type"] == "events"


async def test_another_sites_page_opens_no_socket_with_somebodys_cookie(
    tenant: UUID, owner: asyncpg.Connection, at: Callable[[Person], Awaitable[Browser]]
) -> None:
    browser = await at(await insert_member(owner, tenant))
    for origin in ("https://evil.example", "null", "http://localhost:1", ""):
        with pytest.raises(InvalidStatus) as refused:
            async with browser.follow(tenant, Origin=origin):
                pass

        assert refused.value.response.status_code == 403, origin
        assert b"foreign_origin" in refused.value.response.body, origin


async def test_a_stranger_opens_no_socket(
    tenant: UUID, owner: asyncpg.Connection, at: Callable[[Person], Awaitable[Browser]]
) -> None:
    browser = await at(await insert_user(owner))

    with pytest.raises(InvalidStatus) as refused:
        async with browser.follow(tenant):
            pass

    assert refused.value.response.status_code == 404


async def test_signing_out_ends_the_sockets_of_that_session_and_no_other(
    tenant: UUID, owner: asyncpg.Connection, at: Callable[[Person], Awaitable[Browser]]
) -> None:
    ana = await insert_member(owner, tenant)
    here, there = await at(ana), await at(ana)

    async with here.follow(tenant) as socket, there.follow(tenant) as other:
        await hello(other)
        async with ends(socket, 4401):
            assert (await here.ask("POST", "/api/auth/sign-out")).status_code == 204
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await other.recv()
        assert (await there.ask("POST", "/api/auth/sign-out-everywhere")).status_code == 204
        with pytest.raises(ConnectionClosed) as closed:
            async with asyncio.timeout(1):
                await other.recv()
        assert closed.value.rcvd is not None
        assert closed.value.rcvd.code == 4401


@pytest.mark.parametrize("change", [{"role": "supervisor"}, {"disabled": True}, None])
async def test_who_is_changed_in_a_tenant_is_cut_off_there_and_nowhere_else(
    web: Pool,
    tenant: UUID,
    owner: asyncpg.Connection,
    server: Serving,
    at: Callable[[Person], Awaitable[Browser]],
    change: dict[str, Any] | None,
) -> None:
    ana = await insert_member(owner, tenant)
    elsewhere = await owner.fetchval(
        "INSERT INTO tenants (id, name) VALUES (gen_random_uuid(), 'Elsewhere') RETURNING id"
    )
    await join(owner, elsewhere, ana)
    browser = await at(ana)
    _, key = await key_of(web, tenant)
    path = f"{server.url}/api/tenants/{tenant}/people/{ana.id}"

    async with (
        browser.follow(tenant) as socket,
        browser.follow(elsewhere) as other,
        httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as admin,
    ):
        await hello(other)
        async with ends(socket, 4403):
            answer = await (admin.patch(path, json=change) if change else admin.delete(path))
            assert answer.is_success, answer.text
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await other.recv()

    if change == {"role": "supervisor"}:
        async with browser.follow(tenant) as again:
            await hello(again)


async def test_who_is_stopped_by_the_operator_is_cut_off_everywhere(
    dsn: str, tenant: UUID, owner: asyncpg.Connection, at: Callable[[Person], Awaitable[Browser]]
) -> None:
    ana = await insert_member(owner, tenant)
    browser = await at(ana)

    async with browser.follow(tenant) as socket, ends(socket, 4401):
        await operate.stop_user(dsn, email=ana.email, disabled=True)


async def test_who_is_no_operator_any_more_is_cut_off(
    web: Pool,
    tenant: UUID,
    owner: asyncpg.Connection,
    server: Serving,
    at: Callable[[Person], Awaitable[Browser]],
) -> None:
    root = await insert_user(owner, operator=True)
    browser = await at(root)
    _, key = await key_of(web, None, scopes=Scope)

    async with (
        browser.follow(tenant) as socket,
        httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as platform,
        ends(socket, 4403),
    ):
        answer = await platform.patch(
            f"{server.url}/api/operator/users/{root.id}", json={"is_operator": False}
        )
        assert answer.is_success, answer.text


async def test_another_password_ends_the_sockets_of_ones_other_sessions(
    tenant: UUID, owner: asyncpg.Connection, at: Callable[[Person], Awaitable[Browser]]
) -> None:
    ana = await insert_member(owner, tenant, Role.OWNER)
    here, there = await at(ana), await at(ana)
    body = {"current_password": "correct horse battery", "new_password": "a password of my own"}

    async with there.follow(tenant) as socket, ends(socket, 4401):
        assert (await here.ask("POST", "/api/auth/password", body)).status_code == 204
