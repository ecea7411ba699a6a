"""Syncs a tenant's templates with Meta's list, as webhooks report only changes, and none from before the number was connected."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from curbe.channels.cloudapi.client import CloudApi
from curbe.connections import service as connections
from curbe.domain.errors import AppError, NoConnection, TokenRefused
from curbe.domain.notices import TemplateReported
from curbe.infra import jobs
from curbe.infra.crypto import Keyring
from curbe.infra.db import Pool, Transaction
from curbe.infra.jobs import Job, NewJob
from curbe.templates import accounts, listing, service
from curbe.templates.accounts import Account
from curbe.templates.rules import FRESH_FOR, RETRY_AFTER, news_in
from curbe.templates.service import TemplateNews
from curbe.templates.shapes import AccountSynced, Synced

log: Final = structlog.get_logger(__name__)

SYNC: Final = "templates.sync"  # the job that looks at Meta's lists; its subject is the tenant
_ACTOR: Final = "system:templates"
_MOST_TENANTS: Final = 200


async def sync(pool: Pool, *, tenant_id: UUID, cloud_api: CloudApi, keyring: Keyring) -> Synced:
    """Read Meta's list of templates for each of the tenant's WABAs, and store what is new.

    A refusal for one WABA does not keep the others from being read. The time and result of each read are stored; the time is the
    database's, because a process whose clock is ahead would otherwise override every later report until that time.

    Raises:
        NoConnection: the tenant has no number that could ask, or no token that can be opened.
        AppError: Meta refused, and there is no other WABA to report on.
    """
    done: list[AccountSynced] = []
    found = await accounts.every(pool, tenant_id=tenant_id, keyring=keyring)
    refusals: dict[str, AppError] = {**found.closed}
    for account in found.readable:
        try:
            done.append(await _look(pool, account, tenant_id=tenant_id, cloud_api=cloud_api))
        except AppError as refusal:
            refusals[account.waba_id] = refusal
            await _heed(pool, refusal, account, tenant_id=tenant_id)
    if refusals:
        done += await _note(pool, refusals, tenant_id=tenant_id)
    if refusals and len(refusals) == len(done):
        raise next(iter(refusals.values()))
    return Synced(accounts=done)


async def defer_due(pool: Pool, *, now: datetime) -> int:
    """Defer a sync for each tenant whose last one is too long ago; return how many. ``pool``: connections with the batch role."""
    async with pool.transaction() as tx:
        due = await listing.tenants_to_sync(
            tx, synced_before=now - FRESH_FOR, refused_before=now - RETRY_AFTER, most=_MOST_TENANTS
        )
        await jobs.defer(tx, [NewJob(tenant_id, SYNC, tenant_id) for tenant_id in due])
    return len(due)


async def look_again(tx: Transaction, news: Sequence[TemplateNews]) -> None:
    """Defer a sync for tenants whose templates' content changed, because a webhook tells only a part of it.

    Also if a sync is running: it may have read Meta's list before the change.
    """
    tenants = sorted({one.tenant_id for one in news if one.report.components is not None})
    await jobs.defer(tx, [NewJob(tenant_id, SYNC, tenant_id) for tenant_id in tenants], again=True)


class Syncer:
    """Handles ``templates.sync``. A refusal by Meta is noted, and tried again in an hour rather than at once.

    Args:
        pool: connections with the worker role.
        cloud_api: Meta's API.
        keyring: opens the tokens.
    """

    def __init__(self, pool: Pool, *, cloud_api: CloudApi, keyring: Keyring) -> None:
        self._pool: Final = pool
        self._cloud_api: Final = cloud_api
        self._keyring: Final = keyring

    async def __call__(self, job: Job) -> None:
        """Sync one tenant's templates with Meta's lists.

        Raises:
            LostLease: another attempt has taken over; doing it twice does no harm.
        """
        tenant_id = job.tenant_id
        try:
            synced = await sync(
                self._pool,
                tenant_id=tenant_id,
                cloud_api=self._cloud_api,
                keyring=self._keyring,
            )
        except NoConnection as nobody:
            log.info("templates_not_synced", tenant_id=str(tenant_id), reason=nobody.code)
        except AppError as refusal:
            log.warning("templates_not_synced", tenant_id=str(tenant_id), reason=refusal.code)
        else:
            changed = sum(account.changed for account in synced.accounts)
            log.info("templates_synced", tenant_id=str(tenant_id), changed=changed)
        async with self._pool.transaction(tenant_id) as tx:
            await jobs.finish(tx, job)


async def _heed(pool: Pool, refusal: AppError, account: Account, *, tenant_id: UUID) -> None:
    """Pause the numbers of a token that Meta refuses; a tenant that only receives would not learn of it from a refused send."""
    if isinstance(refusal, TokenRefused):
        async with pool.transaction(tenant_id) as tx:
            await connections.pause_refused_token(
                tx, refusal, token=account.token, tenant_id=tenant_id, actor=_ACTOR
            )


async def _note(pool: Pool, refusals: Mapping[str, AppError], *, tenant_id: UUID) -> list[AccountSynced]:
    """Note which WABAs could not be read; otherwise they would be due again at once."""
    async with pool.transaction(tenant_id) as tx:
        at = await tx.now()
        for waba_id, refusal in refusals.items():
            await listing.note_refusal(tx, refusal, tenant_id=tenant_id, waba_id=waba_id, tried_at=at)
    return [
        AccountSynced(waba_id=waba_id, error=refusal.code, detail=refusal.detail)
        for waba_id, refusal in refusals.items()
    ]


async def _look(pool: Pool, account: Account, *, tenant_id: UUID, cloud_api: CloudApi) -> AccountSynced:
    # Stored templates are read before Meta's list, so that one created in between is in neither, and does not count as deleted.
    async with pool.transaction(tenant_id) as tx:
        at = await tx.now()
        known = await listing.known(tx, tenant_id=tenant_id, waba_id=account.waba_id)
    listed = await cloud_api.templates_of(account.waba_id, account.token, at=at)
    async with pool.transaction(tenant_id) as tx:
        news = news_in(listed, known, at=at)
        changed = await service.apply(tx, _news(news, tenant_id=tenant_id, waba_id=account.waba_id))
        await listing.note_sync(
            tx, tenant_id=tenant_id, waba_id=account.waba_id, synced_at=at, templates=len(listed)
        )
    return AccountSynced(waba_id=account.waba_id, templates=len(listed), changed=len(changed))


def _news(reports: Iterable[TemplateReported], *, tenant_id: UUID, waba_id: str) -> list[TemplateNews]:
    return [TemplateNews(tenant_id, waba_id, report) for report in reports]
