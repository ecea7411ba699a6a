"""One number's sender: claims what may go, starts it at the number's pace, hands the outcomes on.

The order of things is the promise: claim and intent are committed before a socket opens; an answer is settled after it; a lease that runs
out means that nobody knows, and the message is never sent again by itself.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.channels.cloudapi.client import UPLOAD_WITHIN, CloudApi
from curbe.connections import service as connections
from curbe.domain.failures import SendFailure
from curbe.inbox import outbound_messages
from curbe.inbox.outbound_messages import Intent
from curbe.infra.clock import carried_on
from curbe.infra.crypto import CannotOpen, Keyring, Secret
from curbe.infra.db import Pool, PostgresError, Transaction, Unreachable
from curbe.infra.metrics import Metrics
from curbe.media.provide import Provider, SendingNumber
from curbe.outbound import limits, store
from curbe.outbound.attempt import Attempt, Attempted, Provide
from curbe.outbound.breaker import Breaker, Heard, Leave, Reach
from curbe.outbound.governing import admit
from curbe.outbound.governor import Pairs
from curbe.outbound.pace import Grant, Pace
from curbe.outbound.rechecking import recheck
from curbe.outbound.rules import heard, without_quotes
from curbe.outbound.settle import Settler, tell
from curbe.outbound.store import Claim, SendingAccount

log: Final = structlog.get_logger(__name__)

# Longer than any attempt takes; a shorter one calls slow attempts unknown for a while.
LEASE: Final = timedelta(seconds=60)
HEADROOM: Final = 0.05  # of what Meta takes a second, left to inbound messages
_HORIZON: Final = 0.1  # seconds of sends claimed at once
_IDLE: Final = 10.0  # seconds without work before a sender gives its number back
_FULL_SECOND: Final = 0.005  # how long to wait where the last second is full
_NOTHING: Final = 0.5  # how long to wait where nothing may go; who queues something, and an outcome that frees a turn, wakes earlier
_ASK_AGAIN: Final = 0.2  # seconds, where the database does not answer


class Means(msgspec.Struct, frozen=True):
    """What every sender needs."""

    pool: Pool  # as app_worker
    cloud_api: CloudApi
    keyring: Keyring
    callback_key: bytes
    metrics: Metrics
    rate_cap: int | None = None  # messages a second, below what Meta grants
    lease: timedelta = LEASE  # how long a claimed message may stay without an answer before it is unknown
    headroom: float = HEADROOM
    files: Provider | None = None  # None: only files that the provider has already can be sent
    breaker: Breaker = msgspec.field(default_factory=Breaker)  # of all senders: they ask the same provider


class _Claimed(msgspec.Struct, frozen=True):
    """What one claim brought: ``looked`` counts also what turned out to have to wait."""

    account: SendingAccount
    work: list[tuple[Claim, Intent]]
    looked: int
    now: Callable[[], datetime]  # the database's clock, carried on


class Sender:
    """Sends what waits for one number until nothing does, or the number may not send."""

    def __init__(
        self, means: Means, *, tenant_id: UUID, connection_id: UUID, allowance: Callable[[int], int]
    ) -> None:
        """``allowance`` tells how many requests may be under way, given how many are: the number's share of the process."""
        self._means: Final = means
        self._tenant_id: Final = tenant_id
        self._connection_id: Final = connection_id
        self._allowance: Final = allowance
        self._log: Final = log.bind(connection_id=str(connection_id))
        self.woken: Final = asyncio.Event()
        self._settler: Final = Settler(
            means.pool, tenant_id=tenant_id, connection_id=connection_id, told=self.woken.set
        )
        self._tokens: Final[dict[str, Secret]] = {}
        self._pairs: Pairs | None = None
        self._pace: Pace | None = None
        self._unstarted = 0
        self._probes = 0  # being made ready while the provider is silent
        self.in_flight = 0  # claimed and not answered yet
        self._finished: Final = asyncio.Event()
        self._leaving = False
        self._left = False

    def leave(self) -> None:
        """Start nothing more, and end when what is under way is settled: another process has the number."""
        self._leaving = self._left = True
        self.woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Send until ``stop``, until the number may not send, or until nothing waited for a while. Ends with everything settled.

        Raises:
            CannotOpen: the key that the number's token was sealed with is not here.
        """
        self._show_circuits()
        closed: CannotOpen | None = None
        async with asyncio.TaskGroup() as tasks:
            settling = tasks.create_task(self._settler.run())
            try:
                await self._send_until(stop, tasks)
            except CannotOpen as error:
                closed = error  # raised here it would cancel what is under way, and its answers would be lost
            while self.in_flight:
                self._finished.clear()
                await self._finished.wait()
            if self._left:  # whether Meta answers it, the other process knows
                self._forget_circuits()
            self._settler.stop()
            await settling
        if closed is not None:
            raise closed

    async def _send_until(self, stop: asyncio.Event, tasks: asyncio.TaskGroup) -> None:
        loop = asyncio.get_running_loop()
        worked_at = loop.time()
        while not stop.is_set() and not self._leaving and loop.time() - worked_at < _IDLE:
            self.woken.clear()
            if self.in_flight or self._rest(loop.time()) > _HORIZON:
                # A number that rests is not idle: who took over would not know that it must.
                worked_at = loop.time()
            grant = self._grant(loop.time())
            if not grant.count:
                await self._wait_for_pace(loop.time())
                continue
            try:
                claimed = await self._claim(grant.count)
            except (*Unreachable, PostgresError) as error:
                self._log.warning("claim_failed", reason=type(error).__name__, detail=str(error)[:200])
                await asyncio.sleep(_ASK_AGAIN)
                continue
            if claimed is None:
                self._forget_circuits()
                return
            if claimed.looked:
                worked_at = loop.time()
            await self._start(claimed, tasks, grant=grant, loop=loop, stop=stop)

    def _grant(self, now: float) -> Grant:
        """Return what may be claimed now: what starts in the next moment, within the number's share of the process."""
        leave = self._means.breaker.may_claim(self._connection_id, now=now)
        if self._pace is None or leave is Leave.NONE:
            return Grant(count=int(leave is not Leave.NONE), first_at=now, spacing=0.0)
        room = self._allowance(self.in_flight) - self.in_flight
        ready = self._pace.ready(now=now, horizon=_HORIZON) - self._unstarted
        most = (
            min(room, ready) if leave is Leave.ANY else min(room, ready, 1 - self._unstarted - self._probes)
        )
        return self._pace.take(most, now=now, horizon=_HORIZON)

    def _rest(self, now: float) -> float:
        """Return for how many seconds nothing may be asked, as the number or the provider needs a rest."""
        pace = self._pace.wait(now=now) if self._pace is not None else 0.0
        return max(pace, self._means.breaker.wait(self._connection_id, now=now))

    async def _wait_for_pace(self, now: float) -> None:
        await asyncio.sleep(min(max(self._rest(now) - _HORIZON / 2, 0.005), 0.5))

    async def _start(
        self,
        claimed: _Claimed,
        tasks: asyncio.TaskGroup,
        *,
        grant: Grant,
        loop: asyncio.AbstractEventLoop,
        stop: asyncio.Event,
    ) -> None:
        """Start what was claimed, evenly spaced, and come back when it is time for the next claim."""
        pace, work = self._pace, claimed.work
        may = claimed.account.messages_per_second
        cap = min(may, self._means.rate_cap or may)
        if pace is None:
            pace = self._pace = Pace(cap, headroom=self._means.headroom, now=loop.time())
            pace.take(1, now=loop.time(), horizon=0)
        elif len(work) < grant.count:
            pace.give_back(grant.count - len(work))
        if cap != pace.limit:  # Meta has granted more meanwhile, or less: the next sender keeps to that
            self._leaving = True
        attempt = self._attempt(claimed.account, now=claimed.now, stop=stop)
        for position, (claim, intent) in enumerate(work):
            self.in_flight += 1
            self._unstarted += 1
            start_at = grant.first_at + position * grant.spacing
            tasks.create_task(self._send(pace, attempt, claim, intent, start_at=start_at))
        if work:
            await asyncio.sleep(min(max(0.0, pace.wait(now=loop.time()) - _HORIZON / 2), _HORIZON))
        elif not claimed.looked:
            await self._wait(_NOTHING)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self.woken.wait()
        except TimeoutError:
            return

    async def _claim(self, most: int) -> _Claimed | None:
        """Lease the next messages and mark the intent to send them, committed when this returns; None where the number may not send."""
        async with self._means.pool.transaction(self._tenant_id) as tx:
            account = await store.sending_account(
                tx, tenant_id=self._tenant_id, connection_id=self._connection_id
            )
            if account is None:
                return None
            if self._pairs is None:
                self._pairs = Pairs(now=account.now)
            # Before anything is claimed: what is claimed and not asked for ends as unknown.
            self._open_token(account)
            if self._pace is None:
                await limits.forget_debts(tx, tenant_id=self._tenant_id)
            claims = await store.claim(
                tx,
                tenant_id=self._tenant_id,
                connection_id=self._connection_id,
                most=most,
                lease=self._means.lease,
                below=store.EVERYTHING if account.held_from is None else account.held_from,
            )
            may_go, refused = await recheck(
                tx,
                tenant_id=self._tenant_id,
                connection_id=self._connection_id,
                claims=claims,
                now=account.now,
            )
            await tell(tx, refused)
            admitted = await admit(tx, account, may_go, pairs=self._pairs, now=account.now)
            intents = await self._mark(tx, [claim.message_id for claim in admitted])
        work = [(claim, intents[claim.message_id]) for claim in admitted if claim.message_id in intents]
        return _Claimed(account, work, looked=len(claims), now=carried_on(account.now))

    async def _mark(self, tx: Transaction, ids: Sequence[UUID]) -> dict[UUID, Intent]:
        """Mark messages as being sent; what turns out to be answered leaves the outbox."""
        if not ids:
            return {}
        marked = await outbound_messages.mark_sending(tx, tenant_id=self._tenant_id, ids=ids)
        intents = {row.id: row for row in marked}
        answered = [message_id for message_id in ids if message_id not in intents]
        if answered:
            await store.drop(tx, tenant_id=self._tenant_id, message_ids=answered)
        return intents

    def _open_token(self, account: SendingAccount) -> Secret:
        """Return the number's token.

        Raises:
            CannotOpen: the key that it was sealed with is not here.
        """
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
        return token

    def _attempt(
        self, account: SendingAccount, *, now: Callable[[], datetime], stop: asyncio.Event
    ) -> Attempt:
        token = self._open_token(account)
        return Attempt(
            self._means.cloud_api,
            phone_number_id=account.phone_number_id,
            token=token,
            sealed_token=account.access_token_enc,
            callback_key=self._means.callback_key,
            metrics=self._means.metrics,
            now=now,
            provide=self._provide(account, token),
            hold_on=self._hold_on,
            stop=stop,
        )

    def _provide(self, account: SendingAccount, token: Secret) -> Provide | None:
        if self._means.files is None:
            return None
        number = SendingNumber(account.tenant_id, account.id, account.phone_number_id, token)
        return partial(self._means.files.provide, number=number)

    async def _hold_on(self, message_id: UUID, attempt: int) -> bool:
        """Make an attempt's lease outlast the upload that it is about to begin."""
        async with self._means.pool.transaction(self._tenant_id) as tx:
            return await store.hold_on(
                tx,
                tenant_id=self._tenant_id,
                message_id=message_id,
                attempt=attempt,
                lease=self._means.lease + UPLOAD_WITHIN,
            )

    async def _send(
        self, pace: Pace, attempt: Attempt, claim: Claim, intent: Intent, *, start_at: float
    ) -> None:
        loop = asyncio.get_running_loop()
        try:
            if start_at > loop.time():
                await asyncio.sleep(start_at - loop.time())
            began = loop.time()
            body = await self._prepare(attempt, claim, intent)
            if isinstance(body, bytes):
                await self._ask(pace, attempt, claim, intent, body=body)
            else:  # nothing was asked for; what its file met on its way may tell of the provider
                came = Heard.NOT_ASKED if body.next is None else heard(body.failure)
                if came is not Heard.NOT_ASKED:
                    leave = self._means.breaker.ask(self._connection_id, now=loop.time())
                    self._hear(came, leave=leave, now=loop.time(), failure=body.failure)
                self._settler.add(body)
                self._learn(pace, claim, body, started_at=began, now=loop.time())
        finally:  # whoever waits for the last one must not wait for ever
            self.in_flight -= 1
            self._finished.set()

    async def _prepare(self, attempt: Attempt, claim: Claim, intent: Intent) -> bytes | Attempted:
        """Make the request, which may take minutes where a file goes first; of a provider that is silent one at a time."""
        leave = self._means.breaker.may_claim(self._connection_id, now=asyncio.get_running_loop().time())
        self._unstarted -= 1
        if leave is Leave.NONE:  # the provider has fallen silent since this was claimed
            return attempt.postponed(intent)
        probes = int(leave is Leave.PROBE)
        self._probes += probes
        try:
            return await attempt.prepare(claim, intent)
        finally:
            self._probes -= probes

    async def _ask(self, pace: Pace, attempt: Attempt, claim: Claim, intent: Intent, *, body: bytes) -> None:
        """Ask the provider as soon as its last second has room and it is to be asked at all, and hand the outcome on."""
        loop = asyncio.get_running_loop()
        self._unstarted += 1
        while not pace.may_start(now=loop.time()):  # noqa: ASYNC110 - time is what it waits for
            await asyncio.sleep(_FULL_SECOND)
        self._unstarted -= 1
        started_at = loop.time()
        leave = self._means.breaker.ask(self._connection_id, now=started_at)
        if leave is Leave.NONE:  # it has fallen silent while this waited, or its file was on its way
            pace.forgo()
            self._settler.add(attempt.postponed(intent))
            return
        came, failure = Heard.NOT_ASKED, None
        try:
            attempted = await attempt.ask(claim, intent, body)
            came, failure = heard(attempted.failure), attempted.failure
        finally:
            pace.answered(started_at=started_at, now=loop.time())
            self._hear(came, leave=leave, now=loop.time(), failure=failure)
        self._settler.add(attempted)
        self._learn(pace, claim, attempted, started_at=started_at, now=loop.time())

    def _hear(self, came: Heard, *, leave: Leave, now: float, failure: SendFailure | None) -> None:
        """Take note of whether the provider answers, and tell when that has changed."""
        for change in self._means.breaker.heard(self._connection_id, came, leave=leave, now=now):
            if change.opened:
                self._log.warning("provider_silent", reach=change.reach.value, reason=without_quotes(failure))
            else:
                self._log.info("provider_answers", reach=change.reach.value)
            self._show_circuits()

    def _forget_circuits(self) -> None:
        self._means.breaker.forget(self._connection_id)
        self._show_circuits()

    def _show_circuits(self) -> None:
        for reach in Reach:
            gauge = self._means.metrics.send_circuits_open.labels(reach=reach.value)
            gauge.set(self._means.breaker.open_count(reach))

    def _learn(
        self, pace: Pace, claim: Claim, attempted: Attempted, *, started_at: float, now: float
    ) -> None:
        """Take from an answer what it says about the number, or about the person."""
        following = attempted.next
        if following is None:
            return
        if following.slows_number:
            pace.slow_down(started_at=started_at, now=now)
            pace.rest(until=now + following.rests.total_seconds())
        if following.pauses_person and self._pairs is not None:
            self._pairs.refused(claim.conversation_id, until=attempted.settlement.at + following.pause)
        self._leaving = self._leaving or following.pauses_connection
