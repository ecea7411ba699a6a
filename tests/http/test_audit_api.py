"""The audit log over HTTP: whoever acted is on record, newest first, and nothing secret is."""

from collections.abc import Awaitable, Callable

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


@pytest.mark.parametrize("cursor", ["x", "WzFd", "bnVsbA", "WyJhIiwiYiJd", "a" * 600])
async def test_a_cursor_nobody_gave_out_is_refused(acme: Tenant, cursor: str) -> None:
    answer = await acme.get("/audit", params={"cursor": cursor})

    assert (answer.status_code, answer.json()["field"]) == (422, "cursor")


@pytest.mark.parametrize("limit", ["0", "-1", "201", "x", ""])
async def test_a_page_has_a_sensible_size(acme: Tenant, limit: str) -> None:
    assert (await acme.get("/audit", params={"limit": limit})).status_code == 422
