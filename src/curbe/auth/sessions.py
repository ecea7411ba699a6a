"""Sessions: beginning one, finding the one that a token opens, ending it.

A session's token is 256 random bits, of which only a hash is stored. A session ends when it was not used for a while, a month after it
began at the latest, and at once when somebody ends it.
"""

from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.audit.service import AuditEntry, record
from curbe.auth import session_store as store
from curbe.auth.rules import unauthorized
from curbe.auth.session_rules import LONGEST, PREFIX, Device, Held, Listed, ends_at, is_due_to_be_seen
from curbe.domain.access import PLATFORM
from curbe.domain.errors import WrongCredentials
from curbe.infra.crypto import Secret, key_hash, random_token
from curbe.infra.db import Pool, Transaction
from curbe.tenants import people


class Begun(msgspec.Struct, frozen=True, kw_only=True):
    """A new session: the only moment at which ``token`` itself is known."""

    session_id: UUID
    user_id: UUID
    token: Secret
    begun_at: datetime
    expires_at: datetime


async def begin(
    tx: Transaction,
    *,
    user_id: UUID,
    by: str,
    device: Device,
    now: datetime,
    lives: timedelta = LONGEST,
    embedded_in: UUID | None = None,
) -> Begun:
    """Begin a session of a user who has proved who they are, or for whom a tenant's own software vouches (``embedded_in``).

    Args:
        tx: a transaction of ``PLATFORM`` and ``people.as_user(user_id)``.
        user_id: whose.
        by: how they proved it, one word for the audit log: ``password``.
        device: where from, for its user to recognise.
        now: the moment, aware.
        lives: for how long at most.
        embedded_in: the tenant within whose page it is, which is then all it opens.

    Raises:
        WrongCredentials: their account was stopped meanwhile.
    """
    await _check_not_stopped(tx, user_id)
    token = random_token(PREFIX)
    begun = Begun(session_id=uuid7(), user_id=user_id, token=token, begun_at=now, expires_at=now + lives)
    await store.insert_session(
        tx,
        session_id=begun.session_id,
        user_id=user_id,
        token_hash=key_hash(token),
        expires_at=begun.expires_at,
        embedded_in=embedded_in,
        device=device,
        now=now,
    )
    await _record(tx, "session.begun", user_id=user_id, detail={"session": str(begun.session_id), "by": by})
    return begun


async def held_by(pool: Pool, token: str, *, tenant_id: UUID | None, idle: timedelta, now: datetime) -> Held:
    """Return the session that ``token`` opens and what its user is in ``tenant_id``, and write down that it was used.

    Raises:
        Unauthorized: it never opened a session, or the session has ended.
    """
    hashed = key_hash(token)
    async with pool.transaction(tenant_id, context={"app.session": hashed.hex()}) as tx:
        held = await store.session_of_token(tx, token_hash=hashed, tenant_id=tenant_id)
    if held is None or ends_at(held, idle=idle) <= now:
        raise unauthorized()
    if is_due_to_be_seen(held, now=now):
        await _note_seen(pool, held, tenant_id=tenant_id, now=now)
    return held


async def open_sessions(pool: Pool, held: Held, *, idle: timedelta, now: datetime) -> list[Listed]:
    """Return all sessions of the user of ``held`` that have not ended, the one that was used last first."""
    async with pool.transaction(context=people.as_user(held.user_id)) as tx:
        theirs = await store.sessions_of_user(tx, held.user_id)
    return [one for one in theirs if ends_at(one, idle=idle) > now]


async def check_goes_on(tx: Transaction, held: Held) -> None:
    """Refuse a change to the account by a session that has ended since it asked: what is added would outlive the session.

    ``tx`` is of the same kind as for :func:`end`.

    Raises:
        Unauthorized: it ended.
    """
    await store.hold_user(tx, held.user_id)
    if not await store.session_of_id(tx, session_id=held.session_id, user_id=held.user_id, tenant_id=None):
        raise unauthorized()


async def end(tx: Transaction, *, session_id: UUID, user_id: UUID) -> bool:
    """End one session; False where there is none. ``tx`` is of ``PLATFORM`` and ``people.as_user(user_id)``."""
    if not await store.end_session(tx, session_id=session_id, user_id=user_id):
        return False
    await _record(tx, "session.ended", user_id=user_id, detail={"session": str(session_id)})
    people.tell_people_changed(tx, user_id)
    return True


async def end_all(
    tx: Transaction, *, user_id: UUID, actor: str, why: str, spared: UUID | None = None
) -> None:
    """End every session of a user but the one that is ``spared``; ``tx`` as for ``end``."""
    if count := await store.end_sessions(tx, user_id=user_id, spared=spared):
        await _record(tx, "sessions.ended", user_id=user_id, actor=actor, detail={"count": count, "why": why})
        people.tell_people_changed(tx, user_id)


async def _check_not_stopped(tx: Transaction, user_id: UUID) -> None:
    """Refuse a user whose account is disabled.

    The user is locked against that: whoever disables the account either has done so, or waits and then ends this session, too.
    """
    await store.hold_user(tx, user_id)
    user = await people.user_of_id(tx, user_id)
    if user is None or user.disabled_at is not None:
        raise WrongCredentials("This account is disabled.", fix="Ask an administrator to enable it.")


async def _note_seen(pool: Pool, held: Held, *, tenant_id: UUID | None, now: datetime) -> None:
    async with pool.transaction(tenant_id, context=people.as_user(held.user_id)) as tx:
        await store.touch_session(tx, session_id=held.session_id, user_id=held.user_id, now=now)
        if tenant_id is not None and held.role is not None:
            await people.note_seen(tx, tenant_id=tenant_id, user_id=held.user_id, now=now)


async def _record(
    tx: Transaction,
    action: str,
    *,
    user_id: UUID,
    detail: dict[str, str | int | bool | list[str] | None],
    actor: str | None = None,
) -> None:
    await record(
        tx,
        [
            AuditEntry(
                tenant_id=PLATFORM,
                actor=actor or f"user:{user_id}",
                action=action,
                subject=str(user_id),
                detail=detail,
            )
        ],
    )
