"""Notices over HTTP: what stands behind the event ``notice_received``."""

from typing import Annotated
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from curbe.auth.principal import Scope
from curbe.domain.errors import InvalidRequest, NotFound
from curbe.infra.db import Pool
from curbe.infra.pages import Page, decode_cursor, page_of
from curbe.infra.web import Cursor, Limit, refusals
from curbe.ingest import notice_list
from curbe.ingest.notice_list import Notice


class NoticeController(Controller):
    """What Meta told a tenant beyond messages and statuses."""

    path = "/api/tenants/{tenant_id:uuid}/whatsapp/notices"
    tags = ("connections",)

    @get(
        "/",
        opt={"scope": Scope.CONNECTIONS_READ},
        summary="List what Meta told beyond messages",
        responses=refusals(InvalidRequest),
    )
    async def list_notices(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        field: Annotated[
            str | None, QueryParameter(max_length=100, description="Meta's field, such as account_update.")
        ] = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> Page[Notice]:
        """Return notices as Meta sent them, the newest first. What each changes is said of its field in the coverage table."""
        after = None if cursor is None else decode_cursor(cursor, type=UUID)
        async with web_pool.transaction(tenant_id) as tx:
            rows = await notice_list.page(tx, tenant_id=tenant_id, field=field, after=after, limit=limit + 1)
        return page_of(rows, limit=limit, item=lambda one: one, position=lambda one: one.id)

    @get(
        "/{notice_id:uuid}",
        opt={"scope": Scope.CONNECTIONS_READ},
        summary="Read one thing that Meta told",
        operation_id="readNotice",
        responses=refusals(NotFound),
    )
    async def get_notice(
        self, tenant_id: FromPath[UUID], notice_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> Notice:
        """Return a notice as Meta sent it."""
        async with web_pool.transaction(tenant_id) as tx:
            found = await notice_list.one(tx, tenant_id=tenant_id, notice_id=notice_id)
        if found is None:
            raise NotFound("This tenant has no such notice.")
        return found
