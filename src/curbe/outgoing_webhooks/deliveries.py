"""What is on record of a webhook's deliveries, and what somebody asks for: a test, one once more, all that failed once more."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.errors import Conflict, EventGone, NotFound
from curbe.infra import jobs
from curbe.infra.db import Query, Transaction
from curbe.infra.jobs import NewJob
from curbe.outgoing_webhooks import rules
from curbe.outgoing_webhooks.rules import DeliveryReason, DeliveryState
from curbe.outgoing_webhooks.service import lock, write_down
from curbe.outgoing_webhooks.service import one as webhook_of
from curbe.realtime import service as realtime
from curbe.realtime.rules import Cursor

DELIVER: Final = "outgoing_webhook.deliver"  # the job of a round of one; its subject is the webhook

_PACKAGE: Final = "curbe.outgoing_webhooks"
_NEWEST: Final = Cursor(epoch=2**31 - 1, xid=2**63 - 1, id=2**63 - 1)


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One event on its way to a webhook, or there. ``id`` is the ``webhook-id`` of its requests."""

    id: str
    type: str
    conversation_id: UUID | None
    state: DeliveryState
    attempts: int
    due_at: datetime | None
    last_status: int | None
    last_reason: DeliveryReason | None
    duration_ms: int | None
    created_at: datetime
    done_at: datetime | None


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    epoch: int
    xid: int
    number: int
    type: str
    conversation_id: UUID | None
    state: DeliveryState
    attempts: int
    due_at: datetime
    last_status: int | None
    last_reason: DeliveryReason | None
    duration_ms: int | None
    created_at: datetime
    done_at: datetime | None


_PAGE: Final = Query(_PACKAGE, "deliveries_page", _Row)
_PING: Final = Query(_PACKAGE, "insert_ping", _Row)
_REPLAY: Final = Query(_PACKAGE, "replay_delivery", _Row)
_REPLAY_FAILED: Final = Query(_PACKAGE, "replay_failed")
_WAKE: Final = Query(_PACKAGE, "wake_outgoing_webhook")
_DROP: Final = Query(_PACKAGE, "drop_deliveries")


async def page(
    tx: Transaction,
    *,
    tenant_id: UUID,
    webhook_id: UUID,
    state: DeliveryState | None,
    before: Cursor | None,
    limit: int,
) -> list[Delivery]:
    """Return at most ``limit`` deliveries before a place, the latest first.

    Raises:
        NotFound: the tenant has no such webhook.
    """
    await webhook_of(tx, tenant_id=tenant_id, webhook_id=webhook_id)
    start = before or _NEWEST
    rows = await _PAGE.all(
        tx,
        tenant_id=tenant_id,
        id=webhook_id,
        state=state,
        epoch=start.epoch,
        xid=start.xid,
        number=start.id,
        most=limit,
    )
    return [_shown(row) for row in rows]


async def ping(tx: Transaction, *, tenant_id: UUID, webhook_id: UUID, actor: str) -> Delivery:
    """Queue a test of a webhook and return it.

    Raises:
        NotFound: the tenant has no such webhook.
        Conflict: it is disabled.
    """
    url = await _require_enabled(tx, tenant_id, webhook_id)
    row = await _PING.one(tx, tenant_id=tenant_id, id=webhook_id)
    if row is None:
        raise LookupError("log_epoch has lost its row; restore it from a backup of this database")
    await _wake(tx, tenant_id, webhook_id)
    await write_down(tx, tenant_id, webhook_id, "tested", url=url, actor=actor)
    return _shown(row)


async def replay(
    tx: Transaction, delivery_id: str, *, tenant_id: UUID, webhook_id: UUID, actor: str
) -> Delivery:
    """Let a delivery be made once more, at once, and return it.

    Raises:
        NotFound: the tenant has no such webhook, or that no such delivery.
        Conflict: the webhook is disabled.
        EventGone: what it told of is not kept any more.
    """
    url = await _require_enabled(tx, tenant_id, webhook_id)
    place = rules.place_named(delivery_id)
    if place is None:
        raise _no_such_delivery()
    row = await _REPLAY.one(
        tx, tenant_id=tenant_id, id=webhook_id, epoch=place.epoch, xid=place.xid, number=place.id
    )
    if row is None:
        raise _no_such_delivery()
    if place.id and not await realtime.at(tx, [place], tenant_id=tenant_id):
        raise EventGone(
            "The event of this delivery is not kept any more.",
            fix="Load the state of what it told of instead, such as the conversation.",
        )
    await _wake(tx, tenant_id, webhook_id)
    await write_down(tx, tenant_id, webhook_id, "replayed", url=url, actor=actor, deliveries=1)
    return _shown(row)


async def replay_failed(tx: Transaction, *, tenant_id: UUID, webhook_id: UUID, actor: str) -> int:
    """Let the deliveries that failed be made once more, the earliest first and as many as may wait; return how many.

    Raises:
        NotFound: the tenant has no such webhook.
        Conflict: it is disabled.
    """
    url = await _require_enabled(tx, tenant_id, webhook_id)
    found = await _REPLAY_FAILED.run(tx, tenant_id=tenant_id, id=webhook_id, most=rules.MOST_WAITING)
    if found:
        await _wake(tx, tenant_id, webhook_id)
        await write_down(tx, tenant_id, webhook_id, "replayed", url=url, actor=actor, deliveries=found)
    return found


async def drop_before(tx: Transaction, *, tenant_id: UUID, before: datetime, most: int) -> int:
    """Delete up to ``most`` deliveries that were done before that moment; return how many."""
    return await _DROP.run(tx, tenant_id=tenant_id, before=before, most=most)


async def _require_enabled(tx: Transaction, tenant_id: UUID, webhook_id: UUID) -> str:
    """Return its URL."""
    known = await lock(tx, tenant_id=tenant_id, webhook_id=webhook_id)
    if not known.enabled:
        raise Conflict("This outgoing webhook is disabled.", fix="Enable it first.")
    return known.url


async def _wake(tx: Transaction, tenant_id: UUID, webhook_id: UUID) -> None:
    await _WAKE.run(tx, tenant_id=tenant_id, id=webhook_id)
    await jobs.defer(tx, [NewJob(tenant_id, DELIVER, webhook_id)])


def _shown(row: _Row) -> Delivery:
    place = Cursor(epoch=row.epoch, xid=row.xid, id=row.number)
    return Delivery(
        id=rules.name_of(place),
        type=row.type,
        conversation_id=row.conversation_id,
        state=row.state,
        attempts=row.attempts,
        due_at=row.due_at if row.state is DeliveryState.WAITING else None,
        last_status=row.last_status,
        last_reason=row.last_reason,
        duration_ms=row.duration_ms,
        created_at=row.created_at,
        done_at=row.done_at,
    )


def _no_such_delivery() -> NotFound:
    return NotFound(
        "This outgoing webhook has no such delivery.",
        fix="List its deliveries and take an id from there; what is done is kept for seven days.",
    )
