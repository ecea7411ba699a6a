"""Hands a stored file to Meta so that a message can name it: once for each number, as long as the id lasts."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.channels.cloudapi.client import CloudApi
from curbe.channels.cloudapi.media import upload_form
from curbe.domain.errors import NotFound
from curbe.domain.failures import FailureKind, SendFailure
from curbe.infra.crypto import Secret
from curbe.infra.db import Pool
from curbe.media import service, store
from curbe.media.rules import UPLOAD_LIVES, name_of, upload_is_usable
from curbe.media.shapes import Asset, Upload
from curbe.media.storage import NotStored, Storage, StorageFailed

_TOO_LATE: Final = SendFailure(
    kind=FailureKind.TRANSIENT,
    code=None,
    title="Too late",
    detail="somebody else has answered for the message before its file was uploaded",
    words="The file could not be handed to WhatsApp in time.",
)
NOT_PROVIDED: Final = SendFailure(
    kind=FailureKind.TRANSIENT,
    code=None,
    title="File not ready",
    detail="what was done for this message's file broke off before it was at Meta; nothing was sent to anybody",
    words="The file could not be handed to WhatsApp. Send it again later.",
)


class SendingNumber(msgspec.Struct, frozen=True):
    """The number that will send the file, and its token."""

    tenant_id: UUID
    connection_id: UUID
    phone_number_id: str
    token: Secret


class Provider:
    """Uploads files to Meta.

    Args:
        pool: as the worker role.
        cloud_api: to upload with.
        storage: where the files are.
        now: the time.
    """

    def __init__(
        self, pool: Pool, *, cloud_api: CloudApi, storage: Storage, now: Callable[[], datetime]
    ) -> None:
        self._pool: Final = pool
        self._cloud_api: Final = cloud_api
        self._storage: Final = storage
        self._now: Final = now
        # By the token too: its failure is of one token, and no other is to be blamed for it.
        self._under_way: Final[
            dict[tuple[UUID, SendingNumber], asyncio.Future[str | SendFailure | None]]
        ] = {}

    async def provide(
        self, media_id: UUID, still_wanted: Callable[[], Awaitable[bool]], *, number: SendingNumber
    ) -> str | SendFailure:
        """Return the id under which ``number`` can send the file for a day at least; uploads it where Meta does not have it.

        ``still_wanted`` is asked before an upload, which may take :data:`~curbe.channels.cloudapi.client.UPLOAD_WITHIN`. No transaction
        is open while Meta is asked. A failure means that nothing was sent to anybody: never ``AMBIGUOUS``.
        """
        found = await self._found(media_id, number)
        if not isinstance(found, Asset):
            return found
        while await still_wanted():
            under_way = self._under_way.get((media_id, number))
            if under_way is None:
                return await self._provided(media_id, number)
            # A campaign begins with hundreds of messages that have the same file: they wait for the one that uploads it.
            outcome = await asyncio.shield(under_way)
            if outcome is not None:
                return outcome
        return _TOO_LATE

    async def _found(self, media_id: UUID, number: SendingNumber) -> Asset | str | SendFailure:
        """Return the id under which Meta has the file for a day at least, or the file itself where it is to be uploaded."""
        try:
            async with self._pool.transaction(number.tenant_id) as tx:
                asset = await service.asset(tx, tenant_id=number.tenant_id, media_id=media_id)
                known = await store.find_upload(
                    tx,
                    tenant_id=number.tenant_id,
                    asset_id=media_id,
                    connection_id=number.connection_id,
                )
        except NotFound as missing:
            return _given_up(missing.detail)
        if known is not None and upload_is_usable(known.expires_at, now=self._now()):
            return known.provider_media_id
        return asset

    async def _provided(self, media_id: UUID, number: SendingNumber) -> str | SendFailure:
        """Upload the file, and tell who waits for that what came of it."""
        told = self._under_way[media_id, number] = asyncio.get_running_loop().create_future()
        outcome: str | SendFailure | None = None  # told to stop: whoever waits uploads it
        try:
            outcome = await self._uploaded(media_id, number)
        except Exception:
            outcome = NOT_PROVIDED
            raise
        else:
            return outcome
        finally:
            del self._under_way[media_id, number]
            told.set_result(outcome)

    async def _uploaded(self, media_id: UUID, number: SendingNumber) -> str | SendFailure:
        found = await self._found(media_id, number)  # once more: it may have been uploaded a moment ago
        if not isinstance(found, Asset):
            return found
        uploaded = await self._upload(found, number)
        if isinstance(uploaded, SendFailure):
            return uploaded
        upload = Upload(uploaded, self._now() + UPLOAD_LIVES)
        async with self._pool.transaction(number.tenant_id) as tx:
            await store.remember_upload(
                tx,
                upload,
                tenant_id=number.tenant_id,
                asset_id=media_id,
                connection_id=number.connection_id,
            )
        return uploaded

    async def _upload(self, asset: Asset, number: SendingNumber) -> str | SendFailure:
        unread = await self._unread(asset)
        if unread is not None:
            return unread
        trouble: list[NotStored | StorageFailed] = []

        async def chunks() -> AsyncIterator[bytes]:
            try:
                async with aclosing(
                    self._storage.read(asset.storage_key, start=0, length=asset.size)
                ) as read:
                    async for chunk in read:
                        yield chunk
            except (NotStored, StorageFailed) as failure:
                trouble.append(failure)  # the client tells it as a broken connection
                raise

        body, content_type = upload_form(
            mime_type=asset.mime_type,
            filename=name_of(asset.filename, mime_type=asset.mime_type),
            size=asset.size,
            chunks=chunks,
        )
        uploaded = await self._cloud_api.upload_media(
            number.phone_number_id, number.token, body=body, content_type=content_type
        )
        return _not_read(trouble[0]) if trouble else uploaded

    async def _unread(self, asset: Asset) -> SendFailure | None:
        """Return why the file cannot be read, by its first byte: of a request whose file does not come Meta need not hear."""
        try:
            async with aclosing(self._storage.read(asset.storage_key, start=0, length=1)) as read:
                async for _ in read:
                    pass
        except (NotStored, StorageFailed) as failure:
            return _not_read(failure)
        return None


def _not_read(failure: NotStored | StorageFailed) -> SendFailure:
    """Return what it means for a message that its file cannot be read: one that is gone is gone, a store that is away comes back."""
    if isinstance(failure, NotStored):
        return _given_up("The file is no longer stored.")
    return SendFailure(
        kind=FailureKind.STORAGE,
        code=None,
        title="Storage",
        detail=str(failure),
        words="The file could not be read from where Curbe keeps files. Send it again later.",
    )


def _given_up(detail: str) -> SendFailure:
    return SendFailure(
        kind=FailureKind.INVALID_REQUEST,
        code=None,
        title="File",
        detail=detail,
        words="The file of this message does not exist any more.",
    )
