"""Keeps the figures of past days: a day is counted once it is over, again whenever it changes, and a last time before its messages go.

Each day is stored in a transaction of its own, so a run may be interrupted anywhere and the next one goes on. Counting a day twice gives
the same figures.
"""

import time
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import structlog

from curbe.domain.ids import first_id
from curbe.infra import jobs
from curbe.infra.db import Id, Pool, Query, Transaction
from curbe.infra.jobs import Job, NewJob
from curbe.reports import counting, rules
from curbe.reports.counting import Stretch
from curbe.reports.rules import Counted
from curbe.tenants import service as tenants
from curbe.tenants.rules import Tenant

log: Final = structlog.get_logger(__name__)

COUNT: Final = "reports.count"  # the job that counts a tenant's days; its subject is the tenant
_PACKAGE: Final = "curbe.reports"
_EVERY: Final = timedelta(minutes=10)
_MOST_TENANTS: Final = 500
_TURN: Final = timedelta(seconds=10)  # after which other jobs get the worker
_NEXT_TURN: Final = timedelta(seconds=1)
_ZONES_APART: Final = timedelta(days=2)  # more than the difference between any two time zones


class _Moment(msgspec.Struct, frozen=True):
    at: datetime | None


class _Mark(msgspec.Struct, frozen=True):
    quarter: datetime


class _Number(msgspec.Struct, frozen=True):
    n: int


class _Day(msgspec.Struct, frozen=True):
    day: date


_TENANTS: Final = Query(_PACKAGE, "tenants_to_count", Id)
_NOTE_RUN: Final = Query(_PACKAGE, "note_run")
_FIRST: Final = Query(_PACKAGE, "first_message", _Moment)
_COUNTED: Final = Query(_PACKAGE, "days_counted", Counted)
_EVENTFUL: Final = Query(_PACKAGE, "eventful_days", _Day)
_SPREAD_MARKS: Final = Query(_PACKAGE, "spread_marks")
_MARKS: Final = Query(_PACKAGE, "marks", _Mark)
_MARKS_OF: Final = Query(_PACKAGE, "marks_of", _Number)
_TAKE_THESE: Final = Query(_PACKAGE, "take_these_marks")
_TAKE_MARKS: Final = Query(_PACKAGE, "take_marks")
_HOLD: Final = Query(_PACKAGE, "hold_day", _Day)
_CLOSE: Final = Query(_PACKAGE, "close_days")
_DROPS: Final = tuple(Query(_PACKAGE, name) for name in ("drop_messages", "drop_times", "drop_costs"))
_KEEPS: Final = tuple(Query(_PACKAGE, name) for name in ("keep_messages", "keep_times", "keep_costs"))


async def defer_due(pool: Pool, *, now: datetime) -> int:
    """Defer a job for each tenant whose days were not checked lately; return how many. ``pool``: connections with the batch role."""
    async with pool.transaction() as tx:
        found = await _TENANTS.all(tx, since=now - _EVERY, most=_MOST_TENANTS)
        await jobs.defer(tx, [NewJob(tenant.id, COUNT, tenant.id) for tenant in found])
    return len(found)


class Bookkeeper:
    """Handles ``reports.count``.

    Args:
        pool: connections with the worker role.
        now: returns the present moment.
        turn: how long one attempt works before other jobs get the worker.
    """

    def __init__(self, pool: Pool, *, now: Callable[[], datetime], turn: timedelta = _TURN) -> None:
        self._pool: Final = pool
        self._now: Final = now
        self._turn: Final = turn

    async def __call__(self, job: Job) -> None:
        """Count the days of one tenant that are due, the latest first, for one turn.

        Raises:
            LostLease: another attempt has taken over; counting twice does no harm.
        """
        began, now = time.monotonic(), self._now()
        tenant, days = await due_days(self._pool, tenant_id=job.tenant_id, now=now)
        left = len(days)
        for day in days:
            if time.monotonic() - began >= self._turn.total_seconds():
                break
            await count_day(self._pool, tenant=tenant, day=day, now=now)
            left -= 1
        if days:
            log.info("days_counted", tenant_id=str(tenant.id), days=len(days) - left, left=left)
        async with self._pool.transaction(tenant.id) as tx:
            if left:
                await jobs.put_back(tx, job, after=_NEXT_TURN, error=None)
            else:
                await _NOTE_RUN.run(tx, tenant_id=tenant.id, now=now)
                await jobs.finish(tx, job)


async def close(pool: Pool, *, tenant_id: UUID, before: datetime, now: datetime) -> None:
    """Count the days that began before ``before`` a last time, because their messages are about to be deleted."""
    tenant, days = await due_days(pool, tenant_id=tenant_id, now=now)
    last = rules.day_of(before - timedelta(microseconds=1), tenant.zone)
    for day in days:
        while day <= last and not await count_day(pool, tenant=tenant, day=day, now=now):
            pass  # again: another process counted it meanwhile, perhaps before the latest change
    async with pool.transaction(tenant_id) as tx:
        await _CLOSE.run(tx, tenant_id=tenant_id, last=last, now=now)


async def due_days(pool: Pool, *, tenant_id: UUID, now: datetime) -> tuple[Tenant, list[date]]:
    """Return the tenant and its days that are due, the latest first. Marks of days that will never be counted are deleted."""
    async with pool.transaction(tenant_id) as tx:
        tenant = await tenants.read(tx, tenant_id=tenant_id)
        zone, last = tenant.zone, rules.last_day_over(now, tenant.zone)
        first = await first_day(tx, tenant=tenant)
        if first is None or first > last:
            return tenant, []
        await _SPREAD_MARKS.run(tx, tenant_id=tenant_id)
        marked = {rules.day_of(mark.quarter, zone) for mark in await _MARKS.all(tx, tenant_id=tenant_id)}
        # In a time zone that the tenant had earlier, its first message may have been on an earlier day; that day is empty by now.
        counted = await counted_days(tx, tenant_id=tenant_id, first=first - _ZONES_APART, last=last)
        days = counted.keys() | await eventful(tx, tenant=tenant, first=first, last=last, but=counted)
        due = rules.due(days, counted=counted, marked=marked, zone=zone, now=now)
        for day in marked.difference(due):
            if day <= last:
                await _take_marks(tx, tenant_id, day, zone)
    return tenant, due


async def eventful(
    tx: Transaction, *, tenant: Tenant, first: date, last: date, but: Iterable[date]
) -> set[date]:
    """Return the days from ``first`` to ``last``, except ``but``, on which there is anything to count."""
    days = sorted(set(rules.days_between(first, last)) - set(but))
    stretches = [rules.bounds(day, tenant.zone) for day in days]
    rows = await _EVENTFUL.all(
        tx,
        tenant_id=tenant.id,
        days=days,
        from_ats=[from_at for from_at, _ in stretches],
        until_ats=[until_at for _, until_at in stretches],
        from_ids=[first_id(from_at) for from_at, _ in stretches],
        until_ids=[first_id(until_at) for _, until_at in stretches],
    )
    return {row.day for row in rows}


async def first_day(tx: Transaction, *, tenant: Tenant) -> date | None:
    """Return the day of the tenant's oldest message; None where it has none."""
    row = await _FIRST.one(tx, tenant_id=tenant.id)
    return None if row is None or row.at is None else rules.day_of(row.at, tenant.zone)


async def counted_days(tx: Transaction, *, tenant_id: UUID, first: date, last: date) -> dict[date, Counted]:
    """Return the days from ``first`` to ``last`` that are counted."""
    rows = await _COUNTED.all(tx, tenant_id=tenant_id, first=first, last=last)
    return {row.day: row for row in rows}


async def count_day(pool: Pool, *, tenant: Tenant, day: date, now: datetime) -> bool:
    """Count a day and replace its stored figures, unless it is closed; False if another process counted it meanwhile.

    The transaction writes nothing until the day is counted, which may take long: readers of the event log wait for every transaction that
    writes.
    """
    from_at, until_at = rules.bounds(day, tenant.zone)
    key = {"tenant_id": tenant.id, "day": day}
    async with pool.transaction(tenant.id) as tx:
        known = (await counted_days(tx, tenant_id=tenant.id, first=day, last=day)).get(day)
        marks = await _MARKS_OF.all(tx, tenant_id=tenant.id, from_at=from_at, until_at=until_at)
        closed = known is not None and known.closed_at is not None
        found = (
            []
            if closed
            else await _count(tx, Stretch(tenant_id=tenant.id, from_at=from_at, until_at=until_at))
        )
    async with pool.transaction(tenant.id) as tx:
        if found:
            held = await _HOLD.one(
                tx,
                **key,
                time_zone=tenant.zone.key,
                now=now,
                partial=_was_purged(tenant, from_at),
                seen_at=known and known.counted_at,
            )
            if held is None:
                return False
            for drop in _DROPS:
                await drop.run(tx, **key)
            for keep, rows in zip(_KEEPS, found, strict=True):
                await keep.run(tx, **key, rows=rows)
        await _TAKE_THESE.run(tx, tenant_id=tenant.id, numbers=[mark.n for mark in marks])
    return True


async def _count(tx: Transaction, stretch: Stretch) -> list[str]:
    """Return the figures of a stretch of time, as JSON: messages, times, costs."""
    return [_json(await count(tx, stretch)) for count in (counting.messages, counting.times, counting.costs)]


def _was_purged(tenant: Tenant, from_at: datetime) -> bool:
    """Tell whether messages since that moment may have been deleted by age already."""
    return (
        tenant.retention_days is not None
        and tenant.purged_at is not None
        and from_at < tenant.purged_at - timedelta(days=tenant.retention_days)
    )


async def _take_marks(tx: Transaction, tenant_id: UUID, day: date, zone: ZoneInfo) -> None:
    from_at, until_at = rules.bounds(day, zone)
    await _TAKE_MARKS.run(tx, tenant_id=tenant_id, from_at=from_at, until_at=until_at)


def _json(rows: Iterable[msgspec.Struct]) -> str:
    return msgspec.json.encode(list(rows)).decode()
