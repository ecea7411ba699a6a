"""Reports as tables to download: the names of columns are those of the API's fields. Pure."""

from typing import Any, Final

from curbe.infra.tables import lines
from curbe.reports.rules import Spread
from curbe.reports.shapes import Costs, Figures, Line, Summary, Table

_WHICH: Final = ("day", "key", "name")
_FIGURES: Final = Figures.__struct_fields__
_TIMES: Final = (
    "first_responses", "first_response_mean_seconds", "first_response_median_seconds", "first_response_p90_seconds", "unanswered",
    "resolutions", "resolution_mean_seconds", "resolution_median_seconds", "resolution_p90_seconds",
)  # fmt: skip
_MONEY: Final = ("charged", "free", "untold", "unpriced", "amount", "currency")
_COSTS: Final = ("category", "pricing", "country", "messages", "each", "amount", "currency")


def of_summary(summary: Summary) -> bytes:
    """Return its line, and below it why messages failed."""
    failures = [[_cell(one.kind), _cell(one.code), _cell(one.count)] for one in summary.failures]
    first, last = summary.period.first_day, summary.period.last_day
    head = [
        ["first_day", "last_day", *_FIGURES, *_TIMES, *_MONEY],
        [_cell(first), _cell(last), *_cells(summary.total)],
    ]
    return lines([*head, [], ["failure_kind", "failure_code", "count"], *failures])


def of_table(table: Table) -> bytes:
    """Return a row for each line."""
    rows = [[*(_cell(getattr(line, name)) for name in _WHICH), *_cells(line)] for line in table.lines]
    return lines([[*_WHICH, *_FIGURES, *_TIMES, *_MONEY], *rows])


def of_costs(costs: Costs) -> bytes:
    """Return a row for each category, country and way of being charged."""
    rows = [
        [*(_cell(getattr(line, name)) for name in _COSTS[:-1]), costs.total.currency] for line in costs.lines
    ]
    return lines([_COSTS, *rows])


def _cells(line: Line) -> list[str]:
    figures = [_cell(getattr(line.figures, name)) for name in _FIGURES]
    times = [*_spread(line.first_response), _cell(line.unanswered), *_spread(line.resolution)]
    return figures + times + [_cell(getattr(line.cost, name)) for name in _MONEY]


def _spread(told: Spread | None) -> list[str]:
    if told is None:
        return [""] * 4
    return [_cell(value) for value in (told.count, told.mean_seconds, told.median_seconds, told.p90_seconds)]


def _cell(value: Any) -> str:
    return "" if value is None else str(value)
