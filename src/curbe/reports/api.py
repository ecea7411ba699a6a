"""Reports over HTTP: each as JSON, and as CSV under the same name with ``.csv``."""

from datetime import date
from functools import partial
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from curbe.domain.access import Scope
from curbe.domain.errors import InvalidRequest, NoConnection, NotFound
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.tables import attachment
from curbe.infra.web import refusals
from curbe.reports import service, tables
from curbe.reports.service import Ask
from curbe.reports.shapes import Costs, GroupBy, Summary, Table

From: TypeAlias = Annotated[
    date | None,
    QueryParameter(name="from", description="The first day, by the tenant's clock; 29 days before `to` where it is left out."),
]  # fmt: skip
To: TypeAlias = Annotated[
    date | None, QueryParameter(name="to", description="The last day; today where it is left out.")
]
Number: TypeAlias = Annotated[
    UUID | None, QueryParameter(name="number", description="Only this one of your numbers.")
]
By: TypeAlias = Annotated[GroupBy, QueryParameter(name="group_by", description="A line a day for each.")]

_CSV: Final = "text/csv"  # in UTF-8: Litestar says so
_read: Final = partial(
    get, opt={"scope": Scope.REPORTS_READ}, responses=refusals(InvalidRequest, NoConnection, NotFound)
)
_download: Final = partial(_read, media_type=_CSV)


def _ask(tenant_id: FromPath[UUID], first: From = None, last: To = None, number: Number = None) -> Ask:
    """Return what every report is asked for: whose, which days, which number."""
    return Ask(tenant_id=tenant_id, first=first, last=last, number=number, now=utc_now())


class ReportController(Controller):
    """What messages came to, by day. Today is counted as it is asked for."""

    path = "/api/tenants/{tenant_id:uuid}/reports"
    tags = ("reports",)
    dependencies = {"ask": Provide(_ask, sync_to_thread=False)}  # noqa: RUF012 - Litestar reads it

    @_read("/summary", summary="Read what messages came to")
    async def report_summary(self, ask: NamedDependency[Ask], web_pool: NamedDependency[Pool]) -> Summary:
        """Return the figures of the whole time, and why messages failed."""
        return await _summary(web_pool, ask)

    @_read("/series", summary="Read what messages came to, day by day")
    async def report_series(
        self, ask: NamedDependency[Ask], web_pool: NamedDependency[Pool], group_by: By = GroupBy.NOTHING
    ) -> Table:
        """Return a line a day, or a line a day for each number, agent, template, campaign, category or type."""
        return await _table(web_pool, ask, group_by, by_day=True)

    @_read("/agents", summary="Read what each agent did")
    async def report_agents(self, ask: NamedDependency[Ask], web_pool: NamedDependency[Pool]) -> Table:
        """Return a line for each who sent, answered or resolved: people, API keys, the phone's own app. Campaigns have their own."""
        return await _table(web_pool, ask, GroupBy.AGENT)

    @_read("/templates", summary="Read what became of each template")
    async def report_templates(self, ask: NamedDependency[Ask], web_pool: NamedDependency[Pool]) -> Table:
        """Return a line for each template in each language."""
        return await _table(web_pool, ask, GroupBy.TEMPLATE)

    @_read("/campaigns", summary="Read what became of each campaign")
    async def report_campaigns(self, ask: NamedDependency[Ask], web_pool: NamedDependency[Pool]) -> Table:
        """Return a line for each campaign, over the messages it made in that time."""
        return await _table(web_pool, ask, GroupBy.CAMPAIGN)

    @_read("/costs", summary="Read what was charged")
    async def report_costs(self, ask: NamedDependency[Ask], web_pool: NamedDependency[Pool]) -> Costs:
        """Return what was charged by category and country, by the rate card: an estimate, Meta's bill counts."""
        return await _costs(web_pool, ask)

    @_download("/summary.csv", summary="Download what messages came to")
    async def download_summary(
        self, ask: NamedDependency[Ask], web_pool: NamedDependency[Pool]
    ) -> Response[bytes]:
        """Return the summary as CSV."""
        return _csv("summary", tables.of_summary(await _summary(web_pool, ask)))

    @_download("/series.csv", summary="Download what messages came to, day by day")
    async def download_series(
        self, ask: NamedDependency[Ask], web_pool: NamedDependency[Pool], group_by: By = GroupBy.NOTHING
    ) -> Response[bytes]:
        """Return the series as CSV."""
        return _csv("series", tables.of_table(await _table(web_pool, ask, group_by, by_day=True)))

    @_download("/agents.csv", summary="Download what each agent did")
    async def download_agents(
        self, ask: NamedDependency[Ask], web_pool: NamedDependency[Pool]
    ) -> Response[bytes]:
        """Return the agents as CSV."""
        return _csv("agents", tables.of_table(await _table(web_pool, ask, GroupBy.AGENT)))

    @_download("/templates.csv", summary="Download what became of each template")
    async def download_templates(
        self, ask: NamedDependency[Ask], web_pool: NamedDependency[Pool]
    ) -> Response[bytes]:
        """Return the templates as CSV."""
        return _csv("templates", tables.of_table(await _table(web_pool, ask, GroupBy.TEMPLATE)))

    @_download("/campaigns.csv", summary="Download what became of each campaign")
    async def download_campaigns(
        self, ask: NamedDependency[Ask], web_pool: NamedDependency[Pool]
    ) -> Response[bytes]:
        """Return the campaigns as CSV."""
        return _csv("campaigns", tables.of_table(await _table(web_pool, ask, GroupBy.CAMPAIGN)))

    @_download("/costs.csv", summary="Download what was charged")
    async def download_costs(
        self, ask: NamedDependency[Ask], web_pool: NamedDependency[Pool]
    ) -> Response[bytes]:
        """Return the costs as CSV."""
        return _csv("costs", tables.of_costs(await _costs(web_pool, ask)))


async def _summary(pool: Pool, ask: Ask) -> Summary:
    async with pool.transaction(ask.tenant_id) as tx:
        return await service.summary(tx, ask)


async def _table(pool: Pool, ask: Ask, group_by: GroupBy, *, by_day: bool = False) -> Table:
    async with pool.transaction(ask.tenant_id) as tx:
        return await service.table(tx, ask, by_day=by_day, group_by=group_by)


async def _costs(pool: Pool, ask: Ask) -> Costs:
    async with pool.transaction(ask.tenant_id) as tx:
        return await service.costs(tx, ask)


def _csv(name: str, content: bytes) -> Response[bytes]:
    return Response(content, media_type=_CSV, headers=attachment(f"{name}.csv"))
