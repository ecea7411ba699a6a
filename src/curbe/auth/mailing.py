"""Mail about accounts, as background jobs. The link is made when the letter is written, so none lies anywhere before."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

import structlog

from curbe.auth import letters, links
from curbe.infra import jobs
from curbe.infra.crypto import Secret
from curbe.infra.db import Pool
from curbe.infra.jobs import Job, pause_after
from curbe.infra.mail import Letter, Mailer, NotSent, Refused
from curbe.tenants import people
from curbe.tenants import service as tenants
from curbe.tenants.person_rules import User

log: Final = structlog.get_logger(__name__)

# For how long sending a letter is tried: a link that comes days late only confuses.
_GIVEN_UP_AFTER: Final = {links.INVITE_MAIL: timedelta(days=1), links.RESET_MAIL: timedelta(hours=1)}
_MOST_RESETS: Final = (
    3  # open links for one account: otherwise anybody who types an address could fill its mailbox
)


class Mailing:
    """The jobs that send mail about accounts: invitations, and links to choose another password."""

    def __init__(self, pool: Pool, *, mailer: Mailer, base_url: str, now: Callable[[], datetime]) -> None:
        """Make it.

        Args:
            pool: connections of the role ``app_worker``.
            mailer: sends.
            base_url: what links begin with.
            now: the clock.
        """
        self._pool: Final = pool
        self._mailer: Final = mailer
        self._base_url: Final = base_url
        self._now: Final = now

    async def invite(self, job: Job) -> None:
        """Work on a job: send an invitation to its subject, a member of its tenant, unless they have joined or were shut out."""
        async with self._pool.transaction(job.tenant_id) as tx:
            member = await people.membership(tx, tenant_id=job.tenant_id, user_id=job.subject)
            user = await people.user_of_id(tx, job.subject)
            if member is None or user is None or member.joined_at or member.disabled_at:
                await jobs.finish(tx, job)
                return
            tenant = await tenants.read(tx, tenant_id=job.tenant_id)
            by = (member.invited_by or "").partition("user:")[2]
            inviter = await people.user_of_id(tx, UUID(by)) if by else None
            token = await links.new_invite(tx, tenant_id=job.tenant_id, user_id=job.subject, now=self._now())
        words = letters.invitation(
            user.language or tenant.language or (inviter.language if inviter else None),
            inviter=(inviter.name or inviter.email) if inviter else None,
            tenant=tenant.name,
            link=links.invite_link(self._base_url, token),
            lasts=links.INVITE_LASTS,
        )
        await self._send(job, user, words)

    async def reset(self, job: Job) -> None:
        """Work on a job: send a link to choose another password. Its subject is the digest of an address, which nobody may have."""
        async with self._pool.transaction(job.tenant_id, context={"app.email": job.subject.hex}) as tx:
            user = await people.user_of_digest(tx, job.subject)
        if user is None or user.disabled_at is not None:
            await self._end(job)
            return
        async with self._pool.transaction(job.tenant_id, context=people.as_user(user.id)) as tx:
            if await links.count_resets(tx, user_id=user.id, now=self._now()) >= _MOST_RESETS:
                log.warning(
                    "mail.not_sent", kind=job.kind, user_id=str(user.id), reason="too many links are open"
                )
                await jobs.finish(tx, job)
                return
            token = await links.new_reset(tx, user_id=user.id, now=self._now())
        words = letters.reset(
            user.language,
            host=urlsplit(self._base_url).netloc,
            link=links.reset_link(self._base_url, token),
            lasts=links.RESET_LASTS,
        )
        await self._send(job, user, words, reset=token)

    async def _send(self, job: Job, user: User, words: letters.Words, *, reset: Secret | None = None) -> None:
        """Send a letter and end its job. If it cannot be sent, the link for its ``reset`` is deleted, as nobody has got it."""
        try:
            await self._mailer.send(Letter(to=user.email, subject=words.subject, text=words.text))
        except (Refused, NotSent) as failure:
            later = isinstance(failure, NotSent) and (
                self._now() - job.created_at < _GIVEN_UP_AFTER[job.kind]
            )
            if not later:
                log.warning("mail.not_sent", kind=job.kind, user_id=str(user.id), reason=str(failure))
            async with self._pool.transaction(job.tenant_id, context=people.as_user(user.id)) as tx:
                if reset is not None:
                    await links.drop_reset(tx, reset, user_id=user.id)
                if later:
                    await jobs.put_back(tx, job, after=pause_after(job.attempt), error=str(failure))
                else:
                    await jobs.finish(tx, job)
            return
        await self._end(job)

    async def _end(self, job: Job) -> None:
        async with self._pool.transaction(job.tenant_id) as tx:
            await jobs.finish(tx, job)
