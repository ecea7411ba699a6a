"""Reads the webhook log by cursor, and writes the tables of notices, set-aside items and counts."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.domain.messages import NoticeReceived
from curbe.infra.db import Pool, Query, Role, Transaction
from curbe.infra.roles import connection_name
from curbe.ingest.rules import Connection, Item, SetAside


class Lane(msgspec.Struct, frozen=True):
    """A lane that this transaction has locked, with its cursor: the ``xid`` and ``id`` of the last webhook applied.

    ``lanes``: how many lanes there are.
    """

    lane: int
    xid: int
    id: int
    lanes: int


class StoredWebhook(msgspec.Struct, frozen=True):
    """One row of the webhook log."""

    xid: int
    id: int
    received_at: datetime
    meta_app_id: str
    body: bytes


class StoredNotice(msgspec.Struct, frozen=True):
    """A notice that was new for a tenant."""

    tenant_id: UUID
    id: UUID


class _LaneNumber(msgspec.Struct, frozen=True):
    lane: int


class _Count(msgspec.Struct, frozen=True):
    count: int


class _Seconds(msgspec.Struct, frozen=True):
    seconds: float | None


_IS_AHEAD: Final = Query("curbe.ingest", "is_ahead", _LaneNumber)
_LOCK_LANE: Final = Query("curbe.ingest", "lock_lane", Lane)
_LANES: Final = Query("curbe.ingest", "lanes", _LaneNumber)
_AWAIT_LANE: Final = Query("curbe.ingest", "await_lane", _LaneNumber)
_READ_AHEAD: Final = Query("curbe.ingest", "read_ahead", StoredWebhook)
_MOVE_LANE: Final = Query("curbe.ingest", "move_lane")
_CONNECTIONS_OF: Final = Query("curbe.ingest", "connections_of", Connection)
_INSERT_NOTICES: Final = Query("curbe.ingest", "insert_notices", StoredNotice)
_SET_ASIDE: Final = Query("curbe.ingest", "set_aside")
_RELEASE: Final = Query("curbe.ingest", "release")
_COUNT_QUARANTINED: Final = Query("curbe.ingest", "count_quarantined", _Count)
_ADD_COUNTS: Final = Query("curbe.ingest", "add_counts")
_BACKLOG: Final = Query("curbe.ingest", "backlog", _Seconds)
_STORED_BY_ID: Final = Query("curbe.ingest", "stored_by_id", StoredWebhook)

# Of our own connections the intake's alone may write into the log: for no other is it waited (docs/adr/0020).
_BYSTANDERS: Final = [connection_name(role) for role in Role if role is not Role.INTAKE]
_LONGEST_ID: Final = 200  # characters. Meta's have below 20 digits

Counts = Counter[tuple[str, str, str]]  # (meta_app_id, outcome, reason) -> items


async def lock_lane(tx: Transaction, lane: int) -> Lane | None:
    """Lock a lane for this transaction; None if another applier holds it."""
    return await _LOCK_LANE.one(tx, lane=lane)


async def is_ahead(pool: Pool, lane: int) -> bool:
    """Tell whether there is anything in the log beyond a lane's cursor; it may have to wait for an older transaction yet."""
    return await pool.ask(_IS_AHEAD, lane=lane) is not None


async def lanes(tx: Transaction) -> list[int]:
    """Return the numbers of the lanes."""
    return [row.lane for row in await _LANES.all(tx)]


async def await_batches(pool: Pool) -> None:
    """Wait until every batch that is running now has ended; later ones see everything that is committed by now."""
    async with pool.transaction() as tx:
        numbers = await lanes(tx)
    for lane in numbers:
        async with pool.transaction() as tx:
            await _AWAIT_LANE.one(tx, lane=lane)


async def read_ahead(tx: Transaction, lane: Lane, *, most: int, max_bytes: int) -> list[StoredWebhook]:
    """Return the lane's next webhooks in order: at most ``most`` of them and about ``max_bytes`` of bodies, but at least one."""
    return await _READ_AHEAD.all(
        tx,
        xid=lane.xid,
        id=lane.id,
        lanes=lane.lanes,
        lane=lane.lane,
        most=most,
        max_bytes=max_bytes,
        bystanders=_BYSTANDERS,
    )


async def move_lane(tx: Transaction, lane: Lane, last: StoredWebhook) -> None:
    """Move the lane's cursor past ``last``."""
    await _MOVE_LANE.run(tx, lane=lane.lane, xid=last.xid, id=last.id)


async def connections_of(
    tx: Transaction, phone_number_ids: Sequence[str], waba_ids: Sequence[str]
) -> list[Connection]:
    """Return the present connections of these numbers, and of numbers on these WABAs."""
    return await _CONNECTIONS_OF.all(tx, phone_number_ids=list(phone_number_ids), waba_ids=list(waba_ids))


async def insert_notices(
    tx: Transaction, notices: Sequence[tuple[Item, NoticeReceived, Connection]]
) -> list[tuple[NoticeReceived, Connection, UUID]]:
    """Store notices once for each tenant; return those that were new for it, with their ids."""
    rows = {}
    for item, notice, connection in notices:
        about_number = notice.phone_number_id is not None
        key = (connection.tenant_id, digest_of(notice, item.received_at))
        rows.setdefault(key, (uuid7(), notice, connection, connection.id if about_number else None))
    ordered = sorted(rows.items(), key=lambda item: item[0])
    stored = await _INSERT_NOTICES.all(
        tx,
        tenant_ids=[key[0] for key, _ in ordered],
        ids=[row[0] for _, row in ordered],
        connection_ids=[row[3] for _, row in ordered],
        waba_ids=[row[1].waba_id for _, row in ordered],
        fields=[row[1].field for _, row in ordered],
        digests=[key[1] for key, _ in ordered],
        payloads=[row[1].payload for _, row in ordered],
        ats=[row[1].at for _, row in ordered],
    )
    by_id = {row[0]: row for _, row in ordered}
    return [(by_id[row.id][1], by_id[row.id][2], row.id) for row in stored]


async def set_aside(tx: Transaction, rows: Sequence[SetAside]) -> None:
    """Store items that no tenant gets, with their bytes; an item that a replay sets aside again is stored once."""
    await _SET_ASIDE.run(
        tx,
        ids=[uuid7() for _ in rows],
        kinds=[row.kind for row in rows],
        reasons=[row.reason for row in rows],
        details=[storable(row.detail) for row in rows],
        meta_app_ids=[row.item.meta_app_id for row in rows],
        phone_number_ids=[_indexable(row.phone_number_id) for row in rows],
        waba_ids=[_indexable(row.waba_id) for row in rows],
        event_ids=[row.item.event_id for row in rows],
        event_received_ats=[row.item.received_at for row in rows],
        items=[row.item.number for row in rows],
        payloads=[row.payload for row in rows],
    )


async def release(tx: Transaction, items: Sequence[Item]) -> int:
    """Mark items as no longer set aside, because they are being applied again; return how many were."""
    return await _RELEASE.run(
        tx, event_ids=[item.event_id for item in items], items=[item.number for item in items]
    )


async def count_quarantined(tx: Transaction) -> int:
    """Return how many items of the whole installation are set aside and not released."""
    row = await _COUNT_QUARANTINED.one(tx)
    return row.count if row else 0


async def add_counts(tx: Transaction, counts: Counts) -> None:
    """Count items under (meta_app_id, outcome, reason)."""
    rows = sorted(counts.items())
    await _ADD_COUNTS.run(
        tx,
        meta_app_ids=[key[0] for key, _ in rows],
        outcomes=[key[1] for key, _ in rows],
        reasons=[key[2] for key, _ in rows],
        counts=[count for _, count in rows],
    )


async def backlog_seconds(tx: Transaction) -> float:
    """Return the age of the oldest webhook not yet applied, in seconds; 0 where all are."""
    row = await _BACKLOG.one(tx)
    return row.seconds or 0.0 if row else 0.0


async def stored_by_id(tx: Transaction, ids: Sequence[int]) -> list[StoredWebhook]:
    """Return these stored webhooks, in order; ids that are gone are absent."""
    return await _STORED_BY_ID.all(tx, ids=list(ids))


def digest_of(notice: NoticeReceived, received_at: datetime) -> bytes:
    """Return what makes a notice the same: also when and about whom, as two templates, or one twice, can meet with the same words.

    An error without a time has the same words whenever it happens: it counts once a day.
    """
    when = str(notice.at or "")
    if not when and notice.field == "errors":
        when = received_at.astimezone(UTC).date().isoformat()
    about = (notice.field, notice.waba_id or "", notice.phone_number_id or "", when)
    return hashlib.sha256("\n".join((*about, notice.payload)).encode()).digest()


def _indexable(identifier: str | None) -> str | None:
    """No index row holds an identifier of any length; the payload has the whole of it."""
    return None if identifier is None else storable(identifier[:_LONGEST_ID])


def storable(text: str) -> str:
    """Return a text as it can be stored: PostgreSQL's text holds neither U+0000 nor a lone surrogate."""
    return text.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")
