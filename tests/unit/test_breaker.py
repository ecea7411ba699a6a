"""A provider that does not answer is asked little, by a probe now and then, until it does; who is answered is never slowed."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbe.channels.cloudapi.errors import unanswered, unsent
from curbe.domain.failures import FailureKind, SendFailure
from curbe.outbound.breaker import Breaker, Change, Heard, Leave, Reach
from curbe.outbound.rules import without_quotes

ONE, OTHER, THIRD, FOURTH = UUID(int=1), UUID(int=2), UUID(int=3), UUID(int=4)
CLEAR, SILENCE, NOT_ASKED = Heard.CLEAR, Heard.SILENCE, Heard.NOT_ASKED


def asked(breaker: Breaker, number: UUID, heard: Heard, *, now: float = 0.0) -> list[Change]:
    """Ask once, as far as that may be, and hear this."""
    leave = breaker.ask(number, now=now)
    assert leave is not Leave.NONE
    return breaker.heard(number, heard, leave=leave, now=now)


def silenced(*numbers: UUID, now: float = 0.0) -> Breaker:
    """A breaker that has just opened: five requests, begun together, of these numbers in turn heard nothing."""
    breaker = Breaker()
    for n in range(5):
        breaker.heard(numbers[n % len(numbers)], SILENCE, leave=Leave.ANY, now=now)
    return breaker


def test_five_requests_in_a_row_without_a_clear_answer_stop_what_would_follow() -> None:
    breaker = Breaker()
    changes = [asked(breaker, ONE, SILENCE) for _ in range(5)]

    assert changes == [[], [], [], [], [Change(Reach.NUMBER, opened=True)]]
    assert breaker.may_claim(ONE, now=0.9) is Leave.NONE
    assert breaker.open_count(Reach.NUMBER) == 1


def test_one_clear_answer_among_them_is_enough_to_go_on() -> None:
    breaker = Breaker()
    for _ in range(100):
        for heard in (SILENCE, SILENCE, SILENCE, SILENCE, CLEAR):
            assert asked(breaker, ONE, heard) == []

    assert breaker.may_claim(ONE, now=0) is Leave.ANY


def test_one_clear_answer_to_anybody_is_enough_for_those_who_are_not_halted() -> None:
    breaker = Breaker()
    for _ in range(4):
        asked(breaker, ONE, SILENCE)
    asked(breaker, OTHER, CLEAR)

    assert asked(breaker, OTHER, SILENCE) == []
    assert breaker.may_claim(THIRD, now=0) is Leave.ANY


def test_what_never_came_to_a_request_counts_for_nothing() -> None:
    breaker = Breaker()
    for _ in range(4):
        asked(breaker, ONE, SILENCE)
    for _ in range(100):
        asked(breaker, ONE, NOT_ASKED)

    assert breaker.may_claim(ONE, now=0) is Leave.ANY
    assert asked(breaker, ONE, SILENCE) == [Change(Reach.NUMBER, opened=True)]


def test_the_pauses_between_probes_double_up_to_a_minute() -> None:
    breaker, now, pauses = silenced(ONE), 0.0, []
    for _ in range(9):
        pause = breaker.wait(ONE, now=now)
        now += pause
        pauses.append(pause)
        assert asked(breaker, ONE, SILENCE, now=now) == []

    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_one_probe_is_under_way_at_a_time() -> None:
    breaker = silenced(ONE)

    assert breaker.ask(ONE, now=1) is Leave.PROBE
    assert breaker.ask(ONE, now=1) is Leave.NONE
    assert breaker.may_claim(ONE, now=100) is Leave.NONE
    assert breaker.wait(ONE, now=100) == 0.5, "its answer may come at any moment"


def test_a_clear_answer_to_a_probe_opens_the_way_again() -> None:
    breaker = silenced(ONE)

    assert asked(breaker, ONE, CLEAR, now=1) == [Change(Reach.NUMBER, opened=False)]
    assert breaker.may_claim(ONE, now=1) is Leave.ANY
    assert breaker.wait(ONE, now=1) == 0
    assert breaker.open_count(Reach.NUMBER) == 0


def test_a_probe_that_asked_nothing_is_followed_by_another_at_once() -> None:
    breaker = silenced(ONE)
    asked(breaker, ONE, NOT_ASKED, now=1)

    assert breaker.ask(ONE, now=1) is Leave.PROBE


@pytest.mark.parametrize("late", [SILENCE, CLEAR])
def test_answers_to_what_began_before_change_neither_the_pause_nor_the_state(late: Heard) -> None:
    breaker = silenced(ONE)
    for _ in range(50):
        assert breaker.heard(ONE, late, leave=Leave.ANY, now=0.5) == []

    assert breaker.wait(ONE, now=0.5) == 0.5
    assert breaker.ask(ONE, now=1) is Leave.PROBE
    assert breaker.heard(ONE, late, leave=Leave.ANY, now=1) == []
    assert breaker.may_claim(ONE, now=100) is Leave.NONE, "the probe is under way still"


def test_a_probe_of_an_earlier_outage_says_nothing_of_the_next() -> None:
    breaker = halted_within_an_outage()
    assert breaker.ask(OTHER, now=1) is Leave.PROBE
    asked(breaker, ONE, CLEAR, now=1)
    for number in (OTHER, THIRD, THIRD, FOURTH, FOURTH):
        asked(breaker, number, SILENCE, now=1)
    assert breaker.ask(THIRD, now=2) is Leave.PROBE

    assert breaker.heard(OTHER, CLEAR, leave=Leave.PROBE, now=2) == []
    assert breaker.may_claim(ONE, now=2) is Leave.NONE


def test_a_number_that_is_not_answered_slows_no_other() -> None:
    breaker = silenced(ONE)
    asked(breaker, OTHER, CLEAR)

    assert breaker.may_claim(OTHER, now=0) is Leave.ANY
    assert breaker.open_count(Reach.PROVIDER) == 0


def test_where_several_numbers_hear_nothing_one_probe_serves_all() -> None:
    breaker = silenced(ONE, OTHER)
    assert breaker.open_count(Reach.PROVIDER) == 1
    assert {breaker.may_claim(number, now=0.5) for number in (ONE, OTHER, THIRD)} == {Leave.NONE}

    assert breaker.ask(THIRD, now=1) is Leave.PROBE
    assert breaker.ask(ONE, now=1) is Leave.NONE

    assert breaker.heard(THIRD, CLEAR, leave=Leave.PROBE, now=1) == [Change(Reach.PROVIDER, opened=False)]
    assert {breaker.may_claim(number, now=1) for number in (ONE, OTHER, THIRD)} == {Leave.ANY}


def test_what_one_halted_number_did_not_hear_counts_for_nobody_else() -> None:
    breaker = silenced(ONE)

    for _ in range(4):
        assert asked(breaker, OTHER, SILENCE) == []
    assert breaker.may_claim(THIRD, now=0) is Leave.ANY
    assert asked(breaker, ONE, SILENCE, now=1) == []
    assert breaker.may_claim(THIRD, now=1) is Leave.ANY

    assert asked(breaker, THIRD, SILENCE, now=1) == [Change(Reach.PROVIDER, opened=True)]


def halted_within_an_outage() -> Breaker:
    """ONE is halted by itself, and then so are all."""
    breaker = silenced(ONE)
    for number in (OTHER, THIRD, OTHER, THIRD, OTHER):
        asked(breaker, number, SILENCE)
    assert (breaker.open_count(Reach.NUMBER), breaker.open_count(Reach.PROVIDER)) == (1, 1)
    return breaker


def test_a_halted_number_probes_itself_and_neither_slows_the_others_nor_takes_their_probe() -> None:
    breaker = halted_within_an_outage()

    assert breaker.ask(ONE, now=1) is Leave.PROBE
    assert breaker.ask(OTHER, now=1) is Leave.PROBE
    breaker.heard(ONE, SILENCE, leave=Leave.PROBE, now=1)

    assert breaker.heard(OTHER, CLEAR, leave=Leave.PROBE, now=1) == [Change(Reach.PROVIDER, opened=False)]
    assert breaker.may_claim(THIRD, now=1) is Leave.ANY
    assert breaker.may_claim(ONE, now=1) is Leave.NONE


def test_a_halted_number_that_is_answered_speaks_for_all() -> None:
    breaker = halted_within_an_outage()

    assert asked(breaker, ONE, CLEAR, now=1) == [
        Change(Reach.NUMBER, opened=False),
        Change(Reach.PROVIDER, opened=False),
    ]
    assert {breaker.may_claim(number, now=1) for number in (ONE, OTHER, THIRD)} == {Leave.ANY}


def test_answers_that_come_in_while_all_are_halted_halt_no_number_by_itself() -> None:
    breaker = silenced(ONE, OTHER)
    for _ in range(20):
        assert breaker.heard(ONE, SILENCE, leave=Leave.ANY, now=0.5) == []

    assert breaker.open_count(Reach.NUMBER) == 0


def test_a_number_that_is_gone_leaves_nothing_behind() -> None:
    breaker = silenced(ONE)
    breaker.forget(ONE)

    assert breaker.open_count(Reach.NUMBER) == 0


def test_the_silences_of_a_number_that_is_gone_are_forgotten_with_it() -> None:
    breaker = Breaker()
    for _ in range(4):
        asked(breaker, ONE, SILENCE)
    breaker.forget(ONE)

    assert asked(breaker, OTHER, SILENCE) == []
    assert asked(breaker, ONE, SILENCE) == []
    assert {breaker.may_claim(number, now=0) for number in (ONE, OTHER)} == {Leave.ANY}


@given(st.lists(st.tuples(st.sampled_from([ONE, OTHER, THIRD]), st.sampled_from(Heard)), max_size=200))
def test_whatever_was_heard_somebody_may_ask_again_within_a_minute(story: list[tuple[UUID, Heard]]) -> None:
    breaker, now = Breaker(), 0.0
    for number, heard in story:
        now += breaker.wait(number, now=now)
        asked(breaker, number, heard, now=now)
    for number in (ONE, OTHER, THIRD):
        assert breaker.wait(number, now=now) <= 60
        assert breaker.may_claim(number, now=now + 60) is not Leave.NONE


def test_why_it_is_silent_is_told_without_what_it_said_itself() -> None:
    assert without_quotes(unsent("the name cannot be resolved")) == "Not sent: the name cannot be resolved"
    assert without_quotes(unanswered("no answer within 30 s")) == "No answer: no answer within 30 s"
    said = SendFailure(FailureKind.AMBIGUOUS, 2, "Temporary", "Hola Ana, your code is 1234", "Nobody knows.")
    assert without_quotes(said) == "Temporary"
