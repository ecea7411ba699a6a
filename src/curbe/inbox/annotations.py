"""What stands between the messages of a conversation and goes to nobody outside: notes of colleagues, and lines that tell who did what."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.inbox.deeds import ActivityLine
from curbe.infra.db import Query, Transaction
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event

_PACKAGE: Final = "curbe.inbox"


class Annotation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A note, or a line of activity.

    ``author`` is ``user:``, ``key:`` or ``system:`` and a name. A note has a ``body`` until it is deleted, ``mentions`` are the users it
    calls; activity has an ``activity``, told apart by its ``type``.
    """

    id: UUID
    kind: Literal["note", "activity"]
    conversation_id: UUID
    author: str
    created_at: datetime
    body: str | None = None
    mentions: list[UUID] = []
    activity: ActivityLine | None = None
    deleted_at: datetime | None = None


class Done(msgspec.Struct, frozen=True):
    """What somebody did with a conversation."""

    tenant_id: UUID
    conversation_id: UUID
    author: str
    line: ActivityLine


_INSERT: Final = Query(_PACKAGE, "insert_annotations")


async def write_down(tx: Transaction, done: Sequence[Done], *, now: datetime) -> list[Event]:
    """Add lines of activity, of any tenants, and return the events that tell of them."""
    lines = [
        (
            one.tenant_id,
            Annotation(
                id=uuid7(),
                kind="activity",
                conversation_id=one.conversation_id,
                author=one.author,
                created_at=now,
                activity=one.line,
            ),
        )
        for one in done
    ]
    await insert(tx, lines)
    return [annotation_event(EventType.ANNOTATION_ADDED, tenant_id, line) for tenant_id, line in lines]


async def insert(tx: Transaction, rows: Sequence[tuple[UUID, Annotation]]) -> None:
    """Store annotations, each with its tenant."""
    if rows:
        await _INSERT.run(
            tx,
            tenant_ids=[tenant_id for tenant_id, _ in rows],
            ids=[row.id for _, row in rows],
            conversation_ids=[row.conversation_id for _, row in rows],
            kinds=[row.kind for _, row in rows],
            authors=[row.author for _, row in rows],
            bodies=[row.body for _, row in rows],
            activities=[
                None if row.activity is None else msgspec.json.encode(row.activity).decode()
                for _, row in rows
            ],
            created_ats=[row.created_at for _, row in rows],
        )


def annotation_event(kind: EventType, tenant_id: UUID, annotation: Annotation) -> Event:
    """Return the event that tells of an annotation."""
    return Event(
        tenant_id=tenant_id,
        type=kind,
        conversation_id=annotation.conversation_id,
        data=msgspec.json.encode(annotation).decode(),
    )
