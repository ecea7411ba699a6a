"""Beginning to connect: Meta's sign-up where it is configured, the steps by hand where it is not."""

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import httpx
import pytest

from bed.graph import APP_ID, Graph, World
from bed.tenants import Tenant, caller, told
from bed.users import insert_member, session_at
from curbe.connections.choosing import FORGET, Forgetting
from curbe.domain.access import Role
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.jobs import Runner

pytestmark = pytest.mark.anyio
NewTenant = Callable[[], Awaitable[Tenant]]

COMPLETE = "/whatsapp/connect/complete"
CHOOSE, CANCEL = "/whatsapp/connect/choose", "/whatsapp/connect/cancel"


async def test_without_embedded_signup_the_steps_by_hand_are_told(acme: Tenant) -> None:
    started = (await acme.post("/whatsapp/connect/start")).json()

    assert started["mode"] == "manual"
    assert "connectUrl" not in started
    assert started["webhook_url"].endswith("/webhooks/meta/whatsapp")
    assert any("connect/complete" in step for step in started["steps"])
    assert (started["connected"], started["connections"]) == (False, [])


class TestEmbeddedSignup:
    """Where Meta's sign-up is configured."""

    @pytest.fixture
    def environ(self, graph: Graph) -> dict[str, str]:
        return {**graph.environ, "META_EMBEDDED_SIGNUP_CONFIG_ID": "123456789"}

    async def test_the_customer_is_sent_to_metas_dialog(self, acme: Tenant) -> None:
        started = (
            await acme.post("/whatsapp/connect/start", {"redirect_uri": "https://saas.example/back"})
        ).json()

        url = urlsplit(started["connectUrl"])
        asked = {name: values[0] for name, values in parse_qs(url.query).items()}
        assert started["mode"] == "embedded_signup"
        assert (url.scheme, url.netloc) == ("https", "www.facebook.com")
        assert (
            asked.items()
            >= {
                "client_id": APP_ID,
                "config_id": "123456789",
                "response_type": "code",
                "redirect_uri": "https://saas.example/back",
                "state": started["state"],
            }.items()
        )

    async def test_who_keeps_the_number_on_the_whatsapp_business_app_says_so_in_metas_dialog(
        self, acme: Tenant
    ) -> None:
        def extras(started: dict[str, str]) -> object:
            return json.loads(parse_qs(urlsplit(started["connectUrl"]).query)["extras"][0])

        usual = (await acme.post("/whatsapp/connect/start")).json()
        beside = (await acme.post("/whatsapp/connect/start", {"coexistence": True})).json()

        assert extras(usual) == {"setup": {}}
        assert extras(beside) == {"setup": {}, "featureType": "whatsapp_business_app_onboarding"}

    async def test_the_code_it_comes_back_with_connects_the_number_granted(
        self, acme: Tenant, graph: Graph
    ) -> None:
        world = graph.world()
        granted = graph.token(waba_ids=[world.waba_id], code=True)
        started = (await acme.post("/whatsapp/connect/start")).json()
        body = {"code": granted["code"], "state": started["state"], "redirect_uri": started["redirect_uri"]}

        made = await acme.post(COMPLETE, body)
        again = await acme.post(COMPLETE, body)

        assert made.status_code == 200, made.text
        assert (
            made.json().items()
            >= {
                "status": "active",
                "phone_number_id": world.phone_number_id,
                "waba_id": world.waba_id,
            }.items()
        )
        assert granted["token"] not in made.text
        assert again.status_code == 502, "a code works once"

    async def test_the_sign_up_of_one_tenant_does_not_end_at_another(
        self, new_tenant: NewTenant, graph: Graph
    ) -> None:
        one, other = await new_tenant(), await new_tenant()
        started = (await one.post("/whatsapp/connect/start")).json()
        code = graph.token(waba_ids=[graph.world().waba_id], code=True)["code"]

        for state in (started["state"], "v1.nonsense", started["state"].replace(str(one.id), str(other.id))):
            answer = await other.post(COMPLETE, {"code": code, "state": state})
            assert (answer.status_code, answer.json()["field"]) == (422, "state")

    async def test_the_sign_up_of_one_person_does_not_end_with_another(
        self, acme: Tenant, graph: Graph, owner: asyncpg.Connection
    ) -> None:
        ana, ben = [
            Tenant(acme.id, client=await session_at(owner, acme.client, person), key="")
            for person in [await insert_member(owner, acme.id, role=Role.ADMIN, password=None) for _ in "ab"]
        ]
        state = (await ana.post("/whatsapp/connect/start")).json()["state"]
        body = {"code": code_for(graph, graph.world()), "state": state}

        bens, anas = await ben.post(COMPLETE, body), await ana.post(COMPLETE, body)

        assert (bens.status_code, bens.json()["field"]) == (422, "state")
        assert anas.status_code == 200, anas.text

    async def test_a_page_to_come_back_to_is_an_address(self, acme: Tenant) -> None:
        answer = await acme.post("/whatsapp/connect/start", {"redirect_uri": "javascript:alert(1)"})

        assert (answer.status_code, answer.json()["field"]) == (422, "redirect_uri")


class TestSeveralNumbers:
    """Meta's sign-up comes back with a code for a WABA that has more than one number."""

    @pytest.fixture
    def environ(self, graph: Graph) -> dict[str, str]:
        return {**graph.environ, "META_EMBEDDED_SIGNUP_CONFIG_ID": "123456789"}

    async def test_one_of_several_numbers_is_chosen_and_the_code_is_not_lost_meanwhile(
        self, acme: Tenant, graph: Graph, owner: asyncpg.Connection
    ) -> None:
        world = graph.world(verified_name="Acme Spain")
        second = graph.number(world.waba_id, verified_name="Acme Mexico", status="PENDING")
        granted = graph.token(waba_ids=[world.waba_id], code=True)

        asked = await acme.post(COMPLETE, {"code": granted["code"]})
        kept = await owner.fetchval("SELECT to_jsonb(c)::text FROM sign_up_choices c")
        made = await acme.post(CHOOSE, {**chosen(asked, second), "pin": "031416", "country_id": "mx"})
        again = await acme.post(CHOOSE, chosen(asked, world.phone_number_id))

        assert (asked.status_code, asked.json()["code"]) == (409, "several_numbers"), asked.text
        shown = {one["phone_number_id"]: one for one in asked.json()["choices"]}
        assert shown.keys() == {world.phone_number_id, second}
        assert [shown[second][name] for name in ("waba_id", "display_name", "number_status")] == [
            world.waba_id,
            "Acme Mexico",
            "PENDING",
        ]
        assert shown[second]["phone_number_e164"].startswith("+34610")
        assert shown[second]["phone_number_spelled"].startswith("+34 610")
        assert made.status_code == 200, made.text
        told_of = ("status", "phone_number_id", "needs_registration", "pin_kept", "country_id")
        assert [made.json()[name] for name in told_of] == ["active", second, False, True, "MX"]
        assert (again.status_code, again.json()["code"]) == (410, "choice_expired"), "it is made once"
        assert await count_of(owner) == 0
        assert granted["token"] not in asked.text + kept + made.text

    async def test_of_two_numbers_of_which_one_is_connected_the_other_is_meant(
        self, acme: Tenant, graph: Graph
    ) -> None:
        world = graph.world()
        second = graph.number(world.waba_id)
        await acme.post(COMPLETE, world.body())

        other = await acme.post(COMPLETE, {"code": code_for(graph, world)})
        both = await acme.post(COMPLETE, {"code": code_for(graph, world)})
        named = await acme.post(
            COMPLETE, {"code": code_for(graph, world), "phone_number_id": world.phone_number_id}
        )

        assert (other.status_code, other.json()["phone_number_id"]) == (200, second), other.text
        assert (both.status_code, len(both.json()["choices"])) == (409, 2), "neither is new"
        assert named.json()["phone_number_id"] == world.phone_number_id
        connections = (await acme.get("/whatsapp/status")).json()["connections"]
        assert [one["phone_number_id"] for one in connections] == [world.phone_number_id, second]

    async def test_a_number_that_is_paused_may_be_the_one_that_is_meant(
        self, acme: Tenant, graph: Graph, owner: asyncpg.Connection
    ) -> None:
        """Who signs up again because Meta refuses the token means that number, and not the one beside it."""
        world = graph.world()
        graph.number(world.waba_id)
        await acme.post(COMPLETE, world.body())
        await owner.execute(
            "UPDATE channel_connections SET status = 'error', pause_reason = 'a dead token', paused_at = now()"
        )

        asked = await acme.post(COMPLETE, {"code": code_for(graph, world)})

        assert (asked.status_code, len(asked.json()["choices"])) == (409, 2)

    async def test_the_numbers_of_every_account_that_was_granted_are_looked_through(
        self, acme: Tenant, graph: Graph
    ) -> None:
        one, other = graph.world(), graph.world(is_on_biz_app=True)

        def code() -> str:
            return graph.token(waba_ids=[one.waba_id, other.waba_id], code=True)["code"]

        asked = await acme.post(COMPLETE, {"code": code()})
        unknown = await acme.post(
            COMPLETE, {"code": code(), "phone_number_id": graph.world().phone_number_id}
        )
        named = await acme.post(COMPLETE, {"code": code(), "phone_number_id": one.phone_number_id})
        made = (await acme.post(CHOOSE, chosen(asked, other.phone_number_id))).json()

        assert {choice["waba_id"] for choice in asked.json()["choices"]} == {one.waba_id, other.waba_id}
        assert (unknown.status_code, unknown.json()["code"]) == (422, "number_not_on_waba")
        assert named.json()["waba_id"] == one.waba_id
        assert (made["waba_id"], made["coexistence"]) == (other.waba_id, True)
        assert [part["state"] for part in made["app_data"]] == ["waiting", "waiting"]

    async def test_an_account_that_meta_refuses_holds_up_no_other_and_is_named_with_why(
        self, acme: Tenant, graph: Graph
    ) -> None:
        shut, one, other = graph.world(), graph.world(), graph.world()
        locked = {"kind": "error", "operation": "phone_numbers", "code": 131031, "count": None}
        graph.control("POST", "/faults", {**locked, "phone_number_id": shut.waba_id})

        async def completed(*worlds: World, **more: str) -> httpx.Response:
            code = graph.token(waba_ids=[world.waba_id for world in worlds], code=True)["code"]
            return await acme.post(COMPLETE, {"code": code, **more})

        asked = await completed(shut, one, other)
        only = await completed(shut, one)
        made = await acme.post(CHOOSE, chosen(only, one.phone_number_id))
        again = await completed(shut, one)
        named = await completed(shut, one, phone_number_id=one.phone_number_id)
        alone = await completed(shut)

        assert (asked.status_code, asked.json()["code"]) == (409, "several_numbers"), asked.text
        assert {choice["waba_id"] for choice in asked.json()["choices"]} == {one.waba_id, other.waba_id}
        ((waba_id, code),) = [(no["waba_id"], no["code"]) for no in asked.json()["refused"]]
        assert (waba_id, code) == (shut.waba_id, "graph_refused")
        assert [choice["waba_id"] for choice in only.json()["choices"]] == [one.waba_id], (
            "the other may be meant"
        )
        assert (made.status_code, made.json()["waba_id"]) == (200, one.waba_id), made.text
        assert again.json()["code"] == "graph_refused", "what is left is connected: the other one was meant"
        assert named.json()["phone_number_id"] == one.phone_number_id
        assert alone.json()["code"] == "graph_refused"

    async def test_nobody_elses_choice_can_be_made_or_cancelled(
        self, acme: Tenant, new_tenant: NewTenant, graph: Graph, owner: asyncpg.Connection
    ) -> None:
        """Not by another tenant, not by another key or person of the same."""
        world, asked = await several(acme, graph)
        key = (await acme.post("/keys", {"scopes": ["connections:write"]})).json()["key"]
        person = await insert_member(owner, acme.id, role=Role.ADMIN, password=None)
        others = [
            await new_tenant(),
            Tenant(acme.id, client=caller(acme.client, key=key), key=key),
            Tenant(acme.id, client=await session_at(owner, acme.client, person), key=""),
        ]
        wanted = chosen(asked, world.phone_number_id)
        nobodys = {**wanted, "choice_id": str(acme.id)}
        never_was = told(await acme.post(CHOOSE, nobodys))

        for other in others:
            assert told(await other.post(CHOOSE, wanted)) == never_was
            assert told(await other.post(CANCEL, {"choice_id": wanted["choice_id"]})) == never_was

        assert (never_was["status"], never_was["code"]) == (410, "choice_expired")
        assert (await acme.post(CHOOSE, wanted)).status_code == 200

    async def test_a_choice_has_an_end_that_is_told_and_then_its_token_is_deleted(
        self, acme: Tenant, graph: Graph, owner: asyncpg.Connection, worker: Pool, apply: Pool
    ) -> None:
        runner = Runner(
            everybody=apply,
            pool=worker,
            handlers={FORGET: Forgetting(worker)},
            at_once=1,
            lease=timedelta(minutes=1),
        )
        world, asked = await several(acme, graph)
        early = await runner.run_due()
        waits = await owner.fetchval("SELECT available_at FROM jobs WHERE kind = $1", FORGET)
        await owner.execute("UPDATE sign_up_choices SET expires_at = now()")

        late = await acme.post(CHOOSE, chosen(asked, world.phone_number_id))
        await owner.execute("UPDATE jobs SET available_at = now() WHERE kind = $1", FORGET)
        before, done, after = await count_of(owner), await runner.run_due(), await count_of(owner)

        assert (late.status_code, late.json()["code"]) == (410, "choice_expired")
        assert "connect/start" in late.json()["fix"]
        assert timedelta(minutes=14) < waits - utc_now() <= timedelta(minutes=15)
        assert asked.json()["expires_at"][:19] == waits.isoformat()[:19]
        assert (early, before, done, after) == (0, 1, 1, 0)
        assert (await acme.get("/whatsapp/status")).json()["connections"] == []

    async def test_a_choice_that_is_cancelled_is_over_at_once(
        self, acme: Tenant, graph: Graph, owner: asyncpg.Connection
    ) -> None:
        world, asked = await several(acme, graph)

        cancelled = await acme.post(CANCEL, {"choice_id": asked.json()["choice_id"]})
        late = await acme.post(CHOOSE, chosen(asked, world.phone_number_id))

        assert (cancelled.status_code, cancelled.content) == (204, b"")
        assert (late.status_code, late.json()["code"]) == (410, "choice_expired")
        assert await count_of(owner) == 0

    async def test_what_cannot_be_connected_leaves_the_others_to_choose_from(
        self, acme: Tenant, new_tenant: NewTenant, graph: Graph
    ) -> None:
        world, asked = await several(acme, graph)
        (second,) = {one["phone_number_id"] for one in asked.json()["choices"]} - {world.phone_number_id}
        await (await new_tenant()).post(COMPLETE, world.body())

        taken = await acme.post(CHOOSE, chosen(asked, world.phone_number_id))
        foreign = await acme.post(CHOOSE, chosen(asked, graph.world().phone_number_id))
        made = await acme.post(CHOOSE, chosen(asked, second))

        assert (taken.status_code, taken.json()["code"]) == (409, "number_taken")
        assert (foreign.status_code, foreign.json()["field"]) == (422, "phone_number_id")
        assert (made.status_code, made.json()["phone_number_id"]) == (200, second)


def code_for(graph: Graph, world: World) -> str:
    return graph.token(waba_ids=[world.waba_id], code=True)["code"]


async def several(acme: Tenant, graph: Graph) -> tuple[World, httpx.Response]:
    """Come back from a sign-up that granted two numbers."""
    world = graph.world()
    graph.number(world.waba_id)
    return world, await acme.post(COMPLETE, {"code": code_for(graph, world)})


def chosen(asked: httpx.Response, phone_number_id: str) -> dict[str, Any]:
    return {"choice_id": asked.json()["choice_id"], "phone_number_id": phone_number_id}


async def count_of(owner: asyncpg.Connection) -> int:
    return await owner.fetchval("SELECT count(*) FROM sign_up_choices")
