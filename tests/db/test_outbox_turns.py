"""Turns in the outbox: nobody is forgotten, whoever comes and goes at the same time, and looking for work costs what is found."""

import asyncio
import json
from collections.abc import Iterable
from datetime import timedelta
from random import Random  # noqa: TID251 - seeded
from uuid import UUID

import asyncpg
import pytest

from bed.owners import migrate_as_a_plain_owner
from bed.queueing import queue_texts
from bed.rows import Number, insert_conversation, insert_number
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.outbound import store
from curbe.outbound import turns as turns_of
from curbe.outbound.store import Claim, PutBack
from curbe.outbound.turns import Turns

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
LEASE = timedelta(seconds=60)
A_CLAIM = 60
MANY = """
WITH someone AS (
    SELECT gen_random_uuid() AS id, gen_random_uuid() AS contact, gen_random_uuid() AS message, n
      FROM generate_series(1, $3::integer) AS n
), places AS (
    INSERT INTO conversations (tenant_id, id, channel_connection_id, contact_id, external_thread_id)
    SELECT $1, id, $2, contact, n::text FROM someone
), texts AS (
    INSERT INTO messages (tenant_id, id, channel_connection_id, conversation_id, direction, type, payload, phase, created_at)
    SELECT $1, message, $2, id, 'outbound', 'text', '{}', 'queued', now() FROM someone
)
INSERT INTO outbox (tenant_id, message_id, channel_connection_id, conversation_id, priority)
SELECT $1, message, $2, id, $4 FROM someone ORDER BY n
"""
TO_ONE = """
WITH texts AS (
    INSERT INTO messages (tenant_id, id, channel_connection_id, conversation_id, direction, type, payload, phase, created_at)
    SELECT $1, gen_random_uuid(), $2, $3, 'outbound', 'text', '{}', 'queued', now() FROM generate_series(1, $4::integer)
    RETURNING id
)
INSERT INTO outbox (tenant_id, message_id, channel_connection_id, conversation_id, priority) SELECT $1, id, $2, $3, 0 FROM texts
"""


async def put(owner: Owner, sql: str, number: Number, *arguments: object) -> None:
    """Insert many rows, past the foreign keys of people that are not looked at here."""
    await owner.execute("SET session_replication_role = replica")
    await owner.execute(sql, number.tenant_id, number.connection_id, *arguments)
    await owner.execute("SET session_replication_role = DEFAULT")


async def claim(worker: Pool, number: Number, *, most: int = A_CLAIM, **known: int) -> list[Claim]:
    async with worker.transaction(number.tenant_id) as tx:
        return await store.claim(
            tx,
            tenant_id=number.tenant_id,
            connection_id=number.connection_id,
            most=most,
            lease=LEASE,
            **known,
        )


async def drop(worker: Pool, number: Number, ids: Iterable[UUID]) -> None:
    async with worker.transaction(number.tenant_id) as tx:
        await store.drop(tx, tenant_id=number.tenant_id, message_ids=list(ids))


async def put_back(worker: Pool, number: Number, one: Claim, *, pause: timedelta, counted: bool) -> None:
    async with worker.transaction(number.tenant_id) as tx:
        back = PutBack(message_id=one.message_id, pause=pause, counted=counted)
        await store.put_back(tx, tenant_id=number.tenant_id, rows=[back])


# --- how long it is tried


async def test_a_message_is_tried_since_its_first_try_however_long_it_was_queued(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    await queue_texts(web, number, [thread])
    await owner.execute("UPDATE outbox SET created_at = now() - interval '25 hours'")

    (first,) = await claim(worker, number)
    assert utc_now() - first.trying_since < timedelta(minutes=5)

    await put_back(worker, number, first, pause=timedelta(milliseconds=1), counted=True)
    await asyncio.sleep(0.05)
    (second,) = await claim(worker, number)
    assert second.trying_since == first.trying_since, "the provider said later"

    await put_back(worker, number, second, pause=timedelta(), counted=False)
    (third,) = await claim(worker, number)
    assert third.trying_since > first.trying_since, "nothing was asked, or its number may not send"


# --- nobody is forgotten


@pytest.mark.parametrize("seed", range(4))
async def test_whoever_comes_and_goes_at_the_same_time_everybody_has_their_turn_in_order(
    owner: Owner, web: Pool, worker: Pool, number: Number, seed: int
) -> None:
    chance = Random(seed)  # noqa: S311 - reproducible on purpose
    threads = [await insert_conversation(owner, number, wa_id=f"3460000000{n}") for n in range(3)]
    asked: dict[UUID, list[UUID]] = {thread: [] for thread in threads}
    went: dict[UUID, list[UUID]] = {thread: [] for thread in threads}
    asking = asyncio.Event()

    async def ask(thread: UUID) -> None:
        while len(asked[thread]) < 40:
            asked[thread] += await queue_texts(web, number, [thread] * chance.randint(1, 3))
            await asyncio.sleep(chance.random() / 200)

    async def send_one(one: Claim) -> None:
        await asyncio.sleep(chance.random() / 100)
        if chance.random() < 0.2:
            back = PutBack(
                message_id=one.message_id, pause=timedelta(milliseconds=chance.randint(0, 30)), counted=False
            )
            async with worker.transaction(number.tenant_id) as tx:
                await store.put_back(tx, tenant_id=number.tenant_id, rows=[back])
        else:
            went[one.conversation_id].append(one.message_id)
            await drop(worker, number, [one.message_id])

    async def send(tasks: asyncio.TaskGroup) -> None:
        while not asking.is_set() or await owner.fetchval("SELECT count(*) FROM outbox"):
            for one in await claim(worker, number, most=5):
                tasks.create_task(send_one(one))
            await asyncio.sleep(0.002)

    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(send(tasks))
        async with asyncio.TaskGroup() as people:
            for thread in threads:
                people.create_task(ask(thread))
        asking.set()

    assert went == asked


@pytest.mark.parametrize("pause", [timedelta(), timedelta(milliseconds=1)])
async def test_a_reply_goes_before_the_campaigns_message_that_was_under_way_and_must_wait(
    owner: Owner, web: Pool, worker: Pool, number: Number, pause: timedelta
) -> None:
    thread = await insert_conversation(owner, number)
    (campaigns,) = await queue_texts(web, number, [thread], priority=20)
    (under_way,) = await claim(worker, number)
    (reply,) = await queue_texts(web, number, [thread])
    assert await claim(worker, number) == [], "one of a conversation at a time"

    await put_back(worker, number, under_way, pause=pause, counted=False)
    await asyncio.sleep(0.05)

    assert [one.message_id for one in await claim(worker, number)] == [reply]
    await drop(worker, number, [reply])
    assert [one.message_id for one in await claim(worker, number)] == [campaigns]


async def test_a_reply_that_comes_while_a_claim_is_undone_goes_before_what_was_claimed(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    (campaigns,) = await queue_texts(web, number, [thread], priority=20)
    place = {"tenant_id": number.tenant_id, "connection_id": number.connection_id, "lease": LEASE}

    async with worker.transaction(number.tenant_id) as tx:
        await store.claim(tx, **place, most=5)
        (reply,) = await queue_texts(web, number, [thread])
        await store.claim(tx, **place, most=5)  # as one that looks again for more
        now = utc_now()
        await store.unclaim(tx, tenant_id=number.tenant_id, due_at={campaigns: now}, now=now)

    assert [one.message_id for one in await claim(worker, number)] == [reply]


@pytest.mark.parametrize("seed", range(3))
async def test_nobody_is_forgotten_whatever_is_put_back_and_however_urgent_it_is(
    owner: Owner, web: Pool, worker: Pool, apply: Pool, number: Number, seed: int
) -> None:
    chance = Random(seed)  # noqa: S311 - reproducible on purpose
    turns = Turns(apply, worker)
    thread = await insert_conversation(owner, number)
    asked: set[UUID] = set()
    went: set[UUID] = set()

    async with asyncio.timeout(30):
        for step in range(200):
            if step < 100 and chance.random() < 0.3:
                asked.update(await queue_texts(web, number, [thread], priority=chance.choice((0, 10, 20))))
            claimed = await claim(worker, number, most=2)
            if chance.random() < 0.4:
                asked.update(await queue_texts(web, number, [thread], priority=chance.choice((0, 10, 20))))
                claimed += await claim(worker, number, most=2)
            for one in claimed:
                if chance.random() < 0.6 and step < 150:
                    back = PutBack(
                        message_id=one.message_id,
                        pause=timedelta(milliseconds=chance.choice((0, 1, 5, 20))),
                        counted=False,
                        holds=chance.random() < 0.5,
                    )
                    async with worker.transaction(number.tenant_id) as tx:
                        await store.put_back(tx, tenant_id=number.tenant_id, rows=[back])
                else:
                    went.add(one.message_id)
                    await drop(worker, number, [one.message_id])
            if step % 10 == 0:
                assert await turns.give_what_is_owed() == 0, "everybody in it has their turn coming"
            # What was asked for long ago holds nobody up when it is put back.
            await owner.execute(
                "UPDATE outbox SET created_at = now() - interval '1 hour' WHERE position % 2 = 0"
            )
        while went != asked:
            await asyncio.sleep(0.01)
            for one in await claim(worker, number):
                went.add(one.message_id)
                await drop(worker, number, [one.message_id])

    assert await owner.fetchval("SELECT count(*) FROM outbox") == 0


async def test_who_waited_for_a_turn_that_never_came_goes_in_order_after_the_migration(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    thread, other = [await insert_conversation(owner, number, wa_id=f"3460000000{n}") for n in range(2)]
    first, second = await queue_texts(web, number, [thread, thread])
    await owner.execute("UPDATE outbox SET waits = 'turn'")
    ahead, follower = await queue_texts(web, number, [other, other])
    assert [one.message_id for one in await claim(worker, number)] == [ahead]

    await migrate_as_a_plain_owner(owner, "0126_turns_that_never_came", "outbox")

    assert [one.message_id for one in await claim(worker, number)] == [first]
    await drop(worker, number, [first, ahead])
    assert {one.message_id for one in await claim(worker, number)} == {second, follower}


async def test_who_an_older_worker_forgets_after_the_migration_is_given_their_turn_and_nobody_else(
    owner: Owner, web: Pool, worker: Pool, apply: Pool, number: Number
) -> None:
    other = await insert_number(owner)
    forgotten = [await insert_conversation(owner, number, wa_id=f"3460000000{n}") for n in range(3)]
    theirs = await insert_conversation(owner, other)
    orderly = await insert_conversation(owner, number, wa_id="34600000009")
    first = [(await queue_texts(web, number, [one, one]))[0] for one in forgotten]
    (strangers,) = await queue_texts(web, other, [theirs])
    await owner.execute("UPDATE outbox SET waits = 'turn'")
    ahead, _ = await queue_texts(web, number, [orderly, orderly])
    turns = Turns(apply, worker, at_once=2)

    assert await turns.give_what_is_owed() == 4
    assert await turns.give_what_is_owed() == 0

    assert {one.message_id for one in await claim(worker, number)} == {*first, ahead}
    assert [one.message_id for one in await claim(worker, other)] == [strangers]


async def test_a_reply_forgotten_behind_what_waits_for_the_morning_goes_at_once(
    owner: Owner, web: Pool, worker: Pool, apply: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    (campaigns,) = await queue_texts(web, number, [thread], priority=20)
    (reply,) = await queue_texts(web, number, [thread])
    await owner.execute(
        """UPDATE outbox SET waits = CASE WHEN message_id = $1 THEN 'time' ELSE 'turn' END::outbox_wait,
                             available_at = now() + interval '8 hours' * (message_id = $1)::integer""",
        campaigns,
    )

    assert await Turns(apply, worker).give_what_is_owed() == 1

    assert [one.message_id for one in await claim(worker, number)] == [reply]


async def test_a_round_over_the_queue_costs_what_waits_for_turns_and_no_more(
    owner: Owner, apply: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    await put(owner, MANY, number, 20_000, 0)
    await put(owner, TO_ONE, number, thread, 1_000)
    await owner.execute("UPDATE outbox SET waits = 'turn' WHERE conversation_id = $1", thread)
    await owner.execute("ANALYZE")
    arguments = {"after_tenant": UUID(int=0), "after_conversation": UUID(int=0), "most": 1_000}

    async with apply.transaction() as tx:
        values = [arguments[name] for name in turns_of._FIRST_TO_WAIT.names]
        told = await tx.connection.fetchval(
            f"EXPLAIN (ANALYZE, FORMAT JSON) {turns_of._FIRST_TO_WAIT.numbered}", *values
        )

    assert most_rows(told) <= 1_000


async def test_who_is_told_to_wait_for_a_message_that_is_just_leaving_is_not_forgotten(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    (leaving,) = await queue_texts(web, number, [thread])
    await claim(worker, number)
    (follower,) = await queue_texts(web, number, [thread])

    async with worker.transaction(number.tenant_id) as tx:
        nobody = await store.claim(
            tx, tenant_id=number.tenant_id, connection_id=number.connection_id, most=5, lease=LEASE
        )
        left = asyncio.ensure_future(drop(worker, number, [leaving]))
        await asyncio.sleep(0.2)
    await left

    assert nobody == []
    assert [one.message_id for one in await claim(worker, number)] == [follower]


async def test_what_a_vanished_sender_left_behind_lets_its_followers_go(
    owner: Owner, web: Pool, worker: Pool, apply: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    _, follower = await queue_texts(web, number, [thread, thread])
    assert len(await claim(worker, number)) == 1
    await owner.execute(
        "UPDATE outbox SET lease_expires_at = now() - interval '1 second' WHERE lease_expires_at IS NOT NULL"
    )

    async with apply.transaction() as tx:
        gone = await store.expired(tx)
    async with worker.transaction(number.tenant_id) as tx:
        assert await store.drop_expired(tx, tenant_id=number.tenant_id, rows=gone) == 1

    assert [one.message_id for one in await claim(worker, number)] == [follower]


async def test_a_claim_that_is_undone_leaves_no_trace_but_the_moment_to_wait_for(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    elsewhere = await insert_conversation(owner, number, wa_id="34600000002")
    first, _, other = await queue_texts(web, number, [thread, thread, elsewhere])
    ahead = utc_now() + timedelta(days=366)  # the clock of who asks is wrong

    async with worker.transaction(number.tenant_id) as tx:
        await store.claim(
            tx, tenant_id=number.tenant_id, connection_id=number.connection_id, most=5, lease=LEASE
        )
        await store.unclaim(
            tx, tenant_id=number.tenant_id, due_at={first: ahead + timedelta(hours=1)}, now=ahead
        )

    assert await claim(worker, number) == [], "its person's other messages wait with it"
    row = await owner.fetchrow(
        """SELECT attempt, refusals, lease_expires_at, trying_since, available_at - now() BETWEEN '59 minutes' AND '1 hour'
             FROM outbox WHERE message_id = $1""",
        first,
    )
    assert tuple(row or ()) == (0, 0, None, None, True)
    leased = "SELECT attempt, lease_expires_at > now() FROM outbox WHERE message_id = $1"
    assert tuple(await owner.fetchrow(leased, other) or ()) == (1, True), "another's is still under way"


async def test_a_claim_undone_after_the_provider_said_later_leaves_it_tried_since_the_first_time(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    await queue_texts(web, number, [await insert_conversation(owner, number)])
    (first,) = await claim(worker, number)
    await put_back(worker, number, first, pause=timedelta(milliseconds=1), counted=True)
    await asyncio.sleep(0.05)

    async with worker.transaction(number.tenant_id) as tx:
        await store.claim(
            tx, tenant_id=number.tenant_id, connection_id=number.connection_id, most=5, lease=LEASE
        )
        await store.unclaim(
            tx, tenant_id=number.tenant_id, due_at={first.message_id: utc_now()}, now=utc_now()
        )

    (again,) = await claim(worker, number)
    assert (again.attempt, again.refusals, again.trying_since) == (2, 1, first.trying_since)


async def test_only_what_is_urgent_enough_goes_while_the_rest_is_held(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    threads = [await insert_conversation(owner, number, wa_id=f"3460000000{n}") for n in range(3)]
    for thread, priority in zip(threads, (20, 10, 0), strict=True):
        await queue_texts(web, number, [thread], priority=priority)

    assert [one.priority for one in await claim(worker, number, below=10)] == [0]
    assert [one.priority for one in await claim(worker, number)] == [10, 20]


# --- what looking costs


async def test_a_claim_costs_what_it_takes_however_much_waits(
    owner: Owner, worker: Pool, number: Number
) -> None:
    other = await insert_number(owner)
    await put(owner, MANY, other, 5_000, 0)
    await put(owner, MANY, number, 20_000, 20)
    await owner.execute("ANALYZE")

    assert await rows_touched(worker, number) <= 3 * A_CLAIM
    assert len(await claim(worker, number)) == A_CLAIM
    assert await rows_touched(worker, number) <= 4 * A_CLAIM, "those under way are stepped over"


async def test_ten_thousand_messages_to_one_person_hold_nobody_else_up(
    owner: Owner, worker: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    await put(owner, TO_ONE, number, thread, 10_000)
    await put(owner, MANY, number, 100, 0)
    await owner.execute("ANALYZE")

    claims = [await claim(worker, number) for _ in range(7)]

    assert sum(len(batch) for batch in claims) == 101
    assert await rows_touched(worker, number) <= 3 * A_CLAIM, "nobody looks twice at who waits for a turn"
    first = claims[0][0]
    assert first.conversation_id == thread
    await drop(worker, number, [first.message_id])
    (second,) = await claim(worker, number)
    assert (second.conversation_id, second.position > first.position) == (thread, True)


async def test_a_thousand_that_wait_for_their_time_cost_nothing_until_it_comes(
    owner: Owner, worker: Pool, number: Number
) -> None:
    await put(owner, MANY, number, 5_000, 0)
    await owner.execute("ANALYZE")
    taken = [one.message_id for _ in range(20) for one in await claim(worker, number)]
    async with worker.transaction(number.tenant_id) as tx:
        rows = [PutBack(message_id=one, pause=timedelta(hours=1), counted=True) for one in taken]
        await store.put_back(tx, tenant_id=number.tenant_id, rows=rows)

    assert await rows_touched(worker, number) <= 3 * A_CLAIM
    await owner.execute("UPDATE outbox SET available_at = now() WHERE waits = 'time'")
    again = await claim(worker, number, most=1)
    assert again[0].message_id == taken[0], "and then the oldest goes first again"


async def rows_touched(worker: Pool, number: Number) -> float:
    """Return the most rows that a step of a claim really touches; nothing stays claimed."""
    arguments = {
        "tenant_id": number.tenant_id,
        "connection_id": number.connection_id,
        "most": A_CLAIM,
        "look": A_CLAIM,
        "lease": LEASE,
        "below": store.EVERYTHING,
        "campaigns": "{}",
        "to_many": store.NOTIFICATION,
    }
    names = store._CLAIM.names
    casts = {
        "lease": "interval",
        "tenant_id": "uuid",
        "connection_id": "uuid",
        "below": "integer",
        "to_many": "integer",
        "campaigns": "uuid[]",
    }
    types = ", ".join(casts.get(name, "bigint") for name in names)
    values = ", ".join(f"'{arguments[name]}'" for name in names)

    async with worker.transaction(number.tenant_id) as tx:
        await tx.savepoint()
        await tx.connection.execute(f"PREPARE looked_at ({types}) AS {store._CLAIM.numbered}")
        told = await tx.connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE looked_at ({values})")
        await tx.connection.execute("DEALLOCATE looked_at")
        await tx.rollback_to()
    return most_rows(told)


def most_rows(told: str) -> float:
    """Return the most rows that a step of what was explained really touches."""
    todo, most = [json.loads(told)[0]["Plan"]], 0.0
    while todo:
        step = todo.pop()
        todo += step.pop("Plans", [])
        assert not (step["Node Type"] == "Seq Scan" and step["Relation Name"] == "outbox"), step
        rows = step["Actual Rows"] + step.get("Rows Removed by Filter", 0)
        most = max(most, rows * step["Actual Loops"])
    return most
