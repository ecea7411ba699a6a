"""All that was said by and to a contact, as `splitting` sorts it: how they were named each time, and which conversation it goes to."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.inbox import contact_store, moving
from curbe.infra.db import Query, Transaction


class Evidence(msgspec.Struct, frozen=True):
    """Something that was said. ``id``: a message's, or the provider's of what stands beside messages."""

    id: str
    beside: bool  # activity, not a message
    conversation_id: UUID
    connection_id: UUID
    counts: bool  # a person wrote it
    waits: bool  # to be sent
    at: datetime
    person: str | None


_EVIDENCE: Final = Query("curbe.inbox", "evidence_of", Evidence)
_MOVE_THESE: Final = Query("curbe.inbox", "move_these_messages")
_MOVE_THIS_ACTIVITY: Final = Query("curbe.inbox", "move_this_activity")
_RECOUNT: Final = Query("curbe.inbox", "recount_conversations")


async def of(tx: Transaction, *, tenant_id: UUID, contact_id: UUID) -> list[Evidence]:
    """Return it, the oldest first."""
    return await _EVIDENCE.all(tx, tenant_id=tenant_id, contact_id=contact_id)


async def move(tx: Transaction, *, tenant_id: UUID, rows: Sequence[Evidence], into_id: UUID) -> None:
    """Move this to another conversation of its number."""
    messages = [UUID(row.id) for row in rows if not row.beside]
    if messages:
        await _MOVE_THESE.run(tx, tenant_id=tenant_id, ids=messages, into_id=into_id)
    beside = [row for row in rows if row.beside]
    if beside:
        await _MOVE_THIS_ACTIVITY.run(
            tx,
            tenant_id=tenant_id,
            connection_id=beside[0].connection_id,
            provider_ids=[row.id for row in beside],
            into_id=into_id,
        )


async def give_back(
    tx: Transaction, *, tenant_id: UUID, merge_id: UUID, rows: Sequence[Evidence], into_id: UUID
) -> list[UUID]:
    """Move the latest of what an undone merge gives back, and return the messages that follow.

    All that is to be sent goes at once: its place says to whom. ``rows`` are one conversation's, the oldest first.
    """
    said = [row for row in reversed(rows) if not row.beside]
    later = [row for row in said[moving.MESSAGES_AT_ONCE :] if not row.waits]
    ids = [UUID(row.id) for row in later]
    left = {row.id for row in later}
    now = [row for row in rows if row.beside or row.id not in left]
    await move(tx, tenant_id=tenant_id, rows=now, into_id=into_id)
    if later:
        await moving.go_back(
            tx,
            tenant_id=tenant_id,
            merge_id=merge_id,
            conversation_id=into_id,
            from_id=later[0].conversation_id,
            message_ids=ids,
        )
    return ids


async def recount(
    tx: Transaction,
    *,
    tenant_id: UUID,
    unread: dict[UUID, int],
    following_ids: Sequence[UUID] = (),
    into_id: UUID | None = None,
) -> None:
    """Note how many of each conversation are unread, and what its times are once ``following_ids`` have come to ``into_id``."""
    rows = contact_store.columns(sorted(unread.items()), "ids", "unreads")
    await _RECOUNT.run(tx, tenant_id=tenant_id, following_ids=list(following_ids), into_id=into_id, **rows)
