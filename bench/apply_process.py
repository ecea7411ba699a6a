"""Applies the stored webhooks of a database, in a process of its own so that its processor time can be told.

    python -m bench.apply_process BATCH WARMUP WEBHOOKS DSN

BATCH 0 is the baseline, one event and one transaction at a time. Prints a line when ready, waits for a line, applies, and prints how many
webhooks and seconds it was. The warm-up comes before it is ready.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from typing import Final

import uvloop

from bench import stored
from bench.row_by_row import RowByRow
from curbe.infra.db import Pool, Role
from curbe.infra.gc_settings import BATCHES, spare_what_stays
from curbe.infra.metrics import Metrics
from curbe.ingest.applier import Applier

Step = Callable[[], Awaitable[int]]  # applies some, says how many

_PAUSE: Final = 0.005  # seconds
_MOST_EMPTY: Final = 2000


async def main(batch: int, warmup: int, webhooks: int, dsn: str) -> None:
    """Apply as told."""
    if not batch:
        baseline = await RowByRow.open(dsn, callback_key=stored.callback_key())
        step: Step = baseline.apply_next
    else:
        pool = await Pool.open(dsn, Role.APPLY, size=2)
        applier = Applier(pool, callback_keys=[stored.callback_key()], metrics=Metrics(), most=batch)

        async def step() -> int:
            return await applier.apply_once(0)

    await _apply(step, warmup)
    spare_what_stays(BATCHES)  # as a worker does when it is wired
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.perf_counter()
    applied = await _apply(step, webhooks)
    print(json.dumps({"applied": applied, "seconds": time.perf_counter() - began}), flush=True)
    sys.stdin.readline()


async def _apply(step: Step, webhooks: int) -> int:
    done = empty = 0
    while done < webhooks:
        applied = await step()
        done += applied
        # Nothing is there to apply as long as any other transaction of the server is open: a moment of autovacuum, say.
        empty = 0 if applied else empty + 1
        if empty > _MOST_EMPTY:
            raise RuntimeError(f"{webhooks} webhooks were to be applied, there were {done}")
        if empty:
            await asyncio.sleep(_PAUSE)
    return done


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]))
