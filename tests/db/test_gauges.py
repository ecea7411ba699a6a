"""What is counted across all tenants, for whoever watches at night and for the doctor."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from prometheus_client.parser import text_string_to_metric_families
from uuid_utils.compat import uuid7

from bed.rows import Number, insert_number, insert_sent
from curbe import gauges
from curbe.infra import jobs
from curbe.infra.db import Pool
from curbe.infra.metrics import Metrics
from curbe.operate import doctor
from curbe.operate.findings import WAITED, State
from curbe.operate.findings_of_jobs import jobs as judged
from curbe.operate.resealing import connection_facts

pytestmark = pytest.mark.anyio


async def read(metrics: Metrics, apply: Pool) -> dict[str, float]:
    """Refresh, and return what `/metrics` shows, by name and labels."""
    await gauges.refresh(metrics, apply)
    return {
        sample.name.removeprefix("curbe_")
        + "".join(f"|{value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(metrics.render()[0].decode())
        for sample in family.samples
    }


async def queue(owner: asyncpg.Connection, number: Number, *, since: timedelta) -> None:
    sent = await insert_sent(owner, number, phase="queued", attempt=0)
    await owner.execute(
        """INSERT INTO outbox (tenant_id, message_id, channel_connection_id, conversation_id, available_at)
           VALUES ($1, $2, $3, $4, now() - $5::interval)""",
        number.tenant_id, sent.id, number.connection_id, sent.conversation_id, since,
    )  # fmt: skip


async def ask(
    owner: asyncpg.Connection, tenant: UUID, kind: str, *, attempt: int, due: timedelta, error: str | None
) -> None:
    await owner.execute(
        """INSERT INTO jobs (tenant_id, kind, subject, attempt, available_at, last_error)
           VALUES ($1, $2, $3, $4, now() - $5::interval, $6)""",
        tenant, kind, uuid7(), attempt, due, error,
    )  # fmt: skip


async def test_the_doctor_hears_of_each_number_whether_it_is_registered(
    owner: asyncpg.Connection, apply: Pool, number: Number
) -> None:
    waiting = await insert_number(owner)
    await owner.execute(
        "UPDATE channel_connections SET metadata = metadata || '{\"unregistered\": true}' WHERE id = $1",
        waiting.connection_id,
    )

    async with apply.transaction() as tx:
        rows = await connection_facts(tx)

    assert {row.id: row.unregistered for row in rows} == {
        number.connection_id: False,
        waiting.connection_id: True,
    }


async def test_the_age_of_what_waits_is_that_of_what_might_go(
    owner: asyncpg.Connection, apply: Pool, number: Number
) -> None:
    paused, metrics = await insert_number(owner), Metrics()
    suspended = await insert_number(owner)
    await owner.execute(
        "UPDATE channel_connections SET pause_reason = 'x', paused_at = now() WHERE id = $1",
        paused.connection_id,
    )
    await owner.execute("UPDATE tenants SET suspended_at = now() WHERE id = $1", suspended.tenant_id)
    await queue(owner, number, since=timedelta(minutes=-5))
    await queue(owner, paused, since=timedelta(hours=3))
    await queue(owner, suspended, since=timedelta(hours=2))
    seen = await read(metrics, apply)
    assert (seen["outbox_queued"], seen["outbox_oldest_seconds"]) == (3, 0)

    await queue(owner, number, since=timedelta(minutes=10))

    assert 600 <= (await read(metrics, apply))["outbox_oldest_seconds"] < 700


async def test_numbers_that_may_not_send_are_counted_apart(
    owner: asyncpg.Connection, apply: Pool, number: Number
) -> None:
    metrics = Metrics()
    await insert_number(owner, status="error")
    await insert_number(owner, status="revoked")

    seen = await read(metrics, apply)

    assert (seen["connections|active"], seen["connections|paused"]) == (1, 1)
    await owner.execute(
        "UPDATE channel_connections SET pause_reason = 'x', paused_at = now() WHERE id = $1",
        number.connection_id,
    )
    assert (await read(metrics, apply))["connections|paused"] == 2


async def test_jobs_that_fail_again_and_again_are_told_and_forgotten_when_they_are_done(
    owner: asyncpg.Connection, apply: Pool, tenant: UUID
) -> None:
    metrics, later = Metrics(), timedelta(hours=-1)
    await ask(owner, tenant, "media.fetch", attempt=3, due=later, error="StorageFailed")
    await ask(owner, tenant, "media.fetch", attempt=2, due=later, error="StorageFailed")
    await ask(owner, tenant, "templates.sync", attempt=9, due=later, error=None)

    assert (await read(metrics, apply))["jobs_failing|media.fetch"] == 1
    async with apply.transaction() as tx:
        (found,) = judged(await jobs.backlog(tx))
    assert (found.state, "media.fetch" in found.sentence, "StorageFailed" in found.sentence) == (
        State.WARN,
        True,
        True,
    )

    await owner.execute("DELETE FROM jobs")

    assert (await read(metrics, apply)).get("jobs_failing|media.fetch", 0) == 0


async def test_jobs_that_nobody_takes_are_told_but_for_those_of_a_suspended_tenant(
    owner: asyncpg.Connection, apply: Pool, tenant: UUID
) -> None:
    metrics = Metrics()
    await ask(owner, tenant, "snooze.end", attempt=0, due=timedelta(minutes=6), error=None)

    assert 360 <= (await read(metrics, apply))["jobs_overdue_seconds"] < 460
    async with apply.transaction() as tx:
        (late,) = judged(await jobs.backlog(tx))
    assert late.state is State.WARN
    assert late.fix

    await owner.execute("UPDATE tenants SET suspended_at = now()")

    assert (await read(metrics, apply))["jobs_overdue_seconds"] == 0
    async with apply.transaction() as tx:
        assert [one.state for one in judged(await jobs.backlog(tx))] == [State.OK]


async def test_what_is_refused_where_it_waited_is_counted_and_told_by_its_reason(
    owner: asyncpg.Connection, apply: Pool, number: Number
) -> None:
    for name, refusal in (("wamid.1", None), ("wamid.2", "CheckViolationError: a fault of tomorrow")):
        await owner.execute(
            """INSERT INTO parked_statuses (tenant_id, channel_connection_id, provider_message_id, status, at, refused_at, refusal)
               VALUES ($1, $2, $3, 'sent', now(), CASE WHEN $4::text IS NOT NULL THEN now() END, $4)""",
            number.tenant_id, number.connection_id, name, refusal,
        )  # fmt: skip

    assert (await read(Metrics(), apply))["parked_refused"] == 1
    async with apply.transaction() as tx:
        told = await doctor._QUARANTINE.all(tx)
    assert [(one.kind, one.reason, one.count) for one in told] == [(WAITED, "CheckViolationError", 1)]
