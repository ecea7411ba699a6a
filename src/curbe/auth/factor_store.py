"""Second factors and challenges at rest. This package alone writes those tables."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.auth.factor_rules import Purpose
from curbe.infra.crypto import key_hash
from curbe.infra.db import Query, Transaction

_PACKAGE: Final = "curbe.auth"


class EnrolledFactors(msgspec.Struct, frozen=True, kw_only=True):
    """Which second factors a user has: whether a confirmed app, how many passkeys, and how many unused recovery codes."""

    totp: bool
    passkeys: int
    recovery_codes: int


class StoredTotp(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of an authenticator app: its secret, sealed."""

    user_id: UUID
    secret_enc: str
    confirmed_at: datetime | None


class StoredPasskey(msgspec.Struct, frozen=True, kw_only=True):
    """A passkey at rest: a public key, and the name that its owner gave it."""

    id: UUID
    user_id: UUID
    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: tuple[str, ...]
    name: str
    created_at: datetime
    last_used_at: datetime | None


class Asked(msgspec.Struct, frozen=True):
    """An open challenge: whose it is (None: whoever answers it with a passkey), and the bytes ``asked`` that a passkey has to sign.

    ``password_of``: when the password was chosen that its user gave before; None: they gave none.
    """

    user_id: UUID | None
    asked: bytes
    password_of: datetime | None = None


_FACTORS: Final = Query(_PACKAGE, "factors_of_user", EnrolledFactors)
_TOTP: Final = Query(_PACKAGE, "totp_of_user", StoredTotp)
_PUT_TOTP: Final = Query(_PACKAGE, "put_totp")
_TAKE_TOTP_STEP: Final = Query(_PACKAGE, "take_totp_step")
_RESEAL_TOTP: Final = Query(_PACKAGE, "reseal_totp")
_CONFIRM_TOTP: Final = Query(_PACKAGE, "confirm_totp")
_DROP_TOTP: Final = Query(_PACKAGE, "drop_totp")
_PUT_RECOVERY_CODES: Final = Query(_PACKAGE, "put_recovery_codes")
_DROP_RECOVERY_CODES: Final = Query(_PACKAGE, "drop_recovery_codes")
_USE_RECOVERY_CODE: Final = Query(_PACKAGE, "use_recovery_code")
_DROP_ALL: Final = Query(_PACKAGE, "drop_all_factors")
_PASSKEYS: Final = Query(_PACKAGE, "passkeys_of_user", StoredPasskey)
_PASSKEY_OF_CREDENTIAL: Final = Query(_PACKAGE, "passkey_of_credential", StoredPasskey)
_INSERT_PASSKEY: Final = Query(_PACKAGE, "insert_passkey")
_USE_PASSKEY: Final = Query(_PACKAGE, "use_passkey")
_DROP_PASSKEY: Final = Query(_PACKAGE, "drop_passkey")
_INSERT_CHALLENGE: Final = Query(_PACKAGE, "insert_challenge")
_TRY_CHALLENGE: Final = Query(_PACKAGE, "try_challenge", Asked)
_DROP_CHALLENGE: Final = Query(_PACKAGE, "drop_challenge")
_DROP_OVER: Final = Query(_PACKAGE, "drop_challenges_that_are_over")
_PROVE_SESSION: Final = Query(_PACKAGE, "prove_session")


def as_holder(token: str) -> dict[str, str]:
    """Return the settings of a transaction that may see the challenge with this token."""
    return {"app.link": key_hash(token).hex()}


def as_credential(credential_id: bytes) -> dict[str, str]:
    """Return the settings of a transaction that may see the passkey with this credential id."""
    return {"app.credential": key_hash(credential_id).hex()}


async def factors_of_user(tx: Transaction, user_id: UUID) -> EnrolledFactors:
    """Return which second factors a user has; ``tx`` is theirs, as in all below that take a user."""
    row = await _FACTORS.one(tx, user_id=user_id)
    return row or EnrolledFactors(totp=False, passkeys=0, recovery_codes=0)


async def totp_of_user(tx: Transaction, user_id: UUID) -> StoredTotp | None:
    """Return what is kept of a user's authenticator app, confirmed or not."""
    return await _TOTP.one(tx, user_id=user_id)


async def put_totp(tx: Transaction, *, user_id: UUID, secret_enc: str, now: datetime) -> bool:
    """Keep a new secret, unconfirmed; False where the user has one that is confirmed."""
    return bool(await _PUT_TOTP.run(tx, user_id=user_id, secret_enc=secret_enc, now=now))


async def take_totp_step(tx: Transaction, *, user_id: UUID, step: int) -> bool:
    """Use up the code of a time step, and of those before it; False where it is used up."""
    return bool(await _TAKE_TOTP_STEP.run(tx, user_id=user_id, step=step))


async def reseal_totp(tx: Transaction, *, user_id: UUID, was: str, sealed: str) -> bool:
    """Keep the secret as ``sealed`` where it is kept as ``was``."""
    return bool(await _RESEAL_TOTP.run(tx, user_id=user_id, was=was, sealed=sealed))


async def confirm_totp(tx: Transaction, *, user_id: UUID, now: datetime) -> None:
    """From now on the app is asked for."""
    await _CONFIRM_TOTP.run(tx, user_id=user_id, now=now)


async def drop_totp(tx: Transaction, *, user_id: UUID) -> bool:
    """Forget the app; False where there is none."""
    return bool(await _DROP_TOTP.run(tx, user_id=user_id))


async def replace_recovery_codes(
    tx: Transaction, *, user_id: UUID, hashes: Sequence[bytes], now: datetime
) -> None:
    """Keep these codes and no others."""
    await _DROP_RECOVERY_CODES.run(tx, user_id=user_id)
    await _PUT_RECOVERY_CODES.run(tx, user_id=user_id, hashes=list(hashes), now=now)


async def use_recovery_code(tx: Transaction, *, user_id: UUID, code_hash: bytes, now: datetime) -> bool:
    """Use a code up; False where it is none, or was used."""
    return bool(await _USE_RECOVERY_CODE.run(tx, user_id=user_id, hash=code_hash, now=now))


async def drop_all(tx: Transaction, user_id: UUID) -> None:
    """Drop the app, every passkey and every recovery code of a user."""
    await _DROP_ALL.run(tx, user_id=user_id)


async def passkeys_of_user(tx: Transaction, user_id: UUID) -> list[StoredPasskey]:
    """Return a user's passkeys, oldest first."""
    return await _PASSKEYS.all(tx, user_id=user_id)


async def passkey_of_credential(tx: Transaction, credential_id: bytes) -> StoredPasskey | None:
    """Return the passkey with this credential id, where ``tx`` may see it."""
    return await _PASSKEY_OF_CREDENTIAL.one(tx, hash=key_hash(credential_id))


async def insert_passkey(tx: Transaction, passkey: StoredPasskey) -> bool:
    """Keep a passkey; False where its credential is somebody's already."""
    return bool(
        await _INSERT_PASSKEY.run(
            tx,
            id=passkey.id,
            user_id=passkey.user_id,
            hash=key_hash(passkey.credential_id),
            credential_id=passkey.credential_id,
            public_key=passkey.public_key,
            sign_count=passkey.sign_count,
            transports=list(passkey.transports),
            name=passkey.name,
            now=passkey.created_at,
        )
    )


async def use_passkey(
    tx: Transaction, *, passkey_id: UUID, user_id: UUID, sign_count: int, now: datetime
) -> None:
    """Write down that a passkey was used, and how far its counter has come."""
    await _USE_PASSKEY.run(tx, id=passkey_id, user_id=user_id, sign_count=sign_count, now=now)


async def drop_passkey(tx: Transaction, *, passkey_id: UUID, user_id: UUID) -> bool:
    """Forget a passkey; False where the user has none of that id."""
    return bool(await _DROP_PASSKEY.run(tx, id=passkey_id, user_id=user_id))


async def insert_challenge(
    tx: Transaction,
    *,
    token: str,
    purpose: Purpose,
    user_id: UUID | None,
    password_of: datetime | None,
    asked: bytes,
    expires_at: datetime,
) -> None:
    """Keep what was asked; ``tx`` is ``as_holder(token)``."""
    await _INSERT_CHALLENGE.run(
        tx,
        token_hash=key_hash(token),
        purpose=purpose.value,
        user_id=user_id,
        password_of=password_of,
        asked=asked,
        expires_at=expires_at,
    )


async def try_challenge(
    tx: Transaction, *, token: str, purpose: Purpose, most: int, now: datetime
) -> Asked | None:
    """Count one try at a challenge and return it; None where it has expired or had too many tries. ``tx`` is ``as_holder(token)``."""
    return await _TRY_CHALLENGE.one(tx, token_hash=key_hash(token), purpose=purpose.value, most=most, now=now)


async def drop_challenge(tx: Transaction, token: str) -> bool:
    """End a challenge that was answered; False where somebody answered it first. ``tx`` is ``as_holder(token)``."""
    return bool(await _DROP_CHALLENGE.run(tx, token_hash=key_hash(token)))


async def drop_challenges_that_are_over(tx: Transaction) -> int:
    """Forget the challenges that nobody answered; ``tx`` is the worker's."""
    return await _DROP_OVER.run(tx)


async def prove_session(tx: Transaction, *, session_id: UUID, user_id: UUID, now: datetime) -> None:
    """Write down that the user of a session has shown again who they are."""
    await _PROVE_SESSION.run(tx, id=session_id, user_id=user_id, now=now)
