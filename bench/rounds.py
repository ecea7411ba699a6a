"""The measurements of one run: what is short in rounds, every other one backwards; what is long once; and what others took meanwhile."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from bench import apply, growth, intake, kinds, number, peers, sends, sockets
from bench.apply import Applied
from bench.cluster import Cluster
from bench.generator import Generator
from bench.growth import Grown
from bench.intake import Round
from bench.machine import Machine, Neighbours
from bench.number import Carried, Load
from bench.peers import Commits, Peer
from bench.plan import Plan
from bench.queueing import TEXTS
from bench.reads.ask import ask
from bench.reads.filled import Size
from bench.reads.report import Results as Reads
from bench.scenario_governor import Governed, Reached, Replies
from bench.sends import Backlog, Steady
from bench.sockets import Crowd, Fanned
from bench.ways import Way
from curbe.domain.content import Content


class Rounds:
    """What was measured so far; ``others`` holds, by scenario, the cores that other work took while it ran."""

    def __init__(
        self,
        plan: Plan,
        postgres: Cluster,
        generator: Generator,
        folder: Path,
        *,
        machine: Machine,
        seed: int,
    ) -> None:
        self._plan: Final = plan
        self._postgres: Final = postgres
        self._generator: Final = generator
        self._folder: Final = folder
        self._machine: Final = machine
        self._seed: Final = seed
        self.intake: Final[list[Round]] = []
        self.peers: Final[list[Peer]] = []
        self.commits: Final[list[Commits]] = []
        self.apply: Final[list[Applied]] = []
        self.backlog: Final[list[Backlog]] = []
        self.steady: Final[list[Steady]] = []
        self.pace: Final[list[Reached]] = []
        self.replies: Final[list[Replies]] = []
        self.numbers: Final[list[Carried]] = []
        self.sockets: Final[list[Fanned]] = []
        self.growth: Final[list[Grown]] = []
        self.reads: Final[list[Reads]] = []
        self.others: Final[defaultdict[str, list[float]]] = defaultdict(list)

    def everything(self) -> None:
        """Measure it: the long ones first, while nothing else is stored."""
        for load in self._plan.numbers:
            self._do(f"number {load.numbers}", partial(self._number, load))
        self._requests: Final = intake.prepare(
            self._postgres, self._folder, bodies=self._plan.bodies, seed=self._seed
        )
        apply.prepare(
            self._postgres,
            self._plan.ways,
            people=self._plan.people,
            events=self._plan.events,
            seed=self._seed,
        )
        asked = [
            int(rate * (self._plan.sending.seconds + self._plan.sending.warmup)) + 1
            for rate in self._plan.send_rates
        ]
        self._fixture: Final = sends.prepare(self._postgres, most=max(self._plan.backlog, *asked))
        people = max(self._plan.pace, self._plan.campaign)
        self._governed: Final = Governed(self._postgres, self._folder, people=people)
        for round_number in range(self._plan.rounds):
            say(f"round {round_number + 1} of {self._plan.rounds}")
            self._round(round_number)
        for campaign in (0, self._plan.campaign):
            self._do(f"replies {campaign}", partial(self._replies, campaign))
        for crowd in self._plan.crowds:
            for server in (sockets.BARE, sockets.CURBE):
                self._do(f"sockets {crowd.tenants} {server}", partial(self._sockets, server, crowd))
        for share in self._plan.growth:
            self._grown(share)

    def _round(self, round_number: int) -> None:
        """Measure each once. In every other round backwards, so that a drift of the machine favours nobody."""
        ways = self._plan.ways_again if round_number else self._plan.ways
        jobs: list[tuple[str, Callable[[], None]]] = [
            *((f"intake {server}", partial(self._intake, server)) for server in intake.SERVERS),
            ("pywa", self._pywa),
            ("pgbench", self._pgbench),
            *((f"apply {way.name}", partial(self._apply, way)) for way in ways),
            ("backlog 1", partial(self._backlog, TEXTS)),
            (f"backlog {len(kinds.OUTBOUND)}", partial(self._backlog, kinds.OUTBOUND)),
            *((f"steady {rate}", partial(self._steady, rate)) for rate in self._plan.send_rates),
            ("pace", self._pace),
        ]
        for name, job in jobs[::-1] if round_number % 2 == 1 else jobs:
            self._do(name, job)

    def _do(self, name: str, job: Callable[[], None]) -> None:
        neighbours = Neighbours(postgres=self._postgres.pid)
        job()
        self.others[name].append(neighbours.cores())

    def _number(self, load: Load) -> None:
        say(f"{load.numbers} full number{'s' if load.numbers > 1 else ''}, {load.seconds:.0f} s")
        seen = number.measure(self._postgres, self._generator, self._folder, load=load, seed=self._seed)
        self.numbers.append(seen)
        say(
            f"  ack p50 {seen.seen.p50 / 1000:.1f}, p99 {seen.seen.p99 / 1000:.1f} ms, {seen.seen.over_a_second} over 1 s; "
            f"lag p99 {seen.lag(0.99):.2f} s; {seen.sends_per_second:,.0f} sends/s; {seen.product_cores:.2f} cores"
        )

    def _intake(self, server: str) -> None:
        seen = intake.measure(
            self._postgres,
            self._generator,
            self._folder,
            requests=self._requests,
            server=server,
            extent=self._plan.intake,
        )
        self.intake.append(seen)
        top = seen.at_rate[intake.TOP]
        say(
            f"  intake {server}: {seen.saturated.per_second:,.0f}/s saturated; at {intake.TOP:,}/s p50 {top.seen.p50 / 1000:.1f}, "
            f"p99 {top.seen.p99 / 1000:.1f} ms, {top.app_us:.0f} + {top.postgres_us:.0f} us, {top.errors} errors"
        )

    def _pywa(self) -> None:
        seen = peers.pywa(
            self._postgres,
            self._generator,
            self._folder,
            file=self._requests.peer,
            seconds=self._plan.peers,
        )
        self.peers.append(seen)
        say(f"  pywa: {seen.per_second:,.0f} events/s stored, {seen.per_core:,.0f} per core")

    def _pgbench(self) -> None:
        seen = peers.pgbench(self._postgres, self._folder, seconds=self._plan.peers)
        if seen is None:
            say("  no pgbench here")
            return
        self.commits.append(seen)
        say(f"  pgbench: {seen.per_second:,.0f} commits/s of one row")

    def _apply(self, way: Way) -> None:
        seen = apply.measure(self._postgres, self._folder, way=way, events=self._plan.events)
        self.apply.append(seen)
        say(
            f"  apply, {way.name}: {seen.per_core:,.0f} events/s per core, {seen.app_us:.0f} + {seen.postgres_us:.0f} us an event"
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
        say(f"replies beside a campaign of {campaign:,}: p50 {seen.p50_ms:.0f}, p95 {seen.p95_ms:.0f} ms")

    def _sockets(self, server: str, crowd: Crowd) -> None:
        seen = sockets.measure(self._postgres, self._folder, server=server, crowd=crowd, seed=self._seed)
        self.sockets.append(seen)
        say(
            f"{crowd.tenants} x {crowd.sockets:,} sockets, {server}: p50 {seen.told.p50:.0f}, p95 {seen.told.p95:.0f}, "
            f"p99 {seen.told.p99:.0f} ms, {seen.told.missing} missing"
        )

    def _grown(self, share: float) -> None:
        """Fill a database, read it where it has the size for that, and apply."""
        size = Size.of(share)
        say(f"filling {size.conversations:,} conversations and {size.messages:,} messages")
        growth.prepare(self._postgres, size, say=_nothing)
        if share == self._plan.reads:
            self._do("reads", partial(self._reads, size))
        self._do(f"growth {size.messages}", partial(self._growth, size))

    def _reads(self, size: Size) -> None:
        say("  every kind of question of the inbox, alone and together")
        seen = ask(
            self._postgres,
            self._folder,
            database=growth.DATABASE,
            size=size,
            plan=self._plan.asking,
            seed=self._seed,
            described=self._machine,
            say=_nothing,
        )
        self.reads.append(seen)

    def _growth(self, size: Size) -> None:
        seen = growth.measure(
            self._postgres, self._folder, size=size, events=self._plan.growth_events, seed=self._seed
        )
        self.growth.extend(seen)
        for one in seen:
            say(
                f"  apply with {one.messages:,} messages stored, {one.people:,} people: "
                f"{one.applied.app_us:.0f} + {one.applied.postgres_us:.0f} us an event"
            )


def say(line: str) -> None:
    """Print a line of progress at once."""
    print(line, flush=True)


def _nothing(_line: str) -> None:
    """Say nothing of a part's own progress."""
