"""Replays stored webhooks: reads and applies them again, which adds what is missing and repeats nothing.

That is how items that were set aside reach their tenant after all, once their number is connected or the bug that refused them is fixed.
"""

import math
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from curbe.audit.service import AuditEntry
from curbe.domain.access import PLATFORM
from curbe.infra.db import Pool, Query, TookTooLong, Transaction
from curbe.ingest.apply import TOO_SLOW, apply_webhooks
from curbe.ingest.store import Counts, StoredWebhook, stored_by_id

_PACKAGE: Final = "curbe.ingest"
_MOST: Final = 500  # webhooks in one transaction
_MAX_BYTES: Final = 8 * 2**20
_SLOW_AT_MOST: Final = 5  # if the first five webhooks all take too long by themselves, the replay gives up
_MOST_GONE: Final = 1000
_STRETCH: Final = 20_000  # how many webhooks one statement searches for a name
BEGINNING: Final = (0, 0)  # no transaction has that id

Position = tuple[int, int]  # (xid, id), as the log is ordered


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which webhooks to replay: those with these ids, or those of a span of time, optionally only those that name certain numbers or WABAs.

    ``names`` are phone_number_ids and WABA ids; None for all. ``since`` None: from the beginning of the log.
    """

    ids: tuple[int, ...] | None = None
    names: frozenset[str] | None = None
    since: datetime | None = None
    until: datetime


class SetAsideItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item that no tenant received; ``event_id`` is its webhook's id, ``received_at`` when that webhook came."""

    id: UUID
    event_id: int
    kind: str
    reason: str
    phone_number_id: str | None
    waba_id: str | None
    received_at: datetime
    created_at: datetime


class ReplayOutcome(msgspec.Struct, frozen=True, order=True):
    """How many items had the same outcome for the same reason."""

    outcome: str
    reason: str
    count: int


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay did, or would do.

    ``gone``: items (at most a thousand) that are still set aside and cannot be replayed, as their webhook is no longer in the log.
    ``stopped_at``: the position from which to continue, if ``patience`` ran out; None: the replay is complete.
    """

    webhooks: int
    outcomes: list[ReplayOutcome]
    gone: list[SetAsideItem]
    stopped_at: Position | None = None


class _Position(msgspec.Struct, frozen=True):
    xid: int
    id: int


class _Names(msgspec.Struct, frozen=True):
    phone_number_id: str | None
    waba_id: str | None


_STORED_BY_TIME: Final = Query(_PACKAGE, "stored_by_time", StoredWebhook)
_STRETCH_END: Final = Query(_PACKAGE, "stretch_end", _Position)
_STORED_NAMING: Final = Query(_PACKAGE, "stored_naming", StoredWebhook)
_NAMES_OF_TENANT: Final = Query(_PACKAGE, "names_of_tenant", _Names)
_SET_ASIDE_AND_GONE: Final = Query(_PACKAGE, "set_aside_and_gone", SetAsideItem)
_SET_ASIDE_PAGE: Final = Query(_PACKAGE, "set_aside_page", SetAsideItem)


async def replay(
    pool: Pool,
    selection: Selection,
    *,
    callback_keys: Sequence[bytes],
    told: Callable[[int], None] = lambda _: None,
    after: Position = BEGINNING,
    patience: timedelta | None = None,
) -> Replayed:
    """Apply the webhooks of ``selection`` again, one batch per transaction. An interrupted replay may simply be started again.

    Args:
        pool: connections with the batch role.
        selection: which webhooks.
        callback_keys: see ``apply_items``.
        told: called after each batch with how many webhooks have been read so far.
        after: the position at which an earlier call stopped.
        patience: no further batch begins after this time, but at least one is applied; None: no limit. A batch that took too long, and is
            therefore applied webhook by webhook, may stop in its middle.
    """
    return await _each_batch(
        pool, selection, callback_keys=callback_keys, told=told, after=after, patience=patience, keep=True
    )


async def rehearse(
    pool: Pool, selection: Selection, *, callback_keys: Sequence[bytes], told: Callable[[int], None]
) -> Replayed:
    """Return what :func:`replay` would do, by applying each batch and rolling it back."""
    return await _each_batch(
        pool, selection, callback_keys=callback_keys, told=told, after=BEGINNING, patience=None, keep=False
    )


async def names_of_tenant(pool: Pool, tenant_id: UUID) -> frozenset[str]:
    """Return the phone_number_ids and WABA ids of the numbers that a tenant has or had."""
    async with pool.transaction() as tx:
        rows = await _NAMES_OF_TENANT.all(tx, tenant_id=tenant_id)
    return frozenset(name for row in rows for name in (row.phone_number_id, row.waba_id) if name)


async def set_aside(
    pool: Pool, *, kind: str | None, phone_number_id: str | None, limit: int
) -> list[SetAsideItem]:
    """Return the items that are set aside now, oldest first; optionally of one kind (unrouted, foreign, poison) or number."""
    async with pool.transaction() as tx:
        return await _SET_ASIDE_PAGE.all(tx, kind=kind, phone_number_id=phone_number_id, most=limit)


class _TakenBack(Exception):
    """Raised to roll back a transaction that was only a rehearsal."""


async def _each_batch(
    pool: Pool,
    selection: Selection,
    *,
    callback_keys: Sequence[bytes],
    told: Callable[[int], None],
    after: Position,
    patience: timedelta | None,
    keep: bool,
) -> Replayed:
    webhooks = 0
    counts: Counts = Counter()
    until = math.inf if patience is None else time.monotonic() + patience.total_seconds()
    read: tuple[list[StoredWebhook], Position] | None = ([], after)
    while read is not None:
        after = read[1]
        async with pool.transaction() as tx:
            read = await next_webhooks(tx, selection, after=after)
        batch = read[0] if read is not None else []
        done, count = await _apply(pool, batch, callback_keys=callback_keys, until=until, keep=keep)
        counts.update(done)
        webhooks += count
        told(webhooks)
        if read is not None and time.monotonic() >= until:
            stopped_at = read[1] if count == len(batch) else _position(batch[count - 1])
            return Replayed(webhooks=webhooks, outcomes=_outcomes(counts), gone=[], stopped_at=stopped_at)
    return Replayed(webhooks=webhooks, outcomes=_outcomes(counts), gone=await _gone(pool, selection))


async def _apply(
    pool: Pool, batch: Sequence[StoredWebhook], *, callback_keys: Sequence[bytes], until: float, keep: bool
) -> tuple[Counts, int]:
    """Apply a batch in one transaction, or webhook by webhook if that takes too long; webhooks that still do are left as they were.

    Returns:
        The outcomes, and of how many webhooks: of fewer than all where it went webhook by webhook until ``until`` (monotonic seconds).
        It does not stop before one webhook has passed.

    Raises:
        TookTooLong: each of the first few webhooks, or all of them, took too long by itself: the database is overloaded.
    """
    try:
        return await _apply_together(pool, batch, callback_keys=callback_keys, keep=keep), len(batch)
    except TookTooLong:
        if len(batch) <= 1:
            raise
    counts: Counts = Counter()
    count = slow = 0
    for count, webhook in enumerate(batch, start=1):
        try:
            counts.update(await _apply_together(pool, [webhook], callback_keys=callback_keys, keep=keep))
        except TookTooLong:
            slow += 1
            if slow == count and count in (_SLOW_AT_MOST, len(batch)):
                raise
            counts[webhook.meta_app_id, "quarantined", TOO_SLOW] += 1
        if slow < count and time.monotonic() >= until:
            break
    return counts, count


async def _apply_together(
    pool: Pool, batch: Sequence[StoredWebhook], *, callback_keys: Sequence[bytes], keep: bool
) -> Counts:
    counts: Counts = Counter()
    with suppress(_TakenBack):
        async with pool.transaction() as tx:
            counts = await apply_webhooks(tx, batch, callback_keys=callback_keys, released=True)
            if not keep:
                raise _TakenBack
    return counts


async def next_webhooks(
    tx: Transaction, selection: Selection, *, after: Position
) -> tuple[list[StoredWebhook], Position] | None:
    """Return the next webhooks and the position up to which the log has been searched for them; None at the end of the log."""
    if selection.ids is not None:  # named one by one, so few
        batch = await stored_by_id(tx, selection.ids) if after == BEGINNING else []
        return _upto_last(batch)
    page = {"xid": after[0], "id": after[1], "most": _MOST, "max_bytes": _MAX_BYTES}
    span = {"since": selection.since, "until": selection.until}
    if selection.names is None:
        return _upto_last(await _STORED_BY_TIME.all(tx, **span, **page))
    end = await _STRETCH_END.one(tx, **span, xid=after[0], id=after[1], stretch=_STRETCH)
    if end is None:
        return None
    names = sorted(selection.names)
    batch = await _STORED_NAMING.all(tx, names=names, to_xid=end.xid, to_id=end.id, **span, **page)
    return _upto_last(batch) or ([], (end.xid, end.id))


def _upto_last(batch: list[StoredWebhook]) -> tuple[list[StoredWebhook], Position] | None:
    return (batch, _position(batch[-1])) if batch else None


def _position(webhook: StoredWebhook) -> Position:
    return webhook.xid, webhook.id


async def _gone(pool: Pool, selection: Selection) -> list[SetAsideItem]:
    async with pool.transaction() as tx:
        return await _SET_ASIDE_AND_GONE.all(
            tx,
            ids=None if selection.ids is None else list(selection.ids),
            names=None if selection.names is None else sorted(selection.names),
            since=selection.since,
            until=selection.until,
            most=_MOST_GONE,
        )


def _outcomes(counts: Counts) -> list[ReplayOutcome]:
    """Return the counts summed over all Meta apps."""
    together: Counter[tuple[str, str]] = Counter()
    for (_, outcome, reason), count in counts.items():
        together[outcome, reason] += count
    return sorted(
        ReplayOutcome(outcome, reason, count) for (outcome, reason), count in together.items() if count
    )


def replayed_entry(
    done: Replayed, selection: Selection, *, tenant_id: UUID | None, numbers: Collection[str], actor: str
) -> AuditEntry:
    """Return the entry about a replay for the platform's audit log.

    Args:
        done: what the replay did.
        selection: which webhooks it was asked to apply.
        tenant_id: the tenant whose numbers were meant, if one was named.
        numbers: the phone_number_ids and WABA ids that were named.
        actor: who asked for it.
    """
    return AuditEntry(
        tenant_id=PLATFORM,
        actor=actor,
        action="webhook.replayed",
        subject=str(tenant_id) if tenant_id else None,
        detail={
            "webhooks": done.webhooks,
            "items": sum(one.count for one in done.outcomes),
            "events": [str(one) for one in selection.ids or ()],
            "phone_number_ids": sorted(numbers),
            "since": selection.since.isoformat() if selection.since else None,
            "until": selection.until.isoformat(),
        },
    )
