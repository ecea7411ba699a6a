"""Deletes files that no message needs. First their rows, in a transaction; then their bytes, which is repeated if it is interrupted.

If the same content is to be stored again while its bytes are being deleted, it has to wait, because both have the same key.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.infra.db import Id, Pool, Query, Transaction
from curbe.media.rules import BROKEN_OFF, keys_of, thumbnail_key
from curbe.media.storage import StorageFailed

_PACKAGE: Final = "curbe.media"


class _Doomed(msgspec.Struct, frozen=True):
    id: UUID
    storage_key: str


class _Key(msgspec.Struct, frozen=True):
    storage_key: str


class _Content(msgspec.Struct, frozen=True):
    sha256: bytes


class _Yes(msgspec.Struct, frozen=True):
    yes: bool


_FORGET: Final = Query(_PACKAGE, "forget_files")
_TO_PURGE: Final = Query(_PACKAGE, "assets_to_purge", _Doomed)
_FILES_OF: Final = Query(_PACKAGE, "files_of", Id)
_LOCK: Final = Query(_PACKAGE, "lock_assets", Id)
_TO_ERASE: Final = Query(_PACKAGE, "assets_to_erase", _Doomed)
_SPARE: Final = Query(_PACKAGE, "spare_assets")
_SPARED: Final = Query(_PACKAGE, "spared_assets", Id)
_PURGE: Final = Query(_PACKAGE, "purge_assets")
_KEYS: Final = Query(_PACKAGE, "keys_to_delete", _Key)
_DELETED: Final = Query(_PACKAGE, "deleted_keys")
_RESERVE: Final = Query(_PACKAGE, "reserve_content")
_GIVEN_UP: Final = Query(_PACKAGE, "reservations_given_up", _Content)
_GIVE_UP: Final = Query(_PACKAGE, "give_up_reservations")
_WANT: Final = Query(_PACKAGE, "want_asset")
_IS_BEING_DELETED: Final = Query(_PACKAGE, "is_being_deleted", _Yes)


async def forget(tx: Transaction, *, tenant_id: UUID, message_ids: list[UUID]) -> int:
    """Detach the files of messages that are about to be deleted; return from how many messages."""
    return await _FORGET.run(tx, tenant_id=tenant_id, message_ids=message_ids)


async def delete_assets(tx: Transaction, *, tenant_id: UUID, before: datetime, most: int) -> int:
    """Delete the rows of up to ``most`` files that no message has and nobody asked for since ``before``; their bytes are deleted later."""
    return await _delete(
        tx, await _TO_PURGE.all(tx, tenant_id=tenant_id, before=before, most=most), tenant_id
    )


async def erase(tx: Transaction, *, tenant_id: UUID, message_ids: list[UUID]) -> int:
    """Detach the files of an erased person's messages, and delete the rows of those that nothing else uses; return how many."""
    found = await _FILES_OF.all(tx, tenant_id=tenant_id, message_ids=message_ids)
    await forget(tx, tenant_id=tenant_id, message_ids=message_ids)
    return await delete_unneeded(tx, tenant_id=tenant_id, asset_ids=[one.id for one in found])


async def delete_unneeded(tx: Transaction, *, tenant_id: UUID, asset_ids: list[UUID]) -> int:
    """Delete the rows of those of these files that nothing uses; their bytes are deleted later. Return how many.

    A file that is just being stored for somebody else is spared; if that is interrupted, `delete_spared` deletes it a day later.
    """
    if not asset_ids:
        return 0
    await _LOCK.all(tx, tenant_id=tenant_id, ids=asset_ids)
    doomed = await _TO_ERASE.all(tx, tenant_id=tenant_id, ids=asset_ids)
    deleted = await _delete(tx, doomed, tenant_id)
    await _SPARE.run(tx, tenant_id=tenant_id, ids=asset_ids)
    return deleted


async def delete_spared(tx: Transaction, *, tenant_id: UUID, most: int) -> int:
    """Delete the rows of up to ``most`` files that were spared because somebody was storing them, and nobody has; return how many."""
    spared = await _SPARED.all(tx, tenant_id=tenant_id, most=most)
    return await delete_unneeded(tx, tenant_id=tenant_id, asset_ids=[one.id for one in spared])


async def _delete(tx: Transaction, doomed: list[_Doomed], tenant_id: UUID) -> int:
    if not doomed:
        return 0
    # The storage may have a thumbnail that the row does not know of, made when the same content was stored once more.
    keys = [key for one in doomed for key in (one.storage_key, thumbnail_key(one.storage_key))]
    return await _PURGE.run(tx, tenant_id=tenant_id, ids=[one.id for one in doomed], keys=keys)


async def give_up(tx: Transaction, *, tenant_id: UUID, most: int) -> int:
    """Mark the bytes of up to ``most`` files for deletion whose storing was interrupted before their rows were written; return how many."""
    contents = [
        row.sha256 for row in await _GIVEN_UP.all(tx, tenant_id=tenant_id, after=BROKEN_OFF, most=most)
    ]
    if contents:
        places = [(sha256, key) for sha256 in contents for key in keys_of(tenant_id, sha256)]
        await _GIVE_UP.run(
            tx,
            tenant_id=tenant_id,
            sha256s=[sha256 for sha256, _ in places],
            keys=[key for _, key in places],
        )
    return len(contents)


async def keys_to_delete(tx: Transaction, *, tenant_id: UUID, most: int) -> list[str]:
    """Return keys whose bytes are to be deleted from the storage."""
    return [row.storage_key for row in await _KEYS.all(tx, tenant_id=tenant_id, most=most)]


async def deleted(tx: Transaction, *, tenant_id: UUID, keys: list[str]) -> None:
    """Note that the bytes under ``keys`` have been deleted."""
    await _DELETED.run(tx, tenant_id=tenant_id, keys=keys)


async def reserve(pool: Pool, *, tenant_id: UUID, sha256: bytes) -> None:
    """Protect a content that is about to be stored from being deleted, whether the tenant has it already or not.

    Must be committed before the bytes are stored: reserved only with the row, they could be deleted in between. The reservation also shows
    when storing was interrupted before the row was written (`give_up`).

    Raises:
        StorageFailed: the same content is being deleted at this moment; try again soon.
    """
    keys = list(keys_of(tenant_id, sha256))
    async with pool.transaction(tenant_id) as tx:
        await _WANT.run(tx, tenant_id=tenant_id, sha256=sha256)
        await _RESERVE.run(tx, tenant_id=tenant_id, sha256=sha256)
        row = await _IS_BEING_DELETED.one(tx, tenant_id=tenant_id, keys=keys)
    if row is not None and row.yes:
        raise StorageFailed("the same content is being deleted at this moment")
