"""The event log over HTTP, page by page, and over a WebSocket, as it grows."""

import asyncio
from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID

import msgspec
from litestar import Controller, get, websocket
from litestar.connection import WebSocket
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from curbe.auth.principal import Principal, Scope
from curbe.domain.errors import CursorExpired, InvalidRequest
from curbe.infra.db import Pool
from curbe.infra.metrics import Metrics
from curbe.infra.settings import Settings
from curbe.infra.web import refusals
from curbe.realtime import service
from curbe.realtime.broadcast import Broadcast, Channel
from curbe.realtime.follow import CloseCode, Follower
from curbe.realtime.rules import Cursor, cursor_from, next_look
from curbe.realtime.sharing import EventItem, item_of
from curbe.realtime.sockets import Sockets

PROTOCOL: Final = "curbe.v1"
NOW: Final = "now"
_LONGEST_WAIT: Final = 25  # seconds; below the patience of common proxies
_LOOK_ANYWAY: Final = timedelta(seconds=5)

Since = Annotated[
    str | None,
    QueryParameter(description="A cursor: only what came after it. `now`: only what is still to come."),
]


class EventList(msgspec.Struct, frozen=True):
    """A page of the log, oldest first. Pass ``next_cursor`` as ``since``, at once where ``more`` is true."""

    items: list[EventItem]
    next_cursor: str
    more: bool


class EventsController(Controller):
    """What happened to a tenant."""

    path = "/api/tenants/{tenant_id:uuid}/events"
    tags = ("events",)

    @get(
        "/",
        opt={"scope": Scope.EVENTS_READ},
        summary="Read the event log",
        responses=refusals(CursorExpired, InvalidRequest),
    )
    async def list_events(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        broadcast: NamedDependency[Broadcast],
        since: Since = None,
        limit: Annotated[int, QueryParameter(ge=1, le=500)] = 100,
        wait: Annotated[
            int,
            QueryParameter(
                ge=0, le=_LONGEST_WAIT, description="Seconds to wait for an event where there is none."
            ),
        ] = 0,
    ) -> EventList:
        """Return the events after a cursor, or from the beginning of the log, oldest first."""
        after = await _start(web_pool, tenant_id, since)
        with broadcast.subscribe(Channel.EVENTS, tenant_id) as wakeups:
            page = await _page(web_pool, tenant_id, after=after, limit=limit)
            look: timedelta | None = None
            try:
                async with asyncio.timeout(wait):
                    while wait and not page.events and not broadcast.stopping:
                        look = next_look(look) if page.pending else None
                        await wakeups.wait(at_most=look or _LOOK_ANYWAY)
                        page = await _page(web_pool, tenant_id, after=after, limit=limit)
            except TimeoutError:
                pass  # no event came within the time the caller wanted to wait
        return EventList(
            items=[item_of(event) for event in page.events], next_cursor=str(page.cursor), more=page.more
        )

    @websocket("/ws", opt={"scope": Scope.EVENTS_READ})
    async def follow_events(
        self,
        socket: WebSocket,
        tenant_id: FromPath[UUID],
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
        broadcast: NamedDependency[Broadcast],
        metrics: NamedDependency[Metrics],
        settings: NamedDependency[Settings],
        *,
        sockets: NamedDependency[Sockets],
        since: FromQuery[str | None] = None,
    ) -> None:
        """Send the events after a cursor, or from now on, as they happen (docs/reference/events.md)."""
        # A browser that offers subprotocols expects one of them back; the one that carries the key is never sent back.
        await socket.accept(subprotocols=PROTOCOL if PROTOCOL in socket.scope["subprotocols"] else None)
        follower = Follower(
            socket,
            tenant_id=tenant_id,
            principal=principal,
            pool=web_pool,
            broadcast=broadcast,
            session_idle=settings.session_idle,
        )
        start = None if since in (None, NOW) else cursor_from(since)
        if start is None and since not in (None, NOW):
            await follower.close(CloseCode.INVALID_REQUEST, "since is not a cursor")
            return
        with sockets.taken(principal, now=asyncio.get_running_loop().time()) as too_many:
            if too_many is not None:
                await follower.close(CloseCode.TOO_MANY_SOCKETS, too_many)
                return
            with metrics.sockets.track_inprogress():
                await follower.run(start)


async def _start(pool: Pool, tenant_id: UUID, since: str | None) -> Cursor | None:
    if since is None:
        return None
    if since == NOW:
        async with pool.transaction(tenant_id) as tx:
            return await service.latest(tx)
    cursor = cursor_from(since)
    if cursor is None:
        raise InvalidRequest(
            "since is not a cursor of the event log.",
            fix="Pass the cursor of an event or next_cursor of a page unchanged, or leave it out.",
            field="since",
        )
    return cursor


async def _page(pool: Pool, tenant_id: UUID, *, after: Cursor | None, limit: int) -> service.EventPage:
    async with pool.transaction(tenant_id) as tx:
        return await service.read(tx, tenant_id=tenant_id, after=after, limit=limit)
