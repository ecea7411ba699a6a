"""Notes of colleagues and whom they call, and the lines of a conversation between two times."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.domain.errors import IdempotencyMismatch, InvalidRequest, NotFound, NotTheAuthor
from curbe.inbox.annotations import Annotation, AnnotationRow, annotation_event, annotation_of
from curbe.inbox.service import BEGINNING, Place, conversation, conversations_by_id
from curbe.inbox.shapes import Conversation
from curbe.infra.db import Id, Query, Transaction
from curbe.infra.pages import Moment
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event, take_note_back
from curbe.realtime.service import append as append_events

_PACKAGE: Final = "curbe.inbox"
EVER: Final = (datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC))


class Mention(msgspec.Struct, frozen=True, kw_only=True):
    """A note that calls somebody; ``read_at`` is null until they have seen it."""

    annotation: Annotation
    conversation: Conversation
    created_at: datetime
    read_at: datetime | None


class MentionPlace(msgspec.Struct, frozen=True, array_like=True):
    """A place in the list of somebody's mentions."""

    read: bool
    at: Moment
    id: UUID


class MentionPage(msgspec.Struct, frozen=True):
    """Some of somebody's mentions, and where their list goes on; None at its end."""

    items: list[Mention]
    following: MentionPlace | None


_TOP: Final = MentionPlace(read=False, at=EVER[1], id=UUID(int=2**128 - 1))


class _MentionKey(msgspec.Struct, frozen=True):
    annotation_id: UUID
    created_at: datetime
    read_at: datetime | None


class _Called(msgspec.Struct, frozen=True):
    user_id: UUID


class _Note(msgspec.Struct, frozen=True):
    id: UUID
    conversation_id: UUID  # it was written in
    author: str
    deleted_at: datetime | None


class _Placed(msgspec.Struct, frozen=True):
    id: UUID
    created_at: datetime


class _Unread(msgspec.Struct, frozen=True):
    unread: int


_PAGE: Final = Query(_PACKAGE, "annotations_page", AnnotationRow)
_BY_ID: Final = Query(_PACKAGE, "annotations_by_id", AnnotationRow)
_PLACE: Final = Query(_PACKAGE, "note_place", _Placed)
_INSERT: Final = Query(_PACKAGE, "insert_note", Id)
_OF_KEY: Final = Query(_PACKAGE, "note_of_key", Id)
_LOCK: Final = Query(_PACKAGE, "lock_note", _Note)
_DELETE: Final = Query(_PACKAGE, "delete_note")
_CALL: Final = Query(_PACKAGE, "insert_mentions", _Called)
_MENTIONS: Final = Query(_PACKAGE, "mentions_page", _MentionKey)
_COUNT: Final = Query(_PACKAGE, "count_unread_mentions", _Unread)
_READ: Final = Query(_PACKAGE, "read_mentions")


async def annotations(
    tx: Transaction,
    *,
    tenant_id: UUID,
    conversation_id: UUID,
    between: tuple[datetime, datetime],
    after: Place | None,
    limit: int,
) -> list[Annotation]:
    """Return at most ``limit`` notes and lines of a conversation, oldest first, of a time between two (both included).

    Raises:
        NotFound: the tenant has no such conversation.
    """
    live = (await conversation(tx, tenant_id=tenant_id, conversation_id=conversation_id)).id
    start = after or BEGINNING
    rows = await _PAGE.all(
        tx,
        tenant_id=tenant_id,
        conversation_id=live,
        from_at=between[0],
        to_at=between[1],
        after_at=start.at,
        after_id=start.id,
        most=limit,
    )
    return [annotation_of(row) for row in rows]


async def note_place(
    tx: Transaction, *, tenant_id: UUID, conversation_id: UUID, note_id: UUID
) -> Place | None:
    """Return where a note lies among a conversation's messages, or None where the conversation has no such note."""
    row = await _PLACE.one(tx, tenant_id=tenant_id, id=note_id, conversation_id=conversation_id)
    return row and Place(row.created_at, row.id)


async def add_note(
    tx: Transaction,
    *,
    tenant_id: UUID,
    conversation_id: UUID,
    body: str,
    mentions: Sequence[UUID],
    author: str,
    key: str | None,
    now: datetime,
) -> Annotation:
    """Write a note into a conversation and return it; whom it calls is told.

    ``key``: the author's own word for the note. Asked for again with it, the note is returned as it stands, and nobody is told of it again.

    Raises:
        NotFound: the tenant has no such conversation.
        InvalidRequest: it calls somebody who is no colleague, or is one no more.
        IdempotencyMismatch: the key was used for another note.
    """
    live = (await conversation(tx, tenant_id=tenant_id, conversation_id=conversation_id)).id
    note_id = uuid7()
    wanted = sorted(set(mentions))
    place = {"tenant_id": tenant_id, "id": note_id, "conversation_id": live}
    if not await _INSERT.all(tx, **place, author=author, body=body, now=now, key=key):
        (known,) = await _OF_KEY.all(tx, tenant_id=tenant_id, author=author, key=key)
        return _same(await _one(tx, tenant_id, known.id), conversation_id=live, body=body, mentions=wanted)
    called = await _CALL.all(tx, tenant_id=tenant_id, annotation_id=note_id, user_ids=wanted, now=now)
    if len(called) < len(wanted):
        raise InvalidRequest(
            "Somebody mentioned is none of this tenant's people.",
            fix="List its people and take their ids from there.",
            field="mentions",
        )
    note = await _one(tx, tenant_id, note_id)
    await append_events(
        tx,
        [
            annotation_event(EventType.ANNOTATION_ADDED, tenant_id, note),
            *(_mention_event(tenant_id, user_id, note) for user_id in wanted),
        ],
    )
    return note


def _same(note: Annotation, *, conversation_id: UUID, body: str, mentions: Sequence[UUID]) -> Annotation:
    """Return a note that is asked for again. What it said is known until it is deleted; whom it called, as long as they are colleagues."""
    said = note.deleted_at is not None or (note.body == body and set(note.mentions) <= set(mentions))
    if note.conversation_id != conversation_id or not said:
        raise IdempotencyMismatch(
            "This Idempotency-Key was used for another note.",
            fix="Use a new key for a new note; repeat a request unchanged to get its answer again.",
        )
    return note


async def delete_note(
    tx: Transaction, *, tenant_id: UUID, conversation_id: UUID, note_id: UUID, author: str, now: datetime
) -> Annotation:
    """Take the words of one's own note away and return what is left of it; once deleted, it stays so.

    Raises:
        NotFound: the conversation has no such note.
        NotTheAuthor: somebody else wrote it.
    """
    live = (await conversation(tx, tenant_id=tenant_id, conversation_id=conversation_id)).id
    found = await _LOCK.one(tx, tenant_id=tenant_id, id=note_id, conversation_id=live)
    if found is None:
        raise NotFound("This conversation has no such note.")
    if found.author != author:
        raise NotTheAuthor("Somebody else wrote this note.", fix="Ask whoever wrote it to delete it.")
    if found.deleted_at is not None:
        return await _one(tx, tenant_id, note_id)
    await _DELETE.run(tx, tenant_id=tenant_id, id=note_id, now=now)
    left = await _one(tx, tenant_id, note_id)
    changed = annotation_event(EventType.ANNOTATION_CHANGED, tenant_id, left)
    await take_note_back(
        tx, tenant_id=tenant_id, conversation_id=found.conversation_id, note_id=note_id, left=changed.data
    )
    await append_events(tx, [changed])
    return left


async def mentions(
    tx: Transaction, *, tenant_id: UUID, user_id: UUID, after: MentionPlace | None, limit: int
) -> MentionPage:
    """Return at most ``limit`` notes that call a user: those not read yet first, the latest first.

    One that retention deletes meanwhile is left out.
    """
    places = [_TOP, _TOP] if after is None else [after] if after.read else [after, _TOP]
    keys = await _MENTIONS.all(
        tx,
        tenant_id=tenant_id,
        user_id=user_id,
        reads=[False, True][-len(places) :],
        after_ats=[place.at for place in places],
        after_ids=[place.id for place in places],
        most=limit + 1,
    )
    shown = keys[:limit]
    rows = await _BY_ID.all(tx, tenant_id=tenant_id, ids=[key.annotation_id for key in shown])
    notes = {row.id: annotation_of(row) for row in rows}
    ids = list(dict.fromkeys(note.conversation_id for note in notes.values()))
    standing = {one.id: one for one in await conversations_by_id(tx, tenant_id=tenant_id, ids=ids)}
    found = [
        Mention(
            annotation=notes[key.annotation_id],
            conversation=standing[notes[key.annotation_id].conversation_id],
            created_at=key.created_at,
            read_at=key.read_at,
        )
        for key in shown
        if key.annotation_id in notes and notes[key.annotation_id].conversation_id in standing
    ]
    return MentionPage(items=found, following=_place_of(shown[-1]) if len(keys) > limit else None)


def _place_of(key: _MentionKey) -> MentionPlace:
    return MentionPlace(read=key.read_at is not None, at=key.created_at, id=key.annotation_id)


async def read_mentions(
    tx: Transaction, *, tenant_id: UUID, user_id: UUID, conversation_id: UUID | None, now: datetime
) -> int:
    """Mark a user's mentions as read, all or those in a conversation; return how many are left unread."""
    await _READ.run(tx, tenant_id=tenant_id, user_id=user_id, conversation_id=conversation_id, now=now)
    left = await _COUNT.one(tx, tenant_id=tenant_id, user_id=user_id)
    return left.unread if left else 0


async def _one(tx: Transaction, tenant_id: UUID, note_id: UUID) -> Annotation:
    (row,) = await _BY_ID.all(tx, tenant_id=tenant_id, ids=[note_id])
    return annotation_of(row)


def _mention_event(tenant_id: UUID, user_id: UUID, note: Annotation) -> Event:
    return Event(
        tenant_id=tenant_id,
        type=EventType.MENTION,
        conversation_id=note.conversation_id,
        data=msgspec.json.encode({"user_id": user_id, "annotation": note}).decode(),
    )
