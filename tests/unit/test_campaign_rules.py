"""What may become of a campaign, whom it may write to at what hour, how fast it may go, and when it stops by itself."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbe.campaigns.rules import (
    TO_COME,
    CampaignState,
    Conditions,
    Deed,
    Latest,
    RampUp,
    after,
    awake,
    held_as_late,
    may_have_taken,
    stop_of,
)
from curbe.domain.errors import Conflict
from curbe.domain.quiet import Quiet

S = CampaignState
NOW = datetime(2026, 11, 28, 8, 30, tzinfo=UTC)


def conditions(**told: object) -> Conditions:
    usual = {
        "template_status": "APPROVED",
        "template_quality": "GREEN",
        "template_category": "UTILITY",
        "looked_over_as": "UTILITY",
        "number_active": True,
        "number_reason": None,
        "number_quality": "GREEN",
        "held": False,
        "latest": Latest(settled=0, failed=0, unknown=0, template_codes=0),
    }
    return Conditions(**{**usual, **told})  # type: ignore[arg-type]


def test_a_campaign_goes_from_draft_to_finished() -> None:
    state = S.DRAFT
    for deed in (Deed.LOOK_OVER, Deed.SCHEDULE, Deed.START, Deed.PAUSE, Deed.RESUME, Deed.FINISH):
        state = after(state, deed)

    assert state is S.FINISHED


@given(st.lists(st.sampled_from(Deed), max_size=30))
def test_whatever_is_done_nothing_runs_that_was_not_looked_over_and_what_was_cancelled_stays_so(
    deeds: list[Deed],
) -> None:
    state, way = S.DRAFT, [S.DRAFT]
    for deed in deeds:
        try:
            state = after(state, deed)
        except Conflict:
            continue
        way.append(state)

    for before, now in pairwise(way):
        assert before not in {S.CANCELLED, S.FAILED} or now is before
        assert now is not S.RUNNING or before in {S.RUNNING, S.READY, S.SCHEDULED, S.PAUSED, S.FINISHED}
    assert S.RUNNING not in way or S.READY in way


def may(state: S, deed: Deed) -> bool:
    try:
        after(state, deed)
    except Conflict:
        return False
    return True


@pytest.mark.parametrize(
    ("state", "deeds"),
    [
        (S.DRAFT, {Deed.CHANGE, Deed.LOOK_OVER}),
        (S.READY, {Deed.CHANGE, Deed.LOOK_OVER, Deed.SCHEDULE, Deed.START, Deed.CANCEL}),
        (S.SCHEDULED, {Deed.LOOK_OVER, Deed.SCHEDULE, Deed.UNSCHEDULE, Deed.START, Deed.FAIL, Deed.CANCEL}),
        (S.RUNNING, {Deed.START, Deed.RESUME, Deed.PAUSE, Deed.FINISH, Deed.CANCEL}),
        (S.PAUSED, {Deed.LOOK_OVER, Deed.PAUSE, Deed.RESUME, Deed.CANCEL}),
        (S.FINISHED, {Deed.RETRY}),
        (S.CANCELLED, {Deed.CANCEL}),
        (S.FAILED, set()),
    ],
)
def test_what_may_be_done_to_a_campaign_where_it_stands(state: S, deeds: set[Deed]) -> None:
    assert {deed for deed in Deed if may(state, deed)} == deeds


@pytest.mark.parametrize("state", sorted(set(S) - TO_COME))
def test_what_has_begun_is_changed_no_more(state: S) -> None:
    with pytest.raises(Conflict):
        after(state, Deed.CHANGE)


def test_asked_for_twice_it_is_done_once() -> None:
    assert after(S.RUNNING, Deed.START) is S.RUNNING
    assert after(S.RUNNING, Deed.RESUME) is S.RUNNING
    assert after(S.PAUSED, Deed.PAUSE) is S.PAUSED
    assert after(S.CANCELLED, Deed.CANCEL) is S.CANCELLED


def test_what_was_to_begin_begins_within_two_hours_of_that_or_not_by_itself() -> None:
    two_hours = timedelta(hours=2)

    assert held_as_late(NOW, now=NOW + two_hours) is None
    stop = held_as_late(NOW, now=NOW + two_hours + timedelta(seconds=1))
    assert stop is not None
    assert (stop.reason, "within 2 hours" in stop.detail) == ("too_late", True)


def test_nobody_is_written_to_in_their_own_night() -> None:
    night = Quiet(time(21), time(9))
    zones = ["Europe/Madrid", "America/Mexico_City", "Asia/Tokyo", "America/Sao_Paulo"]

    # 9:30 in Madrid, 2:30 in Mexico, 17:30 in Tokyo, 5:30 in São Paulo.
    assert awake(zones, quiet=night, now=NOW) == ["Asia/Tokyo", "Europe/Madrid"]
    assert awake(zones, quiet=None, now=NOW) == sorted(zones)


def test_quiet_hours_end_at_their_end() -> None:
    night = Quiet(time(21), time(9))
    assert (
        night.holds(time(8, 59)),
        night.holds(time(9)),
        night.holds(time(20, 59)),
        night.holds(time(21)),
    ) == (True, False, False, True)
    noon = Quiet(time(14), time(16))
    assert (noon.holds(time(13, 59)), noon.holds(time(14)), noon.holds(time(16))) == (False, True, False)


def test_a_ramp_lets_more_go_each_hour() -> None:
    ramp = RampUp(first_hour=100, factor=2)
    taken = [may_have_taken(ramp, ran_for=timedelta(minutes=m)) for m in (0, 30, 60, 90, 120, 180)]

    assert taken == [1, 50, 100, 200, 300, 700]
    assert may_have_taken(None, ran_for=timedelta(hours=1)) is None


@given(st.integers(1, 10_000), st.floats(1, 5), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_ramp_never_goes_back(first: int, factor: float, one: int, more: int) -> None:
    ramp = RampUp(first_hour=first, factor=factor)
    before, later = (may_have_taken(ramp, ran_for=timedelta(seconds=s)) for s in (one, one + more))

    assert before is not None
    assert later is not None
    assert before <= later


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"template_status": None}, "template_unknown"),
        ({"template_status": "PAUSED"}, "template_not_approved"),
        ({"template_status": "DISABLED"}, "template_not_approved"),
        ({"latest": Latest(settled=1, failed=1, unknown=0, template_codes=1)}, "template_refused"),
        (
            {"template_status": "PAUSED", "latest": Latest(settled=1, failed=1, unknown=0, template_codes=1)},
            "template_refused",
        ),
        ({"template_quality": "RED"}, "template_quality"),
        ({"template_category": "MARKETING"}, "template_category"),
        ({"number_active": False}, "number_paused"),
        ({"number_quality": "RED"}, "number_quality"),
        ({"held": True}, "complaints"),
        ({"restricted_until": NOW, "held": True}, "restricted"),
        ({"latest": Latest(settled=100, failed=25, unknown=0, template_codes=0)}, "failure_ratio"),
        ({"latest": Latest(settled=20, failed=5, unknown=0, template_codes=0)}, "failure_ratio"),
        ({"latest": Latest(settled=100, failed=0, unknown=25, template_codes=0)}, "answers_missing"),
        ({"latest": Latest(settled=100, failed=13, unknown=12, template_codes=0)}, "failure_ratio"),
    ],
)
def test_it_stops_by_itself_and_says_why(told: dict[str, object], reason: str) -> None:
    stop = stop_of(conditions(**told), pause_at_failures=25)

    assert stop is not None
    assert stop.reason == reason


def test_it_goes_on_while_nothing_is_wrong() -> None:
    fine = conditions(
        latest=Latest(settled=100, failed=24, unknown=0, template_codes=0), template_quality="UNKNOWN"
    )

    assert stop_of(fine, pause_at_failures=25) is None
    few = conditions(latest=Latest(settled=19, failed=19, unknown=0, template_codes=0))
    assert stop_of(few, pause_at_failures=25) is None
    many = conditions(latest=Latest(settled=100, failed=100, unknown=0, template_codes=0))
    assert stop_of(many, pause_at_failures=None) is None
