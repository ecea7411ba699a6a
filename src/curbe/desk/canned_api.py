"""Canned replies over HTTP: everybody reads and uses them, supervisors write them."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from curbe.auth.principal import Principal, Scope
from curbe.desk import canned
from curbe.desk.canned import CannedReply, Draft
from curbe.desk.lists import place_in
from curbe.domain.errors import Conflict, InvalidRequest, LimitReached, NotFound
from curbe.infra.db import Pool
from curbe.infra.pages import Page, page_of
from curbe.infra.web import Cursor, Limit, refusals


class NewCannedReply(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A canned reply to make; ``shortcut`` with or without its ``/``."""

    shortcut: str
    title: str
    body: str


class CannedReplyChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of a canned reply."""

    shortcut: str | None = None
    title: str | None = None
    body: str | None = None


class Rendered(msgspec.Struct, frozen=True):
    """A canned reply with everything filled in that is known."""

    text: str


class CannedRepliesController(Controller):
    """A tenant's canned replies."""

    path = "/api/tenants/{tenant_id:uuid}/canned-replies"
    tags = ("desk",)

    @get(
        "/",
        opt={"scope": Scope.INBOX_READ},
        summary="List canned replies",
        responses=refusals(InvalidRequest),
    )
    async def list_canned_replies(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        cursor: Cursor = None,
        limit: Limit = 200,
    ) -> Page[CannedReply]:
        """Return canned replies, in the order of their making."""
        after = place_in(cursor)
        async with web_pool.transaction(tenant_id) as tx:
            rows = await canned.page(tx, tenant_id=tenant_id, after=after, limit=limit + 1)
        return page_of(rows, limit=limit, item=lambda reply: reply, position=lambda reply: reply.id)

    @post(
        "/",
        opt={"scope": Scope.DESK_WRITE},
        summary="Make a canned reply",
        responses=refusals(Conflict, InvalidRequest, LimitReached),
    )
    async def create_canned_reply(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[NewCannedReply],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> CannedReply:
        """Make a canned reply and return it."""
        draft = Draft(shortcut=data.shortcut, title=data.title, body=data.body)
        async with web_pool.transaction(tenant_id) as tx:
            return await canned.create(tx, draft, tenant_id=tenant_id, actor=principal.actor)

    @patch(
        "/{canned_reply_id:uuid}",
        opt={"scope": Scope.DESK_WRITE},
        summary="Change a canned reply",
        responses=refusals(Conflict, InvalidRequest, NotFound),
    )
    async def change_canned_reply(
        self,
        tenant_id: FromPath[UUID],
        canned_reply_id: FromPath[UUID],
        data: JSONBody[CannedReplyChange],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> CannedReply:
        """Change it and return it."""
        draft = Draft(shortcut=data.shortcut, title=data.title, body=data.body)
        async with web_pool.transaction(tenant_id) as tx:
            return await canned.change(
                tx, draft, tenant_id=tenant_id, canned_reply_id=canned_reply_id, actor=principal.actor
            )

    @delete(
        "/{canned_reply_id:uuid}",
        opt={"scope": Scope.DESK_WRITE},
        summary="Delete a canned reply",
        responses=refusals(NotFound),
    )
    async def delete_canned_reply(
        self,
        tenant_id: FromPath[UUID],
        canned_reply_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> None:
        """Delete it."""
        async with web_pool.transaction(tenant_id) as tx:
            await canned.delete(
                tx, tenant_id=tenant_id, canned_reply_id=canned_reply_id, actor=principal.actor
            )

    @get(
        "/{canned_reply_id:uuid}/rendered",
        opt={"scope": Scope.INBOX_READ},
        summary="Fill in a canned reply",
        responses=refusals(NotFound),
    )
    async def render_canned_reply(
        self,
        tenant_id: FromPath[UUID],
        canned_reply_id: FromPath[UUID],
        conversation_id: Annotated[UUID, QueryParameter(description="Whom it is written to.")],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Rendered:
        """Return it as it would be written into a conversation by whoever asks."""
        async with web_pool.transaction(tenant_id) as tx:
            text = await canned.rendered(
                tx,
                tenant_id=tenant_id,
                canned_reply_id=canned_reply_id,
                conversation_id=conversation_id,
                user_id=principal.user_id,
            )
        return Rendered(text)
