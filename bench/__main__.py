"""``python -m bench``: measure, print the table, keep the figures in bench/results/.

python -m bench            the whole thing, about a quarter of an hour
python -m bench --smoke    the same in about a minute: shows that it runs, its figures mean little
python -m bench --short    about five minutes
"""

import argparse
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import msgspec

from bench import machine
from bench.cluster import cluster
from bench.generator import Generator
from bench.report import Results, markdown
from bench.rounds import FULL, SHORT, SMOKE, Plan, Rounds, say

_RESULTS: Final = Path(__file__).parent / "results"
_IN_MEMORY_MS: Final = 0.02  # a synced write that is faster than this touched no disk


def main() -> None:
    """Measure as told on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Measure Curbe beside its baselines."
    )
    parser.add_argument("--smoke", action="store_true", help="about a minute: does it run?")
    parser.add_argument("--short", action="store_true", help="about five minutes")
    parser.add_argument("--seed", type=int, default=1, help="of people, texts and ids")
    parser.add_argument(
        "--folder", type=Path, help="where the temporary folder is made; on a disk, not in memory"
    )
    told = parser.parse_args()
    plan = SMOKE if told.smoke else SHORT if told.short else FULL
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
        say(f"{described.cores} cores, PostgreSQL {postgres.version}, generator in {generator.language}")
        if described.sync_ms < _IN_MEMORY_MS:
            say(
                "This folder is in memory, commits cost nothing here: give --folder on a disk for figures that mean something."
            )
        neighbours = machine.Neighbours(postgres=postgres.pid)
        bench = Rounds(plan, postgres, generator, folder, seed=seed)
        for number in range(plan.rounds):
            say(f"round {number + 1} of {plan.rounds}")
            bench.round(number)
        described = msgspec.structs.replace(described, neighbours=neighbours.cores())
    return Results(
        date=f"{began:%Y-%m-%d %H:%M}",
        machine=described,
        intake=bench.intake,
        apply=bench.apply,
        backlog=bench.backlog,
        steady=bench.steady,
        pace=bench.pace,
        replies=bench.replies,
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
