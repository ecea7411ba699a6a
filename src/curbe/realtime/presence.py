"""Presence: who is looking at which conversation, passed between the sockets of all processes and never stored.

What a socket reports is notified on one PostgreSQL channel and heard by every process, also by its own, so that all know the same. Sockets
repeat their report every few seconds, which makes up for lost ones; what is not repeated is forgotten.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

import msgspec
import structlog
from uuid_utils.compat import uuid7

from curbe.infra import db
from curbe.infra.clock import utc_now
from curbe.realtime.viewers import Place, Viewer, Viewers, Viewing

CHANNEL: Final = "curbe_presence"
_NOTIFY: Final = "SELECT pg_notify($1, $2)"
_IN_TIME: Final = 2.0  # seconds; an older report is not worth passing on any more
_NOWHERE: Final = Viewing(conversation_id=None)

log: Final = structlog.get_logger(__name__)


class PresenceFrame(msgspec.Struct, frozen=True, tag_field="type", tag="presence"):
    """The frame a socket gets when the people at a conversation change: all of them except its own user."""

    conversation_id: UUID
    people: list[Viewer]


class _Notice(msgspec.Struct, frozen=True, array_like=True):
    socket: UUID
    tenant_id: UUID
    user_id: UUID
    viewing: Viewing


class Seat:
    """One socket's part in presence: what it has yet to be told, and how it reports where its user is."""

    def __init__(self, presence: "Presence", *, tenant_id: UUID, user_id: UUID | None) -> None:
        """``user_id``: None for an API key's socket, which sees people and is not seen."""
        self.tenant_id: Final = tenant_id
        self._presence: Final = presence
        self._user_id: Final = user_id
        self._socket: Final = uuid7()
        self._there = False  # whether the others have been told that its user is at a conversation
        self._told: Final[dict[Place, list[Viewer]]] = {}
        self._changed: Final[set[Place]] = set()
        self._rung: Final = asyncio.Event()

    def ring(self, places: set[Place]) -> None:
        """Note that people at these places changed, and wake the socket."""
        self._changed.update(places)
        self._rung.set()

    async def frames(self) -> list[PresenceFrame]:
        """Wait until people at some place may have changed, and return the frames to send."""
        await self._rung.wait()
        self._rung.clear()
        places = sorted(self._changed)
        self._changed.clear()
        return [
            PresenceFrame(place[1], people) for place in places if (people := self._news(place)) is not None
        ]

    async def say(self, viewing: Viewing) -> None:
        """Report to everybody where its user is."""
        if self._user_id is not None and (self._there or viewing.conversation_id is not None):
            self._there = viewing.conversation_id is not None
            await self._presence.notify(_Notice(self._socket, self.tenant_id, self._user_id, viewing))

    async def leave(self) -> None:
        """Report that its user is at no conversation any more, if that was reported otherwise."""
        await self.say(_NOWHERE)

    def _news(self, place: Place) -> list[Viewer] | None:
        """Return the others at a place; None if the socket was told the same already."""
        people = self._presence.viewers.people(place, but=self._user_id)
        if people == self._told.get(place, []):
            return None
        self._told[place] = people
        if not people:
            del self._told[place]
        return people


class Presence:
    """Who is where, as far as this process knows, and its sockets that have to be told."""

    def __init__(self, pool: db.Pool) -> None:
        self.viewers: Final = Viewers()
        self._pool: Final = pool
        self._seats: Final[dict[UUID, set[Seat]]] = {}

    @contextmanager
    def seat(self, tenant_id: UUID, *, user_id: UUID | None) -> Iterator[Seat]:
        """Give a socket its seat for the block; it is told at once who is where."""
        taken = Seat(self, tenant_id=tenant_id, user_id=user_id)
        self._seats.setdefault(tenant_id, set()).add(taken)
        if here := set(self.viewers.places(tenant_id)):
            taken.ring(here)
        try:
            yield taken
        finally:
            self._seats[tenant_id].discard(taken)
            if not self._seats[tenant_id]:
                del self._seats[tenant_id]

    async def notify(self, notice: _Notice) -> None:
        """Notify every process. If the database does not answer, the report is lost; the next one makes up for it."""
        try:
            async with asyncio.timeout(_IN_TIME):
                await self._pool.execute(_NOTIFY, CHANNEL, msgspec.json.encode(notice).decode())
        except (*db.Unreachable, db.PostgresError) as failure:
            log.warning("presence.not_told", reason=type(failure).__name__)

    def heard(self, payload: str) -> None:
        """Take in a report that a process has notified."""
        try:
            notice = msgspec.json.decode(payload, type=_Notice)
        except msgspec.MsgspecError:
            log.warning("presence.not_read", bytes=len(payload))
            return
        self._ring(
            self.viewers.say(
                notice.socket,
                tenant_id=notice.tenant_id,
                user_id=notice.user_id,
                viewing=notice.viewing,
                now=utc_now(),
            )
        )

    def forget(self) -> None:
        """Forget people who were not reported for a while; to be called about every second."""
        self._ring(self.viewers.forget(utc_now()))

    def _ring(self, places: set[Place]) -> None:
        for tenant_id in {place[0] for place in places}:
            for seat in self._seats.get(tenant_id, ()):
                seat.ring({place for place in places if place[0] == tenant_id})
