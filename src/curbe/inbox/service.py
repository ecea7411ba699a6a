"""The inbox as people see it.

Pages of conversations and messages, reading, states; and the events that tell of them.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.audit.service import AuditEntry
from curbe.audit.service import record as record_audit
from curbe.domain.errors import Conflict, NotFound
from curbe.inbox.rules import NEXT_STATES, ConversationState, may_become
from curbe.inbox.shapes import (
    Conversation,
    ConversationRow,
    Message,
    MessageRow,
    conversation_of,
    message_of,
    without_payload,
)
from curbe.infra import db, jobs
from curbe.infra.pages import Moment
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event
from curbe.realtime.service import append as append_events

_PACKAGE: Final = "curbe.inbox"
READ_RECEIPT: Final = (
    "receipt.read"  # the job that tells the provider; its subject is the newest message that was read
)
# Events after which a reader does not know the content yet; all others are about a message it has seen.
_WITH_CONTENT: Final = frozenset(
    {
        EventType.MESSAGE_RECEIVED,
        EventType.MESSAGE_EDITED,
        EventType.MESSAGE_REVOKED,
        EventType.MESSAGE_ECHOED,
        EventType.MESSAGE_QUEUED,
    }
)


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A place in a list ordered by time and, where that is equal, by id."""

    at: Moment
    id: UUID


# Before and after everything: years that PostgreSQL and Python both have, and nobody writes in.
_BEGINNING: Final = Place(datetime(1, 1, 2, tzinfo=UTC), UUID(int=0))
_END: Final = Place(datetime(9999, 12, 30, tzinfo=UTC), UUID(int=2**128 - 1))


class ConversationFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which conversations: None means any."""

    state: ConversationState | None = None
    connection_id: UUID | None = None
    unread_only: bool = False


class ConversationPage(msgspec.Struct, frozen=True):
    """Conversations, the latest first. ``following`` is where the next page goes on, None at the end."""

    items: list[Conversation]
    following: Place | None


class MessagePage(msgspec.Struct, frozen=True):
    """Messages of a conversation in the order asked for.

    ``following`` is where the next page goes on, None at the end.
    """

    items: list[Message]
    following: Place | None


class MessageNews(msgspec.Struct, frozen=True):
    """That something happened to a message, to be told to its tenant."""

    tenant_id: UUID
    message_id: UUID
    type: EventType


class _ConversationKey(msgspec.Struct, frozen=True):
    id: UUID
    last_message_at: datetime


class _MessageKey(msgspec.Struct, frozen=True):
    id: UUID
    created_at: datetime


class _Arrived(msgspec.Struct, frozen=True):
    id: UUID


class _Id(msgspec.Struct, frozen=True):
    id: UUID


class _Standing(msgspec.Struct, frozen=True):
    id: UUID
    state: ConversationState


_CONVERSATION_PAGE: Final = db.Query(_PACKAGE, "conversation_page", _ConversationKey)
_CONVERSATIONS: Final = db.Query(_PACKAGE, "conversations_by_id", ConversationRow)
_LIVE: Final = db.Query(_PACKAGE, "live_conversation", _Id)
_PAGE_DOWN: Final = db.Query(_PACKAGE, "message_page_down", _MessageKey)
_PAGE_UP: Final = db.Query(_PACKAGE, "message_page_up", _MessageKey)
_MESSAGE_PLACE: Final = db.Query(_PACKAGE, "message_place", _MessageKey)
_MESSAGES: Final = db.Query(_PACKAGE, "messages_by_key", MessageRow)
_LOCK: Final = db.Query(_PACKAGE, "lock_conversation", _Standing)
_SET_STATE: Final = db.Query(_PACKAGE, "set_conversation_state")
_NEWEST_ARRIVAL: Final = db.Query(_PACKAGE, "newest_arrival", _Arrived)
_MARK_READ: Final = db.Query(_PACKAGE, "mark_conversation_read")


async def conversations(
    tx: db.Transaction, *, tenant_id: UUID, wanted: ConversationFilter, after: Place | None, limit: int
) -> ConversationPage:
    """Return at most ``limit`` conversations of those ``wanted`` after a place, the latest first."""
    keys = await _CONVERSATION_PAGE.all(
        tx,
        tenant_id=tenant_id,
        before_at=(after or _END).at,
        before_id=(after or _END).id,
        state=wanted.state and wanted.state.value,
        connection_id=wanted.connection_id,
        unread_only=wanted.unread_only,
        most=limit + 1,
    )
    shown = keys[:limit]
    items = await conversations_by_id(tx, tenant_id=tenant_id, ids=[key.id for key in shown])
    following = Place(shown[-1].last_message_at, shown[-1].id) if len(keys) > limit else None
    return ConversationPage(items=items, following=following)


async def conversations_by_id(
    tx: db.Transaction, *, tenant_id: UUID, ids: Sequence[UUID]
) -> list[Conversation]:
    """Return these conversations in the order of ``ids``; those the tenant does not have are absent."""
    if not ids:
        return []
    rows = await _CONVERSATIONS.all(tx, tenant_id=tenant_id, ids=ids)
    return [conversation_of(row) for row in rows]


async def conversation(tx: db.Transaction, *, tenant_id: UUID, conversation_id: UUID) -> Conversation:
    """Return one conversation; for one that was merged, the one it is part of.

    Raises:
        NotFound: the tenant has no such conversation.
    """
    live = await _live(tx, tenant_id, conversation_id)
    return (await conversations_by_id(tx, tenant_id=tenant_id, ids=[live]))[0]


async def newest_messages(
    tx: db.Transaction, *, tenant_id: UUID, conversation_id: UUID, before: Place | None, limit: int
) -> MessagePage:
    """Return at most ``limit`` messages before a place (None: the end), newest first.

    Raises:
        NotFound: the tenant has no such conversation.
    """
    return await _messages(
        tx,
        _PAGE_DOWN,
        tenant_id=tenant_id,
        conversation_id=conversation_id,
        start=before or _END,
        limit=limit,
    )


async def oldest_messages(
    tx: db.Transaction, *, tenant_id: UUID, conversation_id: UUID, after: Place | None, limit: int
) -> MessagePage:
    """Return at most ``limit`` messages after a place (None: the beginning), oldest first.

    Raises:
        NotFound: the tenant has no such conversation.
    """
    return await _messages(
        tx,
        _PAGE_UP,
        tenant_id=tenant_id,
        conversation_id=conversation_id,
        start=after or _BEGINNING,
        limit=limit,
    )


async def message_place(
    tx: db.Transaction, *, tenant_id: UUID, conversation_id: UUID, message_id: UUID
) -> Place | None:
    """Return where a message lies in its conversation, or None where the conversation has no such message."""
    row = await _MESSAGE_PLACE.one(tx, tenant_id=tenant_id, id=message_id, conversation_id=conversation_id)
    return row and Place(row.created_at, row.id)


async def messages_by_id(tx: db.Transaction, *, tenant_id: UUID, ids: Sequence[UUID]) -> list[Message]:
    """Return these messages in the order of ``ids``, as the API shows them.

    Those the tenant does not have are absent.
    """
    rows = await _rows(tx, [(tenant_id, message_id) for message_id in ids])
    return [message_of(row) for row in rows]


async def message_events(tx: db.Transaction, news: Sequence[MessageNews]) -> list[Event]:
    """Return the events that tell ``news``, in its order, each message as it stands in ``tx``.

    Several tenants may be in one batch. A message that ``tx`` cannot see is absent.
    """
    rows = await _rows(tx, {(item.tenant_id, item.message_id): None for item in news})
    known = {(row.tenant_id, row.id): row for row in rows}
    return [
        message_event(known[key], item.type)
        for item in news
        if (key := (item.tenant_id, item.message_id)) in known
    ]


async def conversation_events(tx: db.Transaction, changed: Iterable[tuple[UUID, UUID]]) -> list[Event]:
    """Return the events that tell of conversations, as (tenant, conversation), as they stand in ``tx``."""
    by_tenant: dict[UUID, list[UUID]] = {}
    for tenant_id, conversation_id in sorted(changed):
        by_tenant.setdefault(tenant_id, []).append(conversation_id)
    return [
        _conversation_event(tenant_id, now)
        for tenant_id, ids in by_tenant.items()
        for now in await conversations_by_id(tx, tenant_id=tenant_id, ids=ids)
    ]


def message_event(row: MessageRow, kind: EventType) -> Event:
    """Return the event that tells ``kind`` of a message whose row is at hand (its payload may be empty where the kind leaves it out)."""
    told = _told(row, kind)
    return Event(
        tenant_id=row.tenant_id,
        type=kind,
        conversation_id=row.conversation_id,
        message_id=row.id,
        data=msgspec.json.encode(told).decode(),
    )


async def mark_read(tx: db.Transaction, *, tenant_id: UUID, conversation_id: UUID) -> Conversation:
    """Set the unread counter to zero and return the conversation; if it was not, tell the tenant's readers and, by a job, the person.

    Raises:
        NotFound: the tenant has no such conversation.
    """
    conversation_id = await _live(tx, tenant_id, conversation_id)
    touched = await _MARK_READ.run(tx, tenant_id=tenant_id, id=conversation_id)
    now = await conversation(tx, tenant_id=tenant_id, conversation_id=conversation_id)
    if touched:
        await append_events(tx, [_conversation_event(tenant_id, now)])
        newest = await _NEWEST_ARRIVAL.one(tx, tenant_id=tenant_id, id=conversation_id)
        if newest is not None:
            await jobs.defer(tx, [jobs.NewJob(tenant_id=tenant_id, kind=READ_RECEIPT, subject=newest.id)])
    return now


async def set_state(
    tx: db.Transaction, *, tenant_id: UUID, conversation_id: UUID, state: ConversationState, actor: str
) -> Conversation:
    """Move the conversation to ``state``, with its event and its audit row, and return it.

    Where it is there already, nothing happens.

    Raises:
        NotFound: the tenant has no such conversation.
        Conflict: there is no way to ``state`` from where it is.
    """
    conversation_id = await _live(tx, tenant_id, conversation_id)
    standing = await _LOCK.one(tx, tenant_id=tenant_id, id=conversation_id)
    if standing is None:
        raise _no_such_conversation()
    if standing.state is state:
        return await conversation(tx, tenant_id=tenant_id, conversation_id=conversation_id)
    if not may_become(standing.state, state):
        raise _no_way(standing.state, state)
    await _SET_STATE.run(tx, tenant_id=tenant_id, id=conversation_id, state=state.value)
    moved = await conversation(tx, tenant_id=tenant_id, conversation_id=conversation_id)
    await append_events(tx, [_conversation_event(tenant_id, moved)])
    entry = AuditEntry(
        tenant_id=tenant_id,
        actor=actor,
        action="conversation.state_changed",
        subject=str(conversation_id),
        detail={"from": standing.state.value, "to": state.value},
    )
    await record_audit(tx, [entry])
    return moved


async def _live(tx: db.Transaction, tenant_id: UUID, conversation_id: UUID) -> UUID:
    found = await _LIVE.one(tx, tenant_id=tenant_id, id=conversation_id)
    if found is None:
        raise _no_such_conversation()
    return found.id


async def _messages(
    tx: db.Transaction,
    page: db.Query[_MessageKey],
    *,
    tenant_id: UUID,
    conversation_id: UUID,
    start: Place,
    limit: int,
) -> MessagePage:
    keys = await page.all(
        tx,
        tenant_id=tenant_id,
        conversation_id=conversation_id,
        from_at=start.at,
        from_id=start.id,
        most=limit + 1,
    )
    if not keys:  # an empty conversation, one that is part of another by now, or none at all
        found = await conversation(tx, tenant_id=tenant_id, conversation_id=conversation_id)
        if found.id != conversation_id:
            return await _messages(
                tx, page, tenant_id=tenant_id, conversation_id=found.id, start=start, limit=limit
            )
    shown = keys[:limit]
    items = await messages_by_id(tx, tenant_id=tenant_id, ids=[key.id for key in shown])
    following = Place(shown[-1].created_at, shown[-1].id) if len(keys) > limit else None
    return MessagePage(items=items, following=following)


async def _rows(tx: db.Transaction, keys: Iterable[tuple[UUID, UUID]]) -> list[MessageRow]:
    wanted = list(keys)
    if not wanted:
        return []
    return await _MESSAGES.all(tx, tenant_ids=[key[0] for key in wanted], ids=[key[1] for key in wanted])


def _no_such_conversation() -> NotFound:
    return NotFound(
        "This tenant has no such conversation.",
        fix="List the tenant's conversations and take an id from there.",
    )


def _no_way(current: ConversationState, wanted: ConversationState) -> Conflict:
    possible = sorted(state.value for state in NEXT_STATES[current] - {current})
    return Conflict(
        f"A conversation that is {current.value} cannot become {wanted.value}.",
        fix=f"From {current.value} it can become {', '.join(possible)}.",
        field="state",
        extra={"state": current.value, "possible": possible},
    )


def _told(row: MessageRow, kind: EventType) -> Message:
    return message_of(row) if kind in _WITH_CONTENT else without_payload(message_of(row))


def _conversation_event(tenant_id: UUID, now: Conversation) -> Event:
    return Event(
        tenant_id=tenant_id,
        type=EventType.CONVERSATION_UPDATED,
        conversation_id=now.id,
        data=msgspec.json.encode(now).decode(),
    )
