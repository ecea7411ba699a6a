"""``python -m bench``: measure, print the report, keep it with its plots and figures in var/bench/.

python -m bench            the usual profile, about a quarter of an hour
python -m bench --long     a full number for ten minutes, ten million messages: an hour and a half
python -m bench --smoke    about a minute: shows that it runs, its figures mean little
python -m bench --minutes 10 --stored 10   a full number for ten minutes, ten million messages stored; the rest as usual
python -m bench --commit   puts the report into docs/explanation/performance.md, too (later: make bench-report)
"""

import argparse
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from bench import machine, plan
from bench.cluster import cluster
from bench.generator import Generator
from bench.plan import Plan
from bench.report.publish import KEPT, keep, publish
from bench.results import Results
from bench.rounds import Rounds, say

_IN_MEMORY_MS: Final = 0.02  # a synced write that is faster than this touched no disk


def main() -> None:
    """Measure as told on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure Curbe beside its baselines."
    )
    parser.add_argument("--smoke", action="store_true", help="about a minute: does it run?")
    parser.add_argument(
        "--long", action="store_true", help="ten minutes of a full number, ten million messages"
    )
    parser.add_argument("--minutes", type=float, help="of the full number")
    parser.add_argument("--stored", type=float, help="millions of messages that applying meets at the most")
    parser.add_argument("--commit", action="store_true", help="into docs/explanation/performance.md, too")
    parser.add_argument("--seed", type=int, default=1, help="of people, texts and ids")
    parser.add_argument(
        "--folder", type=Path, help="where the temporary folder is made; on a disk, not in memory"
    )
    parser.add_argument("--kept", type=Path, default=KEPT, help="where report, plots and figures are kept")
    told = parser.parse_args()
    chosen = plan.SMOKE if told.smoke else plan.LONG if told.long else plan.USUAL
    if told.minutes:
        one, *more = chosen.numbers
        numbers = (msgspec.structs.replace(one, seconds=told.minutes * 60), *more)
        chosen = msgspec.structs.replace(chosen, numbers=numbers)
    if told.stored:
        most = told.stored / 10
        growth = (*(share for share in chosen.growth if share < most), most)
        chosen = msgspec.structs.replace(chosen, growth=growth)
    with _folder(told.folder) as folder:
        results = run(chosen, folder, seed=told.seed)
    kept = keep(results, below=told.kept)
    if told.commit:
        publish(results)
    print(f"\n{(kept / 'report.md').read_text(encoding='utf-8')}\nPlots, and every figure behind it: {kept}/")


def run(plan: Plan, folder: Path, *, seed: int) -> Results:
    """Measure everything and return it."""
    began, at = datetime.now(UTC), time.monotonic()
    load = os.getloadavg()[0]
    generator = Generator(folder)
    with cluster(folder) as postgres:
        described = machine.describe(postgresql=postgres.version, generator=generator.language, folder=folder)
        say(f"{described.cores} cores, PostgreSQL {postgres.version}, generator in {generator.language}")
        if described.sync_ms < _IN_MEMORY_MS:
            say(
                "This folder is in memory, commits cost nothing here: give --folder on a disk for figures that mean something."
            )
        neighbours = machine.Neighbours(postgres=postgres.pid)
        bench = Rounds(plan, postgres, generator, folder, machine=described, seed=seed)
        bench.everything()
        described = msgspec.structs.replace(described, neighbours=neighbours.cores())
    (reads,) = bench.reads
    return Results(
        date=f"{began:%Y-%m-%d %H:%M}",
        profile=plan.name,
        seconds=time.monotonic() - at,
        load=load,
        machine=described,
        intake=bench.intake,
        peers=bench.peers,
        commits=bench.commits,
        apply=bench.apply,
        backlog=bench.backlog,
        steady=bench.steady,
        pace=bench.pace,
        replies=bench.replies,
        numbers=bench.numbers,
        sockets=bench.sockets,
        growth=bench.growth,
        reads=reads,
        others=dict(bench.others),
    )


@contextmanager
def _folder(parent: Path | None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="curbe-bench-", dir=parent)).resolve()
    folder.chmod(0o711)  # PostgreSQL's own user passes through where the benchmark is run as root
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
