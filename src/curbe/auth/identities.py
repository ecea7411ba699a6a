"""Which account belongs to whom at the installation's own identity provider, and what the first sign-in from there takes away.

Before that, somebody else may have set the account up: where invitations are not sent by mail, the inviter sees the link and may have
chosen the password. Only the provider vouches for the person. So at the first sign-in all that opened the account before is taken away.
"""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.audit.service import AuditEntry, record
from curbe.auth import factor_store, links, sessions
from curbe.auth import session_store as store
from curbe.domain.access import PLATFORM
from curbe.infra.db import Query, Transaction

_PACKAGE: Final = "curbe.auth"
_WHY: Final = "identity.linked"


class KnownIdentity(msgspec.Struct, frozen=True):
    """Whose an identity is. ``issuer``: at which provider; None: it was tied before that was stored."""

    user_id: UUID
    issuer: str | None


class _Known(msgspec.Struct, frozen=True):
    known: bool


_KNOWN_IDENTITY: Final = Query(_PACKAGE, "known_identity", KnownIdentity)
_HAS_IDENTITY: Final = Query(_PACKAGE, "has_identity", _Known)
_HAS_ANOTHER: Final = Query(_PACKAGE, "has_another_identity", _Known)
_SET_ISSUER: Final = Query(_PACKAGE, "set_issuer")
_DELETE_IDENTITIES: Final = Query(_PACKAGE, "delete_identities")
_INSERT_IDENTITY: Final = Query(_PACKAGE, "insert_identity")


async def known_identity(tx: Transaction, identity_hash: bytes) -> KnownIdentity | None:
    """Return whose an identity is; None where it has never signed in. ``tx`` carries the same hash as ``app.link``."""
    return await _KNOWN_IDENTITY.one(tx, identity_hash=identity_hash)


async def write_issuer(tx: Transaction, *, user_id: UUID, identity_hash: bytes, issuer: str) -> None:
    """Store at which provider an identity is that was tied before this was stored; ``tx`` is its user's.

    As long as that is not known, nobody from another provider can sign in to the account.
    """
    await store.lock_user(tx, user_id)  # their other identity may come at the same moment
    await _SET_ISSUER.run(tx, identity_hash=identity_hash, user_id=user_id, issuer=issuer)


async def has_identity(tx: Transaction, user_id: UUID) -> bool:
    """Tell whether a user has come from the provider before; ``tx`` is theirs."""
    row = await _HAS_IDENTITY.one(tx, user_id=user_id)
    return row is not None and row.known


async def tie(tx: Transaction, *, user_id: UUID, identity_hash: bytes, issuer: str, now: datetime) -> bool:
    """Tie an account to an identity whose provider vouches for its e-mail address; the first tie takes away what opened it before.

    Returns False, and only notes that in the audit log, where another identity of this provider has the account already: an e-mail address
    may pass to somebody else, who must not get the account with it.

    Args:
        tx: of ``PLATFORM`` and ``people.as_user(user_id)``.
        user_id: whose.
        identity_hash: of issuer and subject.
        issuer: the provider, for the audit log.
        now: the moment, aware.
    """
    # Locked, so that a sign-in by password, or an invitation being accepted, either is done before or finds what it needs gone.
    await store.lock_user(tx, user_id)
    is_first = not await has_identity(tx, user_id)
    other = await _HAS_ANOTHER.one(tx, user_id=user_id, identity_hash=identity_hash, issuer=issuer)
    if other is not None and other.known:
        await _record(tx, user_id, "identity.refused", {"issuer": issuer}, actor="anybody")
        return False
    if not await _INSERT_IDENTITY.run(
        tx, identity_hash=identity_hash, user_id=user_id, issuer=issuer, now=now
    ):
        return True  # another request of the same person has tied it meanwhile
    await _record(tx, user_id, "identity.linked", {"issuer": issuer})
    if is_first:
        await _take_away(tx, user_id)
    return True


async def untie(tx: Transaction, *, user_id: UUID, actor: str) -> bool:
    """Untie an account from its identities and end its sessions: whoever comes from the provider next with its address gets it.

    Returns False where it was not tied. ``tx`` is of ``PLATFORM`` and ``people.as_user(user_id)``.
    """
    await store.lock_user(tx, user_id)
    if not await _DELETE_IDENTITIES.run(tx, user_id=user_id):
        return False
    await _record(tx, user_id, "identity.unlinked", {}, actor=actor)
    await sessions.end_all(tx, user_id=user_id, actor=actor, why="identity.unlinked")
    return True


async def _take_away(tx: Transaction, user_id: UUID) -> None:
    """Take away a user's password, second factors, password links and sessions, and write into the audit log which there were."""
    has = await factor_store.factors_of_user(tx, user_id)
    await factor_store.drop_all(tx, user_id)
    await links.drop_resets(tx, user_id=user_id)  # before the password: a link that is being used sets one
    had_password = await store.drop_password(tx, user_id)
    if had_password or has.totp or has.passkeys or has.recovery_codes:
        detail = {
            "why": _WHY,
            "password": had_password,
            "totp": has.totp,
            "passkeys": has.passkeys,
            "recovery_codes": has.recovery_codes,
        }
        await _record(tx, user_id, "password.taken_away", detail)
    await sessions.end_all(tx, user_id=user_id, actor=f"user:{user_id}", why=_WHY)


async def _record(
    tx: Transaction,
    user_id: UUID,
    action: str,
    detail: dict[str, str | int | bool | list[str] | None],
    *,
    actor: str | None = None,
) -> None:
    """Write into the audit log what was done with an account; without ``actor``, by its own user."""
    entry = AuditEntry(
        tenant_id=PLATFORM,
        actor=actor or f"user:{user_id}",
        action=action,
        subject=str(user_id),
        detail=detail,
    )
    await record(tx, [entry])
