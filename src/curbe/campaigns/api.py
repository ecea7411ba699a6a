"""Campaigns over HTTP: written, looked over, scheduled, started, paused, resumed, cancelled."""

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, patch, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter

from curbe.auth.principal import Principal, Scope
from curbe.campaigns import progress, service, store
from curbe.campaigns.progress import Progress
from curbe.campaigns.rules import CampaignState, Deed
from curbe.campaigns.shapes import Campaign, CampaignChange, NewCampaign, Schedule
from curbe.campaigns.store import Place
from curbe.domain.errors import Conflict, InvalidRequest, NoConnection, NotFound, SeveralConnections
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.pages import Moment, Page, decode_cursor, page_of
from curbe.infra.web import Cursor, Limit, refusals

_LATEST: Final = Place(datetime(9999, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1))


class _Position(msgspec.Struct, frozen=True, array_like=True):
    created_at: Moment
    id: UUID


@dataclass(frozen=True, slots=True)
class CampaignInPath:
    """The campaign that a request's path names and who asks, for the deeds that need nothing more to be said."""

    pool: Pool
    tenant_id: UUID
    campaign_id: UUID
    actor: str

    async def treat(self, deed: Deed) -> Campaign:
        """Do ``deed`` to the campaign and return it as it is then; refuses as `service.treat` does."""
        async with self.pool.transaction(self.tenant_id) as tx:
            return await service.treat(
                tx,
                deed,
                tenant_id=self.tenant_id,
                campaign_id=self.campaign_id,
                actor=self.actor,
                now=utc_now(),
            )


def _campaign_in_path(
    tenant_id: FromPath[UUID],
    campaign_id: FromPath[UUID],
    principal: NamedDependency[Principal],
    web_pool: NamedDependency[Pool],
) -> CampaignInPath:
    return CampaignInPath(pool=web_pool, tenant_id=tenant_id, campaign_id=campaign_id, actor=principal.actor)


_deed: Final = partial(
    post, status_code=200, opt={"scope": Scope.CAMPAIGNS_WRITE}, responses=refusals(Conflict, NotFound)
)


class CampaignController(Controller):
    """A tenant's campaigns."""

    path = "/api/tenants/{tenant_id:uuid}/campaigns"
    tags = ("campaigns",)
    dependencies = {"campaign": Provide(_campaign_in_path, sync_to_thread=False)}  # noqa: RUF012 - Litestar reads it

    @get(
        "/",
        opt={"scope": Scope.CAMPAIGNS_READ},
        summary="List campaigns",
        responses=refusals(InvalidRequest),
    )
    async def list_campaigns(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        with_state: Annotated[CampaignState | None, QueryParameter(name="state")] = None,
        cursor: Cursor = None,
        limit: Limit = 50,
    ) -> Page[Campaign]:
        """Return campaigns, latest first."""
        before = _LATEST
        if cursor is not None:
            position = decode_cursor(cursor, type=_Position)
            before = Place(position.created_at, position.id)
        async with web_pool.transaction(tenant_id) as tx:
            rows = await store.page(tx, tenant_id=tenant_id, state=with_state, before=before, limit=limit + 1)
        return page_of(
            rows,
            limit=limit,
            item=lambda row: row.shown(),
            position=lambda row: Place(row.created_at, row.id),
        )

    @post(
        "/",
        opt={"scope": Scope.CAMPAIGNS_WRITE},
        summary="Make a campaign",
        responses=refusals(InvalidRequest, NoConnection, SeveralConnections),
    )
    async def create_campaign(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[NewCampaign],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Campaign:
        """Make a campaign, a draft, and return it."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.create(tx, data, tenant_id=tenant_id, actor=principal.actor)

    @get(
        "/{campaign_id:uuid}",
        opt={"scope": Scope.CAMPAIGNS_READ},
        summary="Read a campaign",
        responses=refusals(NotFound),
    )
    async def read_campaign(
        self, tenant_id: FromPath[UUID], campaign_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> Campaign:
        """Return it."""
        async with web_pool.transaction(tenant_id) as tx:
            return (await store.read(tx, tenant_id=tenant_id, campaign_id=campaign_id)).shown()

    @patch(
        "/{campaign_id:uuid}",
        opt={"scope": Scope.CAMPAIGNS_WRITE},
        summary="Change a campaign",
        responses=refusals(Conflict, InvalidRequest, NoConnection, NotFound),
    )
    async def change_campaign(
        self,
        tenant_id: FromPath[UUID],
        campaign_id: FromPath[UUID],
        data: JSONBody[CampaignChange],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Campaign:
        """Change it and return it: a draft, to be looked over again.

        A paused one keeps its template and takes another way to fill it: send ``template`` alone. Whoever was not
        written to yet gets it so once it is resumed.
        """
        async with web_pool.transaction(tenant_id) as tx:
            return await service.change(
                tx, data, tenant_id=tenant_id, campaign_id=campaign_id, actor=principal.actor
            )

    @delete(
        "/{campaign_id:uuid}",
        opt={"scope": Scope.CAMPAIGNS_WRITE},
        summary="Delete a campaign",
        responses=refusals(Conflict, NotFound),
    )
    async def delete_campaign(
        self,
        tenant_id: FromPath[UUID],
        campaign_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> None:
        """Delete one that was never scheduled or started, with its audience."""
        async with web_pool.transaction(tenant_id) as tx:
            await service.delete(tx, tenant_id=tenant_id, campaign_id=campaign_id, actor=principal.actor)

    @post(
        "/{campaign_id:uuid}/schedule",
        status_code=200,
        opt={"scope": Scope.CAMPAIGNS_WRITE},
        summary="Schedule a campaign",
        responses=refusals(Conflict, InvalidRequest, NotFound),
    )
    async def schedule_campaign(
        self,
        tenant_id: FromPath[UUID],
        campaign_id: FromPath[UUID],
        data: JSONBody[Schedule],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Campaign:
        """Let it begin by itself at that time; asked again, at the new one."""
        now = utc_now()
        async with web_pool.transaction(tenant_id) as tx:
            row = await store.lock(tx, tenant_id=tenant_id, campaign_id=campaign_id)
            return await service.treat(
                tx,
                Deed.SCHEDULE,
                tenant_id=tenant_id,
                campaign_id=campaign_id,
                actor=principal.actor,
                now=now,
                scheduled_at=service.moment_of(data, campaign=row, now=now),
            )

    @_deed("/{campaign_id:uuid}/unschedule", summary="Unschedule a campaign")
    async def unschedule_campaign(self, campaign: NamedDependency[CampaignInPath]) -> Campaign:
        """Let it wait for somebody to start it."""
        return await campaign.treat(Deed.UNSCHEDULE)

    @_deed("/{campaign_id:uuid}/start", summary="Start a campaign")
    async def start_campaign(self, campaign: NamedDependency[CampaignInPath]) -> Campaign:
        """Begin now. It must have been looked over."""
        return await campaign.treat(Deed.START)

    @_deed("/{campaign_id:uuid}/pause", summary="Pause a campaign")
    async def pause_campaign(self, campaign: NamedDependency[CampaignInPath]) -> Campaign:
        """Send nothing more until it is resumed: once this is answered, only what was being sent already goes out."""
        return await campaign.treat(Deed.PAUSE)

    @_deed("/{campaign_id:uuid}/resume", summary="Resume a campaign")
    async def resume_campaign(self, campaign: NamedDependency[CampaignInPath]) -> Campaign:
        """Go on where it stopped. Where what it paused for still holds, it pauses again.

        One that paused as its template was filed under another category is looked over first (``dry-run``).
        """
        return await campaign.treat(Deed.RESUME)

    @_deed("/{campaign_id:uuid}/cancel", summary="Cancel a campaign")
    async def cancel_campaign(self, campaign: NamedDependency[CampaignInPath]) -> Campaign:
        """End it: once this is answered, only what was being sent already goes out, and nothing is sent ever again."""
        return await campaign.treat(Deed.CANCEL)

    @get(
        "/{campaign_id:uuid}/progress",
        opt={"scope": Scope.CAMPAIGNS_READ},
        summary="Read how far a campaign is",
        operation_id="readCampaignProgress",
        responses=refusals(NotFound),
    )
    async def campaign_progress(
        self, tenant_id: FromPath[UUID], campaign_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> Progress:
        """Return its figures, counted now over its recipients and their messages."""
        async with web_pool.transaction(tenant_id) as tx:
            row = await store.read(tx, tenant_id=tenant_id, campaign_id=campaign_id)
            return await progress.of(tx, campaign=row, tenant_id=tenant_id)
