"""Deletes what Meta told beyond messages when it is too old to keep; what followed from it stays."""

from datetime import datetime
from typing import Final
from uuid import UUID

from curbe.infra.db import Query, Transaction

_PURGE: Final = Query("curbe.ingest", "purge_notices")


async def delete_notices(tx: Transaction, *, tenant_id: UUID, before: datetime, most: int) -> int:
    """Delete up to ``most`` notices from before ``before``; return how many."""
    return await _PURGE.run(tx, tenant_id=tenant_id, before=before, most=most)
