"""Hands a stored file to Meta so that a message can name it: once for each number, as long as the id lasts."""

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

    async def provide(
        self, media_id: UUID, still_wanted: Callable[[], Awaitable[bool]], *, number: SendingNumber
    ) -> str | SendFailure:
        """Return the id under which ``number`` can send the file for a day at least; uploads it where Meta does not have it.

        ``still_wanted`` is asked before an upload, which may take :data:`~curbe.channels.cloudapi.client.UPLOAD_WITHIN`. No transaction
        is open while Meta is asked. A failure means that nothing was sent to anybody: never ``AMBIGUOUS``.
        """
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
        if not await still_wanted():
            return _TOO_LATE
        uploaded = await self._upload(asset, number)
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
        match trouble:
            case [NotStored()]:
                return _given_up("The file is no longer stored.")
            case [StorageFailed() as failure]:
                return SendFailure(
                    kind=FailureKind.TRANSIENT,
                    code=None,
                    title="Storage",
                    detail=str(failure),
                    words="The file could not be read; it is tried again.",
                )
            case _:
                return uploaded


def _given_up(detail: str) -> SendFailure:
    return SendFailure(
        kind=FailureKind.INVALID_REQUEST,
        code=None,
        title="File",
        detail=detail,
        words="The file of this message does not exist any more.",
    )
