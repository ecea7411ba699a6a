"""Rounds of pushes: what a tenant's log told since the last one goes to the browsers it concerns, side by side, once.

A notice is not tried again: what a push service did not take is old by the time it would, and the next message tells of itself.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.infra import jobs
from curbe.infra.db import Pool, Query, Transaction
from curbe.infra.http import Egress, Timeouts
from curbe.infra.jobs import Job, NewJob
from curbe.infra.metrics import Metrics
from curbe.infra.targets import origin_of
from curbe.push import rules
from curbe.push.news import ToPush, take_up
from curbe.push.pushing import PATIENCE, Pushed, Signer, push
from curbe.push.rules import Outcome
from curbe.push.service import TELL

log: Final = structlog.get_logger(__name__)

LEASE: Final = timedelta(minutes=2)  # longer than a round
_PACKAGE: Final = "curbe.push"
_AT_ONCE: Final = 16  # requests of one tenant's round
_BEGIN_FOR: Final = 10.0  # seconds of a round in which requests are begun: what is later is no news


class _Due(msgspec.Struct, frozen=True):
    tenant_id: UUID


_DUE: Final = Query(_PACKAGE, "due_pushes", _Due)
_SETTLE: Final = Query(_PACKAGE, "settle_pushes")
_DROP: Final = Query(_PACKAGE, "drop_push_subscriptions")


async def defer_due(pool: Pool, *, grace: timedelta = rules.GRACE) -> int:
    """Ask for a round of each tenant with browsers to tell and news in its log; return how many those are. ``pool`` is the batch role's."""
    async with pool.looking() as tx:
        due = await _DUE.all(tx, grace=grace)
    if not due:
        return 0
    async with pool.transaction() as tx:
        await jobs.defer(tx, [NewJob(one.tenant_id, TELL, one.tenant_id) for one in due])
    return len(due)


class Telling:
    """Handles ``push.tell``.

    Args:
        pool: as the worker role.
        egress: the way out to push services; what it trusts is ``reachable``, and nothing else.
        reachable: origins that are reached wherever they lie.
        signer: what signs.
        metrics: counts the pushes.
        now: the time, for signatures.
        ends: set when the worker ends: it begins no more requests.
        timeouts: how long a push service is waited for.
        grace: for how long somebody may read a message elsewhere before they are told of it.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        egress: Egress,
        reachable: Collection[str],
        signer: Signer,
        metrics: Metrics,
        now: Callable[[], datetime],
        ends: asyncio.Event,
        timeouts: Timeouts = PATIENCE,
        grace: timedelta = rules.GRACE,
    ) -> None:
        self._pool: Final = pool
        self._egress: Final = egress
        self._reachable: Final = frozenset(origin_of(origin) for origin in reachable)
        self._signer: Final = signer
        self._metrics: Final = metrics
        self._now: Final = now
        self._ends: Final = ends
        self._timeouts: Final = timeouts
        self._grace: Final = grace

    async def __call__(self, job: Job) -> None:
        """Make a round.

        Raises:
            LostLease: another attempt has taken over; it pushes nothing of this one's once more.
        """
        async with self._pool.transaction(job.tenant_id) as tx:
            wanted, more = await take_up(tx, tenant_id=job.tenant_id, grace=self._grace)
            if not wanted:
                await _end(tx, job, more=more)
                return
        pushed = await self._push_all(wanted)
        async with self._pool.transaction(job.tenant_id) as tx:
            if kept := [one for one in pushed if one.outcome is not Outcome.GONE]:
                await _SETTLE.run(
                    tx,
                    tenant_id=job.tenant_id,
                    ids=[one.subscriber.id for one in kept],
                    takens=[one.outcome is Outcome.TAKEN for one in kept],
                    statuses=[one.status for one in kept],
                    rests=[one.rest for one in kept],
                )
            await _DROP.run(
                tx,
                tenant_id=job.tenant_id,
                gone=[one.subscriber.id for one in pushed if one.outcome is Outcome.GONE],
                failed=[one.subscriber.id for one in kept if one.outcome is not Outcome.TAKEN],
                patience=rules.PATIENCE,
            )
            await _end(tx, job, more=more)

    async def _push_all(self, wanted: Sequence[ToPush]) -> list[Pushed]:
        """Push side by side. A browser whose service took nothing is asked no more in this round, and nobody late in it."""
        began = time.monotonic()
        turns = asyncio.Semaphore(_AT_ONCE)
        pushed: dict[UUID, Pushed] = {}
        skipped = 0

        async def one(to_push: ToPush) -> None:
            nonlocal skipped
            async with turns:
                before = pushed.get(to_push.subscriber.id)
                late = time.monotonic() - began > _BEGIN_FOR or self._ends.is_set()
                if late or (before is not None and before.outcome is not Outcome.TAKEN):
                    skipped += 1
                    return
                result = await push(
                    self._egress,
                    to_push,
                    signer=self._signer,
                    reachable=self._reachable,
                    timeouts=self._timeouts,
                    now=self._now(),
                )
                self._metrics.pushes.labels(result.outcome.value).inc()
                pushed[to_push.subscriber.id] = result
                if result.outcome is Outcome.REFUSED:
                    log.warning(
                        "push_refused",
                        service=origin_of(to_push.subscriber.endpoint),
                        status=result.status,
                    )

        async with asyncio.TaskGroup() as tasks:
            for to_push in wanted:
                tasks.create_task(one(to_push))
        if skipped:
            log.info("pushes_skipped", count=skipped, reason="a push service took nothing, or too long")
        return list(pushed.values())


async def _end(tx: Transaction, job: Job, *, more: bool) -> None:
    """End a round: its job is done, or goes on at once where there is ``more`` of the log."""
    if more:
        await jobs.put_back(tx, job, after=timedelta(0), error=None)
    else:
        await jobs.finish(tx, job)
