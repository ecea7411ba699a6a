"""How many stored updates one core applies: in batches of several sizes, of any kind, a thousand in one body.

Beside it: one transaction an event.
"""

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
from bench.stored import Log

ANY_KIND: Final = "any kind"
WHOLE_BODY: Final = "whole body"
BATCHES: Final = ("1", "40", "200", "500")
WAYS: Final = (ROW_BY_ROW, *BATCHES, ANY_KIND, WHOLE_BODY)
UPDATES: Final = 1000  # in one body, as many as Meta puts into one at most [webhooks overview, Sep 2026]
_DATABASE: Final = "bench_apply"
_FEW: Final = (ROW_BY_ROW, "1")  # ways too slow for the whole log
_BODIES: Final = 2  # warm-up of the way that takes whole bodies
_LOGS: Final = {
    "bench_apply_seed": Log(),
    "bench_kinds_seed": Log(of_any_kind=True),
    # Few tenants: a body holds what one number has to say.
    "bench_whole_seed": Log(tenants=4, of_any_kind=True, updates=UPDATES),
}
_SEED_OF: Final = {ANY_KIND: "bench_kinds_seed", WHOLE_BODY: "bench_whole_seed"}
_BATCH_OF: Final = {ANY_KIND: "500", WHOLE_BODY: "1"}
_APPLIED: Final = (
    "SELECT coalesce(sum(count), 0)::integer AS events FROM ingest_counts WHERE outcome = 'applied'"
)
_TOLD: Final = "SELECT count(*)::integer AS events FROM events"


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


def prepare(cluster: Cluster, *, events: int, seed: int) -> None:
    """Make the databases that each measurement starts from a copy of."""
    for name, log in _LOGS.items():
        spare = events // 10 if log.updates == 1 else (_BODIES + log.tenants) * log.updates
        stored.fill(cluster.fresh(name), log, events=events + spare, seed=seed)


def measure(cluster: Cluster, folder: Path, *, way: str, events: int) -> Applied:
    """Apply ``events`` updates (fewer one by one) on a fresh copy and return what it took.

    Raises:
        RuntimeError: something was not applied.
    """
    cluster.run(f"CREATE DATABASE {_DATABASE} TEMPLATE {_SEED_OF.get(way, 'bench_apply_seed')}")
    cluster.settle()
    updates = UPDATES if way == WHOLE_BODY else 1
    webhooks = max(1, events // updates // (10 if way in _FEW else 1))
    warmup = _BODIES if way == WHOLE_BODY else webhooks // 10
    if way != WHOLE_BODY:
        webhooks -= warmup
    command = [
        sys.executable,
        "-m",
        "bench.apply_process",
        _BATCH_OF.get(way, way),
        str(warmup),
        str(webhooks),
    ]
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
    _require_applied(cluster, (warmup + webhooks) * updates, way=way)
    cluster.drop(_DATABASE)
    return Applied(
        way=way,
        events=said["applied"] * updates,
        seconds=said["seconds"],
        app_cpu=app,
        postgres_cpu=postgres,
    )


def _require_applied(cluster: Cluster, wanted: int, *, way: str) -> None:
    """Each update here is news: each must have had its effect, and where all are messages and statuses its event, whoever applied it."""
    (found,) = cluster.run(_APPLIED if way in _SEED_OF else _TOLD, database=_DATABASE)
    if found["events"] < wanted:
        raise RuntimeError(f"{wanted} updates were applied, and only {found['events']} had an effect")
