"""Deletes old events from the beginning of a tenant's log; a cursor from before then is told that it has missed something."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.infra.db import Query, Transaction


class _Count(msgspec.Struct, frozen=True):
    count: int


_PURGE: Final = Query("curbe.realtime", "purge_events", _Count)


async def delete_events(tx: Transaction, *, tenant_id: UUID, before: datetime, most: int) -> int:
    """Delete up to ``most`` events from before ``before``, oldest first; return how many."""
    row = await _PURGE.one(tx, tenant_id=tenant_id, before=before, most=most)
    return row.count if row else 0
