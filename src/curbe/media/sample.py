"""Hands a stored file to Meta as the sample of a template's header [Graph: resumable upload]."""

from collections.abc import AsyncIterator
from uuid import UUID

from curbe.channels.cloudapi import samples
from curbe.channels.cloudapi.client import CloudApi
from curbe.domain.errors import GraphUnreachable, Unavailable
from curbe.infra.crypto import Keyring
from curbe.infra.db import Pool
from curbe.media import service
from curbe.media.kinds import MediaKind
from curbe.media.rules import name_of
from curbe.media.storage import NotStored, Storage, StorageFailed
from curbe.templates import accounts


async def hand_over(
    pool: Pool,
    *,
    tenant_id: UUID,
    media_id: UUID,
    header: str,
    waba_id: str | None,
    cloud_api: CloudApi,
    keyring: Keyring,
    storage: Storage,
) -> str:
    """Return the handle under which Meta has the file; ``header`` is the format it is for: IMAGE, VIDEO or DOCUMENT.

    Raises:
        NotFound: the tenant has no such file.
        InvalidRequest: its type or size will not do for that header.
        AppError: Meta refused, or there is no WABA to ask for.
        Unavailable: the file cannot be read.
    """
    async with pool.transaction(tenant_id) as tx:
        asset = await service.sendable(
            tx, tenant_id=tenant_id, media_id=media_id, kind=MediaKind(header.lower()), field="media_id"
        )
    account = await accounts.the_one(pool, tenant_id=tenant_id, waba_id=waba_id, keyring=keyring)
    trouble: list[NotStored | StorageFailed] = []

    async def chunks(start: int) -> AsyncIterator[bytes]:
        trouble.clear()
        try:
            async for chunk in storage.read(asset.storage_key, start=start, length=asset.size - start):
                yield chunk
        except (NotStored, StorageFailed) as failure:
            trouble.append(failure)  # kept, because the HTTP client reports it as a broken connection only
            raise

    try:
        return await samples.upload(
            cloud_api,
            account.app_id,
            account.token,
            size=asset.size,
            chunks=chunks,
            filename=name_of(asset.filename, mime_type=asset.mime_type),
            mime_type=asset.mime_type,
        )
    except GraphUnreachable:
        if trouble:
            raise Unavailable("The file cannot be read.", fix="Upload it again.") from trouble[0]
        raise
