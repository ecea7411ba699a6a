"""``python -m tests.chaos.soak``: a steady load for hours; memory, descriptors, tables, log and lag stay flat, the judge is content."""

import argparse
import asyncio
import secrets
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Final

import asyncpg
import msgspec

from . import report
from .nemeses import Hand
from .place import place
from .run import Order, run

_SAMPLES: Final = 240  # of a run, at most
_SHORTEST: Final = 1.0  # seconds between two
_FEWEST: Final = 16  # samples to judge by
_QUIET: Final = (
    "outbox",
    "parked_files",
    "parked_statuses",
    "apply_lanes",
    "pgqueuer",
)  # tables that hold only what is under way
# How much more than in the second quarter the last may hold: a share, and in absolute terms.
_ROOM: Final = {
    "web MiB": (1.10, 8),
    "worker MiB": (1.10, 8),
    "web descriptors": (1.0, 16),
    "worker descriptors": (1.0, 16),
    "connections": (1.0, 10),
    "quiet tables MiB": (1.5, 4),
    "log bytes an item": (1.5, 200),
    "stored bytes an item": (1.3, 200),
    "webhooks waiting": (1.0, 200),
    "lag s": (1.0, 1.0),
}


class Sample(msgspec.Struct, frozen=True):
    """What one look found: seconds since the beginning, and each figure by its name in ``_ROOM``."""

    at: float
    figures: dict[str, float]


def growing(samples: Sequence[Sample]) -> list[str]:
    """Return what grew: the second quarter's median beside the last one's. The first quarter is for warming up."""
    if len(samples) < _FEWEST:
        return [f"{len(samples)} samples are too few to judge by"]
    quarter = len(samples) // 4
    grown = []
    for name, (share, more) in _ROOM.items():
        early = median(one.figures[name] for one in samples[quarter : 2 * quarter])
        late = median(one.figures[name] for one in samples[-quarter:])
        if late > early * share + more:
            grown.append(f"{name}: from {early:.1f} to {late:.1f}")
    return grown


class Watch:
    """Looks at the processes and the database now and then."""

    def __init__(self, *, every: float) -> None:
        self._every: Final = every
        self.samples: Final[list[Sample]] = []

    async def __call__(self, hand: Hand) -> None:
        """Look until cancelled."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        connection = await asyncpg.connect(hand.place.dsn(hand.database))
        before: asyncpg.Record | None = None
        try:
            while True:
                await asyncio.sleep(self._every)
                row = await connection.fetchrow(_LOOK, list(_QUIET))
                if before is not None:
                    self.samples.append(Sample(loop.time() - began, _figures(hand, before, row)))
                before = row
        finally:
            await connection.close()


def _figures(hand: Hand, before: asyncpg.Record, row: asyncpg.Record) -> dict[str, float]:
    items = max(1, row["items"] - before["items"])
    return {
        "web MiB": _resident(hand.web.pid),
        "worker MiB": _resident(hand.worker.pid),
        "web descriptors": _descriptors(hand.web.pid),
        "worker descriptors": _descriptors(hand.worker.pid),
        "connections": row["connections"],
        "quiet tables MiB": row["quiet"] / 2**20,
        "log bytes an item": float(row["wal"] - before["wal"]) / items,
        "stored bytes an item": row["stored"] / max(1, row["items"]),
        "webhooks waiting": row["waiting"],
        "lag s": row["lag"],
    }


def _resident(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


def _descriptors(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


_LOOK: Final = """
WITH waiting AS (
    SELECT w.received_at FROM webhook_events w JOIN apply_lanes l ON l.lane = w.id % (SELECT count(*) FROM apply_lanes)
     WHERE (w.xid, w.id) > (l.xid, l.id))
SELECT (SELECT coalesce(sum(count), 0)::bigint FROM ingest_counts) AS items,
       pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS wal,
       (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS connections,
       (SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint FROM pg_class c
         WHERE c.relname = ANY ($1) AND c.relkind = 'r') AS quiet,
       pg_database_size(current_database()) AS stored,
       (SELECT count(*) FROM waiting) AS waiting,
       (SELECT coalesce(extract(epoch FROM now() - min(received_at)), 0)::float FROM waiting) AS lag"""


async def soak(hours: float, seed: int, into: report.Report) -> list[str]:
    """Run the load for so long; return what grew."""
    seconds = hours * 3600
    watch = Watch(every=max(_SHORTEST, seconds / _SAMPLES))
    order = Order(
        name="soak", seed=seed, appointments=[], webhooks_per_second=30, sends_per_second=10, lasts=seconds
    )
    async with place(seed=seed) as here:
        outcome = await run(here, order, beside=watch)
    into.outcomes.append(outcome)
    report.say(outcome)
    for name in _ROOM:
        every = [one.figures[name] for one in watch.samples]
        quarter = max(1, len(every) // 4)
        shown = ", ".join(f"{median(every[n * quarter : (n + 1) * quarter] or [0]):.1f}" for n in range(4))
        into.flat[name] = shown
        print(f"  {name}, by quarters: {shown}", flush=True)
    return growing(watch.samples)


def main() -> None:
    """Parse, soak, and end with 0 where nothing grew and no promise was broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.soak", description=__doc__)
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=None, help="repeat the run that printed this seed")
    parser.add_argument(
        "--commit", action="store_true", help="put the report into docs/explanation/reliability.md as well"
    )
    given = parser.parse_args()
    seed = secrets.randbelow(10**6) if given.seed is None else given.seed
    print(f"soak, {given.hours:g} hours, seed {seed}", flush=True)
    made = report.begin("soak", seed)
    made.grew = asyncio.run(soak(given.hours, seed, made))
    made.seconds = sum(one.seconds for one in made.outcomes)
    for grown in made.grew:
        print(f"GROWS: {grown}")
    print(f"the report: {report.keep(made)}", flush=True)
    if given.commit:
        report.commit(made)
    sys.exit(0 if made.good else 1)


if __name__ == "__main__":
    main()
