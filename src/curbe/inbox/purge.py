"""Deletes what people said when it is too old to keep, a batch at a time. What each batch is part of is the caller's to decide."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.ids import FIRST_ID, first_id
from curbe.infra.db import Id, Query, Transaction

_PACKAGE: Final = "curbe.inbox"


class _Count(msgspec.Struct, frozen=True):
    count: int


_CONVERSATIONS: Final = Query(_PACKAGE, "conversations_to_purge", Id)
_HOLD: Final = Query(_PACKAGE, "hold_conversations", Id)
_MESSAGES: Final = Query(_PACKAGE, "messages_to_purge", Id)
_PURGE_MESSAGES: Final = Query(_PACKAGE, "purge_messages", _Count)
_BESIDE: Final = tuple(
    Query(_PACKAGE, name) for name in ("purge_revisions", "purge_reactions", "purge_activity")
)
_UNMET: Final = Query(_PACKAGE, "purge_unmet")
_ANNOTATIONS: Final = Query(_PACKAGE, "purge_annotations", _Count)
_COUNT_BEFORE: Final = Query(_PACKAGE, "count_messages_before", _Count)


async def conversations(
    tx: Transaction, *, tenant_id: UUID, before: datetime, after: UUID = FIRST_ID, most: int
) -> list[UUID]:
    """Return conversations after the id ``after``, in order, that hold messages from before ``before``."""
    rows = await _CONVERSATIONS.all(tx, tenant_id=tenant_id, before=before, after=after, most=most)
    return [row.id for row in rows]


async def messages(
    tx: Transaction, *, tenant_id: UUID, conversation_ids: list[UUID], before: datetime, most: int
) -> list[UUID]:
    """Return up to ``most`` messages of these conversations that may go, locked by ``tx`` like the conversations."""
    await _HOLD.all(tx, tenant_id=tenant_id, conversation_ids=conversation_ids)
    rows = await _MESSAGES.all(
        tx, tenant_id=tenant_id, conversation_ids=conversation_ids, before=before, most=most
    )
    return [row.id for row in rows]


async def delete_messages(
    tx: Transaction, *, tenant_id: UUID, message_ids: list[UUID], before: datetime | None = None
) -> int:
    """Delete messages whose files hang on them no more; return how many. ``before``: until when all of them go; until now without it."""
    async with tx.by_key():  # each of them is looked for in every table that may point to it
        row = await _PURGE_MESSAGES.one(tx, tenant_id=tenant_id, ids=message_ids, before=before)
    return row.count if row else 0


async def delete_beside(tx: Transaction, *, tenant_id: UUID, before: datetime, most: int) -> int:
    """Delete up to ``most`` of each kind of what stands beside messages: amendments and reactions without one, calls; return how many."""
    return sum(
        [await query.run(tx, tenant_id=tenant_id, before=before, most=most) for query in _BESIDE], start=0
    )


async def delete_unmet(tx: Transaction, *, tenant_id: UUID, before: datetime, most: int) -> int:
    """Delete up to ``most`` amendments that came before ``before`` and still wait for their message; return how many."""
    return await _UNMET.run(tx, tenant_id=tenant_id, before=before, most=most)


async def delete_annotations(tx: Transaction, *, tenant_id: UUID, before: datetime, most: int) -> int:
    """Delete up to ``most`` notes and lines of what was done from before ``before``; return how many."""
    row = await _ANNOTATIONS.one(tx, tenant_id=tenant_id, before=first_id(before), most=most)
    return row.count if row else 0


async def count_before(tx: Transaction, *, tenant_id: UUID, before: datetime, most: int) -> int:
    """Return how many messages were stored before ``before``, counted up to ``most``."""
    row = await _COUNT_BEFORE.one(tx, tenant_id=tenant_id, before=first_id(before), most=most)
    return row.count if row else 0
