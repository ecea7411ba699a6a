"""An app that Meta has require the app's secret ("Require app secret" in its dashboard) works like any other."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from bed.graph import APP_ID, Graph
from bed.rows import Number, insert_conversation
from bed.sending import taken_by_meta, until, working
from bed.tenants import Tenant
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio

COMPLETE = "/whatsapp/connect/complete"
WHO = "15569990001"


@pytest.fixture
def environ(graph: Graph) -> dict[str, str]:
    return {
        **graph.environ,
        "META_VERIFY_TOKEN": "a-verify-token-of-these-tests",
        "TOKEN_ENCRYPTION_KEY": "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=",
    }


@pytest.fixture(autouse=True)
def _required(graph: Graph) -> Iterator[None]:
    graph.control("PATCH", f"/apps/{APP_ID}", {"require_app_secret": True})
    yield
    graph.control("PATCH", f"/apps/{APP_ID}", {"require_app_secret": False})


@pytest.fixture
async def sending(worker: Pool, apply: Pool, environ: dict[str, str]) -> AsyncIterator[None]:
    async with working(worker, apply, environ):
        yield


async def test_a_number_is_connected_tested_and_its_templates_are_read(acme: Tenant, graph: Graph) -> None:
    connected = await acme.post(COMPLETE, graph.world().body())
    tested = await acme.post("/whatsapp/test-connection")
    synced = await acme.post("/templates/sync")

    assert connected.status_code == 200, connected.text
    assert tested.json()["ok"], tested.text
    assert synced.status_code == 200, synced.text
    assert [account["error"] for account in synced.json()["accounts"]] == [None]


@pytest.mark.usefixtures("sending")
async def test_a_message_goes_out(acme: Tenant, graph: Graph, owner: asyncpg.Connection) -> None:
    world = graph.world()
    made = await acme.post(COMPLETE, world.body())
    number = Number(acme.id, UUID(made.json()["id"]), world.phone_number_id, world.waba_id)
    await insert_conversation(owner, number, wa_id=WHO, last_inbound_at=utc_now() - timedelta(minutes=1))

    answer = await acme.post("/whatsapp/messages/send", {"to": f"+{WHO}", "text": "Hola"})

    assert answer.status_code == 202, answer.text

    async def taken() -> bool:
        return bool(taken_by_meta(graph, world))

    await until(taken)
