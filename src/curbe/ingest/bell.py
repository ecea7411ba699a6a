"""Who commits webhooks rings, and who applies them listens: where nothing comes, nobody has to look ten times a second.

A ring is a hint. Where it cannot be heard, and while something lies in the log that may not be applied yet, appliers look as often as ever.
"""

import asyncio
from typing import Final

import structlog

from curbe.infra.db import Pool, PostgresError, Unreachable
from curbe.infra.loop import pause

log: Final = structlog.get_logger(__name__)

_CHANNEL: Final = "curbe_webhooks"
_AGAIN: Final = 0.25  # seconds
_TIMEOUT: Final = 1.5  # seconds
_LOOK_AFTER: Final = 5.0  # seconds; for so long it may go unnoticed that nothing is heard
_LISTEN_AGAIN: Final = 1.0
_NEAR: Final = 0.1  # seconds between two looks where something may come unheard
_FAR: Final = 1.0


class Ringing:
    """Of a process that stores webhooks. It rings at most four times a second: who applies looks often for a while by himself."""

    def __init__(self, pool: Pool) -> None:
        """``pool`` is one of the intake's role."""
        self._pool: Final = pool
        self._asked: Final = asyncio.Event()

    def ring(self) -> None:
        """Have it told that something is committed; nobody waits for that."""
        self._asked.set()

    async def run(self) -> None:
        """Ring whenever it is asked for, until cancelled."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            try:
                await self._pool.execute("SELECT pg_notify($1, '')", _CHANNEL, timeout=_TIMEOUT)
            except (*Unreachable, PostgresError) as error:  # it is found a moment later
                log.debug("webhooks_not_told_of", reason=type(error).__name__)
            await asyncio.sleep(_AGAIN)


class Bell:
    """Of a process that applies them. ``rings`` counts what was heard: ask for it before you look, and none is missed."""

    def __init__(self, pool: Pool) -> None:
        """``pool`` is one of the batch role."""
        self._pool: Final = pool
        self._waiting: Final[set[asyncio.Event]] = set()
        self._hears = False
        self.rings = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Listen until ``stop``; where the connection is lost, again."""
        while not stop.is_set():
            try:
                async with self._pool.session() as session:
                    await session.listen(_CHANNEL, lambda _payload: self._ring())
                    self._hears = True
                    self._ring()  # for what came while nobody listened
                    while not stop.is_set() and await session.alive():
                        await pause(stop, _LOOK_AFTER)
            except (*Unreachable, PostgresError) as error:
                log.warning("webhooks_not_heard", reason=type(error).__name__)
            finally:
                self._hears = False
                self._ring()
            await pause(stop, _LISTEN_AGAIN)

    async def wait(self, *, since: int, at_most: float) -> bool:
        """Return True at the first ring after those that ``since`` counts, or False where ``at_most`` seconds pass without."""
        if self.rings == since:
            rung = asyncio.Event()
            self._waiting.add(rung)
            try:
                await pause(rung, at_most)
            finally:
                self._waiting.discard(rung)
        return self.rings != since

    def longest(self, *, empty: bool) -> float:
        """Return for how many seconds a lane may be left alone; ``empty``: it was seen that nothing lies in it."""
        return _FAR if empty and self._hears else _NEAR

    def _ring(self) -> None:
        self.rings += 1
        for rung in self._waiting:
            rung.set()
