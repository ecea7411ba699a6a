"""What becomes of a conversation that somebody changes, and what is refused."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from curbe.domain.errors import Conflict, InvalidRequest
from curbe.inbox.deeds import (
    NOBODY,
    Assigned,
    ConversationChange,
    LabelsChanged,
    Named,
    PriorityChanged,
    StateChanged,
    TeamChanged,
    Triage,
    changed,
    check,
    lines_between,
)
from curbe.inbox.rules import ConversationState, Priority

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)
OPEN = Triage(state=ConversationState.OPEN)
ONE, TWO, THREE = UUID(int=1), UUID(int=2), UUID(int=3)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (ConversationChange(), None),
        (ConversationChange(label_ids=[], add_label_ids=[]), "label_ids"),
        (ConversationChange(label_ids=[], remove_label_ids=[]), "label_ids"),
        (ConversationChange(assignee_id=NOBODY), "assignee_id"),
        (ConversationChange(state=ConversationState.OPEN, snoozed_until=TOMORROW), "snoozed_until"),
        (ConversationChange(snoozed_until=NOW), "snoozed_until"),
        (ConversationChange(snoozed_until=NOW + timedelta(days=401)), "snoozed_until"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(change: ConversationChange, field: str | None) -> None:
    with pytest.raises(InvalidRequest) as refused:
        check(change, now=NOW)

    assert refused.value.field == field


def test_a_time_to_wake_up_snoozes() -> None:
    after = changed(OPEN, ConversationChange(snoozed_until=TOMORROW))

    assert (after.state, after.snoozed_until) == (ConversationState.SNOOZED, TOMORROW)


def test_who_snoozes_without_a_time_waits_for_the_person_and_changes_no_time_that_was_set() -> None:
    snooze = ConversationChange(state=ConversationState.SNOOZED)
    timed = changed(OPEN, ConversationChange(snoozed_until=TOMORROW))

    assert changed(OPEN, snooze).snoozed_until is None
    assert changed(timed, snooze) == timed
    assert changed(timed, ConversationChange(snoozed_until=None)).snoozed_until is None


def test_whatever_ends_a_snooze_forgets_its_time() -> None:
    timed = changed(OPEN, ConversationChange(snoozed_until=TOMORROW))

    for state in set(ConversationState) - {ConversationState.SNOOZED}:
        assert changed(timed, ConversationChange(state=state)).snoozed_until is None


def test_what_ended_is_opened_before_it_is_snoozed() -> None:
    with pytest.raises(Conflict) as refused:
        changed(Triage(state=ConversationState.RESOLVED), ConversationChange(snoozed_until=TOMORROW))

    assert refused.value.extra["possible"] == ["archived", "blocked", "open"]


def test_labels_are_replaced_or_some_are_added_and_removed() -> None:
    labelled = Triage(state=ConversationState.OPEN, label_ids=frozenset({ONE, TWO}))

    replaced = changed(labelled, ConversationChange(label_ids=[THREE]))
    mixed = changed(labelled, ConversationChange(add_label_ids=[THREE], remove_label_ids=[ONE]))

    assert replaced.label_ids == {THREE}
    assert mixed.label_ids == {TWO, THREE}


def test_a_conversation_has_at_most_fifty_labels() -> None:
    full = Triage(state=ConversationState.OPEN, label_ids=frozenset(uuid4() for _ in range(50)))

    with pytest.raises(InvalidRequest):
        changed(full, ConversationChange(add_label_ids=[ONE]))


def test_marked_as_unread_it_counts_at_least_one() -> None:
    unread = ConversationChange(unread=True)

    assert changed(OPEN, unread).unread_count == 1
    assert changed(Triage(state=ConversationState.OPEN, unread_count=4), unread).unread_count == 4
    assert (
        changed(
            Triage(state=ConversationState.OPEN, unread_count=4), ConversationChange(unread=False)
        ).unread_count
        == 0
    )


def test_what_is_left_out_stays_and_null_takes_away() -> None:
    held = Triage(
        state=ConversationState.WAITING, assignee_id=ONE, team_id=TWO, unread_count=3, priority=Priority.HIGH
    )

    assert changed(held, ConversationChange(state=ConversationState.WAITING)) == held
    freed = changed(held, ConversationChange(assignee_id=None, team_id=None))
    assert freed.priority is Priority.HIGH
    assert (freed.assignee_id, freed.team_id, freed.state) == (None, None, ConversationState.WAITING)


def test_each_thing_that_changed_is_a_line_with_the_names_of_the_time() -> None:
    after = Triage(
        state=ConversationState.SNOOZED,
        snoozed_until=TOMORROW,
        assignee_id=ONE,
        team_id=TWO,
        label_ids=frozenset({THREE}),
        unread_count=1,
        priority=Priority.URGENT,
    )

    lines = list(lines_between(OPEN, after, names={TWO: "Sales", THREE: "VIP"}))

    assert lines == [
        StateChanged(ConversationState.SNOOZED, ConversationState.OPEN, TOMORROW),
        Assigned(ONE, None),
        TeamChanged(Named(TWO, "Sales"), None),
        LabelsChanged([Named(THREE, "VIP")], []),
        PriorityChanged(Priority.URGENT, Priority.NONE),
    ]
    assert list(lines_between(after, after, names={})) == []


def test_what_became_one_with_more_labels_than_may_be_given_is_changed_all_the_same_and_loses_labels() -> (
    None
):
    crowded = Triage(state=ConversationState.OPEN, label_ids=frozenset(uuid4() for _ in range(55)))
    one = next(iter(crowded.label_ids))

    assert changed(crowded, ConversationChange(unread=True)).unread_count == 1
    assert len(changed(crowded, ConversationChange(remove_label_ids=[one])).label_ids) == 54
    with pytest.raises(InvalidRequest):
        changed(crowded, ConversationChange(add_label_ids=[uuid4()]))
