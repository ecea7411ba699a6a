"""How fast one number sends through the outbox to the sandbox: a backlog worked off, and requests over the API as they come."""

import asyncio
import json
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
from bench.generator import Driven, Generator, Shape, write_requests
from bench.intake import Extent
from bench.kinds import TEMPLATE
from bench.machine import Meter
from bench.processes import Running
from bench.product import serving, working
from bench.queueing import TEXT, TEXTS, queue
from bench.sandbox import HIGH, WABA, graph, known_number, sandbox, sealed_tokens, tell
from bench.world import Number, Somebody
from curbe.auth import service as auth
from curbe.domain.access import Scope
from curbe.domain.content import Content
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool, Role
from curbe.outbound.governor import REPLY

_DATABASE: Final = "bench_sends"
_TEMPLATE: Final = {
    "waba_id": WABA,
    "name": TEMPLATE,
    "language": "es",
    "components": [{"type": "BODY", "text": "Hola {{1}}, su pedido va en camino."}],
}
_CONNECTIONS: Final = 32
_PATIENCE: Final = 60.0  # seconds
_OUTCOMES: Final = """
SELECT count(*) AS queued, count(accepted_at) AS accepted,
       extract(epoch FROM max(accepted_at) - min(accepted_at))::float8 AS seconds,
       percentile_cont(ARRAY[0.5, 0.99, 0.999]) WITHIN GROUP (ORDER BY extract(epoch FROM accepted_at - created_at)::float8 * 1000) AS ms
  FROM messages WHERE direction = 'outbound'"""


class Backlog(msgspec.Struct, frozen=True):
    """A queue worked off as fast as the number may: of texts, or of messages of every kind."""

    kinds: int
    sends: int
    seconds: float  # from the first acceptance to the last
    app_us: float  # of the worker, for one send
    postgres_us: float

    @property
    def per_second(self) -> float:
        """Accepted sends a second."""
        return (self.sends - 1) / self.seconds


class Steady(msgspec.Struct, frozen=True):
    """Requests to the API at a rate. Milliseconds from queued to accepted by the sandbox."""

    rate: int
    sends: int
    p50_ms: float
    p99_ms: float
    p999_ms: float
    api: Driven  # the API's own answers


class Fixture(msgspec.Struct, frozen=True):
    """A tenant with one connected number, people who wrote just now, and a key."""

    number: Number
    everybody: list[Somebody]
    key: str


def prepare(cluster: Cluster, *, most: int) -> Fixture:
    """Make the database with one tenant and ``most`` people to send to."""
    dsn = cluster.fresh(_DATABASE)
    number = known_number(HIGH)
    return asyncio.run(_fill(dsn, number, world.people([number], each=most)))


def backlog(
    cluster: Cluster, folder: Path, fixture: Fixture, *, sends: int, contents: Sequence[Content] = TEXTS
) -> Backlog:
    """Queue ``sends`` messages, the ``contents`` in turn, start sandbox and worker, and time the acceptances.

    Raises:
        RuntimeError: a message was not accepted.
    """
    asyncio.run(_queue(cluster.database(_DATABASE), fixture, sends=sends, contents=contents))
    cluster.settle()
    with _sandbox(folder) as meta, working(cluster, folder, database=_DATABASE, graph=graph(meta)) as worker:
        meter = Meter(app=worker.pid, postgres=cluster.pid)
        _wait_until_accepted(cluster, sends)
        app, postgres = meter.spent()
    outcome = _outcome(cluster)
    _forget(cluster)
    return Backlog(
        kinds=len(contents),
        sends=sends,
        seconds=outcome["seconds"],
        app_us=app * 1e6 / sends,
        postgres_us=postgres * 1e6 / sends,
    )


def steady(
    cluster: Cluster, generator: Generator, folder: Path, fixture: Fixture, *, rate: int, extent: Extent
) -> Steady:
    """Ask the API for ``rate`` sends a second with sandbox and worker running, and time queued to accepted.

    Raises:
        RuntimeError: a message was not accepted.
    """
    file = folder / "sends.bin"
    write_requests(file, (_send_request(fixture, somebody) for somebody in fixture.everybody))
    with (
        _sandbox(folder) as meta,
        working(cluster, folder, database=_DATABASE, graph=graph(meta)),
        serving(cluster, folder, database=_DATABASE) as web,
    ):
        driven = generator.drive(
            port=web.port,
            file=file,
            shape=Shape(rate=rate, connections=_CONNECTIONS, seconds=extent.seconds, warmup=extent.warmup),
            meter=Meter(app=web.pid, postgres=cluster.pid),
        )
        _wait_until_accepted(cluster, driven.seen.ok)
    outcome = _outcome(cluster)
    _forget(cluster)
    p50, p99, p999 = outcome["ms"]
    return Steady(rate=rate, sends=outcome["accepted"], p50_ms=p50, p99_ms=p99, p999_ms=p999, api=driven)


async def _fill(dsn: str, number: Number, everybody: list[Somebody]) -> Fixture:
    connection = await asyncpg.connect(dsn)
    try:
        await stored.insert_tenants(connection, [number], token_of=sealed_tokens([number]))
        await stored.insert_people(connection, everybody, now=datetime.now(UTC))
        # Not the tables that are empty: analysed so, they would be scanned from end to end until the next analysis.
        await connection.execute(
            "VACUUM ANALYZE tenants, channel_connections, contacts, contact_aliases, conversations"
        )
    finally:
        await connection.close()
    pool = await Pool.open(dsn, Role.WEB, size=1)
    async with pool.transaction(number.tenant_id) as tx:
        made = await auth.make_key(
            tx,
            tenant_id=number.tenant_id,
            name="bench",
            scopes=[Scope.MESSAGES_SEND],
            creator=None,
            now=utc_now(),
        )
    await pool.close()
    return Fixture(number=number, everybody=everybody, key=made.key.reveal())


async def _queue(dsn: str, fixture: Fixture, *, sends: int, contents: Sequence[Content]) -> None:
    pool = await Pool.open(dsn, Role.WEB, size=1)
    await queue(pool, fixture.everybody[:sends], priority=REPLY, contents=contents)
    await pool.close()


def _send_request(fixture: Fixture, somebody: Somebody) -> bytes:
    body = json.dumps({"to": f"+{somebody.wa_id}", "text": TEXT.text.body}).encode()
    head = (
        f"POST /api/tenants/{fixture.number.tenant_id}/whatsapp/messages/send HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {fixture.key}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@contextmanager
def _sandbox(folder: Path) -> Iterator[Running]:
    with sandbox(folder) as started:
        tell(started, "POST", "templates", _TEMPLATE)
        yield started


def _outcome(cluster: Cluster) -> dict[str, Any]:
    return cluster.run(_OUTCOMES, database=_DATABASE)[0]


def _wait_until_accepted(cluster: Cluster, sends: int) -> None:
    until = time.monotonic() + _PATIENCE
    while (outcome := _outcome(cluster))["accepted"] < max(sends, outcome["queued"]):
        if time.monotonic() > until:
            raise RuntimeError(
                f"{outcome['accepted']} of {outcome['queued']} messages were accepted in {_PATIENCE:.0f} s"
            )
        time.sleep(0.2)


def _forget(cluster: Cluster) -> None:
    """Remove what was sent, so that the next measurement begins as this one did."""
    cluster.run(
        "TRUNCATE outbox, messages, parked_statuses, idempotency_keys, events CASCADE", database=_DATABASE
    )
