"""Passwords, sessions and operators' entries at rest. This package alone writes those tables."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.auth.session_rules import Device, Held, Listed
from curbe.infra.db import Query, Transaction

_PACKAGE: Final = "curbe.auth"


class Password(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a user's password: an Argon2id hash, never shown."""

    user_id: UUID
    hash: str
    changed_at: datetime


class _Locked(msgspec.Struct, frozen=True):
    id: UUID


_PASSWORD_OF_USER: Final = Query(_PACKAGE, "password_of_user", Password)
_PUT_PASSWORD: Final = Query(_PACKAGE, "put_password")
_PUT_FIRST_PASSWORD: Final = Query(_PACKAGE, "put_first_password")
_LOCK_USER: Final = Query(_PACKAGE, "lock_user", _Locked)
_HOLD_USER: Final = Query(_PACKAGE, "hold_user", _Locked)
_REPLACE_PASSWORD: Final = Query(_PACKAGE, "replace_password")
_HASH_PASSWORD_ANEW: Final = Query(_PACKAGE, "hash_password_anew")
_DROP_PASSWORD: Final = Query(_PACKAGE, "drop_password")
_INSERT_SESSION: Final = Query(_PACKAGE, "insert_session")
_SESSIONS_OF_USER: Final = Query(_PACKAGE, "sessions_of_user", Listed)
_SESSION_OF_TOKEN: Final = Query(_PACKAGE, "session_of_token", Held)
_SESSION_OF_ID: Final = Query(_PACKAGE, "session_of_id", Held)
_TOUCH_SESSION: Final = Query(_PACKAGE, "touch_session")
_END_SESSION: Final = Query(_PACKAGE, "end_session")
_END_SESSIONS: Final = Query(_PACKAGE, "end_sessions")
_DROP_OVER: Final = Query(_PACKAGE, "drop_over")
_NOTE_OPERATOR_ENTRY: Final = Query(_PACKAGE, "note_operator_entry")


async def password_of_user(tx: Transaction, user_id: UUID) -> Password | None:
    """Return what is kept of a user's password; None where they have none."""
    return await _PASSWORD_OF_USER.one(tx, user_id=user_id)


async def put_password(tx: Transaction, *, user_id: UUID, hash: str, now: datetime) -> None:  # noqa: A002 - the column's name
    """Give a user this password; ``tx`` is that user's."""
    await _PUT_PASSWORD.run(tx, user_id=user_id, hash=hash, now=now)


async def put_first_password(tx: Transaction, *, user_id: UUID, hash: str, now: datetime) -> bool:  # noqa: A002 - the column's name
    """Give a user their first password; False where they have one. ``tx`` is that user's."""
    return bool(await _PUT_FIRST_PASSWORD.run(tx, user_id=user_id, hash=hash, now=now))


async def lock_user(tx: Transaction, user_id: UUID) -> None:
    """Wait until nobody holds a user, and let nobody until ``tx`` ends; it is that user's."""
    await _LOCK_USER.one(tx, user_id=user_id)


async def hold_user(tx: Transaction, user_id: UUID) -> None:
    """Wait while somebody locks a user, and let nobody until ``tx`` ends: what is read of them after this holds until then."""
    await _HOLD_USER.one(tx, user_id=user_id)


async def replace_password(tx: Transaction, *, user_id: UUID, of: datetime, hash: str, now: datetime) -> bool:  # noqa: A002 - the column's name
    """Give a user this password in place of the one chosen at ``of``; False where that is theirs no more. ``tx`` is that user's."""
    return bool(await _REPLACE_PASSWORD.run(tx, user_id=user_id, of=of, hash=hash, now=now))


async def hash_password_anew(tx: Transaction, *, user_id: UUID, of: datetime, hash: str) -> None:  # noqa: A002 - the column's name
    """Keep another hash of the password that was chosen at ``of``, if it still is its user's; ``tx`` is theirs."""
    await _HASH_PASSWORD_ANEW.run(tx, user_id=user_id, of=of, hash=hash)


async def drop_password(tx: Transaction, user_id: UUID) -> bool:
    """Take a user's password away; False where they have none. ``tx`` is that user's."""
    return bool(await _DROP_PASSWORD.run(tx, user_id=user_id))


async def insert_session(
    tx: Transaction,
    *,
    session_id: UUID,
    user_id: UUID,
    token_hash: bytes,
    expires_at: datetime,
    embedded_in: UUID | None,
    device: Device,
    now: datetime,
) -> None:
    """Store a session; ``tx`` is its user's. Within another site's page it is not a proved one: its user showed nothing."""
    await _INSERT_SESSION.run(
        tx,
        id=session_id,
        user_id=user_id,
        token_hash=token_hash,
        expires_at=expires_at,
        embedded_in=embedded_in,
        address=device.address,
        user_agent=device.user_agent,
        proved_at=now if embedded_in is None else None,
        now=now,
    )


async def sessions_of_user(tx: Transaction, user_id: UUID) -> list[Listed]:
    """Return a user's sessions, the one that was used last first, with those that are over and not removed yet; ``tx`` is that user's."""
    return await _SESSIONS_OF_USER.all(tx, user_id=user_id)


async def session_of_token(tx: Transaction, *, token_hash: bytes, tenant_id: UUID | None) -> Held | None:
    """Return the session with this token's hash; ``tx`` carries the same as ``app.session``."""
    return await _SESSION_OF_TOKEN.one(tx, token_hash=token_hash, tenant_id=tenant_id)


async def session_of_id(
    tx: Transaction, *, session_id: UUID, user_id: UUID, tenant_id: UUID | None
) -> Held | None:
    """Return a session of the user whose transaction ``tx`` is."""
    return await _SESSION_OF_ID.one(tx, id=session_id, user_id=user_id, tenant_id=tenant_id)


async def touch_session(tx: Transaction, *, session_id: UUID, user_id: UUID, now: datetime) -> None:
    """Write down that a session was used."""
    await _TOUCH_SESSION.run(tx, id=session_id, user_id=user_id, now=now)


async def end_session(tx: Transaction, *, session_id: UUID, user_id: UUID) -> int:
    """Remove a session; return 0 where it had ended already."""
    return await _END_SESSION.run(tx, id=session_id, user_id=user_id)


async def end_sessions(tx: Transaction, *, user_id: UUID, spared: UUID | None) -> int:
    """Remove a user's sessions but the one that is ``spared``; return how many there were."""
    return await _END_SESSIONS.run(tx, user_id=user_id, spared=spared)


async def note_operator_entry(tx: Transaction, *, tenant_id: UUID, session_id: UUID, now: datetime) -> bool:
    """Write down that an operator entered a tenant; False where that session had done so before."""
    return bool(await _NOTE_OPERATOR_ENTRY.run(tx, tenant_id=tenant_id, session_id=session_id, now=now))


async def drop_over(tx: Transaction) -> int:
    """Remove sessions and links that expired, of everybody; ``tx`` is the worker's. Return how many sessions."""
    return await _DROP_OVER.run(tx)
