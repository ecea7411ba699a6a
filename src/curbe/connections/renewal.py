"""Renews access tokens a month before they expire, so that nobody has to connect the number again.

Meta renews the tokens of system users, which last 60 days or for ever. The old token stays valid until it expires, so messages that are
being sent with it are not affected, and a lost answer only costs another try.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.channels.cloudapi.client import CloudApi
from curbe.channels.cloudapi.tokens import renew_token
from curbe.connections import prove, service, store
from curbe.connections.checks import Candidate
from curbe.connections.prove import MetaApp
from curbe.connections.rules import Connection
from curbe.connections.service import Proof
from curbe.domain.errors import AppError, GraphUnreachable, NoConnection, TooManyRequests
from curbe.infra import jobs
from curbe.infra.crypto import CannotOpen, Keyring, Secret
from curbe.infra.db import Pool, Query
from curbe.infra.jobs import Job, NewJob
from curbe.infra.log import bind

log: Final = structlog.get_logger(__name__)

RENEW: Final = "connection.renew_token"  # the job; its subject is the connection
_ACTOR: Final = "system:tokens"
_AHEAD: Final = timedelta(days=30)  # of 60: leaves time to fix whatever keeps a token from being renewed
_LATER: Final = timedelta(days=1)
_SYSTEM_USER: Final = "SYSTEM_USER"  # Meta's word in debug_token
_FOR_NOW: Final = (GraphUnreachable, TooManyRequests)
_NOT_LONGER: Final = "not_longer"  # why it is tried again: Meta's new token expires no later than the old one


class _Due(msgspec.Struct, frozen=True):
    tenant_id: UUID
    id: UUID


class _Held(msgspec.Struct, frozen=True):
    """A connection whose token expires, and that token in clear and sealed."""

    connection: Connection
    token: Secret
    sealed: str


_TO_RENEW: Final = Query("curbe.connections", "tokens_to_renew", _Due)


async def defer_due(pool: Pool, *, app_id: str, now: datetime) -> None:
    """Defer a job for each token of this app that expires within a month; ``pool``: connections with the batch role."""
    async with pool.transaction() as tx:
        due = await _TO_RENEW.all(tx, app_id=app_id, now=now, before=now + _AHEAD)
        await jobs.defer(tx, [NewJob(one.tenant_id, RENEW, one.id) for one in due])


class Renewal:
    """Handles ``connection.renew_token``.

    Args:
        pool: connections with the worker role.
        cloud_api: Meta's API.
        keyring: opens and seals the tokens.
        app: the Meta app whose tokens they are.
        now: returns the present moment, aware.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        cloud_api: CloudApi,
        keyring: Keyring,
        app: MetaApp,
        now: Callable[[], datetime],
    ) -> None:
        self._pool: Final = pool
        self._cloud_api: Final = cloud_api
        self._keyring: Final = keyring
        self._app: Final = app
        self._now: Final = now

    async def __call__(self, job: Job) -> None:
        """Renew one token. A failure is retried until the token has expired; meanwhile the number sends with the old one.

        Raises:
            LostLease: another attempt has taken over. Renewing a token twice does no harm.
        """
        bind(tenant_id=job.tenant_id)
        try:
            held = await self._read(job)
            proof = None if held is None else await self._renewed(held)
        except CannotOpen as closed:
            log.warning("token_not_opened", connection_id=str(job.subject), detail=str(closed))
            await self._put_back(job, after=_LATER, error="token_closed")
            return
        except AppError as refusal:
            log.warning("token_not_renewed", connection_id=str(job.subject), reason=refusal.code)
            after = jobs.pause_after(job.attempt) if isinstance(refusal, _FOR_NOW) else _LATER
            await self._put_back(job, after=after, error=refusal.code)
            return
        if held is not None and proof is None:
            # A person's token, which Meta does not renew; look again later, as somebody may replace it.
            await self._put_back(job, after=_LATER, error=None)
        elif held is not None and proof is not None and not _lasts_longer(proof, held.connection):
            log.warning("token_not_renewed", connection_id=str(job.subject), reason=_NOT_LONGER)
            await self._put_back(job, after=_LATER, error=_NOT_LONGER)
        else:
            await self._keep(job, held, proof)

    async def _read(self, job: Job) -> _Held | None:
        """Return the token to renew; None if there is none any more.

        Raises:
            CannotOpen: no key of this process opens the token.
        """
        which = {"tenant_id": job.tenant_id, "connection_id": job.subject}
        try:
            async with self._pool.transaction(job.tenant_id) as tx:
                connection = await service.read(tx, **which)
                sealed = await store.sealed_token(tx, **which)
            bind(phone_number_id=connection.phone_number_id)
        except NoConnection:
            return None
        ends = connection.token_expires_at
        if sealed is None or ends is None or not self._now() < ends < self._now() + _AHEAD:
            return None
        return _Held(connection, service.open_token(self._keyring, sealed, **which), sealed)

    async def _renewed(self, held: _Held) -> Proof | None:
        """Renew a token and return the proof that the new one reads the same number; None if Meta does not renew tokens of this kind.

        Raises:
            AppError: the old token does not read the number any more. No new one is requested then, as each try would leave another token
                at Meta.
        """
        app = self._app
        about = await self._cloud_api.debug_token(held.token, app.id, app.secret)
        if about.is_valid and about.type != _SYSTEM_USER:
            return None
        candidate = Candidate(
            waba_id=held.connection.waba_id or "", phone_number_id=held.connection.phone_number_id or ""
        )
        before = await prove.examine(self._cloud_api, candidate, token=held.token, app=app, now=self._now())
        before.require()
        token = await renew_token(self._cloud_api, held.token, app_id=app.id, app_secret=app.secret)
        found = await prove.examine(self._cloud_api, candidate, token=token, app=app, now=self._now())
        return found.require()

    async def _keep(self, job: Job, held: _Held | None, proof: Proof | None) -> None:
        """Replace the old token by the new one, unless somebody has replaced it meanwhile, and end the job."""
        async with self._pool.transaction(job.tenant_id) as tx:
            if held is not None and proof is not None:
                await service.renew(
                    tx, held.connection, proof, was=held.sealed, keyring=self._keyring, actor=_ACTOR
                )
            await jobs.finish(tx, job)

    async def _put_back(self, job: Job, *, after: timedelta, error: str | None) -> None:
        async with self._pool.transaction(job.tenant_id) as tx:
            await jobs.put_back(tx, job, after=after, error=error)


def _lasts_longer(proof: Proof, connection: Connection) -> bool:
    ends, ended = proof.about_token.expires_at, connection.token_expires_at
    return ends is None or ended is None or ends > ended
