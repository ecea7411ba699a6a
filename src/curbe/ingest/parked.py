"""Applies what is parked, waiting for its message, once the message is here: statuses, edits, and files of an app's history.

One tenant and one kind at a time, in batches with a transaction each. So however much one tenant has parked, and whatever the database
refuses of it, other tenants do not wait, and no transaction is open for long. What the database refuses by itself, several times, is marked
as refused where it is parked (`inbox.parked_refusals`), and what the tenant has behind it goes on.
"""

import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.consent import hearing
from curbe.consent.hearing import stopped_in
from curbe.inbox import amendments, merging, parked_refusals, placeholders, statuses
from curbe.inbox.coexistence import Stored
from curbe.inbox.parked_refusals import FirstParked, ParkedQueue
from curbe.inbox.service import conversation_events, events_of_rows
from curbe.infra.db import Pool, Query, TookTooLong, Transaction
from curbe.ingest import defer_conclusions
from curbe.ingest.amending import events_of
from curbe.ingest.apply import POISON, news_of
from curbe.ingest.store import storable
from curbe.media import service as media
from curbe.realtime import service as realtime

log: Final = structlog.get_logger(__name__)

_AT_ONCE: Final = 500  # rows in one transaction
_PARTS: Final = 8  # into which a batch is split that was refused
_TURNS: Final = 20  # batches of each tenant and kind in one call of `apply`
_LEFT_ALONE: Final = 60.0  # seconds for which a kind whose batch was refused is not tried again
_TRIES: Final = 3  # after which something that is refused by itself is marked as refused
# A status of a message that is not ours is kept for as long as Meta delivers a webhook again.
_KEPT: Final = timedelta(days=7)


class Due(msgspec.Struct, frozen=True):
    """Which kinds a tenant has something parked of."""

    tenant_id: UUID
    strays: bool  # messages that were written into a conversation while it was being merged
    files: bool
    amendments: bool
    statuses: bool


_Take = Callable[[Transaction, UUID, int], Awaitable[tuple[int, bool]]]
_Of = tuple[UUID, str]  # a tenant and the name of a kind


class _Kind(msgspec.Struct, frozen=True):
    """A kind of what is parked.

    ``waits``: whether a tenant has any. ``take``: applies some; returns how many, and whether there are more. ``queue``: how one that is
    refused is found and marked; None: it can only be refused as a whole.
    """

    waits: Callable[[Due], bool]
    take: _Take
    queue: ParkedQueue | None = None


_DUE: Final = Query("curbe.ingest", "tenants_with_parked", Due)


class Parked:
    """Applies what is parked, of all tenants.

    Args:
        pool: connections with the batch role.
        at_once: how many rows one transaction takes.
        clock: monotonic, in seconds.
    """

    def __init__(
        self, pool: Pool, *, at_once: int = _AT_ONCE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pool: Final = pool
        self._at_once: Final = at_once
        self._clock: Final = clock
        self._left_alone: Final[dict[_Of, float]] = {}  # until when
        # What was last refused by itself, and how often.
        self._refused: Final[dict[_Of, tuple[FirstParked, int]]] = {}

    async def apply(self) -> Counter[str]:
        """Apply what can be applied now, tell the tenants, and return how much that was of each kind."""
        counts: Counter[str] = Counter()
        for _ in range(_TURNS):
            if not await self._turn(counts):
                break
        return counts

    async def drop_old(self) -> int:
        """Drop the statuses that waited for their message for a week, and return how many."""
        counts: Counter[str] = Counter()
        for due in await self._due():
            if _OLD_STATUSES.waits(due):
                await self._batch((due.tenant_id, "old_statuses"), _OLD_STATUSES, counts)
        return counts["old_statuses"]

    async def _turn(self, counts: Counter[str]) -> bool:
        """Apply one batch of each kind and tenant; return whether there is more."""
        more = False
        for due in await self._due():
            for name, kind in _KINDS.items():
                of = (due.tenant_id, name)
                if kind.waits(due) and self._left_alone.get(of, 0.0) <= self._clock():
                    more |= await self._batch(of, kind, counts)
        return more

    async def _due(self) -> list[Due]:
        async with self._pool.looking() as tx:
            return await _DUE.all(tx)

    async def _batch(self, of: _Of, kind: _Kind, counts: Counter[str]) -> bool:
        """Apply one batch of a kind; where it is refused, ever smaller ones from its beginning. Return whether there is more."""
        most, left = self._at_once, self._at_once
        while left > 0:
            first = None
            try:
                async with self._pool.transaction() as tx:
                    if most == 1 and kind.queue is not None:
                        first = await kind.queue.first(tx, tenant_id=of[0])
                    taken, more = await kind.take(tx, of[0], most)
            except TookTooLong as error:
                # That says little about any single row; fewer rows might take as long, and all others wait.
                return await self._put_off(of, kind, None, error)
            except POISON as error:
                if most == 1 or kind.queue is None:
                    return await self._put_off(of, kind, first, error)
                most = max(1, most // _PARTS)
                continue
            counts[of[1]] += taken
            left -= most
            if not more:
                return False
        return True

    async def _put_off(self, of: _Of, kind: _Kind, first: FirstParked | None, error: Exception) -> bool:
        """After a refusal: mark what was refused by itself often enough, else leave the kind alone for a minute.

        Return whether something was marked, so that the rest can go on.
        """
        tenant_id, name = of
        log.warning("parked_not_applied", tenant_id=str(tenant_id), kind=name, reason=type(error).__name__)
        if kind.queue is None or first is None or not self._is_clear(of, first):
            self._left_alone[of] = self._clock() + _LEFT_ALONE
            return False
        refusal = storable(f"{type(error).__name__}: {str(error)[:500]}")
        async with self._pool.transaction() as tx:
            await kind.queue.refuse(tx, first, tenant_id=tenant_id, refusal=refusal)
        log.warning(
            "parked_set_aside",
            tenant_id=str(tenant_id),
            connection_id=str(first.connection_id),
            kind=name,
            reason=type(error).__name__,
        )
        return True

    def _is_clear(self, of: _Of, first: FirstParked) -> bool:
        """Count a refusal of the first one by itself, and tell whether it was refused often enough to be at fault."""
        last, tries = self._refused.get(of, (first, 0))
        tries = tries + 1 if last.key == first.key else 1
        self._refused[of] = (first, tries)
        return first.refused_at is not None or tries >= _TRIES


async def _strays(tx: Transaction, tenant_id: UUID, most: int) -> tuple[int, bool]:
    emptied = await merging.absorb_some(tx, tenant_id=tenant_id, most=most)
    return emptied, emptied == most


async def _files(tx: Transaction, tenant_id: UUID, most: int) -> tuple[int, bool]:
    files, more = await placeholders.overdue(tx, tenant_id=tenant_id, most=most)
    return await _show_files(tx, files), more


async def _old_files(tx: Transaction, tenant_id: UUID, most: int) -> tuple[int, bool]:
    files, more = await placeholders.give_up(tx, tenant_id=tenant_id, most=most)
    return await _show_files(tx, files), more


async def _show_files(tx: Transaction, files: Sequence[Stored]) -> int:
    await media.expect_beside(tx, files)
    if late := await conversation_events(tx, {(one.tenant_id, one.conversation_id) for one in files}):
        await realtime.append(tx, late)
    return len(files)


async def _amendments(tx: Transaction, tenant_id: UUID, most: int) -> tuple[int, bool]:
    changed, more = await amendments.overdue(tx, tenant_id=tenant_id, most=most)
    if late := await events_of(tx, changed):
        await realtime.append(tx, late)
    return len(changed), more


async def _statuses(tx: Transaction, tenant_id: UUID, most: int) -> tuple[int, bool]:
    outcome = await statuses.unpark(tx, tenant_id=tenant_id, most=most)
    if news := news_of(outcome.moved):
        await realtime.append(tx, await events_of_rows(tx, news))
    await defer_conclusions.defer(tx, outcome.moved)
    await hearing.write_down(tx, stopped=stopped_in(one.row for one in outcome.moved))
    return outcome.applied, outcome.applied + outcome.repeated + outcome.parked == most


async def _drop_old(tx: Transaction, tenant_id: UUID, _most: int) -> tuple[int, bool]:
    return await statuses.drop_parked(tx, tenant_id=tenant_id, kept=_KEPT), False


# In this order: what was written into a merged conversation is moved to where it belongs before anything else is applied.
_KINDS: Final[dict[str, _Kind]] = {
    "strays": _Kind(lambda due: due.strays, _strays),
    "files": _Kind(lambda due: due.files, _files, parked_refusals.FILES),
    "old_files": _Kind(lambda due: due.files, _old_files, parked_refusals.OLD_FILES),
    "amendments": _Kind(lambda due: due.amendments, _amendments, parked_refusals.AMENDMENTS),
    "statuses": _Kind(lambda due: due.statuses, _statuses, parked_refusals.STATUSES),
}
_OLD_STATUSES: Final = _Kind(lambda due: due.statuses, _drop_old)
