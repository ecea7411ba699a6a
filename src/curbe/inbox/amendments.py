"""Edits, revokes and reactions: what a message shows changes, and everything that it said before is kept.

They may come before the message they are about; then they are parked and applied when it is here. In whatever order they come, a revoke
beats every edit, and of several edits the latest by the provider's clock is shown.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import msgspec

from curbe.inbox.contact_store import columns
from curbe.inbox.rules import ProviderKey
from curbe.infra.db import Query, Transaction
from curbe.realtime.rules import EventType

OURS: Final = "us"
THEIRS: Final = "contact"


class RevisionKind(StrEnum):
    """What a revision is. Declared as the PostgreSQL enum."""

    ORIGINAL = "original"
    EDIT = "edit"
    REVOKE = "revoke"


class Amendment(msgspec.Struct, frozen=True):
    """An edit or a revoke of the message ``target``: its own id at the provider, and the new content."""

    tenant_id: UUID
    connection_id: UUID
    target: str
    provider_message_id: str
    kind: RevisionKind
    type: str
    text: str | None
    payload: str
    at: datetime

    @property
    def message(self) -> ProviderKey:
        """Return the message it amends."""
        return self.tenant_id, self.connection_id, self.target


class Reaction(msgspec.Struct, frozen=True):
    """A reaction to the message ``target``; ``emoji`` None: it was removed. ``who``: :data:`OURS`, :data:`THEIRS` or a group's member."""

    tenant_id: UUID
    connection_id: UUID
    target: str
    provider_message_id: str
    who: str
    emoji: str | None
    at: datetime


class Changed(msgspec.Struct, frozen=True):
    """A message that shows something else now, and the event that tells of it."""

    tenant_id: UUID
    message_id: UUID
    type: EventType


class Outcome(msgspec.Struct, frozen=True):
    """What became of a batch."""

    changed: list[Changed]
    applied: int
    repeated: int
    parked: int  # their message is not known (yet)


class Revision(msgspec.Struct, frozen=True):
    """What a message said at some time."""

    provider_message_id: str
    kind: RevisionKind
    type: str
    text: str | None
    payload: str
    at: datetime


class _Key(msgspec.Struct, frozen=True):
    tenant_id: UUID
    connection_id: UUID
    target_id: str
    provider_message_id: str


class _Message(msgspec.Struct, frozen=True):
    tenant_id: UUID
    id: UUID
    connection_id: UUID
    provider_message_id: str
    type: str
    text: str | None
    payload: str
    at: datetime

    @property
    def target(self) -> ProviderKey:
        return self.tenant_id, self.connection_id, self.provider_message_id


class _Row(msgspec.Struct, frozen=True):
    tenant_id: UUID
    connection_id: UUID
    target_id: str
    provider_message_id: str
    kind: RevisionKind
    type: str
    text: str | None
    payload: str
    at: datetime


class _Reacted(msgspec.Struct, frozen=True):
    tenant_id: UUID
    connection_id: UUID
    target_id: str


class _Named(msgspec.Struct, frozen=True):
    tenant_id: UUID
    id: UUID


_INSERT: Final = Query("curbe.inbox", "insert_revisions", _Key)
_WAITING: Final = Query("curbe.inbox", "waiting_targets", _Reacted)
_AMENDED: Final = Query("curbe.inbox", "amended_messages", _Message)
_REVISIONS: Final = Query("curbe.inbox", "revisions_of", _Row)
_OF_MESSAGE: Final = Query("curbe.inbox", "revisions_of_message", Revision)
_SETTLE: Final = Query("curbe.inbox", "settle_revisions")
_OVERDUE: Final = Query("curbe.inbox", "overdue_revisions", _Reacted)
_SHOW: Final = Query("curbe.inbox", "show_messages")
_REACT: Final = Query("curbe.inbox", "react", _Reacted)
_NAMED: Final = Query("curbe.inbox", "messages_named", _Named)


async def amend(tx: Transaction, batch: Sequence[Amendment]) -> Outcome:
    """Store a batch of edits and revokes, of any tenants, and apply those whose message is here; the others stay parked."""
    unique = {(*one.message, one.provider_message_id): one for one in batch}
    rows = [one for _, one in sorted(unique.items(), key=lambda item: item[0])]
    if not rows:
        return Outcome([], 0, 0, 0)
    stored = await _insert(tx, rows)
    new = {(row.tenant_id, row.connection_id, row.target_id) for row in stored}
    changed = await catch_up(tx, new)
    shown = {target for target, _ in changed}
    parked = sum((row.tenant_id, row.connection_id, row.target_id) not in shown for row in stored)
    return Outcome(
        changed=[change for _, change in changed],
        applied=len(stored) - parked,
        repeated=len(batch) - len(stored),
        parked=parked,
    )


async def catch_up(tx: Transaction, targets: Iterable[ProviderKey]) -> list[tuple[ProviderKey, Changed]]:
    """Apply the amendments that are parked for these messages, and return the messages that changed."""
    named = sorted(set(targets))
    if not named:
        return []
    waiting = await _WAITING.all(tx, **columns(named, "tenant_ids", "connection_ids", "target_ids"))
    wanted = sorted((row.tenant_id, row.connection_id, row.target_id) for row in waiting)
    if not wanted:
        return []
    messages = await _AMENDED.all(
        tx, **columns(wanted, "tenant_ids", "connection_ids", "provider_message_ids")
    )
    if not messages:
        return []
    found = [message.target for message in messages]
    said: defaultdict[ProviderKey, list[_Row]] = defaultdict(list)
    for row in await _REVISIONS.all(tx, **columns(found, "tenant_ids", "connection_ids", "target_ids")):
        said[row.tenant_id, row.connection_id, row.target_id].append(row)
    first = [message for message in messages if said[message.target][0].kind is not RevisionKind.ORIGINAL]
    if first:
        await _insert(tx, [_original(message) for message in first])
    shown = [(message, _shown(message, said[message.target])) for message in messages]
    await _SHOW.run(
        tx,
        tenant_ids=[message.tenant_id for message, _ in shown],
        ids=[message.id for message, _ in shown],
        texts=[show.text for _, show in shown],
        payloads=[show.payload for _, show in shown],
        edited_ats=[None if show.kind is RevisionKind.REVOKE else show.at for _, show in shown],
        revoked_ats=[show.at if show.kind is RevisionKind.REVOKE else None for _, show in shown],
    )
    await _SETTLE.run(tx, **columns(found, "tenant_ids", "connection_ids", "target_ids"))
    return [
        (
            message.target,
            Changed(
                message.tenant_id,
                message.id,
                EventType.MESSAGE_REVOKED if show.kind is RevisionKind.REVOKE else EventType.MESSAGE_EDITED,
            ),
        )
        for message, show in shown
    ]


async def overdue(tx: Transaction, *, tenant_id: UUID, most: int) -> tuple[list[Changed], bool]:
    """Apply amendments that are still parked although their message is here, for up to ``most`` messages of a tenant.

    Return the messages that changed, and whether there may be more.
    """
    rows = await _OVERDUE.all(tx, tenant_id=tenant_id, most=most)
    changed = await catch_up(tx, [(row.tenant_id, row.connection_id, row.target_id) for row in rows])
    return [change for _, change in changed], len(rows) == most


async def react(tx: Transaction, batch: Sequence[Reaction]) -> list[Changed]:
    """Store everybody's latest reaction to each message, and return the messages that show another one now.

    A reaction to a message that is not here yet is shown once it is. Reactions that we send are reported by their sender, with ``who`` as
    :data:`OURS`.
    """
    latest: dict[tuple[UUID, UUID, str, str], Reaction] = {}
    for one in batch:
        key = (one.tenant_id, one.connection_id, one.target, one.who)
        known = latest.get(key)
        if known is None or (one.at, one.provider_message_id) > (known.at, known.provider_message_id):
            latest[key] = one
    rows = [one for _, one in sorted(latest.items(), key=lambda item: item[0])]
    if not rows:
        return []
    changed = await _REACT.all(
        tx,
        tenant_ids=[one.tenant_id for one in rows],
        connection_ids=[one.connection_id for one in rows],
        target_ids=[one.target for one in rows],
        whos=[one.who for one in rows],
        emojis=[one.emoji for one in rows],
        ats=[one.at for one in rows],
        provider_message_ids=[one.provider_message_id for one in rows],
    )
    targets = sorted({(row.tenant_id, row.connection_id, row.target_id) for row in changed})
    if not targets:
        return []
    named = await _NAMED.all(tx, **columns(targets, "tenant_ids", "connection_ids", "provider_message_ids"))
    return [Changed(row.tenant_id, row.id, EventType.MESSAGE_REACTED) for row in named]


async def revisions(
    tx: Transaction, *, tenant_id: UUID, conversation_id: UUID, message_id: UUID
) -> list[Revision]:
    """Return what a message said from first to last; nothing where it was never amended."""
    return await _OF_MESSAGE.all(
        tx, tenant_id=tenant_id, conversation_id=conversation_id, message_id=message_id
    )


async def _insert(tx: Transaction, rows: Sequence[Amendment]) -> list[_Key]:
    return await _INSERT.all(
        tx,
        tenant_ids=[row.tenant_id for row in rows],
        connection_ids=[row.connection_id for row in rows],
        target_ids=[row.target for row in rows],
        provider_message_ids=[row.provider_message_id for row in rows],
        kinds=[row.kind.value for row in rows],
        types=[row.type for row in rows],
        texts=[row.text for row in rows],
        payloads=[row.payload for row in rows],
        ats=[row.at for row in rows],
    )


def _original(message: _Message) -> Amendment:
    return Amendment(
        tenant_id=message.tenant_id,
        connection_id=message.connection_id,
        target=message.provider_message_id,
        provider_message_id=message.provider_message_id,
        kind=RevisionKind.ORIGINAL,
        type=message.type,
        text=message.text,
        payload=message.payload,
        at=message.at,
    )


def _shown(message: _Message, rows: Sequence[_Row]) -> _Row:
    """Return the revision to show. An edit's payload lacks what did not change, so it is laid over the original's."""
    amendments = [row for row in rows if row.kind is not RevisionKind.ORIGINAL]
    last = max(amendments, key=lambda row: (row.kind is RevisionKind.REVOKE, row.at, row.provider_message_id))
    if last.kind is RevisionKind.REVOKE:
        return last
    original = next((row.payload for row in rows if row.kind is RevisionKind.ORIGINAL), message.payload)
    return msgspec.structs.replace(last, payload=_laid_over(original, last.payload))


def _laid_over(original: str, edited: str) -> str:
    before: dict[str, Any] = msgspec.json.decode(original, type=dict)
    after: dict[str, Any] = msgspec.json.decode(edited, type=dict)
    for key, value in after.items():
        known = before.get(key)
        laid = isinstance(known, dict) and isinstance(value, dict)
        before[key] = dict(known) | dict(value) if laid and known is not None else value
    return msgspec.json.encode(before).decode()
