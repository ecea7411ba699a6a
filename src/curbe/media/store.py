"""Reads and writes the rows of files."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.messages import Attachment
from curbe.infra.db import Id, Query, Transaction
from curbe.media.shapes import Asset, Upload, Wanted

_PACKAGE: Final = "curbe.media"


class Expected(msgspec.Struct, frozen=True):
    """The file that a new message announces; ``at`` is when its link was given."""

    tenant_id: UUID
    message_id: UUID
    connection_id: UUID
    attachment: Attachment
    at: datetime


class _MessageId(msgspec.Struct, frozen=True):
    message_id: UUID


class _State(msgspec.Struct, frozen=True):
    state: str


_EXPECT: Final = Query(_PACKAGE, "expect_media")
_TO_FETCH: Final = Query(_PACKAGE, "media_to_fetch", Wanted)
_INSERT: Final = Query(_PACKAGE, "insert_asset", Id)
_KEEP: Final = Query(_PACKAGE, "keep_spared")
_FIND: Final = Query(_PACKAGE, "find_asset", Asset)
_WANT: Final = Query(_PACKAGE, "want_asset_of_id")
_ATTACH: Final = Query(_PACKAGE, "attach_asset")
_STORED: Final = Query(_PACKAGE, "mark_stored")
_FAILED: Final = Query(_PACKAGE, "mark_failed")
_PENDING: Final = Query(_PACKAGE, "mark_pending")
_ASK_AGAIN_OF_NUMBER: Final = Query(_PACKAGE, "ask_again_of_number", _MessageId)
_STATE: Final = Query(_PACKAGE, "media_state", _State)
_FIND_UPLOAD: Final = Query(_PACKAGE, "find_upload", Upload)
_REMEMBER_UPLOAD: Final = Query(_PACKAGE, "remember_upload")


async def expect(tx: Transaction, expected: Sequence[Expected]) -> None:
    """Store the files that a batch of messages, of any tenants, announces."""
    files = [one.attachment for one in expected]
    await _EXPECT.run(
        tx,
        tenant_ids=[one.tenant_id for one in expected],
        message_ids=[one.message_id for one in expected],
        connection_ids=[one.connection_id for one in expected],
        provider_media_ids=[file.provider_media_id for file in files],
        urls=[file.url for file in files],
        url_ats=[one.at for one in expected],
        mime_types=[file.mime_type for file in files],
        sha256s=[file.sha256 for file in files],
        filenames=[file.filename for file in files],
        voices=[file.voice for file in files],
    )


async def to_fetch(tx: Transaction, *, tenant_id: UUID, message_id: UUID) -> Wanted | None:
    """Return the message's file if it is still to be fetched."""
    return await _TO_FETCH.one(tx, tenant_id=tenant_id, message_id=message_id)


async def insert_asset(tx: Transaction, asset: Asset, *, tenant_id: UUID) -> UUID:
    """Store the row of a file and return its id; if the tenant has a row for this content already, return that one's."""
    columns = msgspec.structs.asdict(asset)
    del columns["created_at"]
    # Locked first, in the same order as reserving a content does: the row before the reservation.
    await _KEEP.run(tx, tenant_id=tenant_id, sha256=asset.sha256)
    while True:
        row = await _INSERT.one(tx, tenant_id=tenant_id, **columns)
        if row is not None:
            return row.id
        # Another transaction inserted and committed it between the two halves of the statement; the next read sees it.


async def find_asset(tx: Transaction, *, tenant_id: UUID, asset_id: UUID) -> Asset | None:
    """Return a file of the tenant's."""
    return await _FIND.one(tx, tenant_id=tenant_id, id=asset_id)


async def want(tx: Transaction, *, tenant_id: UUID, asset_id: UUID) -> None:
    """Protect a file that is about to be sent from being deleted; waits for a transaction that is just deleting it."""
    await _WANT.run(tx, tenant_id=tenant_id, id=asset_id)


async def attach(
    tx: Transaction,
    *,
    tenant_id: UUID,
    message_id: UUID,
    connection_id: UUID,
    asset_id: UUID,
    filename: str | None,
    voice: bool,
) -> bool:
    """Attach a stored file to a message; False if the tenant has no such file."""
    return bool(
        await _ATTACH.run(
            tx,
            tenant_id=tenant_id,
            message_id=message_id,
            connection_id=connection_id,
            asset_id=asset_id,
            filename=filename,
            voice=voice,
        )
    )


async def mark_stored(tx: Transaction, *, tenant_id: UUID, message_id: UUID, asset_id: UUID) -> bool:
    """Note that the message's file is stored; False if it is no longer expected."""
    return bool(await _STORED.run(tx, tenant_id=tenant_id, message_id=message_id, asset_id=asset_id))


async def mark_failed(tx: Transaction, *, tenant_id: UUID, message_id: UUID, error: str) -> bool:
    """Note that the message's file will not come, and why; False if it is no longer expected."""
    return bool(await _FAILED.run(tx, tenant_id=tenant_id, message_id=message_id, error=error))


async def mark_pending(tx: Transaction, *, tenant_id: UUID, message_id: UUID) -> bool:
    """Mark a failed file as expected again; False if it did not fail."""
    return bool(await _PENDING.run(tx, tenant_id=tenant_id, message_id=message_id))


async def ask_again(
    tx: Transaction,
    *,
    tenant_id: UUID,
    connection_id: UUID,
    kind: str,
    reasons: Collection[str],
    kept: timedelta,
) -> list[UUID]:
    """Mark a number's files of the last ``kept`` that failed for one of ``reasons`` as expected again; return their messages.

    Messages whose job of ``kind`` waits to be retried for one of these reasons are returned, too.
    """
    rows = await _ASK_AGAIN_OF_NUMBER.all(
        tx, tenant_id=tenant_id, connection_id=connection_id, kind=kind, reasons=list(reasons), kept=kept
    )
    return [row.message_id for row in rows]


async def state_of(tx: Transaction, *, tenant_id: UUID, message_id: UUID) -> str | None:
    """Return the state of a message's file; None if it has none."""
    row = await _STATE.one(tx, tenant_id=tenant_id, message_id=message_id)
    return row.state if row else None


async def find_upload(
    tx: Transaction, *, tenant_id: UUID, asset_id: UUID, connection_id: UUID
) -> Upload | None:
    """Return the file's id at Meta for this number, which may have expired."""
    return await _FIND_UPLOAD.one(tx, tenant_id=tenant_id, asset_id=asset_id, connection_id=connection_id)


async def remember_upload(
    tx: Transaction, upload: Upload, *, tenant_id: UUID, asset_id: UUID, connection_id: UUID
) -> None:
    """Store the file's id at Meta for this number, unless a stored one lasts longer."""
    await _REMEMBER_UPLOAD.run(
        tx,
        tenant_id=tenant_id,
        asset_id=asset_id,
        connection_id=connection_id,
        provider_media_id=upload.provider_media_id,
        expires_at=upload.expires_at,
    )
