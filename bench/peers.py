"""What others do with the same bodies on the same PostgreSQL: a peer's webhook server, and PostgreSQL alone with one row a commit."""

import json
import re
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from bench import world
from bench.cluster import Cluster
from bench.generator import Generator, Seen, Shape, webhook_request, write_requests
from bench.machine import Meter
from bench.processes import running

_DATABASE: Final = "bench_peers"
_CONNECTIONS: Final = 32
_PATIENCE: Final = 60.0  # seconds
_STORED: Final = """
SELECT (SELECT count(*) FROM peer_messages) + (SELECT count(*) FROM peer_statuses) AS stored"""
_SCRIPT: Final = "INSERT INTO alone (body) VALUES (repeat('x', 530)::bytea);\n"
_TPS: Final = re.compile(r"^tps = ([\d.]+)", re.MULTILINE)


class Peer(msgspec.Struct, frozen=True):
    """pywa in closed loop: what it answered and when, and what was in the tables in the end."""

    seen: Seen
    stored: int
    seconds: float  # until all of it was stored
    app_cpu: float
    postgres_cpu: float

    @property
    def per_second(self) -> float:
        """Events stored a second."""
        return self.stored / self.seconds

    @property
    def per_core(self) -> float:
        """Events stored for each processor second of server and PostgreSQL together."""
        return self.stored / (self.app_cpu + self.postgres_cpu)


class Commits(msgspec.Struct, frozen=True):
    """pgbench: one row of a body's size, one commit, over and over. Nothing where there is no pgbench."""

    per_second: float
    postgres_us: float  # a commit


def prepare(folder: Path, bodies: Iterable[bytes]) -> Path:
    """Write the peer's requests and return their file: it knows of no status without the contact that it is about."""
    file = folder / "peer.bin"
    write_requests(file, (webhook_request(_with_contact(body)) for body in bodies))
    return file


def _with_contact(body: bytes) -> bytes:
    whole = json.loads(body)
    value = whole["entry"][0]["changes"][0]["value"]
    for status in value.get("statuses", ()):
        value["contacts"] = [{"wa_id": status["recipient_id"], "user_id": status["recipient_user_id"]}]
    return world.written(whole)


def pywa(cluster: Cluster, generator: Generator, folder: Path, *, file: Path, seconds: float) -> Peer:
    """Drive the peer for ``seconds``, and wait until what it answered is stored.

    Raises:
        RuntimeError: it never was.
    """
    dsn = cluster.fresh(_DATABASE, migrated=False)
    with running(["-m", "bench.pywa_server", dsn], env={}, log=folder / "pywa.log") as server:
        meter = Meter(app=server.pid, postgres=cluster.pid)
        whole = Meter(app=server.pid, postgres=cluster.pid)
        began = time.monotonic()
        shape = Shape(rate=0, connections=_CONNECTIONS, seconds=seconds, warmup=0)
        driven = generator.drive(port=server.port, file=file, shape=shape, meter=meter)
        stored = _wait_until_stored(cluster, driven.seen.ok)
        took = time.monotonic() - began
        app, postgres = whole.spent()
    cluster.drop(_DATABASE)
    return Peer(seen=driven.seen, stored=stored, seconds=took, app_cpu=app, postgres_cpu=postgres)


def pgbench(cluster: Cluster, folder: Path, *, seconds: float) -> Commits | None:
    """Let pgbench commit single rows for ``seconds``; None where there is none."""
    program = cluster.program("pgbench")
    if program is None:
        return None
    dsn = cluster.fresh(_DATABASE, migrated=False)
    cluster.run("CREATE TABLE alone (id bigint GENERATED ALWAYS AS IDENTITY, body bytea)", database=_DATABASE)
    script = folder / "pgbench.sql"
    script.write_text(_SCRIPT)
    meter = Meter(app=None, postgres=cluster.pid)
    told = subprocess.run(
        [
            program,
            "--no-vacuum",
            f"--client={_CONNECTIONS}",
            f"--time={max(1, round(seconds))}",
            f"--file={script}",
            dsn,
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    _, postgres = meter.spent()
    ((rows,),) = [row.values() for row in cluster.run("SELECT count(*) FROM alone", database=_DATABASE)]
    cluster.drop(_DATABASE)
    found = _TPS.search(told)
    assert found is not None
    return Commits(per_second=float(found[1]), postgres_us=postgres * 1e6 / rows)


def _wait_until_stored(cluster: Cluster, wanted: int) -> int:
    until = time.monotonic() + _PATIENCE
    while (stored := cluster.run(_STORED, database=_DATABASE)[0]["stored"]) < wanted:
        if time.monotonic() > until:
            raise RuntimeError(f"pywa answered {wanted} webhooks and stored {stored}")
        time.sleep(0.05)
    return stored
