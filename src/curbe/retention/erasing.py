"""Erases a person: their messages first, then who they are, then every other place that names them. Each step can be repeated.

From the request on nobody finds them any more (`erasures`). Messages are deleted before the files and conversations that hang on them. The
logs are searched last, because by then nothing of theirs can be written into them any more. How far that search has come is stored in the
erasure's row, in the same transaction as what it deleted.
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
from curbe.campaigns import persons as campaigns
from curbe.consent import erasing as consents
from curbe.inbox import erasing as inbox
from curbe.inbox import merging, tombstones
from curbe.inbox import purge as inbox_purge
from curbe.infra import jobs
from curbe.infra.db import Pool, Transaction
from curbe.infra.jobs import Job
from curbe.ingest import purge as ingest_purge
from curbe.media import purge as files
from curbe.media.storage import Storage, StorageFailed
from curbe.notifications import erasing as notifications
from curbe.outbound import erasing as outbox
from curbe.realtime import purge as log_of_events
from curbe.realtime import service as realtime
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event
from curbe.retention import erasures
from curbe.retention.erasures import Kept
from curbe.retention.stored_bytes import STORAGE_FAILED, delete_bytes, left_of

log: Final = structlog.get_logger(__name__)

_ACTOR: Final = "system:retention"
_BATCH: Final = 500  # rows of a kind in one transaction
_AHEAD: Final = 2_000  # rows of a log looked at in one transaction
_TURN: Final = timedelta(seconds=10)  # short enough for the worker to be stopped without a kill
_NEXT_TURN: Final = timedelta(seconds=1)
_STORAGE_AGAIN: Final = timedelta(minutes=5)
_BREATH: Final = 0.02  # seconds between two batches, for others who need the same rows

_Now = Callable[[Transaction], Awaitable[datetime]]
_Walk = Callable[[Transaction, UUID, Kept, list[str]], Awaitable[list[str]]]


class Eraser:
    """Handles ``retention.erase``.

    Args:
        pool: connections with the worker role.
        everybody: connections with the batch role, the only one that sees what waits to be applied.
        storage: holds the files.
        now: returns the present moment, in a transaction.
        turn: how long one attempt works before other jobs get the worker.
    """

    def __init__(
        self, pool: Pool, *, everybody: Pool, storage: Storage, now: _Now, turn: timedelta = _TURN
    ) -> None:
        self._pool: Final = pool
        self._everybody: Final = everybody
        self._storage: Final = storage
        self._now: Final = now
        self._turn: Final = turn

    async def __call__(self, job: Job) -> None:
        """Delete for one turn. With the last of it, the erasure's own record forgets whom it was about.

        Raises:
            LostLease: another attempt has taken over; what was deleted stays deleted.
        """
        tenant_id = job.tenant_id
        async with self._pool.transaction(tenant_id) as tx:
            erasure = await erasures.kept(tx, tenant_id=tenant_id, contact_id=job.subject)
            if erasure is None or erasure.finished_at is not None:
                await jobs.finish(tx, job)
                return
        if not erasure.walk and not erasure.walked:
            # Before anything else, and once more at the end for what comes meanwhile: a notice that Meta delivers again would bring the
            # person back.
            await self._one(_notices, tenant_id, erasure)
        again = await self._again_after(tenant_id, erasure)
        async with self._pool.transaction(tenant_id) as tx:
            if again is None:
                now = await self._now(tx)
                await erasures.end(tx, tenant_id=tenant_id, contact_id=job.subject, now=now)
                await audit.record(tx, [_entry(tenant_id, erasure)])
                await jobs.finish(tx, job)
            else:
                error = STORAGE_FAILED if again == _STORAGE_AGAIN else None
                await jobs.put_back(tx, job, after=again, error=error)
        log.info("erasure_turn_ended", tenant_id=str(tenant_id), whole=again is None)

    async def _again_after(self, tenant_id: UUID, erasure: Kept) -> timedelta | None:
        """Delete rows and bytes for one turn; return after what pause to go on, None where nothing is left."""
        began = time.monotonic()
        if not await self._take_turn(tenant_id, erasure, began=began):
            return _NEXT_TURN
        try:
            left = left_of(self._turn, began=began)
            whole = await delete_bytes(self._pool, self._storage, tenant_id=tenant_id, turn=left)
        except StorageFailed as failure:
            log.warning("files_not_deleted", tenant_id=str(tenant_id), reason=str(failure))
            return _STORAGE_AGAIN
        return None if whole else _NEXT_TURN

    async def _take_turn(self, tenant_id: UUID, erasure: Kept, *, began: float) -> bool:
        """Delete rows for one turn; return whether none are left."""
        async for whole in self._batches(tenant_id, erasure):
            if whole:
                return True
            if not left_of(self._turn, began=began):
                return False
            await asyncio.sleep(_BREATH)
        return False

    async def _batches(self, tenant_id: UUID, erasure: Kept) -> AsyncIterator[bool]:
        """Delete batch after batch, and yield after each whether that was the last. Stops early while a message is still being sent."""
        for delete in (_withdraw, _recipients, _messages, _beside, _annotations):
            while await self._one(delete, tenant_id, erasure):
                yield False
        async with self._pool.transaction(tenant_id) as tx:
            ids = erasure.conversation_ids
            if await outbox.is_sending(tx, tenant_id=tenant_id, conversation_ids=ids):
                return  # the next turn goes on once the attempt has ended, or its lease has run out
            there = await _people(tx, tenant_id, erasure)
        if there:
            yield False
        async for _ in self._walked(tenant_id, erasure):
            yield False
        async with self._everybody.transaction() as everybody:
            await ingest_purge.erase_set_aside(everybody, tenant_id=tenant_id, names=erasure.names)
            await inbox.delete_parked_files(everybody, tenant_id=tenant_id, names=erasure.names)
        async with self._pool.transaction(tenant_id) as tx:
            await _notices(tx, tenant_id, erasure)
            await consents.delete_failed_rows(tx, tenant_id=tenant_id, names=erasure.names)
        yield True

    async def _one(self, delete: "_Delete", tenant_id: UUID, erasure: Kept) -> int:
        async with self._pool.transaction(tenant_id) as tx:
            return await delete(tx, tenant_id, erasure)

    async def _walked(self, tenant_id: UUID, erasure: Kept) -> AsyncIterator[None]:
        """Search the logs for the person's names one after the other, from where an earlier turn stopped."""
        walk, after = erasure.walk, erasure.walked
        while walk < len(_WALKS):
            async with self._pool.transaction(tenant_id) as tx:
                after = await _WALKS[walk](tx, tenant_id, erasure, after)
                walk += not after
                await erasures.note_walk(
                    tx, tenant_id=tenant_id, contact_id=erasure.contact_id, walk=walk, walked=after
                )
            yield


_Delete = Callable[[Transaction, UUID, Kept], Awaitable[int]]


async def _withdraw(tx: Transaction, tenant_id: UUID, erasure: Kept) -> int:
    return await outbox.withdraw(
        tx, tenant_id=tenant_id, conversation_ids=erasure.conversation_ids, most=_BATCH
    )


async def _recipients(tx: Transaction, tenant_id: UUID, erasure: Kept) -> int:
    return await campaigns.erase(
        tx,
        tenant_id=tenant_id,
        contact_ids=erasure.contact_ids,
        conversation_ids=erasure.conversation_ids,
        phones=erasure.phones,
        names=erasure.names,
    )


async def _messages(tx: Transaction, tenant_id: UUID, erasure: Kept) -> int:
    ids = await inbox.messages(
        tx, tenant_id=tenant_id, conversation_ids=erasure.conversation_ids, most=_BATCH
    )
    if not ids:
        return 0
    await files.erase(tx, tenant_id=tenant_id, message_ids=ids)
    await tombstones.bury_messages(tx, tenant_id=tenant_id, message_ids=ids)
    return await inbox_purge.delete_messages(tx, tenant_id=tenant_id, message_ids=ids)


async def _beside(tx: Transaction, tenant_id: UUID, erasure: Kept) -> int:
    return await inbox.delete_beside(
        tx, tenant_id=tenant_id, conversation_ids=erasure.conversation_ids, most=_BATCH
    )


async def _annotations(tx: Transaction, tenant_id: UUID, erasure: Kept) -> int:
    return await inbox.delete_annotations(
        tx, tenant_id=tenant_id, conversation_ids=erasure.conversation_ids, most=_BATCH
    )


async def _notices(tx: Transaction, tenant_id: UUID, erasure: Kept) -> int:
    digests = await ingest_purge.erase_notices(tx, tenant_id=tenant_id, names=erasure.names)
    return await tombstones.bury_notices(tx, tenant_id=tenant_id, digests=digests)


async def _people(tx: Transaction, tenant_id: UUID, erasure: Kept) -> bool:
    """Delete the contacts and their conversations, and append the event; False if that was done before."""
    people = {"tenant_id": tenant_id, "contact_ids": erasure.contact_ids}
    await merging.lock_people_exclusively(tx, [tenant_id])
    await consents.delete_words(tx, aliases=erasure.aliases, **people)
    if not await inbox.delete_people(tx, conversation_ids=erasure.conversation_ids, **people):
        return False
    await realtime.append(tx, [_event(tenant_id, erasure)])
    return True


async def _walk_events(tx: Transaction, tenant_id: UUID, erasure: Kept, after: list[str]) -> list[str]:
    return await log_of_events.walk_events(
        tx,
        tenant_id=tenant_id,
        conversation_ids=erasure.conversation_ids,
        names=[*erasure.names, *_ids(erasure)],
        after=after,
        most=_AHEAD,
    )


async def _walk_told(tx: Transaction, tenant_id: UUID, erasure: Kept, after: list[str]) -> list[str]:
    return await notifications.walk_events(
        tx, tenant_id=tenant_id, names=erasure.names, after=after, most=_AHEAD
    )


async def _walk_answers(tx: Transaction, tenant_id: UUID, erasure: Kept, after: list[str]) -> list[str]:
    return await outbox.walk_answers(tx, tenant_id=tenant_id, names=erasure.names, after=after, most=_AHEAD)


_WALKS: Final[tuple[_Walk, ...]] = (_walk_events, _walk_told, _walk_answers)


def _ids(erasure: Kept) -> list[str]:
    return [str(one) for one in (*erasure.contact_ids, *erasure.conversation_ids)]


def _event(tenant_id: UUID, erasure: Kept) -> Event:
    told = {
        "contact_id": str(erasure.contact_id),
        "conversation_ids": list(map(str, erasure.conversation_ids)),
    }
    return Event(tenant_id=tenant_id, type=EventType.CONTACT_ERASED, data=msgspec.json.encode(told).decode())


def _entry(tenant_id: UUID, erasure: Kept) -> AuditEntry:
    return AuditEntry(
        tenant_id=tenant_id,
        actor=_ACTOR,
        action="contact.erased",
        subject=str(erasure.contact_id),
        detail={"conversations": len(erasure.conversation_ids), "requested_by": erasure.requested_by},
    )
