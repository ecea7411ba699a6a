"""Where one message is: what is known of it, why it waits, and which stored webhooks name it. Its text is not read."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from curbe.infra.clock import utc_now
from curbe.infra.db import Pool, Query, Role
from curbe.ingest.replay import BEGINNING, Selection, next_webhooks
from curbe.ingest.store import StoredWebhook
from curbe.operate.accounts import pool

_PACKAGE: Final = "curbe.operate"
_LOOKED_BACK: Final = timedelta(days=2)  # in the webhook log, for a message that no tenant has
_MOST_WEBHOOKS: Final = 100


class TracedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message as it stands. ``status`` None: it was received. ``waiting``: it is in the outbox; what that holds is empty otherwise."""

    tenant_id: UUID
    id: UUID
    conversation_id: UUID
    connection_id: UUID
    phone_number_id: str | None
    direction: str
    type: str
    status: str | None
    provider_message_id: str | None
    sender: str | None
    attempt: int
    created_at: datetime
    stored_at: datetime
    accepted_at: datetime | None
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    failed_at: datetime | None
    failure_kind: str | None
    error_code: int | None
    error: str | None
    waiting: bool
    lease_expires_at: datetime | None
    expires_at: datetime | None
    waits: str | None
    put_off: str | None
    available_at: datetime | None
    refusals: int
    connection_status: str
    pause_reason: str | None
    suspended_at: datetime | None
    now: datetime


class TracedStatus(msgspec.Struct, frozen=True):
    """A status that waits for its message."""

    tenant_id: UUID
    phone_number_id: str | None
    status: str
    at: datetime


class TracedWebhook(msgspec.Struct, frozen=True):
    """A stored webhook that names the message; ``kind`` and ``reason``: why the item that names it was set aside."""

    id: int
    received_at: datetime
    applied: bool
    kind: str | None
    reason: str | None


class Traced(msgspec.Struct, frozen=True):
    """What is known of a message. ``webhooks`` None: the log was not looked into."""

    messages: list[TracedMessage]
    parked: list[TracedStatus]
    webhooks: list[TracedWebhook] | None


class _WebhookFacts(msgspec.Struct, frozen=True):
    id: int
    applied: bool
    kind: str | None
    reason: str | None


_MESSAGES: Final = Query(_PACKAGE, "trace_messages", TracedMessage)
_PARKED: Final = Query(_PACKAGE, "trace_parked", TracedStatus)
_WEBHOOKS: Final = Query(_PACKAGE, "trace_webhooks", _WebhookFacts)


async def trace(dsn: str, which: str, *, since: datetime | None) -> Traced:
    """Return what is known of a message.

    Args:
        dsn: the database.
        which: our id of it, or the provider's.
        since: from when on the webhook log is searched for it; None: for two days, and only where no tenant has the message.
    """
    async with pool(dsn, Role.APPLY) as apply:
        async with apply.transaction() as tx:
            messages = await _MESSAGES.all(tx, id=_uuid(which), name=which)
            parked = await _PARKED.all(tx, name=which)
        if since is None and messages:
            return Traced(messages, parked, None)
        names = {one.provider_message_id for one in messages} - {None} or {which}
        begins = since or utc_now() - _LOOKED_BACK
        return Traced(messages, parked, await _webhooks_naming(apply, {str(one) for one in names}, begins))


def why_it_waits(message: TracedMessage) -> str | None:
    """Say why a message is still in the outbox, what stops all of its number first; None where it is not."""
    if not message.waiting:
        return None
    if message.lease_expires_at is not None:
        left = "it is being sent" if message.lease_expires_at > message.now else "its sender is gone"
        return f"{left}: without an answer it is unknown by {message.lease_expires_at:%H:%M:%S} UTC"
    if message.suspended_at is not None:
        return "its tenant is suspended (`curbe tenant resume`)"
    if message.pause_reason is not None or message.connection_status != "active":
        return f"its number is paused: {(message.pause_reason or message.connection_status).rstrip('.')}"
    return _why_not_yet(message)


def _why_not_yet(message: TracedMessage) -> str:
    match message.put_off:
        case "room":
            return "the portfolio's limit of people a day is reached, or Meta lets its account write to nobody first for now"
        case "quiet":
            return "it is night where its person lives"
    if message.waits == "turn":
        return "another message of its conversation goes first"
    if message.available_at is None:
        return "its campaign is paused"
    if message.available_at > message.now:
        tries = f" after {message.refusals} tries" if message.refusals else ""
        return f"it may go from {message.available_at:%Y-%m-%d %H:%M:%S} UTC on{tries}"
    return "it may go: its number's pace and what is before it decide when; see that `curbe work` runs"


def _uuid(which: str) -> UUID | None:
    try:
        return UUID(which)
    except ValueError:
        return None


async def _webhooks_naming(apply: Pool, names: set[str], since: datetime) -> list[TracedWebhook]:
    """Return the first webhooks of the log since then whose bodies hold a name, as Meta may write it: a slash may be escaped."""
    written = sorted(names | {name.replace("/", "\\/") for name in names})
    selection = Selection(names=frozenset(written), since=since, until=utc_now())
    found: list[StoredWebhook] = []
    after = BEGINNING
    while len(found) < _MOST_WEBHOOKS:
        async with apply.transaction() as tx:
            read = await next_webhooks(tx, selection, after=after)
        if read is None:
            break
        found += read[0]
        after = read[1]
    async with apply.transaction() as tx:
        facts = await _WEBHOOKS.all(
            tx, xids=[one.xid for one in found], ids=[one.id for one in found], names=written
        )
    by_id = {one.id: one for one in facts}
    return [
        TracedWebhook(
            id=one.id,
            received_at=one.received_at,
            applied=by_id[one.id].applied,
            kind=by_id[one.id].kind,
            reason=by_id[one.id].reason,
        )
        for one in found[:_MOST_WEBHOOKS]
    ]
