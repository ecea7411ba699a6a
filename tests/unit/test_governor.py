"""What one person, one portfolio and one sender may have."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from curbe.domain.failures import FailureKind, SendFailure
from curbe.inbox.outbound_messages import Verdict
from curbe.outbound import governor
from curbe.outbound.breaker import Heard
from curbe.outbound.governor import (
    CAMPAIGN,
    NOTIFICATION,
    REPLY,
    Pairs,
    look_again_at,
    people_limit,
    room_for,
    share,
)
from curbe.outbound.rules import Next, after, heard

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
SOMEBODY, SOMEBODY_ELSE = UUID(int=1), UUID(int=2)
LONG_AGO = NOW - timedelta(hours=1)


def seconds(count: float) -> timedelta:
    return timedelta(seconds=count)


def sent_at_once(pairs: Pairs, *, now: datetime, known: datetime | None = None) -> int:
    """Return how many messages to one person go through at one moment."""
    count = 0
    while pairs.take(SOMEBODY, known_paid_at=known, now=now) is None:
        count += 1
        assert count < 1000
    return count


# --- one person


def test_a_person_gets_a_burst_and_then_one_message_each_six_seconds() -> None:
    pairs = Pairs(now=LONG_AGO)

    assert sent_at_once(pairs, now=NOW) == 44  # Meta lends 45; one is kept in reserve

    next_at = pairs.take(SOMEBODY, known_paid_at=None, now=NOW)
    assert next_at == NOW + seconds(6)
    assert pairs.take(SOMEBODY, known_paid_at=None, now=NOW + seconds(5.9)) == next_at
    assert sent_at_once(pairs, now=NOW + seconds(6)) == 1
    assert sent_at_once(pairs, now=NOW + seconds(66)) == 10


def test_one_persons_debt_is_not_anothers() -> None:
    pairs = Pairs(now=LONG_AGO)
    sent_at_once(pairs, now=NOW)

    assert pairs.take(SOMEBODY_ELSE, known_paid_at=None, now=NOW) is None


@given(gaps=st.lists(st.floats(0, 20), min_size=50, max_size=200))
def test_no_course_of_events_exceeds_what_meta_lends(gaps: list[float]) -> None:
    """Meta's side of the matter: a bucket of 45 that gets one back each six seconds."""
    pairs, now, tokens = Pairs(now=LONG_AGO), NOW, 45.0
    for gap in gaps:
        now += seconds(gap)
        tokens = min(45.0, tokens + gap / 6)
        if pairs.take(SOMEBODY, known_paid_at=None, now=now) is None:
            tokens -= 1
        assert tokens >= 0.9  # the reserve


def test_who_was_refused_waits_as_told_and_gets_no_burst_afterwards() -> None:
    pairs = Pairs(now=LONG_AGO)
    pairs.refused(SOMEBODY, until=NOW + seconds(16))

    assert pairs.take(SOMEBODY, known_paid_at=None, now=NOW) == NOW + seconds(16)
    known = pairs.to_write([SOMEBODY], now=NOW)[SOMEBODY]
    assert Pairs(now=LONG_AGO).take(SOMEBODY, known_paid_at=known, now=NOW) == NOW + seconds(16)
    assert sent_at_once(pairs, now=NOW + seconds(16)) == 1


def test_a_refusal_leaves_nobody_with_less_to_pay_than_before() -> None:
    pairs = Pairs(now=LONG_AGO)
    sent_at_once(pairs, now=NOW)

    pairs.refused(SOMEBODY, until=NOW + seconds(1))

    assert pairs.take(SOMEBODY, known_paid_at=None, now=NOW) == NOW + seconds(6)
    assert pairs.to_write([SOMEBODY], now=NOW) == {SOMEBODY: NOW + 44 * seconds(6)}


def test_who_owes_is_remembered_however_many_others_are_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(governor, "_REMEMBERED", 10)
    pairs = Pairs(now=LONG_AGO)
    sent_at_once(pairs, now=NOW)

    for later in range(30):
        assert pairs.take(uuid4(), known_paid_at=None, now=NOW + seconds(7 * later)) is None

    assert sent_at_once(pairs, now=NOW + seconds(7 * 29)) == 7 * 29 // 6


@given(before=st.integers(0, 60), pause=st.floats(0, 100))
@example(before=2, pause=0)  # the most of which nothing is at rest
def test_a_sender_that_takes_over_grants_no_second_burst(before: int, pause: float) -> None:
    """What the former sender wrote down, and what it may have left unwritten, counts."""
    former = Pairs(now=LONG_AGO)
    sent = 0
    written = None
    for _ in range(before):
        if former.take(SOMEBODY, known_paid_at=written, now=NOW) is None:
            sent += 1
        written = former.to_write([SOMEBODY], now=NOW).get(SOMEBODY, written)
    later = NOW + seconds(pause)

    sent += sent_at_once(Pairs(now=later), now=later, known=written)

    assert sent <= 45 + pause / 6


def test_a_campaigns_one_message_to_each_leaves_nothing_to_write() -> None:
    pairs = Pairs(now=NOW)
    people = [uuid4() for _ in range(100)]
    for person in people:
        pairs.take(person, known_paid_at=None, now=NOW)

    assert pairs.to_write([*people, SOMEBODY], now=NOW) == {}


# --- one portfolio


@pytest.mark.parametrize(
    ("tier", "limit"),
    [
        ("TIER_50", 50),
        ("TIER_250", 250),
        ("TIER_1K", 1000),
        ("TIER_2K", 2000),
        ("TIER_10K", 10_000),
        ("tier_100k", 100_000),
        ("TIER_UNLIMITED", None),
        (None, None),
    ],
)
def test_the_limit_of_a_portfolio_is_read_from_metas_word(tier: str | None, limit: int | None) -> None:
    assert people_limit(tier) == limit


def test_a_portfolio_with_room_for_two_writes_to_the_first_two_new_people_and_to_all_it_has_counted() -> None:
    a, b, c, known = (UUID(int=n) for n in range(4))

    room = room_for([a, known, a, b, c], counted=[known], people_count=8, limit=10)

    assert room.allowed == {a, b, known}
    assert room.refused == {c}


def test_a_portfolio_over_its_limit_writes_to_nobody_new() -> None:
    """A limit can be lowered under what was sent already."""
    assert room_for([SOMEBODY], counted=[], people_count=300, limit=250).refused == {SOMEBODY}


def test_who_found_no_room_asks_again_neither_at_once_nor_only_tomorrow() -> None:
    assert look_again_at(NOW + seconds(1), now=NOW) == NOW + timedelta(minutes=10)
    assert look_again_at(NOW + timedelta(hours=20), now=NOW) == NOW + timedelta(hours=1)
    assert look_again_at(NOW + timedelta(minutes=30), now=NOW) == NOW + timedelta(minutes=30)
    assert look_again_at(None, now=NOW) == NOW + timedelta(minutes=10)


# --- one sender among others


def test_a_sender_alone_has_everything_and_two_have_half_each() -> None:
    assert share(own=100, total=100, senders=1, budget=900) == 900
    assert share(own=900, total=900, senders=2, budget=900) == 900
    assert share(own=0, total=900, senders=2, budget=900) == 450
    assert share(own=900, total=1350, senders=2, budget=900) == 450


def test_a_newcomer_among_very_many_still_gets_something() -> None:
    assert share(own=0, total=5000, senders=500, budget=900) == 20


# --- what an answer means


def following(code: int, kind: FailureKind, *, refusals: int = 0, wait: timedelta | None = None) -> Next:
    failure = SendFailure(kind=kind, code=code, title="", detail="", words="", retry_after=wait)
    return after(failure, refusals=refusals, attempts=refusals + 1, trying_since=NOW, now=NOW)


@pytest.mark.parametrize("refusals", range(5))
def test_a_pair_that_is_too_fast_waits_four_to_the_power_of_its_refusals(refusals: int) -> None:
    told = following(131056, FailureKind.THROTTLED, refusals=refusals)

    assert told.verdict is Verdict.QUEUED
    assert told.pause == seconds(4**refusals)
    assert told.pauses_person
    assert not told.slows_number, "the number has done nothing wrong"


@pytest.mark.parametrize("code", [130429, 80007, 4])
def test_a_number_that_is_too_fast_slows_down_and_sends_the_message_later(code: int) -> None:
    told = following(code, FailureKind.THROTTLED, wait=seconds(90))

    assert (told.verdict, told.slows_number, told.pauses_person) == (Verdict.QUEUED, True, False)
    assert told.rests == seconds(90)


def test_a_throttled_form_slows_nothing_else() -> None:
    told = following(132069, FailureKind.THROTTLED, wait=timedelta(hours=1))

    assert (told.verdict, told.slows_number) == (Verdict.QUEUED, False)


def test_a_number_people_complain_about_sends_no_more_to_many_and_goes_on_answering() -> None:
    told = following(131048, FailureKind.THROTTLED)

    assert told.verdict is Verdict.FAILED, "tried again, it would add to the complaints"
    assert told.hold is not None
    assert REPLY < told.hold.from_priority <= NOTIFICATION < CAMPAIGN
    assert not told.hold.whole_waba


@pytest.mark.parametrize(("code", "kind"), [(131049, FailureKind.RECIPIENT), (131050, FailureKind.RECIPIENT)])
def test_what_meta_or_the_person_does_not_want_is_not_tried_again(code: int, kind: FailureKind) -> None:
    told = following(code, kind)

    assert told.verdict is Verdict.FAILED
    assert told.hold is None


def unreached(
    *, attempts: int, waited: timedelta = timedelta(), kind: FailureKind = FailureKind.UNREACHABLE
) -> Next:
    failure = SendFailure(kind=kind, code=None, title="", detail="", words="")
    return after(failure, refusals=0, attempts=attempts, trying_since=NOW - waited, now=NOW)


def test_what_reached_nobody_is_tried_for_a_day_with_pauses_that_grow_to_a_minute() -> None:
    told = [unreached(attempts=n, waited=timedelta(hours=23)) for n in (1, 2, 3, 7, 8, 2000)]

    assert [one.pause for one in told] == [seconds(n) for n in (1, 2, 4, 60, 60, 60)]
    assert {(one.verdict, one.counted) for one in told} == {(Verdict.QUEUED, False)}
    assert all(one.holds for one in told), "whoever is behind it reaches nobody either"
    assert unreached(attempts=2, waited=timedelta(hours=24)).verdict is Verdict.FAILED


def test_what_waits_for_its_file_is_tried_for_a_day_too_and_holds_up_nobody() -> None:
    kind = FailureKind.STORAGE
    told = [unreached(attempts=n, waited=timedelta(hours=23), kind=kind) for n in (1, 3, 2000)]

    assert [one.pause for one in told] == [seconds(n) for n in (1, 4, 60)]
    assert {(one.verdict, one.counted, one.holds) for one in told} == {(Verdict.QUEUED, False, False)}
    assert unreached(attempts=2, waited=timedelta(hours=24), kind=kind).verdict is Verdict.FAILED


@pytest.mark.parametrize(
    ("kind", "code", "said"),
    [
        (FailureKind.AMBIGUOUS, None, Heard.SILENCE),
        (FailureKind.AMBIGUOUS, 131000, Heard.SILENCE),
        (FailureKind.UNREACHABLE, None, Heard.SILENCE),
        (FailureKind.UNREACHABLE, 131000, Heard.SILENCE),
        (FailureKind.STORAGE, None, Heard.NOT_ASKED),
        (FailureKind.RECIPIENT, 131026, Heard.CLEAR),
        (FailureKind.CREDENTIALS, 190, Heard.CLEAR),
        (FailureKind.THROTTLED, None, Heard.CLEAR),
        (FailureKind.WINDOW_CLOSED, None, Heard.NOT_ASKED),
        (FailureKind.TRANSIENT, None, Heard.NOT_ASKED),
    ],
)
def test_a_no_is_an_answer_and_our_own_no_is_none(kind: FailureKind, code: int | None, said: Heard) -> None:
    assert heard(SendFailure(kind=kind, code=code, title="", detail="", words="")) is said


@pytest.mark.parametrize("code", [130_001, 131_059, 132_999, 139_999])
def test_a_code_of_sending_that_nobody_wrote_down_is_no_reason_to_ask_again(code: int) -> None:
    assert following(code, FailureKind.UNLISTED).verdict is Verdict.FAILED
    assert following(code, FailureKind.UNLISTED, wait=seconds(30)).verdict is Verdict.QUEUED


def test_any_other_code_that_nobody_wrote_down_is_tried_a_few_times() -> None:
    told = [following(2_534_037, FailureKind.UNLISTED, refusals=n).verdict for n in range(5)]

    assert told == [Verdict.QUEUED] * 4 + [Verdict.FAILED]
