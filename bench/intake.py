"""How fast a signed webhook is durably taken: Curbe's intake beside servers that do less, all driven the same way."""

import contextlib
import os
import random
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec
from uuid_utils.compat import uuid7

from bench import baseline_servers, world
from bench.cluster import Cluster
from bench.generator import Driven, Generator, Shape, webhook_request, write_requests
from bench.machine import Meter
from bench.processes import Running, running

CURBE: Final = "curbe serve"
NO_OP: Final = "no-op"
COMMIT_EACH: Final = "commit-each"
GROUP_COMMIT: Final = "group-commit"
SERVERS: Final = (NO_OP, COMMIT_EACH, GROUP_COMMIT, CURBE)
TOP: Final = 4000  # webhooks a second: what one number at Meta's highest throughput makes
RATES: Final = (1000, 2000, TOP)
_CLOSED_CONNECTIONS: Final = 512  # more than 8 ms of requests at any rate reached here
_OPEN_CONNECTIONS: Final = 256
_BODIES: Final = 20_000
_DATABASE: Final = "bench_intake"


class Extent(msgspec.Struct, frozen=True):
    """How long each measurement lasts, in seconds."""

    seconds: float
    warmup: float


class Round(msgspec.Struct, frozen=True):
    """One server in one round: saturated, and at each rate."""

    server: str
    saturated: Driven
    at_rate: dict[int, Driven]


def prepare(cluster: Cluster, folder: Path, *, seed: int) -> Path:
    """Make the database and the file of requests; return the file."""
    cluster.fresh(_DATABASE)
    cluster.run(baseline_servers.TABLE, database=_DATABASE)
    chance = random.Random(seed)  # noqa: S311 - reproducible on purpose
    everybody = world.people(world.numbers())
    sent = [
        world.SentMessage(
            id=uuid7(),
            to=chance.choice(everybody),
            wamid=world.wamid(chance),
            callback=f"v1.{uuid7()}.{'x' * 12}",
        )
        for _ in range(_BODIES // 4)
    ]
    file = folder / "webhooks.bin"
    bodies = world.mixed(everybody, sent, at=int(time.time()), chance=chance)
    write_requests(file, (webhook_request(body) for body in bodies))
    return file


def measure(
    cluster: Cluster, generator: Generator, folder: Path, *, file: Path, server: str, extent: Extent
) -> Round:
    """Start one server, drive it in closed loop and at the rates, and stop it."""
    cluster.run("TRUNCATE webhook_events, bare", database=_DATABASE)
    cluster.settle()
    rates = RATES if server == CURBE else (TOP,)
    with _serving(cluster, folder, server) as process:

        def drive(rate: float) -> Driven:
            return generator.drive(
                port=process.port,
                file=file,
                shape=Shape(
                    rate=rate,
                    connections=_OPEN_CONNECTIONS if rate else _CLOSED_CONNECTIONS,
                    seconds=extent.seconds,
                    warmup=extent.warmup,
                ),
                meter=Meter(app=process.pid, postgres=cluster.pid),
            )

        at_rate = {rate: drive(rate) for rate in rates}
        saturated = drive(0)
    if server != NO_OP:
        _require_stored(cluster, server, [saturated, *at_rate.values()])
    return Round(server=server, saturated=saturated, at_rate=at_rate)


def environment(
    cluster: Cluster, folder: Path, *, database: str, graph: str = "http://127.0.0.1:9"
) -> Mapping[str, str]:
    """Return the settings of Curbe's processes."""
    return {
        "META_APP_ID": world.APP_ID,
        "META_APP_SECRET": world.APP_SECRET,
        "META_VERIFY_TOKEN": world.VERIFY_TOKEN,
        "TOKEN_ENCRYPTION_KEY": world.ENCRYPTION_KEY,
        "META_GRAPH_BASE_URL": graph,
        "DATABASE_URL": cluster.database(database),
        "CURBE_DATA_DIR": str(folder / "curbe"),
        "CURBE_PORT": "0",
        "CURBE_LOG_LEVEL": "warning",
    }


def curbe(command: str) -> list[str]:
    """Return how to start one of the product's processes; a developer's own .env is not read."""
    return ["-m", "curbe", "--env-file", os.devnull, command]


@contextlib.contextmanager
def _serving(cluster: Cluster, folder: Path, server: str) -> Iterator[Running]:
    if server == CURBE:
        command = curbe("serve")
        env = environment(cluster, folder, database=_DATABASE)
    else:
        command = ["-m", "bench.baseline_servers", server, cluster.database(_DATABASE)]
        env = {}
    with running(command, env=env, log=folder / f"{server.replace(' ', '-')}.log") as process:
        yield process


def _require_stored(cluster: Cluster, server: str, measured: list[Driven]) -> None:
    """A durable answer is worth its figure only if the row is there.

    Raises:
        RuntimeError: fewer rows than answers.
    """
    table = "webhook_events" if server == CURBE else "bare"
    ((stored,),) = [
        row.values()
        for row in cluster.run(f"SELECT count(*) FROM {table}", database=_DATABASE)  # noqa: S608 - one of two words above
    ]
    answered = sum(driven.seen.ok for driven in measured)
    if stored < answered:
        raise RuntimeError(f"{server} answered {answered} webhooks and stored {stored}")
