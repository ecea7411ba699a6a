"""Reads reports: the stored figures of past days, and today's, counted on request."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

import msgspec

from curbe.channels.cloudapi.phrases import words_for
from curbe.connections import service as connections
from curbe.domain.errors import InvalidRequest
from curbe.domain.failures import FailureKind
from curbe.infra.db import Query, Transaction
from curbe.pricing import rates
from curbe.reports import counting, keeping, rules
from curbe.reports.counting import Stretch
from curbe.reports.rules import Spread, spread
from curbe.reports.shapes import (
    CostLine,
    Costs,
    Failure,
    Figures,
    GroupBy,
    Line,
    Money,
    Period,
    Summary,
    Table,
)
from curbe.tenants import service as tenants
from curbe.tenants.rules import Tenant

_PACKAGE: Final = "curbe.reports"
MOST_LINES: Final = 10_000
_UNTOLD: Final = "untold"
# Since October 2026 Meta charges messages that are no templates like utility ones [Meta: pricing, non-template messages].
_CHARGED_AS: Final = {"service": "utility"}
_SQL_GROUP: Final = {GroupBy.AGENT: "sender", GroupBy.CAMPAIGN: "sender"}
_ONLY: Final = {GroupBy.AGENT: "desk", GroupBy.CAMPAIGN: "campaign", GroupBy.TEMPLATE: "template"}
_TIMED: Final = frozenset({GroupBy.NOTHING, GroupBy.NUMBER, GroupBy.AGENT})
_CHARGED_BY: Final = frozenset(GroupBy) - {GroupBy.TYPE}

_Key = tuple[date | None, str]


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """What a report is about: the tenant, the first and last day, and one number or all."""

    tenant_id: UUID
    first: date | None
    last: date | None
    number: UUID | None
    now: datetime


class _FailureRow(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    code: int
    count: int


class _FigureRow(Figures, frozen=True, kw_only=True):
    day: date | None
    key: str


class _TimeRow(msgspec.Struct, frozen=True, kw_only=True):
    day: date | None
    key: str
    kind: str
    step: int
    count: int
    seconds: int


class _CostRow(msgspec.Struct, frozen=True, kw_only=True):
    day: date | None
    key: str
    category: str
    pricing: str
    country: str
    messages: int


class _Name(msgspec.Struct, frozen=True):
    key: str
    name: str


_FIGURES: Final = Query(_PACKAGE, "figures", _FigureRow)
_FAILURES: Final = Query(_PACKAGE, "failures", _FailureRow)
_TIMES: Final = Query(_PACKAGE, "times", _TimeRow)
_COSTS: Final = Query(_PACKAGE, "costs", _CostRow)
_NAMES: Final = Query(_PACKAGE, "names", _Name)


class _Days:
    """The days of a report: those with stored figures, and those that are counted on request."""

    def __init__(
        self, tx: Transaction, ask: Ask, *, tenant: Tenant, period: Period, live: list[date]
    ) -> None:
        self._tx: Final = tx
        self._tenant: Final = tenant
        self._live: Final = live
        self.period: Final = period
        self.where: Final[dict[str, Any]] = {
            "tenant_id": ask.tenant_id, "first": period.first_day, "last": period.last_day, "live_days": live, "number": ask.number
        }  # fmt: skip

    async def live(self, count: Callable[[Transaction, Stretch], Awaitable[Sequence[msgspec.Struct]]]) -> str:
        """Count the days that have no stored figures yet, and return their figures as JSON."""
        rows: list[dict[str, Any]] = []
        for day in self._live:
            from_at, until_at = rules.bounds(day, self._tenant.zone)
            stretch = Stretch(tenant_id=self._tenant.id, from_at=from_at, until_at=until_at)
            rows += [{"day": day, **msgspec.structs.asdict(row)} for row in await count(self._tx, stretch)]
        return msgspec.json.encode(rows).decode()


async def summary(tx: Transaction, ask: Ask) -> Summary:
    """Return the figures of all the days together.

    Raises:
        InvalidRequest: the days will not do.
        NotFound: the tenant has no such number.
    """
    days = await _days(tx, ask)
    counted = await days.live(counting.messages)
    lines = await _lines(tx, days, counted, by_day=False, group_by=GroupBy.NOTHING)
    failures = await _FAILURES.all(tx, **days.where, live=counted)
    return Summary(period=days.period, total=lines[0], failures=[_failure(row) for row in failures])


async def table(tx: Transaction, ask: Ask, *, by_day: bool, group_by: GroupBy) -> Table:
    """Return a line for each group, or for each group on each day; days without messages have no line.

    Raises:
        InvalidRequest: the days are not valid, or there would be too many lines.
        NotFound: the tenant has no such number.
    """
    days = await _days(tx, ask)
    counted = await days.live(counting.messages)
    lines = await _lines(tx, days, counted, by_day=by_day, group_by=group_by)
    if not by_day:
        lines.sort(key=lambda line: (-line.figures.made - line.figures.received, line.key))
    return Table(period=days.period, lines=lines)


async def costs(tx: Transaction, ask: Ask) -> Costs:
    """Return what was charged, by category and country.

    Raises:
        InvalidRequest: the days will not do.
        NotFound: the tenant has no such number.
    """
    days = await _days(tx, ask)
    rows = await _COSTS.all(
        tx, **days.where, live=await days.live(counting.costs), by_day=False, group_by=GroupBy.NOTHING.value
    )
    return Costs(
        period=days.period,
        total=_money(rows),
        source=rates.card().source,
        lines=[_cost_line(row) for row in rows],
    )


async def _days(tx: Transaction, ask: Ask) -> _Days:
    tenant = await tenants.read(tx, tenant_id=ask.tenant_id)
    if ask.number is not None:
        await connections.read(tx, tenant_id=ask.tenant_id, connection_id=ask.number)
    today = rules.day_of(ask.now, tenant.zone)
    first, last = rules.checked_range(ask.first, ask.last, today=today)
    counted = await keeping.counted_days(tx, tenant_id=ask.tenant_id, first=first, last=last)
    fresh = max(first, min(today - timedelta(days=1), last + timedelta(days=1)))
    # Today may have been counted already, in a time zone that the tenant had before, in which the day was over.
    live = [
        day
        for day in rules.days_between(fresh, last)
        if day not in counted or counted[day].time_zone != tenant.zone.key
    ]
    pending = await keeping.eventful(
        tx, tenant=tenant, first=first, last=fresh - timedelta(days=1), but=counted
    )
    period = Period(
        first_day=first,
        last_day=last,
        time_zone=tenant.zone.key,
        pending_days=len(pending),
        partial_days=sum(day.partial for day in counted.values()),
        other_clock_days=sum(
            day.time_zone != tenant.zone.key for day in counted.values() if day.day not in live
        ),
    )
    return _Days(tx, ask, tenant=tenant, period=period, live=live)


async def _lines(
    tx: Transaction, days: _Days, counted: str, *, by_day: bool, group_by: GroupBy
) -> list[Line]:
    grouped: dict[str, Any] = {"by_day": by_day, "group_by": _SQL_GROUP.get(group_by, group_by.value)}
    rows = await _FIGURES.all(
        tx, **days.where, **grouped, live=counted, only=_ONLY.get(group_by), most=MOST_LINES + 1
    )
    if len(rows) > MOST_LINES:
        raise InvalidRequest(
            f"The report would have more than {MOST_LINES} lines.",
            fix="Ask for fewer days, for one number, or group by something else.",
            field="group_by",
        )
    figures: dict[_Key, Figures] = {(row.day, row.key): row for row in rows}
    times: dict[_Key, list[_TimeRow]] = defaultdict(list)
    charged: dict[_Key, list[_CostRow]] = defaultdict(list)
    if group_by in _TIMED:
        for row in await _TIMES.all(tx, **days.where, **grouped, live=await days.live(counting.times)):
            times[row.day, row.key].append(row)
    if group_by in _CHARGED_BY:
        for row in await _COSTS.all(tx, **days.where, **grouped, live=await days.live(counting.costs)):
            charged[row.day, row.key].append(row)
    keys = figures.keys() | {key for key in times if group_by is not GroupBy.AGENT or key[1]}
    if group_by is GroupBy.NOTHING and not by_day:
        keys |= {(None, "")}
    names = await _names(tx, days.where["tenant_id"]) if group_by in (*_SQL_GROUP, GroupBy.NUMBER) else {}
    return [
        Line(
            day=key[0],
            key=key[1],
            name=names.get(key[1]),
            figures=_plain(figures.get(key, Figures())),
            cost=_money(charged.get(key, ())),
            **(_timed(times.get(key, ())) if group_by in _TIMED else {}),
        )
        for key in sorted(keys, key=lambda key: (key[0] or date.min, key[1]))
    ]


def _failure(row: _FailureRow) -> Failure:
    known = row.kind in set(FailureKind)
    words = words_for(FailureKind(row.kind), row.code or None) if known else None
    return Failure(kind=row.kind, code=row.code, count=row.count, words=words)


def _plain(row: Figures) -> Figures:
    return Figures(**{name: getattr(row, name) for name in Figures.__struct_fields__})


def _timed(rows: Iterable[_TimeRow]) -> dict[str, Any]:
    steps: dict[str, dict[int, int]] = defaultdict(dict)
    seconds: dict[str, int] = defaultdict(int)
    for row in rows:
        steps[row.kind][row.step] = row.count
        seconds[row.kind] += row.seconds

    def of(kind: str) -> Spread:
        return spread(steps[kind], seconds=seconds[kind])

    return {
        "first_response": of("first_response"),
        "unanswered": sum(steps["unanswered"].values()),
        "resolution": of("resolution"),
    }


def _money(rows: Iterable[_CostRow]) -> Money:
    card = rates.card()
    amount, charged, free, untold, unpriced = Decimal(0), 0, 0, 0, 0
    for row in rows:
        each = _rate(row)
        if rates.is_free(row.pricing):
            free += row.messages
        elif row.pricing == _UNTOLD:
            untold += row.messages
        elif each is None:
            unpriced += row.messages
        else:
            charged += row.messages
            amount += each * row.messages
    return Money(
        amount=amount,
        currency=card.currency,
        as_of=card.as_of,
        charged=charged,
        free=free,
        untold=untold,
        unpriced=unpriced,
    )


def _cost_line(row: _CostRow) -> CostLine:
    each = Decimal(0) if rates.is_free(row.pricing) else None if row.pricing == _UNTOLD else _rate(row)
    return CostLine(
        category=row.category,
        pricing=row.pricing,
        country=row.country or None,
        messages=row.messages,
        each=each,
        amount=None if each is None else each * row.messages,
    )


def _rate(row: _CostRow) -> Decimal | None:
    category = _CHARGED_AS.get(row.category, row.category)
    return rates.card().rate(category=category, country=row.country or None)


async def _names(tx: Transaction, tenant_id: UUID) -> dict[str, str]:
    return {row.key: row.name for row in await _NAMES.all(tx, tenant_id=tenant_id) if row.name}
