"""The machine a run was made on, and what its processes spent: processor time from /proc, memory, how fast the disk syncs."""

import os
import platform
import statistics
import tempfile
import time
from pathlib import Path
from typing import Final

import msgspec

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_SYNCS: Final = 100


class Machine(msgspec.Struct, frozen=True):
    """What a reader must know to place the figures. No names."""

    cores: int
    memory_gib: int
    kernel: str
    python: str
    postgresql: str
    sync_ms: float  # median of writing 8 KiB and waiting until it is on the disk
    generator: str
    neighbours: float  # cores that other work on the machine used on average during the run

    def sentence(self) -> str:
        """Return it as one line."""
        return (
            f"{self.cores} cores, {self.memory_gib} GiB, Linux {self.kernel}, Python {self.python}, "
            f"PostgreSQL {self.postgresql}, {self.sync_ms:.2f} ms for a synced 8 KiB write, "
            f"generator in {self.generator}, {self.neighbours:.1f} cores taken by other work"
        )


def describe(*, postgresql: str, generator: str, folder: Path) -> Machine:
    """Return this machine; ``folder`` is on the disk PostgreSQL writes to."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return Machine(
        cores=len(os.sched_getaffinity(0)),
        memory_gib=round(memory / 2**30),
        kernel=platform.release().split("-")[0],
        python=platform.python_version(),
        postgresql=postgresql,
        sync_ms=_sync_ms(folder),
        generator=generator,
        neighbours=0.0,
    )


def _sync_ms(folder: Path) -> float:
    spent = []
    with tempfile.TemporaryFile(dir=folder) as file:
        for _ in range(_SYNCS):
            began = time.perf_counter()
            file.write(bytes(8192))
            file.flush()
            os.fdatasync(file.fileno())
            spent.append(time.perf_counter() - began)
    return statistics.median(spent) * 1000


def process_cpu(pid: int) -> float:
    """Return the processor seconds of a process, all its threads, and the children it has waited for; 0 where it is gone."""
    try:
        # The second field is the name in brackets and may hold spaces [man 5 proc].
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        # To the nanosecond, where `stat` counts hundredths of a second: twenty backends would each round theirs away.
        own = sum(_on_processor(thread) for thread in Path(f"/proc/{pid}/task").iterdir())
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return own / 1e9 + sum(int(field) for field in fields[13:15]) / _TICKS


def _on_processor(thread: Path) -> int:
    try:
        return int((thread / "schedstat").read_text().split()[0])
    except (FileNotFoundError, ProcessLookupError):  # the thread ended meanwhile
        return 0


def tree_cpu(pid: int) -> float:
    """Return the processor seconds of a process and its living children: for PostgreSQL, everything it ever did.

    Backends that ended are in the postmaster's own account, as it waits for each.
    """
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return process_cpu(pid) + sum(process_cpu(int(child)) for child in children)


def resident_mib(pid: int) -> int:
    """Return how much memory a process holds resident; 0 where it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS")), 0)


def tree_memory_mib(pid: int) -> int:
    """Return the memory of a process and its living children, what they share counted once."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return sum(_share_kib(one) for one in (str(pid), *children)) // 1024


def _share_kib(pid: str) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


class Neighbours:
    """What the rest of the machine did while the benchmark ran: processor time that was neither ours nor idle."""

    def __init__(self, *, postgres: int) -> None:
        self._postgres: Final = postgres
        self._began: Final = time.monotonic()
        self._busy: Final = _busy_seconds()
        self._own: Final = self._own_seconds()

    def cores(self) -> float:
        """Return how many cores others used on average since this was made. Call it when our processes have ended."""
        others = (_busy_seconds() - self._busy) - (self._own_seconds() - self._own)
        return max(0.0, others / (time.monotonic() - self._began))

    def _own_seconds(self) -> float:
        return process_cpu(os.getpid()) + tree_cpu(self._postgres)


def _busy_seconds() -> float:
    """Return the processor seconds all cores were busy since the start of the machine."""
    user, nice, system, _idle, _iowait, irq, softirq, *_ = map(
        int, Path("/proc/stat").read_text().split()[1:11]
    )
    return (user + nice + system + irq + softirq) / _TICKS


class Meter:
    """Processor time of some processes over a span."""

    def __init__(self, *, app: int | None, postgres: int) -> None:
        self._app: Final = app
        self._postgres: Final = postgres
        self.started()

    def started(self) -> None:
        """Begin the span."""
        self._app_before = process_cpu(self._app) if self._app else 0.0
        self._postgres_before = tree_cpu(self._postgres)

    def spent(self) -> tuple[float, float]:
        """Return the seconds that the application and PostgreSQL spent since."""
        app = process_cpu(self._app) - self._app_before if self._app else 0.0
        return app, tree_cpu(self._postgres) - self._postgres_before
