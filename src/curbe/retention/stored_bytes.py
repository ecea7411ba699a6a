"""Deletes from the storage what no row names any more: the end of whatever deletes rows of files."""

import hashlib
import time
from datetime import timedelta
from typing import Final
from uuid import UUID

from curbe.infra.db import Pool
from curbe.media import purge as files
from curbe.media.storage import Storage

STORAGE_FAILED: Final = "storage_failed"  # why a job is put back whose bytes could not be deleted
_FILES: Final = 200


async def delete_bytes(pool: Pool, storage: Storage, *, tenant_id: UUID, turn: timedelta) -> bool:
    """Delete what no row names any more, or none ever did; return whether that was all.

    One at a time of a tenant's: of two that read the same keys, one would let a content be stored anew and the other delete it. Who comes
    second deletes nothing, and that was not all. For one turn, and one file at least, far within the job's lease, as another has its turn
    after it.

    Raises:
        StorageFailed: the storage does not do it now.
    """
    async with pool.session() as session:  # where the process is killed the lock ends with it
        if not await session.try_lock(_lock_key(tenant_id)):
            return False
        try:
            return await _delete_bytes(pool, storage, tenant_id=tenant_id, turn=turn)
        finally:
            await session.unlock(_lock_key(tenant_id))


def left_of(turn: timedelta, *, began: float) -> timedelta:
    """Return what is left of a turn that ``began`` then (seconds of the monotonic clock); rows and bytes share one."""
    return max(turn - timedelta(seconds=time.monotonic() - began), timedelta())


def _lock_key(tenant_id: UUID) -> int:
    """Return the advisory lock of deleting a tenant's bytes."""
    digest = hashlib.blake2b(b"stored bytes" + tenant_id.bytes, digest_size=8).digest()
    return int.from_bytes(digest, signed=True)


async def _delete_bytes(pool: Pool, storage: Storage, *, tenant_id: UUID, turn: timedelta) -> bool:
    until = time.monotonic() + turn.total_seconds()
    while True:
        async with pool.transaction(tenant_id) as tx:
            await files.give_up(tx, tenant_id=tenant_id, most=_FILES)
        async with pool.transaction(tenant_id) as tx:
            await files.delete_spared(tx, tenant_id=tenant_id, most=_FILES)
            keys = await files.keys_to_delete(tx, tenant_id=tenant_id, most=_FILES)
        if not keys:
            return True
        gone = await _delete_keys(storage, keys, until=until)
        async with pool.transaction(tenant_id) as tx:
            await files.deleted(tx, tenant_id=tenant_id, keys=gone)
        if time.monotonic() >= until:
            return False


async def _delete_keys(storage: Storage, keys: list[str], *, until: float) -> list[str]:
    """Delete what lies under ``keys`` until that moment, at least the first; return which that was."""
    gone: list[str] = []
    for key in keys:
        await storage.delete(key)
        gone.append(key)
        if time.monotonic() >= until:
            break
    return gone
