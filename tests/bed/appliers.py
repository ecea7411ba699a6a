"""Appliers for tests: those of the product, run until nothing is left to apply."""

import asyncio
from collections.abc import Sequence
from typing import Final

from bed.rows import CALLBACK_KEY
from curbe.infra.db import Pool
from curbe.infra.metrics import Metrics
from curbe.ingest.applier import Applier

_PATIENCE: Final = 60.0  # seconds without progress
_LEFT: Final = """
SELECT count(*) FROM apply_lanes l JOIN webhook_events w ON (w.xid, w.id) > (l.xid, l.id)
                                     AND w.id % (SELECT count(*) FROM apply_lanes) = l.lane
 WHERE l.lane = ANY($1::integer[])"""


def applier(pool: Pool, *, most: int = 500) -> Applier:
    """Return an applier that takes at most ``most`` webhooks at once."""
    return Applier(pool, callback_keys=[CALLBACK_KEY], metrics=Metrics(), most=most)


async def drain(pool: Pool, *, most: int = 500, lanes: Sequence[int] = (0,)) -> None:
    """Apply all that is stored. Waits where a transaction of the server's own is still open, as the product does.

    Raises:
        TimeoutError: nothing was applied for a minute.
    """
    applying, loop = applier(pool, most=most), asyncio.get_running_loop()
    until = loop.time() + _PATIENCE
    while await left(pool, lanes=lanes):
        if sum([await applying.apply_once(lane) for lane in lanes]):
            until = loop.time() + _PATIENCE
        elif loop.time() > until:
            raise TimeoutError("what is stored is not applied")
        else:
            await asyncio.sleep(0.005)


async def left(pool: Pool, *, lanes: Sequence[int] = (0,)) -> int:
    """Return how many stored webhooks wait to be applied."""
    async with pool.transaction() as tx:
        return int(await tx.connection.fetchval(_LEFT, list(lanes)))
