"""Bringing a tenant's templates up to Meta's own list: webhooks tell of changes alone, and of none before the number was connected."""

from collections.abc import Callable, Iterable
from datetime import datetime
from uuid import UUID

from curbe.channels.cloudapi.client import CloudApi
from curbe.connections import service as connections
from curbe.domain.errors import AppError, NoConnection
from curbe.domain.notices import TemplateReported
from curbe.infra.crypto import CannotOpen, Keyring, Secret
from curbe.infra.db import Pool
from curbe.templates import listing, service
from curbe.templates.rules import news_in
from curbe.templates.service import TemplateNews
from curbe.templates.shapes import AccountSynced, Synced


async def sync(
    pool: Pool, *, tenant_id: UUID, cloud_api: CloudApi, keyring: Keyring, clock: Callable[[], datetime]
) -> Synced:
    """Ask Meta for the templates of each of the tenant's WABAs, once a WABA, and keep what is new.

    One WABA's refusal does not keep the others from being read.

    Raises:
        NoConnection: the tenant has no number that could ask.
        AppError: Meta refused, and there is no other WABA to tell of.
    """
    tokens = await _tokens(pool, tenant_id=tenant_id, keyring=keyring)
    done: list[AccountSynced] = []
    refusals: list[AppError] = []
    for waba_id, token in tokens.items():
        at = clock()
        try:
            listed = await cloud_api.templates_of(waba_id, token, at=at)
        except AppError as refusal:
            refusals.append(refusal)
            done.append(AccountSynced(waba_id=waba_id, error=refusal.code, detail=refusal.detail))
            continue
        async with pool.transaction(tenant_id) as tx:
            news = news_in(listed, await listing.known(tx, tenant_id=tenant_id, waba_id=waba_id), at=at)
            changed = await service.apply(tx, _news(news, tenant_id=tenant_id, waba_id=waba_id))
        done.append(AccountSynced(waba_id=waba_id, templates=len(listed), changed=len(changed)))
    if refusals and len(refusals) == len(done):
        raise refusals[0]
    return Synced(accounts=done)


async def _tokens(pool: Pool, *, tenant_id: UUID, keyring: Keyring) -> dict[str, Secret]:
    """Return a token for each WABA of the tenant's live connections."""
    tokens: dict[str, Secret] = {}
    unreadable: CannotOpen | None = None
    async with pool.transaction(tenant_id) as tx:
        for connection in await connections.every(tx, tenant_id=tenant_id):
            if not connection.is_live or connection.waba_id is None or connection.waba_id in tokens:
                continue
            try:
                tokens[connection.waba_id] = await connections.credentials(
                    tx, tenant_id=tenant_id, connection_id=connection.id, keyring=keyring
                )
            except CannotOpen as failure:
                unreadable = failure
    if tokens:
        return tokens
    if unreadable is not None:
        raise NoConnection(str(unreadable), fix="Connect the number again with a new access token.")
    raise NoConnection("No number is connected whose templates could be read.", fix="Connect a number first.")


def _news(reports: Iterable[TemplateReported], *, tenant_id: UUID, waba_id: str) -> list[TemplateNews]:
    return [TemplateNews(tenant_id, waba_id, report) for report in reports]
