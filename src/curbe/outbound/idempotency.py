"""What was answered to idempotency keys: asked once more, a request gets the same answer."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.infra.db import Query, Transaction


class Answered(msgspec.Struct, frozen=True):
    """What was answered to an idempotency key."""

    request_hash: bytes
    response: str


_FIND: Final = Query("curbe.outbound", "find_idempotent", Answered)
_CLAIM: Final = Query("curbe.outbound", "claim_idempotent")
_DROP: Final = Query("curbe.outbound", "drop_idempotent_before")


async def find(tx: Transaction, *, tenant_id: UUID, route: str, key: str) -> Answered | None:
    """Return what was answered to this key before."""
    return await _FIND.one(tx, tenant_id=tenant_id, route=route, key=key)


async def keep(
    tx: Transaction, *, tenant_id: UUID, route: str, key: str, request_hash: bytes, response: str
) -> bool:
    """Keep the answer to this key; False where another request with it was answered first (it has committed by then)."""
    stored = await _CLAIM.run(
        tx, tenant_id=tenant_id, route=route, key=key, request_hash=request_hash, response=response
    )
    return stored == 1


async def drop_before(tx: Transaction, *, tenant_id: UUID, before: datetime, most: int) -> int:
    """Forget up to ``most`` answers kept before that moment, oldest first; return how many."""
    return await _DROP.run(tx, tenant_id=tenant_id, before=before, most=most)
