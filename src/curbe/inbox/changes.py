"""Changes that people and automations make to conversations: read, assigned, labelled, moved from state to state.

One or many at a time. Each change is told as an event, audited and, unless it is only about reading, shown as a line of activity.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.audit.service import AuditEntry
from curbe.audit.service import record as record_audit
from curbe.domain.errors import AppError, InvalidRequest
from curbe.inbox import annotations
from curbe.inbox.annotations import Done
from curbe.inbox.deeds import (
    Assigned,
    ConversationChange,
    LabelsChanged,
    PriorityChanged,
    StateChanged,
    TeamChanged,
    Triage,
    changed,
    check,
    lines_between,
)
from curbe.inbox.rules import PRIORITIES, WAKE, ConversationState
from curbe.inbox.seen import seen, tell_persons
from curbe.inbox.service import conversation_event, conversations_by_id, no_such_conversation
from curbe.inbox.shapes import Conversation, LiveConversation
from curbe.infra import db, jobs
from curbe.infra.clock import utc_now
from curbe.infra.jobs import NewJob
from curbe.realtime.service import append as append_events

_PACKAGE: Final = "curbe.inbox"
_READ: Final = ConversationChange(unread=False)
# Conversations in one transaction, which keeps each of them, and the event log's place for all, until it commits.
_LET_GO_AT_ONCE: Final = 200


class Refused(msgspec.Struct, frozen=True):
    """A conversation that was not changed, and why."""

    id: UUID
    code: str
    detail: str


class BulkOutcome(msgspec.Struct, frozen=True):
    """What became of a change to many conversations: those that took it, as they are now, and those that did not."""

    changed: list[Conversation]
    refused: list[Refused]


class _Name(msgspec.Struct, frozen=True):
    id: UUID
    name: str


_LOCK: Final = db.Query(_PACKAGE, "lock_conversations", db.Id)
_LIVE: Final = db.Query(_PACKAGE, "live_conversations", LiveConversation)
_CHANGE: Final = db.Query(_PACKAGE, "change_conversations")
_HOLD_CLAIMS: Final = db.Query(_PACKAGE, "hold_claims", db.LockTaken)
_ADD_LABELS: Final = db.Query(_PACKAGE, "add_labels")
_REMOVE_LABELS: Final = db.Query(_PACKAGE, "remove_labels")
_TAKE_LABEL_OFF: Final = db.Query(_PACKAGE, "take_label_off")
_TEAMS: Final = db.Query(_PACKAGE, "names_of_teams", _Name)
_LABELS: Final = db.Query(_PACKAGE, "names_of_labels", _Name)
_FORMER: Final = db.Query(_PACKAGE, "names_of_former", _Name)
_COLLEAGUES: Final = db.Query(_PACKAGE, "names_of_colleagues", _Name)
_IN_HAND: Final = db.Query(_PACKAGE, "conversations_in_hand", db.Id)

# What a change may name, by its member: what it is, and how it is found.
_NAMED: Final = {
    "assignee_id": ("colleague", _COLLEAGUES),
    "team_id": ("team", _TEAMS),
    "label_ids": ("label", _LABELS),
    "add_label_ids": ("label", _LABELS),
    "remove_label_ids": ("label", _LABELS),
}

_Pair = tuple[Triage, Triage]  # before and after


async def change(
    tx: db.Transaction,
    *,
    tenant_id: UUID,
    conversation_id: UUID,
    change: ConversationChange,
    actor: str,
    now: datetime,
    up_to: UUID | None = None,
) -> Conversation:
    """Change one conversation and return it; for one that was merged, the one it is part of.

    ``up_to``: the message up to which it was seen, where it is marked as read; None: to its end.

    Raises:
        NotFound: the tenant has no such conversation.
        Conflict: there is no way to the state wanted from where it is.
        InvalidRequest: the change cannot be made of any conversation, or this one has no such message.
    """
    asked = [conversation_id]
    standing, refused = await _change(tx, tenant_id, asked, change, actor=actor, now=now, up_to=up_to)
    if conversation_id in refused:
        raise refused[conversation_id]
    return standing[0]


async def change_many(
    tx: db.Transaction,
    *,
    tenant_id: UUID,
    conversation_ids: Sequence[UUID],
    change: ConversationChange,
    actor: str,
    now: datetime,
) -> BulkOutcome:
    """Make the same change of many conversations, of each that lets it.

    Raises:
        InvalidRequest: the change cannot be made of any conversation.
    """
    standing, refused = await _change(tx, tenant_id, conversation_ids, change, actor=actor, now=now)
    return BulkOutcome(
        changed=standing,
        refused=[Refused(one, refusal.code, refusal.detail) for one, refusal in refused.items()],
    )


async def let_go_of_colleague(tx: db.Transaction, tenant_id: UUID, user_id: UUID, actor: str) -> bool:
    """Unassign up to 200 of a colleague's conversations, like any other change of assignee: they are about to leave the tenant.

    Returns True where none is left to unassign. Otherwise commit, and call it again.
    """
    return await _let_go(tx, tenant_id, user_id, ConversationChange(assignee_id=None), actor)


async def let_go_of_team(tx: db.Transaction, tenant_id: UUID, team_id: UUID, actor: str) -> bool:
    """Take up to 200 conversations from a team that is about to be deleted; returns as ``let_go_of_colleague`` does."""
    return await _let_go(tx, tenant_id, team_id, ConversationChange(team_id=None), actor)


async def take_label_off(tx: db.Transaction, *, tenant_id: UUID, label_id: UUID, most: int) -> int:
    """Take a label that is about to be deleted off up to ``most`` conversations; return how many that were."""
    return await _TAKE_LABEL_OFF.run(tx, tenant_id=tenant_id, label_id=label_id, most=most)


async def _let_go(
    tx: db.Transaction, tenant_id: UUID, holder_id: UUID, change: ConversationChange, actor: str
) -> bool:
    held = [
        row.id
        for row in await _IN_HAND.all(tx, tenant_id=tenant_id, holder_id=holder_id, most=_LET_GO_AT_ONCE)
    ]
    current = await locked(tx, tenant_id=tenant_id, conversation_ids=held)
    # Looked at again now that they are locked: one may have been assigned to somebody else since it was found, who keeps it.
    still = [known for known, one in current.items() if holder_id in (one.assignee_id, one.team_id)]
    if still:
        await _change(tx, tenant_id, still, change, actor=actor, now=utc_now())
    return len(held) < _LET_GO_AT_ONCE


async def locked(
    tx: db.Transaction, *, tenant_id: UUID, conversation_ids: Sequence[UUID]
) -> dict[UUID, Triage]:
    """Return how conversations are triaged, by the ids that were asked for; they are locked until the end of the transaction.

    For one that was merged it is that of the conversation it is part of now. Ids that the tenant does not have are absent.
    """
    live, current = await _locked(tx, tenant_id, conversation_ids)
    return {asked: current[known] for asked, known in live.items()}


async def mark_read(
    tx: db.Transaction,
    *,
    tenant_id: UUID,
    conversation_id: UUID,
    up_to: UUID | None,
    actor: str,
    now: datetime,
) -> Conversation:
    """Mark a conversation as read up to a message (None: to its end) and return it.

    Where anything was unread, the tenant's readers are told by an event, and a job sends the person Meta's read receipt.

    Raises:
        NotFound: the tenant has no such conversation.
        InvalidRequest: the conversation has no such message.
    """
    return await change(
        tx,
        tenant_id=tenant_id,
        conversation_id=conversation_id,
        change=_READ,
        actor=actor,
        now=now,
        up_to=up_to,
    )


async def _change(
    tx: db.Transaction,
    tenant_id: UUID,
    conversation_ids: Sequence[UUID],
    change: ConversationChange,
    *,
    actor: str,
    now: datetime,
    up_to: UUID | None = None,
) -> tuple[list[Conversation], dict[UUID, AppError]]:
    """Return the conversations that took the change, as they are now, and for each of the others the refusal, by the id asked for."""
    check(change, now=now)
    names = await _names(tx, tenant_id, change)
    live, before = await _locked(tx, tenant_id, conversation_ids)
    unread = {known: one.unread_count for known, one in before.items()}
    far = await seen(tx, tenant_id=tenant_id, unread=unread, up_to=up_to)
    pairs: dict[UUID, _Pair] = {}
    refused: dict[UUID, AppError] = {}
    for asked in dict.fromkeys(conversation_ids):
        try:
            known = live[asked]
            pairs[known] = (before[known], changed(before[known], change, unseen=far[known].unseen))
        except KeyError:
            refused[asked] = no_such_conversation()
        except AppError as refusal:
            refused[asked] = refusal
    moved = {known: pair for known, pair in sorted(pairs.items()) if pair[0] != pair[1]}
    await _store(tx, tenant_id, moved, now=now)
    read = {
        known: far[known].place for known, (old, new) in moved.items() if new.unread_count < old.unread_count
    }
    await tell_persons(tx, tenant_id=tenant_id, read=read)
    current = await conversations_by_id(tx, tenant_id=tenant_id, ids=list(pairs))
    await _tell(tx, tenant_id, moved, current, names, actor=actor, now=now)
    if any(new.state is ConversationState.BLOCKED for _, new in moved.values()):
        await _HOLD_CLAIMS.one(tx, tenant_id=tenant_id)
    return current, refused


async def _names(tx: db.Transaction, tenant_id: UUID, change: ConversationChange) -> dict[UUID, str]:
    """Return what the team and the labels of a change are called, held until the end of the transaction.

    Raises:
        InvalidRequest: the tenant has no such team or label, or the user is none of its people or disabled.
    """
    found: dict[UUID, str] = {}
    for field, (what, query) in _NAMED.items():
        value: UUID | list[UUID] | None = getattr(change, field) or None
        wanted = {value} if isinstance(value, UUID) else set(value or ())
        rows = await query.all(tx, tenant_id=tenant_id, ids=sorted(wanted)) if wanted else []
        if len(rows) < len(wanted):
            raise InvalidRequest(
                f"This tenant has no such {what}.",
                fix="List those there are and take an id from there.",
                field=field,
            )
        found |= {row.id: row.name for row in rows}
    return found


async def _locked(
    tx: db.Transaction, tenant_id: UUID, conversation_ids: Sequence[UUID]
) -> tuple[dict[UUID, UUID], dict[UUID, Triage]]:
    """Return which conversation each id means now, and how those are triaged; all are locked until the end of the transaction."""
    known, live, wanted = set[UUID](), dict[UUID, UUID](), list(conversation_ids)
    while wanted:
        known |= {row.id for row in await _LOCK.all(tx, tenant_id=tenant_id, ids=wanted)}
        # Asked only once they are locked, when a merge that was under way has ended: they may be part of others now, to be locked too.
        live = {
            row.asked_id: row.id
            for row in await _LIVE.all(tx, tenant_id=tenant_id, ids=list(conversation_ids))
        }
        wanted = sorted(set(live.values()) - known)
    current = await conversations_by_id(tx, tenant_id=tenant_id, ids=sorted(set(live.values())))
    return live, {one.id: _triage_of(one) for one in current}


def _triage_of(shown: Conversation) -> Triage:
    return Triage(
        state=shown.state,
        snoozed_until=shown.snoozed_until,
        assignee_id=shown.assignee_id,
        team_id=shown.team_id,
        label_ids=frozenset(shown.label_ids),
        unread_count=shown.unread_count,
        priority=shown.priority,
    )


async def _store(tx: db.Transaction, tenant_id: UUID, moved: Mapping[UUID, _Pair], *, now: datetime) -> None:
    if not moved:
        return
    after = {known: pair[1] for known, pair in moved.items()}
    await _CHANGE.run(
        tx,
        tenant_id=tenant_id,
        ids=list(after),
        states=[one.state.value for one in after.values()],
        snoozed_untils=[one.snoozed_until for one in after.values()],
        assignee_ids=[one.assignee_id for one in after.values()],
        team_ids=[one.team_id for one in after.values()],
        unread_counts=[one.unread_count for one in after.values()],
        priorities=[PRIORITIES.index(one.priority) for one in after.values()],
    )
    added = [(known, label) for known, (old, new) in moved.items() for label in new.label_ids - old.label_ids]
    removed = [
        (known, label) for known, (old, new) in moved.items() for label in old.label_ids - new.label_ids
    ]
    for query, rows in ((_ADD_LABELS, added), (_REMOVE_LABELS, removed)):
        if rows:
            await query.run(
                tx,
                tenant_id=tenant_id,
                conversation_ids=[row[0] for row in rows],
                label_ids=[row[1] for row in rows],
            )
    await jobs.schedule(
        tx,
        [
            (NewJob(tenant_id, WAKE, known), max(now, new.snoozed_until))
            for known, (old, new) in moved.items()
            if new.snoozed_until is not None and new.snoozed_until != old.snoozed_until
        ],
    )


async def _tell(
    tx: db.Transaction,
    tenant_id: UUID,
    moved: Mapping[UUID, _Pair],
    standing: Iterable[Conversation],
    names: dict[UUID, str],
    *,
    actor: str,
    now: datetime,
) -> None:
    if not moved:
        return
    names = names | await _names_before(tx, tenant_id, moved.values())
    done = [
        Done(tenant_id, known, actor, line)
        for known, (old, new) in moved.items()
        for line in lines_between(old, new, names=names)
    ]
    lines = await annotations.write_down(tx, done, now=now)
    shown = [conversation_event(tenant_id, one) for one in standing if one.id in moved]
    await append_events(tx, [*shown, *lines])
    await record_audit(tx, [_entry(one) for one in done])


async def _names_before(tx: db.Transaction, tenant_id: UUID, pairs: Iterable[_Pair]) -> dict[UUID, str]:
    """Return what the teams and labels are called that conversations no longer have."""
    teams, labels = set[UUID](), set[UUID]()
    for old, new in pairs:
        labels |= old.label_ids - new.label_ids
        if old.team_id is not None and old.team_id != new.team_id:
            teams.add(old.team_id)
    if not teams and not labels:
        return {}
    rows = await _FORMER.all(tx, tenant_id=tenant_id, team_ids=sorted(teams), label_ids=sorted(labels))
    return {row.id: row.name for row in rows}


def _entry(done: Done) -> AuditEntry:
    action, detail = _audited(done)
    return AuditEntry(
        tenant_id=done.tenant_id,
        actor=done.author,
        action=f"conversation.{action}",
        subject=str(done.conversation_id),
        detail=detail,
    )


def _audited(done: Done) -> tuple[str, dict[str, str | list[str] | None]]:
    match done.line:
        case StateChanged(state=state, from_state=before):
            return "state_changed", {"from": before.value, "to": state.value}
        case Assigned(assignee_id=after, from_id=before):
            return "assigned", {"from": before and str(before), "to": after and str(after)}
        case TeamChanged(team=after, from_team=before):
            return "team_changed", {"from": before and str(before.id), "to": after and str(after.id)}
        case LabelsChanged(added=added, removed=removed):
            return "labels_changed", {
                "added": [str(one.id) for one in added],
                "removed": [str(one.id) for one in removed],
            }
        case PriorityChanged(priority=priority, from_priority=before):
            return "priority_changed", {"from": before.value, "to": priority.value}
        case line:
            raise TypeError(f"nobody does {type(line).__name__} by hand")
