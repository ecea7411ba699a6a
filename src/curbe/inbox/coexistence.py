"""What came about beside us on a number: written in the WhatsApp Business app, told of its past, or arrived while Meta's agent answered.

Set-based, and the same in any order: a message is stored once, a placeholder gives way to its file, a name is the latest told.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.domain.notices import ContactNamed, MessageEchoed, PastMessage
from curbe.domain.status import RANK, MessageStatus
from curbe.inbox.aliases import Witness, encoded
from curbe.inbox.people import Place, Sighting, place
from curbe.inbox.rules import ProviderKey
from curbe.infra.db import Query, Transaction

PLACEHOLDER: Final = "media_placeholder"
_PACKAGE: Final = "curbe.inbox"


class Echo(msgspec.Struct, frozen=True):
    """A message that somebody else sent from this number."""

    tenant_id: UUID
    connection_id: UUID
    message: MessageEchoed
    received_at: datetime  # when its webhook reached us


class Past(msgspec.Struct, frozen=True):
    """A message from before this number was connected."""

    tenant_id: UUID
    connection_id: UUID
    message: PastMessage
    received_at: datetime  # when its webhook reached us


Told = TypeVar("Told", Echo, Past)


class Named(msgspec.Struct, frozen=True):
    """A name from the address book of this number's app."""

    tenant_id: UUID
    connection_id: UUID
    contact: ContactNamed


class Row(msgspec.Struct, frozen=True):
    """A message as it stands now, and its conversation."""

    tenant_id: UUID
    id: UUID
    conversation_id: UUID
    connection_id: UUID
    provider_message_id: str
    type: str
    payload: str


class Stored(Row, frozen=True):
    """A message that is new here, or of which something became known."""

    received_at: datetime  # when we were told


class _Key(msgspec.Struct, frozen=True):
    tenant_id: UUID
    id: UUID


class _Said(msgspec.Struct, frozen=True):
    """When something was said in a conversation, and by which side."""

    tenant_id: UUID
    conversation_id: UUID
    inbound_at: datetime | None = None
    outbound_at: datetime | None = None


_INSERT_ECHOES: Final = Query(_PACKAGE, "insert_echoes", _Key)
_INSERT_PAST: Final = Query(_PACKAGE, "insert_past", Row)
_ROLL_UP: Final = Query(_PACKAGE, "roll_up_past")
_NAME: Final = Query(_PACKAGE, "name_from_address_book")
_MARK_STANDBY: Final = Query(_PACKAGE, "mark_standby")


async def store_echoes(tx: Transaction, echoes: Sequence[Echo]) -> list[Stored]:
    """Store what others sent from our numbers, each once, and return what is new. Their conversations move up.

    No state changes; one that is new is nobody's work until the person writes.
    """
    batch = list(
        {(echo.connection_id, echo.message.provider_message_id): echo for echo in reversed(echoes)}.values()
    )
    if not batch:
        return []
    rows = _in_order(batch, await _places(tx, batch))
    messages = [row.message for row, _ in rows]
    ids = [uuid7() for _ in rows]
    new = await _INSERT_ECHOES.all(
        tx,
        **_columns(rows),
        ids=ids,
        senders=[message.sender for message in messages],
    )
    fresh = {row.id for row in new}
    stored = [
        (_stored(row, where, message_id), row.message.at)
        for message_id, (row, where) in zip(ids, rows, strict=True)
        if message_id in fresh
    ]
    await _roll_up(tx, [_Said(one.tenant_id, one.conversation_id, outbound_at=at) for one, at in stored])
    return [one for one, _ in stored]


async def store_past(tx: Transaction, past: Sequence[Past]) -> list[Stored]:
    """Store messages of a number's history, each once, and return those that are new or better known.

    Nobody has them still to read, and no conversation changes its state; one that is new is nobody's work until the person writes. The
    window is what the person's last message makes it.
    """
    batch = _joined(past)
    if not batch:
        return []
    rows = _in_order(batch, await _places(tx, batch))
    changed = await _INSERT_PAST.all(
        tx,
        **_columns(rows),
        # Ids are in the order of time, and search goes by it: what was said long ago has an id of then.
        ids=[_id_of(row.message.at) for row, _ in rows],
        directions=["outbound" if row.message.outbound else "inbound" for row, _ in rows],
        reacheds=[row.message.reached.value if row.message.reached else None for row, _ in rows],
    )
    # Every one of them was said, also those that were known: greatest() of what is known already changes nothing.
    await _roll_up(
        tx,
        [
            _Said(
                row.tenant_id,
                where.conversation_id,
                inbound_at=None if row.message.outbound else row.message.at,
                outbound_at=row.message.at if row.message.outbound else None,
            )
            for row, where in rows
        ],
    )
    told = {(row.connection_id, row.message.provider_message_id): row.received_at for row in batch}
    return [
        Stored(**msgspec.structs.asdict(one), received_at=told[one.connection_id, one.provider_message_id])
        for one in changed
    ]


async def name_contacts(tx: Transaction, named: Sequence[Named]) -> int:
    """Give the people of an address book the names they have there, where they told none; return how many names became known.

    Whoever was not known is from now on.
    """
    if not named:
        return 0
    places = await place(
        tx,
        [
            Sighting(
                tenant_id=one.tenant_id,
                connection_id=one.connection_id,
                person=one.contact.person,
                at=one.contact.at,
            )
            for one in named
        ],
    )
    latest: dict[tuple[UUID, UUID], tuple[datetime, str]] = {}
    for one, where in zip(named, places, strict=True):
        key = (one.tenant_id, where.contact_id)
        told = (one.contact.at, one.contact.name)
        latest[key] = max(latest.get(key, told), told)
    rows = sorted(latest.items(), key=lambda item: item[0])
    return await _NAME.run(
        tx,
        tenant_ids=[key[0] for key, _ in rows],
        ids=[key[1] for key, _ in rows],
        names=[name for _, (_, name) in rows],
        ats=[at for _, (at, _) in rows],
    )


async def mark_standby(tx: Transaction, messages: Iterable[ProviderKey]) -> int:
    """Mark messages as arrived while another application was answering."""
    rows = sorted(set(messages))
    if not rows:
        return 0
    return await _MARK_STANDBY.run(
        tx,
        tenant_ids=[row[0] for row in rows],
        connection_ids=[row[1] for row in rows],
        provider_message_ids=[row[2] for row in rows],
    )


def _id_of(moment: datetime) -> UUID:
    return uuid7(nanoseconds=max(0, int(moment.timestamp() * 1e9)))


def _stored(row: Echo, where: Place, message_id: UUID) -> Stored:
    return Stored(
        tenant_id=row.tenant_id,
        id=message_id,
        conversation_id=where.conversation_id,
        connection_id=row.connection_id,
        provider_message_id=row.message.provider_message_id,
        type=row.message.type,
        payload=row.message.payload,
        received_at=row.received_at,
    )


def _joined(past: Sequence[Past]) -> list[Past]:
    """Return one row a message: its file rather than its placeholder, and as far as it is known to have come."""
    best: dict[tuple[UUID, str], Past] = {}
    for one in past:
        key = (one.connection_id, one.message.provider_message_id)
        known = best.get(key)
        best[key] = one if known is None else _better(known, one)
    return list(best.values())


def _better(one: Past, other: Past) -> Past:
    first, second = sorted(
        (one, other), key=lambda row: (row.message.type == PLACEHOLDER, row.message.payload)
    )
    reached = max(_rank(first.message.reached), _rank(second.message.reached))
    message = msgspec.structs.replace(first.message, reached=_REACHED.get(reached))
    return msgspec.structs.replace(first, message=message)


_REACHED: Final = {rank: status for status, rank in RANK.items()}


def _rank(status: MessageStatus | None) -> int:
    return -1 if status is None else RANK[status]


async def _places(tx: Transaction, batch: Sequence[Told]) -> list[Place]:
    return await place(
        tx,
        [
            Sighting(
                tenant_id=row.tenant_id,
                connection_id=row.connection_id,
                person=row.message.person,
                at=row.message.at,
            )
            for row in batch
        ],
    )


def _in_order(batch: Sequence[Told], places: Sequence[Place]) -> list[tuple[Told, Place]]:
    # One order for all writers, so that two of them cannot wait for each other.
    return sorted(
        zip(batch, places, strict=True),
        key=lambda row: (row[0].tenant_id, row[0].message.provider_message_id),
    )


def _columns(rows: Sequence[tuple[Told, Place]]) -> dict[str, object]:
    messages = [row.message for row, _ in rows]
    return {
        "tenant_ids": [row.tenant_id for row, _ in rows],
        "connection_ids": [row.connection_id for row, _ in rows],
        "conversation_ids": [where.conversation_id for _, where in rows],
        "provider_message_ids": [message.provider_message_id for message in messages],
        "types": [message.type for message in messages],
        "texts": [message.text for message in messages],
        "payloads": [message.payload for message in messages],
        "reply_tos": [message.reply_to for message in messages],
        "persons": [encoded(Witness.of(message.person)) for message in messages],
        "ats": [message.at for message in messages],
    }


async def _roll_up(tx: Transaction, said: Sequence[_Said]) -> None:
    latest: dict[tuple[UUID, UUID], tuple[datetime | None, datetime | None]] = {}
    for one in said:
        key = (one.tenant_id, one.conversation_id)
        known = latest.get(key, (None, None))
        latest[key] = (_later(known[0], one.inbound_at), _later(known[1], one.outbound_at))
    if not latest:
        return
    rows = sorted(latest.items(), key=lambda item: item[0])
    await _ROLL_UP.run(
        tx,
        tenant_ids=[key[0] for key, _ in rows],
        ids=[key[1] for key, _ in rows],
        last_inbound_ats=[inbound_at for _, (inbound_at, _) in rows],
        last_outbound_ats=[outbound_at for _, (_, outbound_at) in rows],
    )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    if one is None or other is None:
        return one or other
    return max(one, other)
