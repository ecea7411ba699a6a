"""Outbound messages in the table: stored as queued, marked as sending before an attempt, settled after it. Sending itself is outbound's."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.failures import FailureKind
from curbe.domain.status import MessageStatus
from curbe.inbox.rules import Direction
from curbe.inbox.shapes import MessageRow
from curbe.infra.db import Id, Query, Transaction


class Departure(msgspec.Struct, frozen=True):
    """An outbound message to queue. ``payload`` is its content as a JSON object in the provider's shape, without the recipient."""

    tenant_id: UUID
    id: UUID
    connection_id: UUID
    conversation_id: UUID
    type: str
    text: str | None
    payload: str
    reply_to: str | None
    sender: str
    created_at: datetime
    retry_of: UUID | None = None  # the message that this one sends once more


class Rewritten(msgspec.Struct, frozen=True):
    """The new content of a queued message; the fields are those of :class:`Departure`."""

    id: UUID
    text: str | None
    payload: str


class Intent(msgspec.Struct, frozen=True):
    """A message that was marked as sending before the provider is asked: which attempt this is, and what is to be sent."""

    id: UUID
    attempt: int
    type: str
    payload: str
    reply_to: str | None


class Verdict(StrEnum):
    """What came of one attempt to send."""

    ACCEPTED = "accepted"  # the provider took it and named it
    FAILED = "failed"  # clearly refused, and no use asking again
    QUEUED = "queued"  # clearly not accepted, and may be tried again
    UNKNOWN = "unknown"  # the provider may have taken it, or not: never tried again by itself


class Settlement(msgspec.Struct, frozen=True):
    """The verdict on one attempt. ``provider_message_id`` comes with ACCEPTED, ``failure_kind`` and ``error`` with FAILED."""

    id: UUID
    attempt: int
    verdict: Verdict
    at: datetime
    provider_message_id: str | None = None
    provider_status: str | None = None
    failure_kind: str | None = None
    error_code: int | None = None
    error: str | None = None


class Settled(MessageRow, frozen=True, gc=False, kw_only=True):
    """A message as it is after the verdict on an attempt was written, without its content.

    ``reaction``: the payload, where the message is a reaction that the provider took; else None.
    """

    verdict: Verdict
    reaction: str | None


# How senders begin that are no people and no software of the tenant's.
_NOBODY: Final = (
    "campaign:",
    "system:",
)
_INSERT: Final = Query("curbe.inbox", "insert_departures")
_WITHDRAW: Final = Query("curbe.inbox", "withdraw_departures", Id)
_REWRITE: Final = Query("curbe.inbox", "rewrite_departures")
_MARK_SENDING: Final = Query("curbe.inbox", "mark_sending", Intent)
_SETTLE: Final = Query("curbe.inbox", "settle", Settled)
_MARK_UNKNOWN: Final = Query("curbe.inbox", "mark_unknown", Settled)
_MARK_QUEUED_UNKNOWN: Final = Query("curbe.inbox", "mark_queued_unknown", Id)


async def queue(tx: Transaction, departures: Sequence[Departure]) -> None:
    """Store messages as queued and move their conversations up."""
    rows = sorted(departures, key=lambda row: (row.tenant_id, row.id))
    await _INSERT.run(
        tx,
        tenant_ids=[row.tenant_id for row in rows],
        ids=[row.id for row in rows],
        connection_ids=[row.connection_id for row in rows],
        conversation_ids=[row.conversation_id for row in rows],
        types=[row.type for row in rows],
        texts=[row.text for row in rows],
        payloads=[row.payload for row in rows],
        reply_tos=[row.reply_to for row in rows],
        senders=[row.sender for row in rows],
        created_ats=[row.created_at for row in rows],
        retry_ofs=[row.retry_of for row in rows],
        automatics=[row.sender.startswith(_NOBODY) for row in rows],
    )


def row_of(departure: Departure) -> MessageRow:
    """Return the row that :func:`queue` writes, as it would be read again; what hangs on it (a file) is not in it."""
    return MessageRow(
        tenant_id=departure.tenant_id,
        id=departure.id,
        conversation_id=departure.conversation_id,
        connection_id=departure.connection_id,
        direction=Direction.OUTBOUND,
        status=MessageStatus.QUEUED,
        type=departure.type,
        text=departure.text,
        payload=departure.payload,
        provider_message_id=None,
        reply_to=departure.reply_to,
        failure_kind=None,
        error_code=None,
        error=None,
        created_at=departure.created_at,
        accepted_at=None,
        sent_at=None,
        delivered_at=None,
        read_at=None,
        played_at=None,
        failed_at=None,
        sender=departure.sender,
        retry_of=departure.retry_of,
    )


async def withdraw(
    tx: Transaction, *, tenant_id: UUID, ids: Sequence[UUID], kind: FailureKind, error: str
) -> list[UUID]:
    """Mark queued messages as failed although nobody tried to send them, and return which; those being sent already are left alone."""
    rows = await _WITHDRAW.all(tx, tenant_id=tenant_id, ids=sorted(ids), kind=kind.value, error=error)
    return [row.id for row in rows]


async def rewrite(tx: Transaction, rows: Sequence[Rewritten], *, tenant_id: UUID) -> None:
    """Replace the content of queued messages; those being sent already are left alone."""
    ordered = sorted(rows, key=lambda row: row.id)
    await _REWRITE.run(
        tx,
        tenant_id=tenant_id,
        ids=[row.id for row in ordered],
        texts=[row.text for row in ordered],
        payloads=[row.payload for row in ordered],
    )


async def mark_sending(tx: Transaction, *, tenant_id: UUID, ids: Sequence[UUID]) -> list[Intent]:
    """Mark queued messages as sending; return those that could be marked, with their contents. Commit before any socket opens."""
    return await _MARK_SENDING.all(tx, tenant_id=tenant_id, ids=sorted(ids))


async def settle(tx: Transaction, *, tenant_id: UUID, settlements: Sequence[Settlement]) -> list[Settled]:
    """Write the verdicts of a batch of attempts in one statement, and return the messages that changed.

    Nothing changes, and no row is returned, where the verdict is on an attempt that is no longer the current one.
    """
    rows = sorted(settlements, key=lambda row: row.id)
    return await _SETTLE.all(
        tx,
        tenant_id=tenant_id,
        ids=[row.id for row in rows],
        attempts=[row.attempt for row in rows],
        verdicts=[row.verdict.value for row in rows],
        ats=[row.at for row in rows],
        provider_message_ids=[row.provider_message_id for row in rows],
        provider_statuses=[row.provider_status for row in rows],
        failure_kinds=[row.failure_kind for row in rows],
        error_codes=[row.error_code for row in rows],
        errors=[row.error for row in rows],
    )


async def mark_unknown(
    tx: Transaction, *, tenant_id: UUID, attempts: Sequence[tuple[UUID, int]]
) -> list[Settled]:
    """Mark messages as unknown whose sender is gone, given as (message, attempt); return those that were still at that attempt.

    Where a webhook has proved a higher status already, that status stays.
    """
    rows = sorted(attempts)
    return await _MARK_UNKNOWN.all(
        tx, tenant_id=tenant_id, ids=[row[0] for row in rows], attempts=[row[1] for row in rows]
    )


async def mark_queued_unknown(tx: Transaction, *, tenant_id: UUID, ids: Sequence[UUID]) -> list[UUID]:
    """Mark queued messages as unknown that may have been sent from another copy of the database; return which.

    Messages that a webhook or an answer has told of already are left alone.
    """
    rows = await _MARK_QUEUED_UNKNOWN.all(tx, tenant_id=tenant_id, ids=sorted(ids))
    return [row.id for row in rows]
