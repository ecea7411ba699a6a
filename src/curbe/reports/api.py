"""Reports over HTTP: each as JSON, and as CSV under the same name with ``.csv``."""

from datetime import date
from typing import Annotated, Final, TypeAlias
from uuid import UUID

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from curbe.campaigns.tables import attachment
from curbe.domain.access import Scope
from curbe.domain.errors import InvalidRequest, NoConnection, NotFound
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
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
_REFUSALS: Final = refusals(InvalidRequest, NoConnection, NotFound)


class ReportController(Controller):
    """What messages came to, by day. Today is counted as it is asked for."""

    path = "/api/tenants/{tenant_id:uuid}/reports"
    tags = ("reports",)

    @get(
        "/summary",
        opt={"scope": Scope.REPORTS_READ},
        summary="Read what messages came to",
        responses=_REFUSALS,
    )
    async def report_summary(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        first: From = None,
        last: To = None,
        number: Number = None,
    ) -> Summary:
        """Return the figures of the whole time, and why messages failed."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.summary(tx, _ask(tenant_id, first, last, number))

    @get(
        "/series",
        opt={"scope": Scope.REPORTS_READ},
        summary="Read what messages came to, day by day",
        responses=_REFUSALS,
    )
    async def report_series(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        first: From = None,
        last: To = None,
        number: Number = None,
        group_by: By = GroupBy.NOTHING,
    ) -> Table:
        """Return a line a day, or a line a day for each number, agent, template, campaign, category or type."""
        async with web_pool.transaction(tenant_id) as tx:
            ask = _ask(tenant_id, first, last, number)
            return await service.table(tx, ask, by_day=True, group_by=group_by)

    @get(
        "/agents",
        opt={"scope": Scope.REPORTS_READ},
        summary="Read what each agent did",
        responses=_REFUSALS,
    )
    async def report_agents(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        first: From = None,
        last: To = None,
        number: Number = None,
    ) -> Table:
        """Return a line for each who sent, answered or resolved: people, API keys, the phone's own app. Campaigns have their own."""
        async with web_pool.transaction(tenant_id) as tx:
            ask = _ask(tenant_id, first, last, number)
            return await service.table(tx, ask, by_day=False, group_by=GroupBy.AGENT)

    @get(
        "/templates",
        opt={"scope": Scope.REPORTS_READ},
        summary="Read what became of each template",
        responses=_REFUSALS,
    )
    async def report_templates(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        first: From = None,
        last: To = None,
        number: Number = None,
    ) -> Table:
        """Return a line for each template in each language."""
        async with web_pool.transaction(tenant_id) as tx:
            ask = _ask(tenant_id, first, last, number)
            return await service.table(tx, ask, by_day=False, group_by=GroupBy.TEMPLATE)

    @get(
        "/campaigns",
        opt={"scope": Scope.REPORTS_READ},
        summary="Read what became of each campaign",
        responses=_REFUSALS,
    )
    async def report_campaigns(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        first: From = None,
        last: To = None,
        number: Number = None,
    ) -> Table:
        """Return a line for each campaign, over the messages it made in that time."""
        async with web_pool.transaction(tenant_id) as tx:
            ask = _ask(tenant_id, first, last, number)
            return await service.table(tx, ask, by_day=False, group_by=GroupBy.CAMPAIGN)

    @get(
        "/costs",
        opt={"scope": Scope.REPORTS_READ},
        summary="Read what was charged",
        responses=_REFUSALS,
    )
    async def report_costs(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        first: From = None,
        last: To = None,
        number: Number = None,
    ) -> Costs:
        """Return what was charged by category and country, by the rate card: an estimate, Meta's bill counts."""
        async with web_pool.transaction(tenant_id) as tx:
            return await service.costs(tx, _ask(tenant_id, first, last, number))

    @get(
        "/summary.csv",
        opt={"scope": Scope.REPORTS_READ},
        summary="Download what messages came to",
        media_type=_CSV,
        responses=_REFUSALS,
    )
    async def download_summary(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        first: From = None,
        last: To = None,
        number: Number = None,
    ) -> Response[bytes]:
        """Return the summary as CSV."""
        async with web_pool.transaction(tenant_id) as tx:
            told = await service.summary(tx, _ask(tenant_id, first, last, number))
        return _csv("summary", tables.of_summary(told))

    @get(
        "/series.csv",
        opt={"scope": Scope.REPORTS_READ},
        summary="Download what messages came to, day by day",
        media_type=_CSV,
        responses=_REFUSALS,
    )
    async def download_series(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        first: From = None,
        last: To = None,
        number: Number = None,
        group_by: By = GroupBy.NOTHING,
    ) -> Response[bytes]:
        """Return the series as CSV."""
        ask = _ask(tenant_id, first, last, number)
        return await _downloaded(web_pool, "series", ask, by_day=True, group_by=group_by)

    @get(
        "/agents.csv",
        opt={"scope": Scope.REPORTS_READ},
        summary="Download what each agent did",
        media_type=_CSV,
        responses=_REFUSALS,
    )
    async def download_agents(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        first: From = None,
        last: To = None,
        number: Number = None,
    ) -> Response[bytes]:
        """Return the agents as CSV."""
        ask = _ask(tenant_id, first, last, number)
        return await _downloaded(web_pool, "agents", ask, group_by=GroupBy.AGENT)

    @get(
        "/templates.csv",
        opt={"scope": Scope.REPORTS_READ},
        summary="Download what became of each template",
        media_type=_CSV,
        responses=_REFUSALS,
    )
    async def download_templates(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        first: From = None,
        last: To = None,
        number: Number = None,
    ) -> Response[bytes]:
        """Return the templates as CSV."""
        ask = _ask(tenant_id, first, last, number)
        return await _downloaded(web_pool, "templates", ask, group_by=GroupBy.TEMPLATE)

    @get(
        "/campaigns.csv",
        opt={"scope": Scope.REPORTS_READ},
        summary="Download what became of each campaign",
        media_type=_CSV,
        responses=_REFUSALS,
    )
    async def download_campaigns(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        first: From = None,
        last: To = None,
        number: Number = None,
    ) -> Response[bytes]:
        """Return the campaigns as CSV."""
        ask = _ask(tenant_id, first, last, number)
        return await _downloaded(web_pool, "campaigns", ask, group_by=GroupBy.CAMPAIGN)

    @get(
        "/costs.csv",
        opt={"scope": Scope.REPORTS_READ},
        summary="Download what was charged",
        media_type=_CSV,
        responses=_REFUSALS,
    )
    async def download_costs(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        *,
        first: From = None,
        last: To = None,
        number: Number = None,
    ) -> Response[bytes]:
        """Return the costs as CSV."""
        async with web_pool.transaction(tenant_id) as tx:
            told = await service.costs(tx, _ask(tenant_id, first, last, number))
        return _csv("costs", tables.of_costs(told))


def _ask(tenant_id: UUID, first: date | None, last: date | None, number: UUID | None) -> Ask:
    return Ask(tenant_id=tenant_id, first=first, last=last, number=number, now=utc_now())


async def _downloaded(
    pool: Pool, name: str, ask: Ask, *, group_by: GroupBy, by_day: bool = False
) -> Response[bytes]:
    async with pool.transaction(ask.tenant_id) as tx:
        told = await service.table(tx, ask, by_day=by_day, group_by=group_by)
    return _csv(name, tables.of_table(told))


def _csv(name: str, content: bytes) -> Response[bytes]:
    return Response(content, media_type=_CSV, headers=attachment(f"{name}.csv"))
