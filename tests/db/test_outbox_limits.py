"""What governs sending, at rest: a portfolio's people of the day, what is held for a while, a pause that counts from its commit."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from bed.queueing import queue_texts
from bed.rows import Number, insert_conversation, insert_number
from curbe.connections import service as connections
from curbe.infra.db import Pool
from curbe.outbound import limits, store
from curbe.outbound.governor import CAMPAIGN, NOTIFICATION, REPLY, Room

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
LEASE = timedelta(seconds=60)
PORTFOLIO = "900000000000001"


async def queue(owner: Owner, web: Pool, number: Number, *, priority: int = REPLY) -> UUID:
    conversation_id = await insert_conversation(owner, number, wa_id=f"34{uuid4().int % 10**9:09}")
    (message_id,) = await queue_texts(web, number, [conversation_id], priority=priority)
    return message_id


# --- a portfolio's people of the day


async def make_room(
    worker: Pool, number: Number, people: list[UUID], *, limit: int, portfolio: str = PORTFOLIO
) -> tuple[Room, datetime | None]:
    async with worker.transaction(number.tenant_id) as tx:
        return await limits.make_room(
            tx, tenant_id=number.tenant_id, portfolio=portfolio, people=people, limit=limit
        )


async def test_a_portfolio_writes_to_as_many_people_as_it_may_and_to_those_again_as_often_as_it_likes(
    worker: Pool, number: Number
) -> None:
    people = [uuid4() for _ in range(5)]

    first, _ = await make_room(worker, number, people[:2], limit=3)
    second, _ = await make_room(worker, number, people, limit=3)
    again, _ = await make_room(worker, number, people[:3], limit=3)

    assert first.refused == frozenset()
    assert second.allowed == frozenset(people[:3])
    assert second.refused == frozenset(people[3:])
    assert again.refused == frozenset()


async def test_a_person_counts_for_a_day_from_the_last_time_they_were_written_to(
    owner: Owner, worker: Pool, number: Number
) -> None:
    early, late, new = (uuid4() for _ in range(3))
    await make_room(worker, number, [early, late], limit=2)
    await owner.execute("UPDATE portfolio_people SET at = at - interval '23 hours 59 minutes'")
    await make_room(worker, number, [late], limit=2)

    before, next_at = await make_room(worker, number, [new], limit=2)
    await owner.execute("UPDATE portfolio_people SET at = at - interval '2 minutes'")
    after, _ = await make_room(worker, number, [new], limit=2)

    assert before.refused == {new}
    assert next_at is not None
    assert timedelta(0) < next_at - await owner.fetchval("SELECT now()") < timedelta(minutes=1)
    assert after.allowed == {new}
    assert await owner.fetchval("SELECT people_count FROM portfolios") == 2


async def test_numbers_of_one_portfolio_share_its_limit_even_at_the_same_moment(
    owner: Owner, worker: Pool, number: Number
) -> None:
    batches = [[uuid4() for _ in range(7)] for _ in range(20)]

    rooms = await asyncio.gather(*(make_room(worker, number, batch, limit=50) for batch in batches))

    assert sum(len(room.allowed) for room, _ in rooms) == 50
    assert await owner.fetchval("SELECT people_count FROM portfolios") == 50


async def test_one_portfolios_people_are_not_anothers(worker: Pool, number: Number) -> None:
    await make_room(worker, number, [uuid4()], limit=1)

    room, _ = await make_room(worker, number, [uuid4()], limit=1, portfolio="900000000000002")

    assert room.refused == frozenset()


# --- holds


async def hold(worker: Pool, number: Number, *, whole_waba: bool, pause: timedelta = LEASE) -> None:
    async with worker.transaction(number.tenant_id) as tx:
        await limits.hold(
            tx,
            tenant_id=number.tenant_id,
            connection_id=number.connection_id,
            from_priority=NOTIFICATION,
            pause=pause,
            code=131048,
            whole_waba=whole_waba,
        )


async def held_from(worker: Pool, number: Number) -> int | None:
    async with worker.transaction(number.tenant_id) as tx:
        account = await store.sending_account(
            tx, tenant_id=number.tenant_id, connection_id=number.connection_id
        )
    assert account is not None
    return account.held_from


@pytest.mark.parametrize("whole_waba", [False, True])
async def test_a_hold_is_for_the_number_or_for_its_whole_waba(
    owner: Owner, worker: Pool, number: Number, *, whole_waba: bool
) -> None:
    sister = await insert_number(owner, number.tenant_id, waba_id=number.waba_id)
    stranger = await insert_number(owner, number.tenant_id)

    await hold(worker, number, whole_waba=whole_waba)

    assert await held_from(worker, number) == NOTIFICATION
    assert await held_from(worker, sister) == (NOTIFICATION if whole_waba else None)
    assert await held_from(worker, stranger) is None


async def test_a_hold_ends_by_itself_and_a_shorter_one_does_not_end_it_earlier(
    owner: Owner, worker: Pool, number: Number
) -> None:
    await hold(worker, number, whole_waba=False, pause=timedelta(hours=24))
    await hold(worker, number, whole_waba=False, pause=timedelta(hours=1))

    await owner.execute("UPDATE send_holds SET until = until - interval '23 hours'")
    assert await held_from(worker, number) == NOTIFICATION
    await owner.execute("UPDATE send_holds SET until = until - interval '1 hour'")
    assert await held_from(worker, number) is None


async def test_a_number_with_nothing_but_held_messages_is_left_alone_and_a_reply_wakes_it(
    owner: Owner, web: Pool, worker: Pool, apply: Pool, number: Number
) -> None:
    async def waiting() -> list[UUID]:
        async with apply.transaction() as tx:
            return [row.id for row in await store.waiting_connections(tx)]

    await queue(owner, web, number, priority=CAMPAIGN)
    assert await waiting() == [number.connection_id]
    await hold(worker, number, whole_waba=False)
    assert await waiting() == []
    await queue(owner, web, number, priority=REPLY)
    assert await waiting() == [number.connection_id]


# --- a pause counts from its commit


async def test_once_a_pause_is_committed_nothing_more_is_claimed_not_even_by_who_had_begun_to(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    message_id = await queue(owner, web, number)
    paused = asyncio.Event()

    async def pause() -> None:
        async with worker.transaction(number.tenant_id) as tx:
            await connections.pause(
                tx,
                tenant_id=number.tenant_id,
                connection_id=number.connection_id,
                reason="a person said so",
                refused_token=None,
            )
        paused.set()

    async with worker.transaction(number.tenant_id) as tx:
        await store.sending_account(tx, tenant_id=number.tenant_id, connection_id=number.connection_id)
        pausing = asyncio.ensure_future(pause())
        await asyncio.sleep(0.2)
        assert not paused.is_set(), "the pause waits for the claim that is under way"
        claims = await store.claim(
            tx, tenant_id=number.tenant_id, connection_id=number.connection_id, most=5, lease=LEASE
        )
    await pausing

    assert [one.message_id for one in claims] == [message_id]
    async with worker.transaction(number.tenant_id) as tx:
        account = await store.sending_account(
            tx, tenant_id=number.tenant_id, connection_id=number.connection_id
        )
    assert account is None


# --- what people owe


async def test_a_debt_is_kept_at_its_greatest_and_forgotten_when_it_is_paid(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    await queue(owner, web, number)
    (conversation_id,) = (await owner.fetchrow("SELECT id FROM conversations")) or ()
    now = await owner.fetchval("SELECT now()")

    async def keep(seconds: int) -> None:
        async with worker.transaction(number.tenant_id) as tx:
            paid_at = {conversation_id: now + timedelta(seconds=seconds)}
            await limits.keep_debts(tx, tenant_id=number.tenant_id, paid_at=paid_at, now=now)

    async def forget() -> None:
        async with worker.transaction(number.tenant_id) as tx:
            await limits.forget_debts(tx, tenant_id=number.tenant_id)

    await keep(100)
    await keep(50)
    await forget()
    async with worker.transaction(number.tenant_id) as tx:
        (claim,) = await store.claim(
            tx, tenant_id=number.tenant_id, connection_id=number.connection_id, most=5, lease=LEASE
        )
    assert claim.owes is not None
    assert timedelta(seconds=90) < claim.owes <= timedelta(seconds=100)
    await owner.execute("UPDATE pair_debts SET paid_at = now() - interval '1 second'")
    await forget()
    assert await owner.fetchval("SELECT count(*) FROM pair_debts") == 0


async def test_a_debt_that_a_clock_a_year_ahead_wrote_down_is_paid_when_it_says_by_the_right_one(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    await queue(owner, web, number)
    conversation_id = await owner.fetchval("SELECT id FROM conversations")
    ahead = await owner.fetchval("SELECT now() + interval '1 year'")

    async with worker.transaction(number.tenant_id) as tx:
        paid_at = {conversation_id: ahead + timedelta(seconds=20)}
        await limits.keep_debts(tx, tenant_id=number.tenant_id, paid_at=paid_at, now=ahead)

    assert await owner.fetchval("SELECT paid_at - now() FROM pair_debts") <= timedelta(seconds=20)
