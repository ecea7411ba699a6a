"""Connecting numbers over HTTP, against a Graph API that answers as Meta's: nothing is believed that Meta did not confirm."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import pytest

from bed.graph import APP_ID, Graph, World
from bed.tenants import Tenant, caller
from curbe.infra.clock import utc_now

pytestmark = pytest.mark.anyio
NewTenant = Callable[[], Awaitable[Tenant]]

COMPLETE = "/whatsapp/connect/complete"
MESSAGING, MANAGEMENT = "whatsapp_business_messaging", "whatsapp_business_management"


async def connections(owner: asyncpg.Connection) -> list[asyncpg.Record]:
    return await owner.fetch("SELECT * FROM channel_connections ORDER BY id")


async def test_a_connected_number_is_active_and_shown_as_meta_describes_it(
    acme: Tenant, graph: Graph
) -> None:
    world = graph.world(
        verified_name="Acme Spain", display_phone_number="+34 611 22 33 44", messaging_limit="TIER_10K"
    )

    made = await acme.post(COMPLETE, world.body(country_id="es"))

    assert made.status_code == 200, made.text
    assert (
        made.json().items()
        >= {
            "status": "active",
            "waba_id": world.waba_id,
            "phone_number_id": world.phone_number_id,
            "phone_number_e164": "+34611223344",
            "display_name": "Acme Spain",
            "country_id": "ES",
            "quality_rating": "GREEN",
            "messaging_limit": "TIER_10K",
            "messages_per_second": 80,
            "paused": False,
            "token_last4": world.token[-4:],
            "token_expires_at": None,
        }.items()
    )
    status = (await acme.get("/whatsapp/status")).json()
    assert status == {"connected": True, "connections": [made.json()]}


async def test_the_app_is_subscribed_to_the_wabas_webhooks(acme: Tenant, graph: Graph) -> None:
    world = graph.world()

    await acme.post(COMPLETE, world.body())

    assert graph.subscribed(world.waba_id) == [APP_ID]


async def test_the_token_is_stored_sealed_and_no_answer_ever_holds_it(
    acme: Tenant, graph: Graph, owner: asyncpg.Connection
) -> None:
    world = graph.world()

    answers = [
        await acme.post(COMPLETE, world.body()),
        await acme.post("/whatsapp/test-connection"),
        await acme.get("/whatsapp/status"),
        await acme.post("/whatsapp/connect/start"),
        await acme.get("/audit"),
        await acme.post("/whatsapp/disconnect"),
    ]

    assert {answer.status_code for answer in answers} == {200}
    assert all(world.token not in answer.text for answer in answers)
    for table in ("channel_connections", "audit_log", "events"):
        assert world.token not in str(await owner.fetch(f"SELECT * FROM {table}"))


@pytest.mark.parametrize(
    ("number", "pace"),
    [({}, 80), ({"level": "HIGH"}, 1000), ({"is_on_biz_app": True}, 20), ({"level": "NOT_APPLICABLE"}, 80)],
)
async def test_a_number_sends_as_fast_as_meta_lets_it(
    acme: Tenant, graph: Graph, number: dict[str, Any], pace: int
) -> None:
    made = await acme.post(COMPLETE, graph.world(**number).body())

    assert made.json()["messages_per_second"] == pace


def unknown(_graph: Graph, world: World) -> dict[str, Any]:
    return world.body(access_token="EAAnobodyKnowsThisOne000")


def expired(graph: Graph, world: World) -> dict[str, Any]:
    past = (utc_now() - timedelta(hours=1)).isoformat()
    return world.body(access_token=graph.token(waba_ids=[world.waba_id], expires_at=past)["token"])


def revoked(graph: Graph, world: World) -> dict[str, Any]:
    graph.revoke(world.token)
    return world.body()


def of_another_app(graph: Graph, world: World) -> dict[str, Any]:
    app = graph.control("POST", "/apps", {})["id"]
    return world.body(access_token=graph.token(app_id=app, waba_ids=[world.waba_id])["token"])


def without_messaging(graph: Graph, world: World) -> dict[str, Any]:
    return world.body(access_token=graph.token(waba_ids=[world.waba_id], scopes=[MANAGEMENT])["token"])


def without_management(graph: Graph, world: World) -> dict[str, Any]:
    return world.body(access_token=graph.token(waba_ids=[world.waba_id], scopes=[MESSAGING])["token"])


def for_another_waba(graph: Graph, world: World) -> dict[str, Any]:
    return world.body(access_token=graph.world().token)


def with_anothers_number(graph: Graph, world: World) -> dict[str, Any]:
    return world.body(phone_number_id=graph.world().phone_number_id)


def with_a_number_that_is_not_there(_graph: Graph, world: World) -> dict[str, Any]:
    return world.body(phone_number_id="399999999999999")


def with_the_waba_for_a_number(_graph: Graph, world: World) -> dict[str, Any]:
    return world.body(phone_number_id=world.waba_id)


def with_a_number_of_the_other_waba_it_reads(graph: Graph, world: World) -> dict[str, Any]:
    other = graph.world()
    token = graph.token(waba_ids=[world.waba_id, other.waba_id])["token"]
    return world.body(phone_number_id=other.phone_number_id, access_token=token)


UNCONFIRMED = [
    (unknown, 422, "token_refused"),
    (expired, 422, "token_refused"),
    (revoked, 422, "token_refused"),
    (of_another_app, 422, "wrong_app"),
    (without_messaging, 422, "missing_permission"),
    (without_management, 422, "missing_permission"),
    (for_another_waba, 422, "missing_permission"),
    (with_anothers_number, 422, "number_not_readable"),
    (with_a_number_that_is_not_there, 422, "number_not_readable"),
    (with_the_waba_for_a_number, 422, "number_not_readable"),
    (with_a_number_of_the_other_waba_it_reads, 422, "number_not_on_waba"),
]


async def test_what_meta_does_not_confirm_is_refused_and_nothing_is_stored(
    acme: Tenant, graph: Graph, owner: asyncpg.Connection
) -> None:
    for spoil, status, code in UNCONFIRMED:
        world = graph.world()
        body = spoil(graph, world)

        answer = await acme.post(COMPLETE, body)

        assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
        assert answer.json()["fix"], spoil
        assert body["access_token"] not in answer.text, spoil
        assert await connections(owner) == [], spoil
        assert graph.subscribed(world.waba_id) == [], spoil


async def test_a_test_finds_the_same_before_anything_is_connected(acme: Tenant, graph: Graph) -> None:
    for spoil in (unknown, of_another_app, without_messaging, with_a_number_of_the_other_waba_it_reads):
        body = spoil(graph, graph.world())

        refusal = (await acme.post(COMPLETE, body)).json()
        tested = (await acme.post("/whatsapp/test-connection", body)).json()

        failed = [check for check in tested["checks"] if not check["ok"]]
        assert not tested["ok"]
        assert [(check["code"], check["detail"]) for check in failed[:1]] == [
            (refusal["code"], refusal["detail"])
        ]


NOT_MEANT = [
    ({}, "waba_id"),
    ({"waba_id": "1", "phone_number_id": "2"}, "access_token"),
    ({"waba_id": "1", "phone_number_id": "2/../3", "access_token": "x"}, "phone_number_id"),
    ({"waba_id": 1, "phone_number_id": "2", "access_token": "x"}, "waba_id"),
    ({"waba_id": "1", "phone_number_id": "2", "access_token": ""}, "access_token"),
    ({"waba_id": "1", "phone_number_id": "2", "access_token": ["x"]}, "access_token"),
    (
        {"waba_id": "1", "phone_number_id": "2", "access_token": "x", "country_id": "Spain"},
        "country_id",
    ),
    (
        {"waba_id": "1", "phone_number_id": "2", "access_token": "x", "tenant_id": str(uuid4())},
        "tenant_id",
    ),
    ({"code": "AQx"}, "code"),
]


async def test_a_body_that_cannot_be_meant_is_told_where(acme: Tenant) -> None:
    for body, field in NOT_MEANT:
        answer = await acme.post(COMPLETE, body)

        assert (answer.status_code, answer.json()["field"]) == (422, field), body


async def test_a_graph_api_that_does_not_answer_is_told_from_a_refusal(
    acme: Tenant, graph: Graph, owner: asyncpg.Connection
) -> None:
    world = graph.world()
    for fault in ({"kind": "refuse"}, {"kind": "http_status", "http_status": 500}):
        where = {"operation": "node", "phone_number_id": world.phone_number_id}
        graph.control("POST", "/faults", {**fault, **where})
        answer = await acme.post(COMPLETE, world.body())
        assert (answer.status_code, answer.json()["code"]) == (503, "graph_unreachable"), answer.text

    assert await connections(owner) == []
    assert (await acme.post(COMPLETE, world.body())).status_code == 200


async def test_a_connection_is_tested_step_by_step_and_left_as_it_is(
    acme: Tenant, graph: Graph, owner: asyncpg.Connection
) -> None:
    world = graph.world()
    await acme.post(COMPLETE, world.body())
    before = await connections(owner)

    good = (await acme.post("/whatsapp/test-connection")).json()
    graph.control("PATCH", f"/numbers/{world.phone_number_id}", {"status": "RESTRICTED"})
    restricted = (await acme.post("/whatsapp/test-connection")).json()
    graph.revoke(world.token)
    dead = (await acme.post("/whatsapp/test-connection")).json()

    names = ["token", "app", "permissions", "number", "waba", "number_status", "health", "subscription"]
    assert good["ok"]
    assert [check["name"] for check in good["checks"]] == names
    assert [check["name"] for check in restricted["checks"] if not check["ok"]] == ["number_status", "health"]
    assert [(check["name"], check["code"]) for check in dead["checks"]] == [("token", "token_refused")]
    assert await connections(owner) == before


async def test_testing_goes_on_record_with_who_and_how_it_ended_and_never_with_what_was_only_typed(
    acme: Tenant, graph: Graph
) -> None:
    world = graph.world()
    made = (await acme.post(COMPLETE, world.body())).json()

    await acme.post("/whatsapp/test-connection")
    await acme.post("/whatsapp/test-connection", world.body(phone_number_id="34600000001"))

    log = (await acme.get("/audit")).json()["items"]
    failed, tested = [one for one in log if one["action"] == "connection.tested"]
    assert (tested["subject"], tested["actor"][:4]) == (made["id"], "key:")
    assert tested["detail"] == {"ok": True, "phone_number_id": world.phone_number_id}
    assert (failed["subject"], failed["detail"]) == (None, {"ok": False})


async def test_a_number_meta_restricts_can_be_connected_all_the_same(acme: Tenant, graph: Graph) -> None:
    made = await acme.post(COMPLETE, graph.world(status="PENDING").body())

    assert (made.status_code, made.json()["number_status"]) == (200, "PENDING")


async def test_a_token_that_cannot_be_opened_any_more_is_told_by_the_test(
    acme: Tenant, graph: Graph, owner: asyncpg.Connection
) -> None:
    await acme.post(COMPLETE, graph.world().body())
    await owner.execute(
        "UPDATE channel_connections SET access_token_enc = 'v1.000000000000.AAAAAAAAAAAAAAAAAAAAAAAA'"
    )

    tested = (await acme.post("/whatsapp/test-connection")).json()

    assert [(check["name"], check["ok"]) for check in tested["checks"]] == [("stored_token", False)]


class TestAnInstallationWithAWrongSecret:
    """Where META_APP_SECRET is not the app's."""

    @pytest.fixture
    def environ(self, graph: Graph) -> dict[str, str]:
        return {**graph.environ, "META_APP_SECRET": "not-the-secret-of-this-app-0000"}

    async def test_the_operator_is_told_and_not_the_customers_token_blamed(
        self, acme: Tenant, graph: Graph
    ) -> None:
        answer = await acme.post(COMPLETE, graph.world().body())

        assert (answer.status_code, answer.json()["code"]) == (502, "graph_refused"), answer.text
        assert "META_APP_SECRET" in answer.json()["fix"]


async def test_looking_and_connecting_need_a_scope_each(acme: Tenant, graph: Graph) -> None:
    reader = caller(
        acme.client,
        key=(await acme.post("/keys", {"scopes": ["connections:read"]})).json()["key"],
    )

    looked: httpx.Response = await reader.get(f"{acme.path}/whatsapp/status")
    connected = await reader.post(f"{acme.path}{COMPLETE}", json=graph.world().body())

    assert (looked.status_code, connected.status_code) == (200, 403)


class TestAnInstallationThatLendsItsOwnToken:
    """Where META_SYSTEM_USER_TOKEN is set, for numbers of the operator's own business."""

    @pytest.fixture
    def lent(self, graph: Graph) -> World:
        return graph.world()

    @pytest.fixture
    def environ(self, graph: Graph, lent: World) -> dict[str, str]:
        return {**graph.environ, "META_SYSTEM_USER_TOKEN": lent.token}

    async def test_the_operator_connects_a_number_without_a_token(
        self, acme: Tenant, operator: httpx.AsyncClient, lent: World
    ) -> None:
        body = {name: value for name, value in lent.body().items() if name != "access_token"}

        made = await operator.post(acme.path + COMPLETE, json=body)

        assert made.status_code == 200, made.text
        assert made.json()["token_last4"] == lent.token[-4:]

    async def test_a_tenant_is_not_lent_it(
        self, acme: Tenant, lent: World, owner: asyncpg.Connection
    ) -> None:
        body = {name: value for name, value in lent.body().items() if name != "access_token"}

        refused = await acme.post(COMPLETE, body)

        assert (refused.status_code, refused.json()["field"]) == (422, "access_token")
        assert await connections(owner) == []


async def test_the_country_that_a_number_is_for_is_changed_without_its_token(
    acme: Tenant, graph: Graph
) -> None:
    connection_id = (await acme.post(COMPLETE, graph.world().body(country_id="ES"))).json()["id"]
    (before,) = (await acme.get("/whatsapp/status")).json()["connections"]
    path = f"{acme.path}/whatsapp/connections/{connection_id}"

    answer = await acme.client.patch(path, json={"country_id": "pt"})
    again = await acme.client.patch(path, json={"country_id": "PT"})
    unsaid = await acme.client.patch(path, json={"country_id": None})
    elsewhere = await acme.client.patch(
        f"{path[:-1]}{'0' if path[-1] != '0' else '1'}", json={"country_id": "PT"}
    )

    assert (before["country_id"], answer.json()["country_id"], again.json()["country_id"]) == (
        "ES",
        "PT",
        "PT",
    )
    assert unsaid.json()["country_id"] != "PT", "that of its own digits"
    assert answer.json()["token_fingerprint"] == before["token_fingerprint"]
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (404, "not_found")
    assert (await acme.client.patch(path, json={})).status_code == 422
    deeds = [row["action"] for row in (await acme.get("/audit")).json()["items"]]
    assert deeds.count("connection.country_changed") == 2, "said already, nothing happened"
