"""Lets readers of the same log share reads: a hundred open inboxes of one tenant cost one query per change, not a hundred."""

import asyncio
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.infra import db
from curbe.realtime.rules import Cursor, EventType
from curbe.realtime.service import EventPage, LoggedEvent, read

PAGE_SIZE: Final = 100
_READS_AT_ONCE: Final = 4  # a wake-up for everybody must not take every connection from the API


class EventItem(msgspec.Struct, frozen=True, kw_only=True):
    """An event as readers get it; ``cursor``: the position after it."""

    cursor: str
    type: EventType
    conversation_id: UUID | None
    message_id: UUID | None
    data: msgspec.Raw
    created_at: datetime


class EventsFrame(msgspec.Struct, frozen=True, tag_field="type", tag="events"):
    """What a WebSocket is sent when something happened. ``cursor`` is where to go on from."""

    items: list[EventItem]
    cursor: str


class SharedPage(msgspec.Struct, frozen=True):
    """A page of events and its text for WebSockets, encoded once for all of them; None if the page is empty."""

    page: EventPage
    frame: str


_Key = tuple[UUID, Cursor, int]


class SharedReads:
    """Reads each page once for all readers that want the same one at the same time."""

    def __init__(self, pool: db.Pool) -> None:
        self._pool: Final = pool
        self._under_way: Final[dict[_Key, asyncio.Future[SharedPage | None]]] = {}
        self._turns: Final = asyncio.Semaphore(_READS_AT_ONCE)

    async def page(self, tenant_id: UUID, *, after: Cursor, generation: int) -> SharedPage:
        """Return what follows ``after``.

        Args:
            tenant_id: the tenant whose log is read.
            after: the reader's cursor.
            generation: the number of the reader's latest wake-up before this call; a read that began earlier is not shared.

        Raises:
            CursorExpired: as ``service.read``.
        """
        key = (tenant_id, after, generation)
        while (under_way := self._under_way.get(key)) is not None:
            if (shared := await asyncio.shield(under_way)) is not None:
                return shared
        return await self._read_for_all(key)

    async def _read_for_all(self, key: _Key) -> SharedPage:
        outcome = self._under_way[key] = asyncio.get_running_loop().create_future()
        try:
            shared = await self._read(key[0], after=key[1])
        except Exception as failure:
            outcome.set_exception(failure)
            outcome.exception()  # marks it as seen, as perhaps nobody waits for it
            raise
        else:
            outcome.set_result(shared)
            return shared
        finally:
            del self._under_way[key]
            if not outcome.done():
                outcome.set_result(None)  # this reader was cancelled; the others read for themselves

    async def _read(self, tenant_id: UUID, *, after: Cursor) -> SharedPage:
        async with self._turns, self._pool.transaction(tenant_id) as tx:
            page = await read(tx, tenant_id=tenant_id, after=after, limit=PAGE_SIZE)
        frame = EventsFrame(items=[item_of(event) for event in page.events], cursor=str(page.cursor))
        return SharedPage(page=page, frame=msgspec.json.encode(frame).decode() if page.events else "")


def item_of(event: LoggedEvent) -> EventItem:
    """Return ``event`` as a reader gets it."""
    return EventItem(
        cursor=str(event.cursor),
        type=event.type,
        conversation_id=event.conversation_id,
        message_id=event.message_id,
        data=msgspec.Raw(event.data.encode()),
        created_at=event.created_at,
    )
