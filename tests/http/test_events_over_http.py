"""The event log over HTTP: all of it from any cursor, and no longer a wait than for the first event."""

import asyncio
import time
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import httpx
import pytest

from bed.api import api, key_of
from bed.events import numbers_in, write_events
from curbe.domain.access import Scope
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(web: Pool, tenant: UUID) -> AsyncIterator[httpx.AsyncClient]:
    _, key = await key_of(web, tenant, scopes=[Scope.EVENTS_READ])
    async with api(web, key=key) as client:
        client.base_url = f"http://curbe/api/tenants/{tenant}/events"
        yield client


async def settled(client: httpx.AsyncClient, count: int, **params: str) -> dict:
    """The page once it holds ``count`` events: another's open transaction may hold them back a moment."""
    async with asyncio.timeout(10):
        while len((page := (await client.get("", params=params)).json())["items"]) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return page


async def test_the_whole_log_is_read_page_by_page(client: httpx.AsyncClient, web: Pool, tenant: UUID) -> None:
    await write_events(web, tenant, *range(3))
    await write_events(web, tenant, *range(3, 7))
    await settled(client, 7)

    first = await settled(client, 3, limit="3")
    second = await settled(client, 3, limit="3", since=first["next_cursor"])
    third = await settled(client, 1, limit="3", since=second["next_cursor"])

    assert numbers_in(first["items"] + second["items"] + third["items"]) == list(range(7))
    assert [page["more"] for page in (first, second, third)] == [True, True, False]
    assert first["items"][0].keys() == {
        "cursor",
        "type",
        "conversation_id",
        "message_id",
        "data",
        "created_at",
    }


async def test_every_event_has_the_cursor_after_which_the_rest_comes(
    client: httpx.AsyncClient, web: Pool, tenant: UUID
) -> None:
    await write_events(web, tenant, *range(4))
    page = await settled(client, 4)

    following = await client.get("", params={"since": page["items"][1]["cursor"]})

    assert numbers_in(following.json()["items"]) == [2, 3]


async def test_now_is_the_cursor_after_which_only_news_comes(
    client: httpx.AsyncClient, web: Pool, tenant: UUID
) -> None:
    await write_events(web, tenant, 1)
    await settled(client, 1)

    now = (await client.get("", params={"since": "now"})).json()
    await write_events(web, tenant, 2)

    assert now["items"] == []
    assert numbers_in((await settled(client, 1, since=now["next_cursor"]))["items"]) == [2]


async def test_a_wait_ends_with_the_first_event(client: httpx.AsyncClient, web: Pool, tenant: UUID) -> None:
    async def write_soon() -> None:
        await asyncio.sleep(0.3)
        await write_events(web, tenant, 1)

    began = time.monotonic()
    async with asyncio.TaskGroup() as tasks:
        answer = tasks.create_task(client.get("", params={"wait": "20"}, timeout=30))
        tasks.create_task(write_soon())

    assert numbers_in(answer.result().json()["items"]) == [1]
    assert time.monotonic() - began < 5


async def test_a_wait_in_vain_ends_with_the_cursor_it_began_with(client: httpx.AsyncClient) -> None:
    now = (await client.get("", params={"since": "now"})).json()["next_cursor"]

    answer = await client.get("", params={"since": now, "wait": "1"})

    assert answer.json() == {"items": [], "next_cursor": now, "more": False}


async def test_what_is_no_cursor_is_refused(client: httpx.AsyncClient) -> None:
    for since in ("", "nonsense", "1.2", "1.2.3.4", "-1.0.0", "1.9999999999999999999.0", "1.2.٣"):
        answer = await client.get("", params={"since": since})
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (
            422,
            "invalid_request",
            "since",
        ), since


async def test_a_cursor_of_another_history_is_gone_and_the_answer_says_where_to_go_on(
    client: httpx.AsyncClient, owner: asyncpg.Connection, web: Pool, tenant: UUID
) -> None:
    cursor = (await client.get("", params={"since": "now"})).json()["next_cursor"]
    await owner.execute("UPDATE log_epoch SET epoch = epoch + 1")

    gone = await client.get("", params={"since": cursor})
    await write_events(web, tenant, 1)

    assert (gone.status_code, gone.json()["code"]) == (410, "cursor_expired")
    assert numbers_in((await settled(client, 1, since=gone.json()["latest"]))["items"]) == [1]
