"""A paused number sends again when a person says so and Meta confirms it; what a test of a connection finds is shown."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from bed.graph import Graph, World
from bed.tenants import Tenant
from curbe.connections import service
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio
NewTenant = Callable[[], Awaitable[Tenant]]

COMPLETE, RESUME = "/whatsapp/connect/complete", "/whatsapp/resume"


async def paused(acme: Tenant, worker: Pool, world: World) -> UUID:
    connection_id = UUID((await acme.post(COMPLETE, world.body())).json()["id"])
    async with worker.transaction(acme.id) as tx:
        await service.pause(
            tx, tenant_id=acme.id, connection_id=connection_id, reason="Meta refused with code 131042: pay."
        )
    return connection_id


async def test_a_number_paused_by_a_refused_send_goes_on_once_meta_confirms_its_token(
    acme: Tenant, graph: Graph, worker: Pool
) -> None:
    await paused(acme, worker, graph.world())
    (before,) = (await acme.get("/whatsapp/status")).json()["connections"]

    answer = await acme.post(RESUME)

    assert (before["paused"], before["pause_reason"]) == (True, "Meta refused with code 131042: pay.")
    assert set(before["pause_words"]) == {"en", "es", "pt"}
    assert "then resume" in before["pause_fix"]
    assert "token" not in before["pause_fix"]
    assert answer.json().items() >= {"status": "active", "paused": False, "pause_fix": None}.items()
    (row, *_) = (await acme.get("/audit")).json()["items"]
    assert (row["action"], row["actor"][:4]) == ("connection.resumed", "key:")
    assert (await acme.post(RESUME)).json() == answer.json()


async def test_a_number_whose_token_died_stays_paused(acme: Tenant, graph: Graph, worker: Pool) -> None:
    world = graph.world()
    await paused(acme, worker, world)
    graph.revoke(world.token)

    answer = await acme.post(RESUME)

    assert (answer.status_code, answer.json()["code"]) == (422, "token_refused")
    assert (await acme.get("/whatsapp/status")).json()["connections"][0]["paused"]


async def test_what_meta_forbids_no_person_can_resume(
    acme: Tenant, graph: Graph, worker: Pool, owner: asyncpg.Connection
) -> None:
    await paused(acme, worker, graph.world())
    await owner.execute("UPDATE channel_connections SET pause_cause = 'ban'")

    answer = await acme.post(RESUME)

    assert (answer.status_code, answer.json()["code"]) == (409, "connection_paused")
    assert "token" not in answer.json()["fix"]


async def test_a_number_given_up_is_not_resumed(acme: Tenant, graph: Graph, worker: Pool) -> None:
    connection_id = await paused(acme, worker, graph.world())
    await acme.post("/whatsapp/disconnect")

    answer = await acme.post(RESUME, {"connection_id": str(connection_id)})

    assert (answer.status_code, answer.json()["code"]) == (409, "no_connection")


async def test_a_test_shows_the_number_it_found_before_anything_is_stored(acme: Tenant, graph: Graph) -> None:
    ends = (utc_now() + timedelta(days=60)).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    world = graph.world(
        verified_name="Acme", display_phone_number="+34 611 22 33 44", quality_rating="YELLOW"
    )
    token = graph.token(waba_ids=[world.waba_id], expires_at=ends)["token"]

    answer = await acme.post("/whatsapp/test-connection", world.body(access_token=token))

    assert answer.json()["found"] == {
        "phone_number_id": world.phone_number_id,
        "waba_id": world.waba_id,
        "phone_number_e164": "+34611223344",
        "phone_number_spelled": "+34 611 22 33 44",
        "country_id": "ES",
        "display_name": "Acme",
        "number_status": "CONNECTED",
        "name_status": "APPROVED",
        "quality_rating": "YELLOW",
        "messaging_limit": "TIER_2K",
        "throughput_level": "STANDARD",
        "coexistence": False,
        "token_expires_at": ends,
    }
    assert token not in answer.text
    assert (await acme.get("/whatsapp/status")).json() == {"connected": False, "connections": []}


async def test_a_test_that_reads_no_number_shows_none(acme: Tenant, graph: Graph) -> None:
    answer = await acme.post("/whatsapp/test-connection", graph.world().body(access_token="EAAnobody0000"))

    assert (answer.json()["ok"], answer.json()["found"]) == (False, None)


PAY = {
    "error_code": 141006,
    "error_description": "There is an error with the payment method",
    "possible_solution": "Add a valid payment method in the WhatsApp Manager",
}


async def test_a_test_tells_that_meta_blocks_the_account_and_what_meta_advises(
    acme: Tenant, graph: Graph
) -> None:
    world = graph.world()
    await acme.post(COMPLETE, world.body())
    graph.control("PATCH", f"/wabas/{world.waba_id}", {"can_send_message": "BLOCKED", "health_errors": [PAY]})

    tested = (await acme.post("/whatsapp/test-connection")).json()

    (failed,) = [check for check in tested["checks"] if not check["ok"]]
    assert failed["name"] == "health"
    assert PAY["error_description"] in failed["detail"]
    assert PAY["possible_solution"] in failed["fix"]


async def test_a_number_that_meta_only_limits_passes_the_test_and_says_so(acme: Tenant, graph: Graph) -> None:
    world = graph.world()
    graph.control("PATCH", f"/wabas/{world.waba_id}", {"can_send_message": "LIMITED", "health_errors": [PAY]})

    tested = (await acme.post("/whatsapp/test-connection", world.body())).json()

    (health,) = [check for check in tested["checks"] if check["name"] == "health"]
    assert health["ok"]
    assert "LIMITED" in health["detail"]
    assert PAY["error_description"] in health["detail"]


async def test_a_number_whose_account_meta_blocks_is_not_resumed_before_meta_lets_it_send(
    acme: Tenant, graph: Graph, worker: Pool
) -> None:
    world = graph.world()
    await paused(acme, worker, world)
    graph.control("PATCH", f"/wabas/{world.waba_id}", {"can_send_message": "BLOCKED", "health_errors": [PAY]})

    refused = await acme.post(RESUME)
    graph.control("PATCH", f"/wabas/{world.waba_id}", {"can_send_message": "AVAILABLE"})
    resumed = await acme.post(RESUME)

    assert (refused.status_code, refused.json()["code"]) == (409, "connection_paused")
    assert PAY["possible_solution"] in refused.json()["fix"]
    assert (resumed.status_code, resumed.json()["paused"]) == (200, False)
