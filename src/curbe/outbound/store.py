"""The outbox's table: messages that wait to be sent, claimed by lease, in order within each conversation."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

from curbe.connections.rules import ConnectionStatus, Line
from curbe.infra.db import Id, LockTaken, Query, Transaction
from curbe.outbound.governor import NOTIFICATION
from curbe.tenants import service as tenants

CHANNEL: Final = "curbe_outbox"  # a number has something to send: its tenant and its connection
EVERYTHING: Final = 32_767  # a priority below which all lie
_LOOKED_AT: Final = 500  # messages, where those first looked at turn out to wait for others
_LOOKS: Final = 5  # in one claim


class Claim(msgspec.Struct, frozen=True):
    """A message claimed for sending, with its lease set: whom it goes to, and what is known of the customer service window.

    ``conversation_id``: the one it was queued in, where it keeps its turn. ``current_conversation_id``: the one that shows it now, which is
    another where its contact was merged or split since.
    """

    message_id: UUID
    conversation_id: UUID
    position: int
    priority: int
    attempt: int
    refusals: int
    trying_since: datetime  # when it was first tried; anew once its number could not send
    e164: str | None
    bsuid: str | None
    last_inbound_at: datetime | None
    contact_id: UUID
    current_conversation_id: UUID
    type: str
    owes: timedelta | None  # until the person's pair limit is free (`governor.Pairs`), if stored
    behind: bool = False  # another message of its conversation goes first: this one was not claimed
    template: tuple[str, str] | None = None  # of what is sent to many: the template's name and language
    campaign_id: UUID | None = None
    looked_over_as: str | None = (
        None  # the category of its campaign's template when the campaign was looked over
    )
    quiet: tuple[str, time, time] | None = (
        None  # its recipient's clock, and when its campaign writes to nobody
    )


class PutOff(StrEnum):
    """Why a message waits for longer, as shown to people who ask. Declared as the PostgreSQL enum."""

    ROOM = "room"  # the portfolio has reached its daily limit of new people, or Meta restricts the account
    QUIET = "quiet"  # its campaign's quiet hours, where its recipient lives


class SendingAccount(msgspec.Struct, frozen=True):
    """The number a sender works for; the token is sealed."""

    id: UUID
    tenant_id: UUID
    phone_number_id: str
    messages_per_second: int
    access_token_enc: str
    portfolio: str
    messaging_limit: str | None
    restricted_until: datetime | None  # Meta lets its account write to nobody first until then
    held_from: int | None  # nothing of this priority or less urgent may go
    now: datetime  # by the database's clock: a sender's own may be wrong


class WaitingConnection(msgspec.Struct, frozen=True):
    """A number that has something to send."""

    tenant_id: UUID
    id: UUID
    phone_number_id: str


class PutBack(msgspec.Struct, frozen=True):
    """A claimed message that goes back into the outbox for ``pause``. ``holds``: nothing else goes to the person before it."""

    message_id: UUID
    pause: timedelta
    counted: bool
    holds: bool = False


class Expired(msgspec.Struct, frozen=True):
    """An attempt whose sender is gone, or was paused for longer than its lease."""

    tenant_id: UUID
    message_id: UUID
    attempt: int


class Destination(msgspec.Struct, frozen=True):
    """A conversation as far as sending needs it."""

    id: UUID
    connection_id: UUID
    e164: str | None
    wa_id: str | None
    last_inbound_at: datetime | None


class _Reached(msgspec.Struct, frozen=True):
    """A number, and its conversation with somebody; no ``id`` where they never spoke."""

    connection_id: UUID
    status: ConnectionStatus
    country_id: str | None
    phone_number_id: str | None
    phone_number_e164: str | None
    pause_reason: str | None
    pause_cause: str | None
    restricted_until: datetime | None
    id: UUID | None
    e164: str | None
    wa_id: str | None
    last_inbound_at: datetime | None

    def line(self) -> Line:
        return Line(
            id=self.connection_id,
            status=self.status,
            country_id=self.country_id,
            phone_number_id=self.phone_number_id,
            phone_number_e164=self.phone_number_e164,
            pause_reason=self.pause_reason,
            pause_cause=self.pause_cause,
            restricted_until=self.restricted_until,
        )

    def destination(self) -> Destination | None:
        if self.id is None:
            return None
        return Destination(self.id, self.connection_id, self.e164, self.wa_id, self.last_inbound_at)


class Left(msgspec.Struct, frozen=True):
    """The conversation of a message that left its place."""

    conversation_id: UUID


class Depth(msgspec.Struct, frozen=True):
    """How many messages wait for an answer; the oldest that may go has been free to for so many seconds."""

    waiting: int
    oldest_seconds: float


_ENQUEUE: Final = Query("curbe.outbound", "enqueue")
_TAKE_TURN: Final = Query("curbe.outbound", "take_turn", LockTaken)
_TAKE_TURNS_OF: Final = Query("curbe.outbound", "take_turns_of", LockTaken)
_WAKE_DUE: Final = Query("curbe.outbound", "wake_due")
_RUNNING_CAMPAIGNS: Final = Query("curbe.outbound", "running_campaigns", Id)
_CLAIM: Final = Query("curbe.outbound", "claim", Claim)
_UNCLAIM: Final = Query("curbe.outbound", "unclaim")
_HOLD_ON: Final = Query("curbe.outbound", "hold_on")
_DROP: Final = Query("curbe.outbound", "drop_waiting", Left)
_PUT_BACK: Final = Query("curbe.outbound", "put_back")
_FREE_NEXT: Final = Query("curbe.outbound", "free_next")
_FREE_BESIDE: Final = Query("curbe.outbound", "free_beside")
_EXPIRED: Final = Query("curbe.outbound", "expired", Expired)
_DROP_EXPIRED: Final = Query("curbe.outbound", "drop_expired", Left)
_WAITING: Final = Query("curbe.outbound", "waiting_connections", WaitingConnection)
_DEPTH: Final = Query("curbe.outbound", "outbox_depth", Depth)
_ACCOUNT: Final = Query("curbe.outbound", "sending_account", SendingAccount)
_DESTINATION_OF_PHONE: Final = Query("curbe.outbound", "destination_of_phone", Destination)
_LINES_TO_PHONE: Final = Query("curbe.outbound", "lines_to_phone", _Reached)
_DESTINATION: Final = Query("curbe.outbound", "destination", _Reached)


async def enqueue(
    tx: Transaction,
    *,
    tenant_id: UUID,
    rows: Sequence[tuple[UUID, UUID, UUID]],
    priority: int,
    campaign_id: UUID | None = None,
    lifetime: timedelta | None = None,
) -> None:
    """Put messages, given as (message, connection, conversation), into the outbox and wake the senders of their numbers.

    Messages of a campaign (``campaign_id``) are claimed only while it runs. With a ``lifetime`` they expire after it.
    """
    await _ENQUEUE.run(
        tx,
        tenant_id=tenant_id,
        campaign_id=campaign_id,
        lifetime=lifetime,
        message_ids=[row[0] for row in rows],
        connection_ids=[row[1] for row in rows],
        conversation_ids=[row[2] for row in rows],
        priority=priority,
    )
    for connection_id in sorted({row[1] for row in rows}):
        tx.notify(CHANNEL, f"{tenant_id}:{connection_id}")


async def take_turn(tx: Transaction, *, connection_id: UUID) -> None:
    """Lock the turns of a number's queue until ``tx`` ends: which message of a conversation goes next."""
    await _TAKE_TURN.one(tx, connection_id=connection_id)


async def take_turns_of(tx: Transaction, *, tenant_id: UUID, message_ids: Sequence[UUID]) -> None:
    """Lock the turns, as :func:`take_turn` does, of every queue that these messages are in."""
    await _TAKE_TURNS_OF.all(tx, tenant_id=tenant_id, message_ids=sorted(message_ids))


async def claim(
    tx: Transaction,
    *,
    tenant_id: UUID,
    connection_id: UUID,
    most: int,
    lease: timedelta,
    below: int = EVERYTHING,
) -> list[Claim]:
    """Lease up to ``most`` of a number's next messages, most urgent first and at most one of each conversation.

    ``below``: only messages more urgent than this priority (a lower number).
    """
    await take_turn(tx, connection_id=connection_id)
    await _WAKE_DUE.run(tx, tenant_id=tenant_id, connection_id=connection_id)
    running = await _RUNNING_CAMPAIGNS.all(tx, tenant_id=tenant_id, connection_id=connection_id)
    claims: list[Claim] = []
    look = most
    for _ in range(_LOOKS):
        rows = await _CLAIM.all(
            tx,
            tenant_id=tenant_id,
            connection_id=connection_id,
            most=most - len(claims),
            look=look,
            lease=lease,
            below=below,
            to_many=NOTIFICATION,
            campaigns=[row.id for row in running],
        )
        mine = [row for row in rows if not row.behind]
        claims += mine
        if len(mine) == len(rows) or len(claims) >= most:
            break
        look = max(most, _LOOKED_AT)
    return sorted(claims, key=lambda row: (row.priority, row.position))


async def unclaim(
    tx: Transaction,
    *,
    tenant_id: UUID,
    due_at: Mapping[UUID, datetime],
    now: datetime,
    reason: PutOff | None = None,
    holds: bool = True,
) -> None:
    """Undo the claims of these messages in the transaction that claimed them; each waits until its moment in ``due_at``.

    ``now``: the present moment by the clock that ``due_at`` was made with, as it may differ from the database's. ``holds``: whether later
    messages of the same conversation wait with it. ``reason``: shown to people who ask why it waits.
    """
    ids = sorted(due_at)
    if ids:
        pauses = [due_at[one] - now for one in ids]
        await _UNCLAIM.run(
            tx, tenant_id=tenant_id, message_ids=ids, pauses=pauses, reason=reason, holds=holds
        )
        await _FREE_BESIDE.run(tx, tenant_id=tenant_id, message_ids=ids)


async def hold_on(
    tx: Transaction, *, tenant_id: UUID, message_id: UUID, attempt: int, lease: timedelta
) -> bool:
    """Extend the lease of a running attempt to ``lease`` from now; False where it has run out."""
    touched = await _HOLD_ON.run(tx, tenant_id=tenant_id, message_id=message_id, attempt=attempt, lease=lease)
    return touched == 1


async def drop(tx: Transaction, *, tenant_id: UUID, message_ids: Sequence[UUID]) -> None:
    """Remove messages from the outbox whose outcome is known, or final; the next ones of their conversations may go."""
    ids = sorted(message_ids)
    await take_turns_of(tx, tenant_id=tenant_id, message_ids=ids)
    gone = await _DROP.all(tx, tenant_id=tenant_id, message_ids=ids)
    await free_next(tx, tenant_id=tenant_id, conversation_ids=[row.conversation_id for row in gone])


async def put_back(tx: Transaction, *, tenant_id: UUID, rows: Sequence[PutBack]) -> None:
    """Give back the leases of messages that are to be tried again; each waits for its pause first."""
    ordered = sorted(rows, key=lambda row: row.message_id)
    ids = [row.message_id for row in ordered]
    await take_turns_of(tx, tenant_id=tenant_id, message_ids=ids)
    await _PUT_BACK.run(
        tx,
        tenant_id=tenant_id,
        message_ids=ids,
        pauses=[row.pause for row in ordered],
        counted=[int(row.counted) for row in ordered],
        holds=[row.holds for row in ordered],
    )
    await _FREE_BESIDE.run(tx, tenant_id=tenant_id, message_ids=ids)


async def expired(tx: Transaction) -> list[Expired]:
    """Return up to 1,000 attempts whose lease ran out, of all tenants."""
    return await _EXPIRED.all(tx)


async def drop_expired(tx: Transaction, *, tenant_id: UUID, rows: Sequence[Expired]) -> int:
    """Remove messages from the outbox that are still at these attempts, whose lease ran out; return how many those were."""
    ordered = sorted(rows, key=lambda row: row.message_id)
    ids = [row.message_id for row in ordered]
    await take_turns_of(tx, tenant_id=tenant_id, message_ids=ids)
    gone = await _DROP_EXPIRED.all(
        tx, tenant_id=tenant_id, message_ids=ids, attempts=[row.attempt for row in ordered]
    )
    await free_next(tx, tenant_id=tenant_id, conversation_ids=[row.conversation_id for row in gone])
    return len(gone)


async def free_next(tx: Transaction, *, tenant_id: UUID, conversation_ids: Iterable[UUID]) -> None:
    """Let the next message of each conversation go.

    A statement of its own, so that it sees messages that another transaction told to wait a moment ago.
    """
    freed = sorted(set(conversation_ids))
    if freed:
        await _FREE_NEXT.run(tx, tenant_id=tenant_id, conversation_ids=freed)


async def waiting_connections(tx: Transaction) -> list[WaitingConnection]:
    """Return the numbers that have something to send now, of all tenants."""
    return await _WAITING.all(tx, everything=EVERYTHING)


async def depth(tx: Transaction) -> Depth:
    """Return how many messages of all tenants are in the outbox, and for how long the oldest could have gone."""
    return await _DEPTH.one(tx) or Depth(0, 0.0)


async def sending_account(tx: Transaction, *, tenant_id: UUID, connection_id: UUID) -> SendingAccount | None:
    """Return what a sender needs of its number; None where the number may not send. Until ``tx`` ends, it may."""
    await tenants.hold_off_suspension(tx, tenant_id=tenant_id)
    return await _ACCOUNT.one(tx, tenant_id=tenant_id, connection_id=connection_id)


async def destination_of_phone(
    tx: Transaction, *, tenant_id: UUID, connection_id: UUID, phone: str
) -> Destination | None:
    """Return the conversation with ``phone`` (canonical digits) on that connection; None where there is none."""
    return await _DESTINATION_OF_PHONE.one(tx, tenant_id=tenant_id, connection_id=connection_id, phone=phone)


async def lines_to(
    tx: Transaction, *, tenant_id: UUID, phone: str | None
) -> list[tuple[Line, Destination | None]]:
    """Return each of the tenant's numbers with its conversation with ``phone``; None where there is none.

    ``phone`` is canonical digits; None where it is not known yet, and then no conversation is looked for.
    """
    rows = await _LINES_TO_PHONE.all(tx, tenant_id=tenant_id, phone=phone)
    return [(row.line(), row.destination()) for row in rows]


async def destination(
    tx: Transaction, *, tenant_id: UUID, conversation_id: UUID
) -> tuple[Line, Destination] | None:
    """Return a conversation as a destination, with the number it is held with; None where the tenant has no such conversation."""
    row = await _DESTINATION.one(tx, tenant_id=tenant_id, conversation_id=conversation_id)
    found = None if row is None else row.destination()
    return None if row is None or found is None else (row.line(), found)
