"""Templates over HTTP: listed as they stand, and brought up to Meta's own list when somebody asks."""

from typing import Any

import asyncpg
import pytest

from bed.graph import Graph, World
from bed.tenants import Tenant

pytestmark = pytest.mark.anyio

COMPLETE = "/whatsapp/connect/complete"


def body(text: str = "Hola {{1}}, tu pedido sale hoy.") -> list[dict[str, Any]]:
    return [{"type": "BODY", "text": text}]


def template(graph: Graph, world: World, name: str, **fields: Any) -> str:
    """Make an approved template at Meta's."""
    told = {
        "waba_id": world.waba_id,
        "name": name,
        "language": "es",
        "category": "UTILITY",
        "components": body(),
    }
    return graph.control("POST", "/templates", {**told, **fields})["id"]


@pytest.fixture
async def world(acme: Tenant, graph: Graph) -> World:
    """A connected number."""
    world = graph.world()
    assert (await acme.post(COMPLETE, world.body())).status_code == 200
    return world


async def listed(tenant: Tenant, **params: Any) -> list[dict[str, Any]]:
    answer = await tenant.get("/templates", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


async def synced(tenant: Tenant) -> list[dict[str, Any]]:
    answer = await tenant.post("/templates/sync")
    assert answer.status_code == 200, answer.text
    return answer.json()["accounts"]


async def told(owner: asyncpg.Connection) -> list[asyncpg.Record]:
    return await owner.fetch("SELECT data FROM events WHERE type = 'template_updated'")


async def test_what_meta_has_is_listed_after_asking_once(acme: Tenant, graph: Graph, world: World) -> None:
    names = [f"order_{n:03}" for n in range(130)]
    for name in names:
        template(graph, world, name)

    (account,) = await synced(acme)

    assert (account["templates"], account["changed"], account["error"]) == (130, 130, None)
    first = (await acme.get("/templates", params={"limit": 100})).json()
    second = (await acme.get("/templates", params={"limit": 100, "cursor": first["next_cursor"]})).json()
    assert [one["name"] for page in (first, second) for one in page["items"]] == names
    assert second["next_cursor"] is None
    assert first["items"][0].items() >= {
        "language": "es", "status": "APPROVED", "category": "UTILITY", "components": body()
    }.items()  # fmt: skip


async def test_a_second_look_tells_only_what_changed(
    acme: Tenant, graph: Graph, world: World, owner: asyncpg.Connection
) -> None:
    paused = template(graph, world, "offer", category="MARKETING")
    template(graph, world, "order")
    await synced(acme)
    before = len(await told(owner))

    (again,) = await synced(acme)
    assert (again["changed"], len(await told(owner))) == (0, before)

    graph.control("PATCH", f"/templates/{paused}", {"status": "PAUSED"})
    (later,) = await synced(acme)
    assert (later["changed"], len(await told(owner))) == (1, before + 1)
    assert [(one["name"], one["status"]) for one in await listed(acme)] == [
        ("offer", "PAUSED"),
        ("order", "APPROVED"),
    ]


async def test_a_template_that_meta_has_no_more_is_not_offered(
    acme: Tenant, graph: Graph, world: World
) -> None:
    template(graph, world, "gone")
    template(graph, world, "there")
    await synced(acme)
    graph.delete_template(world, "gone")

    (account,) = await synced(acme)

    assert account["changed"] == 1
    assert [one["name"] for one in await listed(acme)] == ["there"]


async def test_the_list_is_searched_by_name_and_words_and_filtered(
    acme: Tenant, graph: Graph, world: World
) -> None:
    template(graph, world, "order_update", components=body("Hola {{1}}, tu Pedido 100%_sale hoy."))
    template(graph, world, "spring_offer", category="MARKETING", language="pt_BR", status="PAUSED")
    await synced(acme)

    async def names(**params: str) -> list[str]:
        return [one["name"] for one in await listed(acme, **params)]

    assert await names(q="Order Up") == ["order_update"]
    assert await names(q="pedido 100%_") == ["order_update"]
    assert await names(q="nothing%") == []
    assert await names(status="APPROVED") == ["order_update"]
    assert await names(category="MARKETING") == ["spring_offer"]
    assert await names(language="pt_BR") == ["spring_offer"]


async def test_a_connection_sees_the_templates_of_its_own_waba(
    acme: Tenant, graph: Graph, world: World
) -> None:
    other = graph.world()
    connected = (await acme.post(COMPLETE, other.body())).json()
    template(graph, world, "mine")
    template(graph, other, "the_others")

    assert {account["waba_id"]: account["templates"] for account in await synced(acme)} == {
        world.waba_id: 1,
        other.waba_id: 1,
    }

    assert [one["name"] for one in await listed(acme, connection=connected["id"])] == ["the_others"]


async def test_one_wabas_refusal_does_not_keep_the_others_from_being_read(
    acme: Tenant, graph: Graph, world: World
) -> None:
    refused = graph.world()
    await acme.post(COMPLETE, refused.body())
    template(graph, world, "mine")
    graph.revoke(refused.token)

    accounts = {account["waba_id"]: account for account in await synced(acme)}

    assert accounts[world.waba_id]["templates"] == 1
    assert accounts[refused.waba_id]["error"] == "token_refused"
    assert refused.token not in str(accounts)


async def test_where_nothing_can_be_read_it_is_said_why(acme: Tenant, graph: Graph) -> None:
    none = await acme.post("/templates/sync")
    assert none.json()["code"] == "no_connection"

    world = graph.world()
    await acme.post(COMPLETE, world.body())
    graph.revoke(world.token)
    assert (await acme.post("/templates/sync")).json()["code"] == "token_refused"


# --- looked at by itself, and one by one


async def test_a_template_is_read_with_what_meta_says_of_it(acme: Tenant, graph: Graph, world: World) -> None:
    graph_id = template(
        graph, world, "order", status="REJECTED", components=body("Hola {{nombre}}, sale hoy.")
    )
    await synced(acme)
    (one,) = await listed(acme)

    read = (await acme.get(f"/templates/{one['id']}")).json()

    assert read == one
    assert (read["provider_template_id"], read["status"], read["parameter_format"]) == (
        graph_id,
        "REJECTED",
        "NAMED",
    )


async def test_when_each_waba_was_looked_at_is_told(acme: Tenant, graph: Graph, world: World) -> None:
    refused = graph.world()
    await acme.post(COMPLETE, refused.body())
    before = {one["waba_id"]: one for one in (await acme.get("/templates/accounts")).json()}
    assert before[world.waba_id]["synced_at"] is None
    template(graph, world, "order")
    graph.revoke(refused.token)

    await synced(acme)

    after = {one["waba_id"]: one for one in (await acme.get("/templates/accounts")).json()}
    assert (after[world.waba_id]["templates"], after[world.waba_id]["error"]) == (1, None)
    assert after[world.waba_id]["synced_at"] is not None
    assert (after[refused.waba_id]["synced_at"], after[refused.waba_id]["error"]) == (None, "token_refused")
    assert after[world.waba_id]["numbers"] == ["Sandbox number"]


async def test_an_archived_template_is_kept_though_metas_list_has_it_no_more(
    acme: Tenant, graph: Graph, world: World, owner: asyncpg.Connection
) -> None:
    template(graph, world, "old", status="ARCHIVED")
    await synced(acme)
    graph.delete_template(world, "old")

    await synced(acme)

    assert [(one["name"], one["status"]) for one in await listed(acme)] == [("old", "ARCHIVED")]
    assert await owner.fetchval("SELECT archived FROM templates")
