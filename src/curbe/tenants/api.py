"""Tenants over HTTP: the operator creates and lists them, each one's keys read and rename it."""

from typing import Final
from uuid import UUID

import msgspec
from litestar import Controller, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from uuid_utils.compat import uuid7

from curbe.domain.access import Principal, Scope
from curbe.domain.errors import Forbidden, InvalidRequest, NotFound, Unauthorized
from curbe.domain.ids import FIRST_ID
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.pages import Page, decode_cursor, page_of
from curbe.infra.settings import Settings
from curbe.infra.web import Cursor, Limit, refusals
from curbe.tenants import service
from curbe.tenants.rules import Language, Settled, Tenant

_USUAL: Final = 50


class NewTenant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``default_country`` (ISO 3166, ``ES``) is for numbers typed without their prefix."""

    name: str
    default_country: str | None = None


class TenantChanges(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is absent stays as it is.

    ``retention_days``: 7 to 36500, null keeps everything; ``language``: null is each browser's own.
    ``time_zone`` (``Europe/Madrid``) tells days apart in reports; null is that of the country.
    """

    name: str | msgspec.UnsetType = msgspec.UNSET
    default_country: str | msgspec.UnsetType | None = msgspec.UNSET
    language: Language | msgspec.UnsetType | None = msgspec.UNSET
    retention_days: int | msgspec.UnsetType | None = msgspec.UNSET
    time_zone: str | msgspec.UnsetType | None = msgspec.UNSET


class TenantController(Controller):
    """``/api/tenants``."""

    path = "/api/tenants"
    tags = ("tenants",)

    @post(
        opt={"scope": Scope.TENANTS_WRITE, "platform": True},
        summary="Create a tenant (platform keys)",
        operation_id="createTenant",
        responses=refusals(Unauthorized, Forbidden, InvalidRequest),
    )
    async def create(
        self,
        data: JSONBody[NewTenant],
        web_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
        settings: NamedDependency[Settings],
    ) -> Tenant:
        """Create a tenant; one without a country has the installation's, where that is set."""
        tenant_id = uuid7()
        async with web_pool.transaction(tenant_id) as tx:
            return await service.create(
                tx,
                tenant_id=tenant_id,
                name=data.name,
                default_country=settings.default_country
                if data.default_country is None
                else data.default_country,
                actor=principal.actor,
                now=utc_now(),
            )

    @get(
        opt={"scope": Scope.TENANTS_READ, "platform": True},
        summary="List the tenants, oldest first (platform keys)",
        operation_id="listTenants",
        responses=refusals(Unauthorized, Forbidden, InvalidRequest),
    )
    async def every(
        self,
        web_pool: NamedDependency[Pool],
        cursor: Cursor = None,
        limit: Limit = _USUAL,
    ) -> Page[Tenant]:
        """Return a page of tenants."""
        after = FIRST_ID if cursor is None else decode_cursor(cursor, type=UUID)
        async with web_pool.transaction(context=service.SEES_ALL) as tx:
            rows = await service.page(tx, after=after, limit=limit + 1)
        return page_of(rows, limit=limit, item=lambda tenant: tenant, position=lambda tenant: tenant.id)

    @get(
        "/{tenant_id:uuid}",
        opt={"scope": Scope.TENANTS_READ},
        summary="Read a tenant",
        operation_id="readTenant",
        responses=refusals(Unauthorized, Forbidden, NotFound),
    )
    async def one(self, tenant_id: FromPath[UUID], web_pool: NamedDependency[Pool]) -> Tenant:
        """Return a tenant."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.read(tx, tenant_id=tenant_id)

    @patch(
        "/{tenant_id:uuid}",
        opt={"scope": Scope.TENANTS_WRITE},
        summary="Change a tenant's name, country, language, time zone, or how long it keeps things",
        operation_id="changeTenant",
        responses=refusals(Unauthorized, Forbidden, NotFound, InvalidRequest),
    )
    async def change(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[TenantChanges],
        web_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
    ) -> Tenant:
        """Change a tenant."""
        async with web_pool.transaction(tenant_id) as tx:
            before = await service.read_to_change(tx, tenant_id=tenant_id)
            return await service.change(
                tx, _with(before, data), tenant_id=tenant_id, actor=principal.actor, now=utc_now()
            )

    @post(
        "/{tenant_id:uuid}/suspend",
        status_code=200,
        opt={"scope": Scope.TENANTS_WRITE, "platform": True},
        summary="Suspend a tenant (platform keys)",
        operation_id="suspendTenant",
        responses=refusals(Unauthorized, Forbidden, NotFound),
    )
    async def suspend(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
    ) -> Tenant:
        """Refuse all its people and keys ask (403 ``tenant_suspended``), close their sockets, send nothing; keep what it receives."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.suspend(tx, tenant_id=tenant_id, actor=principal.actor, now=utc_now())

    @post(
        "/{tenant_id:uuid}/resume",
        status_code=200,
        opt={"scope": Scope.TENANTS_WRITE, "platform": True},
        summary="Resume a suspended tenant (platform keys)",
        operation_id="resumeTenant",
        responses=refusals(Unauthorized, Forbidden, NotFound),
    )
    async def resume(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
    ) -> Tenant:
        """Let everything of it go on where it was."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.resume(tx, tenant_id=tenant_id, actor=principal.actor, now=utc_now())


def _with(before: Tenant, changes: TenantChanges) -> Settled:
    """Return a tenant's settings with the changes made."""
    named = {name: getattr(changes, name) for name in Settled.__struct_fields__}
    kept = {name: getattr(before, name) for name, value in named.items() if value is msgspec.UNSET}
    return Settled(**(named | kept))
