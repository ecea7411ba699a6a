"""Changing a connected number over HTTP: what the tenant decides about it, not what Meta says of it."""

from uuid import UUID

from litestar import Controller, patch
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from curbe.connections import service
from curbe.connections.shapes import ConnectionChange, ShownConnection, shown
from curbe.domain.access import Principal, Scope
from curbe.domain.errors import Forbidden, InvalidRequest, NoConnection, NotFound, Unauthorized
from curbe.infra.db import Pool
from curbe.infra.web import refusals


class ConnectionChangeController(Controller):
    """``/api/tenants/{tenant_id}/whatsapp/connections/{connection_id}``."""

    path = "/api/tenants/{tenant_id:uuid}/whatsapp/connections/{connection_id:uuid}"
    tags = ("whatsapp",)

    @patch(
        opt={"scope": Scope.CONNECTIONS_WRITE},
        summary="Say which country a number is for; its token stays",
        operation_id="changeConnection",
        responses=refusals(Unauthorized, Forbidden, NotFound, InvalidRequest),
    )
    async def change(
        self,
        tenant_id: FromPath[UUID],
        connection_id: FromPath[UUID],
        data: JSONBody[ConnectionChange],
        web_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
    ) -> ShownConnection:
        """Change which messages and campaigns that name a country leave from this number. What is queued stays where it is."""
        country_id = data.country_id and data.country_id.upper()
        which = {"tenant_id": tenant_id, "connection_id": connection_id}
        async with web_pool.transaction(tenant_id) as tx:
            try:
                return shown(await service.serve_country(tx, country_id, **which, actor=principal.actor))
            except NoConnection as absent:
                raise NotFound(absent.detail, fix=absent.fix) from absent
