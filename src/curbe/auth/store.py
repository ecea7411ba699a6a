"""Keys at rest. The only writer of ``platform_keys`` and ``api_keys``."""

from datetime import datetime
from typing import Final
from uuid import UUID

from curbe.auth.rules import HeldKey, StoredKey
from curbe.infra.db import Pool, Query, Transaction

_PACKAGE: Final = "curbe.auth"


_PLATFORM_KEY_OF_HASH: Final = Query(_PACKAGE, "platform_key_of_hash", HeldKey)
_TENANT_KEY_OF_HASH: Final = Query(_PACKAGE, "tenant_key_of_hash", HeldKey)
_PLATFORM_KEY_OF_ID: Final = Query(_PACKAGE, "platform_key_of_id", HeldKey)
_TENANT_KEY_OF_ID: Final = Query(_PACKAGE, "tenant_key_of_id", HeldKey)
_INSERT_PLATFORM_KEY: Final = Query(_PACKAGE, "insert_platform_key", StoredKey)
_INSERT_TENANT_KEY: Final = Query(_PACKAGE, "insert_tenant_key", StoredKey)
_REVOKE_PLATFORM_KEY: Final = Query(_PACKAGE, "revoke_platform_key", StoredKey)
_REVOKE_TENANT_KEY: Final = Query(_PACKAGE, "revoke_tenant_key", StoredKey)
_PLATFORM_KEYS_PAGE: Final = Query(_PACKAGE, "platform_keys_page", StoredKey)
_TENANT_KEYS_PAGE: Final = Query(_PACKAGE, "tenant_keys_page", StoredKey)


async def platform_key_of_hash(pool: Pool, key_hash: bytes) -> HeldKey | None:
    """Return the operator's key with this hash."""
    return await pool.ask(_PLATFORM_KEY_OF_HASH, key_hash=key_hash)


async def tenant_key_of_hash(pool: Pool, key_hash: bytes) -> HeldKey | None:
    """Return the tenant's key with this hash, whosever it is."""
    return await pool.ask(_TENANT_KEY_OF_HASH, key_hash=key_hash)


async def key_of_id(tx: Transaction, *, tenant_id: UUID | None, key_id: UUID) -> HeldKey | None:
    """Return a key by its id: one of ``tenant_id``, or of the operator where that is None."""
    if tenant_id is None:
        return await _PLATFORM_KEY_OF_ID.one(tx, id=key_id)
    return await _TENANT_KEY_OF_ID.one(tx, tenant_id=tenant_id, id=key_id)


async def insert_key(
    tx: Transaction,
    *,
    tenant_id: UUID | None,
    key_id: UUID,
    name: str,
    key_hash: bytes,
    last4: str,
    scopes: list[str],
    expires_at: datetime | None,
    now: datetime,
) -> StoredKey:
    """Store a key of ``tenant_id``, or of the operator where that is None."""
    values = {
        "id": key_id,
        "name": name,
        "key_hash": key_hash,
        "last4": last4,
        "scopes": scopes,
        "expires_at": expires_at,
        "now": now,
    }
    if tenant_id is None:
        stored = await _INSERT_PLATFORM_KEY.one(tx, **values)
    else:
        stored = await _INSERT_TENANT_KEY.one(tx, tenant_id=tenant_id, **values)
    if stored is None:
        raise RuntimeError("an INSERT ... RETURNING returned no row")
    return stored


async def revoke_key(
    tx: Transaction, *, tenant_id: UUID | None, key_id: UUID, now: datetime
) -> StoredKey | None:
    """Revoke a key and return it; None where it is not there or was revoked before."""
    if tenant_id is None:
        return await _REVOKE_PLATFORM_KEY.one(tx, id=key_id, now=now)
    return await _REVOKE_TENANT_KEY.one(tx, tenant_id=tenant_id, id=key_id, now=now)


async def keys_page(tx: Transaction, *, tenant_id: UUID | None, after: UUID, limit: int) -> list[StoredKey]:
    """Return the next keys after the id ``after``, oldest first."""
    if tenant_id is None:
        return await _PLATFORM_KEYS_PAGE.all(tx, after=after, limit=limit)
    return await _TENANT_KEYS_PAGE.all(tx, tenant_id=tenant_id, after=after, limit=limit)
