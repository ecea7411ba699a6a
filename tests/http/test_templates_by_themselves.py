"""Meta's lists of templates are looked at without anybody asking: once a day, at once for a new number, sooner after a refusal."""

import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta, tzinfo

import asyncpg
import pytest

from bed.appliers import drain
from bed.graph import APP_ID, Graph, World
from bed.rows import Number
from bed.tenants import Tenant
from bed.webhooks import body, change, deliver, text
from curbe.channels.cloudapi.client import CloudApi
from curbe.domain.errors import TokenRefused
from curbe.domain.notices import TemplateReported
from curbe.inbox.seen import READ_RECEIPT
from curbe.infra import clock, dotenv
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring, Secret
from curbe.infra.db import Pool
from curbe.infra.http import Egress
from curbe.infra.jobs import Runner
from curbe.infra.settings import fresh_env, load
from curbe.outbound.receipts import Receipts
from curbe.templates.service import TemplateNews
from curbe.templates.sync import SYNC, Syncer, defer_due, look_again, sync

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection


@pytest.fixture
def environ(graph: Graph) -> dict[str, str]:
    """One installation's settings, for the web and for the worker beside it."""
    return {**dotenv.parse(fresh_env(app_id=APP_ID)).values, **graph.environ}


@pytest.fixture
async def runner(worker: Pool, apply: Pool, environ: dict[str, str]) -> AsyncIterator[Runner]:
    configured = load(environ, env_file=None)
    async with Egress(trusted=[configured.meta_graph_base_url]) as egress:
        syncer = Syncer(
            worker,
            cloud_api=CloudApi.of(configured, egress=egress),
            keyring=Keyring.of(configured),
        )
        yield Runner(
            everybody=apply, pool=worker, handlers={SYNC: syncer}, at_once=2, lease=timedelta(minutes=1)
        )


async def connected(tenant: Tenant, graph: Graph) -> World:
    world = graph.world()
    assert (await tenant.post("/whatsapp/connect/complete", world.body())).status_code == 200
    told = {
        "waba_id": world.waba_id,
        "name": "order",
        "language": "es",
        "components": [{"type": "BODY", "text": "Sale hoy."}],
    }
    graph.control("POST", "/templates", told)
    return world


async def names(tenant: Tenant) -> list[str]:
    return [one["name"] for one in (await tenant.get("/templates")).json()["items"]]


async def test_a_number_just_connected_has_its_templates_and_then_once_a_day(
    acme: Tenant, graph: Graph, apply: Pool, runner: Runner
) -> None:
    await connected(acme, graph)

    assert await defer_due(apply, now=utc_now()) == 1
    assert await runner.run_due() == 1

    assert await names(acme) == ["order"]
    now = utc_now()
    assert await defer_due(apply, now=now + timedelta(hours=23)) == 0
    assert await defer_due(apply, now=now + timedelta(hours=25)) == 1


async def test_what_meta_refuses_is_tried_again_in_an_hour_and_not_before(
    acme: Tenant, graph: Graph, apply: Pool, runner: Runner
) -> None:
    world = await connected(acme, graph)
    graph.revoke(world.token)

    await defer_due(apply, now=utc_now())
    await runner.run_due()

    now = utc_now()
    assert await runner.run_due() == 0
    assert await defer_due(apply, now=now + timedelta(minutes=50)) == 0
    assert await defer_due(apply, now=now + timedelta(minutes=70)) == 1
    (account,) = (await acme.get("/templates/accounts")).json()
    assert account["error"] == "token_refused"


async def test_a_number_that_sends_nothing_is_paused_when_its_token_was_revoked(
    acme: Tenant, graph: Graph, apply: Pool, runner: Runner
) -> None:
    revoked, other = await connected(acme, graph), await connected(acme, graph)
    graph.revoke(revoked.token)

    await defer_due(apply, now=utc_now())
    await runner.run_due()

    shown = (await acme.get("/whatsapp/status")).json()["connections"]
    paused = {one["phone_number_id"]: one["paused"] for one in shown}
    (reason,) = [one["pause_reason"] for one in shown if one["paused"]]
    assert paused == {revoked.phone_number_id: True, other.phone_number_id: False}
    assert "code 190" in reason
    again = revoked.body(access_token=graph.token(waba_ids=[revoked.waba_id])["token"])
    assert not (await acme.post("/whatsapp/connect/complete", again)).json()["paused"]


async def test_a_token_that_opens_no_more_has_no_other_list_read_over_and_over(
    acme: Tenant, graph: Graph, apply: Pool, runner: Runner, owner: asyncpg.Connection
) -> None:
    await connected(acme, graph)
    closed = await connected(acme, graph)
    await owner.execute(
        "UPDATE channel_connections SET access_token_enc = 'v1.lost.key' WHERE waba_id = $1", closed.waba_id
    )

    await defer_due(apply, now=utc_now())
    await runner.run_due()

    assert await names(acme) == ["order"]
    assert await defer_due(apply, now=utc_now() + timedelta(minutes=50)) == 0
    accounts = {one["waba_id"]: one["error"] for one in (await acme.get("/templates/accounts")).json()}
    assert accounts[closed.waba_id] == "no_connection"


async def test_where_no_token_opens_it_is_told_and_tried_again_in_an_hour(
    acme: Tenant, graph: Graph, apply: Pool, runner: Runner, owner: asyncpg.Connection
) -> None:
    await connected(acme, graph)
    await owner.execute("UPDATE channel_connections SET access_token_enc = 'v1.lost.key'")

    await defer_due(apply, now=utc_now())
    await runner.run_due()

    assert await defer_due(apply, now=utc_now() + timedelta(minutes=50)) == 0
    assert await defer_due(apply, now=utc_now() + timedelta(minutes=70)) == 1


async def test_a_list_is_read_with_the_token_of_a_number_that_sends(
    acme: Tenant, graph: Graph, apply: Pool, runner: Runner, owner: asyncpg.Connection
) -> None:
    world = await connected(acme, graph)
    sibling = graph.number(world.waba_id)
    good = graph.token(waba_ids=[world.waba_id])["token"]
    body = {"waba_id": world.waba_id, "phone_number_id": sibling, "access_token": good}
    answer = await acme.post("/whatsapp/connect/complete", body)
    assert answer.status_code == 200, answer.text
    graph.revoke(world.token)
    await owner.execute(
        "UPDATE channel_connections SET status = 'error', pause_reason = 'refused', paused_at = now() WHERE phone_number_id = $1",
        world.phone_number_id,
    )

    await defer_due(apply, now=utc_now())
    await runner.run_due()

    assert await names(acme) == ["order"]


class MadeMeanwhile(CloudApi):
    """Meta's API, where something happens between its answer and the reading of it."""

    def __init__(self, egress: Egress, *, base_url: str, happening: Callable[[], Awaitable[object]]) -> None:
        super().__init__(egress, base_url=base_url, version="v25.0")
        self._happening = happening

    async def templates_of(self, waba_id: str, token: Secret, *, at: datetime) -> list[TemplateReported]:
        listed = await super().templates_of(waba_id, token, at=at)
        await self._happening()
        return listed


async def test_a_template_made_while_the_list_is_read_is_not_taken_for_deleted(
    acme: Tenant, graph: Graph, web: Pool, environ: dict[str, str]
) -> None:
    await connected(acme, graph)
    configured = load(environ, env_file=None)
    draft = {
        "name": "made",
        "language": "es",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Ya sale."}],
    }

    async def make() -> None:
        assert (await acme.post("/templates", draft)).status_code == 201

    async with Egress(trusted=[configured.meta_graph_base_url]) as egress:
        await sync(
            web,
            tenant_id=acme.id,
            cloud_api=MadeMeanwhile(egress, base_url=configured.meta_graph_base_url, happening=make),
            keyring=Keyring.of(configured),
        )

    assert await names(acme) == ["made", "order"]


async def test_new_words_that_are_told_while_the_list_is_read_are_followed_by_another_look(
    acme: Tenant, graph: Graph, worker: Pool, apply: Pool, environ: dict[str, str]
) -> None:
    world = await connected(acme, graph)
    configured = load(environ, env_file=None)
    looks: list[str] = []

    async def told() -> None:
        looks.append(world.waba_id)
        if len(looks) > 1:
            return
        words = TemplateReported(
            template_id="1",
            name="order",
            language="es",
            at=utc_now(),
            tie="",
            components='[{"type": "BODY"}]',
        )
        async with apply.transaction() as tx:
            await look_again(tx, [TemplateNews(acme.id, world.waba_id, words)])

    async with Egress(trusted=[configured.meta_graph_base_url]) as egress:
        syncer = Syncer(
            worker,
            cloud_api=MadeMeanwhile(egress, base_url=configured.meta_graph_base_url, happening=told),
            keyring=Keyring.of(configured),
        )
        runner = Runner(
            everybody=apply, pool=worker, handlers={SYNC: syncer}, at_once=2, lease=timedelta(minutes=1)
        )
        await defer_due(apply, now=utc_now())
        for _ in range(3):
            await runner.run_due()

    assert len(looks) == 2


class Ahead(datetime):
    """The clock of a machine that is a year ahead."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return super().now(tz) + timedelta(days=365)


async def test_a_process_whose_clock_is_ahead_has_not_the_last_word_on_a_template_or_a_number_for_a_year(
    acme: Tenant, graph: Graph, owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = {
        "name": "made",
        "language": "es",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": "Sale."}],
    }
    monkeypatch.setattr(clock, "datetime", Ahead)
    await connected(acme, graph)
    assert (await acme.post("/templates/sync")).status_code == 200
    made = await acme.post("/templates", draft)
    assert made.status_code == 201, made.text
    assert (await acme.client.delete(f"{acme.path}/templates/{made.json()['id']}")).status_code == 204

    dates = await owner.fetch("SELECT greatest(status_at, category_at, components_at) AS at FROM templates")
    dates += await owner.fetch("SELECT facts_at AS at FROM channel_connections")
    dates += await owner.fetch("SELECT synced_at AS at FROM template_syncs")
    now = await owner.fetchval("SELECT now()")
    assert len(dates) == 4
    assert all(row["at"] <= now for row in dates), dates


async def test_a_category_that_was_announced_before_the_number_was_connected_is_known(
    acme: Tenant, graph: Graph
) -> None:
    world = await connected(acme, graph)
    notice = {"field": "template_category_update", "phone_number_id": world.phone_number_id}
    graph.control("POST", "/notices", {**notice, "event": "IMPENDING"})

    await acme.post("/templates/sync")
    (seen,) = (await acme.get("/templates")).json()["items"]
    assert (seen["category"], seen["correct_category"]) == ("UTILITY", "MARKETING")

    graph.control("POST", "/notices", {**notice, "event": "DONE"})
    await acme.post("/templates/sync")
    (seen,) = (await acme.get("/templates")).json()["items"]
    assert (seen["category"], seen["correct_category"]) == ("MARKETING", None)


@pytest.mark.usefixtures("acme")
async def test_who_has_no_number_is_asked_about_nothing(apply: Pool) -> None:
    assert await defer_due(apply, now=utc_now()) == 0


@pytest.fixture
async def receipts_with(
    graph: Graph, worker: Pool, environ: dict[str, str]
) -> AsyncIterator[Callable[[dict[str, str]], Receipts]]:
    """Makes who tells Meta of reading and writing, with these settings beside the installation's."""
    async with Egress(trusted=[graph.url]) as egress:
        api = CloudApi(egress, base_url=graph.url, version="v25.0")
        yield lambda settings: Receipts(
            worker, cloud_api=api, keyring=Keyring.of(load(environ | settings, env_file=None))
        )


async def test_a_token_refused_for_a_read_mark_pauses_the_number_too(
    acme: Tenant,
    graph: Graph,
    apply: Pool,
    owner: Owner,
    receipts_with: Callable[[dict[str, str]], Receipts],
) -> None:
    world = await connected(acme, graph)
    await deliver(owner, body(change(await number_of(owner, world), messages=[text("wamid.1")])))
    await drain(apply)
    graph.revoke(world.token)

    thread = await owner.fetchval("SELECT id FROM conversations")
    with pytest.raises(TokenRefused):
        await receipts_with({}).typing(tenant_id=acme.id, conversation_id=thread)

    assert (await acme.get("/whatsapp/status")).json()["connections"][0]["paused"]


async def test_where_no_key_opens_the_token_writing_is_refused_and_reading_waits_for_the_key_and_not_for_ever(
    acme: Tenant,
    graph: Graph,
    worker: Pool,
    apply: Pool,
    owner: Owner,
    receipts_with: Callable[[dict[str, str]], Receipts],
) -> None:
    world = await connected(acme, graph)
    await deliver(owner, body(change(await number_of(owner, world), messages=[text("wamid.1")])))
    await drain(apply)
    thread = await owner.fetchval("SELECT id FROM conversations")
    receipts = receipts_with(
        {"TOKEN_ENCRYPTION_KEY": base64.b64encode(b"another key, of 32 bytes in all!").decode()}
    )

    with pytest.raises(TokenRefused):
        await receipts.typing(tenant_id=acme.id, conversation_id=thread)
    assert not (await acme.get("/whatsapp/status")).json()["connections"][0]["paused"]

    await acme.post(f"/inbox/conversations/{thread}/read", json={})
    runner = Runner(
        everybody=apply,
        pool=worker,
        handlers={READ_RECEIPT: receipts.read},
        at_once=1,
        lease=timedelta(minutes=1),
    )
    waited = []
    while await runner.run_due():
        waited += await owner.fetch("SELECT last_error FROM jobs WHERE kind = $1", READ_RECEIPT)
        await owner.execute("UPDATE jobs SET available_at = now() WHERE kind = $1", READ_RECEIPT)
    assert [row["last_error"] for row in waited] == ["token_closed"] * 4
    assert not await owner.fetchval("SELECT count(*) FROM jobs WHERE kind = $1", READ_RECEIPT)


async def number_of(owner: asyncpg.Connection, world: World) -> Number:
    row = await owner.fetchrow("SELECT tenant_id, id FROM channel_connections")
    assert row is not None
    return Number(row["tenant_id"], row["id"], world.phone_number_id, world.waba_id)
