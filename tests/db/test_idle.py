"""Where nothing happens, next to nothing is done; what happens then is seen as soon as ever."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import pytest

from bed.appliers import applier
from bed.rows import NOW, Number
from bed.webhooks import body, change, deliver, text
from curbe.infra import jobs
from curbe.infra.db import Pool
from curbe.infra.jobs import Job, NewJob, Runner
from curbe.infra.lookout import Lookout
from curbe.infra.metrics import Metrics
from curbe.ingest.bell import Bell, Ringing
from curbe.ingest.commit import GroupCommitter

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
_APPLIED = "SELECT count(*) FROM messages WHERE provider_message_id = $1"


async def taken_by(owner: Owner) -> list[int]:
    """Return by which transactions the lanes of the log were taken last."""
    rows = await owner.fetch("SELECT xmax::text::bigint AS xid FROM apply_lanes ORDER BY lane")
    return [row["xid"] for row in rows]


async def test_a_log_into_which_nothing_comes_is_looked_at_and_not_written_to(
    owner: Owner, apply: Pool, number: Number
) -> None:
    lane = applier(apply)
    assert await lane.apply_once(0) == 0
    before = await taken_by(owner)

    assert [await lane.apply_once(0) for _ in range(3)] == [0, 0, 0]

    assert await taken_by(owner) == before, "each time would be a sync of the disk"
    await deliver(owner, body(change(number, messages=[text("wamid.1", at=NOW)])))
    assert await lane.apply_once(0) == 1


async def test_who_applies_hears_of_what_is_committed_and_looks_seldom_only_while_it_would(
    apply: Pool, intake: Pool
) -> None:
    bell, ringing, stop = Bell(apply), Ringing(intake), asyncio.Event()
    committer = GroupCommitter(intake, metrics=Metrics(), ring=ringing.ring)
    often = bell.longest(empty=True)
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        tasks.create_task(bell.run(stop))
        telling = tasks.create_task(ringing.run())
        tasks.create_task(committer.run())
        assert await bell.wait(since=0, at_most=20), "for what came while nobody listened"
        heard = bell.rings
        assert not await bell.wait(since=heard, at_most=0.05)
        await committer.store("1", b"{}")

        assert await bell.wait(since=heard, at_most=20)
        assert bell.longest(empty=True) > bell.longest(empty=False) == often
        telling.cancel()
        committer.stop()
        stop.set()
    assert bell.longest(empty=True) == often


async def test_a_webhook_that_comes_after_a_quiet_time_is_applied_though_nobody_looks_often(
    owner: Owner, apply: Pool, intake: Pool, number: Number
) -> None:
    bell, ringing, stop = Bell(apply), Ringing(intake), asyncio.Event()
    committer = GroupCommitter(intake, metrics=Metrics(), ring=ringing.ring)
    async with asyncio.timeout(60), asyncio.TaskGroup() as tasks:
        telling = tasks.create_task(ringing.run())
        for work in (bell.run(stop), committer.run(), applier(apply).run(0, stop, bell)):
            tasks.create_task(work)
        for wamid in ("wamid.1", "wamid.2"):
            await asyncio.sleep(1.5)
            message = body(change(number, messages=[text(wamid, at=NOW)]))
            await committer.store(number.meta_app_id, message)
            while not await owner.fetchval(_APPLIED, wamid):
                await bell.wait(since=bell.rings, at_most=0.02)
        telling.cancel()
        committer.stop()
        stop.set()


async def test_whoever_works_on_jobs_is_woken_for_them_and_looks_for_none_meanwhile(
    apply: Pool, worker: Pool, number: Number
) -> None:
    done: list[tuple[str, UUID]] = []
    news = asyncio.Event()

    async def finish(job: Job) -> None:
        async with worker.transaction(job.tenant_id) as tx:
            await jobs.finish(tx, job)
        done.append((job.kind, job.subject))
        news.set()

    kinds = ("a.deed", "b.deed")
    runners = [
        Runner(everybody=apply, pool=worker, handlers={kind: finish}, at_once=1, lease=timedelta(minutes=1))
        for kind in kinds
    ]
    wanted = [(kind, uuid4()) for kind in kinds for _ in range(3)]
    stop = asyncio.Event()
    async with asyncio.timeout(30), asyncio.TaskGroup() as tasks:
        for runner in runners:
            tasks.create_task(runner.run(stop, watched=True))
        tasks.create_task(Lookout(apply, runners).run(stop))
        await asyncio.sleep(0.2)
        for some in (wanted[:4], wanted[4:]):
            async with worker.transaction(number.tenant_id) as tx:
                await jobs.defer(tx, [NewJob(number.tenant_id, kind, subject) for kind, subject in some])
            while not set(some) <= set(done):
                await news.wait()
                news.clear()
        stop.set()

    assert sorted(done) == sorted(wanted)
