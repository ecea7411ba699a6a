"""Conversations over HTTP: in pages, one by one, how many there are, and what people do with them."""

from typing import Annotated, Literal
from uuid import UUID

import msgspec
from litestar import Controller, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from curbe.auth.principal import Principal, Scope
from curbe.domain.errors import Conflict, InvalidRequest, NotFound
from curbe.inbox import changes, list_parameters, service, views
from curbe.inbox.changes import BulkOutcome
from curbe.inbox.deeds import ConversationChange
from curbe.inbox.list_parameters import MOST_IDS, cursor_of, place_in, priority_place_in, wanted
from curbe.inbox.shapes import Conversation
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.pages import Page
from curbe.infra.web import Cursor, Limit, refusals


class BulkChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One change, and the conversations it is made of."""

    ids: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=MOST_IDS)]
    change: ConversationChange


class Reading(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far a conversation was read; may be empty: to its end."""

    seen_message_id: UUID | None = None


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
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
        *,
        channel: FromQuery[Literal["whatsapp"]] = "whatsapp",  # noqa: ARG002 - the one there is; another is refused
        with_states: list_parameters.StatesWanted = None,
        assignee: list_parameters.Assignee = None,
        team: list_parameters.Team = None,
        label: list_parameters.Labels = None,
        priority: list_parameters.Priorities = None,
        unread: list_parameters.Unread = False,
        connection: list_parameters.Connection = None,
        ids: list_parameters.Ids = None,
        sort: list_parameters.Sort = "latest",
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> Page[Conversation]:
        """Return conversations that have a message, the one with the latest first unless ``sort`` says otherwise.

        With ``ids`` exactly those, in that order; ones that the tenant does not have are left out.
        """
        filtered = wanted(
            user_id=principal.user_id,
            states=with_states,
            assignee=assignee,
            team_id=team,
            label_ids=label,
            priorities=priority,
            connection_id=connection,
            unread=unread,
        )
        async with web_pool.transaction(tenant_id) as tx:
            if ids is not None:
                return Page(items=await views.these(tx, tenant_id=tenant_id, ids=ids))
            if sort == "priority":
                page = await views.by_priority(
                    tx, tenant_id=tenant_id, wanted=filtered, after=priority_place_in(cursor), limit=limit
                )
            else:
                page = await views.conversations(
                    tx, tenant_id=tenant_id, wanted=filtered, after=place_in(cursor), limit=limit, sort=sort
                )
        return Page(items=page.items, next_cursor=cursor_of(page.following))

    @get(
        "/{conversation_id:uuid}",
        opt={"scope": Scope.INBOX_READ},
        summary="Read a conversation",
        operation_id="readConversation",
        responses=refusals(NotFound),
    )
    async def get_conversation(
        self, tenant_id: FromPath[UUID], conversation_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> Conversation:
        """Return one conversation."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.conversation(tx, tenant_id=tenant_id, conversation_id=conversation_id)

    @patch(
        "/{conversation_id:uuid}",
        opt={"scope": Scope.INBOX_WRITE},
        summary="Change a conversation",
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
        """Assign it, label it, give it a priority, move it to another state, mark it as unread; return it as it is then."""
        async with web_pool.transaction(tenant_id) as tx:
            return await changes.change(
                tx,
                tenant_id=tenant_id,
                conversation_id=conversation_id,
                change=data,
                actor=principal.actor,
                now=utc_now(),
            )

    @post(
        "/bulk",
        status_code=200,
        opt={"scope": Scope.INBOX_WRITE},
        summary="Change many conversations",
        responses=refusals(InvalidRequest),
    )
    async def change_conversations(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[BulkChange],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> BulkOutcome:
        """Make one change of up to 200 conversations; return those it was made of, and why it was not made of others."""
        async with web_pool.transaction(tenant_id) as tx:
            return await changes.change_many(
                tx,
                tenant_id=tenant_id,
                conversation_ids=data.ids,
                change=data.change,
                actor=principal.actor,
                now=utc_now(),
            )

    @post(
        "/{conversation_id:uuid}/read",
        status_code=200,
        opt={"scope": Scope.INBOX_WRITE},
        summary="Mark a conversation as read",
        responses=refusals(InvalidRequest, NotFound),
    )
    async def mark_read(
        self,
        tenant_id: FromPath[UUID],
        conversation_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
        data: JSONBody[Reading | None] = None,
    ) -> Conversation:
        """Mark it as read up to the last message that was seen, and return it; what the person wrote behind that stays unread."""
        async with web_pool.transaction(tenant_id) as tx:
            return await changes.mark_read(
                tx,
                tenant_id=tenant_id,
                conversation_id=conversation_id,
                up_to=data and data.seen_message_id,
                actor=principal.actor,
                now=utc_now(),
            )
