"""Templates over HTTP: the list to choose from, and bringing it up to Meta's."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from curbe.auth.principal import Scope
from curbe.channels.cloudapi.client import CloudApi
from curbe.connections import service as connections
from curbe.domain.errors import (
    GraphRefused,
    GraphUnreachable,
    InvalidRequest,
    MissingPermission,
    NoConnection,
    TokenRefused,
    TooManyRequests,
)
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring
from curbe.infra.db import Pool
from curbe.infra.pages import Page, decode_cursor, page_of
from curbe.infra.web import refusals
from curbe.templates import listing
from curbe.templates.listing import Place, Wanted
from curbe.templates.shapes import Synced, Template
from curbe.templates.sync import sync

Word = Annotated[str | None, QueryParameter(max_length=100)]


class TemplateController(Controller):
    """A tenant's message templates."""

    path = "/api/tenants/{tenant_id:uuid}/templates"
    tags = ("templates",)

    @get(
        "/",
        opt={"scope": Scope.INBOX_READ},
        summary="List message templates",
        responses=refusals(InvalidRequest, NoConnection),
    )
    async def list_templates(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        connection: Annotated[
            UUID | None, QueryParameter(description="Only those that this connection can send.")
        ] = None,
        with_status: Annotated[
            str | None,
            QueryParameter(name="status", max_length=100, description="Meta's word, such as APPROVED."),
        ] = None,
        category: Word = None,
        language: Word = None,
        q: Annotated[
            str | None, QueryParameter(max_length=100, description="Words of the name or the text.")
        ] = None,
        cursor: Annotated[str | None, QueryParameter(description="`next_cursor` of the page before.")] = None,
        limit: Annotated[
            int, QueryParameter(ge=1, le=200, description="How many items a page has at most.")
        ] = 50,
    ) -> Page[Template]:
        """Return templates by name, as webhooks and the last look at Meta's list tell of them; deleted ones are left out."""
        after = None if cursor is None else decode_cursor(cursor, type=Place)
        async with web_pool.transaction(tenant_id) as tx:
            waba_id = None
            if connection is not None:
                number = await connections.read(tx, tenant_id=tenant_id, connection_id=connection)
                waba_id = number.waba_id or ""
            wanted = Wanted(
                waba_id=waba_id, status=with_status, category=category, language=language, words=q or None
            )
            rows = await listing.page(tx, tenant_id=tenant_id, wanted=wanted, after=after, limit=limit + 1)
        return page_of(rows, limit=limit, item=lambda one: one, position=listing.place_of)

    @post(
        "/sync",
        status_code=200,
        opt={"scope": Scope.MESSAGES_SEND},
        summary="Read the templates from Meta",
        responses=refusals(
            NoConnection, TokenRefused, MissingPermission, GraphRefused, GraphUnreachable, TooManyRequests
        ),
    )
    async def sync_templates(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        cloud_api: NamedDependency[CloudApi],
        keyring: NamedDependency[Keyring],
    ) -> Synced:
        """Bring the list up to Meta's own. Each change is told as `template_updated`."""
        return await sync(web_pool, tenant_id=tenant_id, cloud_api=cloud_api, keyring=keyring, clock=utc_now)
