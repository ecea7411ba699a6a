"""A WebSocket that follows a tenant's log from a cursor on, until either side closes it; every reason has a close code.

The next page is read when the last one is written, so a slow client costs one page of memory. A client that is cut off loses nothing: it
comes back with its cursor.
"""

import asyncio
from contextlib import suppress
from datetime import timedelta
from enum import IntEnum
from typing import Final, NoReturn
from uuid import UUID

import msgspec
from litestar.connection import WebSocket
from litestar.exceptions import WebSocketDisconnect

from curbe.auth.validity import valid_for
from curbe.domain.access import Principal
from curbe.domain.errors import CursorExpired, Forbidden, TenantSuspended, Unauthorized
from curbe.infra import db
from curbe.infra.clock import utc_now
from curbe.infra.throttle import Throttle
from curbe.realtime.broadcast import Broadcast, Channel, Wakeups
from curbe.realtime.presence import Seat
from curbe.realtime.rules import Cursor, next_look
from curbe.realtime.service import latest
from curbe.realtime.viewers import Viewing

_PING_EVERY: Final = timedelta(seconds=20)
_SLOWEST_WRITE: Final = timedelta(seconds=10)
_SLOWEST_CLOSE: Final = timedelta(seconds=2)
_PING: Final = '{"type":"ping"}'
# How many frames a second of a client are heeded: enough for somebody who goes through a list or types; a flood is ignored.
_WORDS_A_SECOND: Final = 2.0
_WORDS_AT_ONCE: Final = 10.0
_VIEWING: Final = msgspec.json.Decoder(Viewing)


class CloseCode(IntEnum):
    """Why a socket was closed: 4000 and the HTTP status that says the same, where there is one."""

    GOING_AWAY = 1001  # the server stops; come back
    TRY_AGAIN_LATER = 1013
    UNAUTHORIZED = 4401  # the key was revoked or expired, the session ended
    FORBIDDEN = 4403  # the person's role in this tenant changed; read the session again
    TOO_SLOW = 4408  # the reader did not take what was written to it; come back with the cursor
    CURSOR_EXPIRED = 4410  # the log no longer reaches back that far; load the state again
    INVALID_REQUEST = 4422  # this is no cursor
    TOO_MANY_SOCKETS = 4429  # of the key, the person or the tenant; close one, or come back later


class Hello(msgspec.Struct, frozen=True, tag_field="type", tag="hello"):
    """The first frame: the events that follow come after ``cursor``."""

    cursor: str


class _Ended(Exception):
    """The socket is to be closed."""

    def __init__(self, code: CloseCode, reason: str) -> None:
        super().__init__(reason)
        self.code: Final = code
        self.reason: Final = reason


class Follower:
    """An accepted socket, and the tenant whose log it follows."""

    def __init__(
        self,
        socket: WebSocket,
        *,
        tenant_id: UUID,
        principal: Principal,
        pool: db.Pool,
        broadcast: Broadcast,
        session_idle: timedelta,
    ) -> None:
        self._socket: Final = socket
        self._tenant_id: Final = tenant_id
        self._principal: Final = principal
        self._pool: Final = pool
        self._broadcast: Final = broadcast
        self._session_idle: Final = session_idle
        self._greeted: Final = asyncio.Event()  # the first frame is `hello`
        self._writing: Final = asyncio.Lock()  # one frame at a time
        self._written_at = 0.0

    async def run(self, since: Cursor | None) -> None:
        """Send what follows ``since`` (None: from now on) until either side ends it, then close."""
        # Subscribed until the close frame is sent: stopping the server waits for the last subscription to end.
        seated = self._broadcast.presence.seat(self._tenant_id, user_id=self._principal.user_id)
        with self._broadcast.subscribe(Channel.EVENTS, self._tenant_id) as wakeups, seated as seat:
            try:
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(self._send_events(since, wakeups))
                    tasks.create_task(self._watch_principal())
                    tasks.create_task(self._send_presence(seat))
                    tasks.create_task(self._hear(seat))
            except* WebSocketDisconnect:
                pass  # the client left: nothing to close, nothing lost
            except* _Ended as ends:
                await self.close(*_first(ends))
            finally:
                await seat.leave()

    async def close(self, code: CloseCode, reason: str) -> None:
        """Close the socket; if it does not even accept the close frame, the server will cut it."""
        with suppress(OSError, WebSocketDisconnect):  # gone, or so slow that only the server can cut it
            async with asyncio.timeout(_SLOWEST_CLOSE.total_seconds()):
                await self._socket.close(code=code, reason=reason)

    async def _send_events(self, since: Cursor | None, wakeups: Wakeups) -> NoReturn:
        cursor = since or await self._now()
        await self._write(msgspec.json.encode(Hello(cursor=str(cursor))).decode())
        self._greeted.set()
        look: timedelta | None = None
        while True:
            cursor, settled = await self._catch_up(cursor, wakeups)
            if self._broadcast.stopping:
                raise _Ended(CloseCode.GOING_AWAY, "the server stops; connect again")
            look = None if settled else next_look(look)
            # Whether woken or not: a client that hears nothing for longer takes the connection for dead.
            if self._quiet_for() >= _PING_EVERY:
                await self._write(_PING)
            await wakeups.wait(at_most=min(look or _PING_EVERY, _PING_EVERY - self._quiet_for()))

    async def _catch_up(self, cursor: Cursor, wakeups: Wakeups) -> tuple[Cursor, bool]:
        """Write every event after ``cursor``; return the new one, and whether nothing waits beyond it."""
        while True:
            try:
                shared = await self._broadcast.reads.page(
                    self._tenant_id, after=cursor, generation=wakeups.generation
                )
            except CursorExpired as expired:
                raise _Ended(CloseCode.CURSOR_EXPIRED, expired.code) from None
            except db.Unreachable:
                return cursor, False  # the database is away, which the listener logs; try again later
            if shared.page.events:
                await self._write(shared.frame)
            cursor = shared.page.cursor
            if not shared.page.more:
                return cursor, not shared.page.pending

    async def _watch_principal(self) -> NoReturn:
        who = self._principal
        channel, subject = (Channel.PEOPLE, who.user_id) if who.user_id else (Channel.KEYS, who.key_id)
        if subject is None:
            raise TypeError("a principal is a key or a person")
        with self._broadcast.subscribe(channel, subject) as wakeups:
            while True:
                await wakeups.wait(at_most=await self._may_stay_for())

    async def _may_stay_for(self) -> timedelta:
        try:
            return await valid_for(
                self._pool, self._principal, tenant_id=self._tenant_id, idle=self._session_idle, now=utc_now()
            )
        except db.Unreachable:
            return timedelta(seconds=1)
        except Unauthorized as ended:
            raise _Ended(CloseCode.UNAUTHORIZED, ended.detail) from None
        except (Forbidden, TenantSuspended) as changed:
            raise _Ended(CloseCode.FORBIDDEN, changed.detail) from None

    async def _send_presence(self, seat: Seat) -> NoReturn:
        await self._greeted.wait()
        while True:
            for frame in await seat.frames():
                await self._write(msgspec.json.encode(frame).decode())

    async def _hear(self, seat: Seat) -> NoReturn:
        # The only thing a client has to say is which conversation its user looks at; reading also notices when it leaves.
        words = Throttle(per_second=_WORDS_A_SECOND, burst=_WORDS_AT_ONCE)
        while True:
            said = await self._socket.receive_data(mode="text")
            viewing = _viewing_in(said)
            if viewing is not None and words.allow("", now=asyncio.get_running_loop().time()):
                await seat.say(viewing)

    async def _write(self, frame: str) -> None:
        try:
            async with asyncio.timeout(_SLOWEST_WRITE.total_seconds()), self._writing:
                await self._socket.send_data(frame, mode="text")
        except TimeoutError:
            raise _Ended(CloseCode.TOO_SLOW, "too slow; connect again with the last cursor") from None
        except OSError as gone:  # how an ASGI server tells that the client has left
            raise WebSocketDisconnect(detail="the client left") from gone
        self._written_at = asyncio.get_running_loop().time()

    def _quiet_for(self) -> timedelta:
        return timedelta(seconds=asyncio.get_running_loop().time() - self._written_at)

    async def _now(self) -> Cursor:
        try:
            async with self._pool.transaction(self._tenant_id) as tx:
                return await latest(tx)
        except db.Unreachable:
            raise _Ended(CloseCode.TRY_AGAIN_LATER, "the database does not answer; connect again") from None


def _viewing_in(said: str) -> Viewing | None:
    try:
        return _VIEWING.decode(said)
    except msgspec.MsgspecError:
        return None  # something unknown, perhaps from a later version


def _first(ends: BaseExceptionGroup[_Ended]) -> tuple[CloseCode, str]:
    first: BaseException = ends
    while isinstance(first, BaseExceptionGroup):
        first = first.exceptions[0]
    if not isinstance(first, _Ended):
        raise TypeError("not the end of a socket")
    return first.code, first.reason
