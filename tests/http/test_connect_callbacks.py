"""Where Meta sends a number's webhooks: connecting leaves what its owner set, and a test tells when they go elsewhere."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from bed.graph import APP_ID, Graph, World
from bed.tenants import Tenant

pytestmark = pytest.mark.anyio

COMPLETE, TEST = "/whatsapp/connect/complete", "/whatsapp/test-connection"
OURS = "/webhooks/meta/whatsapp"


class _Callback(BaseHTTPRequestHandler):
    """Answers Meta's handshake, whatever the verify token."""

    def do_GET(self) -> None:
        challenge = parse_qs(urlsplit(self.path).query)["hub.challenge"][0].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(challenge)))
        self.end_headers()
        self.wfile.write(challenge)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def origin() -> Iterator[str]:
    """The origin of a program that takes webhooks at any path; our own address is one of them."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Callback)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.fixture
def environ(graph: Graph, origin: str) -> dict[str, str]:
    return {**graph.environ, "CURBE_PUBLIC_BASE_URL": origin}


@pytest.fixture(autouse=True)
def _own_callback(graph: Graph, origin: str) -> Iterator[None]:
    graph.callback(origin + OURS)
    yield
    graph.callback("")


def override(graph: Graph, world: World, uri: str, *, of: str) -> None:
    """Set the callback of a WABA's or a number's messages, as its owner does at Meta's."""
    asked = {"override_callback_uri": uri, "verify_token": "theirs"}
    if of == world.waba_id:
        graph.call("POST", f"/{of}/subscribed_apps", world, asked)
    else:
        graph.call("POST", f"/{of}", world, {"webhook_configuration": asked})


async def callback_check(tenant: Tenant) -> dict[str, Any]:
    tested = (await tenant.post(TEST)).json()
    return next(check for check in tested["checks"] if check["name"] == "callback")


async def test_connecting_and_a_new_token_leave_the_override_of_the_wabas_callback(
    acme: Tenant, graph: Graph, origin: str
) -> None:
    world = graph.world()
    override(graph, world, origin + OURS, of=world.waba_id)

    for token in (world.token, graph.token(waba_ids=[world.waba_id])["token"]):
        answer = await acme.post(COMPLETE, world.body(access_token=token))
        assert answer.status_code == 200, answer.text

    assert graph.subscriptions(world.waba_id) == {APP_ID: origin + OURS}


async def test_an_app_that_lost_its_subscription_gets_it_back_by_connecting_again(
    acme: Tenant, graph: Graph
) -> None:
    world = graph.world()
    await acme.post(COMPLETE, world.body())
    graph.call("DELETE", f"/{world.waba_id}/subscribed_apps", world)

    lost = (await acme.post(TEST)).json()
    await acme.post(COMPLETE, world.body())

    assert [check["name"] for check in lost["checks"] if not check["ok"]] == ["subscription"]
    assert graph.subscribed(world.waba_id) == [APP_ID]


@pytest.mark.parametrize("level", ["waba_id", "phone_number_id"])
async def test_a_test_fails_where_an_override_leads_the_messages_elsewhere(
    acme: Tenant, graph: Graph, origin: str, level: str
) -> None:
    world = graph.world()
    await acme.post(COMPLETE, world.body())
    before = (await acme.post(TEST)).json()

    override(graph, world, f"{origin}/theirs", of=getattr(world, level))

    assert before["ok"]
    found = await callback_check(acme)
    assert not found["ok"]
    assert f"{origin}/theirs" in found["detail"]
    assert f"{origin}{OURS}" in found["detail"]
    assert "override" in found["fix"]


async def test_a_test_fails_where_the_app_itself_calls_back_elsewhere(
    acme: Tenant, graph: Graph, origin: str
) -> None:
    await acme.post(COMPLETE, graph.world().body())
    graph.callback(f"{origin}/of-the-program-before")

    found = await callback_check(acme)

    assert not found["ok"]
    assert f"{origin}/of-the-program-before" in found["detail"]
    assert "override" not in found["fix"]


async def test_the_numbers_own_callback_goes_before_its_wabas(
    acme: Tenant, graph: Graph, origin: str
) -> None:
    world = graph.world()
    await acme.post(COMPLETE, world.body())
    override(graph, world, f"{origin}/theirs", of=world.waba_id)
    override(graph, world, origin + OURS, of=world.phone_number_id)

    found = await callback_check(acme)
    assert found["ok"], found


async def test_a_callback_with_a_closing_slash_is_not_ours_as_nothing_is_served_there(
    acme: Tenant, graph: Graph, origin: str
) -> None:
    world = graph.world()
    await acme.post(COMPLETE, world.body())
    override(graph, world, f"{origin}{OURS}/", of=world.phone_number_id)

    found = await callback_check(acme)
    assert not found["ok"], found


async def test_what_an_override_does_not_cover_is_told_where_the_app_calls_back_elsewhere(
    acme: Tenant, graph: Graph, origin: str
) -> None:
    world = graph.world()
    await acme.post(COMPLETE, world.body())
    graph.callback(f"{origin}/of-the-program-before")
    override(graph, world, origin + OURS, of=world.waba_id)

    found = await callback_check(acme)

    assert found["ok"]
    assert f"{origin}/of-the-program-before" in found["detail"]
