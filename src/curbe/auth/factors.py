"""Second factors: an authenticator app (TOTP), recovery codes, and the challenge between the two steps of signing in.

A code is accepted once. A challenge takes a few tries and lives for minutes. After too many wrong codes of an app, further ones have to
wait. They are counted apart for each place (or session) where the account's person is signed in, and together for all other places: so
somebody who knows the password cannot lock its owner out. Recovery codes and passkeys cannot be guessed, and are not counted.
"""

import asyncio
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
import pyotp
import structlog
from pyotp.totp import TOTP

from curbe.audit.service import AuditEntry, record
from curbe.auth import factor_rules as rules
from curbe.auth import factor_store as store
from curbe.auth import session_store, sessions
from curbe.auth.factor_rules import Method, Purpose
from curbe.auth.factor_store import Asked, StoredTotp
from curbe.auth.session_rules import Held
from curbe.domain.access import PLATFORM
from curbe.domain.errors import Conflict, NotFound, TooManyRequests, Unavailable, WrongFactor
from curbe.infra.addresses import place_of
from curbe.infra.crypto import CannotOpen, Keyring, Secret, binding, key_hash, random_token
from curbe.infra.db import Pool, Transaction
from curbe.infra.throttle import Throttle
from curbe.tenants import people
from curbe.tenants.person_rules import User

log: Final = structlog.get_logger(__name__)

_PREFIX: Final = "curbe_c_"
ISSUER: Final = "Curbe"


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """A new challenge. ``token`` is sent along with the answer to name it; ``asked`` is what a passkey has to sign."""

    token: str
    asked: bytes


class NewTotp(msgspec.Struct, frozen=True, kw_only=True):
    """A new authenticator app's secret, in base32, and the address that a QR code of it holds. Shown once."""

    secret: Secret
    uri: Secret


class Factors:
    """Asks for second factors and checks them. One for a process, as it counts the wrong codes in memory."""

    def __init__(self, pool: Pool, keyring: Keyring) -> None:
        self._pool: Final = pool
        self._keyring: Final = keyring
        self._guessed: Final = Throttle(per_second=1 / 30, burst=10)

    async def methods(self, user_id: UUID) -> list[Method]:
        """Return the second factors that may follow a right password; none where the user has none."""
        async with self._pool.transaction(context=people.as_user(user_id)) as tx:
            has = await store.factors_of_user(tx, user_id)
        return rules.methods_for(totp=has.totp, passkeys=has.passkeys, recovery_codes=has.recovery_codes)

    async def challenge(
        self, purpose: Purpose, *, user_id: UUID | None, now: datetime, password_of: datetime | None = None
    ) -> Challenge:
        """Make a challenge for a user; with ``user_id`` None for whoever answers it with a passkey.

        ``password_of``: when the password was chosen that the user has given; None: they have given none.
        """
        made = Challenge(token=random_token(_PREFIX).reveal(), asked=secrets.token_bytes(32))
        async with self._pool.transaction(context=_seen_by(made.token, user_id)) as tx:
            await store.insert_challenge(
                tx,
                token=made.token,
                purpose=purpose,
                user_id=user_id,
                password_of=password_of,
                asked=made.asked,
                expires_at=now + rules.CHALLENGE_LIVES,
            )
        return made

    async def asked(self, token: str, purpose: Purpose, *, now: datetime) -> Asked:
        """Return an open challenge, and count this as one of the few tries it takes.

        Raises:
            WrongFactor: there is no such challenge, or it is over.
        """
        async with self._pool.transaction(context=store.as_holder(token)) as tx:
            asked = await store.try_challenge(
                tx, token=token, purpose=purpose, most=rules.MOST_TRIES, now=now
            )
        if asked is None:
            raise WrongFactor(
                "This step has ended: it took too long, or too many tries.", fix="Begin to sign in again."
            )
        return asked

    async def answered(self, token: str) -> None:
        """End a challenge whose answer was right.

        Raises:
            WrongFactor: somebody used it up at the same moment.
        """
        async with self._pool.transaction(context=store.as_holder(token)) as tx:
            if not await store.drop_challenge(tx, token):
                raise WrongFactor("This step has ended.", fix="Begin to sign in again.")

    async def check_code(
        self, user_id: UUID, method: Method, code: str, *, by: UUID | str, now: datetime
    ) -> None:
        """Use up a code of the user's; refuse any other.

        Args:
            user_id: whose code it has to be.
            method: which kind of code it is.
            code: as it was typed.
            by: where it comes from: the id of the session that asks or, before there is one, the address.
            now: the moment, aware.

        Raises:
            WrongFactor: it is not a code of the user's, or was used before.
            TooManyRequests: too many wrong app codes came from this place or session, or to this account from unknown places.
            Unavailable: the app's secret cannot be opened with the keys this process has.
        """
        if method is Method.TOTP:
            await self._check_totp(user_id, code, by=by, now=now)
            return
        async with self._pool.transaction(PLATFORM, context=people.as_user(user_id)) as tx:
            right = await self._takes_recovery_code(tx, user_id, code, now=now)
        if not right:
            raise _wrong_code()

    async def _check_totp(self, user_id: UUID, code: str, *, by: UUID | str, now: datetime) -> None:
        moment, guesser = asyncio.get_running_loop().time(), await self._guesser(user_id, by)
        if not self._guessed.allow(guesser, now=moment):
            raise TooManyRequests(
                "Too many wrong codes were tried at this account.",
                fix="Wait until your app shows another code, or use a recovery code or a passkey.",
                retry_after=timedelta(seconds=self._guessed.wait(guesser, now=moment)),
            )
        async with self._pool.transaction(PLATFORM, context=people.as_user(user_id)) as tx:
            try:
                right = await self._takes_totp(tx, user_id, code, now=now)
            except Unavailable:  # nothing was guessed: nobody looked at the code
                self._guessed.give_back(guesser)
                raise
        if not right:
            raise _wrong_code()
        self._guessed.give_back(guesser)

    async def _guesser(self, user_id: UUID, by: UUID | str) -> str:
        """Return the name under which a wrong code is counted.

        Six digits withstand few guesses, and addresses are cheap, so all places from which nobody is signed in to this account share one
        count. A session, and a place from which the account has one, has a count of its own.
        """
        if isinstance(by, UUID):
            return f"{user_id.hex} {by}"
        async with self._pool.transaction(context=people.as_user(user_id)) as tx:
            begun = await session_store.sessions_of_user(tx, user_id)
        # A session embedded in another site's page was begun by that site's software, without a factor: it makes no place known.
        known = {place_of(one.address) for one in begun if one.address and one.embedded_in is None}
        place = place_of(by)
        return f"{user_id.hex} {place}" if place in known else user_id.hex

    async def begin_totp(self, user: User, *, now: datetime) -> NewTotp:
        """Make a secret for an authenticator app; it is asked for once a code of it was seen.

        Raises:
            Conflict: the user has one that is confirmed.
        """
        secret = Secret(pyotp.random_base32())
        sealed = self._keyring.seal(secret, bound_to=_place(user.id))
        async with self._pool.transaction(context=people.as_user(user.id)) as tx:
            if not await store.put_totp(tx, user_id=user.id, secret_enc=sealed, now=now):
                raise Conflict(
                    "This account has an authenticator app already.", fix="Remove it first, then add another."
                )
        uri = TOTP(secret.reveal()).provisioning_uri(name=user.email, issuer_name=ISSUER)
        return NewTotp(secret=secret, uri=Secret(uri))

    async def confirm_totp(self, held: Held, code: str, *, now: datetime) -> list[Secret]:
        """Ask for the app from now on, as this code shows that it works; return recovery codes where there were none.

        Raises:
            WrongFactor: the code is not the app's.
            NotFound: there is no secret to confirm.
            Unavailable: it cannot be opened with the keys this process has.
            Unauthorized: the session of who asks ended meanwhile.
        """
        user_id = held.user_id
        async with self._pool.transaction(PLATFORM, context=people.as_user(user_id)) as tx:
            await sessions.check_goes_on(tx, held)
            if await store.totp_of_user(tx, user_id) is None:
                raise NotFound("There is no authenticator app to confirm.", fix="Add one first.")
            if not await self._takes_totp(tx, user_id, code, now=now, confirmed=False):
                raise WrongFactor(
                    "That is not the code the app shows now.",
                    fix="Check the clock of the phone, and send the code that is shown now.",
                    field="code",
                )
            await store.confirm_totp(tx, user_id=user_id, now=now)
            await audited(tx, user_id, "factor.added", "totp")
            return await first_recovery_codes(tx, user_id, now=now)

    async def drop_totp(self, user_id: UUID) -> None:
        """Ask for the app no more.

        Raises:
            NotFound: there is none.
        """
        async with self._pool.transaction(PLATFORM, context=people.as_user(user_id)) as tx:
            if not await store.drop_totp(tx, user_id=user_id):
                raise NotFound("This account has no authenticator app.")
            await audited(tx, user_id, "factor.removed", "totp")

    async def new_recovery_codes(self, held: Held, *, now: datetime) -> list[Secret]:
        """Replace the recovery codes and return the new ones, this once.

        Raises:
            Conflict: the user has no second factor that they could stand in for.
            Unauthorized: the session of who asks ended meanwhile.
        """
        user_id = held.user_id
        async with self._pool.transaction(PLATFORM, context=people.as_user(user_id)) as tx:
            await sessions.check_goes_on(tx, held)
            has = await store.factors_of_user(tx, user_id)
            if not has.totp and not has.passkeys:
                raise Conflict(
                    "This account has no second factor that recovery codes could stand in for.",
                    fix="Add an authenticator app or a passkey first.",
                )
            return await _put_recovery_codes(tx, user_id, now=now)

    async def _takes_totp(
        self, tx: Transaction, user_id: UUID, code: str, *, now: datetime, confirmed: bool = True
    ) -> bool:
        kept, digits = await store.totp_of_user(tx, user_id), rules.typed_code(code)
        if kept is None or digits is None or (kept.confirmed_at is not None) is not confirmed:
            return False
        try:
            totp = TOTP(open_totp(self._keyring, kept).reveal())
        except CannotOpen as closed:
            log.warning("factor_not_opened", user_id=str(user_id), detail=str(closed))
            raise Unavailable(
                "The secret of this account's authenticator app cannot be opened: the key it was sealed with is not here.",
                fix="Sign in with a recovery code or a passkey; the operator can bring the key back, or take the app away.",
            ) from None
        for step in rules.steps_around(now):
            if hmac.compare_digest(totp.at(step * int(rules.STEP.total_seconds())), digits):
                return await store.take_totp_step(tx, user_id=user_id, step=step)
        return False

    async def _takes_recovery_code(self, tx: Transaction, user_id: UUID, code: str, *, now: datetime) -> bool:
        hashed = key_hash(rules.typed_recovery_code(code))
        used = await store.use_recovery_code(tx, user_id=user_id, code_hash=hashed, now=now)
        if used:
            await audited(tx, user_id, "factor.recovery_code_used", "recovery")
        return used


def open_totp(keyring: Keyring, kept: StoredTotp) -> Secret:
    """Return the secret of an authenticator app, which opens for its own user alone.

    Raises:
        CannotOpen: it belongs to another user, or to a key this process does not have.
    """
    return keyring.open(kept.secret_enc, bound_to=_place(kept.user_id))


async def reseal_totp(tx: Transaction, kept: StoredTotp, keyring: Keyring) -> bool:
    """Seal an app's secret with the current key; False where that is done. ``tx`` is its user's.

    Raises:
        CannotOpen: as ``open_totp``.
    """
    anew = keyring.reseal(kept.secret_enc, bound_to=_place(kept.user_id))
    return anew is not None and await store.reseal_totp(
        tx, user_id=kept.user_id, was=kept.secret_enc, sealed=anew
    )


async def first_recovery_codes(tx: Transaction, user_id: UUID, *, now: datetime) -> list[Secret]:
    """Make recovery codes where the user has none that is unused, and return them; ``tx`` as for ``audited``."""
    has = await store.factors_of_user(tx, user_id)
    return [] if has.recovery_codes else await _put_recovery_codes(tx, user_id, now=now)


async def audited(tx: Transaction, user_id: UUID, action: str, method: str) -> None:
    """Write down what became of a factor; ``tx`` is of ``PLATFORM`` and of the user."""
    entry = AuditEntry(
        tenant_id=PLATFORM,
        actor=f"user:{user_id}",
        action=action,
        subject=str(user_id),
        detail={"method": method},
    )
    await record(tx, [entry])


async def _put_recovery_codes(tx: Transaction, user_id: UUID, *, now: datetime) -> list[Secret]:
    codes = [
        "".join(secrets.choice(rules.ALPHABET) for _ in range(rules.RECOVERY_LENGTH))
        for _ in range(rules.RECOVERY_CODES)
    ]
    hashes = [key_hash(code) for code in codes]
    await store.replace_recovery_codes(tx, user_id=user_id, hashes=hashes, now=now)
    await audited(tx, user_id, "factor.recovery_codes_made", "recovery")
    return [Secret(rules.shown_recovery_code(code)) for code in codes]


def _wrong_code() -> WrongFactor:
    return WrongFactor(
        "That is not a code of this account, or it was used already.",
        fix="Send the six digits your app shows now, or a recovery code that was never used.",
        field="code",
    )


def _seen_by(token: str, user_id: UUID | None) -> dict[str, str]:
    return (
        store.as_holder(token) if user_id is None else {**store.as_holder(token), **people.as_user(user_id)}
    )


def _place(user_id: UUID) -> str:
    return binding("totp_secrets", user_id, "secret")
