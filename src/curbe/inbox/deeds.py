"""What somebody may do with a conversation, what it is afterwards, and the lines that tell of it. Pure."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated, Final, TypeAlias
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from curbe.domain.errors import Conflict, InvalidRequest
from curbe.inbox.rules import NEXT_STATES, ConversationState, Priority, may_become

NOBODY: Final = UUID(int=0)  # whose conversations nobody has; never a user's id
_MOST_LABELS: Final = 50  # on one conversation
_LONGEST_SNOOZE: Final = timedelta(days=400)

LabelIds = Annotated[list[UUID], msgspec.Meta(max_length=_MOST_LABELS)]


class ConversationChange(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to change of a conversation; what is left out stays as it is.

    ``snoozed_until``: with it the state is snoozed; null, or ``state`` snoozed alone, is until the person writes.
    ``assignee_id``: a user's id, or null for nobody. ``label_ids`` replaces all labels, ``add_label_ids`` and ``remove_label_ids`` change
    some. ``unread``: true marks it as unread, false as read.
    """

    state: ConversationState | UnsetType = UNSET
    snoozed_until: Annotated[datetime, msgspec.Meta(tz=True)] | UnsetType | None = UNSET
    assignee_id: UUID | UnsetType | None = UNSET
    team_id: UUID | UnsetType | None = UNSET
    label_ids: LabelIds | UnsetType = UNSET
    add_label_ids: LabelIds | UnsetType = UNSET
    remove_label_ids: LabelIds | UnsetType = UNSET
    unread: bool | UnsetType = UNSET
    priority: Priority | UnsetType = UNSET


class Triage(msgspec.Struct, frozen=True, kw_only=True):
    """How a conversation is triaged: everything about it that colleagues and automations set."""

    state: ConversationState
    snoozed_until: datetime | None = None
    assignee_id: UUID | None = None
    team_id: UUID | None = None
    label_ids: frozenset[UUID] = frozenset()
    unread_count: int = 0
    priority: Priority = Priority.NONE


def check(change: ConversationChange, *, now: datetime) -> None:
    """Refuse a change that no conversation could take.

    Raises:
        InvalidRequest: it asks for nothing, contradicts itself, or snoozes until a moment that is past or too far ahead.
    """
    if all(value is UNSET for value in msgspec.structs.astuple(change)):
        raise InvalidRequest("The change is empty.", fix="Name at least one thing to change.")
    if change.label_ids is not UNSET and (
        change.add_label_ids is not UNSET or change.remove_label_ids is not UNSET
    ):
        raise InvalidRequest(
            "label_ids replaces all labels, so nothing can be added or removed beside it.",
            fix="Send label_ids alone, or add_label_ids and remove_label_ids.",
            field="label_ids",
        )
    if change.assignee_id == NOBODY:
        raise InvalidRequest(
            "No user has this assignee_id.", fix="Send null for nobody.", field="assignee_id"
        )
    if change.snoozed_until is UNSET:
        return
    if change.state not in (UNSET, ConversationState.SNOOZED):
        raise InvalidRequest(
            "snoozed_until goes with the state snoozed, and with no other.",
            fix="Leave snoozed_until out, or state.",
            field="snoozed_until",
        )
    if change.snoozed_until is not None and not now < change.snoozed_until <= now + _LONGEST_SNOOZE:
        raise InvalidRequest(
            f"A conversation is snoozed until a time to come, at most {_LONGEST_SNOOZE.days} days from now.",
            field="snoozed_until",
        )


def changed(current: Triage, change: ConversationChange, *, unseen: int = 0) -> Triage:
    """Return how a conversation is triaged after a change that :func:`check` let pass; equal to ``current`` where nothing changes.

    Args:
        current: how it is triaged now.
        change: what is asked for.
        unseen: how many of its unread messages came after the last one that the reader saw; they stay unread when it is marked as read.

    Raises:
        Conflict: a conversation in this state cannot go to the one wanted.
        InvalidRequest: it would have too many labels.
    """
    state = current.state if change.state is UNSET else change.state
    if change.snoozed_until is not UNSET:
        state = ConversationState.SNOOZED
    if not may_become(current.state, state):
        raise _no_way(current.state, state)
    return Triage(
        state=state,
        snoozed_until=_snoozed_until(current, change, state),
        assignee_id=current.assignee_id if change.assignee_id is UNSET else change.assignee_id,
        team_id=current.team_id if change.team_id is UNSET else change.team_id,
        label_ids=_labels(current, change),
        unread_count=_unread(current, change, unseen),
        priority=current.priority if change.priority is UNSET else change.priority,
    )


def _snoozed_until(current: Triage, change: ConversationChange, state: ConversationState) -> datetime | None:
    if state is not ConversationState.SNOOZED:
        return None
    return current.snoozed_until if change.snoozed_until is UNSET else change.snoozed_until


def _labels(current: Triage, change: ConversationChange) -> frozenset[UUID]:
    if change.label_ids is not UNSET:
        return frozenset(change.label_ids)
    kept = (current.label_ids | set(change.add_label_ids or ())) - set(change.remove_label_ids or ())
    # Two conversations that were merged may have more labels together: then none can be added, but everything else can be changed.
    if len(kept) > _MOST_LABELS and not kept <= current.label_ids:
        raise InvalidRequest(
            f"A conversation has at most {_MOST_LABELS} labels.",
            fix="Remove some first.",
            field="add_label_ids",
        )
    return kept


def _unread(current: Triage, change: ConversationChange, unseen: int) -> int:
    if change.unread is UNSET:
        return current.unread_count
    # A colleague may have seen some of what this one has not: those are read.
    return max(1, current.unread_count) if change.unread else min(current.unread_count, unseen)


def _no_way(current: ConversationState, wanted: ConversationState) -> Conflict:
    possible = sorted(state.value for state in NEXT_STATES[current] - {current})
    return Conflict(
        f"A conversation that is {current.value} cannot become {wanted.value}.",
        fix=f"From {current.value} it can become {', '.join(possible)}.",
        field="state",
        extra={"state": current.value, "possible": possible},
    )


class Named(msgspec.Struct, frozen=True):
    """A team or label as it was called at the time."""

    id: UUID
    name: str


class Assigned(msgspec.Struct, frozen=True, tag_field="type", tag="assigned"):
    """Somebody else has it now; null is nobody."""

    assignee_id: UUID | None
    from_id: UUID | None


class TeamChanged(msgspec.Struct, frozen=True, tag_field="type", tag="team"):
    """Another team has it now; null is none."""

    team: Named | None
    from_team: Named | None


class LabelsChanged(msgspec.Struct, frozen=True, tag_field="type", tag="labels"):
    """It got labels, or lost some."""

    added: list[Named]
    removed: list[Named]


class StateChanged(msgspec.Struct, frozen=True, tag_field="type", tag="state"):
    """It was moved to another state, or snoozed until another time."""

    state: ConversationState
    from_state: ConversationState
    snoozed_until: datetime | None


class PriorityChanged(msgspec.Struct, frozen=True, tag_field="type", tag="priority"):
    """It was given another priority."""

    priority: Priority
    from_priority: Priority


class Merged(msgspec.Struct, frozen=True, tag_field="type", tag="merged"):
    """Another conversation with the same number became part of it, as two contacts were one person."""

    conversation_id: UUID


ActivityLine: TypeAlias = Assigned | TeamChanged | LabelsChanged | StateChanged | PriorityChanged | Merged


def lines_between(before: Triage, after: Triage, *, names: dict[UUID, str]) -> Iterator[ActivityLine]:
    """Yield the lines that tell what became of a conversation; ``names`` are those of teams and labels."""

    def named(known: UUID) -> Named:
        return Named(known, names.get(known, ""))

    if (before.state, before.snoozed_until) != (after.state, after.snoozed_until):
        yield StateChanged(after.state, before.state, after.snoozed_until)
    if before.assignee_id != after.assignee_id:
        yield Assigned(after.assignee_id, before.assignee_id)
    if before.team_id != after.team_id:
        yield TeamChanged(after.team_id and named(after.team_id), before.team_id and named(before.team_id))
    if before.label_ids != after.label_ids:
        yield LabelsChanged(
            [named(label) for label in sorted(after.label_ids - before.label_ids)],
            [named(label) for label in sorted(before.label_ids - after.label_ids)],
        )
    if before.priority is not after.priority:
        yield PriorityChanged(after.priority, before.priority)
