"""The senders: one for each number that has something to send, holding that number's lock so that its pace is in one place.

The order of things is the promise: claim and intent are committed before a socket opens; an answer is settled after it; a lease that runs
out means that nobody knows, and the message is never sent again by itself.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.channels.cloudapi.client import CloudApi
from curbe.connections import service as connections
from curbe.inbox import departures
from curbe.inbox.departures import Intent, Settled, Verdict
from curbe.inbox.service import MessageNews, message_events
from curbe.infra.crypto import Keyring, Secret
from curbe.infra.db import DataRefused, Pool, PostgresError, Session, Transaction, Unreachable
from curbe.infra.metrics import Metrics
from curbe.outbound import store
from curbe.outbound.attempt import Attempt, Attempted, doubted
from curbe.outbound.pace import Pace
from curbe.outbound.store import Claim, Expired, SendingAccount
from curbe.realtime import service as realtime
from curbe.realtime.rules import EventType

log: Final = structlog.get_logger(__name__)

LEASE: Final = timedelta(
    seconds=60
)  # longer than any attempt takes; a shorter one calls slow attempts unknown for a while
_HORIZON: Final = 0.06  # seconds of sends claimed at once
_SETTLE_EVERY: Final = 0.015  # seconds
_IDLE: Final = 10.0  # seconds without work before a sender gives its number back
_Key = tuple[UUID, UUID]  # tenant, connection
_EVENT_OF: Final = {
    Verdict.ACCEPTED: EventType.MESSAGE_ACCEPTED,
    Verdict.FAILED: EventType.MESSAGE_FAILED,
    Verdict.UNKNOWN: EventType.MESSAGE_UNKNOWN,
}


class Means(msgspec.Struct, frozen=True):
    """What every sender needs."""

    pool: Pool  # as app_worker
    cloud_api: CloudApi
    keyring: Keyring
    callback_key: bytes
    metrics: Metrics
    now: Callable[[], datetime]
    rate_cap: int | None = None  # messages a second, below what Meta grants
    lease: timedelta = LEASE  # how long a claimed message may stay without an answer before it is unknown


class Sender:
    """Sends what waits for one number until nothing does, or the number may not send."""

    def __init__(self, means: Means, *, tenant_id: UUID, connection_id: UUID) -> None:
        self._means: Final = means
        self._tenant_id: Final = tenant_id
        self._connection_id: Final = connection_id
        self._log: Final = log.bind(tenant_id=str(tenant_id), connection_id=str(connection_id))
        self._settler: Final = Settler(means, tenant_id=tenant_id, connection_id=connection_id)
        self._tokens: Final[dict[str, Secret]] = {}
        self._pace: Pace | None = None
        self._in_flight = 0
        self._finished: Final = asyncio.Event()
        self._leaving = False
        self.woken: Final = asyncio.Event()

    def leave(self) -> None:
        """Start nothing more, and end when what is under way is settled: another process has the number."""
        self._leaving = True
        self.woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until ``stop``, until the number may not send, or until nothing waited for a while. Ends with everything settled."""
        async with asyncio.TaskGroup() as tasks:
            settling = tasks.create_task(self._settler.run())
            await self._send_until(stop, tasks)
            while self._in_flight:
                self._finished.clear()
                await self._finished.wait()
            self._settler.stop()
            await settling

    async def _send_until(self, stop: asyncio.Event, tasks: asyncio.TaskGroup) -> None:
        loop = asyncio.get_running_loop()
        worked_at = loop.time()
        while not stop.is_set() and not self._leaving and loop.time() - worked_at < _IDLE:
            self.woken.clear()
            try:
                started = await self._start_some(tasks, loop)
            except (*Unreachable, PostgresError) as error:
                self._log.warning("claim_failed", reason=type(error).__name__, detail=str(error)[:200])
                await asyncio.sleep(0.5)
                continue
            if started is None:
                return
            if started or self._in_flight:
                worked_at = loop.time()
            if not started:
                await self._wait(0.02 if self._in_flight else 0.5)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.woken.wait()
        except TimeoutError:
            return

    async def _start_some(self, tasks: asyncio.TaskGroup, loop: asyncio.AbstractEventLoop) -> int | None:
        """Claim what may start in the next moment and start it, evenly spaced; None where the number may not send."""
        pace = self._pace
        slots = 1 if pace is None else max(0, int(pace.full * 2) + 50 - self._in_flight)
        granted = 1 if pace is None else pace.take(slots, now=loop.time(), horizon=_HORIZON)
        if not granted:
            await asyncio.sleep(min(_HORIZON, pace.spacing(now=loop.time()) if pace else _HORIZON))
            return 0
        account, work = await self._claim(granted)
        if account is None:
            return None
        if pace is None:
            per_second = min(account.messages_per_second, self._means.rate_cap or account.messages_per_second)
            pace = self._pace = Pace(per_second, now=loop.time())
        elif len(work) < granted:
            pace.give_back(granted - len(work))
        attempt = self._attempt(account)
        spacing = pace.spacing(now=loop.time())
        for position, (claim, intent) in enumerate(work):
            self._in_flight += 1
            tasks.create_task(self._send(attempt, claim, intent, after=position * spacing))
        if work:
            await asyncio.sleep(spacing * len(work) * 0.8)
        return len(work)

    async def _claim(self, most: int) -> tuple[SendingAccount | None, list[tuple[Claim, Intent]]]:
        """Lease the next messages and mark the intent to send them; both are committed when this returns."""
        async with self._means.pool.transaction(self._tenant_id) as tx:
            account = await store.sending_account(
                tx, tenant_id=self._tenant_id, connection_id=self._connection_id
            )
            if account is None:
                return None, []
            claims = await store.claim(
                tx,
                tenant_id=self._tenant_id,
                connection_id=self._connection_id,
                most=most,
                lease=self._means.lease,
            )
            if not claims:
                return account, []
            ids = [claim.message_id for claim in claims]
            intents = {
                row.id: row for row in await departures.mark_sending(tx, tenant_id=self._tenant_id, ids=ids)
            }
            answered = [message_id for message_id in ids if message_id not in intents]
            if answered:
                await store.drop(tx, tenant_id=self._tenant_id, message_ids=answered)
        return account, [
            (claim, intents[claim.message_id]) for claim in claims if claim.message_id in intents
        ]

    def _attempt(self, account: SendingAccount) -> Attempt:
        token = self._tokens.get(account.access_token_enc)
        if token is None:
            token = connections.open_token(
                self._means.keyring,
                account.access_token_enc,
                tenant_id=account.tenant_id,
                connection_id=account.id,
            )
            self._tokens.clear()
            self._tokens[account.access_token_enc] = token
        return Attempt(
            self._means.cloud_api,
            phone_number_id=account.phone_number_id,
            token=token,
            sealed_token=account.access_token_enc,
            callback_key=self._means.callback_key,
            metrics=self._means.metrics,
            now=self._means.now,
        )

    async def _send(self, attempt: Attempt, claim: Claim, intent: Intent, *, after: float) -> None:
        try:
            if after:
                await asyncio.sleep(after)
            attempted = await attempt(claim, intent)
            self._settler.add(attempted)
            if attempted.next is not None:
                if attempted.next.slows_number and self._pace is not None:
                    self._pace.slow_down(now=asyncio.get_running_loop().time())
                self._leaving = self._leaving or attempted.next.pauses_connection
        finally:  # whoever waits for the last one must not wait for ever
            self._in_flight -= 1
            self._finished.set()
            self.woken.set()


class Settler:
    """Writes the outcomes of a number's attempts, many in one transaction, until none is left."""

    def __init__(self, means: Means, *, tenant_id: UUID, connection_id: UUID) -> None:
        self._means: Final = means
        self._tenant_id: Final = tenant_id
        self._connection_id: Final = connection_id
        self._waiting: list[Attempted] = []
        self._arrived: Final = asyncio.Event()
        self._stopping = False

    def add(self, attempted: Attempted) -> None:
        """Take an outcome to be written soon."""
        self._waiting.append(attempted)
        self._arrived.set()

    def stop(self) -> None:
        """Let :meth:`run` end when everything taken is written."""
        self._stopping = True
        self._arrived.set()

    async def run(self) -> None:
        """Write outcomes as they come. What cannot be written is tried again: it is the only trace of what the provider said."""
        while self._waiting or not self._stopping:
            await self._arrived.wait()
            self._arrived.clear()
            if not self._stopping:
                await asyncio.sleep(_SETTLE_EVERY)
            batch, self._waiting = self._waiting, []
            if batch:
                await self._settle(batch)

    async def _settle(self, batch: Sequence[Attempted]) -> None:
        """Write a batch. One outcome that the database refuses must not keep its neighbours: the batch is halved until it stands alone."""
        pause = 0.1
        while True:
            try:
                await self._write(batch)
            except DataRefused as error:
                if len(batch) > 1:
                    await self._settle(batch[: len(batch) // 2])
                    await self._settle(batch[len(batch) // 2 :])
                    return
                (one,) = batch
                log.exception("outcome_refused", message_id=str(one.settlement.id), reason=type(error).__name__)
                if one.settlement.verdict is Verdict.UNKNOWN:
                    return  # its lease will say the same
                batch = [doubted(one)]
            except (*Unreachable, PostgresError) as error:
                reason = type(error).__name__
                log.warning("settle_failed", count=len(batch), reason=reason, detail=str(error)[:200])
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)
            else:
                return

    async def _write(self, batch: Sequence[Attempted]) -> None:
        async with self._means.pool.transaction(self._tenant_id) as tx:
            settled = await departures.settle(
                tx, tenant_id=self._tenant_id, settlements=[one.settlement for one in batch]
            )
            ended = [one.settlement.id for one in batch if one.put_back is None]
            if ended:
                await store.drop(tx, tenant_id=self._tenant_id, message_ids=ended)
            back = [one.put_back for one in batch if one.put_back is not None]
            if back:
                await store.put_back(tx, tenant_id=self._tenant_id, rows=back)
            await _tell(tx, self._tenant_id, settled)
            refused = next((one for one in batch if one.next and one.next.pauses_connection), None)
            if refused is not None and refused.failure is not None:
                await connections.pause(
                    tx,
                    tenant_id=self._tenant_id,
                    connection_id=self._connection_id,
                    reason=f"Meta refused with code {refused.failure.code}: {refused.failure.words}",
                    refused_token=refused.sealed_token,
                )


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
            while not stop.is_set():
                try:
                    async with self._means.pool.session() as session:
                        self._locked.clear()
                        await session.listen("curbe_outbox", self._heard)
                        await self._serve(session, stop, tasks)
                except (*Unreachable, PostgresError) as error:
                    log.warning("senders_lost_database", reason=type(error).__name__, detail=str(error)[:200])
                    await asyncio.sleep(0.5)

    def _heard(self, payload: str) -> None:
        tenant_id, _, connection_id = payload.partition(":")
        sender = self._running.get((UUID(tenant_id), UUID(connection_id)))
        if sender is not None:
            sender.woken.set()
        else:
            self._woken.set()

    async def _serve(self, session: Session, stop: asyncio.Event, tasks: asyncio.TaskGroup) -> None:
        """Look after the numbers for as long as the session lives. Nobody else uses the session: it takes one statement at a time."""
        while not stop.is_set():
            self._woken.clear()
            if not await session.alive():
                return
            await self._settle_locks(session)
            await self._start_waiting(session, stop, tasks)
            await _sweep(self._everybody, self._means.pool)
            try:
                async with asyncio.timeout(1.0):
                    await self._woken.wait()
            except TimeoutError:
                continue
        while self._running:  # their locks last as long as they do
            self._woken.clear()
            await self._woken.wait()

    async def _settle_locks(self, session: Session) -> None:
        """Give back the locks of numbers that are done; take those of a session that was lost, or leave the number to who has it now."""
        for key in self._locked - self._running.keys():
            await session.unlock(_lock_key(key[1]))
            self._locked.discard(key)
        for key in self._running.keys() - self._locked:
            if await session.try_lock(_lock_key(key[1])):
                self._locked.add(key)
            elif (sender := self._running.get(key)) is not None:
                sender.leave()

    async def _start_waiting(self, session: Session, stop: asyncio.Event, tasks: asyncio.TaskGroup) -> None:
        async with self._everybody.transaction() as tx:
            waiting = await store.waiting_connections(tx)
        for row in waiting:
            key = (row.tenant_id, row.id)
            if key in self._running:
                continue
            if key in self._locked or await session.try_lock(_lock_key(row.id)):
                self._locked.add(key)
                sender = self._running[key] = Sender(
                    self._means, tenant_id=row.tenant_id, connection_id=row.id
                )
                tasks.create_task(self._serve_one(key, sender, stop))

    async def _serve_one(self, key: _Key, sender: Sender, stop: asyncio.Event) -> None:
        try:
            await sender.run(stop)
        except Exception:
            log.exception("sender_failed", connection_id=str(key[1]))
            await asyncio.sleep(1)
        finally:
            del self._running[key]
            self._woken.set()


async def _sweep(everybody: Pool, pool: Pool) -> None:
    """Mark as unknown what vanished senders left behind."""
    async with everybody.transaction() as tx:
        gone = await store.expired(tx)
    for tenant_id in sorted({row.tenant_id for row in gone}):
        await doubt_expired(pool, tenant_id, [row for row in gone if row.tenant_id == tenant_id])


async def doubt_expired(pool: Pool, tenant_id: UUID, gone: Sequence[Expired]) -> int:
    """Mark attempts of one tenant whose lease was seen to expire as unknown; return how many still were as they were seen.

    What was settled since is left alone: an attempt that was put back, or begun anew, has its own future.
    """
    async with pool.transaction(tenant_id) as tx:
        doubted = await departures.doubt(
            tx, tenant_id=tenant_id, attempts=[(row.message_id, row.attempt) for row in gone]
        )
        dropped = await store.drop_expired(tx, tenant_id=tenant_id, rows=gone)
        await _tell(tx, tenant_id, doubted)
    if dropped:
        log.warning("leases_expired", tenant_id=str(tenant_id), count=dropped)
    return dropped


async def _tell(tx: Transaction, tenant_id: UUID, settled: Sequence[Settled]) -> None:
    news = [
        MessageNews(tenant_id, row.id, _EVENT_OF[row.verdict]) for row in settled if row.verdict in _EVENT_OF
    ]
    if news:
        await realtime.append(tx, await message_events(tx, news))


def _lock_key(connection_id: UUID) -> int:
    """Return the advisory lock of a number: 63 bits of its id's random end."""
    return int.from_bytes(connection_id.bytes[8:], "big") >> 1
