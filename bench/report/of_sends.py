"""The tables of sending: through the outbox and over the API, and what the governor lets through."""

from collections.abc import Sequence
from typing import Final

from bench.report.cells import Others, median, ms, others, table
from bench.results import Results
from bench.sends import Backlog, Steady

GRANTED: Final = 1000  # messages a second, by Meta


def section(results: Results) -> list[str]:
    """Return the section."""
    return [*_sends(results), "", *_governor(results)]


def _sends(results: Results) -> list[str]:
    kinds = sorted({one.kinds for one in results.backlog})
    rates = sorted({one.rate for one in results.steady})
    rows = [
        *(_backlog([one for one in results.backlog if one.kinds == kind], results.others) for kind in kinds),
        *(_steady([one for one in results.steady if one.rate == rate], results.others) for rate in rates),
    ]
    head = [
        "send, one number",
        "sends/s",
        "us a send",
        "queued to accepted p50 / p99 / p99.9 ms",
        "API answers p50 / p99 ms",
        "others",
    ]
    return table(head, rows)


def _backlog(backlogs: Sequence[Backlog], taken: Others) -> list[str]:
    worker = median(backlogs, lambda one: one.app_us)
    postgres = median(backlogs, lambda one: one.postgres_us)
    kinds = backlogs[0].kinds
    what = "texts" if kinds == 1 else f"messages of {kinds} kinds"
    return [
        f"a backlog of {backlogs[0].sends:,} {what}",
        f"{median(backlogs, lambda one: one.per_second):,.0f}",
        f"{worker:.0f} worker + {postgres:.0f} PostgreSQL",
        "",
        "",
        others(taken, f"backlog {kinds}"),
    ]


def _steady(steadies: Sequence[Steady], taken: Others) -> list[str]:
    rate = steadies[0].rate
    web = median(steadies, lambda one: one.api.app_us)
    postgres = median(steadies, lambda one: one.api.postgres_us)
    accepted = [
        median(steadies, lambda one, name=name: getattr(one, name))
        for name in ("p50_ms", "p99_ms", "p999_ms")
    ]
    answered = [
        median(steadies, lambda one, name=name: getattr(one.api.seen, name)) for name in ("p50", "p99")
    ]
    return [
        f"over the API, {rate:,}/s asked",
        f"{median(steadies, lambda one: one.api.per_second):,.0f}",
        f"{web:.0f} web + {postgres:.0f} PostgreSQL, the worker's part included",
        " / ".join(f"{one:.0f}" for one in accepted),
        " / ".join(map(ms, answered)),
        others(taken, f"steady {rate}"),
    ]


def _governor(results: Results) -> list[str]:
    paces = results.pace
    over = sum(one.windows_over for one in paces)
    fullest = max(one.fullest_second for one in paces)
    rows = [
        [
            f"a backlog of {paces[0].messages:,} on a number of {GRANTED:,}/s: messages a second, in each round",
            ", ".join(f"{one.per_second:,.0f}" for one in paces),
            others(results.others, "pace"),
        ],
        [
            "sliding seconds over the limit, of all that end with a message; the fullest",
            f"{over} of {sum(one.windows for one in paces):,}; {fullest:,}",
            "",
        ],
        ["refused as too fast", str(sum(one.refused for one in paces)), ""],
    ]
    for one in results.replies:
        beside = f"beside another tenant's campaign of {one.campaign:,}" if one.campaign else "alone"
        rows.append(
            [
                f"a tenant's reply {beside}: queued to accepted p50 / p95",
                f"{one.p50_ms:.0f} / {one.p95_ms:.0f} ms",
                others(results.others, f"replies {one.campaign}"),
            ]
        )
    return table(["governor", "seen", "others"], rows)
