"""From measurements to the report: medians over the rounds, ratios within a round, one Markdown text and one JSON file."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from typing import Final, TypeVar

import msgspec

from bench import apply, intake
from bench.apply import Applied
from bench.generator import Driven
from bench.intake import Round
from bench.machine import Machine
from bench.scenario_governor import Reached, Replies
from bench.sends import Backlog, Steady

_NAMES: Final = {
    intake.NO_OP: "no-op: read the body, answer",
    intake.COMMIT_EACH: "signature + one INSERT and commit a request",
    intake.GROUP_COMMIT: "signature + bare group commit (the ceiling)",
    intake.CURBE: "**Curbe** (`curbe serve`)",
}
_WAYS: Final = {
    apply.ROW_BY_ROW: "one transaction an event (baseline)",
    apply.ANY_KIND: "messages of any kind, batch 500",
    apply.WHOLE_BODY: f"one body of {apply.UPDATES:,} updates in one go",
}
_RATIO: Final = 0.8
_LONGEST_P99: Final = 50.0
_APPLIED: Final = 8000
_SENT: Final = 500
_GRANTED: Final = 1000
_REACHED: Final = 900
_MORE: Final = 2000.0  # ms

_SHARES: Final[tuple[Callable[[Steady], float], ...]] = (
    lambda one: one.p50_ms,
    lambda one: one.p99_ms,
    lambda one: one.p999_ms,
)

T = TypeVar("T")
Others = Mapping[str, Sequence[float]]


class Results(msgspec.Struct, frozen=True):
    """Everything one run measured, a list for the rounds each."""

    date: str
    machine: Machine
    intake: list[Round]
    apply: list[Applied]
    backlog: list[Backlog]
    steady: list[Steady]
    pace: list[Reached]
    replies: list[Replies]
    others: dict[str, list[float]]  # cores that other work took, by scenario


def markdown(results: Results) -> str:
    """Return the report as Markdown."""
    parts = [
        f"Measured on {results.date}: {results.machine.sentence()}.",
        f"Medians of {_rounds(results)} rounds, scenarios interleaved. `others`: cores that other work on the machine took meanwhile.",
        "",
        *_intake_table(results.intake, results.others),
        "",
        *_apply_table(results.apply, results.others),
        "",
        *_send_table(results.backlog, results.steady, results.others),
        "",
        *_governor_table(results.pace, results.replies, results.others),
        "",
        *_aims(results),
    ]
    return "\n".join(parts)


def _rounds(results: Results) -> int:
    return len([row for row in results.intake if row.server == intake.CURBE])


def _intake_table(rounds: Sequence[Round], others: Others) -> list[str]:
    lines = [
        "| intake | saturated /s | of ceiling | us then, app + PG | of ceiling | rate | p50 / p99 / p99.9 ms | errors | us | others |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for server in intake.SERVERS:
        mine = [row for row in rounds if row.server == server]
        for rate in sorted(mine[0].at_rate, reverse=True):
            driven = [row.at_rate[rate] for row in mine]
            first = rate == max(mine[0].at_rate)
            head = [_NAMES[server], *_saturated_cells(rounds, server)] if first else [""] * 5
            aside = _others(others, f"intake {server}") if first else ""
            lines.append(_row([*head, f"{rate:,}/s", *_driven_cells(driven), aside]))
    idle = [row.saturated.generator_us for row in rounds if row.server == intake.NO_OP]
    lines.append("")
    lines.append(
        f"The generator spends {statistics.median(idle):.1f} us a request (against the no-op server), so its own ceiling is "
        f"about {1e6 / statistics.median(idle):,.0f}/s for a core; its requests left at most "
        f"{max(driven.seen.sent_late_p99 for row in rounds if row.server == intake.NO_OP for driven in row.at_rate.values()) / 1000:.1f}"
        " ms late (p99, no-op), and that lateness counts as latency."
    )
    return lines


def _driven_cells(driven: Sequence[Driven]) -> list[str]:
    def ms(field: str) -> str:
        return f"{statistics.median(getattr(one.seen, field) for one in driven) / 1000:.1f}"

    app = _median(driven, lambda one: one.app_us)
    postgres = _median(driven, lambda one: one.postgres_us)
    return [
        f"{ms('p50')} / {ms('p99')} / {ms('p999')}",
        str(sum(one.errors for one in driven)),
        f"{app:.0f} + {postgres:.0f}",
    ]


def _saturated_cells(rounds: Sequence[Round], server: str) -> list[str]:
    mine = [row.saturated for row in rounds if row.server == server]
    app, postgres = _median(mine, lambda one: one.app_us), _median(mine, lambda one: one.postgres_us)
    return [
        f"{_median(mine, lambda one: one.per_second):,.0f}",
        f"{_share_of_ceiling(rounds, server, _by_the_clock):.2f}",
        f"{app:.0f} + {postgres:.0f}",
        f"{_share_of_ceiling(rounds, server, _by_processor_time):.2f}",
    ]


def _by_the_clock(driven: Driven) -> float:
    return driven.per_second


def _by_processor_time(driven: Driven) -> float:
    """Return answers for each processor second: on a shared machine far steadier than those of a wall-clock second."""
    return 1e6 / (driven.app_us + driven.postgres_us)


def _share_of_ceiling(rounds: Sequence[Round], server: str, measure: Callable[[Driven], float]) -> float:
    ceilings = [measure(row.saturated) for row in rounds if row.server == intake.GROUP_COMMIT]
    own = [measure(row.saturated) for row in rounds if row.server == server]
    return statistics.median(mine / ceiling for mine, ceiling in zip(own, ceilings, strict=True))


def _apply_table(applied: Sequence[Applied], others: Others) -> list[str]:
    lines = [
        "| apply | events/s per core | against the baseline | us worker + PostgreSQL | events/s, one applier | others |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for way in apply.WAYS:
        mine = [one for one in applied if one.way == way]
        lines.append(
            _row(
                [
                    _WAYS.get(way, f"set-based, batch {way}"),
                    f"{_median(mine, lambda one: one.per_core):,.0f}",
                    f"{_against_baseline(applied, way):.1f}x",
                    f"{_median(mine, lambda one: one.app_us):.0f} + {_median(mine, lambda one: one.postgres_us):.0f}",
                    f"{_median(mine, lambda one: one.per_second):,.0f}",
                    _others(others, f"apply {way}"),
                ]
            )
        )
    whole = [one for one in applied if one.way == apply.WHOLE_BODY]
    lines.append("")
    lines.append(
        f"A body of {apply.UPDATES:,} updates, of any kind: read and applied in one transaction in "
        f"{_median(whole, lambda one: one.seconds * 1000 * apply.UPDATES / one.events):,.0f} ms."
    )
    return lines


def _against_baseline(applied: Sequence[Applied], way: str) -> float:
    baselines = [one.per_core for one in applied if one.way == apply.ROW_BY_ROW]
    own = [one.per_core for one in applied if one.way == way]
    return statistics.median(mine / baseline for mine, baseline in zip(own, baselines, strict=True))


def _send_table(backlogs: Sequence[Backlog], steadies: Sequence[Steady], others: Others) -> list[str]:
    lines = [
        "| send, one number | sends/s | us a send | queued to accepted p50 / p99 / p99.9 ms | API answers p50 / p99 ms | others |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        _backlog_row([one for one in backlogs if one.kinds == kinds], others)
        for kinds in sorted({one.kinds for one in backlogs})
    ]
    lines += [
        _steady_row([one for one in steadies if one.rate == rate], others)
        for rate in sorted({one.rate for one in steadies})
    ]
    return lines


def _backlog_row(backlogs: Sequence[Backlog], others: Others) -> str:
    worker = _median(backlogs, lambda one: one.app_us)
    postgres = _median(backlogs, lambda one: one.postgres_us)
    what = "texts" if backlogs[0].kinds == 1 else f"messages of {backlogs[0].kinds} kinds"
    return _row(
        [
            f"a backlog of {backlogs[0].sends:,} {what}",
            f"{_median(backlogs, lambda one: one.per_second):,.0f}",
            f"{worker:.0f} worker + {postgres:.0f} PostgreSQL",
            "",
            "",
            _others(others, f"backlog {backlogs[0].kinds}"),
        ]
    )


def _steady_row(steadies: Sequence[Steady], others: Others) -> str:
    answers = [
        _median(steadies, lambda one: one.api.seen.p50),
        _median(steadies, lambda one: one.api.seen.p99),
    ]
    web = _median(steadies, lambda one: one.api.app_us)
    postgres = _median(steadies, lambda one: one.api.postgres_us)
    return _row(
        [
            f"over the API, {steadies[0].rate:,}/s asked",
            f"{_median(steadies, lambda one: one.api.per_second):,.0f}",
            f"{web:.0f} web + {postgres:.0f} PostgreSQL, the worker's part included",
            " / ".join(f"{_median(steadies, of):.0f}" for of in _SHARES),
            " / ".join(f"{microseconds / 1000:.0f}" for microseconds in answers),
            _others(others, f"steady {steadies[0].rate}"),
        ]
    )


def _governor_table(paces: Sequence[Reached], replies: Sequence[Replies], others: Others) -> list[str]:
    over = sum(one.windows_over for one in paces)
    fullest = max(one.fullest_second for one in paces)
    lines = [
        "| governor | seen | others |",
        "| --- | --- | --- |",
        _row(
            [
                f"a backlog of {paces[0].messages:,} on a number of {_GRANTED:,}/s: messages a second, in each round",
                ", ".join(f"{one.per_second:,.0f}" for one in paces),
                _others(others, "pace"),
            ]
        ),
        _row(
            [
                "sliding seconds over the limit, of all that end with a message; the fullest",
                f"{over} of {sum(one.windows for one in paces):,}; {fullest:,}",
                "",
            ]
        ),
        _row(["refused as too fast", str(sum(one.refused for one in paces)), ""]),
    ]
    for one in replies:
        beside = f"beside another tenant's campaign of {one.campaign:,}" if one.campaign else "alone"
        told = f"{one.p50_ms:.0f} / {one.p95_ms:.0f} ms"
        lines.append(
            _row(
                [
                    f"a tenant's reply {beside}: queued to accepted p50 / p95",
                    told,
                    _others(others, f"replies {one.campaign}"),
                ]
            )
        )
    return lines


def _aims(results: Results) -> list[str]:
    curbe = [row for row in results.intake if row.server == intake.CURBE]
    clock = _share_of_ceiling(results.intake, intake.CURBE, _by_the_clock)
    share = _share_of_ceiling(results.intake, intake.CURBE, _by_processor_time)
    p99 = _median(curbe, lambda row: row.at_rate[intake.TOP].seen.p99) / 1000
    best = max(
        _median([one for one in results.apply if one.way == way], lambda one: one.per_core)
        for way in apply.BATCHES
    )
    sends = _median([one for one in results.backlog if one.kinds == 1], lambda one: one.per_second)
    over = sum(one.windows_over for one in results.pace)
    reached = _median(results.pace, lambda one: one.per_second)
    alone, beside = (one.p95_ms for one in sorted(results.replies, key=lambda one: one.campaign))
    rows = [
        (
            f"intake at least {_RATIO} of the bare group-commit server, by the clock",
            f"{clock:.2f}",
            clock >= _RATIO,
        ),
        ("the same by processor time", f"{share:.2f}", share >= _RATIO),
        (f"p99 under {_LONGEST_P99:.0f} ms at {intake.TOP:,}/s", f"{p99:.1f} ms", p99 < _LONGEST_P99),
        (f"apply at least {_APPLIED:,} events/s per core", f"{best:,.0f}", best >= _APPLIED),
        (f"at least {_SENT} sends/s on one number", f"{sends:,.0f}", sends >= _SENT),
        ("no second over what Meta grants", str(over), over == 0),
        (f"at least {_REACHED} of {_GRANTED:,} messages a second", f"{reached:,.0f}", reached >= _REACHED),
        (
            f"a campaign adds at most {_MORE / 1000:.0f} s to another tenant's reply (p95)",
            f"{beside - alone:,.0f} ms",
            beside - alone <= _MORE,
        ),
    ]
    return [
        "| aim | seen | reached |",
        "| --- | --- | --- |",
        *(_row([aim, seen, "yes" if reached else "**no**"]) for aim, seen, reached in rows),
    ]


def _median(rows: Sequence[T], value: Callable[[T], float]) -> float:
    return statistics.median(value(row) for row in rows)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _others(others: Others, scenario: str) -> str:
    """Return how many cores other work took while a scenario ran, in the median."""
    return f"{statistics.median(others[scenario]):.1f}"
