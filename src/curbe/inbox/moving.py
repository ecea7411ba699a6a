"""Moves the messages of a large conversation in pieces after a merge or its undoing, so that nobody who writes meanwhile has to wait.

`merging` and `splitting` move the latest messages themselves and leave the rest to a job. Whoever sorts people anew, erases them or exports
what they said moves the rest first (:func:`all_of`, :func:`some_of`).
"""

from collections.abc import Sequence
from typing import Final, Protocol
from uuid import UUID

import msgspec

from curbe.infra import jobs
from curbe.infra.db import Id, Query, Transaction
from curbe.infra.jobs import NewJob
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event
from curbe.realtime.service import append as append_events

CARRY_OVER: Final = (
    "inbox.carry_over"  # the job that moves what is left in a merged conversation, which is its subject
)
GIVE_BACK: Final = (
    "inbox.give_back"  # the job that moves what an undone merge, its subject, has yet to give back
)
MESSAGES_AT_ONCE: Final = 1000  # of a conversation; moving as many takes a tenth of a second or two


class Step(Protocol):
    """Moves one piece of what a job is about and returns whether more is left; the caller holds the tenant's lock on people."""

    async def __call__(self, tx: Transaction, *, tenant_id: UUID, subject: UUID) -> bool:
        """Move it."""
        ...


class _Stray(msgspec.Struct, frozen=True):
    id: UUID
    merged_into: UUID


class _Piece(msgspec.Struct, frozen=True):
    """The next messages of an undone merge. ``left``: how many there are after these, of this conversation."""

    conversation_id: UUID
    from_id: UUID
    message_ids: list[UUID]
    left: int


class _Merge(msgspec.Struct, frozen=True):
    survivor_id: UUID
    merged_id: UUID


_MOVE: Final = Query("curbe.inbox", "move_messages")
_LOCK_MERGED: Final = Query("curbe.inbox", "lock_merged", _Stray)
_NOT_CARRIED: Final = Query("curbe.inbox", "not_carried_over", Id)
_GO_BACK: Final = Query("curbe.inbox", "go_back")
_LOCK_MERGE: Final = Query("curbe.inbox", "lock_merge", _Merge)
_GOING_BACK: Final = Query("curbe.inbox", "going_back", _Piece)
_GOING_BACK_OF: Final = Query("curbe.inbox", "going_back_of", Id)
_GIVE_BACK: Final = Query("curbe.inbox", "give_back")
_NOTE_GIVEN: Final = Query("curbe.inbox", "note_given_back")
_ALL_GIVEN: Final = Query("curbe.inbox", "all_given_back")


async def pour(tx: Transaction, *, tenant_id: UUID, from_id: UUID, into_id: UUID) -> None:
    """Move the latest messages of one conversation into another, and let the others follow."""
    if await _move(tx, tenant_id, from_id, into_id):
        # An attempt under way waits for this conversation, or ended before it was had here: it sees what is left, or is there anew.
        await jobs.defer(tx, [NewJob(tenant_id, CARRY_OVER, from_id)])


async def carry_over(tx: Transaction, *, tenant_id: UUID, subject: UUID) -> bool:
    """Move the latest of what is left in a merged conversation to the one it is part of.

    One that was given back meanwhile keeps what it has.
    """
    merged = await _LOCK_MERGED.one(tx, tenant_id=tenant_id, conversation_id=subject)
    return merged is not None and await _move(tx, tenant_id, merged.id, merged.merged_into)


async def go_back(
    tx: Transaction,
    *,
    tenant_id: UUID,
    merge_id: UUID,
    conversation_id: UUID,
    from_id: UUID,
    message_ids: Sequence[UUID],
) -> None:
    """Let messages follow, in this order, into a conversation that an undone merge gives back.

    The caller holds `merging.lock_people_exclusively`.
    """
    await _GO_BACK.run(
        tx,
        tenant_id=tenant_id,
        merge_id=merge_id,
        conversation_id=conversation_id,
        from_id=from_id,
        message_ids=list(message_ids),
    )
    await jobs.defer(tx, [NewJob(tenant_id, GIVE_BACK, merge_id)])


async def give_back(tx: Transaction, *, tenant_id: UUID, subject: UUID) -> bool:
    """Move the next messages that an undone merge has yet to give back; with the last of them it is told once more that two were parted."""
    merge = await _LOCK_MERGE.one(tx, tenant_id=tenant_id, merge_id=subject)
    piece = await _GOING_BACK.one(tx, tenant_id=tenant_id, merge_id=subject, most=MESSAGES_AT_ONCE)
    if merge is None or piece is None:
        return False
    place = {"tenant_id": tenant_id, "merge_id": subject, "conversation_id": piece.conversation_id}
    await _GIVE_BACK.run(
        tx,
        tenant_id=tenant_id,
        ids=piece.message_ids,
        from_id=piece.from_id,
        into_id=piece.conversation_id,
    )
    if piece.left:
        await _NOTE_GIVEN.run(tx, moved=len(piece.message_ids), **place)
        return True
    await _ALL_GIVEN.run(tx, **place)
    if await _GOING_BACK.one(tx, tenant_id=tenant_id, merge_id=subject, most=1) is not None:
        return True
    named = names(contact_id=merge.survivor_id, other_id=merge.merged_id, merge_id=subject)
    await append_events(tx, [event_of(EventType.CONTACT_PARTED, tenant_id=tenant_id, named=named)])
    return False


async def some_of(tx: Transaction, *, tenant_id: UUID, contact_ids: Sequence[UUID]) -> bool:
    """Move one piece of what has yet to follow to or from conversations of these contacts; return whether there was any."""
    these = {"tenant_id": tenant_id, "contact_ids": list(contact_ids)}
    for query, step in ((_NOT_CARRIED, carry_over), (_GOING_BACK_OF, give_back)):
        left = await query.one(tx, **these)
        if left is not None:
            await step(tx, tenant_id=tenant_id, subject=left.id)
            return True
    return False


async def all_of(tx: Transaction, *, tenant_id: UUID, contact_ids: Sequence[UUID]) -> None:
    """Move all of it: who sorts people anew needs everything in its place. The caller holds `merging.lock_people_exclusively`."""
    while await some_of(tx, tenant_id=tenant_id, contact_ids=contact_ids):
        pass


async def all_given_back(tx: Transaction, *, tenant_id: UUID, contact_ids: Sequence[UUID]) -> None:
    """Move all that goes back to or from conversations of these contacts. The caller holds `merging.lock_people_exclusively`."""
    while left := await _GOING_BACK_OF.one(tx, tenant_id=tenant_id, contact_ids=list(contact_ids)):
        await give_back(tx, tenant_id=tenant_id, subject=left.id)


def names(*, contact_id: UUID, other_id: UUID, merge_id: UUID | None) -> dict[str, str]:
    """Return what an event, or the audit, says of contacts that were joined or parted."""
    named = {"contact_id": str(contact_id), "other_id": str(other_id)}
    return named if merge_id is None else named | {"merge_id": str(merge_id)}


def event_of(kind: EventType, *, tenant_id: UUID, named: dict[str, str]) -> Event:
    """Return the event that tells it."""
    return Event(tenant_id=tenant_id, type=kind, data=msgspec.json.encode(named).decode())


async def _move(tx: Transaction, tenant_id: UUID, from_id: UUID, into_id: UUID) -> bool:
    """Move as many messages as go at once; return whether there may be more."""
    moved = await _MOVE.run(tx, tenant_id=tenant_id, from_id=from_id, into_id=into_id, most=MESSAGES_AT_ONCE)
    return moved == MESSAGES_AT_ONCE
