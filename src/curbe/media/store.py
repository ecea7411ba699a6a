"""The rows of files."""

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
    """Write down the files that a batch of messages, of any tenants, announces."""
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
    """Write the file down and return its id: that of the row the tenant had for this content, if it had one."""
    columns = msgspec.structs.asdict(asset)
    del columns["created_at"]
    # First: who reserves a content has its row before its reservation, too.
    await _KEEP.run(tx, tenant_id=tenant_id, sha256=asset.sha256)
    while True:
        row = await _INSERT.one(tx, tenant_id=tenant_id, **columns)
        if row is not None:
            return row.id
        # Another wrote it between the two halves of the statement, and it is committed: the next look sees it.


async def find_asset(tx: Transaction, *, tenant_id: UUID, asset_id: UUID) -> Asset | None:
    """Return a file of the tenant's."""
    return await _FIND.one(tx, tenant_id=tenant_id, id=asset_id)


async def want(tx: Transaction, *, tenant_id: UUID, asset_id: UUID) -> None:
    """Keep a file from being deleted that is about to be sent; whoever is deleting it is waited for."""
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
    """Hang a stored file on a message; False where the tenant has no such file."""
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
    """Say that the message's file is there; False where nobody waits for it any more."""
    return bool(await _STORED.run(tx, tenant_id=tenant_id, message_id=message_id, asset_id=asset_id))


async def mark_failed(tx: Transaction, *, tenant_id: UUID, message_id: UUID, error: str) -> bool:
    """Say that the message's file will not come, and why; False where nobody waits for it any more."""
    return bool(await _FAILED.run(tx, tenant_id=tenant_id, message_id=message_id, error=error))


async def mark_pending(tx: Transaction, *, tenant_id: UUID, message_id: UUID) -> bool:
    """Let a failed file be fetched again; False where it did not fail."""
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
    """Let a number's files of the last ``kept`` that failed for ``reasons`` be fetched again; return their messages.

    Those whose job of ``kind`` waits for one of these reasons are returned too.
    """
    rows = await _ASK_AGAIN_OF_NUMBER.all(
        tx, tenant_id=tenant_id, connection_id=connection_id, kind=kind, reasons=list(reasons), kept=kept
    )
    return [row.message_id for row in rows]


async def state_of(tx: Transaction, *, tenant_id: UUID, message_id: UUID) -> str | None:
    """Return where a message's file stands, None where it has none."""
    row = await _STATE.one(tx, tenant_id=tenant_id, message_id=message_id)
    return row.state if row else None


async def find_upload(
    tx: Transaction, *, tenant_id: UUID, asset_id: UUID, connection_id: UUID
) -> Upload | None:
    """Return the file's id at Meta for this number, which may have ended."""
    return await _FIND_UPLOAD.one(tx, tenant_id=tenant_id, asset_id=asset_id, connection_id=connection_id)


async def remember_upload(
    tx: Transaction, upload: Upload, *, tenant_id: UUID, asset_id: UUID, connection_id: UUID
) -> None:
    """Keep the file's id at Meta for this number; of two the one that lasts longer."""
    await _REMEMBER_UPLOAD.run(
        tx,
        tenant_id=tenant_id,
        asset_id=asset_id,
        connection_id=connection_id,
        provider_media_id=upload.provider_media_id,
        expires_at=upload.expires_at,
    )
