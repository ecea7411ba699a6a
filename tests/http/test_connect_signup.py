"""Beginning to connect: Meta's sign-up where it is configured, the steps by hand where it is not."""

import json
from collections.abc import Awaitable, Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from bed.graph import APP_ID, Graph
from bed.tenants import Tenant

pytestmark = pytest.mark.anyio
NewTenant = Callable[[], Awaitable[Tenant]]

COMPLETE = "/whatsapp/connect/complete"


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

    async def test_of_several_numbers_one_must_be_named(self, acme: Tenant, graph: Graph) -> None:
        world = graph.world()
        second = graph.number(world.waba_id)
        code = graph.token(waba_ids=[world.waba_id], code=True)["code"]
        other_code = graph.token(waba_ids=[world.waba_id], code=True)["code"]

        unnamed = await acme.post(COMPLETE, {"code": code})
        named = await acme.post(COMPLETE, {"code": other_code, "phone_number_id": second})

        assert (unnamed.status_code, unnamed.json()["field"]) == (422, "phone_number_id")
        assert unnamed.json()["choices"] == sorted([world.phone_number_id, second])
        assert named.json()["phone_number_id"] == second

    async def test_the_sign_up_of_one_tenant_does_not_end_at_another(
        self, new_tenant: NewTenant, graph: Graph
    ) -> None:
        one, other = await new_tenant(), await new_tenant()
        started = (await one.post("/whatsapp/connect/start")).json()
        code = graph.token(waba_ids=[graph.world().waba_id], code=True)["code"]

        for state in (started["state"], "v1.nonsense", started["state"].replace(str(one.id), str(other.id))):
            answer = await other.post(COMPLETE, {"code": code, "state": state})
            assert (answer.status_code, answer.json()["field"]) == (422, "state")

    async def test_a_page_to_come_back_to_is_an_address(self, acme: Tenant) -> None:
        answer = await acme.post("/whatsapp/connect/start", {"redirect_uri": "javascript:alert(1)"})

        assert (answer.status_code, answer.json()["field"]) == (422, "redirect_uri")
