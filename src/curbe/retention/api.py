"""How much a tenant would not keep, over HTTP: asked before a limit is set, as what is deleted does not come back."""

from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from curbe.domain.access import Scope
from curbe.domain.errors import Forbidden, InvalidRequest, NotFound, Unauthorized
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.web import refusals
from curbe.retention import service
from curbe.tenants.rules import LONGEST_RETENTION, SHORTEST_RETENTION

_MOST: Final = 10_000

Days = Annotated[int, QueryParameter(ge=SHORTEST_RETENTION, le=LONGEST_RETENTION)]


class Older(msgspec.Struct, frozen=True, kw_only=True):
    """What a limit would delete. ``messages`` is counted up to 10,000; ``capped``: there are more."""

    messages: int
    capped: bool


class RetentionController(Controller):
    """``/api/tenants/{tenant_id}/retention``."""

    path = "/api/tenants/{tenant_id:uuid}/retention"
    tags = ("tenants",)

    @get(
        opt={"scope": Scope.TENANTS_READ},
        summary="Count what would be deleted if things were kept for so many days",
        operation_id="countOlder",
        responses=refusals(Unauthorized, Forbidden, NotFound, InvalidRequest),
    )
    async def older(self, tenant_id: FromPath[UUID], web_pool: NamedDependency[Pool], days: Days) -> Older:
        """Return how many messages are older."""
        async with web_pool.transaction(tenant_id) as tx:
            found = await service.count_older(
                tx, tenant_id=tenant_id, days=days, now=utc_now(), most=_MOST + 1
            )
        return Older(messages=min(found, _MOST), capped=found > _MOST)
