"""Read receipts and the typing indicator: what a person sees of us before we answer. Neither is a message, and both may be sent twice.

Read receipts are sent by a job, which is tried again while Meta does not answer. The typing indicator is sent at once or not at all.
"""

from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.channels.cloudapi.client import CloudApi
from curbe.connections.service import SENDER, open_token, pause_refused_token
from curbe.domain.errors import AppError, GraphUnreachable, TokenRefused, TooManyRequests
from curbe.inbox.service import conversation
from curbe.infra import jobs
from curbe.infra.crypto import CannotOpen, Keyring
from curbe.infra.db import Pool, Query
from curbe.infra.jobs import Job
from curbe.infra.log import bind

log: Final = structlog.get_logger(__name__)

_TRIES: Final = 5
_TOKEN_CLOSED: Final = "token_closed"  # noqa: S105 - why nothing could be told


class _Arrival(msgspec.Struct, frozen=True):
    provider_message_id: str
    id: UUID
    tenant_id: UUID
    phone_number_id: str
    messages_per_second: int
    access_token_enc: str


class _Newest(msgspec.Struct, frozen=True):
    message_id: UUID


_ARRIVAL: Final = Query("curbe.outbound", "arrival", _Arrival)
_NEWEST: Final = Query("curbe.outbound", "newest_arrival_of", _Newest)


class Receipts:
    """Sends read receipts and typing indicators to Meta."""

    def __init__(self, pool: Pool, *, cloud_api: CloudApi, keyring: Keyring) -> None:
        self._pool: Final = pool
        self._cloud_api: Final = cloud_api
        self._keyring: Final = keyring

    async def read(self, job: Job) -> None:
        """Work on a job: send the receipt that its message, and all before it, were read. A final refusal is logged, and ends the job."""
        try:
            await self._tell(job.tenant_id, job.subject, typing=False)
        except (GraphUnreachable, TooManyRequests) as later:
            await self._put_off(job, later.code)
            return
        except CannotOpen:  # somebody may bring the key
            await self._put_off(job, _TOKEN_CLOSED)
            return
        except AppError as refusal:
            log.warning("receipt_refused", message_id=str(job.subject), reason=refusal.code)
        async with self._pool.transaction(job.tenant_id) as tx:
            await jobs.finish(tx, job)

    async def typing(self, *, tenant_id: UUID, conversation_id: UUID) -> bool:
        """Show the person that somebody is typing, and that their messages were read; False where they never wrote, as it needs a message.

        Raises:
            NotFound: the tenant has no such conversation.
            AppError: Meta did not take it, or no key opens the number's token.
        """
        async with self._pool.transaction(tenant_id) as tx:
            newest = await _NEWEST.one(tx, tenant_id=tenant_id, conversation_id=conversation_id)
            if newest is None:
                await conversation(tx, tenant_id=tenant_id, conversation_id=conversation_id)
                return False
        try:
            return await self._tell(tenant_id, newest.message_id, typing=True)
        except CannotOpen as closed:
            raise TokenRefused(
                str(closed), fix="Connect the number again with a new access token."
            ) from closed

    async def _put_off(self, job: Job, reason: str) -> None:
        """Try the job again later, or end it after some tries."""
        async with self._pool.transaction(job.tenant_id) as tx:
            if job.attempt < _TRIES:
                await jobs.put_back(tx, job, after=timedelta(seconds=5**job.attempt), error=reason)
                return
            await jobs.finish(tx, job)
        log.warning("receipt_given_up", message_id=str(job.subject), reason=reason)

    async def _tell(self, tenant_id: UUID, message_id: UUID, *, typing: bool) -> bool:
        async with self._pool.transaction(tenant_id) as tx:
            arrival = await _ARRIVAL.one(tx, tenant_id=tenant_id, message_id=message_id)
        if arrival is None:
            return False
        bind(phone_number_id=arrival.phone_number_id)
        token = open_token(
            self._keyring, arrival.access_token_enc, tenant_id=arrival.tenant_id, connection_id=arrival.id
        )
        try:
            await self._cloud_api.mark_read(
                arrival.phone_number_id, token, provider_message_id=arrival.provider_message_id, typing=typing
            )
        except TokenRefused as refusal:
            async with self._pool.transaction(tenant_id) as tx:
                await pause_refused_token(tx, refusal, token=token, tenant_id=tenant_id, actor=SENDER)
            raise
        return True
