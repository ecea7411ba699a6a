"""How many stored updates one core applies: in batches of several sizes, of one tenant or a thousand, with row-level security and without.

Beside it: one transaction an event.
"""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from bench import stored
from bench.cluster import Cluster
from bench.machine import Meter
from bench.ways import BATCHES, ROW_BY_ROW, Way

_DATABASE: Final = "bench_apply"
_BODIES: Final = 2  # warm-up of the way that takes whole bodies
_APPLIED: Final = (
    "SELECT coalesce(sum(count), 0)::integer AS events FROM ingest_counts WHERE outcome = 'applied'"
)
_TOLD: Final = "SELECT count(*)::integer AS events FROM events"
_UNGUARDED: Final = """
DO $$ DECLARE guarded regclass; BEGIN
  FOR guarded IN SELECT oid::regclass FROM pg_class WHERE relrowsecurity LOOP
    EXECUTE format('ALTER TABLE %s DISABLE ROW LEVEL SECURITY', guarded);
  END LOOP;
END $$"""


class Applied(msgspec.Struct, frozen=True):
    """One way of applying in one round. Seconds; ``events`` are updates, however many came in one webhook."""

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


def prepare(cluster: Cluster, ways: Sequence[Way], *, people: int, events: int, seed: int) -> None:
    """Make the databases that each measurement starts from a copy of."""
    for name, way in {way.seed: way for way in ways}.items():
        # A batch that is begun is applied whole, the last one of the warm-up and of the measurement too.
        spare = events // 10 + 2 * max(BATCHES) if way.updates == 1 else (_BODIES + way.tenants) * way.updates
        stored.fill(cluster.fresh(name), way.log, people=people, events=events + spare, seed=seed)


def measure(cluster: Cluster, folder: Path, *, way: Way, events: int) -> Applied:
    """Apply ``events`` updates (fewer one by one) on a fresh copy and return what it took.

    Raises:
        RuntimeError: something was not applied.
    """
    cluster.run(f"CREATE DATABASE {_DATABASE} TEMPLATE {way.seed}")
    if not way.guarded:
        cluster.run(_UNGUARDED, database=_DATABASE)
    cluster.settle()
    webhooks = max(1, events // way.updates // (10 if way.slow and way.updates == 1 else 1))
    warmup = _BODIES if way.updates > 1 else webhooks // 10
    applied = apply(
        cluster, folder, database=_DATABASE, name=way.name, batch=way.batch, warmup=warmup, webhooks=webhooks
    )
    _require_applied(cluster, (warmup + webhooks) * way.updates, way=way)
    cluster.drop(_DATABASE)
    return msgspec.structs.replace(applied, events=applied.events * way.updates)


def apply(
    cluster: Cluster, folder: Path, *, database: str, name: str, batch: int, warmup: int, webhooks: int
) -> Applied:
    """Apply the next ``warmup`` webhooks of a database, then ``webhooks``, and return what those took.

    Raises:
        RuntimeError: it broke off; its last words are in the message.
    """
    command = [sys.executable, "-m", "bench.apply_process", str(batch), str(warmup), str(webhooks)]
    log = folder / "apply.log"
    with (
        log.open("ab") as errors,
        subprocess.Popen(
            [*command, cluster.database(database)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        assert process.stdin is not None
        assert process.stdout is not None
        if process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"applying ({name}) did not start: {log.read_text()[-2000:]}")
        meter = Meter(app=process.pid, postgres=cluster.pid)
        process.stdin.write("go\n")
        process.stdin.flush()
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"applying ({name}) broke off: {log.read_text()[-2000:]}")
        said = json.loads(line)
        app, postgres = meter.spent()
        process.stdin.write("end\n")
    return Applied(
        way=name, events=said["applied"], seconds=said["seconds"], app_cpu=app, postgres_cpu=postgres
    )


def _require_applied(cluster: Cluster, wanted: int, *, way: Way) -> None:
    """Each update here is news: each must have had its effect, and where all are messages and statuses its event, whoever applied it."""
    (found,) = cluster.run(_TOLD if way == ROW_BY_ROW else _APPLIED, database=_DATABASE)
    if found["events"] < wanted:
        raise RuntimeError(f"{wanted} updates were applied, and only {found['events']} had an effect")
