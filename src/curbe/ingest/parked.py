"""What waited for its message, applied once that is here: one tenant and one kind at a time, in batches, each a transaction of its own.

Whatever one tenant has lying there, or the database refuses of it, the others' does not wait for that, and no transaction is open for long.
"""

import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.consent import hearing
from curbe.consent.hearing import stopped_in
from curbe.inbox import amendments, identity, placeholders, statuses
from curbe.inbox.service import conversation_events, told
from curbe.infra.db import Pool, Query, TookTooLong, Transaction
from curbe.ingest import concluding
from curbe.ingest.apply import POISON, news_of
from curbe.ingest.beside import events_of
from curbe.media import service as media
from curbe.realtime import service as realtime

log: Final = structlog.get_logger(__name__)

_AT_ONCE: Final = 500  # rows in one transaction
_TURNS: Final = 20  # of each tenant, before somebody looks again what else there is
_LEFT_ALONE: Final = 60.0  # seconds for which what was refused is not tried again
# A status of a message that is not ours: as long as Meta delivers a webhook again.
_KEPT: Final = timedelta(days=7)


class Due(msgspec.Struct, frozen=True):
    """Of which kinds a tenant has something lying there."""

    tenant_id: UUID
    strays: bool  # what was written into a conversation while it was merged
    files: bool
    amendments: bool
    statuses: bool


_DUE: Final = Query("curbe.ingest", "tenants_with_parked", Due)
_Take = Callable[[Transaction, UUID, int], Awaitable[tuple[int, bool]]]


class Parked:
    """Applies it, of all tenants.

    Args:
        pool: as the batch role.
        at_once: rows in one transaction.
        clock: a monotonic one, in seconds.
    """

    def __init__(
        self, pool: Pool, *, at_once: int = _AT_ONCE, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._pool: Final = pool
        self._at_once: Final = at_once
        self._clock: Final = clock
        self._refused: Final[dict[tuple[UUID, str], float]] = {}

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
            if due.statuses:
                await self._batch(due.tenant_id, "old_statuses", _drop_old, counts)
        return counts["old_statuses"]

    async def _turn(self, counts: Counter[str]) -> bool:
        """Apply one batch of each kind and tenant; return whether there is more."""
        more = False
        for due in await self._due():
            for kind, take in _KINDS.items():
                if getattr(due, kind) and self._refused.get((due.tenant_id, kind), 0.0) <= self._clock():
                    more |= await self._batch(due.tenant_id, kind, take, counts)
        return more

    async def _due(self) -> list[Due]:
        async with self._pool.transaction() as tx:
            return await _DUE.all(tx)

    async def _batch(self, tenant_id: UUID, kind: str, take: _Take, counts: Counter[str]) -> bool:
        try:
            async with self._pool.transaction() as tx:
                taken, more = await take(tx, tenant_id, self._at_once)
        except (*POISON, TookTooLong) as error:
            self._refused[tenant_id, kind] = self._clock() + _LEFT_ALONE
            log.warning(
                "parked_not_applied", tenant_id=str(tenant_id), kind=kind, reason=type(error).__name__
            )
            return False
        self._refused.pop((tenant_id, kind), None)
        counts[kind] += taken
        return more


async def _strays(tx: Transaction, tenant_id: UUID, most: int) -> tuple[int, bool]:
    emptied = await identity.absorb_some(tx, tenant_id=tenant_id, most=most)
    return emptied, emptied == most


async def _files(tx: Transaction, tenant_id: UUID, most: int) -> tuple[int, bool]:
    files, more = await placeholders.overdue(tx, tenant_id=tenant_id, most=most)
    await media.expect_beside(tx, files)
    if late := await conversation_events(tx, {(one.tenant_id, one.conversation_id) for one in files}):
        await realtime.append(tx, late)
    return len(files), more


async def _amendments(tx: Transaction, tenant_id: UUID, most: int) -> tuple[int, bool]:
    changed = await amendments.overdue(tx, tenant_id=tenant_id, most=most)
    if late := await events_of(tx, changed):
        await realtime.append(tx, late)
    return len(changed), len(changed) == most


async def _statuses(tx: Transaction, tenant_id: UUID, most: int) -> tuple[int, bool]:
    outcome = await statuses.unpark(tx, tenant_id=tenant_id, most=most)
    if news := news_of(outcome.moved):
        await realtime.append(tx, await told(tx, news))
    await concluding.defer(tx, outcome.moved)
    await hearing.write_down(tx, stopped=stopped_in(one.row for one in outcome.moved))
    return outcome.applied, outcome.applied + outcome.repeated + outcome.parked == most


async def _drop_old(tx: Transaction, tenant_id: UUID, _most: int) -> tuple[int, bool]:
    return await statuses.drop_parked(tx, tenant_id=tenant_id, kept=_KEPT), False


# In this order: who turns out to be merged has all of theirs in one place first.
_KINDS: Final[dict[str, _Take]] = {
    "strays": _strays,
    "files": _files,
    "amendments": _amendments,
    "statuses": _statuses,
}
