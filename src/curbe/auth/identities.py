"""Who people are to the installation's own identity provider, and what being tied to it for the first time takes away.

Until then anybody may have begun the account: who invited an address can have opened the link themselves, where no mail brings it, and have
chosen the password. The provider vouches for the person alone. So what opened the account before opens it no more.
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
    """Whose an identity is, and at which provider; None: it was tied before that was written down."""

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
    """Return whose an identity is; None where it has not come before. ``tx`` carries the same hash as ``app.link``."""
    return await _KNOWN_IDENTITY.one(tx, identity_hash=identity_hash)


async def write_issuer(tx: Transaction, *, user_id: UUID, identity_hash: bytes, issuer: str) -> None:
    """Write down of which provider an identity is that was tied before this was kept; ``tx`` is its user's.

    While it is not known, the account is closed to who comes from another provider.
    """
    await store.lock_user(tx, user_id)  # their other identity may come at the same moment
    await _SET_ISSUER.run(tx, identity_hash=identity_hash, user_id=user_id, issuer=issuer)


async def has_identity(tx: Transaction, user_id: UUID) -> bool:
    """Tell whether a user has come from the provider before; ``tx`` is theirs."""
    row = await _HAS_IDENTITY.one(tx, user_id=user_id)
    return row is not None and row.known


async def tie(tx: Transaction, *, user_id: UUID, identity_hash: bytes, issuer: str, now: datetime) -> bool:
    """Tie an account to an identity whose provider vouches for its address; the first one takes away what opened it before.

    An account that is tied to another identity of this provider stays that one's, and False is returned: an address may be
    given to somebody else, who does not inherit the account by it.

    Args:
        tx: of ``PLATFORM`` and ``people.as_user(user_id)``.
        user_id: whose.
        identity_hash: of issuer and subject.
        issuer: the provider, for the audit log.
        now: the moment, aware.
    """
    # Whoever is about to sign in or to join with what is there either goes first, or finds it gone.
    await store.lock_user(tx, user_id)
    is_first = not await has_identity(tx, user_id)
    other = await _HAS_ANOTHER.one(tx, user_id=user_id, identity_hash=identity_hash, issuer=issuer)
    if other is not None and other.known:
        await _record(tx, user_id, "identity.refused", {"issuer": issuer}, actor="anybody")
        return False
    if not await _INSERT_IDENTITY.run(
        tx, identity_hash=identity_hash, user_id=user_id, issuer=issuer, now=now
    ):
        return True  # another request of theirs did
    await _record(tx, user_id, "identity.linked", {"issuer": issuer})
    if is_first:
        await _take_away(tx, user_id)
    return True


async def untie(tx: Transaction, *, user_id: UUID, actor: str) -> bool:
    """Forget who an account is to providers, and end its sessions; the next who comes with its address gets it. False: it was tied to none.

    ``tx`` is of ``PLATFORM`` and ``people.as_user(user_id)``.
    """
    await store.lock_user(tx, user_id)
    if not await _DELETE_IDENTITIES.run(tx, user_id=user_id):
        return False
    await _record(tx, user_id, "identity.unlinked", {}, actor=actor)
    await sessions.end_all(tx, user_id=user_id, actor=actor, why="identity.unlinked")
    return True


async def _take_away(tx: Transaction, user_id: UUID) -> None:
    """Take away a user's password, second factors, links and sessions, and write down which of them there were."""
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
    """Write down what was done with an account; without ``actor``, by its own person."""
    entry = AuditEntry(
        tenant_id=PLATFORM,
        actor=actor or f"user:{user_id}",
        action=action,
        subject=str(user_id),
        detail=detail,
    )
    await record(tx, [entry])
