"""A number's pace: no second over the limit however the answers come, evenly spaced, slower when told so, never at a standstill."""

import heapq
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from curbe.outbound.pace import Pace

HORIZON = 0.1


def most_in_a_second(times: list[float]) -> int:
    """Return how many of the sorted ``times`` lie within one second of each other at most."""
    most, first = 0, 0
    for last, at in enumerate(times):
        while times[first] <= at - 1:
            first += 1
        most = max(most, last - first + 1)
    return most


def rate(pace: Pace, *, now: float) -> float:
    return 1 / pace.take(0, now=now, horizon=0).spacing


def played(
    pace: Pace, journeys: list[tuple[float, float]], *, seconds: float
) -> tuple[list[float], list[float]]:
    """Let a busy sender run; return when its messages were started and when they were counted at the provider.

    Args:
        pace: of the number.
        journeys: of one message after the other, around again: seconds until it is counted, and then until its answer is here.
        seconds: for how long.
    """
    now, number = 0.0, 0
    starts: list[float] = []
    counted: list[float] = []
    answers: list[tuple[float, float]] = []
    due: list[float] = []
    while now < seconds:
        while answers and answers[0][0] <= now:
            at, started_at = heapq.heappop(answers)
            pace.answered(started_at=started_at, now=at)
        grant = pace.take(1000 - len(due), now=now, horizon=HORIZON)
        due += [grant.first_at + place * grant.spacing for place in range(grant.count)]
        while due and due[0] <= now and pace.may_start(now=now):
            due.pop(0)
            there, back = journeys[number % len(journeys)]
            number += 1
            starts.append(now)
            counted.append(now + there)
            heapq.heappush(answers, (now + there + back, now))
        now += 0.002
    return starts, sorted(counted)


@settings(max_examples=60)
@given(
    limit=st.sampled_from([1, 5, 20, 80, 300]),
    way=st.floats(0.002, 0.1),
    delays=st.lists(st.tuples(st.floats(0, 0.6), st.floats(0, 0.6)), max_size=40),
)
def test_no_second_at_the_provider_holds_more_than_the_limit_however_long_each_message_travels(
    limit: int, way: float, delays: list[tuple[float, float]]
) -> None:
    """At best a message travels ``way`` there and ``way`` back; nobody knows which of the two a delay befell."""
    journeys = [(way, way), *((way + there, way + back) for there, back in delays)]

    _, counted = played(Pace(limit, now=0), journeys, seconds=4)

    assert most_in_a_second(counted) <= limit


def test_messages_that_pile_up_on_their_way_still_do_not_make_a_second_too_full() -> None:
    """All that left within 0.3 seconds arrive at once: by their starts alone they would be within the limit."""
    pace, starts, counted = Pace(100, now=0), [], []
    under_way: list[float] = []
    for step in range(3000):
        now = step / 1000
        if step % 300 == 0:
            for started_at in under_way:
                pace.answered(started_at=started_at, now=now)
                counted.append(now)
            under_way = []
        if pace.take(1, now=now, horizon=0).count and pace.may_start(now=now):
            starts.append(now)
            under_way.append(now)

    assert most_in_a_second(counted) <= 100
    assert len(starts) > 150


@pytest.mark.parametrize("per_second", [1, 2, 5, 16, 20, 80, 1000])
def test_a_busy_number_reaches_nearly_what_it_may(per_second: int) -> None:
    starts, _ = played(Pace(per_second, now=0), [(0.01, 0.01)], seconds=10)

    assert per_second * 9 <= len(starts) <= per_second * 10 + 1


def test_what_is_left_to_inbound_messages_is_not_used() -> None:
    starts, _ = played(Pace(80, headroom=0.25, now=0), [(0.01, 0.01)], seconds=10)

    assert 60 <= most_in_a_second(starts) <= 61


def test_starts_are_evenly_spaced_and_an_idle_number_starts_at_once() -> None:
    starts, _ = played(Pace(50, headroom=0.05, now=0), [(0.01, 0.01)], seconds=2)

    gaps = [later - earlier for earlier, later in pairwise(starts)]
    assert starts[0] == 0
    assert min(gaps) >= 0.015
    assert max(gaps) <= 0.03


def test_who_was_idle_has_saved_nothing_up_and_who_comes_a_little_late_has_lost_nothing() -> None:
    idle, late = Pace(100, now=0), Pace(100, now=0)
    for pace in (idle, late):
        assert pace.take(1, now=0, horizon=0).count == 1

    after_idling = idle.take(1000, now=0.3, horizon=HORIZON)
    behind = late.take(1000, now=0.2, horizon=HORIZON)

    assert (after_idling.count, after_idling.first_at) == (11, 0.3)
    assert behind.first_at == 0.01
    assert behind.count == pytest.approx(30, abs=1)


def test_a_number_far_from_meta_sends_more_once_its_way_there_is_known() -> None:
    """Each counts for a second from when Meta counted it, and that was before its answer came back."""
    starts, counted = played(Pace(80, now=0), [(0.25, 0.25)], seconds=20)

    assert len([at for at in starts if 10 <= at < 20]) >= 10 * 80 / 1.26
    assert most_in_a_second(counted) <= 80


def test_grants_that_nobody_used_are_there_again() -> None:
    pace = Pace(1000, now=0)
    granted = pace.take(1000, now=0, horizon=HORIZON)

    pace.give_back(granted.count)

    assert pace.take(1000, now=0, horizon=HORIZON) == granted
    assert granted.count == int(1000 * HORIZON) + 1


def test_of_what_was_granted_only_what_nobody_used_is_there_again() -> None:
    pace = Pace(100, now=0)
    assert pace.take(10, now=0, horizon=HORIZON).count == 10

    pace.give_back(4)

    assert pace.wait(now=0) == pytest.approx(0.06)
    assert pace.take(1, now=0, horizon=HORIZON).first_at == pytest.approx(0.06)


def test_a_throttled_number_halves_its_pace_once_for_all_that_was_under_way() -> None:
    pace = Pace(100, now=0)

    for late in range(30):
        pace.slow_down(started_at=0.5 + late / 100, now=1 + late / 100)

    assert rate(pace, now=1.3) == pytest.approx(50, rel=0.1)


def test_a_throttled_number_waits_for_as_long_as_its_new_pace_asks() -> None:
    pace = Pace(100, now=0)

    pace.slow_down(started_at=0.5, now=1)

    assert pace.wait(now=1) == pytest.approx(1 / 50)


def test_a_number_throttled_again_and_again_still_sends() -> None:
    pace = Pace(100, now=0)
    for second in range(20):
        pace.slow_down(started_at=second + 0.01, now=second + 0.02)

    starts, _ = played(pace, [(0.01, 0.01)], seconds=0)
    assert starts == []
    assert pace.wait(now=20) <= 1
    assert pace.take(10, now=21.1, horizon=HORIZON).count >= 1


def test_the_pace_comes_back_quickly_to_near_where_it_was_refused_and_slowly_from_there() -> None:
    pace = Pace(100, now=0)
    pace.slow_down(started_at=0.9, now=1)

    rates = {later: rate(pace, now=1 + later) for later in (0, 2, 4, 8, 10, 30)}

    assert rates[0] == pytest.approx(50)
    assert rates[2] == pytest.approx(70)
    assert rates[4] == pytest.approx(90)
    assert rates[8] == pytest.approx(94)
    assert rates[10] == pytest.approx(96), "however often it is asked meanwhile"
    assert rates[30] == pytest.approx(100)


def test_a_number_at_rest_grants_nothing_until_its_moment() -> None:
    pace = Pace(80, now=0)
    pace.rest(until=60)

    assert pace.wait(now=20) == 40
    assert pace.take(10, now=59.9 - HORIZON, horizon=HORIZON).count == 0
    assert pace.take(10, now=60, horizon=HORIZON).count >= 1
