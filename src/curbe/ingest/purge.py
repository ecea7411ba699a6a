"""Deletes what Meta told beyond messages when it is too old to keep, and what waits aside of somebody who is erased."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.infra.db import Query, Transaction


class _Digest(msgspec.Struct, frozen=True):
    digest: bytes


_PURGE: Final = Query("curbe.ingest", "purge_notices")
_NOTICES: Final = Query("curbe.ingest", "erase_notices", _Digest)
_SET_ASIDE: Final = Query("curbe.ingest", "erase_set_aside")


async def delete_notices(tx: Transaction, *, tenant_id: UUID, before: datetime, most: int) -> int:
    """Delete up to ``most`` notices from before ``before``; return how many."""
    return await _PURGE.run(tx, tenant_id=tenant_id, before=before, most=most)


async def erase_notices(tx: Transaction, *, tenant_id: UUID, names: Sequence[str]) -> list[bytes]:
    """Delete the notices that hold one of ``names``; return their digests, which make a notice the same."""
    return [row.digest for row in await _NOTICES.all(tx, tenant_id=tenant_id, names=list(names))]


async def erase_set_aside(everybody: Transaction, *, tenant_id: UUID, names: Sequence[str]) -> int:
    """Delete what could not be applied of the tenant's numbers and holds one of ``names``, as the batch role; return how much."""
    return await _SET_ASIDE.run(everybody, tenant_id=tenant_id, names=list(names))
