"""Writes what came of a number's attempts: many outcomes in one transaction, and none is lost."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

import structlog

from curbe.consent import hearing
from curbe.consent.hearing import Stopped
from curbe.domain.content import ReactionMessage, decoded
from curbe.domain.status import MessageStatus
from curbe.inbox import amendments, outbound_messages
from curbe.inbox.amendments import OURS, Reaction
from curbe.inbox.outbound_messages import Settled, Verdict
from curbe.inbox.service import MessageNews, events_of_rows, message_events
from curbe.infra.db import DataRefused, Pool, PostgresError, Transaction, Unreachable
from curbe.outbound import conclusions, store, template_refusals
from curbe.outbound.attempt import Attempted, with_unknown_outcome
from curbe.realtime import service as realtime
from curbe.realtime.rules import EventType

log: Final = structlog.get_logger(__name__)

_SETTLE_EVERY: Final = 0.015  # seconds
# Of many at once fewer commits are made: what waits here for a moment is little beside what is under way to the provider.
_MANY: Final = 10
_SETTLE_MANY_EVERY: Final = 0.1
_EVENT_OF: Final = {
    Verdict.ACCEPTED: EventType.MESSAGE_ACCEPTED,
    Verdict.FAILED: EventType.MESSAGE_FAILED,
    Verdict.UNKNOWN: EventType.MESSAGE_UNKNOWN,
}
_SAYS: Final = {Verdict.FAILED: MessageStatus.FAILED, Verdict.UNKNOWN: MessageStatus.UNKNOWN}


class Settler:
    """Writes the outcomes of a number's attempts, many in one transaction, until none is left."""

    def __init__(
        self, pool: Pool, *, tenant_id: UUID, connection_id: UUID, told: Callable[[], object] | None = None
    ) -> None:
        """``pool`` is one of the worker's role; ``told`` is called after each batch: turns may have been freed by it."""
        self._pool: Final = pool
        self._tenant_id: Final = tenant_id
        self._connection_id: Final = connection_id
        self._told: Final = told
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
        batch: list[Attempted] = []
        while self._waiting or not self._stopping:
            await self._arrived.wait()
            self._arrived.clear()
            if not self._stopping:
                await asyncio.sleep(_SETTLE_EVERY if len(batch) < _MANY else _SETTLE_MANY_EVERY)
            batch, self._waiting = self._waiting, []
            if batch:
                await self._settle(batch)
                if self._told is not None:
                    self._told()

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
                log.exception(
                    "outcome_refused", message_id=str(one.settlement.id), reason=type(error).__name__
                )
                if one.settlement.verdict is Verdict.UNKNOWN:
                    return  # its lease will say the same
                batch = [with_unknown_outcome(one)]
            except (*Unreachable, PostgresError) as error:
                reason = type(error).__name__
                log.warning("settle_failed", count=len(batch), reason=reason, detail=str(error)[:200])
                await asyncio.sleep(pause)
                pause = min(pause * 2, 2.0)
            else:
                return

    async def _write(self, batch: Sequence[Attempted]) -> None:
        async with self._pool.transaction(self._tenant_id) as tx:
            settled = await outbound_messages.settle(
                tx, tenant_id=self._tenant_id, settlements=[one.settlement for one in batch]
            )
            # Before the outbox: a claim locks its number first and the turns after it, and so does who writes verdicts.
            await self._draw_conclusions(tx, batch)
            await tell(tx, settled)
            await _react(tx, self._tenant_id, settled)
            # From here on the number's next claim waits: what can be done before, is.
            ended = [one.settlement.id for one in batch if one.put_back is None]
            if ended:
                await store.drop(tx, tenant_id=self._tenant_id, message_ids=ended)
            # The fence: of a batch that is written once more, as nobody heard that it was committed, an attempt may be under way anew.
            mine = {row.id for row in settled}
            back = [one.put_back for one in batch if one.put_back is not None and one.settlement.id in mine]
            if back:
                await store.put_back(tx, tenant_id=self._tenant_id, rows=back)
            await hearing.write_down(tx, stopped=self._stopped(batch))

    def _stopped(self, batch: Sequence[Attempted]) -> list[Stopped]:
        """Return which messages were refused as their person has stopped marketing."""
        ended = [one.settlement for one in batch if one.settlement.error_code == hearing.STOPPED]
        return [Stopped(self._tenant_id, one.id, one.at, one.error) for one in ended]

    async def _draw_conclusions(self, tx: Transaction, batch: Sequence[Attempted]) -> None:
        """Pause the number, or hold back what goes to many, where an answer asks for it."""
        pausing = [one for one in batch if one.next and one.next.pauses_connection]
        refused = max(pausing, key=lambda one: one.settlement.at, default=None)
        if refused is not None and refused.failure is not None:
            await conclusions.pause(
                tx,
                refused.failure,
                tenant_id=self._tenant_id,
                connection_id=self._connection_id,
                refused_token=refused.sealed_token,
                # Written down late, it may be of before the number, or one beside it, was connected or resumed.
                told_at=refused.settlement.at,
            )
        held = {
            one.next.hold: one.failure.code or 0
            for one in batch
            if one.next and one.next.hold and one.failure
        }
        await conclusions.hold(tx, held, tenant_id=self._tenant_id, connection_id=self._connection_id)
        refusals = [template_refusals.refusal_in(one.settlement) for one in batch]
        await template_refusals.note_refused(tx, refusals, tenant_id=self._tenant_id)


async def _react(tx: Transaction, tenant_id: UUID, answered: Sequence[Settled]) -> None:
    """Show the reactions that the provider took at the messages they are about, and tell of those."""
    reactions = [
        Reaction(
            tenant_id=tenant_id,
            connection_id=one.connection_id,
            target=said.reaction.message_id,
            provider_message_id=one.provider_message_id,
            who=OURS,
            emoji=said.reaction.emoji or None,
            at=one.accepted_at,
        )
        for one in answered
        if one.reaction is not None and one.provider_message_id is not None and one.accepted_at is not None
        if isinstance(said := decoded(one.reaction), ReactionMessage)
    ]
    changed = await amendments.react(tx, reactions) if reactions else []
    if changed:
        news = [MessageNews(one.tenant_id, one.message_id, one.type) for one in changed]
        await realtime.append(tx, await message_events(tx, news))


async def tell(tx: Transaction, settled: Sequence[Settled]) -> None:
    """Append what the tenant sees of messages whose attempt has ended."""
    news = [(row, event) for row in settled if (event := _event_of(row)) is not None]
    if news:
        await realtime.append(tx, await events_of_rows(tx, news))


def _event_of(row: Settled) -> EventType | None:
    """Return what there is to tell: nothing of what waits, nor where what the provider told meanwhile stands above our verdict."""
    said = _SAYS.get(row.verdict, row.status)
    return _EVENT_OF.get(row.verdict) if row.status == said else None
