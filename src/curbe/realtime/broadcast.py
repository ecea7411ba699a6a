"""Listens to PostgreSQL's notifications, once per process: whose log has grown, which key or person changed; wakes those concerned.

A notification is only a hint. Readers read the log by cursor, so a needless hint costs an empty read, and hints lost while the connection
to PostgreSQL was cut are made up for by waking everybody once it is back.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Final
from uuid import UUID

import structlog

from curbe.auth import service as auth
from curbe.infra import db
from curbe.realtime import service
from curbe.realtime.presence import CHANNEL as PRESENCE
from curbe.realtime.presence import Presence
from curbe.realtime.rules import subjects_named
from curbe.realtime.sharing import SharedReads
from curbe.tenants import people

_LISTEN_AGAIN_FIRST: Final = timedelta(milliseconds=100)
_LISTEN_AGAIN_LAST: Final = timedelta(seconds=5)
_LOOK_AFTER: Final = timedelta(seconds=1)  # how long a dead connection goes unnoticed

_GOODBYES: Final = timedelta(seconds=2)

_log = structlog.get_logger()


class Channel(StrEnum):
    """The PostgreSQL channels of notifications."""

    EVENTS = service.CHANNEL  # subject: a tenant
    KEYS = auth.CHANNEL  # subject: an API key
    PEOPLE = people.CHANNEL  # subject: a user whose sessions or memberships changed


class Wakeups:
    """One reader's wake-ups. Those that come while the reader is busy count as one."""

    def __init__(self, generation: int) -> None:
        # The number of the last hint that concerned this reader; a hint has the same number for all readers.
        self.generation = generation
        self._rung: Final = asyncio.Event()

    def ring(self, generation: int) -> None:
        """Wake the reader now, or at its next wait."""
        self.generation = generation
        self._rung.set()

    async def wait(self, *, at_most: timedelta) -> bool:
        """Wait for a wake-up since the last wait and return True, or False after ``at_most`` without one."""
        try:
            async with asyncio.timeout(at_most.total_seconds()):
                await self._rung.wait()
        except TimeoutError:
            return False
        self._rung.clear()
        return True


class _Subject:
    """A tenant, key or user that somebody follows."""

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.readers: Final[set[Wakeups]] = set()


class Broadcast:
    """Wakes readers. ``run`` listens as long as the process lives.

    ``reads``: pages that woken readers share. ``presence``: which of them looks at which conversation.
    """

    def __init__(self, pool: db.Pool) -> None:
        self.reads: Final = SharedReads(pool)
        self.presence: Final = Presence(pool)
        self._pool: Final = pool
        self._followed: Final[dict[tuple[Channel, UUID], _Subject]] = {}
        self._nobody: Final = asyncio.Event()
        self._nobody.set()
        self._hints = 0
        self._stopping = False

    @property
    def stopping(self) -> bool:
        """Tell whether ``stop`` was called: a reader that wakes up and sees it ends."""
        return self._stopping

    @contextmanager
    def subscribe(self, channel: Channel, subject: UUID) -> Iterator[Wakeups]:
        """Give the wake-ups for ``subject`` to the block.

        Subscribe before the first read, or what changes in between is missed.
        """
        key = (channel, subject)
        if key not in self._followed:
            self._hints += 1
            self._followed[key] = _Subject(self._hints)
        self._nobody.clear()
        followed = self._followed[key]
        wakeups = Wakeups(followed.generation)
        followed.readers.add(wakeups)
        try:
            yield wakeups
        finally:
            followed.readers.discard(wakeups)
            if not followed.readers:
                del self._followed[key]
            if not self._followed:
                self._nobody.set()

    async def stop(self) -> None:
        """Let every reader end, and return once all have, or after two seconds.

        Call it before the server stops, as that cuts connections at once, and readers could not tell clients why.
        """
        self._stopping = True
        self._wake_everybody()
        with suppress(TimeoutError):
            async with asyncio.timeout(_GOODBYES.total_seconds()):
                await self._nobody.wait()

    async def run(self) -> None:
        """Listen, and listen again whenever the connection is lost; until cancelled."""
        delay = _LISTEN_AGAIN_FIRST
        while True:
            try:
                async with self._pool.session() as session:
                    for channel in Channel:
                        await session.listen(channel.value, partial(self._heard, channel))
                    await session.listen(PRESENCE, self.presence.heard)
                    self._wake_everybody()  # for the hints that came while nobody listened
                    delay = _LISTEN_AGAIN_FIRST
                    while await session.alive():
                        self.presence.forget()
                        await asyncio.sleep(_LOOK_AFTER.total_seconds())
                _log.warning("realtime.listener_lost", reason="connection closed")
            except (*db.Unreachable, db.PostgresError) as failure:
                _log.warning("realtime.listener_lost", reason=type(failure).__name__)
            await asyncio.sleep(delay.total_seconds())
            delay = min(delay * 2, _LISTEN_AGAIN_LAST)

    def _heard(self, channel: Channel, payload: str) -> None:
        subjects = subjects_named(payload)
        if subjects is None:
            self._wake_everybody()
        else:
            self._wake([(channel, subject) for subject in subjects])

    def _wake_everybody(self) -> None:
        self._wake(list(self._followed))

    def _wake(self, keys: list[tuple[Channel, UUID]]) -> None:
        self._hints += 1
        for key in keys:
            if (followed := self._followed.get(key)) is not None:
                followed.generation = self._hints
                for wakeups in followed.readers:
                    wakeups.ring(self._hints)
