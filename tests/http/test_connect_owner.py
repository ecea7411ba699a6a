"""Who owns a number: one tenant at a time, and what stays when a number is connected again, given up, or moves."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID, uuid4

import asyncpg
import pytest

from bed.graph import Graph
from bed.rows import Number, insert_conversation, insert_sent
from bed.tenants import Tenant, told

pytestmark = pytest.mark.anyio
NewTenant = Callable[[], Awaitable[Tenant]]

COMPLETE = "/whatsapp/connect/complete"


async def connections(owner: asyncpg.Connection) -> list[asyncpg.Record]:
    return await owner.fetch("SELECT * FROM channel_connections ORDER BY id")


async def test_a_number_of_another_tenant_cannot_be_taken_and_nobody_learns_whose_it_is(
    new_tenant: NewTenant, graph: Graph
) -> None:
    one, other = await new_tenant(), await new_tenant()
    world = graph.world()
    await other.post(COMPLETE, world.body())

    answer = await one.post(COMPLETE, world.body())

    assert (answer.status_code, answer.json()["code"]) == (409, "number_taken")
    assert str(other.id) not in answer.text
    assert (await one.get("/whatsapp/status")).json() == {"connected": False, "connections": []}
    assert (await other.get("/whatsapp/status")).json()["connected"]


async def test_of_two_tenants_that_connect_one_number_at_once_one_wins(
    new_tenant: NewTenant, graph: Graph, owner: asyncpg.Connection
) -> None:
    tenants = [await new_tenant() for _ in range(4)]
    world = graph.world()

    answers = await asyncio.gather(
        *(tenant.post(COMPLETE, world.body()) for tenant in tenants for _ in range(2))
    )

    winners = {answer.json().get("id") for answer in answers} - {None}
    live = [row for row in await connections(owner) if row["status"] == "active"]
    assert len(live) == 1
    assert winners == {str(live[0]["id"])}
    assert sorted({answer.status_code for answer in answers}) == [200, 409]


async def test_connecting_again_replaces_the_token_and_keeps_the_connection(
    acme: Tenant, graph: Graph, owner: asyncpg.Connection
) -> None:
    world = graph.world()
    first = (await acme.post(COMPLETE, world.body(country_id="ES"))).json()
    before = (await connections(owner))[0]
    token = graph.token(waba_ids=[world.waba_id])["token"]

    second = (await acme.post(COMPLETE, world.body(access_token=token))).json()

    after = (await connections(owner))[0]
    assert second["id"] == first["id"]
    assert second["country_id"] == "ES", "what is not named stays"
    assert second["token_fingerprint"] != first["token_fingerprint"]
    assert after["access_token_enc"] != before["access_token_enc"]
    assert after["attached_at"] == before["attached_at"]


async def test_connecting_again_ends_a_pause(acme: Tenant, graph: Graph, owner: asyncpg.Connection) -> None:
    world = graph.world()
    await acme.post(COMPLETE, world.body())
    await owner.execute(
        "UPDATE channel_connections SET status = 'error', pause_reason = 'x', paused_at = now()"
    )
    paused = (await acme.get("/whatsapp/status")).json()
    assert (paused["connected"], paused["connections"][0]["paused"]) == (False, True)

    again = (await acme.post(COMPLETE, world.body())).json()

    assert (again["status"], again["paused"], again["pause_reason"]) == ("active", False, None)


async def test_giving_a_number_up_wipes_the_token_and_tells_what_waits(
    acme: Tenant, graph: Graph, owner: asyncpg.Connection
) -> None:
    world = graph.world()
    made = (await acme.post(COMPLETE, world.body())).json()
    number = Number(acme.id, UUID(made["id"]), world.phone_number_id, world.waba_id)
    for _ in range(3):
        sent = await insert_sent(owner, number, phase="queued")
        await owner.execute(
            "INSERT INTO outbox (tenant_id, message_id, channel_connection_id, conversation_id) "
            "VALUES ($1, $2, $3, $4)",
            *(acme.id, sent.id, number.connection_id, sent.conversation_id),
        )

    answer = await acme.post("/whatsapp/disconnect", {"phone_number_id": world.phone_number_id})
    again = await acme.post("/whatsapp/disconnect", {"connection_id": made["id"]})

    assert answer.json()["queued_messages"] == 3
    assert answer.json()["connection"].items() >= {"status": "revoked", "token_last4": None}.items()
    assert again.json() == answer.json()
    row = (await connections(owner))[0]
    assert (row["access_token_enc"], row["token_fingerprint"]) == (None, None)
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 3
    actions = [item["action"] for item in (await acme.get("/audit")).json()["items"]]
    assert actions.count("connection.disconnected") == 1


async def test_a_number_that_comes_back_keeps_its_conversations(
    acme: Tenant, graph: Graph, owner: asyncpg.Connection
) -> None:
    world = graph.world()
    made = (await acme.post(COMPLETE, world.body())).json()
    number = Number(acme.id, UUID(made["id"]), world.phone_number_id, world.waba_id)
    conversation = await insert_conversation(owner, number)
    await acme.post("/whatsapp/disconnect")

    back = (await acme.post(COMPLETE, world.body())).json()

    assert (back["id"], back["status"]) == (made["id"], "active")
    assert await owner.fetchval(
        "SELECT channel_connection_id FROM conversations WHERE id = $1", conversation
    ) == UUID(back["id"])


async def test_a_number_that_moves_leaves_its_history_with_the_former_owner(
    new_tenant: NewTenant, graph: Graph, owner: asyncpg.Connection
) -> None:
    first, second = await new_tenant(), await new_tenant()
    world = graph.world()

    async def attached(tenant: Tenant) -> bool:
        """Whether the tenant's connection began at a moment, rather than always having been."""
        await tenant.post(COMPLETE, world.body())
        found = await owner.fetchval(
            "SELECT attached_at > '-infinity' FROM channel_connections WHERE tenant_id = $1", tenant.id
        )
        await tenant.post("/whatsapp/disconnect")
        return found

    assert not await attached(first), "nobody had it before"
    assert not await attached(first), "nor anybody else since"
    assert await attached(second)
    assert await attached(first), "what was for the second is not the first's"


async def test_a_new_token_does_not_hide_what_came_since_the_number_was_taken_over(
    new_tenant: NewTenant, graph: Graph, owner: asyncpg.Connection
) -> None:
    first, second = await new_tenant(), await new_tenant()
    world = graph.world()
    await first.post(COMPLETE, world.body())
    await first.post("/whatsapp/disconnect")
    await second.post(COMPLETE, world.body())
    attached = "SELECT attached_at FROM channel_connections WHERE status = 'active'"
    before = await owner.fetchval(attached)

    await second.post(COMPLETE, world.body())

    assert await owner.fetchval(attached) == before


async def test_a_tenant_has_several_numbers_and_must_say_which_it_gives_up(
    acme: Tenant, graph: Graph
) -> None:
    worlds = [graph.world(), graph.world()]
    for world in worlds:
        await acme.post(COMPLETE, world.body())

    answer = await acme.post("/whatsapp/disconnect")
    named = await acme.post("/whatsapp/disconnect", {"phone_number_id": worlds[1].phone_number_id})

    assert (answer.status_code, answer.json()["code"]) == (409, "several_connections")
    assert len(answer.json()["choices"]) == 2
    assert named.status_code == 200
    shown = (await acme.get("/whatsapp/status")).json()["connections"]
    assert [one["status"] for one in shown] == ["active", "revoked"]


async def test_a_connection_of_another_tenant_is_none(new_tenant: NewTenant, graph: Graph) -> None:
    one, other = await new_tenant(), await new_tenant()
    world = graph.world()
    theirs = (await other.post(COMPLETE, world.body())).json()

    for path in ("/whatsapp/disconnect", "/whatsapp/test-connection"):
        by_id = await one.post(path, {"connection_id": theirs["id"]})
        by_number = await one.post(path, {"phone_number_id": theirs["phone_number_id"]})
        assert told(by_id) == told(await one.post(path, {"connection_id": str(uuid4())}))
        assert told(by_number) == told(await one.post(path, {"phone_number_id": "399999999999998"}))
        assert by_id.status_code == 409
    assert (await other.get("/whatsapp/status")).json()["connected"]
