"""The tables of applying: each way beside one transaction an event, and the same where more is stored."""

import statistics
from collections.abc import Sequence

from bench import ways
from bench.apply import Applied
from bench.report.cells import Others, median, others, table
from bench.results import Results


def section(results: Results) -> list[str]:
    """Return the section."""
    return [*_ways(results.apply, results.others), "", *_guarded(results.apply), "", *_growth(results)]


def of_way(applied: Sequence[Applied], name: str) -> list[Applied]:
    """Return the rounds of one way."""
    return [one for one in applied if one.way == name]


def applied_us(results: Results) -> float:
    """Return what applying takes for one event as the product does it, worker and PostgreSQL together."""
    return median(of_way(results.apply, ways.found().name), _us)


def growth_ratio(results: Results, people: int) -> float:
    """Return how much more an event of so many people, or all there are, takes with the most stored than with the least of a few's."""
    most = [one for one in results.growth if one.messages == results.growth[-1].messages]
    return _us(min(most, key=lambda one: abs(one.people - people)).applied) / _us(results.growth[0].applied)


def cost_of_guarding(applied: Sequence[Applied], tenants: int) -> float | None:
    """Return what an event takes under row-level security, of what it takes without, round by round; None where it was not measured."""
    guarded = of_way(applied, ways.found(tenants=tenants).name)
    free = of_way(applied, ways.found(tenants=tenants, guarded=False).name)
    if not guarded or not free:
        return None
    return statistics.median(_us(one) / _us(other) for one, other in zip(guarded, free, strict=False))


def _ways(applied: Sequence[Applied], taken: Others) -> list[str]:
    rows = []
    for name in dict.fromkeys(one.way for one in applied):
        mine = of_way(applied, name)
        rows.append(
            [
                name,
                f"{median(mine, lambda one: one.per_core):,.0f}",
                f"{_against_baseline(applied, name):.1f}x",
                f"{median(mine, lambda one: one.app_us):.0f} + {median(mine, lambda one: one.postgres_us):.0f}",
                f"{median(mine, lambda one: one.per_second):,.0f}",
                others(taken, f"apply {name}"),
            ]
        )
    lines = table(
        [
            "apply",
            "events/s per core",
            "against the baseline",
            "us worker + PostgreSQL",
            "events/s, one applier",
            "others",
        ],
        rows,
    )
    whole = of_way(applied, ways.WHOLE_BODY.name)
    took = median(whole, lambda one: one.seconds * 1000 * ways.UPDATES / one.events)
    return [
        *lines,
        "",
        f"A body of {ways.UPDATES:,} updates, of any kind: read and applied in one transaction in {took:,.0f} ms.",
    ]


def _guarded(applied: Sequence[Applied]) -> list[str]:
    seen = {tenants: cost_of_guarding(applied, tenants) for tenants in ways.TENANTS}
    told = [f"{cost:.2f} with {tenants:,}" for tenants, cost in seen.items() if cost is not None]
    return [
        f"What an event takes under row-level security, of what it takes without, by the number of tenants: {', '.join(told)}."
    ]


def _growth(results: Results) -> list[str]:
    first = results.growth[0].applied
    rows = [
        [
            f"{one.messages:,} messages of {one.conversations:,} conversations",
            f"{one.people:,}",
            f"{one.applied.per_core:,.0f}",
            f"{one.applied.app_us:.0f} + {one.applied.postgres_us:.0f}",
            f"{_us(one.applied) / _us(first):.2f}",
            others(results.others, f"growth {one.messages}"),
        ]
        for one in results.growth
    ]
    return table(
        [
            "apply, of people anywhere among what is stored",
            "people",
            "events/s per core",
            "us worker + PostgreSQL",
            "of the first",
            "others",
        ],
        rows,
    )


def _against_baseline(applied: Sequence[Applied], name: str) -> float:
    baselines = [one.per_core for one in of_way(applied, ways.ROW_BY_ROW.name)]
    own = [one.per_core for one in of_way(applied, name)]
    return statistics.median(mine / baseline for mine, baseline in zip(own, baselines, strict=False))


def _us(one: Applied) -> float:
    return one.app_us + one.postgres_us
