"""One look for all who work on a process's jobs: what idles costs one question a second, however many they are."""

import asyncio
from collections.abc import Sequence
from typing import Final

import msgspec
import structlog

from curbe.infra.db import Pool, PostgresError, Query, Unreachable
from curbe.infra.jobs import Runner
from curbe.infra.loop import pause

log: Final = structlog.get_logger(__name__)

_EVERY: Final = 1.0  # seconds


class _Due(msgspec.Struct, frozen=True):
    kind: str


_DUE: Final = Query("curbe.infra", "kinds_due", _Due)


class Lookout:
    """Wakes the runners that have something to do. Who has jobs in work looks for further ones by himself, and oftener."""

    def __init__(self, everybody: Pool, runners: Sequence[Runner]) -> None:
        """``everybody`` is of the batch role."""
        self._everybody: Final = everybody
        self._runners: Final = list(runners)

    async def run(self, stop: asyncio.Event) -> None:
        """Look until ``stop``; a database that does not answer is asked again the next time."""
        kinds = sorted({kind for runner in self._runners for kind in runner.kinds})
        while not stop.is_set():
            try:
                async with self._everybody.looking() as tx:
                    due = {row.kind for row in await _DUE.all(tx, kinds=kinds)}
            except (*Unreachable, PostgresError) as error:
                log.warning("jobs_not_claimed", reason=type(error).__name__, detail=str(error)[:200])
                due = set()
            for runner in self._runners:
                if not due.isdisjoint(runner.kinds):
                    runner.woken.set()
            await pause(stop, _EVERY)
