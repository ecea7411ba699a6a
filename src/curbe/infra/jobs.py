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
    """A job somebody holds. ``attempt`` counts from 1, those that died included; ``last_error`` is why it was put back last.

    ``created_at``: from when they are counted: it was asked for then, or an attempt ended without failing.
    ``reached``: how far an earlier attempt got, where its handler noted that; of what is asked for anew, nothing.
    ``held_until``: when its lease ended as it was claimed or renewed last.
    """

    tenant_id: UUID
    kind: str
    subject: UUID
    attempt: int
    created_at: datetime
    last_error: str | None = None
    reached: tuple[int, ...] | None = None
    held_until: datetime | None = None


class Standing(msgspec.Struct, frozen=True):
    """How the jobs of one kind stand that failed last for the same reason, or did not (None).

    ``failing`` of them failed three times or more and are tried again; the oldest has been due for ``overdue_seconds``, and nobody took it.
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
_STANDING: Final = Query(_PACKAGE, "jobs_standing", Standing)


async def defer(tx: Transaction, jobs: Sequence[NewJob], *, again: bool = False) -> None:
    """Ask for ``jobs``, of any tenants ``tx`` may write for; they begin after ``tx`` commits.

    One that is there already is asked for once; with ``again``, one that somebody works on is done once more after that.
    """
    if jobs:
        await (_DEFER_AGAIN if again else _DEFER).run(
            tx,
            tenant_ids=[job.tenant_id for job in jobs],
            kinds=[job.kind for job in jobs],
            subjects=[job.subject for job in jobs],
        )


async def defer_anew(tx: Transaction, jobs: Sequence[NewJob]) -> None:
    """Ask for ``jobs`` as ``defer`` does, where what an attempt under way has seen does not hold any more: they are done once more."""
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
        lease: how long they are nobody else's.
        first_lease: the same of a first attempt, and four times as long of each further one, up to ``lease``; None: ``lease``.
        held: how many of each tenant are in work already: those were its first turns.
        share: how many of one tenant may be in work, those held included; None: any number.
        kept_up: the kinds that are done for suspended tenants too; of theirs, all others wait.
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
    """End ``job`` in the transaction of its effect; asked for again meanwhile, it is due at once.

    Raises:
        LostLease: another attempt has it now.
    """
    if not await _FINISH.run(tx, **_fence(job)) and not await _BEGIN_ANEW.run(tx, **_fence(job)):
        raise LostLease(f"{job.kind} attempt {job.attempt} was taken over")


async def hold_on(tx: Transaction, job: Job, *, lease: timedelta, reached: Sequence[int]) -> None:
    """Make the lease of an attempt that is going on last for ``lease`` from now, and note how far it has got.

    Raises:
        LostLease: another attempt has it now.
    """
    if not await _HOLD_ON.run(tx, **_fence(job), lease=lease, reached=list(reached)):
        raise LostLease(f"{job.kind} attempt {job.attempt} was taken over")


async def put_back(tx: Transaction, job: Job, *, after: timedelta, error: str | None) -> None:
    """Let ``job`` be due again ``after`` a pause.

    ``error`` is a short word for whoever looks why; None where nothing failed, and it only has more to do or a later time: what fails
    after that fails for the first time.
    """
    await _PUT_BACK.run(tx, **_fence(job), pause=after, error=error)


def _fence(job: Job) -> dict[str, object]:
    """Return what tells this attempt from every other one of its job."""
    return {
        "tenant_id": job.tenant_id,
        "kind": job.kind,
        "subject": job.subject,
        "attempt": job.attempt,
        "created_at": job.created_at,
    }


async def drop(tx: Transaction, *, tenant_id: UUID, kinds: Sequence[str]) -> int:
    """Let the jobs of ``kinds`` that are not done never be; return how many."""
    return await _DROP.run(tx, tenant_id=tenant_id, kinds=list(kinds))


async def count(tx: Transaction, *, kinds: Sequence[str]) -> int:
    """Return how many jobs of ``kinds`` are not done, in the eyes of ``tx``."""
    row = await _COUNT.one(tx, kinds=list(kinds))
    return row.count if row else 0


async def standing(tx: Transaction) -> list[Standing]:
    """Return how the jobs of all tenants that are not suspended stand; ``tx`` is the batch role's."""
    return await _STANDING.all(tx)


class Runner:
    """Works on jobs, several at a time.

    Args:
        everybody: as the batch role; it claims.
        pool: as the worker role; it puts back what failed.
        handlers: kind -> what to do. A handler finishes its job itself, or puts it back; what it does not foresee, the runner puts back.
        at_once: how many jobs are worked on at the same time.
        lease: longer than a handler takes, or than it takes from one ``hold_on`` to the next.
        first_lease: of a first attempt, four times as long of each further one, up to ``lease``; renewed for as long as that while the
            process lives. So what a worker had that was killed is taken up soon, and what kills its worker is not tried all the time.
        share: how many of those may be one tenant's: fewer, where what hangs for one must not hold up all. None: all.
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
        """Give back what is in work, for others to begin at once: this process ends, and its attempts are broken off after this."""
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
