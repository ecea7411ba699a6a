"""The job that empties a large conversation that became part of another, a piece at a time: nobody who writes meanwhile waits for it."""

import asyncio
import time
from datetime import timedelta
from typing import Final

from curbe.inbox import identity
from curbe.infra import jobs
from curbe.infra.db import Pool
from curbe.infra.jobs import Job

_TURN: Final = timedelta(seconds=10)  # within the patience of whoever stops the worker
_NEXT_TURN: Final = timedelta(seconds=1)
_BREATH: Final = 0.02  # seconds between two pieces, for whoever waits for the same rows


class Carrying:
    """Handles ``inbox.carry_over``."""

    def __init__(self, pool: Pool, *, turn: timedelta = _TURN) -> None:
        """``pool`` is one of the worker's role; ``turn``: how long one attempt goes on before it lets others have the worker."""
        self._pool: Final = pool
        self._turn: Final = turn.total_seconds()

    async def __call__(self, job: Job) -> None:
        """Work on a job for one turn; each piece is a transaction, and another attempt goes on where this one breaks off."""
        began = time.monotonic()
        while True:
            async with self._pool.transaction(job.tenant_id) as tx:
                await identity.lock_people_shared(tx, [job.tenant_id])
                if not await identity.carry_over(tx, tenant_id=job.tenant_id, conversation_id=job.subject):
                    await jobs.finish(tx, job)
                    return
                if time.monotonic() - began >= self._turn:
                    await jobs.put_back(tx, job, after=_NEXT_TURN, error=None)
                    return
            await asyncio.sleep(_BREATH)
