"""What Meta told beyond messages, read again: the whole of it, newest first, by field, one by one."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import asyncpg
import httpx
import pytest

from bed.api import api, key_of
from bed.appliers import drain
from bed.notices import about, notice
from bed.rows import NOW, Number
from bed.webhooks import deliver
from curbe.domain.access import Scope
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(web: Pool, number: Number) -> AsyncIterator[httpx.AsyncClient]:
    _, key = await key_of(web, number.tenant_id)
    async with api(web, key=key) as client:
        client.base_url = f"http://curbe/api/tenants/{number.tenant_id}/whatsapp/notices"
        yield client


async def told(client: httpx.AsyncClient, **params: str) -> list[dict]:
    answer = await client.get("", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def test_a_notice_is_read_as_meta_sent_it(
    client: httpx.AsyncClient, owner: asyncpg.Connection, apply: Pool, number: Number
) -> None:
    await deliver(owner, notice(number, "flows", {"event": "FLOW_STATUS_CHANGE", "flow_id": "77"}))
    await drain(apply)

    [one] = await told(client)

    assert one.pop("received_at").endswith("Z")
    assert one == {
        "id": one["id"],
        "field": "flows",
        "waba_id": number.waba_id,
        "phone_number_id": None,
        "at": "2026-11-20T12:00:00Z",
        "payload": {"event": "FLOW_STATUS_CHANGE", "flow_id": "77"},
    }
    again = (await client.get(f"/{one['id']}")).json()
    assert (again["id"], again["payload"]) == (one["id"], one["payload"])


async def test_notices_are_paged_from_the_newest_and_chosen_by_field(
    client: httpx.AsyncClient, owner: asyncpg.Connection, apply: Pool, number: Number
) -> None:
    for n, field in enumerate(("flows", "a_field_of_tomorrow", "flows")):
        await deliver(owner, about(number, field, at=NOW + timedelta(minutes=n), n=n))
        await drain(apply)

    pages = [await client.get("", params={"limit": "2"})]
    pages.append(await client.get("", params={"limit": "2", "cursor": pages[0].json()["next_cursor"]}))

    assert [one["payload"]["n"] for page in pages for one in page.json()["items"]] == [2, 1, 0]
    assert pages[1].json()["next_cursor"] is None
    assert [one["payload"]["n"] for one in await told(client, field="flows")] == [2, 0]
    assert {one["phone_number_id"] for one in await told(client)} == {number.phone_number_id}


async def test_a_notice_that_is_not_there_is_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.get(f"/{uuid4()}")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_notices_are_read_by_who_may_read_connections(web: Pool, number: Number) -> None:
    _, key = await key_of(web, number.tenant_id, scopes=[Scope.INBOX_READ])
    async with api(web, key=key) as client:
        answer = await client.get(f"/api/tenants/{number.tenant_id}/whatsapp/notices")

    assert answer.json()["code"] == "missing_scope"
