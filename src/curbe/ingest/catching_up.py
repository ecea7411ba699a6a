"""The job that gives a number's owner what came while nobody owned it: before it was connected, or between two connections.

Only items that were set aside are applied, so nothing that a tenant had and deleted comes back. The usual rules hold (``rules.route``):
what belongs to a former owner stays theirs. And a webhook must name the WABA for which the owner has proven a token.

The job reads the log of the whole installation, from the first item that waits to the last, which may take hours. So it works in batches;
each one extends the job's lease and notes how far the log has been read.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.connections import service as connections
from curbe.inbox.people import Met
from curbe.infra import jobs
from curbe.infra.db import Pool, Query, Transaction
from curbe.infra.jobs import Job
from curbe.infra.log import bind
from curbe.ingest import store
from curbe.ingest.apply import apply_items
from curbe.ingest.reading import read_items
from curbe.ingest.replay import BEGINNING, Position, Selection, next_webhooks
from curbe.ingest.rules import Item
from curbe.ingest.store import Counts, StoredWebhook

log: Final = structlog.get_logger(__name__)

_PACKAGE: Final = "curbe.ingest"
_INSTANT: Final = timedelta(microseconds=1)
_LEASE: Final = timedelta(minutes=15)  # renewed by each batch, and far longer than a batch takes


class Claim(msgspec.Struct, frozen=True, kw_only=True):
    """Whose items to apply: those of a number on a WABA, delivered through a Meta app."""

    phone_number_id: str
    waba_id: str
    meta_app_id: str


class _Span(msgspec.Struct, frozen=True):
    first: datetime | None
    last: datetime | None


class _Place(msgspec.Struct, frozen=True):
    event_id: int
    item: int


_SPAN_SET_ASIDE: Final = Query(_PACKAGE, "span_set_aside", _Span)
_SET_ASIDE_OF: Final = Query(_PACKAGE, "set_aside_of", _Place)


class CatchingUp:
    """Applies the items that were set aside because nobody owned their number, now that somebody does."""

    def __init__(self, pool: Pool, *, everybody: Pool, callback_keys: Sequence[bytes]) -> None:
        """``pool``: connections with the worker role; ``everybody``: with the batch role; ``callback_keys``: see ``apply_items``."""
        self._pool: Final = pool
        self._everybody: Final = everybody
        self._callback_keys: Final = tuple(callback_keys)

    async def __call__(self, job: Job) -> None:
        """Run a job; its subject is the connection's id. If it is interrupted, the next attempt goes on from the last batch."""
        claim = await self._claim(job.tenant_id, job.subject)
        if claim is not None:
            bind(phone_number_id=claim.phone_number_id)
            # A batch that began before the number was connected does not know of it and may still set items aside.
            await store.await_batches(self._everybody)
            counts = await catch_up(
                self._everybody,
                claim,
                callback_keys=self._callback_keys,
                after=_noted(job),
                reached=lambda position: self._hold_on(job, position),
            )
            if counts:
                applied = sum(count for (_, outcome, _), count in counts.items() if outcome == "applied")
                log.info("caught_up", items=sum(counts.values()), applied=applied)
        async with self._pool.transaction(job.tenant_id) as tx:
            await jobs.finish(tx, job)

    async def _hold_on(self, job: Job, position: Position) -> None:
        # Apart from the batch, which holds rows that whoever connects the number locks after this job's.
        async with self._pool.transaction(job.tenant_id) as tx:
            await jobs.hold_on(tx, job, lease=_LEASE, reached=position)

    async def _claim(self, tenant_id: UUID, connection_id: UUID) -> Claim | None:
        async with self._pool.transaction(tenant_id) as tx:
            found = await connections.read(tx, tenant_id=tenant_id, connection_id=connection_id)
        if not found.is_live or not (found.phone_number_id and found.waba_id and found.meta_app_id):
            return None
        return Claim(
            phone_number_id=found.phone_number_id, waba_id=found.waba_id, meta_app_id=found.meta_app_id
        )


async def catch_up(
    pool: Pool,
    claim: Claim,
    *,
    callback_keys: Sequence[bytes],
    after: Position,
    reached: Callable[[Position], Awaitable[None]],
) -> Counts:
    """Apply what is set aside for ``claim``, a transaction a batch, and return what became of it.

    Args:
        pool: of the batch role.
        claim: whose it is.
        callback_keys: see ``apply_items``.
        after: where in the log to begin.
        reached: is awaited after each batch with how far the log has been read; what it raises ends this.
    """
    counts: Counts = Counter()
    async with pool.transaction() as tx:
        span = await _SPAN_SET_ASIDE.one(
            tx, phone_number_id=claim.phone_number_id, meta_app_id=claim.meta_app_id
        )
    if span is None or span.first is None or span.last is None:
        return counts
    names = frozenset({claim.phone_number_id})
    selection = Selection(names=names, since=span.first, until=span.last + _INSTANT)
    while True:
        async with pool.transaction() as tx:
            read = await next_webhooks(tx, selection, after=after)
            if read is None:
                return counts
            webhooks, after = read
            items = await _waiting(tx, claim, webhooks)
            counts.update(
                await apply_items(
                    tx, items, callback_keys=callback_keys, released=True, gathered=None, met=Met()
                )
            )
        await reached(after)


def _noted(job: Job) -> Position:
    """Return how far an earlier attempt has read the log."""
    xid, event_id = job.reached or BEGINNING
    return xid, event_id


async def _waiting(tx: Transaction, claim: Claim, webhooks: Sequence[StoredWebhook]) -> list[Item]:
    """Return the items of ``webhooks`` that are set aside for ``claim``."""
    ours = [webhook for webhook in webhooks if claim.waba_id.encode() in webhook.body]
    if not ours:
        return []
    places = await _SET_ASIDE_OF.all(
        tx,
        phone_number_id=claim.phone_number_id,
        meta_app_id=claim.meta_app_id,
        event_ids=[webhook.id for webhook in ours],
    )
    wanted = {(place.event_id, place.item) for place in places}
    return [
        item for webhook in ours for item in read_items(webhook) if (item.event_id, item.number) in wanted
    ]
