"""Access tokens that end are renewed by themselves, a month ahead; what fails of it leaves the number as it was."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from bed.graph import APP_ID, Graph
from bed.tenants import Tenant
from curbe.channels.cloudapi.client import CloudApi
from curbe.connections import store
from curbe.connections.completing import app_of
from curbe.connections.renewal import RENEW, Renewal, defer_due
from curbe.infra import dotenv
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring
from curbe.infra.db import Pool
from curbe.infra.http import Egress
from curbe.infra.jobs import Runner
from curbe.infra.settings import fresh_env, load

pytestmark = pytest.mark.anyio


@pytest.fixture
def environ(graph: Graph) -> dict[str, str]:
    """One installation's settings, for the web and for the worker beside it."""
    return {**dotenv.parse(fresh_env(app_id=APP_ID)).values, **graph.environ}


@pytest.fixture
async def runner(worker: Pool, apply: Pool, environ: dict[str, str]) -> AsyncIterator[Runner]:
    configured = load(environ, env_file=None)
    async with Egress(trusted=[configured.meta_graph_base_url]) as egress:
        renewal = Renewal(
            worker,
            cloud_api=CloudApi.of(configured, egress=egress),
            keyring=Keyring.of(configured),
            app=app_of(configured),
            now=utc_now,
        )
        yield Runner(
            everybody=apply, pool=worker, handlers={RENEW: renewal}, at_once=2, lease=timedelta(minutes=1)
        )


async def connected(acme: Tenant, graph: Graph, *, days: float | None, **token: Any) -> dict[str, Any]:
    """Connect a number with a token that ends in so many days."""
    world = graph.world()
    ends = None if days is None else (utc_now() + timedelta(days=days)).isoformat()
    made = graph.token(waba_ids=[world.waba_id], expires_at=ends, **token)["token"]
    answer = await acme.post("/whatsapp/connect/complete", world.body(access_token=made))
    assert answer.status_code == 200, answer.text
    return {**answer.json(), "token": made}


async def due(apply: Pool, runner: Runner) -> int:
    """Do what is due by now; return how many tokens that were."""
    await defer_due(apply, app_id=APP_ID, now=utc_now())
    return await runner.run_due()


async def now_of(acme: Tenant, made: dict[str, Any]) -> dict[str, Any]:
    connections = (await acme.get("/whatsapp/status")).json()["connections"]
    return next(one for one in connections if one["id"] == made["id"])


async def waits(owner: asyncpg.Connection) -> tuple[str | None, bool] | None:
    """Return why the job was put back, and whether it is for about a day; None where there is none."""
    row = await owner.fetchrow(
        "SELECT last_error, available_at > now() + interval '23 hours' AS late FROM jobs WHERE kind = $1",
        RENEW,
    )
    return None if row is None else (row["last_error"], row["late"])


async def test_a_token_that_ends_within_a_month_is_renewed_and_the_number_goes_on_with_the_new_one(
    acme: Tenant, graph: Graph, apply: Pool, runner: Runner, owner: asyncpg.Connection
) -> None:
    made = await connected(acme, graph, days=20)

    assert await due(apply, runner) == 1

    after = await now_of(acme, made)
    assert after["token_expires_at"] > made["token_expires_at"]
    assert after["token_fingerprint"] != made["token_fingerprint"]
    assert (after["status"], after["scopes"]) == ("active", made["scopes"])
    graph.revoke(made["token"])
    tested = (await acme.post("/whatsapp/test-connection", {"connection_id": made["id"]})).json()
    assert tested["ok"], "it is the new token that is kept"
    audit = (await acme.get("/audit")).json()["items"]
    assert ("system:tokens", "connection.token_renewed", made["id"]) in {
        (line["actor"], line["action"], line["subject"]) for line in audit
    }
    events = (await acme.get("/events")).json()["items"]
    assert [one["type"] for one in events].count("connection_updated") == 2, "connected, renewed"
    assert await waits(owner) is None
    assert await due(apply, runner) == 0, "the new one has time"


async def test_what_ends_later_never_or_was_given_up_or_is_another_apps_is_left_alone(
    acme: Tenant, graph: Graph, apply: Pool, runner: Runner, owner: asyncpg.Connection
) -> None:
    await connected(acme, graph, days=45)
    await connected(acme, graph, days=None)
    given_up = await connected(acme, graph, days=20)
    await acme.post("/whatsapp/disconnect", {"connection_id": given_up["id"]})
    elsewhere = await connected(acme, graph, days=20)
    await owner.execute(
        "UPDATE channel_connections SET meta_app_id = '1' WHERE id = $1", UUID(elsewhere["id"])
    )

    assert await due(apply, runner) == 0


async def test_a_persons_token_is_theirs_to_renew(
    acme: Tenant, graph: Graph, apply: Pool, runner: Runner, owner: asyncpg.Connection
) -> None:
    made = await connected(acme, graph, days=1, type="USER")

    await due(apply, runner)

    assert (await now_of(acme, made))["token_fingerprint"] == made["token_fingerprint"]
    assert await waits(owner) == (None, True)


async def test_what_meta_refuses_leaves_the_number_as_it_was_and_is_tried_again_until_the_token_has_ended(
    acme: Tenant, graph: Graph, apply: Pool, runner: Runner, owner: asyncpg.Connection
) -> None:
    made = await connected(acme, graph, days=20)
    graph.revoke(made["token"])

    await due(apply, runner)

    after = await now_of(acme, made)
    assert (after["status"], after["token_fingerprint"]) == ("active", made["token_fingerprint"])
    assert await waits(owner) == ("token_refused", True)
    await owner.execute("UPDATE channel_connections SET token_expires_at = now() - interval '1 minute'")
    await owner.execute("UPDATE jobs SET available_at = now() WHERE kind = $1", RENEW)
    await runner.run_due()
    assert await waits(owner) is None, "what has ended cannot be renewed"


async def test_where_the_number_cannot_be_read_any_more_no_token_is_made(
    acme: Tenant, graph: Graph, apply: Pool, runner: Runner, owner: asyncpg.Connection
) -> None:
    made = await connected(acme, graph, days=20)
    unreadable = {
        "kind": "error",
        "code": 10,
        "operation": "node",
        "phone_number_id": made["phone_number_id"],
    }
    graph.control("POST", "/faults", unreadable)
    tokens = len(graph.control("GET", "/state")["tokens"])

    await due(apply, runner)

    assert len(graph.control("GET", "/state")["tokens"]) == tokens
    assert await waits(owner) == ("missing_permission", True)
    assert (await now_of(acme, made))["token_fingerprint"] == made["token_fingerprint"]


async def test_a_meta_that_does_not_answer_is_asked_again_soon(
    acme: Tenant, graph: Graph, apply: Pool, runner: Runner, owner: asyncpg.Connection
) -> None:
    made = await connected(acme, graph, days=20)
    graph.control("POST", "/faults", {"kind": "refuse", "operation": "access_token", "count": 1})

    await due(apply, runner)
    failed = await waits(owner)
    await owner.execute("UPDATE jobs SET available_at = now() WHERE kind = $1", RENEW)
    await runner.run_due()

    assert failed == ("graph_unreachable", False)
    assert (await now_of(acme, made))["token_fingerprint"] != made["token_fingerprint"]


async def test_a_token_that_somebody_has_put_there_meanwhile_stays(
    acme: Tenant, graph: Graph, worker: Pool
) -> None:
    made = await connected(acme, graph, days=20)
    which = {"tenant_id": acme.id, "connection_id": UUID(made["id"])}

    async with worker.transaction(acme.id) as tx:
        renewed = await store.renew_token(
            tx,
            **which,
            was="another",
            sealed="x",
            last4="0000",
            fingerprint="x",
            expires_at=None,
            scopes="[]",
        )

    assert not renewed
    assert (await now_of(acme, made))["token_fingerprint"] == made["token_fingerprint"]
