"""The senders: one for each number that has something to send, holding that number's lock so that its pace is in one place."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Final
from uuid import UUID

import structlog

from curbe.inbox import outbound_messages
from curbe.infra.crypto import CannotOpen
from curbe.infra.db import Pool, PostgresError, Session, Unreachable
from curbe.infra.log import bind
from curbe.infra.loop import pause
from curbe.outbound import store, withdrawing
from curbe.outbound.governor import share
from curbe.outbound.sender import Means, Sender
from curbe.outbound.settle import tell
from curbe.outbound.store import Expired

log: Final = structlog.get_logger(__name__)

_UNDER_WAY: Final = (
    900  # requests of all senders together; the connections there are, less some for who comes next
)
_SWEEP_EVERY: Final = 3.0  # seconds; looking for leases that ran out reads the whole outbox
_NO_KEY: Final = 10.0  # seconds, where a number's token cannot be opened: somebody has to bring the key back
_ASK_AGAIN: Final = 0.2  # seconds, where the database does not answer
# Without a word from a process that asks every second: another takes its numbers.
_HANGS: Final = timedelta(seconds=30)
_Key = tuple[UUID, UUID]  # tenant, connection


class Senders:
    """Starts a sender for each number that has something to send and that no other process serves."""

    def __init__(self, means: Means, *, everybody: Pool) -> None:
        """``everybody`` is a pool of the batch role: looking which numbers have work meets all tenants."""
        self._means: Final = means
        self._everybody: Final = everybody
        self._running: Final[dict[_Key, Sender]] = {}
        self._locked: Final[set[_Key]] = set()  # numbers whose lock the present session holds
        self._woken: Final = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until ``stop``. A lost database connection is taken again; senders at work go on meanwhile."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._sweep(stop))
            while not stop.is_set():
                try:
                    async with self._means.pool.session(silent=_HANGS) as session:
                        self._locked.clear()
                        await session.listen(store.CHANNEL, self._heard)
                        await self._serve(session, stop, tasks)
                except (*Unreachable, PostgresError) as error:
                    log.warning("senders_lost_database", reason=type(error).__name__, detail=str(error)[:200])
                    await asyncio.sleep(_ASK_AGAIN)

    def _heard(self, payload: str) -> None:
        tenant_id, _, connection_id = payload.partition(":")
        sender = self._running.get((UUID(tenant_id), UUID(connection_id)))
        if sender is not None:
            sender.woken.set()
        else:
            self._woken.set()

    async def _serve(self, session: Session, stop: asyncio.Event, tasks: asyncio.TaskGroup) -> None:
        """Start senders for as long as the session lives. The session holds the numbers' locks, and nobody else may use it."""
        while not stop.is_set():
            self._woken.clear()
            if not await session.alive():
                return
            await self._settle_locks(session)
            await self._start_waiting(session, stop, tasks)
            try:
                async with asyncio.timeout(1.0):
                    await self._woken.wait()
            except TimeoutError:
                continue
        while self._running:  # the session must live as long as its senders, as it holds their locks
            self._woken.clear()
            await self._woken.wait()

    async def _sweep(self, stop: asyncio.Event) -> None:
        """Settle messages whose sender vanished, and fail those that expired, every few seconds.

        In a task of its own, as it may take long: meanwhile no number waits for a sender, or loses its lock.
        """
        while not stop.is_set():
            try:
                await _mark_vanished_unknown(self._everybody, self._means.pool)
                await withdrawing.expire(self._everybody, self._means.pool)
            except (*Unreachable, PostgresError) as error:
                log.warning("sweep_failed", reason=type(error).__name__, detail=str(error)[:200])
            await pause(stop, _SWEEP_EVERY)

    async def _settle_locks(self, session: Session) -> None:
        """Release the locks of numbers whose sender has ended, and lock anew those whose lock was lost with an earlier session.

        Where another process has locked such a number meanwhile, our sender leaves it.
        """
        for key in self._locked - self._running.keys():
            await session.unlock(_lock_key(key[1]))
            self._locked.discard(key)
        for key in self._running.keys() - self._locked:
            if await session.try_lock(_lock_key(key[1])):
                self._locked.add(key)
            elif (sender := self._running.get(key)) is not None:
                sender.leave()

    async def _start_waiting(self, session: Session, stop: asyncio.Event, tasks: asyncio.TaskGroup) -> None:
        async with self._everybody.looking() as tx:
            waiting = await store.waiting_connections(tx)
        for row in waiting:
            key = (row.tenant_id, row.id)
            if key in self._running:
                continue
            if key in self._locked or await session.try_lock(_lock_key(row.id)):
                self._locked.add(key)
                sender = self._running[key] = Sender(
                    self._means, tenant_id=row.tenant_id, connection_id=row.id, allowance=self._allowance
                )
                tasks.create_task(self._serve_one(key, sender, stop, phone_number_id=row.phone_number_id))

    def _allowance(self, own: int) -> int:
        """Return how many requests a sender that has ``own`` under way may have: one tenant's campaign must not take all of them."""
        total = sum(sender.in_flight for sender in self._running.values())
        return share(own=own, total=total, senders=len(self._running), budget=_UNDER_WAY)

    async def _serve_one(
        self, key: _Key, sender: Sender, stop: asyncio.Event, *, phone_number_id: str
    ) -> None:
        # Bound before the sender begins, so that the log lines of its tasks carry these ids, too.
        bind(tenant_id=key[0], phone_number_id=phone_number_id)
        try:
            await sender.run(stop)
        except CannotOpen as closed:
            log.warning("token_not_opened", connection_id=str(key[1]), detail=str(closed))
            with suppress(TimeoutError):
                async with asyncio.timeout(_NO_KEY):
                    await stop.wait()
        except Exception:
            log.exception("sender_failed", connection_id=str(key[1]))
            await asyncio.sleep(1)
        finally:
            del self._running[key]
            self._woken.set()


async def _mark_vanished_unknown(everybody: Pool, pool: Pool) -> None:
    """Mark messages as unknown whose sender vanished while it sent them: their lease has run out."""
    async with everybody.looking() as tx:
        gone = await store.expired(tx)
    for tenant_id in sorted({row.tenant_id for row in gone}):
        await mark_expired_unknown(pool, tenant_id, [row for row in gone if row.tenant_id == tenant_id])


async def mark_expired_unknown(pool: Pool, tenant_id: UUID, gone: Sequence[Expired]) -> int:
    """Mark messages of one tenant as unknown whose lease was seen to have run out; return how many those still were.

    A message that was settled, put back or begun anew since then is left alone.
    """
    async with pool.transaction(tenant_id) as tx:
        unknown = await outbound_messages.mark_unknown(
            tx, tenant_id=tenant_id, attempts=[(row.message_id, row.attempt) for row in gone]
        )
        dropped = await store.drop_expired(tx, tenant_id=tenant_id, rows=gone)
        await tell(tx, unknown)
    if dropped:
        log.warning("leases_expired", tenant_id=str(tenant_id), count=dropped)
    return dropped


def _lock_key(connection_id: UUID) -> int:
    """Return the advisory lock of a number: 63 bits of its id's random end."""
    return int.from_bytes(connection_id.bytes[8:], "big") >> 1
