"""How fast a signed webhook is durably taken: Curbe's intake beside servers that do less, all driven the same way."""

import random
import time
from collections.abc import Iterable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

import msgspec
from uuid_utils.compat import uuid7

from bench import baseline_servers, peers, world
from bench.cluster import Cluster
from bench.generator import Driven, Generator, Shape, webhook_request, write_requests
from bench.machine import Meter
from bench.processes import Running, running
from bench.product import serving

CURBE: Final = "curbe serve"
NO_OP: Final = "no-op"
COMMIT_EACH: Final = "commit-each"
GROUP_COMMIT: Final = "group-commit"
SERVERS: Final = (NO_OP, COMMIT_EACH, GROUP_COMMIT, CURBE)
TOP: Final = 4000  # webhooks a second: what one number at Meta's highest throughput makes
RATES: Final = (1000, 2000, TOP)
_CLOSED_CONNECTIONS: Final = 512  # more than 8 ms of requests at any rate reached here
_OPEN_CONNECTIONS: Final = 256
HUNDRED: Final = 100  # updates in each of the larger bodies
HUNDREDS: Final = 100  # of them a second: 10,000 updates
_FEW_CONNECTIONS: Final = 64
_DATABASE: Final = "bench_intake"


class Extent(msgspec.Struct, frozen=True):
    """How long each measurement lasts, in seconds."""

    seconds: float
    warmup: float


class Round(msgspec.Struct, frozen=True):
    """One server in one round: saturated and at each rate, with single updates and with a hundred in a body."""

    server: str
    saturated: Driven
    at_rate: dict[int, Driven]
    hundreds_saturated: Driven
    hundreds: Driven


class Requests(msgspec.Struct, frozen=True):
    """The files of requests: one update in each, a hundred, and as the peer can read them."""

    single: Path
    hundreds: Path
    peer: Path


def prepare(cluster: Cluster, folder: Path, *, bodies: int, seed: int) -> Requests:
    """Make the database and the files of ``bodies`` requests; return those."""
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
        for _ in range(bodies // 4)
    ]
    made = list(world.mixed(everybody, sent, at=int(time.time()), chance=chance))
    return Requests(
        single=_written(folder / "single.bin", made),
        hundreds=_written(folder / "hundreds.bin", world.together(made, updates=HUNDRED)),
        peer=peers.prepare(folder, made),
    )


def _written(file: Path, bodies: Iterable[bytes]) -> Path:
    write_requests(file, (webhook_request(body) for body in bodies))
    return file


def measure(
    cluster: Cluster, generator: Generator, folder: Path, *, requests: Requests, server: str, extent: Extent
) -> Round:
    """Start one server, drive it in closed loop and at the rates, and stop it."""
    cluster.run("TRUNCATE webhook_events, bare", database=_DATABASE)
    cluster.settle()
    rates = RATES if server == CURBE else (TOP,)
    with _serving(cluster, folder, server) as process:

        def drive(file: Path, connections: int, rate: float = 0) -> Driven:
            return generator.drive(
                port=process.port,
                file=file,
                shape=Shape(rate=rate, connections=connections, seconds=extent.seconds, warmup=extent.warmup),
                meter=Meter(app=process.pid, postgres=cluster.pid),
            )

        at_rate = {rate: drive(requests.single, _OPEN_CONNECTIONS, rate) for rate in rates}
        seen = Round(
            server=server,
            saturated=drive(requests.single, _CLOSED_CONNECTIONS),
            at_rate=at_rate,
            hundreds_saturated=drive(requests.hundreds, _FEW_CONNECTIONS),
            hundreds=drive(requests.hundreds, _FEW_CONNECTIONS, HUNDREDS),
        )
    if server != NO_OP:
        _require_stored(
            cluster, server, [seen.saturated, *at_rate.values(), seen.hundreds_saturated, seen.hundreds]
        )
    return seen


def _serving(cluster: Cluster, folder: Path, server: str) -> AbstractContextManager[Running]:
    if server == CURBE:
        return serving(cluster, folder, database=_DATABASE)
    command = ["-m", "bench.baseline_servers", server, cluster.database(_DATABASE)]
    return running(command, env={}, log=folder / f"{server}.log")


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
