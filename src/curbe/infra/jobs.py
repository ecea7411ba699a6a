"""Background jobs: deferred in the caller's transaction, so that a job exists exactly if its cause does; done at least once.

A job is named by its tenant, its kind and its subject. Who works on one holds a lease; one whose worker died is due again when that ends.
The effect and the end of a job belong in one transaction: :func:`finish` says whether the attempt is still the one that counts.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.infra.db import Pool, PostgresError, Query, Transaction, Unreachable

log: Final = structlog.get_logger(__name__)

_PACKAGE: Final = "curbe.infra"
_POLL: Final = 0.25  # seconds between looks for work; a file takes longer than that to fetch
_POLL_IDLE: Final = 1.0
_LONGEST_PAUSE: Final = timedelta(hours=1)
_FIRST_LEASE: Final = timedelta(minutes=1)
_RENEWALS: Final = 4  # in each lease: a process that stands still for a moment loses none


class NewJob(msgspec.Struct, frozen=True):
    """Work to be done for a tenant: ``kind`` is ``feature.deed``, ``subject`` the row it is about."""

    tenant_id: UUID
    kind: str
    subject: UUID


class Job(msgspec.Struct, frozen=True):
    """A job that is being worked on. ``last_error``: why it was put back last.

    ``attempt`` counts from 1, attempts whose worker died included; after one that did not fail, from 1 again. ``created_at``: when the job
    was asked for (anew), or such an attempt ended. ``reached``: how far an earlier attempt got, if its handler noted it (:func:`hold_on`).
    """

    tenant_id: UUID
    kind: str
    subject: UUID
    attempt: int
    created_at: datetime
    last_error: str | None = None
    reached: tuple[int, ...] | None = None
    held_until: datetime | None = None  # the end of its lease, as of when it was claimed or renewed last


class JobBacklog(msgspec.Struct, frozen=True):
    """The jobs of one kind that are not done, grouped by why the last attempt failed (``last_error``; None: it did not, or there was none).

    ``failing``: how many failed three times or more. ``overdue_seconds``: for how long the oldest has been due and nobody has taken it.
    """

    kind: str
    last_error: str | None
    failing: int
    overdue_seconds: float


class _Count(msgspec.Struct, frozen=True):
    count: int


class LostLease(Exception):
    """The attempt took longer than its lease and another took over: what it did must be rolled back."""


Handler = Callable[[Job], Awaitable[None]]
_Key = tuple[UUID, str, UUID, int, datetime]  # an attempt

_DEFER: Final = Query(_PACKAGE, "defer_jobs")
_DEFER_ANEW: Final = Query(_PACKAGE, "defer_jobs_anew")
_DEFER_AGAIN: Final = Query(_PACKAGE, "defer_jobs_again")
_SCHEDULE: Final = Query(_PACKAGE, "schedule_jobs")
_CLAIM: Final = Query(_PACKAGE, "claim_jobs", Job)
_RENEW: Final = Query(_PACKAGE, "renew_leases", Job)
_LET_GO: Final = Query(_PACKAGE, "let_go_of_jobs")
_FINISH: Final = Query(_PACKAGE, "finish_job")
_BEGIN_ANEW: Final = Query(_PACKAGE, "begin_anew")
_HOLD_ON: Final = Query(_PACKAGE, "hold_on_to_job")
_PUT_BACK: Final = Query(_PACKAGE, "put_job_back")
_DROP: Final = Query(_PACKAGE, "drop_jobs")
_COUNT: Final = Query(_PACKAGE, "count_jobs", _Count)
_BACKLOG: Final = Query(_PACKAGE, "jobs_backlog", JobBacklog)


async def defer(tx: Transaction, jobs: Sequence[NewJob], *, again: bool = False) -> None:
    """Ask for ``jobs``, of any tenants ``tx`` may write for; they begin after ``tx`` commits.

    One that is there already is not added a second time. With ``again``, one that is being worked on is done once more when it has ended.
    """
    if jobs:
        await (_DEFER_AGAIN if again else _DEFER).run(
            tx,
            tenant_ids=[job.tenant_id for job in jobs],
            kinds=[job.kind for job in jobs],
            subjects=[job.subject for job in jobs],
        )


async def defer_anew(tx: Transaction, jobs: Sequence[NewJob]) -> None:
    """Ask for ``jobs``; one that is being worked on begins anew, and that attempt loses its lease: what it has read is out of date."""
    if jobs:
        await _DEFER_ANEW.run(
            tx,
            tenant_ids=[job.tenant_id for job in jobs],
            kinds=[job.kind for job in jobs],
            subjects=[job.subject for job in jobs],
        )


async def schedule(tx: Transaction, jobs: Sequence[tuple[NewJob, datetime]]) -> None:
    """Ask for jobs, each at its time (the database's clock decides); one that waits already waits for the new time instead."""
    if jobs:
        await _SCHEDULE.run(
            tx,
            tenant_ids=[job.tenant_id for job, _ in jobs],
            kinds=[job.kind for job, _ in jobs],
            subjects=[job.subject for job, _ in jobs],
            due_ats=[due_at for _, due_at in jobs],
        )


async def claim(
    tx: Transaction,
    *,
    kinds: Sequence[str],
    most: int,
    lease: timedelta,
    first_lease: timedelta | None = None,
    held: Mapping[UUID, int] | None = None,
    share: int | None = None,
    kept_up: Collection[str] = (),
) -> list[Job]:
    """Take due jobs, turn by turn between the tenants.

    Args:
        tx: the batch role's.
        kinds: of which kinds.
        most: how many at most.
        lease: the longest time that a job is reserved for this attempt.
        first_lease: how long a first attempt has; each further one has four times as long, up to ``lease``. None: ``lease`` at once.
        held: tenant -> how many of its jobs are being worked on already; they count as its first turns.
        share: how many jobs of one tenant may be worked on at a time, those in ``held`` included; None: any number.
        kept_up: the kinds that are done for suspended tenants too; all other jobs of theirs wait.
    """
    held = held or {}
    return await _CLAIM.all(
        tx,
        kinds=list(kinds),
        most=most,
        lease=lease,
        first_lease=first_lease or lease,
        held_tenants=list(held.keys()),
        held_counts=list(held.values()),
        kept_up=list(kept_up),
        share=share if share is not None else most + max(held.values(), default=0),
    )


async def finish(tx: Transaction, job: Job) -> None:
    """End ``job`` in the transaction of its effect. If it was asked for again meanwhile, it is due once more, at once.

    Raises:
        LostLease: another attempt has it now.
    """
    if not await _FINISH.run(tx, **_fence(job)) and not await _BEGIN_ANEW.run(tx, **_fence(job)):
        raise LostLease(f"{job.kind} attempt {job.attempt} was taken over")


async def hold_on(tx: Transaction, job: Job, *, lease: timedelta, reached: Sequence[int]) -> None:
    """Extend the lease of a running attempt to ``lease`` from now, and note how far it has got.

    Raises:
        LostLease: another attempt has it now.
    """
    if not await _HOLD_ON.run(tx, **_fence(job), lease=lease, reached=list(reached)):
        raise LostLease(f"{job.kind} attempt {job.attempt} was taken over")


async def put_back(tx: Transaction, job: Job, *, after: timedelta, error: str | None) -> None:
    """Let ``job`` be due again ``after`` a pause.

    ``error``: in a word, why the attempt failed. None: it did not fail, and only has more to do or has to wait; then attempts are counted
    anew from 1.
    """
    await _PUT_BACK.run(tx, **_fence(job), pause=after, error=error)


def _fence(job: Job) -> dict[str, object]:
    """Return the columns that identify this attempt: an attempt that lost its lease matches no row any more."""
    return {
        "tenant_id": job.tenant_id,
        "kind": job.kind,
        "subject": job.subject,
        "attempt": job.attempt,
        "created_at": job.created_at,
    }


async def drop(tx: Transaction, *, tenant_id: UUID, kinds: Sequence[str]) -> int:
    """Delete a tenant's jobs of these ``kinds`` that are not done; return how many."""
    return await _DROP.run(tx, tenant_id=tenant_id, kinds=list(kinds))


async def count(tx: Transaction, *, kinds: Sequence[str]) -> int:
    """Return how many jobs of ``kinds`` are not done, of the tenants that ``tx`` sees."""
    row = await _COUNT.one(tx, kinds=list(kinds))
    return row.count if row else 0


async def backlog(tx: Transaction) -> list[JobBacklog]:
    """Return the backlog of all tenants that are not suspended, by kind and last error; ``tx`` is the batch role's."""
    return await _BACKLOG.all(tx)


class Runner:
    """Works on jobs, several at a time.

    Args:
        everybody: as the batch role; it claims.
        pool: as the worker role; it puts back what failed.
        handlers: kind -> what to do. A handler finishes its job itself, or puts it back; what it does not foresee, the runner puts back.
        at_once: how many jobs are worked on at the same time.
        lease: longer than a handler takes, or than it takes from one ``hold_on`` to the next.
        first_lease: how long the lease of a first attempt is; four times as long for each further one, up to ``lease``. It is renewed while
            the process lives. So the jobs of a worker that was killed are soon taken over, and a job that kills workers is tried ever less.
        share: how many of ``at_once`` one tenant may have, so that jobs of one that hang do not hold up all others. None: any number.
        kept_up: the kinds that are done for suspended tenants too.
    """

    def __init__(
        self,
        *,
        everybody: Pool,
        pool: Pool,
        handlers: Mapping[str, Handler],
        at_once: int,
        lease: timedelta,
        first_lease: timedelta = _FIRST_LEASE,
        share: int | None = None,
        kept_up: Collection[str] = (),
    ) -> None:
        self._everybody: Final = everybody
        self._pool: Final = pool
        self._handlers: Final = dict(handlers)
        self._at_once: Final = at_once
        self._lease: Final = lease
        self._first_lease: Final = min(first_lease, lease)
        self._share: Final = share or at_once
        self._held: Final[Counter[UUID]] = Counter()  # jobs in work, by tenant
        self._leases: Final[dict[_Key, tuple[Job, float]]] = {}  # as renewed last, and since when
        self._kept_up: Final = frozenset(kept_up)
        self.kinds: Final = frozenset(handlers)
        self.woken: Final = asyncio.Event()  # it looks at once

    async def run(self, stop: asyncio.Event, *, watched: bool = False) -> None:
        """Work until ``stop``; then finish what is under way. ``watched``: somebody wakes it when there is work (`lookout`)."""
        async with asyncio.TaskGroup() as beside:
            renewing = beside.create_task(self._renew_leases())
            async with asyncio.TaskGroup() as tasks:
                while not stop.is_set():
                    self.woken.clear()
                    for job in await self._claim(self._first_lease):
                        tasks.create_task(self._work(job))
                    await self._pause(stop, _POLL if self._held else None if watched else _POLL_IDLE)
            renewing.cancel()

    async def run_due(self) -> int:
        """Work on what is due now, to the end, and return how many jobs that was."""
        claimed = await self._claim(self._lease)
        async with asyncio.TaskGroup() as tasks:
            for job in claimed:
                tasks.create_task(self._work(job))
        return len(claimed)

    async def let_go(self) -> None:
        """Give back the jobs that are being worked on, for other processes to begin at once: this process is about to break them off."""
        if held := [job for job, _ in self._leases.values()]:
            async with self._everybody.transaction() as tx:
                await _LET_GO.run(tx, **_columns(held))

    async def _renew_leases(self) -> None:
        while True:
            await asyncio.sleep(self._first_lease.total_seconds() / _RENEWALS)
            now = time.monotonic()
            held = [job for job, since in self._leases.values() if now - since < self._renewed_for(job)]
            if not held:
                continue
            try:
                async with self._everybody.transaction() as tx:
                    renewed = await _RENEW.all(
                        tx,
                        **_columns(held),
                        held_untils=[job.held_until for job in held],
                        lease=self._lease,
                        first_lease=self._first_lease,
                    )
            except (*Unreachable, PostgresError) as error:
                log.warning("leases_not_renewed", reason=type(error).__name__, count=len(held))
                continue
            for job in renewed:
                if (known := self._leases.get(_key(job))) is not None:
                    self._leases[_key(job)] = (job, known[1])

    def _renewed_for(self, job: Job) -> float:
        """Return for how many seconds an attempt's lease is renewed, so that it ends when the longest would."""
        own = min(self._lease, self._first_lease * 4 ** min(job.attempt - 1, 10))
        return (self._lease - own).total_seconds()

    async def _claim(self, first_lease: timedelta) -> list[Job]:
        """Take what there are free hands for; from here on it counts as held."""
        free = self._at_once - self._held.total()
        if free <= 0:
            return []
        try:
            async with self._everybody.looking() as tx:
                claimed = await claim(
                    tx,
                    kinds=list(self._handlers),
                    most=free,
                    lease=self._lease,
                    first_lease=first_lease,
                    held=self._held,
                    share=self._share,
                    kept_up=self._kept_up,
                )
        except (*Unreachable, PostgresError) as error:
            log.warning("jobs_not_claimed", reason=type(error).__name__, detail=str(error)[:200])
            return []
        self._held.update(job.tenant_id for job in claimed)
        self._leases.update((_key(job), (job, time.monotonic())) for job in claimed)
        return claimed

    async def _work(self, job: Job) -> None:
        try:
            await self._handlers[job.kind](job)
        except LostLease:
            log.warning("job_taken_over", kind=job.kind, tenant_id=str(job.tenant_id), attempt=job.attempt)
        except Exception as error:
            log.warning(
                "job_failed",
                kind=job.kind,
                tenant_id=str(job.tenant_id),
                subject=str(job.subject),
                attempt=job.attempt,
                reason=type(error).__name__,
                exc_info=not isinstance(error, (*Unreachable, PostgresError)),
            )
            await self._return(job, type(error).__name__)
        finally:
            self._leases.pop(_key(job), None)
            self._held[job.tenant_id] -= 1
            if not self._held[job.tenant_id]:
                del self._held[job.tenant_id]
            self.woken.set()

    async def _return(self, job: Job, reason: str) -> None:
        try:
            async with self._pool.transaction(job.tenant_id) as tx:
                await put_back(tx, job, after=pause_after(job.attempt), error=reason)
        except (*Unreachable, PostgresError) as error:  # its lease ends by itself
            log.warning("job_not_put_back", kind=job.kind, reason=type(error).__name__)

    async def _pause(self, stop: asyncio.Event, seconds: float | None) -> None:
        waits = [asyncio.ensure_future(event.wait()) for event in (stop, self.woken)]
        try:
            await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()


def _key(job: Job) -> _Key:
    return job.tenant_id, job.kind, job.subject, job.attempt, job.created_at


def _columns(jobs: Sequence[Job]) -> dict[str, object]:
    """Return what tells these attempts from every other one of their jobs."""
    return {
        "tenant_ids": [job.tenant_id for job in jobs],
        "kinds": [job.kind for job in jobs],
        "subjects": [job.subject for job in jobs],
        "attempts": [job.attempt for job in jobs],
        "created_ats": [job.created_at for job in jobs],
    }


def pause_after(attempt: int) -> timedelta:
    """Return how long a job that failed in a way nobody foresaw waits after its nth attempt: 5 s, 20 s, 80 s ... at most an hour."""
    return min(timedelta(seconds=5) * 4 ** min(attempt - 1, 10), _LONGEST_PAUSE)
