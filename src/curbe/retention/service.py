"""Deletes what a tenant does not keep any more: has each package delete from its tables, in small batches. The audit log is left alone.

A batch is a transaction, so a run may be broken off anywhere and another goes on. The bytes of files follow their rows.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.audit import service as audit
from curbe.audit.service import AuditEntry
from curbe.automations import service as automations
from curbe.campaigns import ageing as sent_to_many
from curbe.domain.ids import FIRST_ID
from curbe.inbox import purge as inbox_purge
from curbe.inbox import tombstones
from curbe.infra import jobs
from curbe.infra.db import Pool, Transaction
from curbe.infra.jobs import Job, NewJob
from curbe.ingest import purge as ingest_purge
from curbe.media import purge as files
from curbe.media.storage import Storage, StorageFailed
from curbe.notifications import service as notifications
from curbe.outbound import idempotency
from curbe.outgoing_webhooks import deliveries
from curbe.outgoing_webhooks.rules import KEPT as DELIVERIES_KEPT
from curbe.realtime import purge as log_of_events
from curbe.reports import keeping as reports
from curbe.retention.rules import ANSWERS_KEPT, EVERY, Purged, limit
from curbe.retention.stored_bytes import STORAGE_FAILED, delete_bytes, left_of
from curbe.tenants import service as tenants

log: Final = structlog.get_logger(__name__)

PURGE: Final = (
    "retention.purge"  # the job that deletes what a tenant does not keep; its subject is the tenant
)
_ACTOR: Final = "system:retention"
_BATCH: Final = 500  # rows of a kind in one transaction
_CONVERSATIONS: Final = 100  # looked into together
_FILES: Final = 200
_MOST_TENANTS: Final = 500
# Within the patience of whoever stops the worker; what is left is done in the next turn.
_TURN: Final = timedelta(seconds=10)
_NEXT_TURN: Final = timedelta(seconds=1)
_STORAGE_AGAIN: Final = timedelta(minutes=5)
_BREATH: Final = 0.02  # seconds between two batches, for whoever waits for the same rows


async def defer_due(pool: Pool, *, now: datetime) -> int:
    """Ask for a purge of each tenant that was not purged lately; return how many those are."""
    async with pool.transaction() as tx:
        due = await tenants.to_purge(tx, since=now - EVERY, limit=_MOST_TENANTS)
        await jobs.defer(tx, [NewJob(tenant.id, PURGE, tenant.id) for tenant in due])
    return len(due)


class Purger:
    """Handles ``retention.purge``.

    Args:
        pool: as the worker role.
        storage: where files lie.
        now: the time, in a transaction: the database's, as it is what everything was stored by.
        turn: how long one attempt goes on before it lets others have the worker.
    """

    def __init__(self, pool: Pool, *, storage: Storage, now: "_Now", turn: timedelta = _TURN) -> None:
        self._pool: Final = pool
        self._storage: Final = storage
        self._now: Final = now
        self._turn: Final = turn

    async def __call__(self, job: Job) -> None:
        """Delete what is too old, for one turn; write down what went, and whether that was all.

        Raises:
            LostLease: another attempt has taken over; what was deleted stays deleted.
        """
        tenant_id, began = job.tenant_id, time.monotonic()
        async with self._pool.transaction(tenant_id) as tx:
            tenant = await tenants.read(tx, tenant_id=tenant_id)
        whole = await self._take_turn(tenant_id, days=tenant.retention_days, began=began)
        error: str | None = None
        try:
            left = left_of(self._turn, began=began)
            gone = await delete_bytes(self._pool, self._storage, tenant_id=tenant_id, turn=left)
            again = None if gone and whole else _NEXT_TURN
        except StorageFailed as failure:
            log.warning("files_not_deleted", tenant_id=str(tenant_id), reason=str(failure))
            again, error = _STORAGE_AGAIN, STORAGE_FAILED
        async with self._pool.transaction(tenant_id) as tx:
            if again is None:
                await tenants.mark_purged(tx, tenant_id=tenant_id, now=await self._now(tx))
                await jobs.finish(tx, job)
            else:
                await jobs.put_back(tx, job, after=again, error=error)
        log.info("purge_turn_ended", tenant_id=str(tenant_id), whole=again is None)

    async def _take_turn(self, tenant_id: UUID, *, days: int | None, began: float) -> bool:
        """Delete rows, write down which, and return whether nothing is left to; what went before it breaks off is written down too."""
        done = Purged()
        try:
            async for gone in self._batches(tenant_id, days=days):
                done += gone
                if not left_of(self._turn, began=began):
                    return False
                await asyncio.sleep(_BREATH)
            return True
        finally:
            if done:
                async with self._pool.transaction(tenant_id) as tx:
                    await audit.record(tx, [_entry(tenant_id, done, days=days)])
                log.info("purged", tenant_id=str(tenant_id), **msgspec.structs.asdict(done))

    async def _batches(self, tenant_id: UUID, *, days: int | None) -> AsyncIterator[Purged]:
        """Delete batch after batch, messages before the files that hang on them; yield what each deleted."""
        async with self._pool.transaction(tenant_id) as tx:
            now = await self._now(tx)
        for kind, delete, until in _always(now):
            while gone := await self._delete(delete, tenant_id, before=until, most=_BATCH):
                yield Purged(**{kind: gone})
        if days is None:
            return
        before = limit(retention_days=days, now=now)
        # What the days came to stays: it is counted for the last time while everything is there.
        await reports.close(self._pool, tenant_id=tenant_id, before=before, now=now)
        # Before their messages: what became of them is counted over those.
        async for batch in self._campaigns(tenant_id, before=before):
            yield batch
        async for batch in self._messages(tenant_id, before=before):
            yield batch
        for kind, delete, most in _KINDS:
            while gone := await self._delete(delete, tenant_id, before=before, most=most):
                yield Purged(**{kind: gone})

    async def _campaigns(self, tenant_id: UUID, *, before: datetime) -> AsyncIterator[Purged]:
        while await self._delete(
            sent_to_many.keep_figures, tenant_id, before=before, most=sent_to_many.AT_ONCE
        ):
            yield Purged()
        while gone := await self._delete(
            sent_to_many.delete_recipients, tenant_id, before=before, most=_BATCH
        ):
            yield Purged(recipients=gone)

    async def _messages(self, tenant_id: UUID, *, before: datetime) -> AsyncIterator[Purged]:
        after = FIRST_ID
        while True:
            async with self._pool.transaction(tenant_id) as tx:
                found = await inbox_purge.conversations(
                    tx, tenant_id=tenant_id, before=before, after=after, most=_CONVERSATIONS
                )
            if not found:
                return
            while gone := await self._delete_messages(tenant_id, found, before=before):
                yield Purged(messages=gone)
            after = found[-1]

    async def _delete_messages(
        self, tenant_id: UUID, conversation_ids: list[UUID], *, before: datetime
    ) -> int:
        async with self._pool.transaction(tenant_id) as tx:
            ids = await inbox_purge.messages(
                tx, tenant_id=tenant_id, conversation_ids=conversation_ids, before=before, most=_BATCH
            )
            if not ids:
                return 0
            await sent_to_many.note_became(tx, tenant_id=tenant_id, message_ids=ids)
            await files.forget(tx, tenant_id=tenant_id, message_ids=ids)
            return await inbox_purge.delete_messages(tx, tenant_id=tenant_id, message_ids=ids, before=before)

    async def _delete(self, delete: "_Delete", tenant_id: UUID, *, before: datetime, most: int) -> int:
        async with self._pool.transaction(tenant_id) as tx:
            return await delete(tx, tenant_id=tenant_id, before=before, most=most)


_Now = Callable[[Transaction], Awaitable[datetime]]
_Delete = Callable[..., Awaitable[int]]
_KINDS: Final[tuple[tuple[str, _Delete, int], ...]] = (
    ("notes", inbox_purge.delete_annotations, _BATCH),
    ("others", inbox_purge.delete_beside, _BATCH),
    ("notices", ingest_purge.delete_notices, _BATCH),
    ("notifications", notifications.delete_events, _BATCH),
    ("deeds", automations.delete_deeds, _BATCH),
    ("events", log_of_events.delete_events, _BATCH),
    ("files", files.delete_assets, _FILES),
)


def _always(now: datetime) -> tuple[tuple[str, _Delete, datetime], ...]:
    """Return what is deleted even for a tenant that keeps everything, and from which age on."""
    return (
        ("answers", idempotency.drop_before, now - ANSWERS_KEPT),
        ("deliveries", deliveries.drop_before, now - DELIVERIES_KEPT),
        ("tombstones", tombstones.drop, now),
        # As long as what was erased is remembered, and for the same reason: until then their message may come, by Meta or by a replay.
        ("others", inbox_purge.delete_unmet, now - tombstones.KEPT),
        ("recipients", sent_to_many.drop_thrown_away, now),
    )


async def count_older(tx: Transaction, *, tenant_id: UUID, days: int, now: datetime, most: int) -> int:
    """Return how many messages a limit of ``days`` would delete now, counted up to ``most``."""
    before = limit(retention_days=days, now=now)
    return await inbox_purge.count_before(tx, tenant_id=tenant_id, before=before, most=most)


def _entry(tenant_id: UUID, done: Purged, *, days: int | None) -> AuditEntry:
    return AuditEntry(
        tenant_id=tenant_id,
        actor=_ACTOR,
        action="retention.purged",
        subject=str(tenant_id),
        detail={**msgspec.structs.asdict(done), "retention_days": days},
    )
