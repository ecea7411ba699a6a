"""A webhook that took too long to apply, taken apart: what is well in it arrives.

What alone takes too long, again and again while others pass in a moment, is set aside with its bytes.

That a statement takes too long says little about its item: a database that is overloaded lets everything take too long, and who holds a
lock lets everything wait that needs it. So a lock is waited for less long, which is another error; and a try counts only where other
webhooks of the same lane passed in a moment right after it. Those are taken back: their turn comes when it comes.

Each part has a transaction of its own, and so has each of the others that are looked at: while one is open, nobody reads on in the log of
events. Between two of them another process may take the lane; what is known of the webhook is kept for when it is our turn again, or of
several that take turns none would ever have tried it often enough.
"""

import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

import structlog

from curbe.inbox.people import Met
from curbe.infra.db import Pool, TookTooLong, Transaction
from curbe.ingest import store
from curbe.ingest.apply import TOO_SLOW, apply_items, apply_webhooks, set_poison_aside
from curbe.ingest.reading import read_items
from curbe.ingest.rules import Item
from curbe.ingest.store import Counts, Lane, StoredWebhook
from curbe.ingest.tallying import Gathered

log: Final = structlog.get_logger(__name__)

_PARTS: Final = 8  # of what took too long together
_TRIES: Final = 3
_SLOW_AT_ONCE: Final = 3  # items: where more take too long, the rest is tried once these are done with
_OTHERS: Final = 100  # webhooks behind it, of which the last, the middle one and the first are looked at
_IN_A_MOMENT: Final = 0.1  # of what a statement may take
_BYTES: Final = 8 * 2**20

_Done = Callable[[Counts, Gathered, StoredWebhook, float], Awaitable[None]]


class _Elsewhere(Exception):
    """Another process has the lane, or had it meanwhile."""


class _TakenBack(Exception):
    """Ends a transaction that was only a look."""


@dataclass(slots=True)
class _Suspect:
    """The webhook, where the lane stood before it, and what of it is not applied yet. ``tries`` counts by the item's number."""

    webhook: StoredWebhook
    behind: Lane
    left: list[Item]
    tries: Counter[int] = field(default_factory=Counter)

    def done_with(self, items: Sequence[Item]) -> None:
        """Take items out of what is left."""
        gone = {item.number for item in items}
        self.left = [item for item in self.left if item.number not in gone]


class Alone:
    """Takes apart one webhook of a lane at a time.

    Args:
        pool: as the batch role.
        callback_keys: see ``apply_items``.
        met: whom batches found to be one person.
        done: is told of each part that is committed: what came of it, of which webhook, and in how many seconds.
    """

    def __init__(self, pool: Pool, *, callback_keys: Sequence[bytes], met: Met, done: _Done) -> None:
        self._pool: Final = pool
        self._callback_keys: Final = callback_keys
        self._met: Final = met
        self._done: Final = done
        self._suspects: Final[dict[int, _Suspect]] = {}

    async def apply_next(self, lane: int) -> int:
        """Apply the lane's next webhook; return 1, or 0 where there is none or another process has the lane.

        Raises:
            TookTooLong: a part of it does still; it is not clear yet whether that is the part's fault.
        """
        try:
            suspect = await self._suspect(lane)
            if suspect is None:
                return 0
            slow = await self._apply_parts(lane, suspect)
            if slow and await self._others_pass(suspect):
                suspect.tries.update(item.number for item, _ in slow)
                await self._set_aside(lane, suspect, [item for item, _ in slow])
            if suspect.left:
                raise slow[0][1]
            async with self._holding(lane, suspect) as tx:
                await store.move_lane(tx, suspect.behind, suspect.webhook)
        except _Elsewhere:
            return 0
        del self._suspects[lane]
        return 1

    async def _suspect(self, lane: int) -> _Suspect | None:
        """Return the lane's next webhook: as it was left, where it is the one that was taken apart before."""
        async with self._pool.transaction(tell_locks=True) as tx:
            mine = await store.lock_lane(tx, lane)
            found = await store.read_ahead(tx, mine, most=1, max_bytes=_BYTES) if mine is not None else []
        if mine is None or not found:
            return None
        known = self._suspects.get(lane)
        if known is None or known.behind != mine:
            known = self._suspects[lane] = _Suspect(found[0], mine, read_items(found[0]))
        return known

    async def _apply_parts(self, lane: int, suspect: _Suspect) -> list[tuple[Item, TookTooLong]]:
        """Apply what is left in ever smaller parts, and return the items that take too long alone."""
        parts, slow = [suspect.left], list[tuple[Item, TookTooLong]]()
        while parts and len(slow) < _SLOW_AT_ONCE:
            part = parts.pop()
            began = time.perf_counter()
            try:
                counts, gathered = await self._apply_part(lane, suspect, part)
            except TookTooLong as error:
                if len(part) == 1:
                    slow.append((part[0], error))
                else:
                    parts += _split(part)
            else:
                suspect.done_with(part)
                # Apart from the part: where writing this down takes too long, that is no item's fault, and the part is applied.
                await self._done(counts, gathered, suspect.webhook, time.perf_counter() - began)
        return slow

    async def _apply_part(
        self, lane: int, suspect: _Suspect, part: Sequence[Item]
    ) -> tuple[Counts, Gathered]:
        gathered = Gathered()
        async with self._holding(lane, suspect) as tx:
            counts = await apply_items(
                tx,
                part,
                callback_keys=self._callback_keys,
                released=False,
                gathered=gathered,
                met=self._met,
            )
        return counts, gathered

    async def _others_pass(self, suspect: _Suspect) -> bool:
        """Tell whether any of a few webhooks behind it passes in a moment now. What they did is taken back."""
        behind = Lane(suspect.behind.lane, suspect.webhook.xid, suspect.webhook.id, suspect.behind.lanes)
        async with self._pool.transaction(tell_locks=True) as tx:
            others = await store.read_ahead(tx, behind, most=_OTHERS, max_bytes=_BYTES)
        for place in sorted({0, len(others) // 2, len(others) - 1}, reverse=True) if others else ():
            if await self._passes_in_a_moment(others[place]):
                return True
        return False

    async def _passes_in_a_moment(self, webhook: StoredWebhook) -> bool:
        took = math.inf
        with suppress(TookTooLong, _TakenBack):
            async with self._pool.transaction(tell_locks=True) as tx:
                began = time.perf_counter()
                await apply_webhooks(
                    tx, [webhook], callback_keys=self._callback_keys, gathered=Gathered(), met=Met()
                )
                took = time.perf_counter() - began
                raise _TakenBack
        return took <= self._pool.statement_seconds * _IN_A_MOMENT

    async def _set_aside(self, lane: int, suspect: _Suspect, slow: Sequence[Item]) -> None:
        """Set aside those that were tried often enough."""
        clear = [item for item in slow if suspect.tries[item.number] >= _TRIES]
        if not clear:
            return
        counts: Counts = Counter()
        async with self._holding(lane, suspect) as tx:
            for item in clear:
                await set_poison_aside(
                    tx,
                    item,
                    counts,
                    reason=TOO_SLOW,
                    detail=f"TookTooLong: {_TRIES} times, while others passed in a moment",
                )
            await store.add_counts(tx, counts)
        suspect.done_with(clear)
        await self._done(counts, Gathered(), suspect.webhook, 0.0)

    @asynccontextmanager
    async def _holding(self, lane: int, suspect: _Suspect) -> AsyncIterator[Transaction]:
        """Open a transaction in which the lane is ours and stands where it stood.

        Raises:
            _Elsewhere: it does not.
        """
        async with self._pool.transaction(tell_locks=True) as tx:
            if await store.lock_lane(tx, lane) != suspect.behind:
                raise _Elsewhere
            yield tx


def _split(items: list[Item]) -> list[list[Item]]:
    """Return parts of about the same length, the first of them last: so they are taken in order."""
    size = max(1, len(items) // _PARTS)
    return [items[start : start + size] for start in range(0, len(items), size)][::-1]
