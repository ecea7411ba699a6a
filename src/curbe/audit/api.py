"""A tenant's audit log over HTTP: read, never written."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from curbe.audit import service
from curbe.audit.rules import Row
from curbe.domain.access import Scope
from curbe.domain.errors import Forbidden, InvalidRequest, NotFound, Unauthorized
from curbe.infra.db import Pool
from curbe.infra.pages import Page, decode_cursor, page_of
from curbe.infra.web import refusals

_MOST: Final = 200
_USUAL: Final = 50


class AuditRow(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what, when, to what. ``detail`` holds ids, codes and counts."""

    id: int
    at: datetime
    actor: str
    action: str
    subject: str | None
    detail: dict[str, Any]


class AuditController(Controller):
    """``/api/tenants/{tenant_id}/audit``."""

    path = "/api/tenants/{tenant_id:uuid}/audit"
    tags = ("audit",)

    @get(
        opt={"scope": Scope.AUDIT_READ},
        summary="List what was done in a tenant, newest first",
        responses=refusals(Unauthorized, Forbidden, NotFound, InvalidRequest),
    )
    async def entries(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        cursor: FromQuery[str | None] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=_MOST)] = _USUAL,
    ) -> Page[AuditRow]:
        """Return a page of the log."""
        before = service.NEWEST if cursor is None else decode_cursor(cursor, type=tuple[int, int])
        async with web_pool.transaction(tenant_id) as tx:
            rows = await service.entries(tx, tenant_id=tenant_id, before=before, limit=limit + 1)
        return page_of(rows, limit=limit, item=_shown, position=lambda row: row.position)


def _shown(row: Row) -> AuditRow:
    return AuditRow(
        id=row.id,
        at=row.at,
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        detail=msgspec.json.decode(row.detail, type=dict[str, Any]),
    )
