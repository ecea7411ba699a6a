"""Merging two contacts that turn out to be one person. Each merge is recorded, so that `splitting` can undo it.

A tenant's people have one lock. Whoever only looks contacts up or adds new ones holds it shared; whoever merges or splits contacts holds it
exclusively (:func:`lock_people_exclusively`). Merging is rare, so it may take more than one statement a batch. Of a large conversation only
the latest messages move in the merge itself; a job moves the rest in pieces, under the shared lock (`moving`).
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.audit.service import AuditEntry
from curbe.audit.service import record as record_audit
from curbe.inbox import annotations, contact_store, moving
from curbe.inbox.aliases import Claims, Node
from curbe.inbox.annotations import Done
from curbe.inbox.deeds import Merged
from curbe.infra.db import Id, Query, Transaction
from curbe.realtime.rules import EventType
from curbe.realtime.service import append as append_events

_STRAYS_AT_ONCE: Final = 100
Pair = tuple[UUID, UUID, UUID]  # tenant, the lesser contact, the greater
Reason = Literal["same_person", "by_hand"]


class MovedByMerge(msgspec.Struct, frozen=True):
    """What a merge moved from one contact to the survivor: kept as JSON beside the merge, so that it can be undone."""

    aliases: list[Node]
    conversations: list["MovedConversation"]
    before: Claims  # how the survivor was called and reached before
    anchor: Node | None  # an alias the survivor had before, None where it had none
    named: bool = False  # the survivor took over the name that the team had given the other contact


class MovedConversation(msgspec.Struct, frozen=True):
    """What became of one conversation of the merged contact."""

    id: UUID
    into: UUID | None = (
        None  # the survivor's conversation that got its messages; None: the whole conversation was given to the survivor
    )
    unread_count: int = 0
    messages: list[UUID] = []  # all that go, also those that a job moves later


class OwnedConversation(msgspec.Struct, frozen=True):
    """A contact's conversation: with which of the tenant's numbers, and the conversation it was merged into, if it was."""

    id: UUID
    connection_id: UUID
    contact_id: UUID
    unread_count: int
    merged_into: UUID | None


class _Apart(msgspec.Struct, frozen=True):
    tenant_id: UUID
    one_id: UUID
    other_id: UUID


class _AliasKey(msgspec.Struct, frozen=True):
    kind: str
    value: str
    since: datetime | None


class _Stray(msgspec.Struct, frozen=True):
    id: UUID
    merged_into: UUID


class _Locked(msgspec.Struct, frozen=True):
    locked: int


_LOCK_SHARED: Final = Query("curbe.inbox", "lock_people_shared", _Locked)
_LOCK_EXCLUSIVELY: Final = Query("curbe.inbox", "lock_people_exclusively", _Locked)
_KEPT_APART: Final = Query("curbe.inbox", "kept_apart", _Apart)
_INHERIT_APART: Final = Query("curbe.inbox", "inherit_apart")
_MOVE_ALIASES: Final = Query("curbe.inbox", "move_aliases", _AliasKey)
_CONVERSATIONS_OF: Final = Query("curbe.inbox", "conversations_of", OwnedConversation)
_GIVE: Final = Query("curbe.inbox", "give_conversations")
_MERGE_CONVERSATION: Final = Query("curbe.inbox", "merge_conversation")
_INHERIT_LABELS: Final = Query("curbe.inbox", "inherit_labels")
_EMPTY: Final = Query("curbe.inbox", "empty_conversation")
_FOLLOW_MERGED: Final = Query("curbe.inbox", "follow_merged")
_MESSAGES_IN: Final = Query("curbe.inbox", "messages_in", Id)
_MOVE_ACTIVITY: Final = Query("curbe.inbox", "move_activity")
_INHERIT_NAME: Final = Query("curbe.inbox", "inherit_address_book")
_MARK_MERGED: Final = Query("curbe.inbox", "mark_merged")
_INSERT_MERGE: Final = Query("curbe.inbox", "insert_merge")
_STRAYS: Final = Query("curbe.inbox", "stray_conversations", _Stray)


async def lock_people_shared(tx: Transaction, tenant_ids: Iterable[UUID]) -> None:
    """Keep others from merging, splitting or erasing contacts of these tenants until the transaction ends; wait for any under way.

    Several transactions can hold this at once: for whoever looks contacts up or adds new ones.
    """
    await _LOCK_SHARED.one(tx, tenant_ids=sorted(set(tenant_ids)))


async def lock_people_exclusively(tx: Transaction, tenant_ids: Iterable[UUID]) -> None:
    """Keep others from adding, merging or splitting contacts of these tenants until the transaction ends; wait for any under way.

    One transaction holds this at a time: for whoever merges, splits or erases contacts.
    """
    await _LOCK_EXCLUSIVELY.one(tx, tenant_ids=sorted(set(tenant_ids)))


async def kept_apart(tx: Transaction, tenant_ids: Iterable[UUID]) -> list[Pair]:
    """Return the pairs of contacts whose merge a person of these tenants undid: no webhook may merge them again."""
    rows = await _KEPT_APART.all(tx, tenant_ids=sorted(set(tenant_ids)))
    return [(row.tenant_id, row.one_id, row.other_id) for row in rows]


async def conversations_of(
    tx: Transaction, *, tenant_id: UUID, contact_ids: Sequence[UUID]
) -> list[OwnedConversation]:
    """Return the conversations of these contacts, merged ones too, locked until the end of the transaction."""
    return await _CONVERSATIONS_OF.all(tx, tenant_id=tenant_id, contact_ids=list(contact_ids))


async def merge(
    tx: Transaction, *, tenant_id: UUID, survivor_id: UUID, merged_id: UUID, reason: Reason, actor: str
) -> UUID:
    """Merge one contact into another and return the merge's id; it is recorded, audited and told as an event.

    The caller holds :func:`lock_people_exclusively`. Two conversations with the same business number become one; any other conversation of
    the merged contact is given to the survivor as it is. Of a large conversation the latest messages move now and a job moves the rest; the
    record names all of them already, because `splitting` gives back what the record names.
    """
    await moving.all_of(tx, tenant_id=tenant_id, contact_ids=[survivor_id, merged_id])
    known = await contact_store.contacts_by_id(tx, tenant_id=tenant_id, ids=[survivor_id, merged_id])
    survivor, merged = known[survivor_id], known[merged_id]
    aliases = await contact_store.aliases_of(tx, tenant_id=tenant_id, contact_id=survivor_id)
    moved = MovedByMerge(
        aliases=[
            (row.kind, row.value, row.since)
            for row in await _MOVE_ALIASES.all(tx, tenant_id=tenant_id, from_id=merged_id, to_id=survivor_id)
        ],
        conversations=await _join_conversations(tx, tenant_id, survivor_id, merged_id),
        before=survivor.claims(),
        anchor=aliases[0].node if aliases else None,
        named=survivor.given is None and merged.given is not None,
    )
    await _write_down_joined(tx, tenant_id, moved.conversations, actor=actor)
    await _INHERIT_NAME.run(tx, tenant_id=tenant_id, survivor_id=survivor_id, merged_id=merged_id)
    if moved.named:
        await contact_store.give_name(tx, tenant_id=tenant_id, contact_id=survivor_id, name=merged.given)
    await _MARK_MERGED.run(tx, tenant_id=tenant_id, id=merged_id, survivor_id=survivor_id)
    await contact_store.set_claims(
        tx, tenant_id=tenant_id, contact_id=survivor_id, claims=survivor.claims().joined(merged.claims())
    )
    await contact_store.follow(tx, [(tenant_id, merged_id, survivor_id)])
    await _INHERIT_APART.run(tx, tenant_id=tenant_id, survivor_id=survivor_id, merged_id=merged_id)
    merge_id = uuid7()
    await _INSERT_MERGE.run(
        tx,
        tenant_id=tenant_id,
        id=merge_id,
        survivor_id=survivor_id,
        merged_id=merged_id,
        reason=reason,
        actor=actor,
        moved=msgspec.json.encode(moved).decode(),
    )
    await tell(
        tx,
        EventType.CONTACT_MERGED,
        tenant_id=tenant_id,
        actor=actor,
        contact_id=survivor_id,
        other_id=merged_id,
        merge_id=merge_id,
    )
    return merge_id


async def tell(
    tx: Transaction,
    kind: EventType,
    *,
    tenant_id: UUID,
    actor: str,
    contact_id: UUID,
    other_id: UUID,
    merge_id: UUID | None = None,
) -> None:
    """Write into the log of events and into the audit that contacts were joined or parted."""
    named = moving.names(contact_id=contact_id, other_id=other_id, merge_id=merge_id)
    await append_events(tx, [moving.event_of(kind, tenant_id=tenant_id, named=named)])
    action = kind.value.replace("_", ".", 1)
    entry = AuditEntry(tenant_id=tenant_id, actor=actor, action=action, subject=str(contact_id), detail=named)
    await record_audit(tx, [entry])


async def absorb(tx: Transaction, *, tenant_id: UUID) -> None:
    """Empty a tenant's merged conversations that something was written into meanwhile."""
    while await absorb_some(tx, tenant_id=tenant_id, most=_STRAYS_AT_ONCE):
        pass


async def absorb_some(tx: Transaction, *, tenant_id: UUID, most: int) -> int:
    """Empty up to ``most`` of them; return how many those were."""
    strays = await _STRAYS.all(tx, tenant_id=tenant_id, most=most)
    for stray in strays:
        await _pour(tx, tenant_id, stray.id, stray.merged_into)
    return len(strays)


async def _join_conversations(
    tx: Transaction, tenant_id: UUID, survivor_id: UUID, merged_id: UUID
) -> list[MovedConversation]:
    owned = await conversations_of(tx, tenant_id=tenant_id, contact_ids=[survivor_id, merged_id])
    own = {row.connection_id: row for row in owned if row.contact_id == survivor_id}
    moved = []
    given = []
    for row in owned:
        if row.contact_id != merged_id or row.merged_into is not None:
            continue
        kept = own.get(row.connection_id)
        if kept is None:
            given.append(row.id)
            moved.append(MovedConversation(id=row.id))
        else:
            there = await _MESSAGES_IN.all(tx, tenant_id=tenant_id, conversation_id=row.id)
            await _pour(tx, tenant_id, row.id, kept.id)
            moved.append(
                MovedConversation(
                    id=row.id,
                    into=kept.id,
                    unread_count=row.unread_count,
                    messages=[message.id for message in there],
                )
            )
    if given:
        await _GIVE.run(tx, tenant_id=tenant_id, contact_id=survivor_id, ids=given)
    return moved


async def _write_down_joined(
    tx: Transaction, tenant_id: UUID, moved: Sequence[MovedConversation], *, actor: str
) -> None:
    lines = [Done(tenant_id, one.into, actor, Merged(one.id)) for one in moved if one.into is not None]
    await append_events(tx, await annotations.write_down(tx, lines))


async def _pour(tx: Transaction, tenant_id: UUID, from_id: UUID, into_id: UUID) -> None:
    """Merge one conversation into another. Of a large one only the latest messages move now; a job moves the rest."""
    await moving.pour(tx, tenant_id=tenant_id, from_id=from_id, into_id=into_id)
    await _MOVE_ACTIVITY.run(tx, tenant_id=tenant_id, from_id=from_id, into_id=into_id)
    await _MERGE_CONVERSATION.run(tx, tenant_id=tenant_id, from_id=from_id, into_id=into_id)
    await _INHERIT_LABELS.run(tx, tenant_id=tenant_id, from_id=from_id, into_id=into_id)
    await _EMPTY.run(tx, tenant_id=tenant_id, from_id=from_id, into_id=into_id)
    await _FOLLOW_MERGED.run(tx, tenant_id=tenant_id, from_id=from_id, into_id=into_id)
