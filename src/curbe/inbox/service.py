"""The inbox as people see it: conversations, pages of messages, and the events that tell of them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.errors import NotFound
from curbe.inbox.quotes import with_quotes
from curbe.inbox.shapes import (
    Conversation,
    ConversationRow,
    Message,
    MessageRow,
    conversation_of,
    message_of,
)
from curbe.infra import db
from curbe.infra.pages import Moment
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event

_PACKAGE: Final = "curbe.inbox"
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
# Events after which its conversation is another: what a list shows of it, where it stands there, or whose turn it is.
_MOVING: Final = _WITH_CONTENT | {EventType.MESSAGE_FAILED}


class Place(msgspec.Struct, frozen=True, array_like=True):
    """A place in a list ordered by time and, where that is equal, by id."""

    at: Moment
    id: UUID


# Before and after everything: years that PostgreSQL and Python both have, and nobody writes in.
BEGINNING: Final = Place(datetime(1, 1, 2, tzinfo=UTC), UUID(int=0))
END: Final = Place(datetime(9999, 12, 30, tzinfo=UTC), UUID(int=2**128 - 1))


class MessagePage(msgspec.Struct, frozen=True):
    """Messages of a conversation in the order asked for.

    ``following`` is where the next page goes on, None at the end.
    """

    items: list[Message]
    following: Place | None


class MessageNews(msgspec.Struct, frozen=True):
    """What happened to a message, for an event in its tenant's log.

    ``client_id``: the Idempotency-Key that the message was asked for with; the event carries it.
    """

    tenant_id: UUID
    message_id: UUID
    type: EventType
    client_id: str | None = None


class _MessageKey(msgspec.Struct, frozen=True):
    id: UUID
    created_at: datetime


_CONVERSATIONS: Final = db.Query(_PACKAGE, "conversations_by_key", ConversationRow)
_LIVE: Final = db.Query(_PACKAGE, "live_conversation", db.Id)
_PAGE_DOWN: Final = db.Query(_PACKAGE, "message_page_down", _MessageKey)
_PAGE_UP: Final = db.Query(_PACKAGE, "message_page_up", _MessageKey)
_MESSAGE_PLACE: Final = db.Query(_PACKAGE, "message_place", _MessageKey)
_MESSAGES: Final = db.Query(_PACKAGE, "messages_by_key", MessageRow)


async def conversations_by_id(
    tx: db.Transaction, *, tenant_id: UUID, ids: Sequence[UUID]
) -> list[Conversation]:
    """Return these conversations in the order of ``ids``; those the tenant does not have are absent."""
    return [now for _, now in await _current(tx, [(tenant_id, known) for known in ids])]


async def conversation(tx: db.Transaction, *, tenant_id: UUID, conversation_id: UUID) -> Conversation:
    """Return one conversation; for one that was merged, the one it is part of.

    Raises:
        NotFound: the tenant has no such conversation.
    """
    found = await _LIVE.one(tx, tenant_id=tenant_id, id=conversation_id)
    if found is None:
        raise no_such_conversation()
    return (await conversations_by_id(tx, tenant_id=tenant_id, ids=[found.id]))[0]


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
        start=before or END,
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
        start=after or BEGINNING,
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
    """Return one event for each of ``news``, in its order, with the message as it is in ``tx``.

    A batch may be of several tenants. There is no event for a message that ``tx`` cannot see.
    """
    rows = await _rows(tx, {(item.tenant_id, item.message_id): None for item in news})
    known = {(row.tenant_id, row.id): row for row in rows}
    seen = [item for item in news if (item.tenant_id, item.message_id) in known]
    return await events_of_rows(
        tx,
        [(known[item.tenant_id, item.message_id], item.type) for item in seen],
        client_ids={item.message_id: item.client_id for item in seen if item.client_id is not None},
    )


async def events_of_rows(
    tx: db.Transaction,
    news: Sequence[tuple[MessageRow, EventType]],
    *,
    client_ids: Mapping[UUID, str] = MappingProxyType({}),
) -> list[Event]:
    """Return one event for each row and what happened to it, in this order: as :func:`message_events`, for rows that were read already.

    Where the event changes how its conversation is listed, it carries the conversation, as it is in ``tx``; all of these are read in one
    statement, for any tenants. A row's payload may be empty where the event leaves it out.
    """
    moved = sorted({(row.tenant_id, row.conversation_id) for row, kind in news if kind in _MOVING})
    current = {(tenant_id, now.id): now for tenant_id, now in await _current(tx, moved)}
    return [
        _message_event(
            row,
            kind,
            current.get((row.tenant_id, row.conversation_id)) if kind in _MOVING else None,
            client_ids.get(row.id),
        )
        for row, kind in news
    ]


async def conversation_events(tx: db.Transaction, changed: Iterable[tuple[UUID, UUID]]) -> list[Event]:
    """Return an event for each conversation that ``changed``, given as (tenant, conversation), with the conversation as it is in ``tx``."""
    return [conversation_event(tenant_id, now) for tenant_id, now in await _current(tx, sorted(set(changed)))]


def conversation_event(tenant_id: UUID, now: Conversation) -> Event:
    """Return the event that carries a conversation as it is ``now``."""
    return Event(
        tenant_id=tenant_id,
        type=EventType.CONVERSATION_UPDATED,
        conversation_id=now.id,
        data=msgspec.json.encode(now).decode(),
    )


def no_such_conversation() -> NotFound:
    """Return the refusal of a conversation that the tenant does not have."""
    return NotFound(
        "This tenant has no such conversation.",
        fix="List the tenant's conversations and take an id from there.",
    )


async def _current(tx: db.Transaction, keys: Sequence[tuple[UUID, UUID]]) -> list[tuple[UUID, Conversation]]:
    """Return conversations, each with its tenant, in the order of ``keys``; those that ``tx`` does not see are absent."""
    if not keys:
        return []
    rows = await _CONVERSATIONS.all(tx, tenant_ids=[key[0] for key in keys], ids=[key[1] for key in keys])
    return [(row.tenant_id, conversation_of(row)) for row in rows]


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
    found = await messages_by_id(tx, tenant_id=tenant_id, ids=[key.id for key in shown])
    items = await with_quotes(tx, found, tenant_id=tenant_id)
    following = Place(shown[-1].created_at, shown[-1].id) if len(keys) > limit else None
    return MessagePage(items=items, following=following)


async def _rows(tx: db.Transaction, keys: Iterable[tuple[UUID, UUID]]) -> list[MessageRow]:
    wanted = list(keys)
    if not wanted:
        return []
    return await _MESSAGES.all(tx, tenant_ids=[key[0] for key in wanted], ids=[key[1] for key in wanted])


def _message_event(
    row: MessageRow, kind: EventType, conversation: Conversation | None, client_id: str | None
) -> Event:
    message = message_of(
        row, with_content=kind in _WITH_CONTENT, client_id=client_id, conversation=conversation
    )
    return Event(
        tenant_id=row.tenant_id,
        type=kind,
        conversation_id=row.conversation_id,
        message_id=row.id,
        data=msgspec.json.encode(message).decode(),
    )
