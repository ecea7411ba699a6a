"""Deletes old events from the beginning of a tenant's log (a reader with an older cursor is told that it missed something).

Also deletes the events about a person who is erased, anywhere in the log.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.infra.db import Query, Transaction


class _Count(msgspec.Struct, frozen=True):
    count: int


class _Place(msgspec.Struct, frozen=True):
    xid: int
    id: int


_PURGE: Final = Query("curbe.realtime", "purge_events", _Count)
_WALK: Final = Query("curbe.realtime", "walk_log", _Place)


async def delete_events(tx: Transaction, *, tenant_id: UUID, before: datetime, most: int) -> int:
    """Delete up to ``most`` events from before ``before``, oldest first; return how many."""
    row = await _PURGE.one(tx, tenant_id=tenant_id, before=before, most=most)
    return row.count if row else 0


async def walk_events(
    tx: Transaction,
    *,
    tenant_id: UUID,
    conversation_ids: Sequence[UUID],
    names: Sequence[str],
    after: Sequence[str],
    most: int,
) -> list[str]:
    """Among the ``most`` events after ``after``, delete those of these conversations and those that contain one of ``names``.

    Returns:
        Where to go on; empty at the end of the log.
    """
    xid, id_ = after or ("0", "0")
    row = await _WALK.one(
        tx,
        tenant_id=tenant_id,
        conversation_ids=list(conversation_ids),
        names=list(names),
        xid=int(xid),
        id=int(id_),
        most=most,
    )
    return [] if row is None else [str(row.xid), str(row.id)]
