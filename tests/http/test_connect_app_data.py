"""A number that stays on the WhatsApp Business app: its contacts and its history are asked for after the sign-up, each once."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from bed.graph import APP_ID, Graph
from bed.tenants import Tenant
from curbe.channels.cloudapi.client import CloudApi
from curbe.connections.app_data import ASK, AppData
from curbe.connections.sealed import Column, seal
from curbe.infra import dotenv
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring, Secret
from curbe.infra.db import Pool
from curbe.infra.http import Egress
from curbe.infra.jobs import Runner
from curbe.infra.settings import fresh_env, load

pytestmark = pytest.mark.anyio

DATA = "smb_app_data"


@pytest.fixture
def environ(graph: Graph) -> dict[str, str]:
    """One installation's settings, for the web and for the worker beside it."""
    sign_up = {"META_EMBEDDED_SIGNUP_CONFIG_ID": "123456789"}
    return {**dotenv.parse(fresh_env(app_id=APP_ID)).values, **graph.environ, **sign_up}


@pytest.fixture
async def runner(worker: Pool, apply: Pool, environ: dict[str, str]) -> AsyncIterator[Runner]:
    configured = load(environ, env_file=None)
    async with Egress(trusted=[configured.meta_graph_base_url]) as egress:
        cloud_api = CloudApi.of(configured, egress=egress)
        asking = AppData(worker, cloud_api=cloud_api, keyring=Keyring.of(configured), now=utc_now)
        yield Runner(
            everybody=apply, pool=worker, handlers={ASK: asking}, at_once=2, lease=timedelta(minutes=1)
        )


async def signed_up(acme: Tenant, graph: Graph, **number: Any) -> dict[str, Any]:
    world = graph.world(is_on_biz_app=True, **number)
    code = graph.token(waba_ids=[world.waba_id], code=True)["code"]
    answer = await acme.post("/whatsapp/connect/complete", {"code": code})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def asked(acme: Tenant) -> dict[str, dict[str, Any]]:
    (connection,) = (await acme.get("/whatsapp/status")).json()["connections"]
    return {part["name"]: part for part in connection["app_data"]}


def fault(graph: Graph, made: dict[str, Any], kind: str, **more: Any) -> None:
    order = {"kind": kind, "operation": DATA, "phone_number_id": made["phone_number_id"], **more}
    graph.control("POST", "/faults", order)


async def test_contacts_are_asked_for_and_then_history_each_once(
    acme: Tenant, graph: Graph, runner: Runner, owner: asyncpg.Connection
) -> None:
    made = await signed_up(acme, graph)
    before = {part["name"]: part["state"] for part in made["app_data"]}

    assert await runner.run_due() == 1

    after = await asked(acme)
    assert before == {"contacts": "waiting", "history": "waiting"}
    assert [part["state"] for part in after.values()] == ["asked", "asked"]
    assert after["contacts"]["request_id"] != after["history"]["request_id"]
    assert after["contacts"]["at"] < after["history"]["at"]
    numbers = graph.control("GET", "/state")["numbers"]
    (synced,) = [number["synced"] for number in numbers if number["id"] == made["phone_number_id"]]
    assert synced == ["history", "smb_app_state_sync"]
    assert await owner.fetchval("SELECT count(*) FROM jobs WHERE kind = $1", ASK) == 0


async def test_what_meta_cannot_take_now_is_asked_for_again_and_an_answer_that_was_lost_is_one(
    acme: Tenant, graph: Graph, runner: Runner, owner: asyncpg.Connection
) -> None:
    made = await signed_up(acme, graph)
    fault(graph, made, "accept_then_drop")

    await runner.run_due()
    between = await asked(acme)
    waits = await owner.fetchval("SELECT available_at > now() FROM jobs WHERE kind = $1", ASK)
    await owner.execute("UPDATE jobs SET available_at = now() WHERE kind = $1", ASK)
    await runner.run_due()

    after = await asked(acme)
    assert (waits, between["contacts"]["state"], between["history"]["state"]) == (True, "waiting", "waiting")
    assert [part["state"] for part in after.values()] == ["asked", "asked"]
    assert after["contacts"]["request_id"] is None, "the answer that named it was lost"
    assert after["history"]["request_id"]


async def test_a_day_after_the_sign_up_nothing_is_asked_for_any_more_and_it_is_said_why(
    acme: Tenant, graph: Graph, runner: Runner, owner: asyncpg.Connection
) -> None:
    made = await signed_up(acme, graph)
    fault(graph, made, "error", code=131000, http_status=500, count=2)
    await owner.execute("UPDATE jobs SET created_at = now() - interval '25 hours' WHERE kind = $1", ASK)

    await runner.run_due()

    after = await asked(acme)
    assert {(part["state"], part["problem"]) for part in after.values()} == {("refused", "graph_unreachable")}
    assert await owner.fetchval("SELECT count(*) FROM jobs WHERE kind = $1", ASK) == 0


async def close_tokens(owner: asyncpg.Connection, acme: Tenant) -> str:
    """Seal the number's token with a key that is not here, and return it as it was."""
    row = await owner.fetchrow(
        "SELECT id, access_token_enc FROM channel_connections WHERE tenant_id = $1", acme.id
    )
    assert row is not None
    another = Keyring.of(load(dotenv.parse(fresh_env()).values, env_file=None))
    closed = seal(another, Column.TOKEN, Secret("EAA"), tenant_id=acme.id, connection_id=row["id"])
    await owner.execute(
        "UPDATE channel_connections SET access_token_enc = $1 WHERE id = $2", closed, row["id"]
    )
    return str(row["access_token_enc"])


async def test_where_no_key_opens_the_token_it_waits_for_the_key_and_goes_on_once_that_is_here(
    acme: Tenant, graph: Graph, runner: Runner, owner: asyncpg.Connection
) -> None:
    await signed_up(acme, graph)
    kept = await close_tokens(owner, acme)
    await owner.execute("UPDATE jobs SET attempt = 9 WHERE kind = $1", ASK)

    await runner.run_due()
    soon = await owner.fetchval(
        "SELECT available_at < now() + interval '6 minutes' FROM jobs WHERE kind = $1", ASK
    )
    between = await asked(acme)
    await owner.execute("UPDATE channel_connections SET access_token_enc = $1", kept)
    await owner.execute("UPDATE jobs SET available_at = now() WHERE kind = $1", ASK)
    await runner.run_due()

    assert (soon, between["contacts"]["state"]) == (True, "waiting")
    assert [part["state"] for part in (await asked(acme)).values()] == ["asked", "asked"]


async def test_where_no_key_opens_the_token_for_a_day_that_is_the_end_and_it_is_said_why(
    acme: Tenant, graph: Graph, runner: Runner, owner: asyncpg.Connection
) -> None:
    await signed_up(acme, graph)
    await close_tokens(owner, acme)
    await owner.execute("UPDATE jobs SET created_at = now() - interval '25 hours' WHERE kind = $1", ASK)

    await runner.run_due()

    after = await asked(acme)
    assert {(part["state"], part["problem"]) for part in after.values()} == {("refused", "token_closed")}
    assert await owner.fetchval("SELECT count(*) FROM jobs WHERE kind = $1", ASK) == 0


async def test_what_meta_refuses_for_good_is_told_in_words(
    acme: Tenant, graph: Graph, runner: Runner
) -> None:
    await signed_up(acme, graph, onboarded_at=(utc_now() - timedelta(hours=25)).isoformat())

    await runner.run_due()

    for part in (await asked(acme)).values():
        assert part["state"] == "refused"
        assert set(part["words"]) == {"en", "es", "pt"}


async def test_a_number_connected_by_hand_or_not_on_the_app_is_asked_nothing(
    acme: Tenant, graph: Graph, runner: Runner
) -> None:
    made = await acme.post("/whatsapp/connect/complete", graph.world(is_on_biz_app=True).body())

    assert made.json()["app_data"] == []
    assert await runner.run_due() == 0
