"""Messages that people wrote, and what they did beside, stored in batches: each once, however often it is delivered."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.domain.messages import MessageReceived
from curbe.inbox import activity
from curbe.inbox.activity import Activity
from curbe.inbox.aliases import encoded
from curbe.inbox.people import Place, Sighting, place
from curbe.inbox.rules import Direction, ProviderKey, is_written
from curbe.inbox.shapes import MessageRow
from curbe.infra.db import Id, Query, Transaction


class Arrival(msgspec.Struct, frozen=True):
    """A message and the connection it came to."""

    tenant_id: UUID
    connection_id: UUID
    message: MessageReceived
    received_at: datetime  # when its webhook reached us

    @property
    def created_at(self) -> datetime:
        """When it was written, as finely as can be known: Meta tells whole seconds, so within that second the arrival decides.

        Without it, an answer written in the same second as our message would stand above it.
        """
        return min(max(self.received_at, self.message.at), self.message.at + _REST_OF_THE_SECOND)


class Arrived(msgspec.Struct, frozen=True):
    """A message that was new, with its place in the inbox."""

    id: UUID
    arrival: Arrival
    place: Place

    def row(self) -> MessageRow:
        """Return the message as it is stored."""
        message = self.arrival.message
        return MessageRow(
            tenant_id=self.arrival.tenant_id,
            id=self.id,
            conversation_id=self.place.conversation_id,
            connection_id=self.arrival.connection_id,
            direction=Direction.INBOUND,
            status=None,
            type=message.type,
            text=message.text,
            payload=message.payload,
            provider_message_id=message.provider_message_id,
            reply_to=message.reply_to,
            failure_kind=None,
            error_code=None,
            error=None,
            created_at=self.arrival.created_at,
            accepted_at=None,
            sent_at=None,
            delivered_at=None,
            read_at=None,
            played_at=None,
            failed_at=None,
            standby=message.standby,
        )


_REST_OF_THE_SECOND: Final = timedelta(microseconds=999_999)
_INSERT: Final = Query("curbe.inbox", "insert_arrivals", Id)
_ROLL_UP: Final = Query("curbe.inbox", "roll_up_arrivals")


class News(msgspec.Struct, frozen=True):
    """What was new of a batch: the messages, in the order given, and of what was done beside the keys."""

    arrived: list[Arrived]
    acted: set[ProviderKey]


async def store(tx: Transaction, arrivals: Sequence[Arrival], *, beside: Sequence[Activity] = ()) -> News:
    """Store a batch, and what people did ``beside``, and return what was new. It may meet several tenants and repeat itself.

    All are placed at once, and each conversation moves once, in one order for all: whoever changes many of them, as a campaign
    does, would wait for one that this holds while this waits for one of theirs.
    """
    batch, done = _once_each(arrivals), activity.once_each(beside)
    places = await place(tx, [*map(_sighting, batch), *(one.sighting for one in done)])
    candidates = [
        Arrived(id=uuid7(), arrival=arrival, place=where)
        for arrival, where in zip(batch, places[: len(batch)], strict=True)
    ]
    new = await _insert(tx, candidates) if candidates else []
    acted = await activity.insert(tx, list(zip(done, places[len(batch) :], strict=True)))
    moved = _moved(new, acted)
    if moved:
        await _ROLL_UP.run(tx, **_conversation_columns(moved))
    return News(new, {one.key for one, _ in acted})


async def _insert(tx: Transaction, candidates: Sequence[Arrived]) -> list[Arrived]:
    inserted = {row.id for row in await _INSERT.all(tx, **_message_columns(candidates))}
    return [candidate for candidate in candidates if candidate.id in inserted]


def _once_each(arrivals: Sequence[Arrival]) -> list[Arrival]:
    first: dict[tuple[UUID, str], Arrival] = {}
    for arrival in arrivals:
        first.setdefault((arrival.connection_id, arrival.message.provider_message_id), arrival)
    return list(first.values())


def _sighting(arrival: Arrival) -> Sighting:
    return Sighting(
        tenant_id=arrival.tenant_id,
        connection_id=arrival.connection_id,
        person=arrival.message.person,
        at=arrival.message.at,
        change=arrival.message.change,
    )


def _message_columns(candidates: Sequence[Arrived]) -> dict[str, object]:
    # One order for all writers, so that two of them cannot wait for each other.
    rows = sorted(
        candidates, key=lambda new: (new.arrival.tenant_id, new.arrival.message.provider_message_id)
    )
    messages = [row.arrival.message for row in rows]
    return {
        "tenant_ids": [row.arrival.tenant_id for row in rows],
        "ids": [row.id for row in rows],
        "connection_ids": [row.arrival.connection_id for row in rows],
        "conversation_ids": [row.place.conversation_id for row in rows],
        "provider_message_ids": [message.provider_message_id for message in messages],
        "types": [message.type for message in messages],
        "texts": [message.text for message in messages],
        "payloads": [message.payload for message in messages],
        "reply_tos": [message.reply_to for message in messages],
        "persons": [encoded(_sighting(row.arrival).witness) for row in rows],
        "created_ats": [row.arrival.created_at for row in rows],
    }


class _Move(msgspec.Struct):
    """How a conversation moves: by how many messages, since when its window is open, and when the last was written."""

    count: int = 0
    inbound_at: datetime | None = None
    message_at: datetime | None = None


_Conversation = tuple[UUID, UUID]  # tenant, conversation


def _moved(new: Sequence[Arrived], acted: Sequence[tuple[Activity, Place]]) -> dict[_Conversation, _Move]:
    moves: dict[_Conversation, _Move] = {}
    for one in new:
        move = moves.setdefault((one.arrival.tenant_id, one.place.conversation_id), _Move())
        message = one.arrival.message
        if is_written(message.type):
            move.count += 1
            # What is said in a group opens a window with the group, not with the person [Meta: groups, pricing].
            if message.group is None:
                move.inbound_at = max(move.inbound_at or message.at, message.at)
        created_at = one.arrival.created_at
        move.message_at = max(move.message_at or created_at, created_at)
    for act, where in acted:
        if act.opens_window:
            move = moves.setdefault((act.tenant_id, where.conversation_id), _Move())
            move.inbound_at = max(move.inbound_at or act.at, act.at)
    return moves


def _conversation_columns(moves: Mapping[_Conversation, _Move]) -> dict[str, object]:
    rows = sorted(moves.items(), key=lambda item: item[0])
    return {
        "tenant_ids": [key[0] for key, _ in rows],
        "ids": [key[1] for key, _ in rows],
        "counts": [move.count for _, move in rows],
        "last_inbound_ats": [move.inbound_at for _, move in rows],
        "last_message_ats": [move.message_at for _, move in rows],
    }
