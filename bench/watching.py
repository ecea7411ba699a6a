"""What a run's processes spend while it goes on, and which statements PostgreSQL's backends are busy with: looked at from outside."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Final

import asyncpg
import msgspec

from bench.machine import process_cpu, tree_cpu
from curbe.infra.db import Query

_SPENT_EVERY: Final = 0.5  # seconds; what a process that is killed spent since is lost
_SEEN_EVERY: Final = 0.01
_POSTGRESQL: Final = "PostgreSQL"
_BUSY: Final = """
SELECT query, wait_event_type FROM pg_stat_activity
 WHERE state = 'active' AND application_name LIKE 'curbe %' AND pid <> pg_backend_pid()"""


class Watched(msgspec.Struct, frozen=True):
    """What was seen. ``cores``: how many each program kept busy on average. ``statements``: how many backends were in each, on average.

    A backend counts also while it waits for a lock or the disk; what for is said beside it.
    """

    seconds: float
    cores: dict[str, float]
    statements: dict[str, float]


class Watch:
    """Watches until it is asked what it saw."""

    def __init__(self, programs: Callable[[], Mapping[str, int]]) -> None:
        """``programs`` tells the process ids of the moment; PostgreSQL's is its postmaster's."""
        self._programs: Final = programs
        self._before: Final[dict[tuple[str, int], float]] = {}
        self._last: Final[dict[tuple[str, int], float]] = {}
        self._seen: Final[Counter[str]] = Counter()
        self._looks = 0
        self._began: Final = time.monotonic()

    @classmethod
    @asynccontextmanager
    async def over(cls, programs: Callable[[], Mapping[str, int]], dsn: str) -> AsyncIterator["Watch"]:
        """Watch the programs and the database ``dsn`` during the block."""
        watch = cls(programs)
        watch._spend()
        tasks = [asyncio.create_task(watch._spend_on()), asyncio.create_task(watch._look_on(dsn))]
        try:
            yield watch
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def seen(self) -> Watched:
        """Return what was seen until now."""
        self._spend()
        seconds = time.monotonic() - self._began
        cores: Counter[str] = Counter()
        for (name, pid), spent in self._last.items():
            cores[name] += (spent - self._before[name, pid]) / seconds
        parts = {what: count / max(1, self._looks) for what, count in self._seen.most_common()}
        return Watched(seconds, dict(cores), parts)

    def _spend(self) -> None:
        for name, pid in self._programs().items():
            try:
                spent = tree_cpu(pid) if name == _POSTGRESQL else process_cpu(pid)
            except OSError:
                continue  # it was killed a moment ago
            self._before.setdefault((name, pid), 0.0 if self._last else spent)
            self._last[name, pid] = max(spent, self._last.get((name, pid), 0.0))

    async def _spend_on(self) -> None:
        while True:
            await asyncio.sleep(_SPENT_EVERY)
            self._spend()

    async def _look_on(self, dsn: str) -> None:
        names = {_normal(query.numbered): query.name for query in Query.everyone}
        while True:
            try:
                connection = await asyncpg.connect(dsn, timeout=5)
                while True:
                    for row in await connection.fetch(_BUSY, timeout=5):
                        what = _normal(row["query"])
                        waits = f" ({row['wait_event_type']})" if row["wait_event_type"] else ""
                        self._seen[names.get(what, what[:60]) + waits] += 1
                    self._looks += 1
                    await asyncio.sleep(_SEEN_EVERY)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                await asyncio.sleep(0.2)  # it was killed


def _normal(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).strip()[:900]
