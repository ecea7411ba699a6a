"""One's own account: name and language, another password, and the link for who forgot it."""

import asyncio
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from curbe.audit.service import AuditEntry, record
from curbe.auth import links, sessions
from curbe.auth import session_store as store
from curbe.auth.members import Announce
from curbe.auth.passwords import Passwords, check_password
from curbe.auth.session_rules import Held
from curbe.auth.sign_in import SignIn
from curbe.domain.access import PLATFORM
from curbe.domain.errors import InvalidRequest, TooManyRequests, WrongCredentials
from curbe.infra import jobs
from curbe.infra.addresses import place_of
from curbe.infra.crypto import Secret
from curbe.infra.db import Pool, Transaction
from curbe.infra.jobs import NewJob
from curbe.infra.throttle import Throttle
from curbe.tenants import people
from curbe.tenants.person_rules import User, checked_person_name, email_digest
from curbe.tenants.rules import Language


class Account:
    """What people do with their own account."""

    def __init__(self, pool: Pool, *, passwords: Passwords, signing_in: SignIn, announce: Announce) -> None:
        self._pool: Final = pool
        self._passwords: Final = passwords
        self._signing_in: Final = signing_in
        self._announce: Final = announce
        self._asking: Final = Throttle(per_second=1 / 60, burst=10)

    async def change_profile(
        self, held: Held, *, name: str | None, language: Language | None, keeps_language: bool, now: datetime
    ) -> None:
        """Give oneself another name or language, and tell the tenants one works in.

        Args:
            held: whose session.
            name: None: as before.
            language: None: the installation's; what it says counts unless ``keeps_language``.
            keeps_language: whether the language stays as it was.
            now: the moment, aware.

        Raises:
            InvalidRequest: the name cannot be used.
        """
        user_id = held.user_id
        async with self._pool.transaction(context=people.as_user(user_id)) as tx:
            await store.lock_user(tx, user_id)  # what is read here is written back
            user = await _user(tx, user_id)
            await people.change_user(
                tx,
                user_id=user_id,
                name=user.name if name is None else checked_person_name(name),
                language=user.language if keeps_language else language,
                now=now,
            )
            places = await people.open_memberships(tx, user_id)
        for place in places if name is not None else ():
            async with self._pool.transaction(place.tenant_id) as tx:
                await self._announce(tx, place.tenant_id, user_id)

    async def change_password(
        self, held: Held, *, current: Secret, new: Secret, address: str, now: datetime
    ) -> None:
        """Choose another password; one's other sessions end, and so do links to choose one.

        Raises:
            InvalidRequest: the current password is another, or the new one cannot be used.
            PasswordCommon: the new one is one of the most common.
            TooManyRequests: this address tried too many of them.
        """
        async with self._pool.transaction(context=people.as_user(held.user_id)) as tx:
            user = await _user(tx, held.user_id)
        check_password(new, email=user.email)
        try:
            shown = await self._signing_in.with_password(email=user.email, password=current, address=address)
        except WrongCredentials:
            raise _not_current() from None
        hashed = await self._passwords.hashed(new)
        async with self._own(user.id) as tx:
            # Who is signing in with the old one either goes first, or finds the new one.
            await store.lock_user(tx, user.id)
            if not await store.replace_password(
                tx, user_id=user.id, of=shown.password_of, hash=hashed, now=now
            ):
                raise _not_current()  # it was taken away meanwhile, or is another: this does not come in its place
            await self._note(tx, user.id, action="password.changed", spared=held.session_id)

    async def reset_password(self, token: str, *, new: Secret, now: datetime) -> None:
        """Choose another password by a link; every session and every such link of theirs ends.

        Raises:
            LinkInvalid: the link opens nothing, or nothing any more.
            InvalidRequest: the password cannot be used.
            PasswordCommon: it is one of the most common.
        """
        reset = await links.reset_of(self._pool, token, now=now)
        async with self._pool.transaction(context=people.as_user(reset.user_id)) as tx:
            user = await people.user_of_id(tx, reset.user_id)
        if user is None or user.disabled_at is not None:
            raise links.invalid()
        check_password(new, email=user.email)
        hashed = await self._passwords.hashed(new)
        async with self._own(user.id) as tx:
            await store.lock_user(tx, user.id)
            if not await links.drop_resets(tx, user_id=user.id):
                raise links.invalid()  # another request used it first
            await store.put_password(tx, user_id=user.id, hash=hashed, now=now)
            await self._note(tx, user.id, action="password.reset", spared=None)

    async def ask_for_reset(self, email: str, *, address: str, by_mail: bool) -> None:
        """Ask for a letter with a link to choose another password, to who has this address.

        The request does the same whether anybody has it: the worker finds out.

        Raises:
            TooManyRequests: this address asked too often.
        """
        place = place_of(address)
        now = asyncio.get_running_loop().time()
        if not self._asking.allow(place, now=now):
            raise TooManyRequests(
                "Too many links were asked for from this address.",
                fix="Wait a moment.",
                retry_after=timedelta(seconds=self._asking.wait(place, now=now)),
            )
        if not by_mail:
            return  # the operator makes links: curbe user reset-link
        async with self._pool.transaction(PLATFORM) as tx:
            await jobs.defer(tx, [NewJob(PLATFORM, links.RESET_MAIL, email_digest(email))])

    def _own(self, user_id: UUID) -> AbstractAsyncContextManager[Transaction]:
        return self._pool.transaction(PLATFORM, context=people.as_user(user_id))

    async def _note(self, tx: Transaction, user_id: UUID, *, action: str, spared: UUID | None) -> None:
        """Write down that a password is another; links to choose one end, and sessions."""
        actor = f"user:{user_id}"
        await links.drop_resets(tx, user_id=user_id)
        await record(tx, [AuditEntry(tenant_id=PLATFORM, actor=actor, action=action, subject=str(user_id))])
        await sessions.end_all(tx, user_id=user_id, actor=actor, why=action, spared=spared)


async def _user(tx: Transaction, user_id: UUID) -> User:
    user = await people.user_of_id(tx, user_id)
    if user is None:
        raise RuntimeError("a session without its user")
    return user


def _not_current() -> InvalidRequest:
    return InvalidRequest(
        "That is not your current password.",
        fix="Send the one you sign in with; where it is forgotten, ask for a link to choose another.",
        field="current_password",
    )
