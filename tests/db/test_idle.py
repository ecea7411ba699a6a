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

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection


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
