"""Requests what the WhatsApp Business app knows about a number that stays on the app: its contacts, then its history.

Meta accepts each request once, within 24 hours of the sign-up; a job keeps trying until then. The data itself comes by webhooks
[Meta: coexistence, Dec 2025].
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.channels.cloudapi import onboarding
from curbe.channels.cloudapi.client import CloudApi
from curbe.channels.cloudapi.codes import CODES
from curbe.connections import service, store
from curbe.connections.rules import AppDataState, AppPart, Asked, Connection
from curbe.connections.service import Change
from curbe.domain.errors import AppError, GraphRefused, NoConnection, TokenRefused
from curbe.infra import jobs
from curbe.infra.crypto import CannotOpen, Keyring, Secret
from curbe.infra.db import Pool, Transaction
from curbe.infra.jobs import Job, NewJob

log: Final = structlog.get_logger(__name__)

ASK: Final = "connection.app_data"  # the job; its subject is the connection
_ACTOR: Final = "system:app_data"
_WITHIN: Final = timedelta(hours=24)
_LEASE: Final = timedelta(minutes=15)
_NO_KEY: Final = timedelta(minutes=5)  # how often to look whether the key that opens the token is here by now
_TOKEN_CLOSED: Final = "token_closed"  # noqa: S105 - why nothing could be asked for
_ASKED_BEFORE: Final = 2593107
_TOO_LATE: Final = 2593108
_ASKED: Final = msgspec.json.Decoder(dict[AppPart, Asked])


async def want(tx: Transaction, connection: Connection, *, now: datetime) -> Connection:
    """Defer the job that requests the app's contacts and history, again after each sign-up, and return the connection."""
    which = {"tenant_id": connection.tenant_id, "connection_id": connection.id}
    waiting = Asked(state=AppDataState.WAITING, at=now)
    await store.note_app_data(tx, **which, asked=dict.fromkeys(AppPart, waiting))
    # Anew, because the answers to a running attempt are about the earlier sign-up.
    await jobs.defer_anew(tx, [NewJob(connection.tenant_id, ASK, connection.id)])
    return await service.read(tx, **which)


class AppData:
    """Handles ``connection.app_data``.

    Args:
        pool: connections with the worker role.
        cloud_api: Meta's API.
        keyring: opens the tokens.
        now: returns the present moment, aware.
    """

    def __init__(
        self, pool: Pool, *, cloud_api: CloudApi, keyring: Keyring, now: Callable[[], datetime]
    ) -> None:
        self._pool: Final = pool
        self._cloud_api: Final = cloud_api
        self._keyring: Final = keyring
        self._now: Final = now

    async def __call__(self, job: Job) -> None:
        """Request the parts that were not requested yet; a part that fails for now is tried again until the 24 hours are over.

        Raises:
            LostLease: another attempt has taken over. That does no harm: Meta refuses a second request.
        """
        try:
            found = await self._read(job)
        except CannotOpen as closed:
            await self._wait_for_the_key(job, closed)
            return
        if found is not None:
            connection, token = found
            known = _ASKED.decode(connection.app_data)
            for part in AppPart:
                if part in known and known[part].state is AppDataState.WAITING:
                    outcome = await self._ask(job, connection, token, part)
                    if outcome is None:
                        return
                    await self._note(job, part, outcome)
        async with self._pool.transaction(job.tenant_id) as tx:
            await jobs.finish(tx, job)

    async def _read(self, job: Job) -> tuple[Connection, Secret] | None:
        """Return the connection and its token; None where it was given up.

        Raises:
            CannotOpen: no key of this process opens the token.
        """
        which = {"tenant_id": job.tenant_id, "connection_id": job.subject}
        try:
            async with self._pool.transaction(job.tenant_id) as tx:
                connection = await service.read(tx, **which)
                token = await service.credentials(tx, **which, keyring=self._keyring)
        except NoConnection:
            return None
        return connection, token

    async def _ask(self, job: Job, connection: Connection, token: Secret, part: AppPart) -> Asked | None:
        """Request a part and return the result; None if the job was put back to try again later."""
        number = connection.phone_number_id or ""
        try:
            request_id = await onboarding.request_app_data(
                self._cloud_api, number, token, sync_type=part.value
            )
        except AppError as refusal:
            code = _code_of(refusal)
            if code == _ASKED_BEFORE:  # by an attempt whose answer was lost
                return Asked(state=AppDataState.ASKED, at=self._now())
            if isinstance(refusal, TokenRefused):
                await self._heed(refusal, token, tenant_id=job.tenant_id)
            if code != _TOO_LATE and self._in_time(job):
                async with self._pool.transaction(job.tenant_id) as tx:
                    # Attempts that only waited for a key were counted, too, and the request is possible for a day only.
                    after = min(jobs.pause_after(job.attempt), _NO_KEY)
                    await jobs.put_back(tx, job, after=after, error=refusal.code)
                return None
            return Asked(state=AppDataState.REFUSED, at=self._now(), problem=refusal.code, graph_code=code)
        return Asked(state=AppDataState.ASKED, at=self._now(), request_id=request_id)

    def _in_time(self, job: Job) -> bool:
        return self._now() < job.created_at + _WITHIN

    async def _wait_for_the_key(self, job: Job, closed: CannotOpen) -> None:
        """Try again soon, as the operator may add the key; after the 24 hours note the parts that were never requested as refused."""
        log.warning("token_not_opened", connection_id=str(job.subject), detail=str(closed))
        which = {"tenant_id": job.tenant_id, "connection_id": job.subject}
        async with self._pool.transaction(job.tenant_id) as tx:
            if self._in_time(job):
                await jobs.put_back(tx, job, after=_NO_KEY, error=_TOKEN_CLOSED)
                return
            connection = await service.read(tx, **which)
            refused = Asked(state=AppDataState.REFUSED, at=self._now(), problem=_TOKEN_CLOSED)
            waiting = [
                part
                for part, asked in _ASKED.decode(connection.app_data).items()
                if asked.state is AppDataState.WAITING
            ]
            await store.note_app_data(tx, **which, asked=dict.fromkeys(waiting, refused))
            await service.tell(tx, [Change(**which, status=connection.status, action=None, actor=_ACTOR)])
            await jobs.finish(tx, job)

    async def _heed(self, refusal: TokenRefused, token: Secret, *, tenant_id: UUID) -> None:
        async with self._pool.transaction(tenant_id) as tx:
            await service.pause_refused_token(tx, refusal, token=token, tenant_id=tenant_id, actor=_ACTOR)

    async def _note(self, job: Job, part: AppPart, asked: Asked) -> None:
        which = {"tenant_id": job.tenant_id, "connection_id": job.subject}
        async with self._pool.transaction(job.tenant_id) as tx:
            await jobs.hold_on(tx, job, lease=_LEASE, reached=[])
            await store.note_app_data(tx, **which, asked={part: asked})
            status = (await service.read(tx, **which)).status
            await service.tell(tx, [Change(**which, status=status, action=None, actor=_ACTOR)])


def _code_of(refusal: AppError) -> int | None:
    """Return Meta's error code; recognised by its title where Meta sent it only as a subcode."""
    if not isinstance(refusal, GraphRefused):
        return None
    titles = {CODES[code].title: code for code in (_ASKED_BEFORE, _TOO_LATE)}
    return titles.get(str(refusal.graph_title), refusal.graph_code)
