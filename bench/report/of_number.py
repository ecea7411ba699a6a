"""The table of whole numbers, and of sockets."""

from collections.abc import Sequence

from bench import sockets
from bench.number import GENERATOR, WEB, WORKER, Carried
from bench.report.cells import ms, others, table
from bench.results import Results
from bench.sockets import Fanned
from bench.watch import POSTGRES

_LAG_SHARES = (0.5, 0.99, 1.0)


def section(results: Results) -> list[str]:
    """Return the section."""
    return [
        *_acks(results.numbers),
        "",
        *_applied(results),
        "",
        *_cores(results.numbers),
    ]


def named(carried: Carried) -> str:
    """Return what was carried, for a row."""
    what = "one full number" if carried.numbers == 1 else f"{carried.numbers} full numbers"
    return f"{what}: {4000 * carried.numbers:,} webhooks/s + {1000 * carried.numbers:,} sends/s, {carried.seconds:.0f} s"


def of_sockets(results: Results) -> list[str]:
    """Return the section of sockets."""
    return table(
        [
            "webhook to socket",
            "p50 / p95 / p99 / longest ms",
            "frames/s",
            "missing",
            "us of web a frame",
            "cores: web / worker / PG / clients",
            "MiB web",
            "others",
        ],
        [_fanned(one, results) for one in results.sockets],
    )


def _acks(numbers: Sequence[Carried]) -> list[str]:
    rows = [
        [
            named(one),
            " / ".join(map(ms, (one.seen.p50, one.seen.p99, one.seen.p999, one.seen.max))),
            str(one.seen.over_a_second),
            str(one.seen.refused + one.seen.broken + one.seen.unsent),
            f"{ms(one.seen.sent_late_p99)}",
        ]
        for one in numbers
    ]
    head = [
        "taking, applying and sending together",
        "ack p50 / p99 / p99.9 / longest ms",
        "over 1 s",
        "not answered well",
        "left late, p99 ms",
    ]
    return table(head, rows)


def _applied(results: Results) -> list[str]:
    rows = [
        [
            named(one),
            " / ".join(f"{one.lag(share):.2f}" for share in _LAG_SHARES),
            f"{one.left:,}; {one.caught_up:.1f} s",
            f"{one.sends_per_second:,.0f} of {1000 * one.numbers:,}",
            f"{one.applied:,} of {one.stored:,}",
            others(results.others, f"number {one.numbers}"),
        ]
        for one in results.numbers
    ]
    head = [
        "",
        "oldest not applied p50 / p99 / longest s",
        "left at the end; done after",
        "accepted sends/s",
        "applied of stored",
        "others",
    ]
    return table(head, rows)


def _cores(numbers: Sequence[Carried]) -> list[str]:
    names = [WEB, WORKER, POSTGRES, "sandbox", "feeder", GENERATOR]
    rows = [
        [
            named(one),
            *(f"{one.cores[name]:.2f}" for name in names),
            f"{one.product_cores:.2f}",
            f"{one.all_cores:.2f}",
            " / ".join(f"{one.memory[name]:,}" for name in (WEB, WORKER, POSTGRES)),
        ]
        for one in numbers
    ]
    head = ["cores", *names, "product", "all", "MiB web / worker / PostgreSQL"]
    return table(head, rows)


def _fanned(one: Fanned, results: Results) -> list[str]:
    crowd, told = one.crowd, one.told
    who = f"{crowd.tenants} tenant{'s' if crowd.tenants > 1 else ''} of {crowd.sockets:,} sockets, {crowd.rate:.0f} webhooks/s"
    name = (
        "**Curbe**" if one.server == sockets.CURBE else "baseline: handed on by one process, nothing stored"
    )
    names = ("web", "worker", POSTGRES, "clients")
    return [
        f"{who}; {name}",
        " / ".join(f"{value:.0f}" for value in (told.p50, told.p95, told.p99, told.longest)),
        f"{one.frames_per_second:,.0f}",
        str(told.missing),
        f"{one.web_us:.0f}",
        " / ".join(f"{one.cores[name]:.2f}" if name in one.cores else "-" for name in names),
        f"{one.memory['web']:,}",
        others(results.others, f"sockets {crowd.tenants} {one.server}"),
    ]
