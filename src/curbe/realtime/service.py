"""A tenant's event log: appended in the transaction of the change, read by a cursor that misses nothing.

This package alone writes ``events``. A cursor on the row's number alone would lose rows, as two transactions can
take numbers and commit in opposite orders; so the cursor is the pair (transaction id, number), and a reader
stops at the oldest transaction still open.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.errors import CursorExpired
from curbe.infra import db
from curbe.realtime.rules import Cursor, EventType, payload_naming

_PACKAGE: Final = "curbe.realtime"


class Event(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An event to be appended to a tenant's log.

    ``data`` is a JSON object, in the shape that docs/reference/events.md gives for the type.
    """

    tenant_id: UUID
    type: EventType
    conversation_id: UUID | None = None
    message_id: UUID | None = None
    data: str = "{}"


class LoggedEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it is stored in the log."""

    cursor: Cursor
    type: EventType
    conversation_id: UUID | None
    message_id: UUID | None
    data: str
    created_at: datetime


class EventPage(msgspec.Struct, frozen=True, kw_only=True):
    """The events that follow a cursor. ``cursor``: where to go on from.

    ``more``: the page was full, so ask again at once. ``pending``: committed events wait for an older transaction to end; that may
    happen without a notification, so ask again shortly.
    """

    events: list[LoggedEvent]
    cursor: Cursor
    more: bool
    pending: bool


class _Horizon(msgspec.Struct, frozen=True):
    epoch: int
    settled_xid: int
    next_xid: int
    begin_xid: int | None
    begin_id: int | None

    def lacks(self, after: Cursor) -> bool:
        """Tell whether events behind ``after`` were deleted."""
        if self.begin_xid is None or self.begin_id is None:
            return False
        return (after.xid, after.id) < (self.begin_xid, self.begin_id)


class _EventRow(msgspec.Struct, frozen=True):
    xid: int
    id: int
    type: EventType
    conversation_id: UUID | None
    message_id: UUID | None
    data: str
    created_at: datetime
    begins: tuple[int, int] | None

    def lacks(self, after: Cursor) -> bool:
        """Tell whether events between ``after`` and this one were deleted."""
        return self.begins is not None and (after.xid, after.id) < self.begins


class _Unsettled(msgspec.Struct, frozen=True):
    pending: bool


_APPEND: Final = db.Query(_PACKAGE, "append_events")
CHANNEL: Final = "curbe_events"
_TAKE_BACK: Final = db.Query(_PACKAGE, "take_note_back")
_HORIZON: Final = db.Query(_PACKAGE, "log_horizon", _Horizon)
_SETTLED: Final = db.Query(_PACKAGE, "settled_events", _EventRow)
_UNSETTLED: Final = db.Query(_PACKAGE, "unsettled_events", _Unsettled)
_AT: Final = db.Query(_PACKAGE, "events_at", _EventRow)


async def append(tx: db.Transaction, events: Sequence[Event]) -> None:
    """Append ``events`` in this order and wake their tenants' readers when ``tx`` commits.

    Several tenants may be in one batch; call it once a transaction where that is easy.
    """
    if not events:
        return
    await _APPEND.run(
        tx,
        tenant_ids=[event.tenant_id for event in events],
        types=[event.type.value for event in events],
        conversation_ids=[event.conversation_id for event in events],
        message_ids=[event.message_id for event in events],
        data=[event.data for event in events],
    )
    tx.notify(CHANNEL, payload_naming(event.tenant_id for event in events))


async def take_note_back(
    tx: db.Transaction, *, tenant_id: UUID, conversation_id: UUID, note_id: UUID, left: str
) -> None:
    """Put ``left``, the JSON of a note without its words, where the log told of the note: whoever reads it later reads that.

    ``conversation_id`` is the one it was written in.
    """
    await _TAKE_BACK.run(
        tx, tenant_id=tenant_id, conversation_id=conversation_id, note_id=str(note_id), left=left
    )


async def latest(tx: db.Transaction) -> Cursor:
    """Return the cursor of now: what is not visible yet lies behind it, and some of what is may too.

    Take it before reading a state, then follow the log from it: nothing is missed, a little may come twice.
    """
    return _now(await _horizon(tx))


async def read(tx: db.Transaction, *, tenant_id: UUID, after: Cursor | None, limit: int) -> EventPage:
    """Return at most ``limit`` events that follow ``after`` (None: from the beginning of the log).

    Raises:
        CursorExpired: ``after`` belongs to a history this log no longer has.
    """
    horizon = await _horizon(tx)
    start = after or Cursor(epoch=horizon.epoch, xid=0, id=0)
    # A cursor beyond all transactions so far comes from before the database was restored from a backup.
    if start.epoch != horizon.epoch or start.xid > horizon.next_xid:
        raise _expired("The event log was restored since this cursor was given out.", horizon)
    if after is not None and horizon.lacks(after):
        raise _too_old(horizon)
    rows = await _SETTLED.all(
        tx, tenant_id=tenant_id, xid=start.xid, id=start.id, settled_xid=horizon.settled_xid, most=limit + 1
    )
    if after is not None and rows and rows[0].lacks(after):  # deleted since the horizon was read
        raise _too_old(horizon)
    events = [_logged(row, epoch=horizon.epoch) for row in rows[:limit]]
    more = len(rows) > limit
    return EventPage(
        events=events,
        cursor=events[-1].cursor if events else start,
        more=more,
        pending=not more and await _pending(tx, tenant_id=tenant_id, start=start, horizon=horizon),
    )


async def at(tx: db.Transaction, places: Sequence[Cursor], *, tenant_id: UUID) -> list[LoggedEvent]:
    """Return the events at these cursors, in the log's order, as far as they still exist; none for cursors of another epoch."""
    if not places:
        return []
    horizon = await _horizon(tx)
    here = [place for place in places if place.epoch == horizon.epoch]
    rows = await _AT.all(
        tx, tenant_id=tenant_id, xids=[place.xid for place in here], ids=[place.id for place in here]
    )
    return [_logged(row, epoch=horizon.epoch) for row in rows]


def _too_old(horizon: _Horizon) -> CursorExpired:
    return _expired("Events that follow this cursor are too old and were deleted.", horizon)


def _expired(detail: str, horizon: _Horizon) -> CursorExpired:
    return CursorExpired(
        detail,
        fix="Load the state again, then follow the log from the cursor in `latest`.",
        field="since",
        extra={"latest": str(_now(horizon))},
    )


async def _horizon(tx: db.Transaction) -> _Horizon:
    horizon = await _HORIZON.one(tx, tenant_id=tx.tenant_id)
    if horizon is None:
        raise LookupError("log_epoch has lost its row; restore it from a backup of this database")
    return horizon


def _now(horizon: _Horizon) -> Cursor:
    return Cursor(epoch=horizon.epoch, xid=horizon.settled_xid, id=0)


async def _pending(tx: db.Transaction, *, tenant_id: UUID, start: Cursor, horizon: _Horizon) -> bool:
    found = await _UNSETTLED.one(
        tx, tenant_id=tenant_id, xid=start.xid, id=start.id, settled_xid=horizon.settled_xid
    )
    return found is not None and found.pending


def _logged(row: _EventRow, *, epoch: int) -> LoggedEvent:
    return LoggedEvent(
        cursor=Cursor(epoch=epoch, xid=row.xid, id=row.id),
        type=row.type,
        conversation_id=row.conversation_id,
        message_id=row.message_id,
        data=row.data,
        created_at=row.created_at,
    )
