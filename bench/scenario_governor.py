"""Does one number reach what Meta grants and no second more, and who waits for a campaign?

``python -m bench.scenario_governor`` asks this alone. Two measurements against the sandbox, real processes, PostgreSQL as always. The pace:
a backlog on a number of 1,000 messages a second; the sandbox's own record of what it accepted, and when, is read in windows that slide
from message to message. Fairness: one tenant's replies, from queued to accepted, alone and while another tenant's campaign goes out.
"""

import argparse
import asyncio
import json
import tempfile
import time
import urllib.request
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Final

import asyncpg
import msgspec
from uuid_utils.compat import uuid7

from bench import intake, stored, world
from bench.cluster import Cluster, cluster
from bench.machine import Neighbours
from bench.processes import Running, running
from bench.world import Number, Somebody
from curbe.domain.content import TextBody, TextMessage, encoded
from curbe.inbox import departures
from curbe.inbox.departures import Departure
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring, Secret, binding
from curbe.infra.db import Pool, Role
from curbe.outbound import store as outbox
from curbe.outbound.governor import CAMPAIGN, REPLY

_DATABASE: Final = "bench_governor"
_TOKEN: Final = "EAAsandboxToken000000000001"  # noqa: S105 - the sandbox's documented one
_WABA: Final = "200000000000001"
_USUAL: Final = "300000000000001"  # 80 messages a second
_HIGH: Final = "300000000000002"  # 1,000
_CONTENT: Final = encoded(TextMessage(text=TextBody(body="Su pedido va en camino.")))
# The one that replies is the one with the slow number.
_REPLIES_LEFT: Final = """
SELECT count(*) AS left FROM outbox o JOIN channel_connections c ON c.id = o.channel_connection_id WHERE c.messages_per_second = 80"""
_REPLY_TIMES: Final = """
SELECT extract(epoch FROM m.accepted_at - m.created_at)::float8 * 1000 AS ms
  FROM messages m JOIN channel_connections c ON c.id = m.channel_connection_id
 WHERE c.messages_per_second = 80 AND m.accepted_at IS NOT NULL"""
_AT_ONCE: Final = 500
_PAGE: Final = 100_000
_BETWEEN_REPLIES: Final = 0.4  # seconds
_PATIENCE: Final = 180.0  # seconds


class Reached(msgspec.Struct, frozen=True):
    """What the sandbox saw of one number."""

    messages: int
    per_second: float  # between the first and the last
    fullest_second: int
    windows: int
    windows_over: int
    refused: int  # as too fast


class Replies(msgspec.Struct, frozen=True):
    """One tenant's replies beside another's ``campaign``, milliseconds from queued to accepted."""

    campaign: int
    replies: int
    p50_ms: float
    p95_ms: float
    longest_ms: float


def windows(times: Sequence[float], *, limit: int) -> tuple[int, int]:
    """Return the most messages in any second, and how many of the seconds that end with a message hold more than ``limit``."""
    fullest = over = first = 0
    for last, at in enumerate(times):
        while times[first] <= at - 1:
            first += 1
        held = last - first + 1
        fullest, over = max(fullest, held), over + (held > limit)
    return fullest, over


def main() -> None:
    """Measure as told on the command line, and print what was seen."""
    parser = argparse.ArgumentParser(prog="python -m bench.scenario_governor", description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000, help="of the backlog")
    parser.add_argument(
        "--campaign", type=int, default=100_000, help="messages that wait while replies are measured"
    )
    parser.add_argument("--replies", type=int, default=60)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="curbe-bench-") as made:
        folder = Path(made).resolve()
        folder.chmod(0o711)
        with cluster(folder) as postgres:
            bench = Governed(postgres, folder, people=max(told.messages, told.campaign))
            for ask in (
                lambda: bench.pace(told.messages),
                lambda: bench.replies(told.replies, campaign=0),
                lambda: bench.replies(told.replies, campaign=told.campaign),
            ):
                neighbours = Neighbours(postgres=postgres.pid)
                seen = ask()
                print(f"{seen}, {neighbours.cores():.1f} cores taken by other work", flush=True)


class Governed:
    """Two tenants with a number each at the sandbox: one that replies, one that writes to many."""

    def __init__(self, postgres: Cluster, folder: Path, *, people: int) -> None:
        self._postgres: Final = postgres
        self._folder: Final = folder
        dsn = postgres.fresh(_DATABASE)
        self._small: Final = _number(_USUAL, "34600000001")
        self._large: Final = _number(_HIGH, "525550000001")
        self._few: Final = world.people([self._small], each=200)
        self._many: Final = world.people([self._large], each=people)
        asyncio.run(self._fill(dsn))

    def pace(self, messages: int) -> Reached:
        """Queue ``messages`` on the fast number, start sandbox and worker, and read the sandbox's record."""
        asyncio.run(self._queue(self._many[:messages], priority=CAMPAIGN))
        with self._sandbox() as sandbox, self._worker(sandbox):
            self._wait_until("SELECT count(*) AS left FROM outbox", at_most=0)
            times = _accepted_at(sandbox, phone_number_id=_HIGH)
            refused = self._postgres.run(
                "SELECT count(*) FILTER (WHERE attempt > 1) AS n FROM messages", database=_DATABASE
            )
        self._forget()
        fullest, over = windows(times, limit=1000)
        return Reached(
            messages=len(times),
            per_second=(len(times) - 1) / (times[-1] - times[0]),
            fullest_second=fullest,
            windows=len(times),
            windows_over=over,
            refused=refused[0]["n"],
        )

    def replies(self, count: int, *, campaign: int) -> Replies:
        """Reply every now and then from the slow number while ``campaign`` messages go out from the other tenant's."""
        if campaign:
            asyncio.run(self._queue(self._many[:campaign], priority=CAMPAIGN))
        with self._sandbox() as sandbox, self._worker(sandbox):
            time.sleep(3)
            asyncio.run(self._reply(count))
            self._wait_until(_REPLIES_LEFT, at_most=0)
        rows = self._postgres.run(_REPLY_TIMES, database=_DATABASE)
        self._forget()
        times = sorted(row["ms"] for row in rows)
        parts = quantiles(times, n=20)
        return Replies(
            campaign=campaign, replies=len(times), p50_ms=parts[9], p95_ms=parts[18], longest_ms=times[-1]
        )

    async def _fill(self, dsn: str) -> None:
        keyring = Keyring.from_base64(Secret(world.ENCRYPTION_KEY))
        connection = await asyncpg.connect(dsn)
        try:
            sealed = {
                number.connection_id: keyring.seal(
                    Secret(_TOKEN),
                    bound_to=binding(
                        "channel_connections", number.tenant_id, number.connection_id, "access_token_enc"
                    ),
                )
                for number in (self._small, self._large)
            }
            await stored.insert_tenants(connection, [self._small, self._large], token_of=sealed)
            await connection.execute(
                "UPDATE channel_connections SET messages_per_second = 80 WHERE id = $1",
                self._small.connection_id,
            )
            await stored.insert_people(connection, [*self._few, *self._many], now=datetime.now(UTC))
            await connection.execute(
                "VACUUM ANALYZE tenants, channel_connections, contacts, contact_aliases, conversations"
            )
        finally:
            await connection.close()

    async def _queue(self, people: Sequence[Somebody], *, priority: int) -> None:
        pool = await Pool.open(self._postgres.database(_DATABASE), Role.WEB, size=1)
        for first in range(0, len(people), _AT_ONCE):
            await _enqueue(pool, people[first : first + _AT_ONCE], priority=priority)
        await pool.close()

    async def _reply(self, count: int) -> None:
        pool = await Pool.open(self._postgres.database(_DATABASE), Role.WEB, size=1)
        for number in range(count):
            await _enqueue(pool, [self._few[number % len(self._few)]], priority=REPLY)
            await asyncio.sleep(_BETWEEN_REPLIES)
        await pool.close()

    def _sandbox(self):  # noqa: ANN202 - a context manager of Running, as `running` says
        command = ["-c", "from curbe_sandbox.cli import main; main()", "--port", "0"]
        return running(command, env={}, log=self._folder / "sandbox.log")

    def _worker(self, sandbox: Running):  # noqa: ANN202 - as above
        _set_up(sandbox)
        graph = f"http://127.0.0.1:{sandbox.port}"
        env = intake.environment(self._postgres, self._folder, database=_DATABASE, graph=graph)
        return running(intake.curbe("work"), env=env, log=self._folder / "work.log")

    def _wait_until(self, sql: str, *, at_most: int) -> None:
        until = time.monotonic() + _PATIENCE
        while (left := self._postgres.run(sql, database=_DATABASE)[0]["left"]) > at_most:
            if time.monotonic() > until:
                raise RuntimeError(f"{left} messages were not sent in {_PATIENCE:.0f} s")
            time.sleep(0.5)

    def _forget(self) -> None:
        self._postgres.run(
            "TRUNCATE outbox, messages, parked_statuses, idempotency_keys, events CASCADE", database=_DATABASE
        )


async def _enqueue(pool: Pool, people: Sequence[Somebody], *, priority: int) -> None:
    rows = [
        Departure(
            tenant_id=one.number.tenant_id,
            id=uuid7(),
            connection_id=one.number.connection_id,
            conversation_id=one.conversation_id,
            type="text",
            text="",
            payload=_CONTENT,
            reply_to=None,
            sender="bench",
            created_at=utc_now(),
        )
        for one in people
    ]
    async with pool.transaction(rows[0].tenant_id) as tx:
        await departures.queue(tx, rows)
        waiting = [(row.id, row.connection_id, row.conversation_id) for row in rows]
        await outbox.enqueue(tx, tenant_id=rows[0].tenant_id, rows=waiting, priority=priority)


def _number(phone_number_id: str, display: str) -> Number:
    return Number(
        tenant_id=uuid7(),
        connection_id=uuid7(),
        waba_id=_WABA,
        phone_number_id=phone_number_id,
        display=display,
    )


def _set_up(sandbox: Running) -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{sandbox.port}/sandbox/settings", method="PATCH", data=b'{"enforce_window": false}'
    )
    urllib.request.urlopen(request, timeout=10).close()  # noqa: S310 - the sandbox just started


def _accepted_at(sandbox: Running, *, phone_number_id: str) -> list[float]:
    """Return when the sandbox accepted each message of a number, seconds, in order."""
    since, times = 0, []
    while True:
        url = f"http://127.0.0.1:{sandbox.port}/sandbox/record?since={since}&limit={_PAGE}"
        with urllib.request.urlopen(url, timeout=60) as answer:
            page = json.load(answer)
        times += [
            datetime.fromisoformat(entry["at"]).timestamp()
            for entry in page["entries"]
            if entry.get("phone_number_id") == phone_number_id and entry["kind"] == "message"
        ]
        if page["last_seq"] == since:
            return sorted(times)
        since = page["last_seq"]


if __name__ == "__main__":
    main()
