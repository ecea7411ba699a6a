"""Keys: make, find out who holds one, list, revoke.

A key is 256 random bits behind a prefix that says whose it is. It is shown once, when it is made; a hash is
kept.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.audit.service import AuditEntry, record
from curbe.auth import rules, store
from curbe.auth.rules import StoredKey
from curbe.domain.access import PLATFORM, Principal, PrincipalKind, Scope
from curbe.domain.errors import Forbidden, InvalidRequest, NotFound
from curbe.domain.ids import FIRST_ID
from curbe.infra.crypto import Secret, key_hash, random_token
from curbe.infra.db import Pool, Transaction

CHANNEL: Final = "curbe_keys"  # a key was revoked: its id
_LONGEST_NAME: Final = 200


class MadeKey(msgspec.Struct, frozen=True, kw_only=True):
    """A new key: the only moment at which ``key`` itself is known."""

    stored: StoredKey
    key: Secret


async def make_key(
    tx: Transaction,
    *,
    tenant_id: UUID | None,
    name: str,
    scopes: Collection[Scope],
    creator: Principal | None,
    now: datetime,
    expires_at: datetime | None = None,
) -> MadeKey:
    """Make a key and return it.

    Args:
        tx: a transaction of the key's tenant; for a platform key, of ``PLATFORM``.
        tenant_id: whose key; None for one of the operator.
        name: what people call it; may be empty.
        scopes: what it may do, at least one.
        creator: who asks; None for the operator at the command line, who may give any scope.
        now: the moment, aware.
        expires_at: when it stops opening anything; None for never.

    Raises:
        Forbidden: a scope is beyond the creator's, or not for a key of that kind.
        InvalidRequest: no scope, a name that cannot be used, or an expiry that has passed or is later than the creator's own.
    """
    kind = PrincipalKind.PLATFORM if tenant_id is None else PrincipalKind.TENANT
    _check(name=name, scopes=scopes, expires_at=expires_at, now=now)
    if rules.outlives(expires_at, creator=creator):
        raise InvalidRequest(
            "The key would go on when the key that makes it has expired.",
            fix="Send an expires_at that is no later than that of the key you use.",
            field="expires_at",
        )
    if beyond := rules.beyond(scopes, creator=creator, kind=kind):
        raise Forbidden(
            f"A new {kind} key made here cannot have: {', '.join(sorted(beyond))}.",
            fix="Ask for scopes that the key you use has itself, and that a key of this kind may have.",
            field="scopes",
        )
    key = random_token(rules.PREFIX[kind])
    stored = await store.insert_key(
        tx,
        tenant_id=tenant_id,
        key_id=uuid7(),
        name=name.strip(),
        key_hash=key_hash(key),
        last4=key.last4(),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
        now=now,
    )
    await record(tx, [_entry("key.created", stored, creator.actor if creator else "cli")])
    return MadeKey(stored=stored, key=key)


async def authenticate(pool: Pool, bearer: str | None, *, now: datetime) -> Principal:
    """Return who holds the key ``bearer``.

    Nothing is remembered between calls: a revoked key opens nothing from the next request on.

    Raises:
        Unauthorized: no key, no such key, expired or revoked; the answer is the same for each.
        TenantSuspended: its tenant is suspended.
    """
    kind = rules.kind_of(bearer) if bearer else None
    if bearer is None or kind is None:
        raise rules.unauthorized()
    hashed = key_hash(bearer)
    of_hash = store.platform_key_of_hash if kind is PrincipalKind.PLATFORM else store.tenant_key_of_hash
    key = await of_hash(pool, hashed)
    if key is None or not rules.is_live(key, now=now):
        raise rules.unauthorized()
    if key.suspended:
        raise rules.suspended()
    return rules.principal_of(key)


async def revoke(
    tx: Transaction, *, tenant_id: UUID | None, key_id: UUID, actor: str, now: datetime
) -> StoredKey:
    """Revoke a key and return it; revoking it again changes nothing.

    ``curbe_keys`` tells the id to who keeps connections open.

    Raises:
        NotFound: ``tenant_id`` has no such key.
    """
    revoked = await store.revoke_key(tx, tenant_id=tenant_id, key_id=key_id, now=now)
    if revoked is None:
        key = await store.key_of_id(tx, tenant_id=tenant_id, key_id=key_id)
        if key is None:
            raise NotFound("There is no key with that id.", fix="List the keys to see their ids.")
        return key
    await record(tx, [_entry("key.revoked", revoked, actor)])
    tx.notify(CHANNEL, str(key_id))
    return revoked


async def keys(
    tx: Transaction, *, tenant_id: UUID | None, after: UUID = FIRST_ID, limit: int
) -> list[StoredKey]:
    """Return up to ``limit`` keys after the id ``after``, oldest first, revoked ones included."""
    return await store.keys_page(tx, tenant_id=tenant_id, after=after, limit=limit)


def _check(*, name: str, scopes: Collection[Scope], expires_at: datetime | None, now: datetime) -> None:
    if not scopes:
        raise InvalidRequest(
            "A key needs at least one scope.",
            fix="Name what it may do, such as messages:send.",
            field="scopes",
        )
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidRequest(
            f"A key's name has at most {_LONGEST_NAME} printable characters.",
            fix="Send another.",
            field="name",
        )
    if expires_at is not None and expires_at <= now:
        raise InvalidRequest(
            "The key would have expired already.", fix="Send a later moment, or none.", field="expires_at"
        )


def _entry(action: str, key: StoredKey, actor: str) -> AuditEntry:
    return AuditEntry(
        tenant_id=key.tenant_id or PLATFORM,
        actor=actor,
        action=action,
        subject=str(key.id),
        detail={"scopes": list(key.scopes)},
    )
