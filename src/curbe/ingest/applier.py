"""Applies the lanes of the webhook log, batch after batch.

A lane's cursor moves in the transaction that applies the batch, so after a crash a batch is either applied or still to come.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from curbe.audit import service as audit
from curbe.connections import health
from curbe.inbox.people import Met
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool, PostgresError, TookTooLong, Unreachable
from curbe.infra.loop import pause
from curbe.infra.metrics import Metrics
from curbe.ingest import store, tallying
from curbe.ingest.apply import apply_webhooks
from curbe.ingest.batch_pause import gather_for
from curbe.ingest.batch_size import Reach
from curbe.ingest.bell import Bell
from curbe.ingest.rules import Heard
from curbe.ingest.slow_webhooks import Alone
from curbe.ingest.store import Counts, StoredWebhook
from curbe.ingest.tallying import Gathered, Tallies

log: Final = structlog.get_logger(__name__)

_SET_ASIDE: Final = frozenset({"unrouted", "foreign", "quarantined"})  # outcomes of items that no tenant gets
_FIRST_LOOK: Final = 0.02  # seconds after the last batch, or ring; then ever later
_NOTED_EVERY: Final = timedelta(seconds=30)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class Applier:
    """Applies the lanes of the webhook log with the batch role."""

    def __init__(
        self,
        pool: Pool,
        *,
        callback_keys: Sequence[bytes],
        metrics: Metrics,
        most: int = 2000,
        max_bytes: int = 8 * 2**20,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """``most`` webhooks and ``max_bytes`` of bodies bound a batch; ``clock`` is monotonic, in seconds."""
        self._pool: Final = pool
        self._callback_keys: Final = tuple(callback_keys)
        self._metrics: Final = metrics
        self._most: Final = most
        self._max_bytes: Final = max_bytes
        self._clock: Final = clock
        self._noted: Final[Heard] = {}
        self._met: Final = Met()
        self._tallies: Final = Tallies()
        self._reaches: Final[dict[int, Reach]] = {}
        self._quiet: Final[set[int]] = set()  # lanes in which there was nothing to apply at the last look
        self._empty: Final[set[int]] = set()  # those of them in which nothing waits to be applied either
        self._alone: Final = Alone(pool, callback_keys=callback_keys, met=self._met, done=self._done)

    async def run(self, lane: int, stop: asyncio.Event, bell: Bell) -> None:
        """Apply ``lane`` until ``stop``. A batch that failed because of the database is tried again. ``bell`` listens meanwhile."""
        idle = _FIRST_LOOK
        while not stop.is_set():
            began, heard = time.perf_counter(), bell.rings
            try:
                applied = await self.apply_once(lane)
            except (*Unreachable, PostgresError) as error:
                log.warning("apply_failed", lane=lane, reason=type(error).__name__, detail=str(error)[:200])
                applied, idle = 0, 0.5
            if applied:
                idle = _FIRST_LOOK
                await pause(stop, gather_for(applied, most=self._most, took=time.perf_counter() - began))
                continue
            rung = await bell.wait(since=heard, at_most=idle)
            idle = _FIRST_LOOK if rung else min(idle * 1.5, bell.longest(empty=lane in self._empty))
        with suppress(*Unreachable, PostgresError):  # nothing but these counts would be lost
            await self._tell(everything=True)

    async def apply_once(self, lane: int) -> int:
        """Apply the lane's next batch and return how many webhooks it held; 0 where there is none or another process has the lane.

        Raises:
            TookTooLong: the batch took too long. The next call takes a smaller one.
        """
        self._met.forget_old(self._clock())
        reach = self._reaches.setdefault(lane, Reach(self._most))
        if reach.alone:
            applied = await self._alone.apply_next(lane)
            reach.passed(applied)
        else:
            applied = await self._apply_next(lane, reach)
        await self._tell()
        return applied

    async def _apply_next(self, lane: int, reach: Reach) -> int:
        # To take a lane is written down, and synced to the disk: not ten times a second where nothing comes.
        if lane in self._quiet and not await store.is_ahead(self._pool, lane):
            self._empty.add(lane)
            return 0
        self._quiet.discard(lane)
        self._empty.discard(lane)
        began, gathered, webhooks = time.perf_counter(), Gathered(), list[StoredWebhook]()
        try:
            async with self._pool.transaction(tell_locks=True) as tx:
                mine = await store.lock_lane(tx, lane)
                if mine is None:
                    return 0
                webhooks = await store.read_ahead(tx, mine, most=reach.size, max_bytes=self._max_bytes)
                if not webhooks:
                    self._quiet.add(lane)
                    return 0
                counts = await apply_webhooks(
                    tx, webhooks, callback_keys=self._callback_keys, gathered=gathered, met=self._met
                )
                await store.move_lane(tx, mine, webhooks[-1])
        except TookTooLong:
            reach.took_too_long(len(webhooks))
            raise
        reach.passed(len(webhooks))
        await self._done(counts, gathered, webhooks[0], time.perf_counter() - began)
        return len(webhooks)

    async def _done(self, counts: Counts, gathered: Gathered, oldest: StoredWebhook, seconds: float) -> None:
        """Note what a batch tells beside its effects, once it is committed: metrics, audit lines to come, when numbers were heard of."""
        self._measure(counts, gathered, oldest, seconds)
        self._tallies.add(tallying.tallied(gathered.received))
        await self._note(gathered.heard)

    async def _note(self, heard: Heard) -> None:
        """Store when connections were last heard of, for each at most every half minute.

        Not in the batch's transaction, which would keep the connections' rows locked until it ends.
        """
        news = {who: at for who, at in heard.items() if at - self._noted.get(who, _NEVER) > _NOTED_EVERY}
        if news:
            async with self._pool.transaction() as tx:
                await health.note_heard(tx, news)
            self._noted.update(news)

    async def _tell(self, *, everything: bool = False) -> None:
        """Write into the tenants' audit logs how much they received, at most one line a minute for each."""
        if due := self._tallies.take(now=self._clock(), everything=everything):
            try:
                async with self._pool.transaction() as tx:
                    await audit.record(tx, tallying.entries(due))
            except BaseException:
                self._tallies.add(due)
                raise

    def _measure(self, counts: Counts, gathered: Gathered, oldest: StoredWebhook, seconds: float) -> None:
        self._metrics.apply_batch_seconds.observe(seconds)
        self._metrics.apply_lag_seconds.observe(max(0.0, (utc_now() - oldest.received_at).total_seconds()))
        for (app_id, outcome, reason), count in counts.items():
            self._metrics.events_applied.labels(outcome=outcome, reason=reason).inc(count)
            if outcome in _SET_ASIDE:
                log.warning(
                    "items_set_aside",
                    meta_app_id=app_id,
                    kind=outcome,
                    reason=reason,
                    count=count,
                    phone_number_ids=gathered.numbers(app_id, outcome, reason),
                )
