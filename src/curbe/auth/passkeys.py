"""Passkeys (WebAuthn): register one, answer a challenge with one. The cryptography is py_webauthn's (`ceremonies`)."""

import asyncio
import base64
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.auth import factor_store as store
from curbe.auth import sessions
from curbe.auth.factor_rules import Purpose
from curbe.auth.factor_store import Asked, StoredPasskey
from curbe.auth.factors import Challenge, Factors, audited, first_recovery_codes
from curbe.auth.session_rules import Held
from curbe.domain.access import PLATFORM
from curbe.domain.errors import Conflict, InvalidRequest, NotFound, WrongFactor
from curbe.infra.crypto import Secret
from curbe.infra.db import Pool
from curbe.tenants import people
from curbe.tenants.person_rules import User

_LONGEST_NAME: Final = 100
_LONGEST_CREDENTIAL: Final = 1023


class Site(msgspec.Struct, frozen=True):
    """Where the page is that asks: a passkey works at one site alone. ``rp_id`` is its host, ``origin`` all of it."""

    rp_id: str
    origin: str


class Passkeys:
    """Registers passkeys and checks what they sign."""

    def __init__(self, pool: Pool, factors: Factors) -> None:
        self._pool: Final = pool
        self._factors: Final = factors

    async def registration(self, user: User, site: Site, *, now: datetime) -> tuple[str, dict[str, Any]]:
        """Return a challenge and what a browser's ``navigator.credentials.create`` takes with it."""
        made = await self._factors.challenge(Purpose.PASSKEY_ADDED, user_id=user.id, now=now)
        async with self._pool.transaction(context=people.as_user(user.id)) as tx:
            known = await store.passkeys_of_user(tx, user.id)
        ceremonies = await asyncio.to_thread(_load_ceremonies)
        return made.token, ceremonies.registration_options(
            user, known, rp_id=site.rp_id, challenge=made.asked
        )

    async def register(
        self,
        held: Held,
        site: Site,
        *,
        challenge: str,
        credential: dict[str, Any],
        name: str,
        now: datetime,
    ) -> tuple[StoredPasskey, list[Secret]]:
        """Keep a new passkey of who holds a session; return it, and recovery codes where there were none.

        Raises:
            WrongFactor: it does not answer the challenge at this site, or the challenge is over.
            Conflict: the passkey is registered already.
            InvalidRequest: the name cannot be used.
            Unauthorized: the session of who asks ended meanwhile.
        """
        called, user_id = _checked_name(name), held.user_id
        asked = await self._factors.asked(challenge, Purpose.PASSKEY_ADDED, now=now)
        if asked.user_id != user_id:
            raise _refused()
        ceremonies = await asyncio.to_thread(_load_ceremonies)
        seen = ceremonies.registered(credential, challenge=asked.asked, rp_id=site.rp_id, origin=site.origin)
        if seen is None:
            raise _refused()
        passkey = StoredPasskey(
            id=uuid7(),
            user_id=user_id,
            credential_id=seen.credential_id,
            public_key=seen.credential_public_key,
            sign_count=seen.sign_count,
            transports=ceremonies.transports(credential),
            name=called,
            created_at=now,
            last_used_at=None,
        )
        await self._factors.answered(challenge)
        async with self._pool.transaction(PLATFORM, context=people.as_user(user_id)) as tx:
            await sessions.check_goes_on(tx, held)
            if not await store.insert_passkey(tx, passkey):
                raise Conflict("This passkey is registered already.", fix="Use it, or choose another device.")
            await audited(tx, user_id, "factor.added", "passkey")
            return passkey, await first_recovery_codes(tx, user_id, now=now)

    async def request(self, made: Challenge, site: Site, *, user_id: UUID | None) -> dict[str, Any]:
        """Return what a browser's ``navigator.credentials.get`` takes to answer a challenge.

        ``user_id`` None: whichever passkey of this site the person chooses.
        """
        allowed: list[StoredPasskey] = []
        if user_id is not None:
            async with self._pool.transaction(context=people.as_user(user_id)) as tx:
                allowed = await store.passkeys_of_user(tx, user_id)
        ceremonies = await asyncio.to_thread(_load_ceremonies)
        return ceremonies.request_options(allowed, rp_id=site.rp_id, challenge=made.asked)

    async def check(self, asked: Asked, credential: dict[str, Any], site: Site, *, now: datetime) -> UUID:
        """Return whose passkey answered.

        Raises:
            WrongFactor: it is unknown, another user's than was asked, or what it signed is not what was asked.
        """
        credential_id = _credential_id(credential)
        async with self._pool.transaction(context=store.as_credential(credential_id)) as tx:
            passkey = await store.passkey_of_credential(tx, credential_id)
        if passkey is None or asked.user_id not in (None, passkey.user_id):
            raise _refused()
        ceremonies = await asyncio.to_thread(_load_ceremonies)
        seen = ceremonies.answered(
            credential, passkey, challenge=asked.asked, rp_id=site.rp_id, origin=site.origin
        )
        if seen is None:
            raise _refused()
        async with self._pool.transaction(context=people.as_user(passkey.user_id)) as tx:
            await store.use_passkey(
                tx,
                passkey_id=passkey.id,
                user_id=passkey.user_id,
                sign_count=seen.new_sign_count,
                now=now,
            )
        return passkey.user_id

    async def drop(self, user_id: UUID, passkey_id: UUID) -> None:
        """Forget a passkey.

        Raises:
            NotFound: the user has none of that id.
        """
        async with self._pool.transaction(PLATFORM, context=people.as_user(user_id)) as tx:
            if not await store.drop_passkey(tx, passkey_id=passkey_id, user_id=user_id):
                raise NotFound("This account has no such passkey.")
            await audited(tx, user_id, "factor.removed", "passkey")


def site_of(origin: str) -> Site:
    """Return the site of a page's origin, such as ``https://curbe.example.com``."""
    return Site(rp_id=urlsplit(origin).hostname or "", origin=origin)


def _load_ceremonies():  # noqa: ANN202 - a module has no type that tells what is in it
    """Load what passkeys alone need; beside the loop, so that nobody else waits for it where nobody has asked for one yet."""
    from curbe.auth import ceremonies  # noqa: PLC0415 - see there

    return ceremonies


def _credential_id(credential: dict[str, Any]) -> bytes:
    told = credential.get("id")
    if not isinstance(told, str) or not 0 < len(told) <= _LONGEST_CREDENTIAL * 2:
        raise _refused()
    try:
        return base64.urlsafe_b64decode(f"{told}===")  # more padding than there is to be is none
    except ValueError:
        raise _refused() from None


def _checked_name(name: str) -> str:
    called = name.strip()
    if not 0 < len(called) <= _LONGEST_NAME or not called.isprintable():
        raise InvalidRequest(
            f"A passkey's name has 1 to {_LONGEST_NAME} printable characters.",
            fix="Send another.",
            field="name",
        )
    return called


def _refused() -> WrongFactor:
    return WrongFactor(
        "This passkey does not answer what was asked here.",
        fix="Try again; where it goes on, use another way to sign in and register the passkey anew.",
        field="credential",
    )
