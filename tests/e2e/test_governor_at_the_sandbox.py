"""The governor against a Graph API that keeps Meta's limits: what really left, by the sandbox's own count."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from bed import graph as graphs
from bed.graph import Graph, World
from bed.queueing import TEXT, queue_texts
from bed.rows import Number, insert_conversation, insert_number
from curbe.channels.cloudapi.client import CloudApi
from curbe.consent import service as consent
from curbe.consent.gate import Consent
from curbe.consent.rules import About, Source
from curbe.consent.service import Word
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring, Secret, binding, fresh_key
from curbe.infra.db import Pool
from curbe.infra.http import Egress
from curbe.infra.metrics import Metrics
from curbe.outbound.governor import CAMPAIGN, REPLY
from curbe.outbound.send import Means, Senders

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
TEMPLATE = json.dumps(
    {"type": "template", "template": {"name": "hello_world", "language": {"code": "en_US"}, "components": []}}
)
KEYRING = Keyring.from_base64(fresh_key())
# What the sandbox has from its start: templates belong to its WABA.
FIRST = World("200000000000001", "300000000000001", "EAAsandboxToken000000000001")


@pytest.fixture(scope="module")
def graph() -> Iterator[Graph]:
    with graphs.running() as running:
        yield running


@pytest.fixture
def world(graph: Graph) -> World:
    """A number of its own at the sandbox, with nothing sent from it yet."""
    graph.control("PATCH", "/settings", {"enforce_window": False})
    return graph.world()


async def connected(
    owner: Owner,
    world: World,
    *,
    per_second: int = 80,
    tier: str | None = None,
    tenant_id: UUID | None = None,
) -> Number:
    """Connect the number; ``per_second`` and ``tier`` are what we believe that Meta grants."""
    number = await insert_number(
        owner, tenant_id, phone_number_id=world.phone_number_id, waba_id=world.waba_id
    )
    place = binding("channel_connections", number.tenant_id, number.connection_id, "access_token_enc")
    await owner.execute(
        "UPDATE channel_connections SET access_token_enc = $2, messages_per_second = $3, metadata = $4 WHERE id = $1",
        number.connection_id,
        KEYRING.seal(Secret(world.token), bound_to=place),
        per_second,
        json.dumps({"messaging_limit": tier}),
    )
    # What goes to many is of a template that we were told of; this one the sandbox has from its start.
    await owner.execute(
        """INSERT INTO templates (tenant_id, id, waba_id, provider_template_id, name, language, status, category)
           VALUES ($1, $2, $3, '1', 'hello_world', 'en_US', 'APPROVED', 'UTILITY')""",
        number.tenant_id,
        uuid7(),
        number.waba_id,
    )
    return number


async def people(owner: Owner, number: Number, count: int, *, wrote: bool = True) -> list[UUID]:
    """Insert people and their conversations; ``wrote``: their windows are open."""
    last = utc_now() if wrote else utc_now() - timedelta(days=2)
    return [
        await insert_conversation(owner, number, wa_id=f"347{n:08}", last_inbound_at=last)
        for n in range(count)
    ]


async def queue(
    web: Pool, number: Number, to: Iterable[UUID], *, priority: int = REPLY, payload: str = TEXT
) -> list[UUID]:
    return await queue_texts(web, number, to, priority=priority, payload=payload, at=utc_now())


@asynccontextmanager
async def sending(worker: Pool, apply: Pool, graph: Graph) -> AsyncIterator[None]:
    """The senders of `curbe work`, for the length of this block."""
    stop = asyncio.Event()
    async with Egress(trusted=[graph.url]) as egress, asyncio.TaskGroup() as tasks:
        means = Means(
            pool=worker,
            cloud_api=CloudApi(egress, base_url=graph.url, version="v25.0"),
            keyring=KEYRING,
            callback_key=KEYRING.derive("callback data"),
            metrics=Metrics(),
        )
        tasks.create_task(Senders(means, everybody=apply).run(stop))
        try:
            yield
        finally:
            stop.set()


async def until(owner: Owner, sql: str, *arguments: object, seconds: float = 30) -> None:
    """Wait until a query answers true."""
    async with asyncio.timeout(seconds):
        while not await owner.fetchval(sql, *arguments):  # noqa: ASYNC110 - the database has no event for it
            await asyncio.sleep(0.05)


async def count(owner: Owner, status: str) -> int:
    return await owner.fetchval("SELECT count(*) FROM messages WHERE status = $1::message_status", status)


def peak(graph: Graph, world: World) -> int:
    """Return the most messages that the sandbox took from the number in any second."""
    rates = graph.control("GET", "/rates")
    return next(row["peak_per_second"] for row in rates if row["phone_number_id"] == world.phone_number_id)


@pytest.mark.parametrize(("per_second", "messages"), [(80, 320), (20, 60)])
async def test_a_number_sends_as_fast_as_it_may_and_in_no_second_faster(
    owner: Owner,
    web: Pool,
    worker: Pool,
    apply: Pool,
    graph: Graph,
    world: World,
    per_second: int,
    messages: int,
) -> None:
    number = await connected(owner, world, per_second=per_second)
    await queue(web, number, await people(owner, number, messages), priority=CAMPAIGN)

    async with sending(worker, apply, graph):
        await until(owner, "SELECT count(*) = 0 FROM outbox")

    assert await count(owner, "accepted") == messages
    assert peak(graph, world) <= per_second
    took = await owner.fetchval("SELECT max(accepted_at) - min(accepted_at) FROM messages")
    # A second's worth counts until its answers are back: where a busy machine's sandbox takes a second for them, it is twice as long.
    assert took < timedelta(seconds=3 * messages / per_second)
    assert await owner.fetchval("SELECT max(attempt) FROM messages") == 1, "nothing had to be asked twice"


async def test_one_person_gets_what_meta_lends_and_the_rest_waits_without_asking_while_others_go_on(
    owner: Owner, web: Pool, worker: Pool, apply: Pool, graph: Graph, world: World
) -> None:
    number = await connected(owner, world)
    favourite, *others = await people(owner, number, 20)
    await queue(web, number, [favourite] * 60)
    await queue(web, number, others, priority=CAMPAIGN)

    async with sending(worker, apply, graph):
        await until(owner, "SELECT count(*) >= 44 + 19 FROM messages WHERE status = 'accepted'")
        until_now = await count(owner, "accepted")
        await asyncio.sleep(7)
        later = await count(owner, "accepted")
    async with sending(worker, apply, graph):  # another process takes over
        await asyncio.sleep(4)

    assert until_now <= 44 + 19 + 1
    assert later - until_now in (1, 2)
    assert await count(owner, "accepted") - later <= 1, "a new sender knows what was lent"
    assert await owner.fetchval("SELECT max(refusals) FROM outbox") == 0, "Meta never had to say no"


async def test_a_number_that_may_do_less_than_was_thought_finds_its_pace_and_loses_nothing(
    owner: Owner, web: Pool, worker: Pool, apply: Pool, graph: Graph, world: World
) -> None:
    number = await connected(owner, world, per_second=300)  # Meta takes 80
    await queue(web, number, await people(owner, number, 400), priority=CAMPAIGN)

    async with sending(worker, apply, graph):
        await until(owner, "SELECT count(*) = 0 FROM outbox")

    assert await count(owner, "accepted") == 400
    assert await owner.fetchval("SELECT sum(attempt - 1) FROM messages") < 400, "most were asked for once"


async def test_a_number_people_complain_about_sends_no_more_to_many_and_goes_on_answering(
    owner: Owner, web: Pool, worker: Pool, apply: Pool, graph: Graph, world: World
) -> None:
    number = await connected(owner, world)
    spam = await insert_conversation(owner, number, wa_id="15550131048", last_inbound_at=utc_now())
    many = await people(owner, number, 5)
    (refused,) = await queue(web, number, [spam], priority=CAMPAIGN)

    async with sending(worker, apply, graph):
        await until(owner, "SELECT status = 'failed' FROM messages WHERE id = $1", refused)
        await queue(web, number, many[:4], priority=CAMPAIGN)
        (reply,) = await queue(web, number, many[4:], priority=REPLY)
        await until(owner, "SELECT status = 'accepted' FROM messages WHERE id = $1", reply)
        await asyncio.sleep(1)

    assert await count(owner, "queued") == 4
    assert await owner.fetchval("SELECT attempt FROM messages WHERE id = $1", refused) == 1
    told = await owner.fetchval("SELECT count(*) FROM audit_log WHERE action = 'connection.hold'")
    assert told == 1


async def test_a_portfolio_writes_first_to_no_more_people_a_day_than_it_may_and_answers_everybody(
    owner: Owner, web: Pool, worker: Pool, apply: Pool, graph: Graph
) -> None:
    number = await connected(owner, FIRST, tier="TIER_50")
    strangers = await people(owner, number, 60, wrote=False)
    writer = await insert_conversation(owner, number, wa_id="34699000001", last_inbound_at=utc_now())
    await queue(web, number, strangers, priority=CAMPAIGN, payload=TEMPLATE)

    async with sending(worker, apply, graph):
        await until(owner, "SELECT count(*) = 50 FROM messages WHERE status = 'accepted'")
        (reply,) = await queue(web, number, [writer])
        await until(owner, "SELECT status = 'accepted' FROM messages WHERE id = $1", reply)
        await asyncio.sleep(0.5)

    assert await count(owner, "accepted") == 51
    assert await count(owner, "queued") == 10
    assert await owner.fetchval("SELECT bool_and(available_at > now()) FROM outbox")


@pytest.mark.usefixtures("world")
async def test_who_writes_while_a_template_to_them_waits_for_room_is_answered(
    owner: Owner, web: Pool, worker: Pool, apply: Pool, graph: Graph
) -> None:
    number = await connected(owner, FIRST, tier="TIER_50")
    *strangers, writer = await people(owner, number, 51, wrote=False)
    await queue(web, number, strangers, payload=TEMPLATE)

    async with sending(worker, apply, graph):
        await until(owner, "SELECT count(*) = 50 FROM messages WHERE status = 'accepted'")
        (template,) = await queue(web, number, [writer], payload=TEMPLATE)
        await until(owner, "SELECT waits = 'time' FROM outbox WHERE message_id = $1", template)
        await owner.execute("UPDATE conversations SET last_inbound_at = now() WHERE id = $1", writer)
        (reply,) = await queue(web, number, [writer])
        await until(owner, "SELECT status = 'accepted' FROM messages WHERE id = $1", reply)

    assert await owner.fetchval("SELECT waits = 'time' FROM outbox WHERE message_id = $1", template)


async def test_a_busy_campaign_of_one_tenant_leaves_anothers_reply_where_it_would_be(
    owner: Owner, web: Pool, worker: Pool, apply: Pool, graph: Graph, world: World
) -> None:
    large = await connected(owner, world)
    await queue(web, large, await people(owner, large, 800), priority=CAMPAIGN)
    small = await connected(owner, graph.world())
    (somebody,) = await people(owner, small, 1)

    async with sending(worker, apply, graph):
        await until(owner, "SELECT count(*) > 100 FROM messages WHERE status = 'accepted'")
        (reply,) = await queue(web, small, [somebody])
        await until(owner, "SELECT status = 'accepted' FROM messages WHERE id = $1", reply)
        waited = await owner.fetchval("SELECT accepted_at - created_at FROM messages WHERE id = $1", reply)

        assert await count(owner, "queued") > 0, "the campaign was under way"
        await owner.execute(
            "UPDATE channel_connections SET status = 'error' WHERE id = $1", large.connection_id
        )

    assert waited < timedelta(seconds=2)


async def test_once_a_number_is_paused_only_what_was_under_way_still_goes(
    owner: Owner, web: Pool, worker: Pool, apply: Pool, graph: Graph, world: World
) -> None:
    number = await connected(owner, world)
    await queue(web, number, await people(owner, number, 300), priority=CAMPAIGN)

    async with sending(worker, apply, graph):
        await until(owner, "SELECT count(*) > 80 FROM messages WHERE status = 'accepted'")
        await owner.execute(
            "UPDATE channel_connections SET status = 'error' WHERE id = $1", number.connection_id
        )
        begun = await owner.fetchval("SELECT count(*) FROM messages WHERE attempt > 0")
        await asyncio.sleep(2)

    assert await count(owner, "accepted") == begun
    assert await count(owner, "queued") == 300 - begun


async def test_whoever_said_no_after_a_campaign_was_queued_is_asked_of_nobody(
    owner: Owner, web: Pool, worker: Pool, apply: Pool, graph: Graph
) -> None:
    number = await connected(owner, FIRST)
    everybody = await people(owner, number, 40, wrote=False)
    sent = await queue(web, number, everybody, priority=CAMPAIGN, payload=TEMPLATE)
    leaving = await owner.fetch("SELECT contact_id FROM conversations WHERE id = ANY($1)", everybody[::4])
    async with apply.transaction() as tx:
        words = [
            Word(
                tenant_id=number.tenant_id,
                contact_id=row["contact_id"],
                about=About.ALL,
                state=Consent.OUT,
                source=Source.KEYWORD,
                actor="contact",
                at=utc_now(),
            )
            for row in leaving
        ]
        assert len(await consent.record(tx, words)) == 10

    async with sending(worker, apply, graph):
        await until(owner, "SELECT count(*) = 0 FROM outbox")

    assert await count(owner, "accepted") == 30
    failed = await owner.fetch(
        "SELECT id, failure_kind, provider_message_id FROM messages WHERE status = 'failed' ORDER BY id"
    )
    assert [row["id"] for row in failed] == sorted(sent[::4])
    assert {(row["failure_kind"], row["provider_message_id"]) for row in failed} == {("consent", None)}
    assert await owner.fetchval("SELECT count(*) FROM events WHERE type = 'message_failed'") == 10
