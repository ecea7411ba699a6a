"""Audit logs over HTTP: a tenant's and the platform's, read, never written."""

from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from curbe.audit import service
from curbe.audit.rules import Row
from curbe.audit.store import Wanted
from curbe.domain.access import PLATFORM, Scope
from curbe.domain.errors import Forbidden, InvalidRequest, NotFound, Unauthorized
from curbe.infra.db import Pool
from curbe.infra.pages import Moment, Page, decode_cursor, page_of
from curbe.infra.web import Cursor, Limit, refusals

_USUAL: Final = 50

Deeds = Annotated[bool, QueryParameter(description="Without the lines about webhooks that came.")]
Who = Annotated[
    Literal["people", "system"] | None,
    QueryParameter(description="What people and keys did, or what Curbe did by itself."),
]
Actor = Annotated[str | None, QueryParameter(max_length=100, description="As in a row: user:<id>, key:<id>.")]
About = Annotated[
    str | None,
    QueryParameter(
        pattern="^[a-z_]{1,40}$", description="The first part of an action: connection, key, tenant."
    ),
]
Without = Annotated[
    str | None, QueryParameter(pattern="^[a-z_]{1,40}$", description="Leaves out what `about` would give.")
]
At = Annotated[Moment | None, QueryParameter(description="RFC 3339; `since` included, `until` not.")]


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
        operation_id="listAuditEntries",
        responses=refusals(Unauthorized, Forbidden, NotFound, InvalidRequest),
    )
    async def entries(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        cursor: Cursor = None,
        limit: Limit = _USUAL,
        deeds: Deeds = False,
        who: Who = None,
        actor: Actor = None,
        about: About = None,
        without: Without = None,
        since: At = None,
        until: At = None,
    ) -> Page[AuditRow]:
        """Return a page of the log."""
        wanted = _wanted(
            deeds=deeds, who=who, actor=actor, about=about, without=without, since=since, until=until
        )
        return await _page(web_pool, wanted, tenant_id=tenant_id, cursor=cursor, limit=limit)


class PlatformAuditController(Controller):
    """``/api/operator/audit``."""

    path = "/api/operator/audit"
    tags = ("operator",)

    @get(
        opt={"scope": Scope.OPERATIONS_READ, "platform": True},
        summary="List what was done to the installation, newest first",
        operation_id="listPlatformAuditEntries",
        responses=refusals(Unauthorized, Forbidden, InvalidRequest),
    )
    async def entries(
        self,
        web_pool: NamedDependency[Pool],
        *,
        cursor: Cursor = None,
        limit: Limit = _USUAL,
        who: Who = None,
        actor: Actor = None,
        about: About = None,
        without: Without = None,
        since: At = None,
        until: At = None,
    ) -> Page[AuditRow]:
        """Return a page of the platform's own log: what concerns no tenant, or several."""
        wanted = _wanted(
            deeds=False, who=who, actor=actor, about=about, without=without, since=since, until=until
        )
        return await _page(web_pool, wanted, tenant_id=PLATFORM, cursor=cursor, limit=limit)


async def _page(
    pool: Pool, wanted: Wanted, *, tenant_id: UUID, cursor: str | None, limit: int
) -> Page[AuditRow]:
    before = service.NEWEST if cursor is None else decode_cursor(cursor, type=tuple[int, int])
    async with pool.transaction(tenant_id) as tx:
        rows = await service.entries(tx, wanted, tenant_id=tenant_id, before=before, limit=limit + 1)
    return page_of(rows, limit=limit, item=_shown, position=lambda row: row.position)


def _wanted(
    *,
    deeds: bool,
    who: str | None,
    actor: str | None,
    about: str | None,
    without: str | None,
    since: datetime | None,
    until: datetime | None,
) -> Wanted:
    by_people = None if who is None else who == "people"
    return Wanted(
        deeds=deeds, by_people=by_people, actor=actor, about=about, without=without, since=since, until=until
    )


def _shown(row: Row) -> AuditRow:
    return AuditRow(
        id=row.id,
        at=row.at,
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        detail=msgspec.json.decode(row.detail, type=dict[str, Any]),
    )
