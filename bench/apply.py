"""How many stored webhooks one core applies: set-based in batches of several sizes, beside one transaction an event."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec

from bench import stored
from bench.apply_process import ROW_BY_ROW
from bench.cluster import Cluster
from bench.machine import Meter

WAYS: Final = (ROW_BY_ROW, "1", "40", "200", "500")
_SEED_DATABASE: Final = "bench_apply_seed"
_DATABASE: Final = "bench_apply"
_FEW: Final = (ROW_BY_ROW, "1")  # ways too slow for the whole log


class Applied(msgspec.Struct, frozen=True):
    """One way of applying in one round. Seconds."""

    way: str
    events: int
    seconds: float
    app_cpu: float
    postgres_cpu: float

    @property
    def per_core(self) -> float:
        """Events for each processor second of worker and PostgreSQL together."""
        return self.events / (self.app_cpu + self.postgres_cpu)

    @property
    def per_second(self) -> float:
        """Events by the wall clock, from one applier."""
        return self.events / self.seconds

    @property
    def app_us(self) -> float:
        """Processor microseconds of the worker for one event."""
        return self.app_cpu * 1e6 / self.events

    @property
    def postgres_us(self) -> float:
        """Processor microseconds of PostgreSQL for one event."""
        return self.postgres_cpu * 1e6 / self.events


def prepare(cluster: Cluster, *, events: int, seed: int) -> None:
    """Make the database that each measurement starts from a copy of."""
    dsn = cluster.fresh(_SEED_DATABASE)
    stored.fill(dsn, events=events + events // 10, seed=seed)


def measure(cluster: Cluster, folder: Path, *, way: str, events: int) -> Applied:
    """Apply ``events`` webhooks (fewer one by one) on a fresh copy and return what it took.

    Raises:
        RuntimeError: something was not applied.
    """
    cluster.run(f"CREATE DATABASE {_DATABASE} TEMPLATE {_SEED_DATABASE}")
    cluster.settle()
    wanted = events // 10 if way in _FEW else events
    warmup = wanted // 10
    command = [sys.executable, "-m", "bench.apply_process", way, str(warmup), str(wanted - warmup)]
    with (
        (folder / "apply.log").open("ab") as log,
        subprocess.Popen(
            [*command, cluster.database(_DATABASE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"applying {way} did not start: {(folder / 'apply.log').read_text()[-2000:]}")
        meter = Meter(app=process.pid, postgres=cluster.pid)
        process.stdin.write("go\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"applying {way} broke off: {(folder / 'apply.log').read_text()[-2000:]}")
        said = json.loads(line)
        app, postgres = meter.spent()
        process.stdin.write("end\n")
    _require_applied(cluster, wanted)
    cluster.drop(_DATABASE)
    return Applied(
        way=way, events=said["applied"], seconds=said["seconds"], app_cpu=app, postgres_cpu=postgres
    )


def _require_applied(cluster: Cluster, wanted: int) -> None:
    """Each webhook here is news, so each must have become one event, whoever applied it."""
    (found,) = cluster.run("SELECT count(*) AS events FROM events", database=_DATABASE)
    if found["events"] < wanted:
        raise RuntimeError(f"{wanted} webhooks were applied, and only {found['events']} had an effect")
