"""Presence over WebSockets of two real ``curbe serve``: colleagues see each other, across processes, and nobody else does."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
from websockets.asyncio.client import ClientConnection, connect

from bed import postgres
from bed.api import Serving, key_of, serving
from bed.rows import insert_tenant
from bed.users import Person, insert_member
from curbe.auth.session_rules import PREFIX
from curbe.infra.crypto import key_hash, random_token
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def dsn(postgres_server: postgres.Server) -> Iterator[str]:
    """One database for this module, as its servers are; every test has tenants of its own."""
    with postgres_server.fresh() as dsn:
        yield dsn


@pytest.fixture(scope="module")
async def servers(dsn: str) -> AsyncIterator[tuple[Serving, Serving]]:
    async with serving(dsn) as one, serving(dsn) as other:
        yield one, other


async def screen(owner: asyncpg.Connection, server: Serving, tenant: UUID, who: Person) -> connect:
    """The socket of a browser at which somebody has signed in."""
    token = random_token(PREFIX).reveal()
    await owner.execute(
        """INSERT INTO sessions (id, user_id, token_hash, created_at, last_seen_at, proved_at, expires_at)
           VALUES (gen_random_uuid(), $1, $2, now(), now(), now(), now() + interval '1 day')""",
        who.id,
        key_hash(token),
    )
    return connect(
        f"{server.url.replace('http', 'ws', 1)}/api/tenants/{tenant}/events/ws",
        additional_headers={"Cookie": f"curbe={token}"},
        origin=server.url,  # type: ignore[arg-type]
        proxy=None,
    )


async def say(socket: ClientConnection, conversation: UUID | None, **more: Any) -> None:
    told = {"type": "viewing", "conversation_id": conversation and str(conversation), **more}
    await socket.send(json.dumps(told))


async def heard(socket: ClientConnection, *, within: float = 15) -> dict:
    """The next word about people."""
    async with asyncio.timeout(within):
        while True:
            frame = json.loads(await socket.recv())
            if frame["type"] == "presence":
                return frame


async def everything(socket: ClientConnection) -> list[dict]:
    """The words about people until there are none for two seconds."""
    told = []
    while True:
        try:
            told.append(await heard(socket, within=2))
        except TimeoutError:
            return told


def there(conversation: UUID, *people: Person, typing: bool = False, mode: str = "reply") -> dict:
    return {
        "type": "presence",
        "conversation_id": str(conversation),
        "people": [{"user_id": str(who.id), "typing": typing, "mode": mode} for who in people],
    }


async def test_colleagues_at_two_servers_see_who_comes_who_writes_and_who_goes(
    servers: tuple[Serving, Serving], tenant: UUID, owner: asyncpg.Connection
) -> None:
    bea, carl = await insert_member(owner, tenant), await insert_member(owner, tenant)
    conversation = uuid4()
    async with await screen(owner, servers[0], tenant, carl) as his:
        async with await screen(owner, servers[1], tenant, bea) as hers:
            await say(hers, conversation, typing=False, mode="reply")
            assert await heard(his) == there(conversation, bea)
            await say(hers, conversation, typing=True, mode="note")
            assert await heard(his) == there(conversation, bea, typing=True, mode="note")
            # Who comes later is told at once who is there, and nobody is told of themselves.
            await say(his, conversation)
            assert await heard(hers) == there(conversation, carl)
            async with await screen(owner, servers[0], tenant, carl) as late:
                assert await heard(late) == there(conversation, bea, typing=True, mode="note")
            closed = time.monotonic()
        assert await heard(his) == there(conversation)
        assert time.monotonic() - closed < 2


async def test_who_falls_silent_is_gone_after_ten_seconds(
    servers: tuple[Serving, Serving], tenant: UUID, owner: asyncpg.Connection
) -> None:
    bea, carl = await insert_member(owner, tenant), await insert_member(owner, tenant)
    conversation = uuid4()
    async with (
        await screen(owner, servers[0], tenant, carl) as his,
        await screen(owner, servers[1], tenant, bea) as hers,
    ):
        await say(hers, conversation)
        assert await heard(his) == there(conversation, bea)
        began = time.monotonic()

        assert await heard(his) == there(conversation)
        assert 9 < time.monotonic() - began < 13


async def test_nobody_of_another_tenant_hears_anything(
    servers: tuple[Serving, Serving], tenant: UUID, owner: asyncpg.Connection
) -> None:
    other = await insert_tenant(owner)
    bea, carl = await insert_member(owner, tenant), await insert_member(owner, tenant)
    stranger = await insert_member(owner, other)
    conversation = uuid4()
    async with (
        await screen(owner, servers[0], tenant, carl) as his,
        await screen(owner, servers[0], other, stranger) as theirs,
        await screen(owner, servers[0], tenant, bea) as hers,
    ):
        await say(hers, conversation)
        assert await heard(his) == there(conversation, bea)
        await say(theirs, conversation)

        with pytest.raises(TimeoutError):
            await heard(theirs, within=1)
        with pytest.raises(TimeoutError):
            await heard(his, within=1)


async def test_an_api_key_sees_people_and_is_nobody(
    servers: tuple[Serving, Serving], web: Pool, tenant: UUID, owner: asyncpg.Connection
) -> None:
    bea = await insert_member(owner, tenant)
    conversation = uuid4()
    _, key = await key_of(web, tenant)
    url = f"{servers[0].url.replace('http', 'ws', 1)}/api/tenants/{tenant}/events/ws"
    async with (
        connect(url, additional_headers={"Authorization": f"Bearer {key}"}, proxy=None) as machine,
        await screen(owner, servers[0], tenant, bea) as hers,
    ):
        await say(machine, conversation, typing=True)
        await say(hers, conversation)

        assert await heard(machine) == there(conversation, bea)
        with pytest.raises(TimeoutError):
            await heard(hers, within=1)


async def test_what_makes_no_sense_and_who_floods_changes_nothing(
    servers: tuple[Serving, Serving], tenant: UUID, owner: asyncpg.Connection
) -> None:
    bea, carl = await insert_member(owner, tenant), await insert_member(owner, tenant)
    async with (
        await screen(owner, servers[0], tenant, carl) as his,
        await screen(owner, servers[0], tenant, bea) as hers,
    ):
        for nonsense in ("", "{}", "[]", '{"type":"viewing"}', '{"type":"viewing","conversation_id":"x"}'):
            await hers.send(nonsense)
        places = [uuid4() for _ in range(200)]
        for place in places:
            await say(hers, place)
        told = await everything(his)

        assert 0 < len({frame["conversation_id"] for frame in told}) <= 15
