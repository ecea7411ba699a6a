"""Queues messages at a rate, in a process of its own, as a campaign does: what is due every quarter of a second in one transaction.

    python -m bench.feeder RATE SECONDS PEOPLE DSN

PEOPLE is a file of :class:`bench.world.Somebody` in msgpack; each of their numbers gets its share of the RATE. Prints a line when ready,
waits for a line, queues what is due, and prints how many that were.
"""

import asyncio
import sys
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Final

import msgspec
import uvloop

from bench.queueing import queue
from bench.world import Somebody
from curbe.infra.db import Pool, Role
from curbe.outbound.governor import CAMPAIGN

_EVERY: Final = 0.25  # seconds, as campaigns are tended


async def main(rate: float, seconds: float, everybody: Sequence[Somebody], dsn: str) -> None:
    """Queue as told."""
    numbers = sorted({somebody.number.connection_id for somebody in everybody})
    turns = [cycle([one for one in everybody if one.number.connection_id == number]) for number in numbers]
    pool = await Pool.open(dsn, Role.WEB, size=1)
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.monotonic()
    queued = 0
    while (passed := time.monotonic() - began) < seconds:
        due = int(passed * rate) // len(turns)
        for turn in turns:
            await queue(pool, list(islice(turn, due - queued)), priority=CAMPAIGN)
        queued = due
        await asyncio.sleep(max(0.0, passed + _EVERY - (time.monotonic() - began)))
    await pool.close()
    print(queued * len(turns), flush=True)


if __name__ == "__main__":
    found = msgspec.msgpack.decode(Path(sys.argv[3]).read_bytes(), type=list[Somebody])
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(float(sys.argv[1]), float(sys.argv[2]), found, sys.argv[4]))
