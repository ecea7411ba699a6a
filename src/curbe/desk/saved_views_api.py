"""Saved views over HTTP: everybody keeps their own, supervisors the shared ones."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from curbe.auth.principal import Principal, Scope
from curbe.desk import saved_views
from curbe.desk.rules import ViewFilter
from curbe.desk.saved_views import MOST, Keeper, SavedView
from curbe.domain.errors import Conflict, Forbidden, InvalidRequest, LimitReached, NotFound
from curbe.infra.db import Pool
from curbe.infra.pages import Page
from curbe.infra.web import refusals


class NewSavedView(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A view to save; ``shared``: for everybody of the tenant, which needs the scope ``desk:write``."""

    name: str
    filter: ViewFilter
    shared: bool = False


class SavedViewChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of a saved view; ``filter`` replaces all of it."""

    name: str | None = None
    filter: ViewFilter | None = None
    place: Annotated[int, msgspec.Meta(ge=0, lt=MOST)] | None = None


class SavedViewsController(Controller):
    """The views of whoever asks, and those of everybody in the tenant."""

    path = "/api/tenants/{tenant_id:uuid}/inbox/views"
    tags = ("inbox",)

    @get("/", opt={"scope": Scope.INBOX_READ}, summary="List saved views")
    async def list_saved_views(
        self,
        tenant_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Page[SavedView]:
        """Return the asker's own and then the shared ones, all of them, each in their order."""
        user_id = _keeper(principal).user_id
        async with web_pool.transaction(tenant_id) as tx:
            return Page(items=await saved_views.views_of(tx, tenant_id=tenant_id, user_id=user_id))

    @post(
        "/",
        opt={"scope": Scope.INBOX_WRITE},
        summary="Save a view",
        responses=refusals(Conflict, Forbidden, InvalidRequest, LimitReached),
    )
    async def create_saved_view(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[NewSavedView],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> SavedView:
        """Save a view as the last one and return it."""
        async with web_pool.transaction(tenant_id) as tx:
            return await saved_views.create(
                tx,
                tenant_id=tenant_id,
                name=data.name,
                wanted=data.filter,
                shared=data.shared,
                keeper=_keeper(principal),
            )

    @patch(
        "/{view_id:uuid}",
        opt={"scope": Scope.INBOX_WRITE},
        summary="Change a saved view",
        responses=refusals(Conflict, Forbidden, InvalidRequest, NotFound),
    )
    async def change_saved_view(
        self,
        tenant_id: FromPath[UUID],
        view_id: FromPath[UUID],
        data: JSONBody[SavedViewChange],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> SavedView:
        """Change it, or move it to another place, and return it."""
        async with web_pool.transaction(tenant_id) as tx:
            return await saved_views.change(
                tx,
                tenant_id=tenant_id,
                view_id=view_id,
                name=data.name,
                wanted=data.filter,
                place=data.place,
                keeper=_keeper(principal),
            )

    @delete(
        "/{view_id:uuid}",
        opt={"scope": Scope.INBOX_WRITE},
        summary="Delete a saved view",
        responses=refusals(Forbidden, NotFound),
    )
    async def delete_saved_view(
        self,
        tenant_id: FromPath[UUID],
        view_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> None:
        """Delete it."""
        async with web_pool.transaction(tenant_id) as tx:
            await saved_views.delete(tx, tenant_id=tenant_id, view_id=view_id, keeper=_keeper(principal))


def _keeper(principal: Principal) -> Keeper:
    """Return who asks, as views know them: an operator who looks in is no colleague and has none there."""
    return Keeper(
        user_id=None if principal.role is None else principal.user_id,
        may_share=Scope.DESK_WRITE in principal.scopes,
        actor=principal.actor,
    )
