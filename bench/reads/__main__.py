"""``python -m bench.reads``: fill a database as large as a busy installation's, ask the API, print the table.

python -m bench.reads              a million conversations, ten million messages: filling takes half an hour or more
python -m bench.reads --share 0.1  a tenth of it
python -m bench.reads --smoke      a hundredth: shows that it runs, its figures mean little
python -m bench.reads --keep FOLDER  fill there unless it is filled already, and leave it for the next time
"""

import argparse
import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from bench import machine
from bench.cluster import Cluster, cluster
from bench.reads.ask import Plan, ask
from bench.reads.filled import Size, fill
from bench.reads.report import Results, markdown
from bench.report.publish import KEPT
from curbe.infra.migrate import migrate

_DATABASE: Final = "bench_reads"
_SMOKE: Final = 0.01


_FULL: Final = Plan(alone=400, together=9000, rate=100, clients=16)
_SHORT: Final = Plan(alone=40, together=400, rate=100, clients=16)


def main() -> None:
    """Measure as told on the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.reads", description="Measure how fast the inbox is read."
    )
    parser.add_argument("--smoke", action="store_true", help="a hundredth of the size: does it run?")
    parser.add_argument(
        "--share", type=float, default=1.0, help="of a million conversations and ten million messages"
    )
    parser.add_argument("--rate", type=float, help="questions a second in the mix")
    parser.add_argument("--questions", type=int, help="of each kind; a machine that does other work is slow")
    parser.add_argument("--keep", type=Path, help="a folder whose database is filled once and kept")
    parser.add_argument("--seed", type=int, default=1, help="of what is asked")
    told = parser.parse_args()
    plan = _SHORT if told.smoke else _FULL
    if told.rate:
        plan = msgspec.structs.replace(plan, rate=told.rate)
    if told.questions:
        plan = msgspec.structs.replace(plan, alone=told.questions, together=told.questions * 10)
    size = Size.of(_SMOKE if told.smoke else told.share)
    with _folder(told.keep) as folder:
        results = run(plan, folder, size=size, seed=told.seed)
    KEPT.mkdir(parents=True, exist_ok=True)
    kept = KEPT / f"reads-{results.date.replace(':', '').replace(' ', '-')}.json"
    kept.write_bytes(msgspec.json.format(msgspec.json.encode(results)))
    print(f"\n{markdown(results)}\n\nEvery figure behind it: var/bench/{kept.name}")


def run(plan: Plan, folder: Path, *, size: Size, seed: int) -> Results:
    """Fill, ask, and return what was seen."""
    with cluster(folder) as postgres:
        described = machine.describe(postgresql=postgres.version, generator="Python", folder=folder)
        _filled(postgres, size)
        return ask(
            postgres,
            folder,
            database=_DATABASE,
            size=size,
            plan=plan,
            seed=seed,
            described=described,
            say=_say,
        )


def _filled(postgres: Cluster, size: Size) -> None:
    """Fill the database, unless it is there from another time."""
    there = postgres.run(f"SELECT FROM pg_database WHERE datname = '{_DATABASE}'")
    if there:
        _say("the database is there; it is brought to this version's schema")
        asyncio.run(migrate(postgres.database(_DATABASE)))
        return
    _say(
        f"filling {size.conversations:,} conversations and {size.messages:,} messages of {size.tenants:,} tenants"
    )
    fill(postgres.fresh(_DATABASE), size=size, say=_say)
    postgres.settle()


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="curbe-bench-")) if kept is None else kept
    folder = folder.resolve()
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)  # PostgreSQL's own user passes through where the benchmark is run as root
    try:
        yield folder
    finally:
        if kept is None:
            shutil.rmtree(folder)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
