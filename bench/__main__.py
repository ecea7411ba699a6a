"""``python -m bench``: measure, print the table, keep the figures in bench/results/.

python -m bench            the whole thing, about ten minutes
python -m bench --smoke    the same in under a minute: shows that it runs, its figures mean little
python -m bench --short    about three minutes
"""

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import msgspec

from bench import apply, intake, machine, sends
from bench.apply import Applied
from bench.cluster import Cluster, cluster
from bench.generator import Generator
from bench.intake import Extent, Round
from bench.report import Results, markdown
from bench.sends import Backlog, Steady

_RESULTS: Final = Path(__file__).parent / "results"
_IN_MEMORY_MS: Final = 0.02  # a synced write that is faster than this touched no disk


class Plan(msgspec.Struct, frozen=True):
    """How much to measure."""

    rounds: int
    intake: Extent
    events: int
    backlog: int
    send_rates: tuple[int, ...]
    sending: Extent


_FULL: Final = Plan(
    rounds=3,
    intake=Extent(seconds=6, warmup=1.5),
    events=40_000,
    backlog=5_000,
    send_rates=(100, 500),
    sending=Extent(seconds=8, warmup=2),
)
_SHORT: Final = Plan(
    rounds=3,
    intake=Extent(seconds=2, warmup=1),
    events=10_000,
    backlog=2_000,
    send_rates=(100,),
    sending=Extent(seconds=4, warmup=1),
)
_SMOKE: Final = Plan(
    rounds=1,
    intake=Extent(seconds=0.7, warmup=0.3),
    events=4_000,
    backlog=500,
    send_rates=(100,),
    sending=Extent(seconds=1, warmup=0.5),
)


def main() -> None:
    """Measure as told on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure Curbe beside its baselines."
    )
    parser.add_argument("--smoke", action="store_true", help="under a minute: does it run?")
    parser.add_argument("--short", action="store_true", help="about three minutes")
    parser.add_argument("--seed", type=int, default=1, help="of people, texts and ids")
    parser.add_argument(
        "--folder", type=Path, help="where the temporary folder is made; on a disk, not in memory"
    )
    told = parser.parse_args()
    plan = _SMOKE if told.smoke else _SHORT if told.short else _FULL
    with _folder(told.folder) as folder:
        results = run(plan, folder, seed=told.seed)
    _RESULTS.mkdir(exist_ok=True)
    kept = _RESULTS / f"{results.date.replace(':', '').replace(' ', '-')}.json"
    kept.write_bytes(msgspec.json.format(msgspec.json.encode(results)))
    print(f"\n{markdown(results)}\n\nEvery figure behind it: bench/results/{kept.name}")


def run(plan: Plan, folder: Path, *, seed: int) -> Results:
    """Measure everything and return it."""
    began = datetime.now(UTC)
    generator = Generator(folder)
    with cluster(folder) as postgres:
        described = machine.describe(postgresql=postgres.version, generator=generator.language, folder=folder)
        _say(f"{described.cores} cores, PostgreSQL {postgres.version}, generator in {generator.language}")
        if described.sync_ms < _IN_MEMORY_MS:
            _say(
                "This folder is in memory, commits cost nothing here: give --folder on a disk for figures that mean something."
            )
        neighbours = machine.Neighbours(postgres=postgres.pid)
        bench = _Bench(plan, postgres, generator, folder, seed=seed)
        for number in range(plan.rounds):
            _say(f"round {number + 1} of {plan.rounds}")
            bench.round(backwards=number % 2 == 1)
        described = msgspec.structs.replace(described, neighbours=neighbours.cores())
    return Results(
        date=f"{began:%Y-%m-%d %H:%M}",
        machine=described,
        intake=bench.intake,
        apply=bench.apply,
        backlog=bench.backlog,
        steady=bench.steady,
    )


class _Bench:
    """The measurements of one run, in rounds."""

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
        self._requests: Final = intake.prepare(postgres, folder, seed=seed)
        apply.prepare(postgres, events=plan.events, seed=seed)
        asked = [int(rate * (plan.sending.seconds + plan.sending.warmup)) + 1 for rate in plan.send_rates]
        self._fixture: Final = sends.prepare(postgres, most=max(plan.backlog, *asked))

    def round(self, *, backwards: bool) -> None:
        """Measure every scenario once. In every other round backwards, so that a drift of the machine favours nobody."""
        jobs = [
            *(partial(self._intake, server) for server in intake.SERVERS),
            *(partial(self._apply, way) for way in apply.WAYS),
            self._backlog,
            *(partial(self._steady, rate) for rate in self._plan.send_rates),
        ]
        for job in jobs[::-1] if backwards else jobs:
            job()

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
        _say(
            f"  intake {server}: {seen.saturated.per_second:,.0f}/s saturated; at {intake.TOP:,}/s p50 {top.seen.p50 / 1000:.1f}, "
            f"p99 {top.seen.p99 / 1000:.1f} ms, {top.app_us:.0f} + {top.postgres_us:.0f} us, {top.errors} errors"
        )

    def _apply(self, way: str) -> None:
        seen = apply.measure(self._postgres, self._folder, way=way, events=self._plan.events)
        self.apply.append(seen)
        _say(
            f"  apply {way}: {seen.per_core:,.0f} events/s per core, {seen.app_us:.0f} + {seen.postgres_us:.0f} us an event"
        )

    def _backlog(self) -> None:
        seen = sends.backlog(self._postgres, self._folder, self._fixture, sends=self._plan.backlog)
        self.backlog.append(seen)
        _say(
            f"  sends, backlog: {seen.per_second:,.0f}/s, {seen.app_us:.0f} + {seen.postgres_us:.0f} us a send"
        )

    def _steady(self, rate: int) -> None:
        seen = sends.steady(
            self._postgres, self._generator, self._folder, self._fixture, rate=rate, extent=self._plan.sending
        )
        self.steady.append(seen)
        _say(
            f"  sends over the API at {rate:,}/s: queued to accepted p50 {seen.p50_ms:.0f}, p99 {seen.p99_ms:.0f} ms, "
            f"{seen.api.errors} errors"
        )


@contextmanager
def _folder(parent: Path | None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="curbe-bench-", dir=parent)).resolve()
    folder.chmod(0o711)  # PostgreSQL's own user passes through where the benchmark is run as root
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
