"""The audit log over HTTP: whoever acted is on record, newest first, and nothing secret is."""

from collections.abc import Awaitable, Callable

import asyncpg
import httpx
import pytest

from bed.graph import Graph
from bed.tenants import Tenant

pytestmark = pytest.mark.anyio


async def test_what_was_done_to_a_tenant_is_listed_newest_first_with_who_did_it(
    operator: httpx.AsyncClient, acme: Tenant, graph: Graph
) -> None:
    world = graph.world()
    key = (await acme.post("/keys", {"scopes": ["inbox:read"]})).json()
    await acme.client.delete(f"{acme.path}/keys/{key['id']}")
    connection = (await acme.post("/whatsapp/connect/complete", world.body())).json()
    await acme.post("/whatsapp/connect/complete", world.body())
    await acme.post("/whatsapp/disconnect")

    rows = (await operator.get(f"{acme.path}/audit")).json()["items"]

    assert [(row["action"], row["subject"]) for row in rows] == [
        ("connection.disconnected", connection["id"]),
        ("connection.token_replaced", connection["id"]),
        ("connection.connected", connection["id"]),
        ("key.revoked", key["id"]),
        ("key.created", key["id"]),
        ("key.created", rows[-2]["subject"]),
        ("tenant.created", str(acme.id)),
    ]
    acme_key = rows[-2]["subject"]
    assert {row["actor"] for row in rows[:5]} == {f"key:{acme_key}"}
    assert world.token not in str(rows)
    assert key["key"] not in str(rows)


async def test_the_log_is_read_page_by_page_with_nothing_left_out(acme: Tenant) -> None:
    for _ in range(6):
        await acme.post("/keys", {"scopes": ["inbox:read"]})

    seen, cursor = [], None
    while True:
        page = (
            await acme.get("/audit", params={"limit": 3, **({"cursor": cursor} if cursor else {})})
        ).json()
        seen += [row["id"] for row in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break

    assert len(seen) == 8
    assert seen == sorted(set(seen), reverse=True)


async def test_a_refused_deed_is_not_on_record(acme: Tenant) -> None:
    before = (await acme.get("/audit")).json()

    await acme.post("/keys", {"scopes": []})
    await acme.post("/keys", {"scopes": ["webhooks:replay"]})

    assert (await acme.get("/audit")).json() == before


async def test_no_tenant_sees_anothers_log(new_tenant: Callable[[], Awaitable[Tenant]]) -> None:
    one, other = await new_tenant(), await new_tenant()
    await other.post("/keys", {"scopes": ["inbox:read"]})

    ours = (await one.get("/audit")).json()["items"]

    assert len(ours) == 2
    assert str(other.id) not in str(ours)


async def test_a_cursor_nobody_gave_out_is_refused(acme: Tenant) -> None:
    for cursor in ["x", "WzFd", "bnVsbA", "WyJhIiwiYiJd", "a" * 600]:
        answer = await acme.get("/audit", params={"cursor": cursor})

        assert (answer.status_code, answer.json()["field"]) == (422, "cursor"), cursor


async def test_a_page_has_a_sensible_size(acme: Tenant) -> None:
    for limit in ["0", "-1", "201", "x", ""]:
        assert (await acme.get("/audit", params={"limit": limit})).status_code == 422, limit


async def test_the_log_is_narrowed_to_who_and_what_is_looked_for(
    acme: Tenant, owner: asyncpg.Connection
) -> None:
    await acme.post("/keys", {"scopes": ["inbox:read"]})
    await owner.execute(
        """INSERT INTO audit_log (tenant_id, actor, action, at) VALUES
               ($1, 'system:apply', 'webhook.received', '2026-01-02T00:00:00Z'),
               ($1, 'system:apply', 'connection.paused', '2026-01-03T00:00:00Z'),
               ($1, 'user:1', 'connection.resumed', '2026-01-04T00:00:00Z')""",
        acme.id,
    )

    async def actions(**params: str | bool) -> list[str]:
        answer = await acme.get("/audit", params=params)
        assert answer.status_code == 200, answer.text
        return [row["action"] for row in answer.json()["items"]]

    everything = await actions()
    assert everything[:3] == ["connection.resumed", "connection.paused", "webhook.received"]
    assert await actions(deeds=True) == [one for one in everything if one != "webhook.received"]
    assert await actions(who="system") == ["connection.paused", "webhook.received"]
    assert "connection.paused" not in await actions(who="people", deeds=True)
    assert await actions(about="connection") == ["connection.resumed", "connection.paused"]
    assert await actions(about="conn") == []
    assert {one.partition(".")[0] for one in await actions(without="connection")} == {
        "key",
        "tenant",
        "webhook",
    }
    assert await actions(actor="user:1") == ["connection.resumed"]
    january = {"since": "2026-01-03T00:00:00Z", "until": "2026-01-04T00:00:00Z"}
    assert await actions(**january) == ["connection.paused"]


NO_FILTERS = [{"who": "me"}, {"about": "a.b"}, {"since": "yesterday"}, {"actor": "x" * 101}]


async def test_a_filter_that_cannot_be_is_refused(acme: Tenant) -> None:
    for wrong in NO_FILTERS:
        assert (await acme.get("/audit", params=wrong)).status_code == 422, wrong
