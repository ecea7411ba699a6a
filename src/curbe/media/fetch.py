"""The job that fetches a file of an inbound message: renews its link, checks its digest, and stores it whole or not at all."""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

import structlog

from curbe.channels.cloudapi.client import CloudApi
from curbe.channels.cloudapi.media import digest_from
from curbe.connections import service as connections
from curbe.domain.errors import AppError, GraphRefused, TokenRefused
from curbe.inbox.service import MessageNews, message_events
from curbe.infra import jobs
from curbe.infra.crypto import CannotOpen, Keyring, Secret
from curbe.infra.db import Pool
from curbe.infra.egress_errors import AnswerTooLarge, EgressError, ForbiddenAddress
from curbe.infra.jobs import Job
from curbe.infra.log import bind
from curbe.infra.metrics import Metrics
from curbe.media import purge, store
from curbe.media.keeping import Incoming, Keeping
from curbe.media.kinds import plain_type
from curbe.media.rules import (
    CONNECTION_GONE,
    LARGEST_INBOUND,
    REFUSED,
    STORAGE,
    UNAUTHORIZED,
    UNREACHABLE,
    Failure,
    Tried,
    gives_up,
    link_is_fresh,
    pause_after,
)
from curbe.media.shapes import Asset, Wanted
from curbe.media.storage import StorageFailed
from curbe.realtime import service as realtime
from curbe.realtime.rules import EventType

log: Final = structlog.get_logger(__name__)

_ACTOR: Final = "system:media"
_OK: Final = 200
_UNAUTHORIZED: Final = 401
_LINK_ENDED: Final = frozenset({404, 410})


class Fetcher:
    """Handles ``media.fetch``.

    Args:
        pool: connections with the worker role.
        cloud_api: gives fresh links and downloads; it can reach Meta's hosts only.
        keyring: opens the tokens.
        keeping: stores the files.
        metrics: counts the outcomes.
        now: returns the present moment.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        cloud_api: CloudApi,
        keyring: Keyring,
        keeping: Keeping,
        metrics: Metrics,
        now: Callable[[], datetime],
    ) -> None:
        self._pool: Final = pool
        self._cloud_api: Final = cloud_api
        self._keyring: Final = keyring
        self._keeping: Final = keeping
        self._metrics: Final = metrics
        self._now: Final = now

    async def __call__(self, job: Job) -> None:
        """Fetch, check, examine and store the file of message ``job.subject``, or note why it failed; either way append an event.

        Raises:
            LostLease: another attempt has taken over; nothing of this one remains.
        """
        async with self._pool.transaction(job.tenant_id) as tx:
            wanted = await store.to_fetch(tx, tenant_id=job.tenant_id, message_id=job.subject)
            if wanted is None:  # an attempt that was taken for dead has fetched it
                await jobs.finish(tx, job)
                return
        bind(phone_number_id=wanted.phone_number_id)
        try:
            kept = await self._fetched(job, wanted)
        except Failure as failure:
            await self._failed(job, wanted, failure)
            return
        except StorageFailed as failure:
            log.warning("media_not_kept", tenant_id=str(job.tenant_id), reason=str(failure))
            await self._failed(job, wanted, Failure(STORAGE))
            return
        await self._stored(job, kept)

    async def _fetched(self, job: Job, wanted: Wanted) -> Asset:
        if gives_up(self._tried(wanted, attempts=job.attempt - 1, reasons=(job.last_error,))):
            # So many attempts ended with their process: the file itself may be what kills it.
            raise Failure("gave_up", for_good=True)
        with Incoming(self._keeping.spool) as incoming:
            await self._download(wanted, incoming, tenant_id=job.tenant_id)
            await purge.reserve(self._pool, tenant_id=job.tenant_id, sha256=incoming.digest)
            return await self._keeping.keep(
                incoming,
                declared=plain_type(wanted.mime_type),
                filename=wanted.filename,
                tenant_id=job.tenant_id,
                now=self._now(),
            )

    async def _download(self, wanted: Wanted, incoming: Incoming, *, tenant_id: UUID) -> None:
        if wanted.phone_number_id is None or wanted.access_token_enc is None:
            raise Failure(CONNECTION_GONE, for_good=True)
        try:
            token = connections.open_token(
                self._keyring,
                wanted.access_token_enc,
                tenant_id=tenant_id,
                connection_id=wanted.connection_id,
            )
        except CannotOpen as closed:
            raise Failure(UNAUTHORIZED) from closed
        if wanted.provider_url is not None and link_is_fresh(wanted.provider_url_at, now=self._now()):
            try:
                await self._pour(wanted.provider_url, token, incoming)
            except Failure as failure:
                if not failure.link_ended:
                    raise
            else:
                _check(incoming, wanted.sha256)
                return
        url, digest = await self._fresh_link(wanted, token, tenant_id=tenant_id)
        await self._pour(url, token, incoming)
        _check(incoming, wanted.sha256 or digest)

    async def _fresh_link(
        self, wanted: Wanted, token: Secret, *, tenant_id: UUID
    ) -> tuple[str, bytes | None]:
        try:
            node = await self._cloud_api.read_media(
                wanted.provider_media_id, token, phone_number_id=wanted.phone_number_id or ""
            )
        except TokenRefused as refused:
            async with self._pool.transaction(tenant_id) as tx:
                await connections.pause_refused_token(
                    tx, refused, token=token, tenant_id=tenant_id, actor=_ACTOR
                )
            raise Failure(UNAUTHORIZED) from refused
        except GraphRefused as refused:
            raise Failure(REFUSED) from refused
        except AppError as error:
            raise Failure(error.code) from error
        return node.url, digest_from(node.sha256)

    async def _pour(self, url: str, token: Secret, incoming: Incoming) -> None:
        try:
            status = await self._cloud_api.download_media(
                url, token, sink=incoming.take, max_bytes=LARGEST_INBOUND
            )
        except ForbiddenAddress as forbidden:
            raise Failure("forbidden_host", for_good=True) from forbidden
        except AnswerTooLarge as large:
            raise Failure("too_large", for_good=True) from large
        except EgressError as error:
            raise Failure(UNREACHABLE) from error
        if status in _LINK_ENDED:
            raise Failure("link_ended", link_ended=True)
        if status != _OK:
            # The host refuses the link or the token; asking the Graph API for a fresh link will tell which.
            raise Failure(f"status_{status}", link_ended=status == _UNAUTHORIZED)

    async def _stored(self, job: Job, kept: Asset) -> None:
        async with self._pool.transaction(job.tenant_id) as tx:
            asset_id = await store.insert_asset(tx, kept, tenant_id=job.tenant_id)
            if await store.mark_stored(
                tx, tenant_id=job.tenant_id, message_id=job.subject, asset_id=asset_id
            ):
                news = MessageNews(job.tenant_id, job.subject, EventType.MEDIA_STORED)
                await realtime.append(tx, await message_events(tx, [news]))
            else:  # its message was deleted meanwhile, perhaps because the person was erased
                await purge.delete_unneeded(tx, tenant_id=job.tenant_id, asset_ids=[asset_id])
            await jobs.finish(tx, job)
        self._metrics.media_fetches.labels(outcome="stored").inc()

    def _tried(self, wanted: Wanted, *, attempts: int, reasons: tuple[str | None, ...]) -> Tried:
        return Tried(attempts=attempts, waited=wanted.now - wanted.expected_at, reasons=reasons)

    async def _failed(self, job: Job, wanted: Wanted, failure: Failure) -> None:
        reasons = (job.last_error, failure.reason)
        tried = self._tried(wanted, attempts=job.attempt, reasons=reasons)
        pause = None if failure.for_good else pause_after(tried)
        log.warning(
            "media_not_fetched",
            tenant_id=str(job.tenant_id),
            message_id=str(job.subject),
            attempt=job.attempt,
            reason=failure.reason,
            again=pause is not None,
        )
        self._metrics.media_fetches.labels(outcome="retried" if pause is not None else "failed").inc()
        async with self._pool.transaction(job.tenant_id) as tx:
            if pause is not None:
                await jobs.put_back(tx, job, after=pause, error=failure.reason)
                return
            if await store.mark_failed(
                tx, tenant_id=job.tenant_id, message_id=job.subject, error=failure.reason
            ):
                news = MessageNews(job.tenant_id, job.subject, EventType.MEDIA_FAILED)
                await realtime.append(tx, await message_events(tx, [news]))
            await jobs.finish(tx, job)


def _check(incoming: Incoming, announced: bytes | None) -> None:
    """Raise `Failure` if nothing came, or not what the webhook announced."""
    incoming.flush()
    if not incoming.size:
        raise Failure("empty")
    if announced is not None and announced != incoming.digest:
        raise Failure("digest_mismatch")
