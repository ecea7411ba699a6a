"""Applies a batch of stored webhooks. Each item ends as applied, duplicate, parked, ignored or quarantined, and is counted as that.

Where the database refuses something of a batch, the batch is halved until the item at fault stands alone. That one is quarantined with its
bytes, and all others are applied. A batch that takes too long is not halved here, as that need not be an item's fault: see `slow_webhooks`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.audit import service as audit
from curbe.channels.cloudapi.callback import message_id_from
from curbe.channels.cloudapi.errors import status_failure
from curbe.consent import hearing
from curbe.consent.hearing import stopped_in
from curbe.domain.messages import StatusReported
from curbe.domain.status import MessageStatus
from curbe.inbox import coexistence, inbound_messages, people, statuses
from curbe.inbox.inbound_messages import Arrival, Arrived
from curbe.inbox.people import Met, Sighting
from curbe.inbox.preferences import Kept
from curbe.inbox.rules import ProviderKey
from curbe.inbox.service import events_of_rows
from curbe.inbox.shapes import MessageRow
from curbe.inbox.statuses import Moved, Report
from curbe.infra.clock import utc_now
from curbe.infra.db import DataRefused, Transaction
from curbe.ingest import defer_automations, defer_conclusions, erased_people, notices, store, tallying
from curbe.ingest.amending import apply_beside, calls_in, reactions_in
from curbe.ingest.reading import read_items
from curbe.ingest.rules import Connection, Item, Routed, SetAside, heard_in, named_in, route
from curbe.ingest.store import Counts, StoredWebhook
from curbe.ingest.tallying import Gathered
from curbe.media import service as media
from curbe.realtime import service as realtime
from curbe.realtime.rules import EventType

log: Final = structlog.get_logger(__name__)

# Errors that an item can cause: the database refuses it, or our own code did not foresee it. Neither may stop the other items.
_UNFORESEEN: Final = (ValueError, TypeError, LookupError, AttributeError, RecursionError, OverflowError)
POISON: Final = (*DataRefused, *_UNFORESEEN)
# Reasons of quarantined items of kind ``poison``.
_REFUSED: Final = "refused_by_database"
TOO_SLOW: Final = "took_too_long"
_EVENT_OF: Final = {
    status: EventType(f"message_{status.value}")
    for status in (
        MessageStatus.SENT,
        MessageStatus.FAILED,
        MessageStatus.DELIVERED,
        MessageStatus.READ,
        MessageStatus.PLAYED,
    )
}


async def apply_webhooks(
    tx: Transaction,
    webhooks: Sequence[StoredWebhook],
    *,
    callback_keys: Sequence[bytes],
    released: bool = False,
    gathered: Gathered | None = None,
    met: Met | None = None,
) -> Counts:
    """Apply all items of stored webhooks, in the order of the log; the parameters are those of :func:`apply_items`."""
    items = [item for webhook in webhooks for item in read_items(webhook)]
    return await apply_items(
        tx, items, callback_keys=callback_keys, released=released, gathered=gathered, met=met or Met()
    )


async def apply_items(
    tx: Transaction,
    items: Sequence[Item],
    *,
    callback_keys: Sequence[bytes],
    released: bool,
    gathered: Gathered | None,
    met: Met,
) -> Counts:
    """Apply items of stored webhooks, of any tenants, in this transaction, and return how many ended in which way.

    An item that was applied before has no effect a second time.

    Args:
        tx: a transaction of the batch role.
        items: in the order of the log.
        callback_keys: derived from the current encryption key and the retired ones; they prove that a status answers a message of ours.
        released: whether this is a replay: items that were quarantined and are applied now leave the quarantine.
        gathered: collects what the caller writes into audit logs and connections later. None: the audit lines are written here.
        met: people that earlier batches found under several names, so that they need not be looked up again.
    """
    counts: Counts = Counter()
    found = gathered if gathered is not None else Gathered()
    if released and items:
        # An item that no tenant gets this time either is quarantined again below.
        await store.release(tx, items)
    for app_id in sorted({item.meta_app_id for item in items}):
        mine = [item for item in items if item.meta_app_id == app_id]
        await _apply_or_halve(tx, mine, callback_keys, counts, found, met)
    if gathered is None:
        await audit.record(tx, tallying.entries(tallying.tallied(found.received)))
    counts = +counts  # without the zeros
    if counts:
        await store.add_counts(tx, counts)
    return counts


async def _apply_or_halve(
    tx: Transaction,
    items: Sequence[Item],
    callback_keys: Sequence[bytes],
    counts: Counts,
    gathered: Gathered,
    met: Met,
) -> None:
    if not items:
        return
    await tx.savepoint()
    try:
        counts.update(await _apply(tx, items, callback_keys, gathered, met))
    except POISON as error:
        await tx.rollback_to()
        if len(items) == 1:
            detail = f"{type(error).__name__}: {str(error)[:500]}"
            await set_poison_aside(tx, items[0], counts, reason=_REFUSED, detail=detail)
            return
        half = len(items) // 2
        await _apply_or_halve(tx, items[:half], callback_keys, counts, gathered, met)
        await _apply_or_halve(tx, items[half:], callback_keys, counts, gathered, met)


async def set_poison_aside(tx: Transaction, item: Item, counts: Counts, *, reason: str, detail: str) -> None:
    """Quarantine an item that cannot be applied, with its bytes; count and log it. The log gets ``detail`` up to its first colon."""
    log.warning(
        "item_set_aside",
        event_id=item.event_id,
        item=item.number,
        reason=detail.partition(":")[0],
        phone_number_id=_number_of(item),
    )
    payload = msgspec.json.encode(item.what)
    await store.set_aside(tx, [SetAside(item, "poison", reason, detail, payload, _number_of(item))])
    counts[item.meta_app_id, "quarantined", reason] += 1


def _number_of(item: Item) -> str | None:
    return getattr(item.what, "phone_number_id", None)


async def _apply(
    tx: Transaction,
    items: Sequence[Item],
    callback_keys: Sequence[bytes],
    gathered: Gathered,
    met: Met,
) -> Counts:
    connections = await store.connections_of(tx, *named_in(items))
    routed = route(items, connections)
    gathered.hear(heard_in(routed))
    routed = await erased_people.leave_out(tx, routed, connections=connections)
    counts: Counts = Counter()
    # First, so that the messages of somebody who turns out to be a known person go into that person's conversation.
    await people.recognize(tx, _reached(routed, met), met=met)
    arrived = await _arrivals(tx, items[0].meta_app_id, routed, counts)
    moved = await _statuses(tx, routed, callback_keys, counts)
    received = [(row, EventType.MESSAGE_RECEIVED) for row in await media.expect(tx, arrived)]
    beside = await apply_beside(tx, routed, arrived, counts)
    stated: list[Kept] = []
    noticed = await notices.apply(tx, routed.notices, counts, now=utc_now(), stated=stated)
    # One event for each new fact, so that whoever counts events misses none. Made last, so that the conversations in them are as the whole
    # batch leaves them.
    events = [*await events_of_rows(tx, [*received, *news_of(moved)]), *beside, *noticed]
    for item, ignored in routed.ignored:
        counts[item.meta_app_id, "ignored", ignored.reason] += 1
    if routed.set_aside:
        await store.set_aside(tx, routed.set_aside)
        for row in routed.set_aside:
            outcome = "quarantined" if row.kind == "poison" else row.kind
            counts[row.item.meta_app_id, outcome, row.reason] += 1
            gathered.put_aside(row.item.meta_app_id, outcome, row.reason, row.phone_number_id)
    if events:
        await realtime.append(tx, events)
    await defer_automations.defer(tx, arrived)
    await defer_conclusions.defer(tx, moved)
    await hearing.write_down(tx, arrived=arrived, stopped=stopped_in(one.row for one in moved), stated=stated)
    # Last: a batch that is rolled back and halved counts nothing.
    gathered.receive(tallying.received_in(routed))
    return counts


async def _arrivals(tx: Transaction, app_id: str, routed: Routed, counts: Counts) -> list[Arrived]:
    """Store what people of this app wrote and did, and return the messages that were new."""
    batch = [
        Arrival(owner.tenant_id, owner.id, message, item.received_at)
        for item, message, owner in routed.messages
    ]
    reactions = reactions_in(routed)
    news = await inbound_messages.store(tx, batch, beside=[*reactions, *await calls_in(tx, routed, counts)])
    await coexistence.mark_standby(tx, _on_standby(batch))
    counts[app_id, "applied", "message"] += len(news.arrived)
    counts[app_id, "duplicate", "message"] += len(batch) - len(news.arrived)
    reacted = news.acted.intersection(one.key for one in reactions)
    counts[app_id, "applied", "reaction"] += len(reacted)
    counts[app_id, "duplicate", "reaction"] += len(reactions) - len(reacted)
    return news.arrived


def _on_standby(batch: Sequence[Arrival]) -> list[ProviderKey]:
    return [
        (arrival.tenant_id, arrival.connection_id, arrival.message.provider_message_id)
        for arrival in batch
        if arrival.message.standby
    ]


async def _statuses(
    tx: Transaction, routed: Routed, callback_keys: Sequence[bytes], counts: Counts
) -> list[Moved]:
    if not routed.statuses:
        return []
    reports = [_report(status, owner, callback_keys) for _, status, owner in routed.statuses]
    outcome = await statuses.apply(tx, reports)
    app_id = routed.statuses[0][0].meta_app_id
    counts[app_id, "applied", "status"] += outcome.applied
    counts[app_id, "duplicate", "status"] += outcome.repeated
    counts[app_id, "parked", "status"] += outcome.parked
    return outcome.moved


def _reached(routed: Routed, met: Met) -> Iterator[Sighting]:
    for _, status, owner in routed.statuses:
        if status.person is not None and not met.knows(owner.tenant_id, status.person):
            yield Sighting(owner.tenant_id, owner.id, status.person, status.at)


def _report(status: StatusReported, owner: Connection, callback_keys: Sequence[bytes]) -> Report:
    failure = (
        status_failure(status.error_code, status.error) if status.status is MessageStatus.FAILED else None
    )
    return Report(
        tenant_id=owner.tenant_id,
        connection_id=owner.id,
        provider_message_id=status.provider_message_id,
        message_id=_ours(status.callback, callback_keys),
        status=status.status,
        at=status.at,
        failure_kind=failure.kind.value if failure else None,
        error_code=failure.code if failure else None,
        error=failure.sentence if failure else None,
        pricing=status.pricing,
        person=status.person,
    )


def _ours(callback: str | None, keys: Sequence[bytes]) -> UUID | None:
    if callback is not None:
        for key in keys:
            if (found := message_id_from(callback, key)) is not None:
                return found
    return None


def news_of(moved: Sequence[Moved]) -> list[tuple[MessageRow, EventType]]:
    """Return a pair for an event for each status of each message that was not known before."""
    return [(one.row, _EVENT_OF[status]) for one in moved for status in one.news]
