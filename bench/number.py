"""One number at Meta's highest throughput, whole: taking, applying and sending together.

A number of 1,000 messages a second makes 4,000 webhooks a second (three statuses for each message it sends, and as many messages of
people) and has 1,000 messages a second to send. ``curbe serve``, ``curbe work``, PostgreSQL, the sandbox, who queues and who delivers share
the machine.
"""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import asyncpg
import msgspec

from bench import stored, world
from bench.cluster import Cluster
from bench.generator import Generator, Seen, Shape, webhook_request, write_requests
from bench.product import serving, working
from bench.sandbox import HIGH, USUAL, graph, known_number, sandbox, sealed_tokens
from bench.watch import POSTGRES, Second, Watch
from bench.world import Number, Somebody

WEBHOOKS: Final = 4000  # a second, of one number
SENDS: Final = 1000
WEB: Final = "web"
WORKER: Final = "worker"
GENERATOR: Final = "generator"
OTHERS: Final = ("sandbox", "feeder", GENERATOR)  # what would not be on the machine
_DATABASE: Final = "bench_number"
_CONNECTIONS: Final = 256
_CATCHING_UP: Final = 600.0
_KNOWN: Final = (HIGH, USUAL)
_OUTCOME: Final = """
SELECT (SELECT count(*) FROM webhook_events) AS stored,
       (SELECT coalesce(sum(count), 0)::bigint FROM ingest_counts WHERE outcome IN ('applied', 'duplicate')) AS applied,
       (SELECT count(*) FROM apply_lanes l JOIN webhook_events w ON (w.xid, w.id) > (l.xid, l.id)) AS waiting"""
# Those that were there before have no sender.
_ACCEPTED: Final = """
SELECT count(*)::integer AS messages FROM messages
 WHERE direction = 'outbound' AND sender IS NOT NULL AND accepted_at BETWEEN '{began}' AND '{ended}'"""


class Load(msgspec.Struct, frozen=True):
    """How much: full numbers, for how many seconds, and with whom each speaks: enough that nobody is written to too often."""

    numbers: int
    seconds: float
    people: int = 50_000
    warmup: float = 5.0  # seconds


class Carried(msgspec.Struct, frozen=True):
    """What came of it. ``left``: webhooks that were not applied when the time was over; they were within ``caught_up`` seconds."""

    numbers: int
    seconds: float
    seen: Seen
    cores: dict[str, float]  # by process, over the whole time
    memory: dict[str, int]  # MiB
    timeline: list[Second]
    lags: list[float]  # seconds, five a second
    queued: int
    accepted: int  # within the measured time
    stored: int
    applied: int
    left: int
    caught_up: float

    @property
    def sends_per_second(self) -> float:
        """Messages that the sandbox accepted, a second."""
        return self.accepted / self.seconds

    @property
    def product_cores(self) -> float:
        """Cores of what would be on the machine in real life: web, worker and PostgreSQL."""
        return sum(self.cores[name] for name in (WEB, WORKER, POSTGRES))

    @property
    def all_cores(self) -> float:
        """Cores of everything, the generator and Meta's part included."""
        return sum(self.cores.values())

    def lag(self, share: float) -> float:
        """Return the age of the oldest webhook not yet applied, in seconds, that was not passed in ``share`` of the time."""
        ordered = sorted(self.lags)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure(cluster: Cluster, generator: Generator, folder: Path, *, load: Load, seed: int) -> Carried:
    """Fill a database, run everything, and return what came of it.

    Raises:
        RuntimeError: a webhook was answered and is not there, or is there and was never applied.
    """
    numbers = [known_number(one) for one in _KNOWN[: load.numbers]]
    file = _prepare(cluster, folder, numbers, load=load, seed=seed)
    cluster.settle()
    seconds = load.seconds + load.warmup
    shape = Shape(
        rate=WEBHOOKS * load.numbers, connections=_CONNECTIONS, seconds=load.seconds, warmup=load.warmup
    )
    with (
        sandbox(folder, enforce_throughput=load.numbers == 1) as meta,
        working(cluster, folder, database=_DATABASE, graph=graph(meta)) as worker,
        serving(cluster, folder, database=_DATABASE) as web,
        _feeding(cluster, folder, rate=SENDS * load.numbers, seconds=seconds) as feeder,
    ):
        processes = {WEB: web.pid, WORKER: worker.pid, "sandbox": meta.pid, "feeder": feeder.pid}
        watch = Watch(cluster, database=_DATABASE, processes=processes)
        _say(feeder, "go")
        driven = generator.drive(port=web.port, file=file, shape=shape, meter=watch)
        counted = _ACCEPTED.format(began=watch.began_at, ended=watch.ended_at)
        (accepted,) = cluster.run(counted, database=_DATABASE)
        left = _outcome(cluster)["waiting"]
        caught_up = _caught_up(cluster)
        queued = int(_heard(feeder, folder))
    outcome = _outcome(cluster)
    file.unlink()
    cluster.drop(_DATABASE)
    if outcome["stored"] < driven.seen.ok or outcome["applied"] < outcome["stored"]:
        raise RuntimeError(
            f"{driven.seen.ok} webhooks were answered, {outcome['stored']} stored, {outcome['applied']} applied"
        )
    return Carried(
        numbers=load.numbers,
        seconds=load.seconds,
        seen=driven.seen,
        cores={**watch.cores, GENERATOR: driven.seen.generator_cpu / 1e6 / load.seconds},
        memory=watch.memory(),
        timeline=watch.seconds,
        lags=watch.lags,
        queued=queued,
        accepted=accepted["messages"],
        stored=outcome["stored"],
        applied=outcome["applied"],
        left=left,
        caught_up=caught_up,
    )


def _prepare(cluster: Cluster, folder: Path, numbers: Sequence[Number], *, load: Load, seed: int) -> Path:
    """Fill the database with people and with messages whose statuses are to come, and return the file of requests."""
    dsn = cluster.fresh(_DATABASE)
    chance = random.Random(seed)  # noqa: S311 - reproducible on purpose
    everybody = world.people(numbers, each=load.people)
    webhooks = int(WEBHOOKS * load.numbers * (load.seconds + load.warmup))
    sent = stored.sent_messages(everybody, webhooks // 4 + 1, chance=chance)
    asyncio.run(_fill(dsn, numbers, everybody, sent))
    (folder / "people.msgpack").write_bytes(msgspec.msgpack.encode(everybody))
    file = folder / "number.bin"
    bodies = world.mixed(everybody, sent, at=int(time.time()), chance=chance)
    write_requests(file, (webhook_request(body) for body in bodies))
    return file


async def _fill(
    dsn: str, numbers: Sequence[Number], everybody: Sequence[Somebody], sent: Sequence[world.SentMessage]
) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await stored.insert_tenants(connection, numbers, token_of=sealed_tokens(numbers))
        await stored.insert_people(connection, everybody, now=datetime.now(UTC))
        await stored.insert_sent(connection, sent, now=datetime.now(UTC))
        # Not the tables that are empty: analysed so, they would be scanned from end to end until the next analysis.
        await connection.execute(
            "VACUUM ANALYZE tenants, channel_connections, contacts, contact_aliases, conversations, messages"
        )
    finally:
        await connection.close()


@contextmanager
def _feeding(
    cluster: Cluster, folder: Path, *, rate: float, seconds: float
) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "bench.feeder", str(rate), str(seconds), str(folder / "people.msgpack")]
    with (
        (folder / "feeder.log").open("ab") as errors,
        subprocess.Popen(
            [*command, cluster.database(_DATABASE)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as feeder,
    ):
        try:
            _heard(feeder, folder)
            yield feeder
        finally:
            feeder.terminate()


def _say(process: subprocess.Popen[str], word: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{word}\n")
    process.stdin.flush()


def _heard(process: subprocess.Popen[str], folder: Path) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"queueing broke off: {(folder / 'feeder.log').read_text()[-2000:]}")
    return line.strip()


def _outcome(cluster: Cluster) -> dict[str, Any]:
    return cluster.run(_OUTCOME, database=_DATABASE)[0]


def _caught_up(cluster: Cluster) -> float:
    """Wait until everything that was stored is applied, and return how many seconds that took."""
    began = time.monotonic()
    while (outcome := _outcome(cluster))["waiting"] and time.monotonic() - began < _CATCHING_UP:
        if outcome["applied"] >= outcome["stored"]:
            break
        time.sleep(0.2)
    return time.monotonic() - began
