"""The inbox over HTTP: conversations and messages in pages, reading, states."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Controller, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from curbe.auth.principal import Principal, Scope
from curbe.domain.errors import Conflict, InvalidRequest, NotFound
from curbe.inbox import service
from curbe.inbox.amendments import RevisionKind, revisions
from curbe.inbox.rules import ConversationState
from curbe.inbox.service import ConversationFilter, MessagePage, Place
from curbe.inbox.shapes import Conversation, Message
from curbe.infra.db import Pool, Transaction
from curbe.infra.pages import Page, decode_cursor, encode_cursor
from curbe.infra.web import refusals

Limit = Annotated[int, QueryParameter(ge=1, le=200, description="How many items a page has at most.")]
PageCursor = Annotated[
    str | None, QueryParameter(description="`next_cursor` of the page before; without it, the first page.")
]

# `state` itself is a word of Litestar's, and its refusals name the argument: hence text, and our own refusal.
StateWanted = Annotated[
    str | None,
    QueryParameter(
        name="state",
        description="Only those in this state.",
        schema_extra={"enum": [state.value for state in ConversationState]},
    ),
]


class ConversationChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of a conversation."""

    state: ConversationState


class MessageRevision(msgspec.Struct, frozen=True, kw_only=True):
    """What a message said at some time: first the original, then its edits, last that it was taken back."""

    kind: RevisionKind
    type: str
    text: str | None
    at: datetime
    payload: msgspec.Raw


class InboxController(Controller):
    """A tenant's conversations."""

    path = "/api/tenants/{tenant_id:uuid}/inbox/conversations"
    tags = ("inbox",)

    @get(
        "/",
        opt={"scope": Scope.INBOX_READ},
        summary="List conversations",
        responses=refusals(InvalidRequest),
    )
    async def list_conversations(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        channel: FromQuery[Literal["whatsapp"]] = "whatsapp",  # noqa: ARG002 - the one there is; another is refused
        with_state: StateWanted = None,
        unread: Annotated[bool, QueryParameter(description="Only those with unread messages.")] = False,
        connection: Annotated[
            UUID | None, QueryParameter(description="Only those of this connection.")
        ] = None,
        cursor: PageCursor = None,
        limit: Limit = 50,
    ) -> Page[Conversation]:
        """Return conversations that have a message, the one with the latest first."""
        state = None if with_state is None else _state(with_state)
        wanted = ConversationFilter(state=state, connection_id=connection, unread_only=unread)
        after = _place(cursor)
        async with web_pool.transaction(tenant_id) as tx:
            page = await service.conversations(
                tx, tenant_id=tenant_id, wanted=wanted, after=after, limit=limit
            )
        return Page(items=page.items, next_cursor=_cursor(page.following))

    @get(
        "/{conversation_id:uuid}",
        opt={"scope": Scope.INBOX_READ},
        summary="Read a conversation",
        responses=refusals(NotFound),
    )
    async def get_conversation(
        self, tenant_id: FromPath[UUID], conversation_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> Conversation:
        """Return one conversation."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.conversation(tx, tenant_id=tenant_id, conversation_id=conversation_id)

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
        order: Annotated[
            Literal["newest", "oldest"] | None,
            QueryParameter(description="Which comes first: `newest` unless `after` is given."),
        ] = None,
        before: Annotated[UUID | None, QueryParameter(description="A message: only older ones.")] = None,
        after: Annotated[UUID | None, QueryParameter(description="A message: only newer ones.")] = None,
        cursor: PageCursor = None,
        limit: Limit = 50,
    ) -> Page[Message]:
        """Return messages in the order of the provider's clock.

        To read on from any message, pass it as ``before`` (older ones, newest first) or ``after`` (newer,
        oldest first), and then follow ``next_cursor`` in the same order.
        """
        oldest_first = _oldest_first(order, before=before, after=after, cursor=cursor)
        start = _place(cursor)
        async with web_pool.transaction(tenant_id) as tx:
            if (pivot := before or after) is not None:
                start = await _place_of(
                    tx, tenant_id, conversation_id, pivot, field="after" if after else "before"
                )
            page = await _messages(
                tx, tenant_id, conversation_id, start, limit=limit, oldest_first=oldest_first
            )
        return Page(items=page.items, next_cursor=_cursor(page.following))

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
            named = {"tenant_id": tenant_id, "conversation_id": conversation_id, "message_id": message_id}
            found = await revisions(tx, **named)
            if not found and await service.message_place(tx, **named) is None:
                raise NotFound("This conversation has no such message.")
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

    @post(
        "/{conversation_id:uuid}/read",
        status_code=200,
        opt={"scope": Scope.INBOX_WRITE},
        summary="Mark a conversation as read",
        responses=refusals(NotFound),
    )
    async def mark_read(
        self, tenant_id: FromPath[UUID], conversation_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> Conversation:
        """Set its unread counter to zero and return it."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.mark_read(tx, tenant_id=tenant_id, conversation_id=conversation_id)

    @patch(
        "/{conversation_id:uuid}",
        opt={"scope": Scope.INBOX_WRITE},
        summary="Change a conversation's state",
        responses=refusals(Conflict, InvalidRequest, NotFound),
    )
    async def change_conversation(
        self,
        tenant_id: FromPath[UUID],
        conversation_id: FromPath[UUID],
        data: JSONBody[ConversationChange],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Conversation:
        """Move it to another state and return it."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.set_state(
                tx,
                tenant_id=tenant_id,
                conversation_id=conversation_id,
                state=data.state,
                actor=principal.actor,
            )


def _state(text: str) -> ConversationState:
    try:
        return ConversationState(text)
    except ValueError:
        possible = ", ".join(ConversationState)
        raise InvalidRequest(
            "state is not one that a conversation can have.", fix=f"Send one of {possible}.", field="state"
        ) from None


def _place(cursor: str | None) -> Place | None:
    return None if cursor is None else decode_cursor(cursor, type=Place)


def _cursor(following: Place | None) -> str | None:
    return None if following is None else encode_cursor(following)


def _oldest_first(order: str | None, *, before: UUID | None, after: UUID | None, cursor: str | None) -> bool:
    """Return the order that was asked for.

    Raises:
        InvalidRequest: the parameters contradict each other.
    """
    if sum(given is not None for given in (before, after, cursor)) > 1:
        raise InvalidRequest("before, after and cursor exclude each other.", fix="Send only one of them.")
    if (before is not None and order == "oldest") or (after is not None and order == "newest"):
        raise InvalidRequest(
            "before reads towards older messages and after towards newer ones.",
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
        await service.conversation(tx, tenant_id=tenant_id, conversation_id=conversation_id)
        raise InvalidRequest("This conversation has no such message.", field=field)
    return place


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
