"""The messages of a conversation over HTTP: page by page, in either order, from any of them, and what they said before."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from curbe.auth.principal import Scope
from curbe.domain.errors import InvalidRequest, NotFound
from curbe.inbox import service
from curbe.inbox.amendments import Revision, RevisionKind, revisions
from curbe.inbox.list_parameters import cursor_of, place_in
from curbe.inbox.notes import note_place
from curbe.inbox.quotes import with_quotes
from curbe.inbox.service import MessagePage, Place
from curbe.inbox.shapes import Message
from curbe.infra.db import Pool, Transaction
from curbe.infra.web import Cursor, Limit, refusals


class MessageRevision(msgspec.Struct, frozen=True, kw_only=True):
    """What a message said at some time: first the original, then its edits, last that it was taken back."""

    kind: RevisionKind
    type: str
    text: str | None
    at: datetime
    payload: msgspec.Raw


class MessageList(msgspec.Struct, frozen=True, kw_only=True):
    """A page of messages. ``previous_cursor``: where a page around a line goes on to newer ones; null where it has the latest."""

    items: list[Message]
    next_cursor: str | None = None
    previous_cursor: str | None = None


class MessagesController(Controller):
    """What was said in a conversation."""

    path = "/api/tenants/{tenant_id:uuid}/inbox/conversations"
    tags = ("inbox",)

    @get(
        "/{conversation_id:uuid}/messages",
        opt={"scope": Scope.INBOX_READ},
        summary="List a conversation's messages",
        responses=refusals(InvalidRequest, NotFound),
    )
    async def list_messages(
        self,
        tenant_id: FromPath[UUID],
        conversation_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        order: Annotated[
            Literal["newest", "oldest"] | None,
            QueryParameter(description="Which comes first: `newest` unless `after` is given."),
        ] = None,
        before: Annotated[UUID | None, QueryParameter(description="A message: only older ones.")] = None,
        after: Annotated[UUID | None, QueryParameter(description="A message: only newer ones.")] = None,
        around: Annotated[
            UUID | None,
            QueryParameter(description="A message or a note: those before and after it, and the message."),
        ] = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> MessageList:
        """Return messages in the order of the provider's clock.

        To read on from any message, pass it as ``before`` (older ones, newest first) or ``after`` (newer, oldest first), and then follow
        ``next_cursor`` in the same order. To jump to one, or to a note, pass it as ``around``: the page is newest first, ``next_cursor``
        goes on to the older ones, and ``previous_cursor``, with ``order=oldest``, to the newer ones.
        """
        oldest_first = _oldest_first(order, before=before, after=after, around=around, cursor=cursor)
        start = place_in(cursor)
        async with web_pool.transaction(tenant_id) as tx:
            if around is not None:
                return await _around(tx, tenant_id, conversation_id, around, limit=limit)
            if (pivot := before or after) is not None:
                start = await _place_of(
                    tx, tenant_id, conversation_id, pivot, field="after" if after else "before"
                )
            page = await _messages(
                tx, tenant_id, conversation_id, start, limit=limit, oldest_first=oldest_first
            )
        return MessageList(items=page.items, next_cursor=cursor_of(page.following))

    @get(
        "/{conversation_id:uuid}/messages/{message_id:uuid}/revisions",
        opt={"scope": Scope.INBOX_READ},
        summary="Read what a message said before",
        responses=refusals(NotFound),
    )
    async def list_revisions(
        self,
        tenant_id: FromPath[UUID],
        conversation_id: FromPath[UUID],
        message_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
    ) -> list[MessageRevision]:
        """Return what a message that was edited or taken back said, from first to last; nothing where it never changed."""
        async with web_pool.transaction(tenant_id) as tx:
            found = await _revisions(tx, tenant_id, conversation_id, message_id)
        return [
            MessageRevision(
                kind=one.kind,
                type=one.type,
                text=one.text,
                at=one.at,
                payload=msgspec.Raw(one.payload.encode()),
            )
            for one in found
        ]


def _oldest_first(
    order: str | None, *, before: UUID | None, after: UUID | None, around: UUID | None, cursor: str | None
) -> bool:
    """Return the order that was asked for.

    Raises:
        InvalidRequest: the parameters contradict each other.
    """
    if sum(given is not None for given in (before, after, around, cursor)) > 1:
        raise InvalidRequest(
            "before, after, around and cursor exclude each other.", fix="Send only one of them."
        )
    newest_first = before is not None or around is not None
    if (newest_first and order == "oldest") or (after is not None and order == "newest"):
        raise InvalidRequest(
            "before and around read towards older messages, after towards newer ones.",
            fix="Leave order out with them.",
            field="order",
        )
    return order == "oldest" or after is not None


async def _place_of(
    tx: Transaction, tenant_id: UUID, conversation_id: UUID, message_id: UUID, *, field: str
) -> Place:
    place = await service.message_place(
        tx, tenant_id=tenant_id, conversation_id=conversation_id, message_id=message_id
    )
    if place is None:
        live = (await service.conversation(tx, tenant_id=tenant_id, conversation_id=conversation_id)).id
        if live != conversation_id:  # part of another by now, and its messages are there
            return await _place_of(tx, tenant_id, live, message_id, field=field)
        raise InvalidRequest("This conversation has no such message.", field=field)
    return place


async def _place_of_line(tx: Transaction, tenant_id: UUID, conversation_id: UUID, line_id: UUID) -> Place:
    """Return where a message lies, or else a note."""
    place = await service.message_place(
        tx, tenant_id=tenant_id, conversation_id=conversation_id, message_id=line_id
    )
    if place is not None:
        return place
    live = (await service.conversation(tx, tenant_id=tenant_id, conversation_id=conversation_id)).id
    noted = await note_place(tx, tenant_id=tenant_id, conversation_id=live, note_id=line_id)
    return noted or await _place_of(tx, tenant_id, live, line_id, field="around")


async def _revisions(
    tx: Transaction, tenant_id: UUID, conversation_id: UUID, message_id: UUID
) -> list[Revision]:
    named = {"tenant_id": tenant_id, "conversation_id": conversation_id, "message_id": message_id}
    found = await revisions(tx, **named)
    if found or await service.message_place(tx, **named) is not None:
        return found
    live = (await service.conversation(tx, tenant_id=tenant_id, conversation_id=conversation_id)).id
    if live == conversation_id:
        raise NotFound("This conversation has no such message.")
    return await _revisions(tx, tenant_id, live, message_id)


async def _around(
    tx: Transaction, tenant_id: UUID, conversation_id: UUID, line_id: UUID, *, limit: int
) -> MessageList:
    place = await _place_of_line(tx, tenant_id, conversation_id, line_id)
    where = {"tenant_id": tenant_id, "conversation_id": conversation_id}
    newer = await service.oldest_messages(tx, **where, after=place, limit=max(1, (limit - 1) // 2))
    older = await service.newest_messages(
        tx, **where, before=place, limit=max(1, limit - 1 - len(newer.items))
    )
    middle = await with_quotes(
        tx, await service.messages_by_id(tx, tenant_id=tenant_id, ids=[line_id]), tenant_id=tenant_id
    )
    return MessageList(
        items=[*reversed(newer.items), *middle, *older.items],
        next_cursor=cursor_of(older.following),
        previous_cursor=cursor_of(newer.following),
    )


async def _messages(
    tx: Transaction,
    tenant_id: UUID,
    conversation_id: UUID,
    start: Place | None,
    *,
    limit: int,
    oldest_first: bool,
) -> MessagePage:
    if oldest_first:
        return await service.oldest_messages(
            tx, tenant_id=tenant_id, conversation_id=conversation_id, after=start, limit=limit
        )
    return await service.newest_messages(
        tx, tenant_id=tenant_id, conversation_id=conversation_id, before=start, limit=limit
    )
