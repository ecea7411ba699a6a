"""Each aim beside what was seen."""

from collections.abc import Iterator
from typing import Final

import msgspec

from bench import intake, sockets, ways
from bench.number import Carried
from bench.report.cells import median, ms, table
from bench.report.of_apply import growth_ratio, of_way
from bench.report.of_intake import (
    by_processor_time,
    by_the_clock,
    of_server,
    share_of_ceiling,
    taken_us,
)
from bench.report.of_sends import GRANTED
from bench.results import Results

_RATIO: Final = 0.9
_P99: Final = 25.0  # ms, at 4,000 webhooks a second
_WHOLE_P50: Final = 12.0
_WHOLE_P99: Final = 50.0
_LAG: Final = 1.0  # seconds
_CORES: Final = 0.6  # of those that are there
_TWO_P99: Final = 100.0
_APPLIED: Final = 12_000
_PEER: Final = 20.0
_GROWTH: Final = 1.3
_REACHED: Final = 900
_CAMPAIGN_ADDS: Final = 2000.0  # ms
_HEARD: Final = 500.0  # ms, by a socket


class Aim(msgspec.Struct, frozen=True):
    """What is aimed at, what was seen, whether that is enough."""

    aim: str
    seen: str
    reached: bool


def section(results: Results) -> list[str]:
    """Return the table."""
    rows = [[one.aim, one.seen, "reached" if one.reached else "**not reached**"] for one in aims(results)]
    return table(["aim", "seen", ""], rows)


def aims(results: Results) -> Iterator[Aim]:
    """Return each aim."""
    yield from _intake(results)
    for one in results.numbers:
        yield from (_one_number if one.numbers == 1 else _more_numbers)(one, results.machine.cores)
    yield from _apply(results)
    yield from _sends(results)
    yield from _heard(results)


def _intake(results: Results) -> Iterator[Aim]:
    for how, measure in (("the clock", by_the_clock), ("processor time", by_processor_time)):
        share = share_of_ceiling(results.intake, intake.CURBE, measure)
        yield Aim(
            f"intake at least {_RATIO} of the bare group-commit server, by {how}",
            f"{share:.2f}",
            share >= _RATIO,
        )
    curbe = of_server(results.intake, intake.CURBE)
    p99 = median(curbe, lambda one: one.at_rate[intake.TOP].seen.p99) / 1000
    yield Aim(f"ack p99 at most {_P99:.0f} ms at {intake.TOP:,}/s", f"{p99:.1f} ms", p99 <= _P99)
    peer = 1e6 / taken_us(results) / median(results.peers, lambda one: one.per_core)
    yield Aim(
        f"at least {_PEER:.0f} times pywa with SQLAlchemy in durable events per processor second",
        f"{peer:.1f}",
        peer >= _PEER,
    )


def _one_number(one: Carried, cores: int) -> Iterator[Aim]:
    of = f"one full number for {one.seconds / 60:.1f} minutes:"
    p50, p99 = one.seen.p50 / 1000, one.seen.p99 / 1000
    yield Aim(f"{of} ack p50 at most {_WHOLE_P50:.0f} ms", f"{p50:.1f} ms", p50 <= _WHOLE_P50)
    yield Aim(f"{of} ack p99 at most {_WHOLE_P99:.0f} ms", f"{p99:.1f} ms", p99 <= _WHOLE_P99)
    slow = one.seen.over_a_second
    yield Aim(f"{of} no ack over 1 s", f"{slow}; the longest {ms(one.seen.max)} ms", slow == 0)
    lag = one.lag(1)
    yield Aim(
        f"{of} no webhook waits longer than {_LAG:.0f} s to be applied",
        f"{lag:.2f} s; p99 {one.lag(0.99):.2f} s",
        lag <= _LAG,
    )
    share = one.all_cores / cores
    yield Aim(
        f"{of} at most {_CORES:.0%} of the cores",
        f"{share:.0%} with sandbox, feeder and generator, {one.product_cores / cores:.0%} without",
        share <= _CORES,
    )
    sends = one.sends_per_second
    yield Aim(f"{of} at least {_REACHED} sends/s accepted", f"{sends:,.0f}", sends >= _REACHED)


def _more_numbers(one: Carried, _cores_there: int) -> Iterator[Aim]:
    p99 = one.seen.p99 / 1000
    yield Aim(
        f"{one.numbers} full numbers for {one.seconds:.0f} s: ack p99 at most {_TWO_P99:.0f} ms",
        f"{p99:.1f} ms",
        p99 <= _TWO_P99,
    )


def _apply(results: Results) -> Iterator[Aim]:
    usual, most = (
        median(of_way(results.apply, ways.found(batch=batch).name), lambda one: one.per_core)
        for batch in (ways.USUAL, ways.MOST)
    )
    yield Aim(
        f"apply at least {_APPLIED:,} events/s per core, row-level security and events on (batches of {ways.MOST:,}, "
        "as it takes them where it is behind)",
        f"{most:,.0f} ({usual:,.0f} in batches of {ways.USUAL})",
        most >= _APPLIED,
    )
    first, last = results.growth[0].messages, results.growth[-1].messages
    for people in dict.fromkeys((results.growth[0].people, results.growth[-1].people)):
        ratio = growth_ratio(results, people)
        yield Aim(
            f"applying what {people:,} people write takes at most {_GROWTH} times as much with {last:,} messages stored as with {first:,}",
            f"{ratio:.2f}",
            ratio <= _GROWTH,
        )


def _sends(results: Results) -> Iterator[Aim]:
    over = sum(one.windows_over for one in results.pace)
    yield Aim("no second over what Meta grants", str(over), over == 0)
    reached = median(results.pace, lambda one: one.per_second)
    yield Aim(
        f"a backlog goes out at {_REACHED} of {GRANTED:,} messages a second at least",
        f"{reached:,.0f}",
        reached >= _REACHED,
    )
    alone, beside = (one.p95_ms for one in sorted(results.replies, key=lambda one: one.campaign))
    yield Aim(
        f"a campaign adds at most {_CAMPAIGN_ADDS / 1000:.0f} s to another tenant's reply (p95)",
        f"{beside - alone:,.0f} ms",
        beside - alone <= _CAMPAIGN_ADDS,
    )


def _heard(results: Results) -> Iterator[Aim]:
    for one in results.sockets:
        if one.server == sockets.CURBE:
            count = one.crowd.tenants * one.crowd.sockets
            tenants = f"{one.crowd.tenants} tenant{'s' if one.crowd.tenants > 1 else ''}"
            yield Aim(
                f"webhook to socket p95 at most {_HEARD:.0f} ms with {count:,} sockets of {tenants}",
                f"{one.told.p95:.0f} ms, {one.told.missing} missing",
                one.told.p95 <= _HEARD and not one.told.missing,
            )
