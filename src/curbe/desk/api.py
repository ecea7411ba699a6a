"""Teams and labels over HTTP: everybody reads them, supervisors write them."""

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from curbe.auth.principal import Principal, Scope
from curbe.desk import labels, teams
from curbe.desk.labels import Label
from curbe.desk.lists import place_in
from curbe.desk.teams import Team
from curbe.domain.errors import Conflict, InvalidRequest, LimitReached, NotFound
from curbe.infra.db import Pool
from curbe.infra.pages import Page, page_of
from curbe.infra.web import Cursor, Limit, refusals

Members = Annotated[list[UUID], msgspec.Meta(max_length=1000)]


class NewTeam(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A team to make."""

    name: str
    member_ids: Members = []


class TeamChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of a team; ``member_ids`` replaces all of them."""

    name: str | None = None
    member_ids: Members | None = None


class NewLabel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A label to make; ``color`` as ``#1a73e8``."""

    name: str
    color: str


class LabelChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of a label."""

    name: str | None = None
    color: str | None = None


class TeamsController(Controller):
    """A tenant's teams."""

    path = "/api/tenants/{tenant_id:uuid}/teams"
    tags = ("desk",)

    @get("/", opt={"scope": Scope.INBOX_READ}, summary="List teams", responses=refusals(InvalidRequest))
    async def list_teams(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        cursor: Cursor = None,
        limit: Limit = 200,
    ) -> Page[Team]:
        """Return teams with their members, in the order of their making."""
        after = place_in(cursor)
        async with web_pool.transaction(tenant_id) as tx:
            rows = await teams.page(tx, tenant_id=tenant_id, after=after, limit=limit + 1)
        return page_of(rows, limit=limit, item=lambda team: team, position=lambda team: team.id)

    @post(
        "/",
        opt={"scope": Scope.DESK_WRITE},
        summary="Make a team",
        responses=refusals(Conflict, InvalidRequest, LimitReached),
    )
    async def create_team(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[NewTeam],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Team:
        """Make a team and return it."""
        async with web_pool.transaction(tenant_id) as tx:
            return await teams.create(
                tx,
                tenant_id=tenant_id,
                name=data.name,
                member_ids=data.member_ids,
                actor=principal.actor,
            )

    @patch(
        "/{team_id:uuid}",
        opt={"scope": Scope.DESK_WRITE},
        summary="Change a team",
        responses=refusals(Conflict, InvalidRequest, NotFound),
    )
    async def change_team(
        self,
        tenant_id: FromPath[UUID],
        team_id: FromPath[UUID],
        data: JSONBody[TeamChange],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Team:
        """Give it another name, or other members, and return it."""
        async with web_pool.transaction(tenant_id) as tx:
            return await teams.change(
                tx,
                tenant_id=tenant_id,
                team_id=team_id,
                name=data.name,
                member_ids=data.member_ids,
                actor=principal.actor,
            )

    @delete(
        "/{team_id:uuid}",
        opt={"scope": Scope.DESK_WRITE},
        summary="Delete a team",
        responses=refusals(NotFound),
    )
    async def delete_team(
        self,
        tenant_id: FromPath[UUID],
        team_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> None:
        """Delete it; its conversations belong to no team then."""
        await teams.delete(web_pool, tenant_id=tenant_id, team_id=team_id, actor=principal.actor)


class LabelsController(Controller):
    """A tenant's labels."""

    path = "/api/tenants/{tenant_id:uuid}/labels"
    tags = ("desk",)

    @get("/", opt={"scope": Scope.INBOX_READ}, summary="List labels", responses=refusals(InvalidRequest))
    async def list_labels(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        cursor: Cursor = None,
        limit: Limit = 200,
    ) -> Page[Label]:
        """Return labels, in the order of their making."""
        after = place_in(cursor)
        async with web_pool.transaction(tenant_id) as tx:
            rows = await labels.page(tx, tenant_id=tenant_id, after=after, limit=limit + 1)
        return page_of(rows, limit=limit, item=lambda label: label, position=lambda label: label.id)

    @post(
        "/",
        opt={"scope": Scope.DESK_WRITE},
        summary="Make a label",
        responses=refusals(Conflict, InvalidRequest, LimitReached),
    )
    async def create_label(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[NewLabel],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Label:
        """Make a label and return it."""
        async with web_pool.transaction(tenant_id) as tx:
            return await labels.create(
                tx, tenant_id=tenant_id, name=data.name, color=data.color, actor=principal.actor
            )

    @patch(
        "/{label_id:uuid}",
        opt={"scope": Scope.DESK_WRITE},
        summary="Change a label",
        responses=refusals(Conflict, InvalidRequest, NotFound),
    )
    async def change_label(
        self,
        tenant_id: FromPath[UUID],
        label_id: FromPath[UUID],
        data: JSONBody[LabelChange],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Label:
        """Give it another name or colour, and return it."""
        async with web_pool.transaction(tenant_id) as tx:
            return await labels.change(
                tx,
                tenant_id=tenant_id,
                label_id=label_id,
                name=data.name,
                color=data.color,
                actor=principal.actor,
            )

    @delete(
        "/{label_id:uuid}",
        opt={"scope": Scope.DESK_WRITE},
        summary="Delete a label",
        responses=refusals(NotFound),
    )
    async def delete_label(
        self,
        tenant_id: FromPath[UUID],
        label_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> None:
        """Delete it, also from the conversations that have it."""
        await labels.delete(web_pool, tenant_id=tenant_id, label_id=label_id, actor=principal.actor)
