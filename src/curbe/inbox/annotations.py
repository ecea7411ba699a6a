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


class AnnotationRow(msgspec.Struct, frozen=True):
    """An annotation at rest."""

    id: UUID
    kind: Literal["note", "activity"]
    conversation_id: UUID
    author: str
    body: str | None
    activity: str | None
    created_at: datetime
    deleted_at: datetime | None
    mentions: list[UUID]


class _Written(msgspec.Struct, frozen=True):
    id: UUID
    created_at: datetime


_INSERT: Final = Query(_PACKAGE, "insert_lines", _Written)
_LINE: Final = msgspec.json.Decoder(ActivityLine)


async def write_down(tx: Transaction, done: Sequence[Done], *, now: datetime | None = None) -> list[Event]:
    """Add lines of activity, of any tenants, and return the events that tell of them. Without ``now``, at the time of ``tx``."""
    rows = [(uuid7(), one) for one in done]
    if not rows:
        return []
    written = await _INSERT.all(
        tx,
        tenant_ids=[one.tenant_id for _, one in rows],
        ids=[known for known, _ in rows],
        conversation_ids=[one.conversation_id for _, one in rows],
        authors=[one.author for _, one in rows],
        activities=[msgspec.json.encode(one.line).decode() for _, one in rows],
        created_ats=[now] * len(rows),
    )
    times = {row.id: row.created_at for row in written}
    return [
        annotation_event(
            EventType.ANNOTATION_ADDED,
            one.tenant_id,
            Annotation(
                id=known,
                kind="activity",
                conversation_id=one.conversation_id,
                author=one.author,
                created_at=times[known],
                activity=one.line,
            ),
        )
        for known, one in rows
    ]


def annotation_of(row: AnnotationRow) -> Annotation:
    """Return the annotation of ``row``."""
    return Annotation(
        id=row.id,
        kind=row.kind,
        conversation_id=row.conversation_id,
        author=row.author,
        created_at=row.created_at,
        body=row.body,
        mentions=row.mentions,
        activity=None if row.activity is None else _LINE.decode(row.activity),
        deleted_at=row.deleted_at,
    )


def annotation_event(kind: EventType, tenant_id: UUID, annotation: Annotation) -> Event:
    """Return the event that tells of an annotation."""
    return Event(
        tenant_id=tenant_id,
        type=kind,
        conversation_id=annotation.conversation_id,
        data=msgspec.json.encode(annotation).decode(),
    )
