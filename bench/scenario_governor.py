"""Does one number reach what Meta grants and no second more, and who waits for a campaign?

``python -m bench.scenario_governor`` asks this alone. Two measurements against the sandbox, real processes, PostgreSQL as always. The pace:
a backlog on a number of 1,000 messages a second; the sandbox's own record of what it accepted, and when, is read in windows that slide
from message to message. Fairness: one tenant's replies, from queued to accepted, alone and while another tenant's campaign goes out.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from statistics import quantiles
from typing import Final

import asyncpg
import msgspec

from bench import stored, world
from bench.cluster import Cluster, cluster
from bench.machine import Neighbours
from bench.processes import Running
from bench.product import working
from bench.queueing import queue
from bench.sandbox import HIGH, USUAL, graph, known_number, sandbox, sealed_tokens, shown
from bench.world import Somebody
from curbe.infra.db import Pool, Role
from curbe.outbound.governor import CAMPAIGN, REPLY

_DATABASE: Final = "bench_governor"
# The one that replies is the one with the slow number.
_REPLIES_LEFT: Final = """
SELECT count(*) AS left FROM outbox o JOIN channel_connections c ON c.id = o.channel_connection_id WHERE c.messages_per_second = 80"""
_REPLY_TIMES: Final = """
SELECT extract(epoch FROM m.accepted_at - m.created_at)::float8 * 1000 AS ms
  FROM messages m JOIN channel_connections c ON c.id = m.channel_connection_id
 WHERE c.messages_per_second = 80 AND m.accepted_at IS NOT NULL"""
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
        self._small: Final = known_number(USUAL)
        self._large: Final = known_number(HIGH)
        self._few: Final = world.people([self._small], each=200)
        self._many: Final = world.people([self._large], each=people)
        asyncio.run(self._fill(dsn))

    def pace(self, messages: int) -> Reached:
        """Queue ``messages`` on the fast number, start sandbox and worker, and read the sandbox's record."""
        asyncio.run(self._queue(self._many[:messages], priority=CAMPAIGN))
        with sandbox(self._folder) as meta, self._working(meta):
            self._wait_until("SELECT count(*) AS left FROM outbox", at_most=0)
            times = _accepted_at(meta, phone_number_id=HIGH)
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
        with sandbox(self._folder) as meta, self._working(meta):
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
        connection = await asyncpg.connect(dsn)
        try:
            numbers = [self._small, self._large]
            await stored.insert_tenants(connection, numbers, token_of=sealed_tokens(numbers))
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
        await queue(pool, people, priority=priority)
        await pool.close()

    async def _reply(self, count: int) -> None:
        pool = await Pool.open(self._postgres.database(_DATABASE), Role.WEB, size=1)
        for number in range(count):
            await queue(pool, [self._few[number % len(self._few)]], priority=REPLY)
            await asyncio.sleep(_BETWEEN_REPLIES)
        await pool.close()

    def _working(self, meta: Running) -> AbstractContextManager[Running]:
        return working(self._postgres, self._folder, database=_DATABASE, graph=graph(meta))

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


def _accepted_at(meta: Running, *, phone_number_id: str) -> list[float]:
    """Return when the sandbox accepted each message of a number, seconds, in order."""
    since, times = 0, []
    while True:
        page = shown(meta, f"record?since={since}&limit={_PAGE}")
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
