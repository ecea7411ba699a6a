"""What the operator sees of webhooks that no tenant has, and how they get to their tenant after all, over HTTP."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from bed.appliers import drain
from bed.rows import insert_number
from bed.tenants import Tenant
from bed.webhooks import body, change, deliver, each_alone, text
from curbe.infra.db import Pool
from curbe.ingest import api as ingest_api
from curbe.ingest import replay

pytestmark = pytest.mark.anyio
NewTenant = Callable[[], Awaitable[Tenant]]

UNKNOWN = "300000000000077"
ONE, OTHER = "300000000000301", "300000000000302"
Json = dict[str, Any]


async def receive(owner: asyncpg.Connection, apply: Pool, number: str, *texts: str) -> None:
    messages = [text(f"wamid.{one}", body=one) for one in texts]
    await deliver(owner, *each_alone(number, messages=messages))
    await drain(apply)


async def texts_of(owner: asyncpg.Connection, tenant: Tenant) -> list[str]:
    rows = await owner.fetch("SELECT text FROM messages WHERE tenant_id = $1 ORDER BY text", tenant.id)
    return [row["text"] for row in rows]


async def pages(client: httpx.AsyncClient, path: str, **params: Any) -> list[Json]:
    found: list[Json] = []
    cursor: Json = {}
    while True:
        page = (await client.get(path, params={**params, **cursor})).json()
        found += page["items"]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


async def replayed(client: httpx.AsyncClient, **wanted: Any) -> Json:
    answer = await client.post("/api/operator/replay", json=wanted)
    assert answer.status_code == 200, answer.text
    return answer.json()


def outcomes(done: Json) -> dict[tuple[str, str], int]:
    return {(one["outcome"], one["reason"]): one["count"] for one in done["outcomes"]}


async def test_a_number_nobody_has_is_listed_once_and_its_messages_reach_who_connects_it(
    operator: httpx.AsyncClient, acme: Tenant, owner: asyncpg.Connection, apply: Pool
) -> None:
    await receive(owner, apply, UNKNOWN, "early", "bird")
    (before,) = await pages(operator, "/api/operator/unrouted")
    await insert_number(owner, acme.id, phone_number_id=UNKNOWN)
    (claimed,) = await pages(operator, "/api/operator/unrouted")

    done = await replayed(operator, phone_number_id=UNKNOWN)

    assert (before["phone_number_id"], before["item_count"], before["tenant_id"]) == (UNKNOWN, 2, None)
    assert (claimed["tenant_id"], claimed["tenant_name"]) == (str(acme.id), "Somebody")
    assert (done["replayed"], outcomes(done), done["next_cursor"]) == (2, {("applied", "message"): 2}, None)
    assert await texts_of(owner, acme) == ["bird", "early"]
    assert await pages(operator, "/api/operator/unrouted") == []
    assert await pages(operator, "/api/operator/quarantine") == []
    assert outcomes(await replayed(operator, phone_number_id=UNKNOWN)) == {("duplicate", "message"): 2}


async def test_the_list_shows_no_words_of_people_and_looking_at_them_goes_on_record(
    operator: httpx.AsyncClient, owner: asyncpg.Connection, apply: Pool
) -> None:
    await receive(owner, apply, UNKNOWN, "a secret")
    listed = await operator.get("/api/operator/quarantine")
    (item,) = listed.json()["items"]
    silent = (await operator.get("/api/operator/audit")).json()["items"]

    opened = await operator.get(f"/api/operator/quarantine/{item['id']}")

    assert "a secret" not in listed.text
    assert item["size"] > 0
    assert (item["kind"], item["reason"], item["phone_number_id"]) == ("unrouted", "unknown_number", UNKNOWN)
    assert "a secret" in opened.json()["payload"]
    assert "quarantine.viewed" not in {row["action"] for row in silent}
    newest = (await operator.get("/api/operator/audit")).json()["items"][0]
    assert (newest["action"], newest["subject"]) == ("quarantine.viewed", item["id"])
    assert newest["actor"].startswith("key:")


async def test_the_lists_come_page_by_page_newest_first_and_by_kind(
    operator: httpx.AsyncClient, owner: asyncpg.Connection, apply: Pool
) -> None:
    for number in ("301", "302", "303"):
        await receive(owner, apply, number, f"to {number}")
    await deliver(owner, b"not a webhook")
    await drain(apply)

    rows = await pages(operator, "/api/operator/quarantine", limit=2)
    unrouted = await pages(operator, "/api/operator/quarantine", limit=2, kind="unrouted")
    numbers = await pages(operator, "/api/operator/unrouted", limit=2)

    assert [row["kind"] for row in rows] == ["poison", "unrouted", "unrouted", "unrouted"]
    assert [row["phone_number_id"] for row in unrouted] == ["303", "302", "301"]
    assert [row["phone_number_id"] for row in numbers] == ["303", "302", "301"]
    one = await pages(operator, "/api/operator/quarantine", phone_number_id="302")
    assert [row["phone_number_id"] for row in one] == ["302"]


async def test_one_item_or_one_tenant_is_replayed_and_nothing_else(
    operator: httpx.AsyncClient, new_tenant: NewTenant, owner: asyncpg.Connection, apply: Pool
) -> None:
    one, other = await new_tenant(), await new_tenant()
    await receive(owner, apply, ONE, "first", "second")
    await receive(owner, apply, OTHER, "theirs")
    mine = await pages(operator, "/api/operator/quarantine", phone_number_id=ONE)
    await insert_number(owner, one.id, phone_number_id=ONE, waba_id="299000000000001")
    await insert_number(owner, other.id, phone_number_id=OTHER, waba_id="299000000000002")

    alone = await replayed(operator, quarantine_id=mine[0]["id"])
    assert (alone["replayed"], await texts_of(owner, one)) == (1, ["second"])

    await replayed(operator, tenant_id=str(one.id))
    assert (await texts_of(owner, one), await texts_of(owner, other)) == (["first", "second"], [])

    await replayed(operator, since="2026-01-01T00:00:00Z")
    assert await texts_of(owner, other) == ["theirs"]


async def test_a_long_replay_answers_in_time_and_goes_on_where_it_stopped(
    operator: httpx.AsyncClient,
    acme: Tenant,
    owner: asyncpg.Connection,
    apply: Pool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With no patience at all every answer stops after its first stretch, here of one webhook."""
    await receive(owner, apply, "302", "elsewhere")
    await receive(owner, apply, UNKNOWN, *"abc")
    await insert_number(owner, acme.id, phone_number_id=UNKNOWN)
    monkeypatch.setattr(replay, "_STRETCH", 1)
    monkeypatch.setattr(ingest_api, "_PATIENCE", timedelta(0))

    done = await replayed(operator, phone_number_id=UNKNOWN)
    counts = [done["replayed"]]
    while done["next_cursor"]:
        done = await replayed(operator, phone_number_id=UNKNOWN, cursor=done["next_cursor"])
        counts.append(done["replayed"])

    assert counts == [0, 1, 1, 1, 0]
    assert await texts_of(owner, acme) == ["a", "b", "c"]


async def test_what_is_gone_from_the_log_is_named(
    operator: httpx.AsyncClient, owner: asyncpg.Connection, apply: Pool
) -> None:
    await receive(owner, apply, UNKNOWN, "long ago")
    await owner.execute("DELETE FROM webhook_events")

    done = await replayed(operator, phone_number_id=UNKNOWN)

    assert (done["replayed"], [item["phone_number_id"] for item in done["gone"]]) == (0, [UNKNOWN])


NOTHING_IN_PARTICULAR = [
    {},
    {"until": "2026-01-01T00:00:00Z"},
    {"event_id": 1, "phone_number_id": "1"},
    {"tenant_id": str(uuid4()), "waba_id": "1"},
    {"event_id": 2**63},
    {"phone_number_id": "' OR 1=1"},
    {"since": "2026-01-01T00:00:00"},
    {"phone_number_id": "1", "cursor": "bm9wZQ"},
]


async def test_a_replay_of_nothing_in_particular_is_refused(operator: httpx.AsyncClient) -> None:
    for wanted in NOTHING_IN_PARTICULAR:
        answer = await operator.post("/api/operator/replay", json=wanted)

        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request"), wanted


async def test_things_that_are_not_there_are_not_found(operator: httpx.AsyncClient) -> None:
    for answer in (
        await operator.get(f"/api/operator/quarantine/{uuid4()}"),
        await operator.post("/api/operator/replay", json={"quarantine_id": str(uuid4())}),
        await operator.post("/api/operator/replay", json={"tenant_id": str(uuid4())}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_tenants_key_sees_none_of_it_and_cannot_be_made_to(acme: Tenant) -> None:
    for answer in (
        await acme.client.get("/api/operator/quarantine"),
        await acme.client.get(f"/api/operator/quarantine/{uuid4()}"),
        await acme.client.get("/api/operator/unrouted"),
        await acme.client.get("/api/operator/audit"),
        await acme.client.post("/api/operator/replay", json={"event_id": 1}),
        await acme.post("/keys", {"scopes": ["operations:read"]}),
        await acme.post("/keys", {"scopes": ["operations:write"]}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "missing_scope")


async def test_a_connection_shows_when_meta_last_told_anything_about_it(
    acme: Tenant, owner: asyncpg.Connection, apply: Pool
) -> None:
    heard = await insert_number(owner, acme.id)
    await insert_number(owner, acme.id)

    await deliver(owner, body(change(heard, messages=[text("wamid.1")])))
    await drain(apply)

    shown = (await acme.get("/whatsapp/status")).json()["connections"]
    received = await owner.fetchval("SELECT received_at FROM webhook_events")
    assert [one["last_webhook_at"] for one in shown] == [received.isoformat().replace("+00:00", "Z"), None]
