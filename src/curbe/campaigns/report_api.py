"""What became of a campaign, over HTTP: looked over before, followed while it runs, read afterwards."""

from collections.abc import AsyncIterator
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Stream

from curbe.auth.principal import Principal, Scope
from curbe.campaigns import dry_run, report, store, trial
from curbe.campaigns.dry_run import DryRun
from curbe.campaigns.progress import RecipientOutcome
from curbe.campaigns.report import Recipient, Report
from curbe.campaigns.shapes import Campaign
from curbe.campaigns.trial import TestSend, Tried
from curbe.domain.errors import Conflict, InvalidRequest, NotFound
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.pages import Page, decode_cursor, page_of
from curbe.infra.tables import MEDIA_TYPE, attachment, lines
from curbe.infra.web import Cursor, refusals

_EXPORTED_AT_ONCE: Final = 1_000
_COLUMNS: Final = (
    "phone", "name", "outcome", "reason", "detail", "error_code", "queued_at", "accepted_at", "sent_at", "delivered_at", "read_at",
    "failed_at", "replied_at", "clicked_at", "clicked", "cost", "currency", "message_id", "line",
)  # fmt: skip


class CampaignReportController(Controller):
    """What would become, and what became of a campaign."""

    path = "/api/tenants/{tenant_id:uuid}/campaigns/{campaign_id:uuid}"
    tags = ("campaigns",)

    @post(
        "/dry-run",
        status_code=200,
        opt={"scope": Scope.CAMPAIGNS_WRITE},
        summary="Look a campaign over",
        responses=refusals(Conflict, InvalidRequest, NotFound),
    )
    async def dry_run_campaign(
        self,
        tenant_id: FromPath[UUID],
        campaign_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> DryRun:
        """Say who would get it, who would not and why, what it would cost. It is `ready` where nothing stands in its way.

        A restriction that will end does not: it is told among the `stops`, and the campaign may be scheduled for later.
        A paused one stays so: those are looked over who were not written to, and the category that its template has by now is taken.
        """
        async with web_pool.transaction(tenant_id) as tx:
            return await dry_run.look_over(
                tx, tenant_id=tenant_id, campaign_id=campaign_id, actor=principal.actor, now=utc_now()
            )

    @post(
        "/test",
        status_code=202,
        opt={"scope": Scope.CAMPAIGNS_WRITE},
        summary="Send a campaign to yourself",
        responses=refusals(Conflict, InvalidRequest, NotFound),
    )
    async def test_campaign(
        self,
        tenant_id: FromPath[UUID],
        campaign_id: FromPath[UUID],
        data: JSONBody[TestSend],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Tried:
        """Send its template to a few numbers at once, filled with these variables. They need not be in its audience."""
        async with web_pool.transaction(tenant_id) as tx:
            return await trial.send(
                tx, data, tenant_id=tenant_id, campaign_id=campaign_id, actor=principal.actor, now=utc_now()
            )

    @post(
        "/retry",
        status_code=200,
        opt={"scope": Scope.CAMPAIGNS_WRITE},
        summary="Try those again who were put off",
        responses=refusals(Conflict, NotFound),
    )
    async def retry_campaign(
        self,
        tenant_id: FromPath[UUID],
        campaign_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
    ) -> Campaign:
        """Write once more to those whom Meta put off too long; who was refused for good, or may have got it, is left alone."""
        async with web_pool.transaction(tenant_id) as tx:
            return await report.try_again(
                tx, tenant_id=tenant_id, campaign_id=campaign_id, actor=principal.actor, now=utc_now()
            )

    @get(
        "/report",
        opt={"scope": Scope.CAMPAIGNS_READ},
        summary="Read a campaign's report",
        operation_id="readCampaignReport",
        responses=refusals(NotFound),
    )
    async def campaign_report(
        self, tenant_id: FromPath[UUID], campaign_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> Report:
        """Return its figures with answers, buttons pressed, failures by reason, and what Meta charges by the rate card."""
        async with web_pool.transaction(tenant_id) as tx:
            return await report.sums(tx, tenant_id=tenant_id, campaign_id=campaign_id)

    @get(
        "/recipients",
        opt={"scope": Scope.CAMPAIGNS_READ},
        summary="List a campaign's recipients",
        responses=refusals(InvalidRequest, NotFound),
    )
    async def list_recipients(
        self,
        tenant_id: FromPath[UUID],
        campaign_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        with_state: Annotated[RecipientOutcome | None, QueryParameter(name="state")] = None,
        cursor: Cursor = None,
        limit: Annotated[
            int, QueryParameter(ge=1, le=500, description="How many items a page has at most.")
        ] = 100,
    ) -> Page[Recipient]:
        """Return recipients in their order, with what became of each."""
        after = 0 if cursor is None else decode_cursor(cursor, type=int)
        async with web_pool.transaction(tenant_id) as tx:
            await store.read(tx, tenant_id=tenant_id, campaign_id=campaign_id)
            rows = await report.page(
                tx,
                tenant_id=tenant_id,
                campaign_id=campaign_id,
                outcome=with_state,
                after=after,
                limit=limit + 1,
            )
        return page_of(rows, limit=limit, item=lambda row: row, position=lambda row: row.n)

    @get(
        "/export.csv",
        opt={"scope": Scope.CAMPAIGNS_READ},
        summary="Download what became of each recipient",
        operation_id="downloadCampaign",
        media_type=MEDIA_TYPE,
        responses=refusals(NotFound),
    )
    async def export_campaign(
        self,
        tenant_id: FromPath[UUID],
        campaign_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        with_state: Annotated[RecipientOutcome | None, QueryParameter(name="state")] = None,
    ) -> Stream:
        """Return a row for each, as CSV that runs nothing in a spreadsheet."""
        async with web_pool.transaction(tenant_id) as tx:
            await store.read(tx, tenant_id=tenant_id, campaign_id=campaign_id)
        table = _exported(web_pool, tenant_id, campaign_id, with_state)
        return Stream(table, media_type=MEDIA_TYPE, headers=attachment("campaign.csv"))


async def _exported(
    pool: Pool, tenant_id: UUID, campaign_id: UUID, outcome: RecipientOutcome | None
) -> AsyncIterator[bytes]:
    """Yield the table a page at a time, each read by itself: a hundred thousand rows are never held at once."""
    yield lines([_COLUMNS])
    after, more = 0, True
    while more:
        async with pool.transaction(tenant_id) as tx:
            rows = await report.page(
                tx,
                tenant_id=tenant_id,
                campaign_id=campaign_id,
                outcome=outcome,
                after=after,
                limit=_EXPORTED_AT_ONCE,
            )
        more = len(rows) == _EXPORTED_AT_ONCE
        if rows:
            after = rows[-1].n
            yield lines([_cells(row) for row in rows], marked=False)


def _cells(row: Recipient) -> list[str]:
    plain = msgspec.to_builtins(row)
    return ["" if plain[name] is None else str(plain[name]) for name in _COLUMNS]
