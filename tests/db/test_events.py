"""The event log: who follows it by cursor is told everything once, in one order, whatever commits when."""

import asyncio
import random  # noqa: TID251 - a seeded one, for timings that repeat
from contextlib import suppress
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from bed.locks import waiting_for_a_lock
from bed.postgres import database
from bed.rows import insert_tenant
from curbe.domain.errors import CursorExpired
from curbe.infra.db import Pool, Transaction
from curbe.realtime.broadcast import Broadcast, Channel
from curbe.realtime.rules import Cursor, EventType
from curbe.realtime.service import Event, EventPage, append, latest, read
from curbe.realtime.sharing import SharedReads

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection


def event(tenant: UUID, number: int = 0) -> Event:
    return Event(tenant_id=tenant, type=EventType.MESSAGE_SENT, data=f'{{"number": {number}}}')


async def write(pool: Pool, tenant: UUID, *numbers: int) -> None:
    async with pool.transaction(tenant) as tx:
        await append(tx, [event(tenant, number) for number in numbers])


async def page(pool: Pool, tenant: UUID, *, after: Cursor | None, limit: int = 100) -> EventPage:
    async with pool.transaction(tenant) as tx:
        return await read(tx, tenant_id=tenant, after=after, limit=limit)


async def settled(pool: Pool, tenant: UUID, *, after: Cursor | None, limit: int = 100) -> EventPage:
    """The page, once nothing is held back: any transaction open on the server, a vacuum's even, may do that."""
    async with asyncio.timeout(10):
        while (found := await page(pool, tenant, after=after, limit=limit)).pending:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    return found


async def now(pool: Pool, tenant: UUID) -> Cursor:
    async with pool.transaction(tenant) as tx:
        return await latest(tx)


def numbers(found: EventPage) -> list[int]:
    return [int(logged.data.removeprefix('{"number": ').removesuffix("}")) for logged in found.events]


async def take_transaction_id(tx: Transaction) -> None:
    await tx.connection.execute("SELECT pg_current_xact_id()")


async def test_events_come_back_in_the_order_they_were_appended(web: Pool, tenant: UUID) -> None:
    await write(web, tenant, 3, 1, 2)
    await write(web, tenant, 5, 4)

    assert numbers(await settled(web, tenant, after=None)) == [3, 1, 2, 5, 4]


async def test_pages_join_without_gap_or_overlap(web: Pool, tenant: UUID) -> None:
    await write(web, tenant, *range(5))
    await write(web, tenant, *range(5, 7))

    told, cursor, more = [], None, True
    while more:
        found = await settled(web, tenant, after=cursor, limit=2)
        told += numbers(found)
        cursor, more = found.cursor, found.more

    assert told == list(range(7))


async def test_a_transaction_that_took_its_id_first_and_commits_last_is_not_skipped(
    web: Pool, tenant: UUID
) -> None:
    start = await now(web, tenant)
    async with web.transaction(tenant) as older:
        await take_transaction_id(older)
        await write(web, tenant, 1)  # a higher transaction id, a lower event id
        early = await page(web, tenant, after=start)
        await append(older, [event(tenant, 2)])

    late = await settled(web, tenant, after=early.cursor)

    assert (numbers(early), early.pending) == ([], True)
    assert (numbers(late), late.pending) == ([2, 1], False)


async def test_an_event_numbered_first_and_committed_last_is_not_skipped(web: Pool, tenant: UUID) -> None:
    start = await now(web, tenant)
    async with web.transaction(tenant) as older:
        await append(older, [event(tenant, 1)])
        await write(web, tenant, 2)
        early = await page(web, tenant, after=start)

    late = await settled(web, tenant, after=early.cursor)

    assert (numbers(early), early.pending) == ([], True)
    assert numbers(late) == [1, 2]


async def test_what_is_held_back_by_a_transaction_without_events_comes_when_that_ends(
    web: Pool, tenant: UUID
) -> None:
    other = web.transaction()
    async with other as elsewhere:
        await take_transaction_id(elsewhere)
        await write(web, tenant, 1)
        held = await page(web, tenant, after=None)

    freed = await settled(web, tenant, after=held.cursor)

    assert (numbers(held), held.pending) == ([], True)
    assert (numbers(freed), freed.pending) == ([1], False)


async def test_now_lies_before_everything_that_is_not_settled(web: Pool, tenant: UUID) -> None:
    async with web.transaction(tenant) as open_one:
        await append(open_one, [event(tenant, 1)])
        await write(web, tenant, 2)
        cursor = await now(web, tenant)

    assert numbers(await settled(web, tenant, after=cursor)) == [1, 2]


class _TakenBack(Exception):
    """Rolls a transaction back."""


async def test_readers_miss_nothing_and_see_nothing_twice_while_many_commit_in_any_order(
    web: Pool, tenant: UUID
) -> None:
    dice = random.Random(20261122)  # noqa: S311 - no secret depends on it
    committed: list[int] = []
    writers_left = 8

    async def write_some(first: int) -> None:
        nonlocal writers_left
        for number in range(first, first + 50, 2):
            keep = dice.random() < 0.85
            pauses = [dice.choice((0, 0, 0.001, 0.004)) for _ in range(3)]
            with suppress(_TakenBack):
                async with web.transaction(tenant) as tx:
                    if dice.random() < 0.5:
                        await take_transaction_id(tx)
                    for pause, told in zip(pauses, (number, number + 1), strict=False):
                        await asyncio.sleep(pause)
                        await append(tx, [event(tenant, told)])
                    await asyncio.sleep(pauses[-1])
                    if not keep:
                        raise _TakenBack
                committed.extend((number, number + 1))
        writers_left -= 1

    async def follow(limit: int) -> list[int]:
        told: list[int] = []
        cursor = await now(web, tenant)
        while True:
            last_round = writers_left == 0
            found = await page(web, tenant, after=cursor, limit=limit)
            told += numbers(found)
            cursor = found.cursor
            if last_round and not found.events and not found.pending:
                return told
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as tasks:
        readers = [tasks.create_task(follow(limit)) for limit in (1, 3, 100)]
        await asyncio.sleep(0.05)
        for first in range(8):
            tasks.create_task(write_some(first * 1000))

    everything = numbers(await settled(web, tenant, after=None, limit=10_000))
    assert sorted(everything) == sorted(committed)
    assert [reader.result() for reader in readers] == [everything] * 3


async def test_a_tenant_reads_only_its_own_events(web: Pool, owner: Owner, tenant: UUID) -> None:
    other = await insert_tenant(owner)
    await write(web, other, 1)

    async with web.transaction(tenant) as tx:
        mine = await read(tx, tenant_id=tenant, after=None, limit=10)
        theirs = await read(tx, tenant_id=other, after=None, limit=10)

    assert (mine.events, theirs.events) == ([], [])


async def test_the_applier_appends_for_several_tenants_at_once(apply: Pool, web: Pool, owner: Owner) -> None:
    tenants = [await insert_tenant(owner) for _ in range(3)]
    async with apply.transaction() as tx:
        await append(tx, [event(tenant, number) for number, tenant in enumerate(tenants)])

    assert [numbers(await settled(web, tenant, after=None)) for tenant in tenants] == [[0], [1], [2]]


async def test_a_cursor_from_before_a_restore_is_refused_and_told_where_to_go_on(
    web: Pool, owner: Owner, tenant: UUID
) -> None:
    cursor = await now(web, tenant)
    await owner.execute("UPDATE log_epoch SET epoch = epoch + 1")

    with pytest.raises(CursorExpired) as refused:
        await page(web, tenant, after=cursor)

    assert refused.value.extra == {"latest": str(await now(web, tenant))}


async def test_a_cursor_ahead_of_the_database_is_refused_as_it_would_stay_silent(
    web: Pool, tenant: UUID
) -> None:
    ahead = await now(web, tenant)

    with pytest.raises(CursorExpired):
        await page(web, tenant, after=Cursor(epoch=ahead.epoch, xid=ahead.xid + 1000, id=0))


async def test_a_reader_whose_next_events_are_deleted_while_it_reads_is_told_that_it_missed_something(
    web: Pool, owner: Owner, tenant: UUID
) -> None:
    await write(web, tenant, 0)
    first = (await settled(web, tenant, after=None)).cursor
    await write(web, tenant, 1)
    second = (await settled(web, tenant, after=first)).cursor
    await write(web, tenant, 2)
    await settled(web, tenant, after=second)

    # As retention does, between the reader's look at where the log begins and its reading.
    async with owner.transaction():
        await owner.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        reading = asyncio.ensure_future(page(web, tenant, after=first))
        await waiting_for_a_lock(owner)
        await owner.execute(
            "DELETE FROM events WHERE tenant_id = $1 AND (xid, id) <= ($2, $3)", tenant, second.xid, second.id
        )
        await owner.execute(
            "INSERT INTO event_log_starts (tenant_id, epoch, xid, id) VALUES ($1, $2, $3, $4)",
            tenant,
            second.epoch,
            second.xid,
            second.id,
        )

    with pytest.raises(CursorExpired):
        await reading


async def test_a_commit_wakes_the_readers_of_its_tenant_and_nobody_else(
    web: Pool, owner: Owner, tenant: UUID
) -> None:
    other = await insert_tenant(owner)
    async with listening(web) as broadcast:
        with (
            broadcast.subscribe(Channel.EVENTS, tenant) as mine,
            broadcast.subscribe(Channel.EVENTS, other) as theirs,
        ):
            await write(web, tenant, 1)

            assert await mine.wait(at_most=timedelta(seconds=5))
            assert not await theirs.wait(at_most=timedelta(milliseconds=100))


async def test_a_batch_of_more_tenants_than_a_notification_names_wakes_them_all(
    web: Pool, apply: Pool, owner: Owner
) -> None:
    tenants = [await insert_tenant(owner) for _ in range(300)]
    async with listening(web) as broadcast:
        with broadcast.subscribe(Channel.EVENTS, tenants[0]) as first:
            async with apply.transaction() as tx:
                await append(tx, [event(tenant) for tenant in tenants])

            assert await first.wait(at_most=timedelta(seconds=5))


async def test_wake_ups_while_the_reader_is_busy_are_one(web: Pool, tenant: UUID) -> None:
    async with listening(web) as broadcast:
        with broadcast.subscribe(Channel.EVENTS, tenant) as wakeups:
            for number in range(5):
                await write(web, tenant, number)
            await asyncio.sleep(0.2)

            assert await wakeups.wait(at_most=timedelta(seconds=1))
            assert not await wakeups.wait(at_most=timedelta(milliseconds=100))


async def test_when_the_listener_loses_its_connection_everybody_is_woken_once_it_is_back(
    web: Pool, owner: Owner, tenant: UUID
) -> None:
    async with listening(web) as broadcast:
        with broadcast.subscribe(Channel.EVENTS, tenant) as wakeups:
            await owner.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

            assert await wakeups.wait(at_most=timedelta(seconds=10))
            await write(web, tenant, 1)
            assert await wakeups.wait(at_most=timedelta(seconds=10))


async def test_readers_at_one_place_share_a_read(web: Pool, tenant: UUID) -> None:
    await write(web, tenant, *range(3))
    await settled(web, tenant, after=None)
    start = Cursor(epoch=1, xid=0, id=0)
    reads = SharedReads(web)

    found = await asyncio.gather(*(reads.page(tenant, after=start, generation=1) for _ in range(50)))

    assert numbers(found[0].page) == [0, 1, 2]
    assert len({id(one) for one in found}) == 1


async def test_a_read_shared_by_others_survives_the_reader_who_began_it(web: Pool, tenant: UUID) -> None:
    await write(web, tenant, 7)
    await settled(web, tenant, after=None)
    start = Cursor(epoch=1, xid=0, id=0)
    reads = SharedReads(web)

    async with asyncio.TaskGroup() as tasks:
        first = tasks.create_task(reads.page(tenant, after=start, generation=1))
        others = [tasks.create_task(reads.page(tenant, after=start, generation=1)) for _ in range(3)]
        await asyncio.sleep(0)
        first.cancel()

    assert [numbers(other.result().page) for other in others] == [[7]] * 3


async def test_a_reader_woken_later_never_gets_a_page_read_before(
    web: Pool, owner: Owner, tenant: UUID
) -> None:
    """The first read is held up after it looked; what is written meanwhile must reach who was woken by it."""
    start = Cursor(epoch=1, xid=0, id=0)
    reads = SharedReads(web)
    async with owner.transaction():
        await owner.execute("LOCK TABLE events IN ACCESS EXCLUSIVE MODE")
        early = asyncio.ensure_future(reads.page(tenant, after=start, generation=1))
        late = asyncio.ensure_future(reads.page(tenant, after=start, generation=2))
        await asyncio.sleep(0.1)

    assert (await early) is not (await late)


class listening:  # noqa: N801 - reads as the verb it is
    """A broadcast that listens for the length of the block."""

    def __init__(self, pool: Pool) -> None:
        self._broadcast = Broadcast(pool)

    async def __aenter__(self) -> Broadcast:
        self._running = asyncio.ensure_future(self._broadcast.run())
        with self._broadcast.subscribe(Channel.EVENTS, uuid4()) as ready:
            assert await ready.wait(at_most=timedelta(seconds=10))
        return self._broadcast

    async def __aexit__(self, *failure: object) -> None:
        self._running.cancel()
        await asyncio.gather(self._running, return_exceptions=True)


async def test_a_database_that_lets_nobody_in_for_a_while_is_listened_to_again(
    web: Pool, owner: Owner, dsn: str
) -> None:
    """As whoever restores one shuts it: what it answers then is a refusal, and not silence."""
    elsewhere = await asyncpg.connect(database(dsn, "postgres"))
    name = await owner.fetchval("SELECT current_database()")
    async with listening(web) as broadcast:
        with broadcast.subscribe(Channel.EVENTS, uuid4()) as wakeups:
            await elsewhere.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
            await owner.execute(
                """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE application_name = 'curbe app_web' AND datname = current_database()"""
            )
            refused = await wakeups.wait(at_most=timedelta(seconds=3))
            await elsewhere.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")

            assert await wakeups.wait(at_most=timedelta(seconds=30)), "it listens again"
            assert not refused
    await elsewhere.close()
