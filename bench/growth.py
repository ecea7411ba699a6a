"""Does applying cost more where much is stored? The same webhooks, of as many people anywhere among them, applied at several sizes.

And beside it those of many more people, as there are where so much is stored: each of their rows is then seldom in any cache.
"""

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import asyncpg
import msgspec

from bench import stored, world
from bench.apply import Applied, apply
from bench.cluster import Cluster
from bench.reads.filled import Size, fill
from bench.ways import USUAL
from bench.world import Number, Somebody

DATABASE: Final = "bench_growth"
FEW: Final = 1_000  # who write and are written to, at every size; all of them where there are fewer
MANY: Final = 50_000
_SOME: Final = """
SELECT p.tenant_id, p.connection_id, c.waba_id, c.phone_number_id, ltrim(c.phone_number_e164, '+') AS display,
       p.contact_id, p.conversation_id, p.wa_id, k.name
  FROM filled_people p
  JOIN channel_connections c ON c.id = p.connection_id
  JOIN contacts k ON k.tenant_id = p.tenant_id AND k.id = p.contact_id
 ORDER BY random() LIMIT $1"""

_KNOWN_TO_CONTACTS: Final = """
UPDATE contacts k SET bsuid = u.bsuid, bsuid_at = k.wa_id_at
  FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS u (tenant_id, id, bsuid) WHERE k.tenant_id = u.tenant_id AND k.id = u.id"""
_KNOWN_TO_CONVERSATIONS: Final = """
UPDATE conversations v SET contact_bsuid = u.bsuid
  FROM unnest($1::uuid[], $2::uuid[], $3::text[]) AS u (tenant_id, id, bsuid) WHERE v.tenant_id = u.tenant_id AND v.contact_id = u.id"""


class Grown(msgspec.Struct, frozen=True):
    """Applying what ``people`` write and were written, where ``messages`` are stored already."""

    messages: int
    conversations: int
    people: int
    applied: Applied


def prepare(cluster: Cluster, size: Size, *, say: Callable[[str], None]) -> None:
    """Make the database and fill it to a size."""
    fill(cluster.fresh(DATABASE), size=size, say=say)


def measure(cluster: Cluster, folder: Path, *, size: Size, events: int, seed: int) -> list[Grown]:
    """Apply ``events`` updates to what :func:`prepare` filled, after half as many that warm up, and drop the database.

    First those of a few people, then of many where there are more. A checkpoint lies before each warm-up, so that the pages that everybody
    writes to are written whole once, and not in what is measured.
    """
    dsn = cluster.database(DATABASE)
    everybody = asyncio.run(_known_people(dsn, seed=seed))
    grown = []
    for people in sorted({min(FEW, len(everybody)), len(everybody)}):
        asyncio.run(_wait_with(dsn, everybody[:people], events=events, seed=seed + people))
        cluster.settle()
        applied = apply(
            cluster,
            folder,
            database=DATABASE,
            name=f"{size.messages:,} messages stored, {people:,} people",
            batch=USUAL,
            warmup=events // 2,
            webhooks=events,
        )
        grown.append(
            Grown(messages=size.messages, conversations=size.conversations, people=people, applied=applied)
        )
    cluster.drop(DATABASE)
    return grown


async def _known_people(dsn: str, *, seed: int) -> list[Somebody]:
    """Return people anywhere among those who are there, in any order, after all of them were heard of."""
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute("SELECT setseed($1)", seed / 1000)
        everybody = [_somebody(row) for row in await connection.fetch(_SOME, MANY)]
        await _make_known(connection, everybody)
    finally:
        await connection.close()
    return everybody


async def _wait_with(dsn: str, everybody: Sequence[Somebody], *, events: int, seed: int) -> None:
    """Let updates of these people wait to be applied."""
    chance = random.Random(seed)  # noqa: S311 - reproducible on purpose
    now = datetime.now(UTC)
    connection = await asyncpg.connect(dsn)
    try:
        sent = stored.sent_messages(everybody, (events * 3 // 2 + 2 * USUAL) // 4, chance=chance)
        await stored.insert_sent(connection, sent, now=now)
        bodies = world.mixed(everybody, sent, at=int(time.time()), chance=chance)
        await stored.insert_webhooks(connection, bodies)
        await connection.execute("ANALYZE webhook_events")
    finally:
        await connection.close()


async def _make_known(connection: asyncpg.Connection, everybody: Sequence[Somebody]) -> None:
    """Let everybody have been heard of with the id that Meta sends beside phones, as whoever wrote once has."""
    await stored.insert_user_ids(connection, everybody)
    for known in (_KNOWN_TO_CONTACTS, _KNOWN_TO_CONVERSATIONS):
        await connection.execute(
            known,
            [one.number.tenant_id for one in everybody],
            [one.contact_id for one in everybody],
            [one.user_id for one in everybody],
        )
    await connection.execute("VACUUM ANALYZE contacts, contact_aliases, conversations")


def _somebody(row: asyncpg.Record) -> Somebody:
    number = Number(
        tenant_id=row["tenant_id"],
        connection_id=row["connection_id"],
        waba_id=row["waba_id"],
        phone_number_id=row["phone_number_id"],
        display=row["display"],
    )
    return Somebody(
        number=number,
        contact_id=row["contact_id"],
        conversation_id=row["conversation_id"],
        wa_id=row["wa_id"],
        name=row["name"],
    )
