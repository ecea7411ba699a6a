"""The worker's jobs as they are shared out: what asks others may hang, and what happens by itself happens all the same."""

import asyncio

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from bed.appliers import drain
from bed.rows import Number, insert_tenant
from bed.webhooks import body, change, deliver, text
from curbe.auth.links import INVITE_MAIL
from curbe.connections.service import CATCH_UP
from curbe.consent import service
from curbe.consent.gate import Consent
from curbe.consent.rules import ConsentRules, Said
from curbe.infra import jobs
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.jobs import Job, NewJob
from curbe.media.service import FETCH
from curbe.templates.sync import SYNC
from curbe.worker import runners_of

pytestmark = pytest.mark.anyio


async def hangs(_: Job) -> None:
    await asyncio.Event().wait()


async def test_whoever_says_stop_is_answered_while_every_file_and_every_question_to_meta_hangs(
    owner: asyncpg.Connection, apply: Pool, worker: Pool, web: Pool, number: Number
) -> None:
    rules = ConsentRules(keywords=[Said(words=["BAJA"], state=Consent.OUT, answer="Hecho.")])
    async with web.transaction(number.tenant_id) as tx:
        await service.save_rules(tx, rules, tenant_id=number.tenant_id, actor="user:1")
        await jobs.defer(
            tx, [NewJob(number.tenant_id, kind, uuid7()) for kind in (FETCH, SYNC) for _ in range(20)]
        )
    runners = runners_of(apply, worker, files={FETCH: hangs}, asking={SYNC: hangs}, mail={}, alone=[])
    running = [asyncio.ensure_future(runner.run(asyncio.Event())) for runner in runners]
    try:
        await until(owner, "SELECT count(DISTINCT kind) = 2 FROM jobs WHERE attempt > 0")
        await deliver(owner, body(change(number, messages=[text("wamid.1", body="baja", at=utc_now())])))
        await drain(apply)
        await until(owner, "SELECT count(*) = 1 FROM messages WHERE text = 'Hecho.'")
    finally:
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def test_mail_goes_out_while_every_question_to_meta_hangs(
    owner: asyncpg.Connection, apply: Pool, worker: Pool, web: Pool, number: Number
) -> None:
    async def mailed(job: Job) -> None:
        async with worker.transaction(job.tenant_id) as tx:
            await jobs.finish(tx, job)

    asked = [NewJob(number.tenant_id, SYNC, uuid7()) for _ in range(20)]
    async with web.transaction(number.tenant_id) as tx:
        await jobs.defer(tx, asked)
    runners = runners_of(apply, worker, files={}, asking={SYNC: hangs}, mail={INVITE_MAIL: mailed}, alone=[])
    running = [asyncio.ensure_future(runner.run(asyncio.Event())) for runner in runners]
    try:
        await until(owner, "SELECT count(*) > 0 FROM jobs WHERE attempt > 0")
        async with web.transaction(number.tenant_id) as tx:
            await jobs.defer(tx, [NewJob(number.tenant_id, INVITE_MAIL, uuid7())])
        await until(owner, "SELECT count(*) = 20 FROM jobs")
    finally:
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def test_whoever_catches_up_for_hours_keeps_nobody_from_what_asks_meta(
    owner: asyncpg.Connection, apply: Pool, worker: Pool
) -> None:
    for tenant_id in [await insert_tenant(owner) for _ in range(4)]:
        async with worker.transaction(tenant_id) as tx:
            await jobs.defer(tx, [NewJob(tenant_id, CATCH_UP, uuid7()) for _ in range(4)])
    other = await insert_tenant(owner)
    done = asyncio.Event()

    async def asks(_: Job) -> None:
        done.set()

    runners = runners_of(apply, worker, files={}, asking={SYNC: asks}, mail={}, alone=[{CATCH_UP: hangs}])
    running = [asyncio.ensure_future(runner.run(asyncio.Event())) for runner in runners]
    try:
        await until(owner, "SELECT count(*) = 1 FROM jobs WHERE attempt > 0")
        async with worker.transaction(other) as tx:
            await jobs.defer(tx, [NewJob(other, SYNC, uuid7())])
        async with asyncio.timeout(20):
            await done.wait()
    finally:
        for one in running:
            one.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    assert await owner.fetchval("SELECT count(*) FROM jobs WHERE kind = $1 AND attempt > 0", CATCH_UP) == 1


async def until(owner: asyncpg.Connection, sql: str) -> None:
    async with asyncio.timeout(20):
        while not await owner.fetchval(sql):  # noqa: ASYNC110 - the database has no event for it
            await asyncio.sleep(0.05)
