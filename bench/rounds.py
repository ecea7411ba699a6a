"""The measurements of one run, in rounds: every scenario in each, every other round backwards, and what others took meanwhile."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from bench import apply, intake, kinds, sends
from bench.apply import Applied
from bench.cluster import Cluster
from bench.generator import Generator
from bench.intake import Extent, Round
from bench.machine import Neighbours
from bench.scenario_governor import Governed, Reached, Replies
from bench.sends import Backlog, Steady
from curbe.domain.content import Content


class Plan(msgspec.Struct, frozen=True):
    """How much to measure. ``pace``: messages of the governor's backlog; ``campaign`` and ``replies``: of its fairness."""

    rounds: int
    intake: Extent
    events: int
    backlog: int
    send_rates: tuple[int, ...]
    sending: Extent
    pace: int
    campaign: int
    replies: int


FULL: Final = Plan(
    rounds=3,
    intake=Extent(seconds=6, warmup=1.5),
    events=40_000,
    backlog=5_000,
    send_rates=(100, 500),
    sending=Extent(seconds=8, warmup=2),
    pace=10_000,
    campaign=100_000,
    replies=60,
)
SHORT: Final = Plan(
    rounds=3,
    intake=Extent(seconds=2, warmup=1),
    events=10_000,
    backlog=2_000,
    send_rates=(100,),
    sending=Extent(seconds=4, warmup=1),
    pace=6_000,
    campaign=20_000,
    replies=30,
)
SMOKE: Final = Plan(
    rounds=1,
    intake=Extent(seconds=0.7, warmup=0.3),
    events=3_000,
    backlog=500,
    send_rates=(100,),
    sending=Extent(seconds=1, warmup=0.5),
    pace=1_500,
    campaign=1_500,
    replies=5,
)


class Rounds:
    """The measurements of one run so far; ``others`` holds, by scenario, the cores that other work took while it ran."""

    def __init__(
        self, plan: Plan, postgres: Cluster, generator: Generator, folder: Path, *, seed: int
    ) -> None:
        self._plan: Final = plan
        self._postgres: Final = postgres
        self._generator: Final = generator
        self._folder: Final = folder
        self.intake: Final[list[Round]] = []
        self.apply: Final[list[Applied]] = []
        self.backlog: Final[list[Backlog]] = []
        self.steady: Final[list[Steady]] = []
        self.pace: Final[list[Reached]] = []
        self.replies: Final[list[Replies]] = []
        self.others: Final[defaultdict[str, list[float]]] = defaultdict(list)
        self._requests: Final = intake.prepare(postgres, folder, seed=seed)
        apply.prepare(postgres, events=plan.events, seed=seed)
        asked = [int(rate * (plan.sending.seconds + plan.sending.warmup)) + 1 for rate in plan.send_rates]
        self._fixture: Final = sends.prepare(postgres, most=max(plan.backlog, *asked))
        self._governed: Final = Governed(postgres, folder, people=max(plan.pace, plan.campaign))

    def round(self, number: int) -> None:
        """Measure every scenario once. In every other round backwards, so that a drift of the machine favours nobody."""
        jobs: list[tuple[str, Callable[[], None]]] = [
            *((f"intake {server}", partial(self._intake, server)) for server in intake.SERVERS),
            *((f"apply {way}", partial(self._apply, way)) for way in apply.WAYS),
            ("backlog 1", partial(self._backlog, sends.TEXTS)),
            (f"backlog {len(kinds.OUTBOUND)}", partial(self._backlog, kinds.OUTBOUND)),
            *((f"steady {rate}", partial(self._steady, rate)) for rate in self._plan.send_rates),
            ("pace", self._pace),
        ]
        if number == 0:  # once in a run: the long ones
            jobs += [
                (f"replies {campaign}", partial(self._replies, campaign))
                for campaign in (0, self._plan.campaign)
            ]
        for name, job in jobs[::-1] if number % 2 == 1 else jobs:
            neighbours = Neighbours(postgres=self._postgres.pid)
            job()
            self.others[name].append(neighbours.cores())

    def _intake(self, server: str) -> None:
        seen = intake.measure(
            self._postgres,
            self._generator,
            self._folder,
            file=self._requests,
            server=server,
            extent=self._plan.intake,
        )
        self.intake.append(seen)
        top = seen.at_rate[intake.TOP]
        say(
            f"  intake {server}: {seen.saturated.per_second:,.0f}/s saturated; at {intake.TOP:,}/s p50 {top.seen.p50 / 1000:.1f}, "
            f"p99 {top.seen.p99 / 1000:.1f} ms, {top.app_us:.0f} + {top.postgres_us:.0f} us, {top.errors} errors"
        )

    def _apply(self, way: str) -> None:
        seen = apply.measure(self._postgres, self._folder, way=way, events=self._plan.events)
        self.apply.append(seen)
        say(
            f"  apply {way}: {seen.per_core:,.0f} events/s per core, {seen.app_us:.0f} + {seen.postgres_us:.0f} us an event"
        )

    def _backlog(self, contents: Sequence[Content]) -> None:
        seen = sends.backlog(
            self._postgres, self._folder, self._fixture, sends=self._plan.backlog, contents=contents
        )
        self.backlog.append(seen)
        say(
            f"  sends, backlog of {seen.kinds} kinds: {seen.per_second:,.0f}/s, {seen.app_us:.0f} + {seen.postgres_us:.0f} us a send"
        )

    def _steady(self, rate: int) -> None:
        seen = sends.steady(
            self._postgres, self._generator, self._folder, self._fixture, rate=rate, extent=self._plan.sending
        )
        self.steady.append(seen)
        say(
            f"  sends over the API at {rate:,}/s: queued to accepted p50 {seen.p50_ms:.0f}, p99 {seen.p99_ms:.0f} ms, "
            f"{seen.api.errors} errors"
        )

    def _pace(self) -> None:
        seen = self._governed.pace(self._plan.pace)
        self.pace.append(seen)
        say(
            f"  governor: {seen.per_second:,.0f}/s of 1,000, the fullest second {seen.fullest_second:,}, "
            f"{seen.windows_over} of {seen.windows:,} windows over, {seen.refused} refused"
        )

    def _replies(self, campaign: int) -> None:
        seen = self._governed.replies(self._plan.replies, campaign=campaign)
        self.replies.append(seen)
        say(f"  replies beside a campaign of {campaign:,}: p50 {seen.p50_ms:.0f}, p95 {seen.p95_ms:.0f} ms")


def say(line: str) -> None:
    """Print a line of progress at once."""
    print(line, flush=True)
