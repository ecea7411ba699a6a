"""From measurements to the report: medians over the rounds, ratios within a round, one Markdown text and one JSON file."""

import statistics
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

import msgspec

from bench import apply, intake
from bench.apply import Applied
from bench.generator import Driven
from bench.intake import Round
from bench.machine import Machine
from bench.sends import Backlog, Steady

_NAMES: Final = {
    intake.NO_OP: "no-op: read the body, answer",
    intake.COMMIT_EACH: "signature + one INSERT and commit a request",
    intake.GROUP_COMMIT: "signature + bare group commit (the ceiling)",
    intake.CURBE: "**Curbe** (`curbe serve`)",
}
_WAYS: Final = {apply.ROW_BY_ROW: "one transaction an event (baseline)"}
_RATIO: Final = 0.8
_LONGEST_P99: Final = 50.0
_APPLIED: Final = 8000
_SENT: Final = 500

_SHARES: Final[tuple[Callable[[Steady], float], ...]] = (
    lambda one: one.p50_ms,
    lambda one: one.p99_ms,
    lambda one: one.p999_ms,
)

T = TypeVar("T")


class Results(msgspec.Struct, frozen=True):
    """Everything one run measured, a list for the rounds each."""

    date: str
    machine: Machine
    intake: list[Round]
    apply: list[Applied]
    backlog: list[Backlog]
    steady: list[Steady]


def markdown(results: Results) -> str:
    """Return the report as Markdown."""
    parts = [
        f"Measured on {results.date}: {results.machine.sentence()}.",
        f"Medians of {_rounds(results)} rounds, scenarios interleaved.",
        "",
        *_intake_table(results.intake),
        "",
        *_apply_table(results.apply),
        "",
        *_send_table(results.backlog, results.steady),
        "",
        *_aims(results),
    ]
    return "\n".join(parts)


def _rounds(results: Results) -> int:
    return len([row for row in results.intake if row.server == intake.CURBE])


def _intake_table(rounds: Sequence[Round]) -> list[str]:
    lines = [
        "| intake | saturated /s | of the ceiling | us then, app + PG | of the ceiling | rate | p50 / p99 / p99.9 ms | errors | us |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for server in intake.SERVERS:
        mine = [row for row in rounds if row.server == server]
        for rate in sorted(mine[0].at_rate, reverse=True):
            driven = [row.at_rate[rate] for row in mine]
            first = rate == max(mine[0].at_rate)
            head = [_NAMES[server], *_saturated_cells(rounds, server)] if first else [""] * 5
            lines.append(_row([*head, f"{rate:,}/s", *_driven_cells(driven)]))
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


def _apply_table(applied: Sequence[Applied]) -> list[str]:
    lines = [
        "| apply | events/s per core | against the baseline | us worker + PostgreSQL | events/s, one applier |",
        "| --- | --- | --- | --- | --- |",
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
                ]
            )
        )
    return lines


def _against_baseline(applied: Sequence[Applied], way: str) -> float:
    baselines = [one.per_core for one in applied if one.way == apply.ROW_BY_ROW]
    own = [one.per_core for one in applied if one.way == way]
    return statistics.median(mine / baseline for mine, baseline in zip(own, baselines, strict=True))


def _send_table(backlogs: Sequence[Backlog], steadies: Sequence[Steady]) -> list[str]:
    worker = _median(backlogs, lambda one: one.app_us)
    postgres = _median(backlogs, lambda one: one.postgres_us)
    lines = [
        "| send, one number | sends/s | us a send | queued to accepted p50 / p99 / p99.9 ms | API answers p50 / p99 ms |",
        "| --- | --- | --- | --- | --- |",
        _row(
            [
                f"a backlog of {backlogs[0].sends:,}",
                f"{_median(backlogs, lambda one: one.per_second):,.0f}",
                f"{worker:.0f} worker + {postgres:.0f} PostgreSQL",
                "",
                "",
            ]
        ),
    ]
    lines += [
        _steady_row([one for one in steadies if one.rate == rate])
        for rate in sorted({one.rate for one in steadies})
    ]
    return lines


def _steady_row(steadies: Sequence[Steady]) -> str:
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
        ]
    )


def _aims(results: Results) -> list[str]:
    curbe = [row for row in results.intake if row.server == intake.CURBE]
    clock = _share_of_ceiling(results.intake, intake.CURBE, _by_the_clock)
    share = _share_of_ceiling(results.intake, intake.CURBE, _by_processor_time)
    p99 = _median(curbe, lambda row: row.at_rate[intake.TOP].seen.p99) / 1000
    best = max(
        _median([one for one in results.apply if one.way == way], lambda one: one.per_core)
        for way in apply.WAYS
        if way != apply.ROW_BY_ROW
    )
    sends = _median(results.backlog, lambda one: one.per_second)
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
