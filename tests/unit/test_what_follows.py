"""What follows an attempt that was not accepted, of whatever kind the no is: when it is tried again, who waits with it, and what stops."""

from datetime import UTC, datetime, timedelta

import pytest

from curbe.consent.gate import Purpose
from curbe.domain.failures import FailureKind, SendFailure
from curbe.inbox.outbound_messages import Verdict
from curbe.outbound.breaker import Heard
from curbe.outbound.governor import CAMPAIGN, NOTIFICATION, REPLY
from curbe.outbound.rules import (
    PRIORITIES,
    Next,
    after,
    after_taken,
    heard,
    lifetime,
    may_retry_at,
    without_quotes,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DAY = timedelta(hours=24)
HOUR = timedelta(hours=1)
KIND = FailureKind


def no(kind: FailureKind, code: int | None = None, *, wait: timedelta | None = None) -> SendFailure:
    return SendFailure(kind=kind, code=code, title="", detail="", words="", retry_after=wait)


def following(failure: SendFailure, *, refusals: int = 0, tried_for: timedelta = timedelta()) -> Next:
    return after(failure, refusals=refusals, attempts=refusals + 1, trying_since=NOW - tried_for, now=NOW)


@pytest.mark.parametrize(
    ("failure", "verdict"),
    [
        (no(KIND.AMBIGUOUS), Verdict.UNKNOWN),
        (no(KIND.AMBIGUOUS, 131000), Verdict.UNKNOWN),
        (no(KIND.CREDENTIALS, 190), Verdict.QUEUED),
        (no(KIND.ACCOUNT, 368), Verdict.QUEUED),
        (no(KIND.UNREACHABLE), Verdict.QUEUED),
        (no(KIND.STORAGE), Verdict.QUEUED),
        (no(KIND.THROTTLED, 130429), Verdict.QUEUED),
        (no(KIND.TRANSIENT, 131016), Verdict.QUEUED),
        (no(KIND.UNLISTED, 1), Verdict.QUEUED),
        *((no(kind, 131026), Verdict.FAILED) for kind in (KIND.RECIPIENT, KIND.INVALID_REQUEST, KIND.TEMPLATE)),
    ],
)  # fmt: skip
def test_only_what_was_certainly_not_accepted_and_may_be_later_waits_for_another_try(
    failure: SendFailure, verdict: Verdict
) -> None:
    assert following(failure).verdict is verdict


@pytest.mark.parametrize("kind", [KIND.CREDENTIALS, KIND.ACCOUNT])
def test_what_forbids_a_number_to_send_pauses_it_and_costs_its_queue_neither_a_try_nor_time(
    kind: FailureKind,
) -> None:
    assert following(no(kind, 190), refusals=9, tried_for=3 * DAY) == Next(
        verdict=Verdict.QUEUED, counted=False, pauses_connection=True
    )
    assert after_taken(no(kind, 190), at=NOW - 3 * DAY, now=NOW) == Next(
        verdict=Verdict.FAILED, pauses_connection=True
    )


def test_what_is_to_come_later_is_asked_after_pauses_that_double_and_slows_nobody() -> None:
    told = [following(no(KIND.TRANSIENT, 131016), refusals=n) for n in range(5)]

    assert [one.pause.total_seconds() for one in told[:4]] == [1, 2, 4, 8]
    assert [one.verdict for one in told] == [Verdict.QUEUED] * 4 + [Verdict.FAILED]
    assert {(one.counted, one.slows_number, one.rests, one.pauses_person, one.holds) for one in told[:4]} == {
        (True, False, timedelta(), False, False)
    }


def test_a_number_that_is_upgraded_is_asked_again_after_a_minute() -> None:
    assert following(no(KIND.TRANSIENT, 131057)).pause == timedelta(minutes=1)


def test_who_is_too_fast_is_tried_for_a_day_however_often_and_then_no_more() -> None:
    told = following(no(KIND.THROTTLED, 130429), refusals=40, tried_for=DAY - HOUR)

    assert (told.verdict, told.pause, told.holds) == (Verdict.QUEUED, HOUR, False)
    assert following(no(KIND.THROTTLED, 130429), tried_for=DAY).verdict is Verdict.FAILED
    assert following(no(KIND.TRANSIENT, 131016), tried_for=DAY).verdict is Verdict.FAILED


def test_meta_has_the_number_rest_for_an_hour_at_most_and_the_message_wait_as_long_as_it_says() -> None:
    told = following(no(KIND.THROTTLED, 130429, wait=3 * HOUR))

    assert (told.pause, told.rests) == (3 * HOUR, HOUR)


def test_what_is_about_one_person_or_one_form_lets_the_number_go_on() -> None:
    person = following(no(KIND.THROTTLED, 131056, wait=HOUR))
    form = following(no(KIND.THROTTLED, 132069, wait=HOUR))

    assert (person.pauses_person, person.holds, person.slows_number, person.rests) == (
        True,
        True,
        False,
        timedelta(),
    )
    assert (form.pauses_person, form.holds, form.slows_number, form.rests) == (
        False,
        False,
        False,
        timedelta(),
    )


@pytest.mark.parametrize(("code", "whole_waba"), [(131048, False), (131064, True)])
def test_complaints_hold_back_for_a_day_what_goes_to_many_from_the_number_or_from_all_that_share_its_templates(
    code: int, *, whole_waba: bool
) -> None:
    hold = following(no(KIND.THROTTLED, code)).hold
    later = after_taken(no(KIND.RECIPIENT, code), at=NOW - 20 * HOUR, now=NOW).hold
    ahead = after_taken(no(KIND.RECIPIENT, code), at=NOW + HOUR, now=NOW).hold

    assert hold is not None
    assert (hold.from_priority, hold.pause, hold.whole_waba) == (NOTIFICATION, DAY, whole_waba)
    assert later is not None
    assert (later.pause, later.whole_waba) == (4 * HOUR, whole_waba)
    assert ahead == hold, "however wrong a clock is"
    assert after_taken(no(KIND.RECIPIENT, code), at=NOW - DAY, now=NOW) == Next(verdict=Verdict.FAILED)


@pytest.mark.parametrize(
    ("code", "verdict"), [(129_999, "queued"), (130_000, "failed"), (139_999, "failed"), (140_000, "queued")]
)
def test_of_codes_that_nobody_wrote_down_those_of_sending_alone_are_final(code: int, verdict: str) -> None:
    assert following(no(KIND.UNLISTED, code)).verdict == verdict


def test_whom_meta_keeps_from_marketing_may_be_sent_it_again_when_meta_says_so() -> None:
    assert may_retry_at(131049, failed_at=NOW) == NOW + DAY
    assert may_retry_at(130472, failed_at=NOW) is None
    assert may_retry_at(131026, failed_at=NOW) == may_retry_at(None, failed_at=NOW) == NOW


def test_a_message_is_good_for_a_day_a_code_for_ten_minutes_and_a_campaigns_until_its_campaign_ends() -> None:
    usual = [lifetime(purpose, is_code=False, wanted=None) for purpose in Purpose]
    codes = [lifetime(purpose, is_code=True, wanted=None) for purpose in Purpose]

    assert dict(zip(Purpose, usual, strict=True)) == {
        Purpose.REPLY: DAY,
        Purpose.NOTIFICATION: DAY,
        Purpose.CAMPAIGN: None,
    }
    assert set(codes) == {timedelta(minutes=10)}
    assert lifetime(Purpose.REPLY, is_code=True, wanted=HOUR) == HOUR


def test_a_persons_reply_is_the_most_urgent_and_what_goes_to_many_the_least() -> None:
    assert PRIORITIES == {
        Purpose.REPLY: REPLY,
        Purpose.NOTIFICATION: NOTIFICATION,
        Purpose.CAMPAIGN: CAMPAIGN,
    }
    assert REPLY < NOTIFICATION < CAMPAIGN


def test_a_yes_is_an_answer_of_which_nothing_is_to_be_said() -> None:
    assert heard(None) is Heard.CLEAR
    assert without_quotes(None) is None
    assert without_quotes(SendFailure(KIND.UNREACHABLE, None, "No connection", "", "")) == "No connection"
