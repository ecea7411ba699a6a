"""How much there is to do, over HTTP: in the lists that everybody has, of each number, and in each saved view."""

from uuid import UUID

import msgspec
from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from curbe.auth.principal import Principal, Scope
from curbe.desk import saved_views
from curbe.inbox import unread, views
from curbe.inbox.unread import Unread
from curbe.inbox.views import Counts
from curbe.infra.db import Pool


class InboxCounts(Counts, frozen=True, kw_only=True):
    """How many conversations that are open or waiting the asker has, nobody has, and there are; and how many are unread where.

    An API key has none of its own, so that ``unread_views`` leaves out what shows those of whoever looks.
    """

    unread_connections: list[Unread]
    unread_views: list[Unread]


class CountsController(Controller):
    """How much there is to do."""

    path = "/api/tenants/{tenant_id:uuid}/inbox/counts"
    tags = ("inbox",)

    @get("/", opt={"scope": Scope.INBOX_READ}, summary="Count conversations")
    async def count_conversations(
        self,
        tenant_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> InboxCounts:
        """Return how many open and waiting conversations are the asker's, nobody's and anybody's, and how many are unread where."""
        async with web_pool.transaction(tenant_id) as tx:
            counted = await views.counts(tx, tenant_id=tenant_id, user_id=principal.user_id)
            numbers = await unread.numbers(tx, tenant_id=tenant_id)
            saved = await saved_views.lists_of(tx, tenant_id=tenant_id, user_id=principal.user_id)
            those = await unread.count(tx, tenant_id=tenant_id, lists=numbers | saved)
        return InboxCounts(
            **msgspec.structs.asdict(counted),
            unread_connections=[one for one in those if one.id in numbers],
            unread_views=[one for one in those if one.id in saved],
        )
