"""The jobs that move the messages of a large conversation after people who became one, or two again: nobody who writes meanwhile waits."""

import asyncio
import time
from datetime import timedelta
from typing import Final

from curbe.inbox import merging
from curbe.inbox.moving import Step
from curbe.infra import jobs
from curbe.infra.db import Pool
from curbe.infra.jobs import Job

_TURN: Final = timedelta(seconds=10)  # within the patience of whoever stops the worker
_NEXT_TURN: Final = timedelta(seconds=1)
_BREATH: Final = 0.02  # seconds between two pieces, for whoever waits for the same rows


class Carrying:
    """Handles ``inbox.carry_over`` and ``inbox.give_back``, each by its step."""

    def __init__(self, pool: Pool, step: Step, *, turn: timedelta = _TURN) -> None:
        """``pool`` is one of the worker's role; ``turn``: how long one attempt goes on before it lets others have the worker."""
        self._pool: Final = pool
        self._step: Final = step
        self._turn: Final = turn.total_seconds()

    async def __call__(self, job: Job) -> None:
        """Work on a job for one turn; each piece is a transaction, and another attempt goes on where this one breaks off."""
        began = time.monotonic()
        while True:
            async with self._pool.transaction(job.tenant_id) as tx:
                await merging.lock_people_shared(tx, [job.tenant_id])
                if not await self._step(tx, tenant_id=job.tenant_id, subject=job.subject):
                    await jobs.finish(tx, job)
                    return
                if time.monotonic() - began >= self._turn:
                    await jobs.put_back(tx, job, after=_NEXT_TURN, error=None)
                    return
            await asyncio.sleep(_BREATH)
