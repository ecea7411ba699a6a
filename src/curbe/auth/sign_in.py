"""Signing in with a password. A refusal has the same words and takes the same time, whether the e-mail address or the password is wrong.

Guessing is slowed in three ways, none of which lets a stranger lock a user out: a network address that keeps failing has to wait, sooner if
it fails at one account than at several; and an account that is guessed at from many addresses answers everybody a second later.
"""

import asyncio
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from curbe.audit.service import AuditEntry, record
from curbe.auth import factor_store, sessions
from curbe.auth import session_store as store
from curbe.auth.passwords import Passwords, is_outdated
from curbe.auth.session_rules import Device
from curbe.domain.access import PLATFORM
from curbe.domain.errors import TooManyRequests, WrongCredentials
from curbe.infra.addresses import place_of
from curbe.infra.crypto import Secret
from curbe.infra.db import Pool, Transaction
from curbe.infra.throttle import Throttle
from curbe.tenants import people
from curbe.tenants.person_rules import User, email_digest

_SLOWED_BY: Final = timedelta(seconds=1)


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A user who gave the right password, and when that password was chosen: it proves nothing once another was chosen."""

    user: User
    password_of: datetime


class SignIn:
    """Checks e-mail addresses and passwords. One for a process, as it remembers who failed."""

    def __init__(self, pool: Pool, passwords: Passwords) -> None:
        self._pool: Final = pool
        self._passwords: Final = passwords
        self._from_address: Final = Throttle(per_second=1 / 15, burst=20)
        self._at_account: Final = Throttle(per_second=1 / 60, burst=5)  # from one address
        self._guessed: Final = Throttle(per_second=1 / 60, burst=30)  # from everywhere
        self._asking: Final = Throttle(per_second=2, burst=120)  # an office may share its address

    async def with_password(self, *, email: str, password: Secret, address: str) -> Shown:
        """Return the user whose address and password these are.

        Args:
            email: as it was typed.
            password: as it was typed.
            address: where the request comes from.

        Raises:
            WrongCredentials: there is no such user, they have no password, it is another, or they are disabled.
            TooManyRequests: this address failed too often, all in all or at this account.
            Unavailable: too many are signing in at this moment.
        """
        account, place = email_digest(email).hex, place_of(address)
        await self._take_a_turn(account, place)
        try:
            user, stored = await self._found(email)
            right = await self._passwords.matches(password, stored.hash if stored else None)
        except Exception:  # nothing was guessed: nobody looked at the password
            self._give_back(account, place)
            raise
        if user is None or stored is None or not right or user.disabled_at is not None:
            await self._refuse(user.id if user else None)
            raise WrongCredentials(
                "No account has this e-mail address and this password.",
                fix="Check both; where the password is forgotten, ask for a link to choose another.",
            )
        self._give_back(account, place)
        if is_outdated(stored.hash):
            await self._renew(stored, password)
        return Shown(user=user, password_of=stored.changed_at)

    async def still_welcome(self, user_id: UUID) -> User:
        """Return the user who has just given a second factor or a passkey, unless their account was disabled meanwhile.

        Raises:
            WrongCredentials: they are disabled.
        """
        async with self._pool.transaction(context=people.as_user(user_id)) as tx:
            user = await people.user_of_id(tx, user_id)
        if user is None or user.disabled_at is not None:
            await self._refuse(user_id)
            raise WrongCredentials("This account is disabled.", fix="Ask an administrator to enable it.")
        return user

    def take_a_turn_to_ask(self, address: str) -> None:
        """Let somebody from this address begin to sign in with a passkey. That writes a row, so it must not be asked without end.

        Raises:
            TooManyRequests: too many have lately.
        """
        now, place = asyncio.get_running_loop().time(), place_of(address)
        if not self._asking.allow(place, now=now):
            raise TooManyRequests(
                "Too many people begin to sign in from this address.",
                fix="Wait a moment.",
                retry_after=timedelta(seconds=self._asking.wait(place, now=now)),
            )

    async def begin(
        self,
        user: User,
        *,
        by: str,
        device: Device,
        now: datetime,
        password_of: datetime | None = None,
        vouched_for: bool = False,
    ) -> sessions.Begun:
        """Begin a session of a user who has shown all that is asked of them.

        Args:
            user: who.
            by: what they showed, one word for the audit log: ``password``.
            device: where from.
            now: the moment, aware.
            password_of: when the password was chosen that they showed; None: they showed none.
            vouched_for: by the identity provider: nothing of ours was shown.

        Raises:
            WrongCredentials: what they showed was taken away meanwhile, the password is another, or they are disabled.
        """
        async with self._pool.transaction(PLATFORM, context=people.as_user(user.id)) as tx:
            if not vouched_for:
                await _check_not_taken_away(tx, user.id, password_of=password_of)
            return await sessions.begin(tx, user_id=user.id, by=by, device=device, now=now)

    async def _found(self, email: str) -> tuple[User | None, store.Password | None]:
        async with self._pool.transaction(context=people.as_named(email)) as tx:
            user = await people.user_of_email(tx, email)
            # Asked also where there is no such user, so that the time it takes does not tell whether there is one.
            password = await store.password_of_user(tx, user.id if user else PLATFORM)
        return user, password

    async def _refuse(self, user_id: UUID | None) -> None:
        async with self._pool.transaction(PLATFORM) as tx:
            subject = None if user_id is None else str(user_id)
            await record(
                tx,
                [AuditEntry(tenant_id=PLATFORM, actor="anybody", action="session.refused", subject=subject)],
            )

    async def _renew(self, stored: store.Password, password: Secret) -> None:
        hashed, user_id = await self._passwords.hashed(password), stored.user_id
        async with self._pool.transaction(context=people.as_user(user_id)) as tx:
            await store.hash_password_anew(tx, user_id=user_id, of=stored.changed_at, hash=hashed)

    async def _take_a_turn(self, account: str, place: str) -> None:
        """Count this try as a failure now and take that back if it succeeds: otherwise many at once could slip through together."""
        now = asyncio.get_running_loop().time()
        pair = f"{account} {place}"
        if not self._at_account.allow(pair, now=now):
            raise _too_many(self._at_account.wait(pair, now=now))
        if not self._from_address.allow(place, now=now):
            self._at_account.give_back(pair)
            raise _too_many(self._from_address.wait(place, now=now))
        if not self._guessed.allow(account, now=now):
            await asyncio.sleep(_SLOWED_BY.total_seconds())

    def _give_back(self, account: str, place: str) -> None:
        self._at_account.give_back(f"{account} {place}")
        self._from_address.give_back(place)
        self._guessed.give_back(account)


async def _check_not_taken_away(tx: Transaction, user_id: UUID, *, password_of: datetime | None) -> None:
    """Refuse a sign-in by a password or passkey that was taken away, or replaced, since it was given."""
    await store.hold_user(tx, user_id)
    stored = await store.password_of_user(tx, user_id)
    if password_of is not None and stored is not None and stored.changed_at != password_of:
        raise WrongCredentials("The password was changed meanwhile.", fix="Sign in with the new one.")
    if stored is None:
        has = await factor_store.factors_of_user(tx, user_id)
        if password_of is not None or not has.passkeys:
            raise WrongCredentials(
                "What you signed in with does not open this account any more.",
                fix="Sign in at your identity provider.",
            )


def _too_many(seconds: float) -> TooManyRequests:
    return TooManyRequests(
        "Too many wrong passwords came from this address.",
        fix="Wait a moment, or ask for a link to choose another password.",
        retry_after=timedelta(seconds=seconds),
    )
