"""The tables of taking webhooks: Curbe beside servers that do less, PostgreSQL alone, and a peer."""

import statistics
from collections.abc import Callable, Sequence
from typing import Final

from bench import intake
from bench.generator import Driven
from bench.intake import Round
from bench.report.cells import Others, median, ms, others, table
from bench.report.of_apply import applied_us
from bench.results import Results

NAMES: Final = {
    intake.NO_OP: "no-op: read the body, answer",
    intake.COMMIT_EACH: "signature + one INSERT and commit a request",
    intake.GROUP_COMMIT: "signature + bare group commit (the ceiling)",
    intake.CURBE: "**Curbe** (`curbe serve`)",
}


def section(results: Results) -> list[str]:
    """Return the section."""
    return [
        *_singles(results.intake, results.others),
        "",
        *_hundreds(results.intake),
        "",
        *_peers(results),
        "",
        _generator(results),
    ]


def of_server(rounds: Sequence[Round], server: str) -> list[Round]:
    """Return the rounds of one server."""
    return [one for one in rounds if one.server == server]


def share_of_ceiling(
    rounds: Sequence[Round],
    server: str,
    measure: Callable[[Driven], float],
    driven: Callable[[Round], Driven] = lambda one: one.saturated,
) -> float:
    """Return what a server reached of the bare group commit, each round by itself."""
    ceilings = [measure(driven(one)) for one in of_server(rounds, intake.GROUP_COMMIT)]
    own = [measure(driven(one)) for one in of_server(rounds, server)]
    return statistics.median(mine / ceiling for mine, ceiling in zip(own, ceilings, strict=True))


def by_the_clock(driven: Driven) -> float:
    """Return answers a second."""
    return driven.per_second


def by_processor_time(driven: Driven) -> float:
    """Return answers for each processor second: on a shared machine far steadier than those of a wall-clock second."""
    return 1e6 / (driven.app_us + driven.postgres_us)


def taken_us(results: Results) -> float:
    """Return what Curbe's intake takes for one webhook when saturated, web and PostgreSQL together."""
    curbe = of_server(results.intake, intake.CURBE)
    return median(curbe, lambda one: one.saturated.app_us + one.saturated.postgres_us)


def _singles(rounds: Sequence[Round], taken: Others) -> list[str]:
    rows = []
    for server in intake.SERVERS:
        mine = of_server(rounds, server)
        for rate in sorted(mine[0].at_rate, reverse=True):
            driven = [one.at_rate[rate] for one in mine]
            first = rate == max(mine[0].at_rate)
            head = [NAMES[server], *_saturated(rounds, server)] if first else [""] * 5
            rows.append(
                [*head, f"{rate:,}/s", *_cells(driven), others(taken, f"intake {server}") if first else ""]
            )
    return table(
        [
            "intake of single events",
            "saturated /s",
            "of ceiling",
            "us then, app + PG",
            "of ceiling",
            "rate",
            "p50 / p99 / p99.9 ms",
            "errors",
            "us",
            "others",
        ],
        rows,
    )


def _hundreds(rounds: Sequence[Round]) -> list[str]:
    rows = []
    for server in intake.SERVERS:
        mine = of_server(rounds, server)
        saturated = [one.hundreds_saturated for one in mine]
        events = median(saturated, lambda one: one.per_second * intake.HUNDRED)
        share = share_of_ceiling(rounds, server, by_the_clock, lambda one: one.hundreds_saturated)
        rows.append(
            [
                NAMES[server],
                f"{events:,.0f}",
                f"{share:.2f}",
                _us(saturated),
                *_cells([one.hundreds for one in mine]),
            ]
        )
    return table(
        [
            f"intake of bodies of {intake.HUNDRED} events",
            "events/s saturated",
            "of ceiling",
            "us a body, app + PG",
            f"at {intake.HUNDREDS} bodies/s: p50 / p99 / p99.9 ms",
            "errors",
            "us a body",
        ],
        rows,
    )


def _peers(results: Results) -> list[str]:
    taken = taken_us(results)
    rows = []
    if results.commits:
        us = median(results.commits, lambda one: one.postgres_us)
        rate = median(results.commits, lambda one: one.per_second)
        rows.append(
            [
                "PostgreSQL alone: `pgbench`, a row of 530 bytes and a commit, 32 clients",
                f"{rate:,.0f}",
                f"{1e6 / us:,.0f}",
                "",
            ]
        )
    peer = median(results.peers, lambda one: one.per_core)
    rows.append(
        [
            "pywa on FastAPI and uvicorn, each handler one INSERT with SQLAlchemy",
            f"{median(results.peers, lambda one: one.per_second):,.0f}",
            f"{peer:,.0f}",
            "1.0x",
        ]
    )
    curbe = median(of_server(results.intake, intake.CURBE), lambda one: one.saturated.per_second)
    applied = taken + applied_us(results)
    rows += [
        [
            "**Curbe**: durable and answered",
            f"{curbe:,.0f}",
            f"{1e6 / taken:,.0f}",
            f"{1e6 / taken / peer:.1f}x",
        ],
        [
            "**Curbe**: that, and applied to the inbox (contact, conversation, message, event, audit)",
            "",
            f"{1e6 / applied:,.0f}",
            f"{1e6 / applied / peer:.1f}x",
        ],
    ]
    lines = table(["durable events", "/s, one process", "per processor second", "of the peer"], rows)
    return lines if results.commits else [*lines, "", "There is no pgbench here."]


def _generator(results: Results) -> str:
    idle = of_server(results.intake, intake.NO_OP)
    us = median(idle, lambda one: one.saturated.generator_us)
    rate = median(idle, lambda one: one.saturated.per_second)
    late = max(driven.seen.sent_late_p99 for one in idle for driven in one.at_rate.values())
    return (
        f"The generator spends {us:.1f} us a request (against the no-op server, {rate:,.0f}/s), so its "
        f"own ceiling is about {1e6 / us:,.0f}/s for a core; its requests left at most {ms(late)} ms late (p99, no-op), and that lateness "
        "counts as latency."
    )


def _cells(driven: Sequence[Driven]) -> list[str]:
    shares = [
        median(driven, lambda one, field=field: getattr(one.seen, field)) for field in ("p50", "p99", "p999")
    ]
    return [" / ".join(map(ms, shares)), str(sum(one.errors for one in driven)), _us(driven)]


def _saturated(rounds: Sequence[Round], server: str) -> list[str]:
    mine = [one.saturated for one in of_server(rounds, server)]
    return [
        f"{median(mine, by_the_clock):,.0f}",
        f"{share_of_ceiling(rounds, server, by_the_clock):.2f}",
        _us(mine),
        f"{share_of_ceiling(rounds, server, by_processor_time):.2f}",
    ]


def _us(driven: Sequence[Driven]) -> str:
    return f"{median(driven, lambda one: one.app_us):.0f} + {median(driven, lambda one: one.postgres_us):.0f}"
