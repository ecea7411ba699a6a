"""Rounds of deliveries: what is due is asked for side by side, in order within a conversation, and settled together.

A round that is broken off is made once more: its deliveries come again under the same names. A worker that is told to stop breaks off none:
it begins no more requests, waits for answers as long as it may, and notes what was taken by then.
"""

import asyncio
import time
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.domain.errors import NotFound
from curbe.infra import jobs
from curbe.infra.crypto import CannotOpen, Keyring, Secret
from curbe.infra.db import Pool, Query, Transaction
from curbe.infra.http import Egress, Timeouts
from curbe.infra.jobs import Job, NewJob
from curbe.infra.metrics import Metrics
from curbe.infra.targets import origin_of
from curbe.outgoing_webhooks import rules, sealed
from curbe.outgoing_webhooks.asking import PATIENCE, Answer, Target, Waiting, ask
from curbe.outgoing_webhooks.deliveries import DELIVER
from curbe.outgoing_webhooks.rules import DeliveryReason, DeliveryState, DisabledReason
from curbe.outgoing_webhooks.sealed import Column
from curbe.outgoing_webhooks.service import due, lock, write_down
from curbe.outgoing_webhooks.taking_up import Reader, room, take_up
from curbe.realtime import service as realtime
from curbe.realtime.rules import Cursor
from curbe.realtime.service import LoggedEvent

log: Final = structlog.get_logger(__name__)

LEASE: Final = timedelta(minutes=2)  # longer than a round
_PACKAGE: Final = "curbe.outgoing_webhooks"
_ACTOR: Final = "system:outgoing_webhooks"
_ROUND: Final = 200  # deliveries
_AT_ONCE: Final = 16  # requests to one server
_BEGIN_FOR: Final = 5.0  # seconds of a round in which requests are begun: what they tell was read before
_TURN: Final = 5.0  # seconds of rounds, then the job is anybody's again: whoever stops the worker waits for a round and not for all
_HOPELESS: Final = 3  # requests that failed in a round in which none was taken


class Ending(msgspec.Struct, frozen=True):
    """When the worker ends: ``told``, and for how long answers are waited for after that."""

    told: asyncio.Event
    grace: timedelta


class _Asked(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    url: str
    types: list[str]
    enabled: bool
    secret_enc: str
    secret_before_enc: str | None
    epoch: int
    xid: int
    number: int
    failures: int
    waiting: int
    free: int


class _Failing(msgspec.Struct, frozen=True):
    over: bool | None


class _Disabled(msgspec.Struct, frozen=True):
    url: str


class _Round(msgspec.Struct, frozen=True, kw_only=True):
    """What is due, conversation by conversation; what its events are, where they are still kept."""

    target: Target
    failures: int  # rounds before this one in which nothing was taken
    due: list[Waiting]
    events: dict[Cursor, LoggedEvent]

    @property
    def lines(self) -> list[list[Waiting]]:
        """Return the deliveries in lines: each waits for the one before it in its line, and for no other."""
        found: dict[UUID | str, list[Waiting]] = {}
        for one in self.due:
            found.setdefault(one.conversation_id or one.type, []).append(one)
        return list(found.values())


_ASKED: Final = Query(_PACKAGE, "outgoing_webhook_asked", _Asked)
_DUE: Final = Query(_PACKAGE, "due_deliveries", Waiting)
_REST: Final = Query(_PACKAGE, "rest_until")
_SETTLE: Final = Query(_PACKAGE, "settle_deliveries")
_NOTE_TAKEN: Final = Query(_PACKAGE, "note_taken")
_NOTE_FAILING: Final = Query(_PACKAGE, "note_failing", _Failing)
_DISABLE: Final = Query(_PACKAGE, "disable_outgoing_webhook", _Disabled)


async def defer_due(pool: Pool) -> int:
    """Ask for a round of each webhook that has something to be told; return how many those are. ``pool`` is the batch role's."""
    async with pool.looking() as tx:
        found = await due(tx)
    if not found:
        return 0
    async with pool.transaction() as tx:
        await jobs.defer(tx, [NewJob(one.tenant_id, DELIVER, one.id) for one in found])
    return len(found)


class Delivering:
    """Handles ``outgoing_webhook.deliver``.

    Args:
        pool: as the worker role.
        egress: the way out to tenants' servers; what it trusts is ``reachable``, and nothing else.
        reachable: origins that are reached wherever they lie.
        keyring: opens the secrets.
        metrics: counts the attempts.
        now: the time, for signatures.
        chance: from 0 to 1, by which pauses differ.
        ending: when the worker ends.
        timeouts: how long a server is waited for.
    """

    def __init__(
        self,
        pool: Pool,
        *,
        egress: Egress,
        reachable: Collection[str],
        keyring: Keyring,
        metrics: Metrics,
        now: Callable[[], datetime],
        chance: Callable[[], float],
        ending: Ending,
        timeouts: Timeouts = PATIENCE,
    ) -> None:
        self._pool: Final = pool
        self._egress: Final = egress
        self._reachable: Final = frozenset(origin_of(origin) for origin in reachable)
        self._keyring: Final = keyring
        self._metrics: Final = metrics
        self._now: Final = now
        self._chance: Final = chance
        self._ending: Final = ending
        self._timeouts: Final = timeouts

    async def __call__(self, job: Job) -> None:
        """Make rounds until nothing is due, the server takes nothing, the turn is over, or the worker is to end.

        Raises:
            LostLease: another attempt has taken over, and makes the round once more.
        """
        began = time.monotonic()
        while (current := await self._prepare(job)) is not None:
            answers = await self._ask(current)
            if not await self._settle(job, current, answers):
                return
            if time.monotonic() - began >= _TURN or self._ending.told.is_set():
                async with self._pool.transaction(job.tenant_id) as tx:
                    await jobs.put_back(tx, job, after=timedelta(0), error=None)
                return

    async def _prepare(self, job: Job) -> _Round | None:
        """Return what is due; None, and the job is done, where nothing is."""
        async with self._pool.transaction(job.tenant_id) as tx:
            webhook = await _ASKED.one(tx, tenant_id=job.tenant_id, id=job.subject, overlap=rules.OVERLAP)
            if webhook is None or not webhook.enabled:
                await jobs.finish(tx, job)
                return None
            try:
                secrets = self._opened(webhook, job.tenant_id)
            except CannotOpen as failure:
                log.warning("outgoing_webhook_secret_closed", webhook_id=str(webhook.id), detail=str(failure))
                await self._note_failing(tx, job, webhook.failures, DeliveryReason.SECRET_CLOSED, None)
                await jobs.finish(tx, job)
                return None
            reader = Reader(
                id=webhook.id,
                types=frozenset(webhook.types),
                place=Cursor(epoch=webhook.epoch, xid=webhook.xid, id=webhook.number),
                room=room(waiting=webhook.waiting, free=webhook.free),
            )
            more = await take_up(tx, reader, tenant_id=job.tenant_id)
            found = await _DUE.all(tx, tenant_id=job.tenant_id, id=webhook.id, most=_ROUND)
            if not found:
                await self._rest(tx, job, more=more)
                return None
            places = [one.place for one in found if not one.is_ping]
            events = await realtime.at(tx, places, tenant_id=job.tenant_id)
        target = Target(tenant_id=job.tenant_id, url=webhook.url, secrets=secrets)
        known = {event.cursor: event for event in events}
        return _Round(target=target, failures=webhook.failures, due=found, events=known)

    async def _rest(self, tx: Transaction, job: Job, *, more: bool) -> None:
        if more:
            await jobs.put_back(tx, job, after=timedelta(0), error=None)
            return
        await _REST.run(tx, tenant_id=job.tenant_id, id=job.subject)
        await jobs.finish(tx, job)

    def _opened(self, webhook: _Asked, tenant_id: UUID) -> tuple[Secret, ...]:
        """Return what signs: the secret, and for a day the one before, where a key still opens it.

        Raises:
            CannotOpen: no key opens the secret.
        """
        place = {"tenant_id": tenant_id, "webhook_id": webhook.id}
        current = sealed.opened(self._keyring, Column.NOW, webhook.secret_enc, **place)
        if webhook.secret_before_enc is None:
            return (current,)
        try:
            before = sealed.opened(self._keyring, Column.BEFORE, webhook.secret_before_enc, **place)
        except CannotOpen:
            return (current,)
        return (current, before)

    async def _ask(self, current: _Round) -> list[Answer]:
        """Ask for each line's deliveries one after the other, and for the lines side by side.

        A line ends where one is not taken. Where nothing is taken at all, no more requests are begun than it takes to see that. What is
        not answered when the worker has to end is not among the answers.
        """
        answers: list[Answer] = []
        turns = asyncio.Semaphore(_AT_ONCE)
        began = time.monotonic()

        def hopeless() -> bool:
            refused = sum(answer.refused for answer in answers)
            return refused >= _HOPELESS and not any(answer.taken for answer in answers)

        async def follow(line: list[Waiting]) -> None:
            async with turns:
                for delivery in line:
                    if hopeless() or time.monotonic() - began > _BEGIN_FOR or self._ending.told.is_set():
                        return
                    answer = await self._ask_one(current, delivery)
                    self._metrics.outgoing_webhook_attempts.labels(answer.reason or "taken").inc()
                    answers.append(answer)
                    if answer.refused:
                        return

        async with asyncio.TaskGroup() as tasks:
            following = [tasks.create_task(follow(line)) for line in current.lines]
            breaking_off = tasks.create_task(self._break_off(following))
            await asyncio.wait(following)
            breaking_off.cancel()
        return answers

    async def _break_off(self, following: Sequence[asyncio.Task[None]]) -> None:
        await self._ending.told.wait()
        await asyncio.sleep(self._ending.grace.total_seconds())
        for line in following:
            line.cancel()

    async def _ask_one(self, current: _Round, delivery: Waiting) -> Answer:
        event = current.events.get(delivery.place)
        if event is None and not delivery.is_ping:
            return Answer(delivery=delivery, reason=DeliveryReason.GONE)
        return await ask(
            self._egress,
            current.target,
            delivery,
            event,
            reachable=self._reachable,
            timeouts=self._timeouts,
            now=self._now(),
        )

    async def _settle(self, job: Job, current: _Round, answers: Sequence[Answer]) -> bool:
        """Write down what became of a round; tell whether another one may follow. Where none may, the job is done."""
        async with self._pool.transaction(job.tenant_id) as tx:
            try:
                webhook = await lock(tx, tenant_id=job.tenant_id, webhook_id=job.subject)
            except NotFound:  # deleted meanwhile, and all of this with it
                await jobs.finish(tx, job)
                return False
            if webhook.url != current.target.url:
                # What was refused says nothing of the server that is meant now.
                await self._settle_deliveries(tx, job, [answer for answer in answers if answer.taken])
                await jobs.put_back(tx, job, after=timedelta(0), error=None)
                return False
            await self._settle_deliveries(tx, job, answers)
            worst = next((answer for answer in reversed(answers) if answer.refused), None)
            taken = any(answer.taken for answer in answers)
            if taken:
                reason, status = (worst.reason, worst.status) if worst is not None else (None, None)
                await _NOTE_TAKEN.run(
                    tx, tenant_id=job.tenant_id, id=job.subject, reason=reason, status=status
                )
            elif worst is not None:
                await self._note_failing(tx, job, current.failures, worst.reason, worst.status)
            if any(answer.is_gone for answer in answers):
                await self._disable(tx, job, DisabledReason.GONE)
            elif worst is None or taken:
                await jobs.hold_on(tx, job, lease=LEASE, reached=[])
                return True
            await _REST.run(tx, tenant_id=job.tenant_id, id=job.subject)
            await jobs.finish(tx, job)
        return False

    async def _settle_deliveries(self, tx: Transaction, job: Job, answers: Sequence[Answer]) -> None:
        pauses = [self._pause(answer.delivery) if answer.refused else None for answer in answers]
        await _SETTLE.run(
            tx,
            tenant_id=job.tenant_id,
            id=job.subject,
            epochs=[answer.delivery.epoch for answer in answers],
            xids=[answer.delivery.xid for answer in answers],
            numbers=[answer.delivery.number for answer in answers],
            states=[_state(answer, pause) for answer, pause in zip(answers, pauses, strict=True)],
            pauses=[pause or timedelta(0) for pause in pauses],
            statuses=[answer.status for answer in answers],
            reasons=[answer.reason for answer in answers],
            durations_ms=[answer.duration_ms for answer in answers],
        )

    def _pause(self, delivery: Waiting) -> timedelta | None:
        # Nobody waits for a test that was not taken.
        if delivery.is_ping:
            return None
        return rules.pause_after(delivery.attempts + 1, chance=self._chance())

    async def _note_failing(
        self, tx: Transaction, job: Job, failures: int, reason: DeliveryReason | None, status: int | None
    ) -> None:
        """Note that one more round than ``failures`` took nothing; after five days of that the webhook is disabled."""
        row = await _NOTE_FAILING.one(
            tx,
            tenant_id=job.tenant_id,
            id=job.subject,
            reason=reason,
            status=status,
            rest=rules.rest_after(failures + 1, chance=self._chance()),
            patience=rules.PATIENCE,
        )
        if row is not None and row.over:
            await self._disable(tx, job, DisabledReason.FAILING)

    async def _disable(self, tx: Transaction, job: Job, reason: DisabledReason) -> None:
        tenant_id, webhook_id = job.tenant_id, job.subject
        if row := await _DISABLE.one(tx, tenant_id=tenant_id, id=webhook_id, reason=reason):
            log.warning(
                "outgoing_webhook_disabled",
                tenant_id=str(tenant_id),
                webhook_id=str(webhook_id),
                reason=reason,
            )
            await write_down(tx, tenant_id, webhook_id, "disabled", url=row.url, actor=_ACTOR, reason=reason)


def _state(answer: Answer, pause: timedelta | None) -> DeliveryState:
    if answer.taken:
        return DeliveryState.DELIVERED
    return DeliveryState.FAILED if pause is None else DeliveryState.WAITING
