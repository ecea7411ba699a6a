"""How a number stands with Meta: the latest fact counts in whatever order facts come, and a pause ends with what caused it."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbe.connections.rules import ConnectionStatus
from curbe.connections.standing import Standing, after, forbidden, is_told, judged
from curbe.domain.notices import HealthReported

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
REPLIES = "restriction.RESTRICTED_CUSTOMER_INITIATED_MESSAGING"
FIRST_MESSAGES = "restriction.RESTRICTED_BIZ_INITIATED_MESSAGING"
STANDING = Standing(
    status=ConnectionStatus.ACTIVE,
    health={},
    facts_at=None,
    quality_rating=None,
    throughput_level=None,
    coexistence=False,
    messages_per_second=80,
    messaging_limit=None,
    display_name=None,
    pause_reason=None,
    pause_cause=None,
    pause_until=None,
)


def told(
    name: str,
    value: str,
    minutes: int = 0,
    *,
    tie: str = "",
    detail: str | None = None,
    until: datetime | None = None,
) -> HealthReported:
    at = NOW + timedelta(minutes=minutes)
    return HealthReported(name=name, value=value, at=at, tie=tie, detail=detail, until=until)


def standing(*news: HealthReported, start: Standing = STANDING, now: datetime = NOW) -> Standing:
    """How it stands after each piece of news came alone."""
    for one in news:
        start = after(start, [one], now=now)
    return start


def changed(**fields: object) -> Standing:
    values = {name: getattr(STANDING, name) for name in STANDING.__struct_fields__}
    return Standing(**{**values, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("news", "cause"),
    [
        (told("ban", "DISABLE"), "ban"),
        (told("deleted", "ACCOUNT_DELETED"), "deleted"),
        (told("partner_removed", "PARTNER_REMOVED"), "partner_removed"),
        (told("app_uninstalled", "PARTNER_APP_UNINSTALLED"), "app_uninstalled"),
        (told("onboarding", "ACCOUNT_OFFBOARDED"), "onboarding"),
        (told(REPLIES, "RESTRICTED", until=NOW + timedelta(days=1)), REPLIES),
    ],
)
def test_what_forbids_sending_pauses_with_its_name_and_a_sentence(news: HealthReported, cause: str) -> None:
    paused = standing(news)

    assert (paused.status, paused.pause_cause) == (ConnectionStatus.ERROR, cause)
    assert paused.pause_reason is not None
    assert paused.pause_reason.endswith(".")
    assert paused.pause_until == news.until


@pytest.mark.parametrize(
    "news",
    [
        told("ban", "SCHEDULE_FOR_DISABLE"),
        told("violation", "SPAM"),
        told(FIRST_MESSAGES, "RESTRICTED"),
        told("restriction.RESTRICTED_ADD_PHONE_NUMBER_ACTION", "RESTRICTED"),
        told(REPLIES, "RESTRICTED", until=NOW),
        told("account_review", "REJECTED"),
        told("onboarding", "ACCOUNT_RECONNECTED"),
        told("partner_added", "PARTNER_ADDED"),
    ],
)
def test_what_leaves_replies_free_pauses_nothing(news: HealthReported) -> None:
    assert standing(news).status is ConnectionStatus.ACTIVE


@pytest.mark.parametrize(
    ("name", "bad", "good"),
    [("ban", "DISABLE", "REINSTATE"), ("onboarding", "ACCOUNT_OFFBOARDED", "ACCOUNT_RECONNECTED")],
)
def test_what_lifts_a_fact_ends_the_pause_it_caused(name: str, bad: str, good: str) -> None:
    lifted = standing(told(name, bad), told(name, good, 1))

    assert (lifted.status, lifted.pause_reason, lifted.pause_cause) == (ConnectionStatus.ACTIVE, None, None)


def test_what_lifts_one_fact_leaves_what_another_forbids() -> None:
    both = standing(told("ban", "DISABLE"), told("partner_removed", "PARTNER_REMOVED", 1))

    left = standing(told("ban", "REINSTATE", 2), start=both)

    assert (left.status, left.pause_cause) == (ConnectionStatus.ERROR, "partner_removed")


def test_a_pause_for_a_refused_token_is_not_ended_by_a_notice() -> None:
    by_sender = changed(status=ConnectionStatus.ERROR, pause_reason="The token has expired.")

    after_all = standing(told("ban", "DISABLE"), told("ban", "REINSTATE", 1), start=by_sender)

    assert (after_all.status, after_all.pause_reason) == (ConnectionStatus.ERROR, "The token has expired.")


def test_a_removal_is_not_undone_by_an_invitation_only_by_connecting_again() -> None:
    removed = standing(told("partner_removed", "PARTNER_REMOVED"), told("partner_added", "PARTNER_ADDED", 1))

    assert removed.status is ConnectionStatus.ERROR


def test_a_notice_dated_before_the_number_was_proven_pauses_nothing_and_sets_no_column() -> None:
    proven = changed(facts_at=NOW, quality_rating="GREEN")

    late = standing(told("ban", "DISABLE", -1), told("quality", "RED", -1), start=proven)

    assert (late.status, late.quality_rating) == (ConnectionStatus.ACTIVE, "GREEN")
    assert late.health.keys() == {"ban", "quality"}


def test_a_restriction_ends_by_itself() -> None:
    paused = standing(told(REPLIES, "RESTRICTED", until=NOW + timedelta(days=1)))

    assert judged(paused, now=NOW + timedelta(hours=23)) == paused
    assert judged(paused, now=NOW + timedelta(days=1)).status is ConnectionStatus.ACTIVE


def test_quality_limit_throughput_and_an_approved_name_are_the_numbers() -> None:
    found = standing(
        told("quality", "RED"),
        told("messaging_limit", "TIER_2K"),
        told("throughput", "HIGH"),
        told("display_name", "Clínica Sol"),
        told("name_review", "REJECTED", 1, detail="Sol: NAME_TAKEN"),
    )

    assert (found.quality_rating, found.messaging_limit) == ("RED", "TIER_2K")
    assert (found.throughput_level, found.messages_per_second) == ("HIGH", 1000)
    assert found.display_name == "Clínica Sol"


def test_a_number_shared_with_the_app_keeps_its_pace() -> None:
    shared = changed(coexistence=True, messages_per_second=20)

    assert standing(told("throughput", "HIGH"), start=shared).messages_per_second == 20


def test_a_pace_that_is_told_is_the_one_that_connecting_the_number_gives_it() -> None:
    raised = changed(throughput_level="HIGH", messages_per_second=1000)

    assert standing(told("throughput", "STANDARD"), start=raised).messages_per_second == 80


def test_the_same_word_told_again_later_is_kept_and_not_told_on() -> None:
    before = standing(told("account_review", "APPROVED"))
    again = standing(told("account_review", "APPROVED", 5), start=before)

    assert again != before
    assert not is_told(before, again)
    assert is_told(before, standing(told("account_review", "REJECTED", 6), start=again))


NEWS = st.builds(
    told,
    st.sampled_from(
        ["ban", "deleted", "onboarding", "quality", "throughput", "messaging_limit", "display_name", REPLIES]
    ),
    st.sampled_from(["DISABLE", "REINSTATE", "ACCOUNT_OFFBOARDED", "ACCOUNT_RECONNECTED", "HIGH"]),
    st.integers(-2, 2),
    tie=st.sampled_from("abc"),
    until=st.sampled_from([None, NOW - timedelta(hours=1), NOW + timedelta(hours=1)]),
)


def distinct(news: list[HealthReported]) -> list[HealthReported]:
    """Two notices of one moment and one digest are one notice."""
    return list({(one.name, one.at, one.tie): one for one in news}.values())


@given(
    news=st.lists(NEWS, max_size=4).map(distinct),
    proven_at=st.sampled_from([None, NOW]),
    pace=st.sampled_from([20, 80]),
)
def test_in_any_order_batching_and_repetition_a_number_stands_the_same(
    news: list[HealthReported], proven_at: datetime | None, pace: int
) -> None:
    start = changed(facts_at=proven_at, messages_per_second=pace)

    together = after(start, news, now=NOW)

    for order in permutations(news):
        assert standing(*order, *order, start=start) == together


def test_the_gravest_reason_is_the_one_that_is_told() -> None:
    health = standing(told(REPLIES, "RESTRICTED"), told("deleted", "ACCOUNT_DELETED")).health

    why = forbidden(health, since=None, now=NOW)

    assert why is not None
    assert why.cause == "deleted"
