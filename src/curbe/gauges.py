"""The gauges that are counted in the database, over all tenants, when the worker's ``/metrics`` are read."""

from collections.abc import Sequence
from typing import Final

from curbe.connections import store as connections
from curbe.inbox import parked_refusals, statuses
from curbe.infra import jobs
from curbe.infra.db import Pool
from curbe.infra.jobs import JobBacklog
from curbe.infra.metrics import Metrics
from curbe.ingest import store as ingest
from curbe.media.service import FETCH
from curbe.outbound import store as outbox

# These queries read small tables whole, so a sequential scan is best; the batch role normally avoids those.
_ALL_ROWS: Final = {"enable_seqscan": "on"}


async def refresh(metrics: Metrics, everybody: Pool) -> None:
    """Bring the gauges up to date, what takes longest last; ``everybody`` is a pool of the batch role."""
    async with everybody.transaction() as tx:
        metrics.apply_backlog_seconds.set(await ingest.backlog_seconds(tx))
        numbers = await connections.count_by_state(tx)
        metrics.connections.labels(state="active").set(numbers.active)
        metrics.connections.labels(state="paused").set(numbers.paused)
        metrics.statuses_parked.set(await statuses.count_parked(tx))
        metrics.parked_refused.set(await parked_refusals.count(tx))
        metrics.quarantined.set(await ingest.count_quarantined(tx))
    async with everybody.transaction(context=_ALL_ROWS) as tx:
        _show_jobs(metrics, await jobs.backlog(tx))
        metrics.jobs_waiting.set(await jobs.count(tx, kinds=[FETCH]))
        depth = await outbox.depth(tx)
        metrics.outbox_queued.set(depth.waiting)
        metrics.outbox_oldest_seconds.set(depth.oldest_seconds)


def _show_jobs(metrics: Metrics, backlog: Sequence[JobBacklog]) -> None:
    metrics.jobs_overdue_seconds.set(max((one.overdue_seconds for one in backlog), default=0.0))
    metrics.jobs_failing.clear()  # of a kind that has recovered nothing is left
    for one in backlog:
        metrics.jobs_failing.labels(kind=one.kind).inc(one.failing)
