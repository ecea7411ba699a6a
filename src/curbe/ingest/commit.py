"""The group committer: stores many webhooks with one INSERT and one commit; none is answered before that commit."""

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Final, Protocol

import structlog

from curbe.infra.db import PostgresError, Unreachable
from curbe.infra.metrics import Metrics

_INSERT: Final = """
INSERT INTO webhook_events (meta_app_id, body)
SELECT app_id, body FROM unnest($1::text[], $2::bytea[]) AS u (app_id, body)"""

log: Final = structlog.get_logger(__name__)


class NotStored(Exception):
    """The body may not be stored: the caller must not answer 200."""


class _Statements(Protocol):
    async def execute(
        self,
        sql: str,
        *arguments: object,
        timeout: float | None = None,  # noqa: ASYNC109 - as in infra.db
    ) -> str: ...


Tell = Callable[[bool], object]  # whether it is committed


class _Batch:
    """Bodies that are committed together, and the callers who wait for that."""

    __slots__ = ("app_ids", "bodies", "bytes", "waiting")

    def __init__(self) -> None:
        self.app_ids: list[str] = []
        self.bodies: list[bytes] = []
        self.bytes = 0
        self.waiting: list[Tell] = []


class GroupCommitter:
    """Appends raw webhooks to ``webhook_events``. One flush runs at a time; bodies that arrive meanwhile go with the next one.

    Under load, flushes start at least ``floor`` seconds apart: batches become larger, and the commit costs less per body. A body that
    arrives when nothing else did for a while is committed at once.
    """

    def __init__(
        self,
        statements: _Statements,
        *,
        metrics: Metrics,
        floor: float = 0.008,
        max_batch: int = 1000,
        max_batch_bytes: int = 16 * 2**20,
        max_pending: int = 20_000,
        max_pending_bytes: int = 256 * 2**20,
        timeout: float = 1.5,
        ring: Callable[[], object] = lambda: None,
    ) -> None:
        """``ring`` is called after each commit; it must not fail."""
        self._ring: Final = ring
        self._statements: Final = statements
        self._metrics: Final = metrics
        self._floor: Final = floor
        self._max_batch: Final = max_batch
        self._max_batch_bytes: Final = max_batch_bytes
        self._max_pending: Final = max_pending
        self._max_pending_bytes: Final = max_pending_bytes
        self._timeout: Final = timeout
        self._batches: Final[deque[_Batch]] = deque()
        self._arrived: Final = asyncio.Event()
        self._stopping = False
        self.pending = 0
        self.pending_bytes = 0
        self.flushes = 0
        metrics.webhooks_pending.set_function(lambda: self.pending)

    async def store(self, app_id: str, body: bytes) -> None:
        """Return once ``body`` is committed.

        Raises:
            NotStored: too much is waiting, the database did not answer in time, or the process is stopping.
        """
        committed = asyncio.get_running_loop().create_future()
        if not self.take(app_id, body, tell=partial(_resolve, committed)) or not await committed:
            raise NotStored

    def take(self, app_id: str, body: bytes, *, tell: Tell) -> bool:
        """Queue ``body``, and call ``tell`` with True once it is committed, or with False if it could not be.

        Returns:
            False if it was not queued, and ``tell`` will not be called: too much is waiting, or the process is stopping.
        """
        if (
            self._stopping
            or self.pending >= self._max_pending
            or self.pending_bytes + len(body) > self._max_pending_bytes
        ):
            return False
        batch = self._open_batch(len(body))
        batch.app_ids.append(app_id)
        batch.bodies.append(body)
        batch.bytes += len(body)
        batch.waiting.append(tell)
        self.pending += 1
        self.pending_bytes += len(body)
        self._arrived.set()
        return True

    async def run(self) -> None:
        """Flush until :meth:`stop`; then flush what is left and return."""
        loop = asyncio.get_running_loop()
        started = 0.0
        while not (self._stopping and not self._batches):
            await self._arrived.wait()
            early = started + self._floor - loop.time()
            if early > 0 and not self._stopping:
                await asyncio.sleep(early)
            started = loop.time()
            if self._batches:
                await self._flush(self._batches.popleft())
            if not self._batches and not self._stopping:
                self._arrived.clear()

    def stop(self) -> None:
        """Accept no more bodies; :meth:`run` returns once all that were accepted are committed."""
        self._stopping = True
        self._arrived.set()

    def _open_batch(self, size: int) -> _Batch:
        if self._batches:
            last = self._batches[-1]
            if len(last.bodies) < self._max_batch and last.bytes + size <= self._max_batch_bytes:
                return last
        self._batches.append(_Batch())
        return self._batches[-1]

    async def _flush(self, batch: _Batch) -> None:
        stored = False
        try:
            await self._statements.execute(_INSERT, batch.app_ids, batch.bodies, timeout=self._timeout)
            stored = True
            self._ring()
        except (*Unreachable, PostgresError) as error:
            # The callers answer 503 and Meta delivers again; if the commit went through after all, the copy is harmless.
            log.warning("webhooks_not_stored", count=len(batch.bodies), reason=type(error).__name__)
        finally:
            self.pending -= len(batch.bodies)
            self.pending_bytes -= batch.bytes
            self.flushes += 1
            self._metrics.webhook_batch_size.observe(len(batch.bodies))
            self._tell(batch, stored=stored)

    def _tell(self, batch: _Batch, *, stored: bool) -> None:
        for tell in batch.waiting:
            try:
                tell(stored)
            except Exception:  # one caller's error must not keep the others from their answers
                log.exception("webhook_not_answered", stored=stored)


def _resolve(committed: asyncio.Future[bool], stored: bool) -> None:  # noqa: FBT001 - as it is told
    if not committed.done():  # whoever waited may have been cancelled
        committed.set_result(stored)
