"""What came while nobody here had a number reaches who connects it, by itself, and nobody else."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from bed.appliers import drain
from bed.graph import Graph, World
from bed.rows import CALLBACK_KEY, Number, insert_conversation, insert_sent
from bed.tenants import Tenant
from bed.webhooks import body, change, deliver, status, text
from bed.working import work_off
from curbe.connections.service import CATCH_UP
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.jobs import Runner
from curbe.ingest import replay, store
from curbe.ingest.apply import apply_webhooks
from curbe.ingest.catching_up import CatchingUp

pytestmark = pytest.mark.anyio
Owner = asyncpg.Connection
NewTenant = Callable[[], Awaitable[Tenant]]
Json = dict[str, Any]

LEASE = timedelta(minutes=1)
COMPLETE, DISCONNECT = "/whatsapp/connect/complete", "/whatsapp/disconnect"


@pytest.fixture
def runner(worker: Pool, apply: Pool) -> Runner:
    job = CatchingUp(worker, everybody=apply, callback_keys=[CALLBACK_KEY])
    return Runner(everybody=apply, pool=worker, handlers={CATCH_UP: job}, at_once=1, lease=LEASE)


@pytest.fixture
def told(owner: Owner, apply: Pool) -> Callable[..., Awaitable[None]]:
    """Lets Meta tell of messages with these words, and of statuses, and applies what it told."""

    async def tell(
        world: World, *words: str, statuses: Sequence[Json] = (), waba_id: str | None = None
    ) -> None:
        messages = [text(f"wamid.{one}", body=one, at=utc_now()) for one in words]
        about = change(world.phone_number_id, messages=messages, statuses=statuses)
        await deliver(owner, body(about, waba_id=waba_id or world.waba_id))
        await drain(apply)

    return tell


async def texts_of(owner: Owner, tenant: Tenant) -> list[str]:
    rows = await owner.fetch("SELECT text FROM messages WHERE tenant_id = $1 ORDER BY text", tenant.id)
    return [row["text"] for row in rows]


async def waiting(owner: Owner) -> int:
    return len(await owner.fetch("SELECT FROM quarantine WHERE released_at IS NULL"))


async def test_what_people_wrote_before_a_number_was_connected_reaches_its_tenant(
    acme: Tenant, graph: Graph, owner: Owner, runner: Runner, told: Any
) -> None:
    world = graph.world()
    await acme.post(COMPLETE, world.body())
    second = World(world.waba_id, graph.number(world.waba_id), world.token)
    await told(second, "Is anybody there?", "Hello?")
    before = await texts_of(owner, acme)

    await acme.post(COMPLETE, second.body())
    await work_off(runner)

    assert (before, await texts_of(owner, acme)) == ([], ["Hello?", "Is anybody there?"])
    assert await waiting(owner) == 0


async def test_what_came_between_giving_a_number_up_and_connecting_it_again_is_not_missing(
    acme: Tenant, graph: Graph, owner: Owner, runner: Runner, told: Any
) -> None:
    world = graph.world()
    made = (await acme.post(COMPLETE, world.body())).json()
    number = Number(acme.id, UUID(made["id"]), world.phone_number_id, world.waba_id)
    thread = await insert_conversation(owner, number)
    sent = await insert_sent(owner, number, conversation_id=thread, provider_message_id="wamid.ours")
    await work_off(runner)
    await acme.post(DISCONNECT)
    await told(world, "On Monday", statuses=[status("wamid.ours", "read", at=utc_now())])

    await acme.post(COMPLETE, world.body())
    await work_off(runner)

    assert "On Monday" in await texts_of(owner, acme)
    assert await owner.fetchval("SELECT read_at IS NOT NULL FROM messages WHERE id = $1", sent.id)
    assert await waiting(owner) == 0


async def test_what_came_after_one_tenant_had_a_number_never_reaches_the_next(
    new_tenant: NewTenant, graph: Graph, owner: Owner, runner: Runner, told: Any
) -> None:
    first, second = await new_tenant(), await new_tenant()
    world = graph.world()
    await first.post(COMPLETE, world.body())
    await first.post(DISCONNECT)
    await told(world, "to the first, a day late")
    await asyncio.sleep(1)  # Meta's clock has whole seconds

    await second.post(COMPLETE, world.body())
    await work_off(runner)
    await second.post(DISCONNECT)
    await told(world, "to the second, a day late")
    await asyncio.sleep(1)
    await first.post(COMPLETE, world.body())
    await work_off(runner)

    assert (await texts_of(owner, first), await texts_of(owner, second)) == ([], [])
    assert await waiting(owner) == 2


async def test_who_took_a_number_over_long_ago_misses_nothing_by_connecting_it_again(
    new_tenant: NewTenant, graph: Graph, owner: Owner, runner: Runner, told: Any
) -> None:
    by_mistake, meant = await new_tenant(), await new_tenant()
    world = graph.world()
    await by_mistake.post(COMPLETE, world.body())
    await by_mistake.post(DISCONNECT)
    await meant.post(COMPLETE, world.body())
    await asyncio.sleep(1)
    await meant.post(DISCONNECT)
    await told(world, "On Monday")

    await meant.post(COMPLETE, world.body())
    await work_off(runner)

    assert await texts_of(owner, meant) == ["On Monday"]


async def test_what_a_tenant_had_and_deleted_does_not_come_back_with_what_it_missed(
    acme: Tenant, graph: Graph, owner: Owner, runner: Runner, apply: Pool
) -> None:
    one = graph.world()
    other = World(one.waba_id, graph.number(one.waba_id), one.token)
    await acme.post(COMPLETE, one.body())
    both = [
        change(one.phone_number_id, messages=[text("wamid.1", body="deleted", at=utc_now())]),
        change(other.phone_number_id, messages=[text("wamid.2", body="missed", at=utc_now())]),
    ]
    await deliver(owner, body(*both, waba_id=one.waba_id))
    await drain(apply)
    assert await texts_of(owner, acme) == ["deleted"]
    await owner.execute("DELETE FROM messages")

    await acme.post(COMPLETE, other.body())
    await work_off(runner)

    assert await texts_of(owner, acme) == ["missed"]


async def test_what_names_another_whatsapp_account_than_the_one_that_was_proven_stays_where_it_is(
    acme: Tenant, graph: Graph, owner: Owner, runner: Runner, told: Any
) -> None:
    world = graph.world()
    await told(world, "of another business", waba_id="299999999999999")

    await acme.post(COMPLETE, world.body())
    await work_off(runner)

    assert await texts_of(owner, acme) == []
    assert await waiting(owner) == 1


async def test_a_batch_that_was_under_way_when_a_number_was_connected_hides_nothing_from_its_tenant(
    acme: Tenant, graph: Graph, owner: Owner, runner: Runner, apply: Pool
) -> None:
    world = graph.world()
    early = text("wamid.early", body="early", at=utc_now())
    await deliver(owner, body(change(world.phone_number_id, messages=[early]), waba_id=world.waba_id))
    events = [row["id"] for row in await owner.fetch("SELECT id FROM webhook_events")]
    async with asyncio.TaskGroup() as tasks, apply.transaction() as batch:
        lane = await store.lock_lane(batch, 0)
        assert lane is not None
        webhooks = await store.stored_by_id(batch, events)
        await apply_webhooks(batch, webhooks, callback_keys=[CALLBACK_KEY])
        await store.move_lane(batch, lane, webhooks[-1])
        await acme.post(COMPLETE, world.body())
        working = tasks.create_task(work_off(runner))
        await asyncio.sleep(0.3)
        assert not working.done()

    assert await texts_of(owner, acme) == ["early"]


async def test_catching_up_holds_on_to_its_job_batch_by_batch_and_goes_on_where_it_was_broken_off(
    acme: Tenant, graph: Graph, owner: Owner, runner: Runner, told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "_MOST", 1)
    world = graph.world()
    await told(world, "first", waba_id="299999999999999")  # waits for ever, so the span begins with it
    await told(world, "second")
    await told(world, "third")
    await acme.post(COMPLETE, world.body())
    row = await owner.fetchrow("SELECT xid, id FROM webhook_events ORDER BY xid, id OFFSET 1 LIMIT 1")
    await owner.execute("UPDATE jobs SET reached = $1 WHERE kind = $2", [row["xid"], row["id"]], CATCH_UP)

    await work_off(runner)

    assert await texts_of(owner, acme) == ["third"], "what was read is not read again"


async def test_catching_up_stops_once_another_attempt_has_its_job(
    acme: Tenant, graph: Graph, owner: Owner, runner: Runner, told: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "_MOST", 1)
    world = graph.world()
    await told(world, "first")
    await told(world, "second")
    await acme.post(COMPLETE, world.body())
    await owner.execute(
        "CREATE FUNCTION take_over() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS "
        "$$ BEGIN UPDATE jobs SET attempt = attempt + 1 WHERE kind = 'connection.catch_up'; RETURN NULL; END $$"
    )
    await owner.execute("CREATE TRIGGER taken AFTER INSERT ON messages EXECUTE FUNCTION take_over()")
    try:
        await runner.run_due()
    finally:
        await owner.execute("DROP FUNCTION take_over CASCADE")

    assert await texts_of(owner, acme) == ["first"]
    assert await owner.fetchval("SELECT attempt FROM jobs WHERE kind = $1", CATCH_UP) == 2
