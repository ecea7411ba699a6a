"""What processes take while something runs: processor time and memory of each by its name, and how far the applier is behind."""

import asyncio
import threading
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

import msgspec

from bench.cluster import Cluster
from bench.machine import process_cpu, resident_mib, tree_cpu, tree_memory_mib
from curbe.infra.db import Pool, Role
from curbe.ingest.store import backlog_seconds
from curbe.outbound.store import depth

POSTGRES: Final = "PostgreSQL"
_LOOKS: Final = 5  # a second


class Second(msgspec.Struct, frozen=True):
    """One second: cores and MiB by process, the longest that a webhook had waited to be applied, what waited to be sent."""

    cores: dict[str, float]
    memory: dict[str, int]
    lag: float
    queued: int


class Watch:
    """Looks at ``processes`` (name: id) and at PostgreSQL from the moment it is told that the measured time began."""

    def __init__(self, cluster: Cluster, *, database: str, processes: Mapping[str, int]) -> None:
        self._cluster: Final = cluster
        self._database: Final = database
        self._processes: Final = processes
        self._ended: Final = threading.Event()
        self._thread: Final = threading.Thread(target=lambda: asyncio.run(self._look()))
        self._broken: Exception | None = None
        self.seconds: Final[list[Second]] = []
        self.lags: Final[list[float]] = []
        self.cores: dict[str, float] = {}  # over the whole time
        self.postgres_mib = 0

    def started(self) -> None:
        """Begin."""
        self._began: Final = time.monotonic()
        self.began_at: Final = datetime.now(UTC)
        self._before: Final = self._spent()
        self._thread.start()

    def spent(self) -> tuple[float, float]:
        """End, and return the processor seconds of all the processes together, and of PostgreSQL.

        Raises:
            Exception: whatever kept it from looking.
        """
        seconds = time.monotonic() - self._began
        self.ended_at: Final = datetime.now(UTC)
        spent = {name: now - self._before[name] for name, now in self._spent().items()}
        self.postgres_mib = tree_memory_mib(self._cluster.pid)
        self._ended.set()
        self._thread.join()
        if self._broken is not None:
            raise self._broken
        self.cores = {name: one / seconds for name, one in spent.items()}
        return sum(spent.values()) - spent[POSTGRES], spent[POSTGRES]

    def memory(self) -> dict[str, int]:
        """Return the most memory that each held, in MiB."""
        names = self._processes
        return {
            **{name: max(second.memory[name] for second in self.seconds) for name in names},
            POSTGRES: self.postgres_mib,
        }

    def _spent(self) -> dict[str, float]:
        spent = {name: process_cpu(pid) for name, pid in self._processes.items()}
        return {**spent, POSTGRES: tree_cpu(self._cluster.pid)}

    async def _look(self) -> None:
        try:
            # As the product asks for what waits, whatever the statistics of tables that were just filled say.
            pool = await Pool.open(self._cluster.database(self._database), Role.APPLY, size=1)
            before, at = self._before, self._began
            while not self._ended.is_set():
                lags = [await self._lag(pool) for _ in range(_LOOKS)]
                async with pool.transaction() as tx:
                    queued = (await depth(tx)).waiting
                now, spent = time.monotonic(), self._spent()
                self.lags.extend(lags)
                self.seconds.append(
                    Second(
                        cores={name: (one - before[name]) / (now - at) for name, one in spent.items()},
                        memory={name: resident_mib(pid) for name, pid in self._processes.items()},
                        lag=max(lags),
                        queued=queued,
                    )
                )
                before, at = spent, now
            await pool.close()
        except Exception as broken:  # noqa: BLE001 - told by `spent`
            self._broken = broken

    async def _lag(self, pool: Pool) -> float:
        await asyncio.sleep(1 / _LOOKS)
        async with pool.transaction() as tx:
            return await backlog_seconds(tx)
