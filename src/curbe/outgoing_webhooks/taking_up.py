"""From the log into deliveries: what a webhook is to be told is taken up as far as there is room."""

from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.domain.errors import CursorExpired
from curbe.infra.db import Query, Transaction
from curbe.outgoing_webhooks.rules import MOST_HELD_UP, MOST_WAITING
from curbe.outgoing_webhooks.service import put_at
from curbe.realtime import service as realtime
from curbe.realtime.rules import Cursor

log: Final = structlog.get_logger(__name__)

_PACKAGE: Final = "curbe.outgoing_webhooks"
_PAGE: Final = 200  # events
_PAGES: Final = 10  # in one transaction: a tenant's busy hour of what nobody wants is walked through in turns


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook as the reader of the log that it is."""

    id: UUID
    types: frozenset[str]
    place: Cursor
    room: int


_INSERT: Final = Query(_PACKAGE, "insert_deliveries")
_FAIL_OTHERS: Final = Query(_PACKAGE, "fail_of_other_epochs")


def room(*, waiting: int, free: int) -> int:
    """Return how many more deliveries may wait where so many do, ``free`` of them held up by no other."""
    return max(0, min(MOST_WAITING - free, MOST_HELD_UP - waiting))


async def take_up(tx: Transaction, reader: Reader, *, tenant_id: UUID) -> bool:
    """Make deliveries of what follows in the log, and move the webhook's place behind it; tell whether there is more of it.

    After a restore of the database it goes on from now, as the log is another; where events it had not read were deleted as too old, at
    the log's beginning.
    """
    place, left = reader.place, reader.room
    more = True
    for _ in range(_PAGES):
        if not left or not more:
            break
        page = await _read(tx, reader, place, tenant_id=tenant_id, most=min(_PAGE, left))
        wanted = [event for event in page.events if not reader.types or event.type.value in reader.types]
        if wanted:
            await _insert(tx, wanted, tenant_id=tenant_id, webhook_id=reader.id)
        left -= len(wanted)
        place, more = page.cursor, page.more
    if place != reader.place:
        await put_at(tx, tenant_id=tenant_id, webhook_id=reader.id, place=place)
    return more and left > 0


async def _read(
    tx: Transaction, reader: Reader, place: Cursor, *, tenant_id: UUID, most: int
) -> realtime.EventPage:
    try:
        return await realtime.read(tx, tenant_id=tenant_id, after=place, limit=most)
    except CursorExpired:
        now = await realtime.latest(tx)
        restored = now.epoch != place.epoch or place.xid > now.xid
        log.warning(
            "outgoing_webhook_missed_events",
            tenant_id=str(tenant_id),
            webhook_id=str(reader.id),
            reason="the log was restored" if restored else "they were deleted as too old",
        )
        if not restored:
            return await realtime.read(tx, tenant_id=tenant_id, after=None, limit=most)
        await _FAIL_OTHERS.run(tx, tenant_id=tenant_id, id=reader.id, epoch=now.epoch)
        return realtime.EventPage(events=[], cursor=now, more=False, pending=False)


async def _insert(
    tx: Transaction, events: list[realtime.LoggedEvent], *, tenant_id: UUID, webhook_id: UUID
) -> None:
    await _INSERT.run(
        tx,
        tenant_id=tenant_id,
        id=webhook_id,
        epoch=events[0].cursor.epoch,
        xids=[event.cursor.xid for event in events],
        numbers=[event.cursor.id for event in events],
        types=[event.type.value for event in events],
        conversation_ids=[event.conversation_id for event in events],
    )
