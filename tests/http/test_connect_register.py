"""A number is registered with Meta under the PIN of its two-step verification, and only then sends."""

from typing import Any

import asyncpg
import httpx
import pytest

from bed.graph import Graph
from bed.tenants import Tenant
from bed.users import insert_member, session_at
from curbe.domain.access import Role

pytestmark = pytest.mark.anyio

COMPLETE = "/whatsapp/connect/complete"
NOT_REGISTERED = "Meta refused with code 133010: The number is not registered."


@pytest.fixture
def environ(graph: Graph) -> dict[str, str]:
    return {**graph.environ, "META_EMBEDDED_SIGNUP_CONFIG_ID": "123456789"}


def at_meta(graph: Graph, phone_number_id: str) -> dict[str, Any]:
    numbers = graph.control("GET", "/state")["numbers"]
    return next(number for number in numbers if number["id"] == phone_number_id)


async def signed_up(acme: Tenant, graph: Graph, *, pin: str | None = None, **number: Any) -> httpx.Response:
    """Come back from a sign-up that granted one number, which is not registered yet."""
    world = graph.world(**{"status": "PENDING", **number})
    code = graph.token(waba_ids=[world.waba_id], code=True)["code"]
    return await acme.post(COMPLETE, {"code": code, **({"pin": pin} if pin else {})})


def on(made: dict[str, Any], deed: str) -> str:
    return f"/whatsapp/connections/{made['id']}/{deed}"


async def deeds(acme: Tenant) -> list[str]:
    return [row["action"] for row in (await acme.get("/audit")).json()["items"]]


async def test_a_number_from_a_sign_up_is_registered_under_a_pin_of_its_own_that_can_be_revealed(
    acme: Tenant, graph: Graph, owner: asyncpg.Connection
) -> None:
    made = await signed_up(acme, graph)
    revealed = await acme.post(on(made.json(), "reveal-pin"))

    assert made.status_code == 200, made.text
    shown = made.json()
    told = ("status", "number_status", "needs_registration", "registration_problem", "pin_kept")
    assert [shown[name] for name in told] == ["active", "CONNECTED", False, None, True]
    meta = at_meta(graph, shown["phone_number_id"])
    assert meta["status"] == "CONNECTED"
    assert revealed.json() == {"pin": meta["pin"]}
    assert len(meta["pin"]) == 6
    assert (await deeds(acme))[:3] == [
        "connection.pin_revealed",
        "connection.registered",
        "connection.connected",
    ]
    for table in ("channel_connections", "audit_log", "events"):
        rows = await owner.fetch(f"SELECT to_jsonb(t) - 'id' - 'tenant_id' AS row FROM {table} t")
        assert f'"{meta["pin"]}"' not in str(rows)


async def test_the_pin_that_is_given_is_the_one_it_is_registered_under(acme: Tenant, graph: Graph) -> None:
    made = (await signed_up(acme, graph, pin="031416")).json()

    assert made["needs_registration"] is False
    assert at_meta(graph, made["phone_number_id"])["pin"] == "031416"
    assert (await acme.post(on(made, "reveal-pin"))).json() == {"pin": "031416"}


async def test_a_number_that_is_registered_already_is_left_alone(acme: Tenant, graph: Graph) -> None:
    made = (await signed_up(acme, graph, status="CONNECTED", pin="112233")).json()
    again = await acme.post(on(made, "register"), {"pin": "112233"})
    revealed = await acme.post(on(made, "reveal-pin"))

    assert (made["needs_registration"], made["pin_kept"]) == (False, False)
    assert (again.status_code, again.json()) == (200, made)
    assert at_meta(graph, made["phone_number_id"])["registrations"] == 0
    assert (revealed.status_code, revealed.json()["code"]) == (404, "not_found")


async def test_a_number_with_a_pin_of_its_own_is_connected_and_asks_for_it(
    acme: Tenant, graph: Graph
) -> None:
    world = graph.world(status="PENDING", pin="271828")
    code = graph.token(waba_ids=[world.waba_id], code=True)["code"]

    made = (await acme.post(COMPLETE, {"code": code})).json()
    blind = await acme.post(on(made, "register"))
    tries = at_meta(graph, world.phone_number_id)["registrations"]
    wrong = await acme.post(on(made, "register"), {"pin": "000000"})
    right = await acme.post(on(made, "register"), {"pin": "271828"})

    told = ("status", "needs_registration", "registration_problem", "pin_kept")
    assert [made[name] for name in told] == ["active", True, "wrong_pin", False]
    assert {(one.status_code, one.json()["code"]) for one in (blind, wrong)} == {(422, "wrong_pin")}
    assert "`pin`" in wrong.json()["fix"]
    assert tries == 1, "what Meta has refused is not guessed again: ten tries are allowed in three days"
    assert [right.json()[name] for name in told] == ["active", False, None, True]
    assert (await acme.post(on(made, "reveal-pin"))).json() == {"pin": "271828"}
    assert "connection.not_registered" in await deeds(acme)


async def test_a_mistyped_pin_does_not_stand_in_the_way_of_the_one_that_is_kept(
    acme: Tenant, graph: Graph
) -> None:
    made = (await signed_up(acme, graph, pin="161803")).json()
    graph.control("PATCH", f"/numbers/{made['phone_number_id']}", {"status": "DISCONNECTED"})

    wrong = await acme.post(on(made, "register"), {"pin": "161830"})
    kept = await acme.post(on(made, "register"))

    assert (wrong.status_code, wrong.json()["code"]) == (422, "wrong_pin")
    assert (kept.status_code, kept.json()["needs_registration"]) == (200, False), kept.text
    assert (await acme.post(on(made, "reveal-pin"))).json() == {"pin": "161803"}


async def test_a_number_connected_by_hand_is_registered_when_somebody_says_so(
    acme: Tenant, graph: Graph
) -> None:
    world = graph.world(status="PENDING")

    made = (await acme.post(COMPLETE, world.body())).json()
    found = (await acme.post("/whatsapp/test-connection")).json()
    done = await acme.post(on(made, "register"))

    assert (made["needs_registration"], made["pin_kept"]) == (True, False)
    (check,) = [check for check in found["checks"] if check["name"] == "number_status"]
    assert (check["ok"], "/register" in check["fix"]) == (False, True)
    assert (done.status_code, done.json()["needs_registration"]) == (200, False)
    assert (await acme.post("/whatsapp/test-connection")).json()["ok"]


async def test_registering_ends_the_pause_that_an_unregistered_number_had_come_to(
    acme: Tenant, graph: Graph, owner: asyncpg.Connection
) -> None:
    world = graph.world()
    made = (await acme.post(COMPLETE, world.body())).json()
    graph.control("PATCH", f"/numbers/{world.phone_number_id}", {"status": "DISCONNECTED"})
    await owner.execute(
        "UPDATE channel_connections SET status = 'error', pause_reason = $1, paused_at = now()",
        NOT_REGISTERED,
    )

    (paused,) = (await acme.get("/whatsapp/status")).json()["connections"]
    done = (await acme.post(on(made, "register"))).json()

    assert (paused["needs_registration"], "Register" in paused["pause_fix"]) == (True, True)
    assert (done["status"], done["needs_registration"]) == ("active", False)


async def test_an_answer_that_was_lost_costs_neither_the_pin_nor_a_second_registration(
    acme: Tenant, graph: Graph
) -> None:
    world = graph.world(status="PENDING")
    made = (await acme.post(COMPLETE, world.body())).json()
    lost = {"kind": "accept_then_drop", "operation": "register", "phone_number_id": world.phone_number_id}
    graph.control("POST", "/faults", lost)

    unanswered = await acme.post(on(made, "register"))
    (between,) = (await acme.get("/whatsapp/status")).json()["connections"]
    again = (await acme.post(on(made, "register"))).json()

    assert (unanswered.status_code, unanswered.json()["code"]) == (503, "graph_unreachable")
    assert (between["needs_registration"], between["registration_problem"]) == (True, "graph_unreachable")
    assert (again["needs_registration"], again["registration_problem"]) == (False, None)
    meta = at_meta(graph, world.phone_number_id)
    assert meta["registrations"] == 1
    assert (await acme.post(on(made, "reveal-pin"))).json() == {"pin": meta["pin"]}


@pytest.mark.parametrize(
    ("number", "code", "refusal"),
    [
        ({"code_verification_status": "EXPIRED"}, None, (409, "number_unverified")),
        ({}, 133016, (429, "too_many_requests")),
        ({}, 133008, (429, "too_many_requests")),
    ],
)
async def test_what_else_meta_objects_to_is_told_and_the_number_stays_connected(
    acme: Tenant, graph: Graph, number: dict[str, Any], code: int | None, refusal: tuple[int, str]
) -> None:
    world = graph.world(status="PENDING", **number)
    made = (await acme.post(COMPLETE, world.body())).json()
    if code is not None:
        fault = {"kind": "error", "operation": "register", "phone_number_id": world.phone_number_id}
        graph.control("POST", "/faults", {**fault, "code": code})

    answer = await acme.post(on(made, "register"))

    assert (answer.status_code, answer.json()["code"]) == refusal
    (shown,) = (await acme.get("/whatsapp/status")).json()["connections"]
    assert (shown["status"], shown["registration_problem"]) == ("active", refusal[1])


@pytest.mark.parametrize("pin", ["12345", "1234567", "12345a", "\N{ARABIC-INDIC DIGIT ONE}23456"])
async def test_a_pin_has_six_digits(acme: Tenant, graph: Graph, pin: str) -> None:
    world = graph.world(status="PENDING")

    at_once = await acme.post(COMPLETE, world.body(pin=pin))
    made = (await acme.post(COMPLETE, world.body())).json()
    later = await acme.post(on(made, "register"), {"pin": pin})

    assert {(one.status_code, one.json()["field"]) for one in (at_once, later)} == {(422, "pin")}
    assert at_meta(graph, world.phone_number_id)["registrations"] == 0


async def test_a_number_on_the_business_app_is_not_registered(acme: Tenant, graph: Graph) -> None:
    made = (await signed_up(acme, graph, is_on_biz_app=True)).json()

    assert (made["coexistence"], made["needs_registration"]) == (True, False)
    assert at_meta(graph, made["phone_number_id"])["registrations"] == 0


async def test_a_number_given_up_is_not_registered_and_its_pin_can_still_be_seen(
    acme: Tenant, graph: Graph
) -> None:
    made = (await signed_up(acme, graph, pin="161803")).json()
    await acme.post("/whatsapp/disconnect")

    refused = await acme.post(on(made, "register"))

    assert (refused.status_code, refused.json()["code"]) == (409, "no_connection")
    assert (await acme.post(on(made, "reveal-pin"))).json() == {"pin": "161803"}


async def test_who_would_see_a_pin_shows_first_that_it_is_them(
    acme: Tenant, graph: Graph, owner: asyncpg.Connection
) -> None:
    made = (await signed_up(acme, graph, pin="141421")).json()
    boss = await insert_member(owner, acme.id, Role.ADMIN)
    agent = await insert_member(owner, acme.id, Role.AGENT)
    at, of_agent = [await session_at(owner, acme.client, who) for who in (boss, agent)]
    path = acme.path + on(made, "reveal-pin")

    refused = await of_agent.post(path)
    shown = await at.post(path)
    await owner.execute("UPDATE sessions SET proved_at = now() - interval '1 hour'")
    stale = await at.post(path)

    assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")
    assert shown.json() == {"pin": "141421"}
    assert (stale.status_code, stale.json()["code"]) == (403, "proof_required")
