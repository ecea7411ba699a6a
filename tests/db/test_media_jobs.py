"""Background jobs on a real PostgreSQL: as many as their causes, each at least once, nobody held up by a neighbour."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import Protocol
from uuid import UUID

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from bed.rows import insert_tenant
from curbe.infra import jobs
from curbe.infra.db import Pool
from curbe.infra.jobs import Job, LostLease, NewJob, Runner

pytestmark = pytest.mark.anyio


class Pools(Protocol):
    """The pools these tests need."""

    worker: Pool
    apply: Pool


KIND = "test.work"
LEASE = timedelta(seconds=30)


async def defer(pools: Pools, tenant_id: UUID, count: int = 1) -> list[UUID]:
    subjects = [uuid7() for _ in range(count)]
    async with pools.worker.transaction(tenant_id) as tx:
        await jobs.defer(tx, [NewJob(tenant_id, KIND, subject) for subject in subjects])
    return subjects


async def claim(
    pools: Pools, *, most: int = 10, lease: timedelta = LEASE, held: dict[UUID, int] | None = None
) -> list[Job]:
    async with pools.apply.transaction() as tx:
        return await jobs.claim(tx, kinds=[KIND], most=most, lease=lease, held=held)


async def finish(pools: Pools, job: Job) -> None:
    async with pools.worker.transaction(job.tenant_id) as tx:
        await jobs.finish(tx, job)


async def left(owner: asyncpg.Connection) -> int:
    return await owner.fetchval("SELECT count(*) FROM jobs")


async def test_a_job_exists_exactly_if_its_cause_does(pools: Pools, tenant: UUID) -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - the transaction must be left by the exception
        async with pools.worker.transaction(tenant) as tx:
            await jobs.defer(tx, [NewJob(tenant, KIND, uuid7())])
            raise ZeroDivisionError

    assert await claim(pools) == []


async def test_what_was_asked_for_twice_is_done_once(pools: Pools, tenant: UUID) -> None:
    job = NewJob(tenant, KIND, uuid7())
    for _ in range(2):
        async with pools.worker.transaction(tenant) as tx:
            await jobs.defer(tx, [job])

    assert [(found.subject, found.attempt) for found in await claim(pools)] == [(job.subject, 1)]


async def test_what_was_asked_for_again_while_somebody_did_it_is_done_once_more(
    pools: Pools, tenant: UUID, owner: asyncpg.Connection
) -> None:
    job = NewJob(tenant, KIND, uuid7())

    async def asked() -> None:
        async with pools.worker.transaction(tenant) as tx:
            await jobs.defer(tx, [job], again=True)

    for _ in range(2):
        await asked()
    [first] = await claim(pools)
    for _ in range(2):
        await asked()
    assert await claim(pools) == [], "nobody works on it beside the first"
    await finish(pools, first)

    [second] = await claim(pools)
    with pytest.raises(jobs.LostLease):
        await finish(pools, first)
    await finish(pools, second)
    assert await left(owner) == 0


async def test_a_job_is_held_by_one_worker_at_a_time(pools: Pools, tenant: UUID) -> None:
    subjects = await defer(pools, tenant, 40)

    claims = await asyncio.gather(*(claim(pools, most=20) for _ in range(4)))

    taken = [job.subject for claimed in claims for job in claimed]
    assert len(taken) == len(set(taken))
    for _ in range(4):  # what a skipped lock left over
        taken += [job.subject for job in await claim(pools, most=20)]
    assert sorted(taken) == sorted(subjects)


async def test_a_job_whose_worker_died_is_due_again_and_its_first_attempt_can_no_longer_end_it(
    pools: Pools, tenant: UUID, owner: asyncpg.Connection
) -> None:
    await defer(pools, tenant)
    [dead] = await claim(pools, lease=timedelta(0))
    [second] = await claim(pools)

    with pytest.raises(jobs.LostLease):
        await finish(pools, dead)

    assert (second.attempt, await left(owner)) == (2, 1)
    await finish(pools, second)
    assert await left(owner) == 0


async def test_a_job_that_is_going_on_is_nobody_elses_and_goes_on_where_it_was_if_its_worker_dies(
    pools: Pools, tenant: UUID
) -> None:
    await defer(pools, tenant)
    (first,) = await claim(pools, lease=timedelta(0))
    async with pools.worker.transaction(tenant) as tx:
        await jobs.hold_on(tx, first, lease=LEASE, reached=[7, 11])
    held = await claim(pools)
    async with pools.worker.transaction(tenant) as tx:
        await jobs.hold_on(tx, first, lease=timedelta(0), reached=[7, 12])

    (second,) = await claim(pools)

    assert (first.reached, held, second.reached) == (None, [], (7, 12))
    async with pools.worker.transaction(tenant) as tx:
        with pytest.raises(LostLease):
            await jobs.hold_on(tx, first, lease=LEASE, reached=[7, 13])


async def test_what_is_asked_for_anew_begins_at_the_beginning(pools: Pools, tenant: UUID) -> None:
    (subject,) = await defer(pools, tenant)
    (first,) = await claim(pools)
    async with pools.worker.transaction(tenant) as tx:
        await jobs.hold_on(tx, first, lease=LEASE, reached=[7, 11])
        await jobs.defer_anew(tx, [NewJob(tenant, KIND, subject)])

    (second,) = await claim(pools)

    assert second.reached is None


async def test_a_tenant_with_many_jobs_holds_up_no_other(
    pools: Pools, owner: asyncpg.Connection, tenant: UUID
) -> None:
    await defer(pools, tenant, 100)
    neighbours = [await insert_tenant(owner) for _ in range(3)]
    for neighbour in neighbours:
        await defer(pools, neighbour)

    claimed = await claim(pools, most=4)

    assert sorted(job.tenant_id for job in claimed) == sorted([tenant, *neighbours])


async def test_whoever_has_most_in_work_is_served_last_however_long_its_jobs_wait(
    pools: Pools, owner: asyncpg.Connection, tenant: UUID
) -> None:
    await defer(pools, tenant, 100)
    neighbour = await insert_tenant(owner)
    await defer(pools, neighbour)

    claimed = await claim(pools, most=1, held={tenant: 3})

    assert [job.tenant_id for job in claimed] == [neighbour]


async def test_a_tenant_whose_work_hangs_leaves_hands_for_the_others(
    pools: Pools, owner: asyncpg.Connection, tenant: UUID
) -> None:
    await defer(pools, tenant, 100)
    neighbour = await insert_tenant(owner)
    stop, hanging, done = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work(job: Job) -> None:
        if job.tenant_id == tenant:
            hanging.set()
            await stop.wait()
        await finish(pools, job)
        if job.tenant_id == neighbour:
            done.set()

    runner = Runner(
        everybody=pools.apply, pool=pools.worker, handlers={KIND: work}, at_once=4, lease=LEASE, share=3
    )
    running = asyncio.ensure_future(runner.run(stop))
    await hanging.wait()
    await defer(pools, neighbour)
    try:
        await asyncio.wait_for(done.wait(), 10)
        assert await owner.fetchval("SELECT count(*) FROM jobs WHERE attempt > 0") == 3
    finally:
        stop.set()
        await running


async def test_what_one_runner_works_on_is_found_past_any_number_of_jobs_of_other_kinds(
    pools: Pools, tenant: UUID
) -> None:
    async with pools.worker.transaction(tenant) as tx:
        await jobs.defer(tx, [NewJob(tenant, "test.other", uuid7()) for _ in range(50)])
    [mine] = await defer(pools, tenant)

    assert [job.subject for job in await claim(pools, most=1)] == [mine]


async def test_a_job_put_back_waits_out_its_pause(
    pools: Pools, tenant: UUID, owner: asyncpg.Connection
) -> None:
    await defer(pools, tenant)
    [job] = await claim(pools)

    async with pools.worker.transaction(tenant) as tx:
        await jobs.put_back(tx, job, after=timedelta(hours=1), error="not_now")

    assert await claim(pools) == []
    assert await owner.fetchval("SELECT last_error FROM jobs") == "not_now"


async def test_after_any_number_of_turns_that_went_well_a_failure_is_the_first(
    pools: Pools, tenant: UUID, owner: asyncpg.Connection
) -> None:
    await defer(pools, tenant)
    fails = False

    async def work(job: Job) -> None:
        if fails:
            raise ZeroDivisionError
        async with pools.worker.transaction(tenant) as tx:
            await jobs.put_back(tx, job, after=timedelta(0), error=None)

    runner = Runner(everybody=pools.apply, pool=pools.worker, handlers={KIND: work}, at_once=1, lease=LEASE)
    turns = [await runner.run_due() for _ in range(12)]
    fails = True
    assert await runner.run_due() == 1

    assert turns == [1] * 12
    soon = "SELECT attempt = 1 AND available_at < now() + interval '10 seconds' FROM jobs"
    assert await owner.fetchval(soon), "it waits as after its first attempt, not for an hour"


async def test_what_was_asked_for_again_while_it_went_well_fails_for_the_first_time(
    pools: Pools, tenant: UUID
) -> None:
    job = NewJob(tenant, KIND, uuid7())

    for _ in range(5):
        async with pools.worker.transaction(tenant) as tx:
            await jobs.defer(tx, [job], again=True)
        [claimed] = await claim(pools)
        async with pools.worker.transaction(tenant) as tx:
            await jobs.defer(tx, [job], again=True)
        await finish(pools, claimed)

    assert [again.attempt for again in await claim(pools)] == [1]


async def test_an_attempt_from_before_they_were_counted_anew_ends_nothing(
    pools: Pools, tenant: UUID, owner: asyncpg.Connection
) -> None:
    await defer(pools, tenant)
    [late] = await claim(pools, lease=timedelta(0))
    [second] = await claim(pools)
    async with pools.worker.transaction(tenant) as tx:
        await jobs.put_back(tx, second, after=timedelta(0), error=None)
    [anew] = await claim(pools)

    with pytest.raises(LostLease):
        await finish(pools, late)

    assert (late.attempt, anew.attempt, await left(owner)) == (1, 1, 1)


async def test_a_job_that_fails_in_an_unforeseen_way_comes_back_and_its_neighbours_are_done(
    pools: Pools, tenant: UUID, owner: asyncpg.Connection
) -> None:
    bad, *_ = await defer(pools, tenant, 5)
    done: list[UUID] = []

    async def work(job: Job) -> None:
        if job.subject == bad:
            raise ZeroDivisionError
        await finish(pools, job)
        done.append(job.subject)

    runner = Runner(everybody=pools.apply, pool=pools.worker, handlers={KIND: work}, at_once=5, lease=LEASE)
    assert await runner.run_due() == 5

    assert len(done) == 4
    row = await owner.fetchrow("SELECT subject, last_error, available_at > now() AS waits FROM jobs")
    assert tuple(row) == (bad, "ZeroDivisionError", True)


async def test_a_runner_told_to_stop_finishes_what_it_began(
    pools: Pools, tenant: UUID, owner: asyncpg.Connection
) -> None:
    await defer(pools, tenant, 3)
    stop, begun = asyncio.Event(), asyncio.Event()

    async def work(job: Job) -> None:
        begun.set()
        await asyncio.sleep(0.2)
        await finish(pools, job)

    runner = Runner(everybody=pools.apply, pool=pools.worker, handlers={KIND: work}, at_once=2, lease=LEASE)
    running = asyncio.ensure_future(runner.run(stop))
    await begun.wait()
    stop.set()
    await asyncio.wait_for(running, 5)

    assert await left(owner) == 1


async def test_what_a_worker_had_that_was_killed_is_taken_up_within_a_minute_and_later_each_time(
    pools: Pools, tenant: UUID, owner: asyncpg.Connection
) -> None:
    await defer(pools, tenant)
    taken = asyncio.Event()

    async def hang(_job: Job) -> None:
        taken.set()
        await asyncio.Event().wait()

    waits = []
    for _ in range(4):
        await owner.execute("UPDATE jobs SET available_at = now()")
        taken.clear()
        runner = Runner(
            everybody=pools.apply,
            pool=pools.worker,
            handlers={KIND: hang},
            at_once=1,
            lease=timedelta(minutes=15),
        )
        killed = asyncio.ensure_future(runner.run(asyncio.Event()))
        await asyncio.wait_for(taken.wait(), 10)
        killed.cancel()
        with suppress(asyncio.CancelledError):
            await killed
        left = await owner.fetchval("SELECT extract(epoch FROM available_at - now()) / 60 FROM jobs")
        waits.append(round(float(left)))

    assert waits == [1, 4, 15, 15]


async def test_what_is_worked_on_for_longer_than_its_lease_stays_with_who_works_on_it(
    pools: Pools, tenant: UUID, owner: asyncpg.Connection
) -> None:
    await defer(pools, tenant)
    stop = asyncio.Event()
    attempts: list[int] = []

    async def work(job: Job) -> None:
        attempts.append(job.attempt)
        await asyncio.sleep(1.5)
        await finish(pools, job)
        stop.set()

    runners = [
        Runner(
            everybody=pools.apply,
            pool=pools.worker,
            handlers={KIND: work},
            at_once=1,
            lease=LEASE,
            first_lease=timedelta(seconds=0.5),
        )
        for _ in range(2)
    ]
    await asyncio.wait_for(asyncio.gather(*(runner.run(stop) for runner in runners)), 20)

    assert (attempts, await left(owner)) == ([1], 0)


async def test_a_handler_that_hangs_keeps_its_job_no_longer_than_the_lease(
    pools: Pools, tenant: UUID, owner: asyncpg.Connection
) -> None:
    await defer(pools, tenant)
    stop, twice = asyncio.Event(), asyncio.Event()

    async def work(job: Job) -> None:
        if job.attempt == 1:
            await twice.wait()
            return
        await finish(pools, job)
        twice.set()
        stop.set()

    runner = Runner(
        everybody=pools.apply,
        pool=pools.worker,
        handlers={KIND: work},
        at_once=2,
        lease=timedelta(seconds=1),
        first_lease=timedelta(seconds=0.4),
    )
    await asyncio.wait_for(runner.run(stop), 20)

    assert await left(owner) == 0


async def test_what_was_put_back_waits_as_long_as_was_said_whatever_is_renewed_meanwhile(
    pools: Pools, tenant: UUID, owner: asyncpg.Connection
) -> None:
    await defer(pools, tenant)
    stop = asyncio.Event()

    async def work(job: Job) -> None:
        async with pools.worker.transaction(tenant) as tx:
            await jobs.put_back(tx, job, after=timedelta(hours=1), error="not_now")
        await asyncio.sleep(0.5)
        stop.set()

    runner = Runner(
        everybody=pools.apply,
        pool=pools.worker,
        handlers={KIND: work},
        at_once=1,
        lease=LEASE,
        first_lease=timedelta(seconds=0.4),
    )
    await asyncio.wait_for(runner.run(stop), 20)

    assert await owner.fetchval("SELECT available_at > now() + interval '59 minutes' FROM jobs")


async def test_what_a_worker_breaks_off_that_ends_is_anybodys_at_once(pools: Pools, tenant: UUID) -> None:
    [subject] = await defer(pools, tenant)
    begun = asyncio.Event()
    broken_off: list[Job] = []

    async def hang(job: Job) -> None:
        broken_off.append(job)
        begun.set()
        await asyncio.Event().wait()

    runner = Runner(everybody=pools.apply, pool=pools.worker, handlers={KIND: hang}, at_once=1, lease=LEASE)
    running = asyncio.ensure_future(runner.run(asyncio.Event()))
    await asyncio.wait_for(begun.wait(), 10)
    try:
        assert await claim(pools) == []
        await runner.let_go()
        [anew] = await claim(pools)
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running

    assert (anew.subject, anew.attempt) == (subject, 1)
    with pytest.raises(LostLease):
        await finish(pools, broken_off[0])
    await finish(pools, anew)


async def test_the_longer_a_job_fails_the_longer_it_waits_up_to_an_hour() -> None:
    pauses = [jobs.pause_after(attempt).total_seconds() for attempt in range(1, 9)]

    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (5, 3600)
