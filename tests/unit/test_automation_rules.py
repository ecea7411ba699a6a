"""What automations do about a message: opening hours through changes of the clock, keywords, welcomes, turns; one text at most."""

import time
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbe.automations.hours import Hours, closed_since
from curbe.automations.rules import (
    MOST_TEXTS,
    Assign,
    Away,
    Candidate,
    Deed,
    Done,
    Give,
    KeywordReply,
    Match,
    Nothing,
    Press,
    Prioritise,
    Reply,
    Rule,
    Seen,
    Welcome,
    check,
    deed,
    deeds,
    texts_lately,
)
from curbe.domain.errors import InvalidRequest
from curbe.inbox.rules import Priority

MADRID = ZoneInfo("Europe/Madrid")
WEEK = [Hours(day=day, opens="09:00", closes="18:00") for day in range(5)]
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday
ONE, TWO, THREE = UUID(int=1), UUID(int=2), UUID(int=3)
AWAY = Away(time_zone="Europe/Madrid", hours=WEEK, message="Cerrado")
HELLO = Welcome(message="Hola")
PRICE = KeywordReply(words=["precio"], match=Match.CONTAINS, answer="10 €")


def madrid(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=MADRID).astimezone(UTC)


def seen(**more: object) -> Seen:
    usual: dict[str, object] = {
        "message_id": ONE,
        "connection_id": TWO,
        "text": "Hola",
        "at": NOW,
        "now": NOW,
    }
    return Seen(**{**usual, **more})  # type: ignore[arg-type] - the names are those of the fields


@pytest.mark.parametrize(
    ("at", "since"),
    [
        ("2026-11-20T09:00", None),
        ("2026-11-20T17:59", None),
        ("2026-11-20T08:59", "2026-11-19T18:00"),
        ("2026-11-20T18:00", "2026-11-20T18:00"),
        ("2026-11-22T12:00", "2026-11-20T18:00"),  # a Sunday
        ("2026-11-23T08:00", "2026-11-20T18:00"),
        ("2026-10-26T08:59", "2026-10-23T18:00"),  # the clock went back in between
        ("2026-10-26T09:00", None),
        ("2026-03-30T09:00", None),  # and ahead
    ],
)
def test_it_is_closed_since_it_closed_last_by_its_own_clock(at: str, since: str | None) -> None:
    assert closed_since(WEEK, [], MADRID, now=madrid(at)) == (None if since is None else madrid(since))


def test_a_holiday_is_closed_all_day() -> None:
    closed = closed_since(WEEK, [date(2026, 11, 20)], MADRID, now=madrid("2026-11-20T12:00"))

    assert closed == madrid("2026-11-19T18:00")


def test_a_day_that_ends_at_midnight_goes_on_into_the_next() -> None:
    night = [Hours(day=4, opens="20:00", closes="24:00"), Hours(day=5, opens="00:00", closes="02:00")]

    assert closed_since(night, [], MADRID, now=madrid("2026-11-20T23:59")) is None
    assert closed_since(night, [], MADRID, now=madrid("2026-11-21T00:00")) is None
    assert closed_since(night, [], MADRID, now=madrid("2026-11-21T02:00")) == madrid("2026-11-21T02:00")


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))  # noqa: DTZ001 - made aware below
def test_one_closed_period_has_one_beginning(at: datetime) -> None:
    now = at.replace(tzinfo=UTC)
    since = closed_since(WEEK, [], MADRID, now=now)

    if since is not None:
        assert since <= now
        assert closed_since(WEEK, [], MADRID, now=since) == since


def test_as_many_words_as_a_tenant_may_have_hold_up_nobody_elses_messages() -> None:
    kept: list[tuple[UUID, Rule]] = [
        (
            UUID(int=n),
            KeywordReply(
                words=[f"{'ñ' * 90}{n:03}-{k:03}" for k in range(100)], match=Match.CONTAINS, answer="Sí"
            ),
        )
        for n in range(200)
    ]
    deeds(kept, seen(), candidates={})  # the first message has all of them read
    began = time.process_time()

    for n in range(20):
        assert deeds(kept, seen(text="é " * 2_000 + str(n)), candidates={}) == []

    assert time.process_time() - began < 3


def test_however_long_it_is_closed_it_is_closed_since_it_closed() -> None:
    august = [date(2026, 8, day) for day in range(1, 32)]
    mondays = [date(2026, 11, 16) - timedelta(weeks=n) for n in range(20)]

    since = {
        closed_since(WEEK, august, MADRID, now=madrid(f"2026-08-{day}T12:00")) for day in (10, 14, 15, 31)
    }

    assert since == {madrid("2026-07-31T18:00")}
    assert closed_since(WEEK[:1], mondays, MADRID, now=NOW) == madrid("2026-06-29T18:00")


def test_who_is_always_closed_is_closed_since_one_moment() -> None:
    assert closed_since([], [], MADRID, now=NOW) == closed_since([], [], MADRID, now=NOW + timedelta(days=3))


@pytest.mark.parametrize(
    ("match", "text", "answered"),
    [
        (Match.EXACT, "¿Precio?", True),
        (Match.EXACT, "el precio", False),
        (Match.STARTS, "Precio del corte", True),
        (Match.STARTS, "precioso", False),
        (Match.CONTAINS, "Cuál es el PRECIO, por favor", True),
        (Match.CONTAINS, "precioso", False),
        (Match.CONTAINS, "", False),
    ],
)
def test_keywords_are_whole_words(match: Match, text: str, *, answered: bool) -> None:
    rule = KeywordReply(words=["cuánto", "precio"], match=match, answer="10 €")

    assert isinstance(deed(ONE, rule, seen(text=text)), Reply) is answered


@pytest.mark.parametrize(
    ("rule", "more", "reason"),
    [
        (PRICE, {"blocked": True, "text": "precio"}, "contact_blocked"),
        (PRICE, {"about_consent": True, "text": "precio"}, "about_consent"),
        (PRICE, {"now": NOW + timedelta(hours=2), "text": "precio"}, "too_late"),
        (PRICE, {"texts": MOST_TEXTS, "text": "precio"}, "too_many_answers"),
        (PRICE, {"done": frozenset({(ONE, f"message:{ONE}")}), "text": "precio"}, "done_before"),
        (msgspec.structs.replace(PRICE, connection_ids=[THREE]), {"text": "precio"}, "another_number"),
        (PRICE, {}, "no_keyword"),
        (AWAY, {}, "open"),
        (HELLO, {"silent_since": NOW - timedelta(days=400)}, "wrote_before"),
        (
            Welcome(message="Hola", again_after_days=30),
            {"silent_since": NOW - timedelta(days=29)},
            "wrote_before",
        ),
        (Assign(user_ids=[ONE]), {"assignee_id": TWO}, "assigned"),
        (Assign(user_ids=[ONE]), {}, "nobody_present"),
        (Assign(user_ids=[ONE], label_ids=[TWO]), {"label_ids": frozenset({THREE})}, "another_label"),
        (Assign(team_id=ONE), {"team_id": ONE}, "in_team"),
    ],
)
def test_nothing_is_done_for_a_reason(rule: Rule, more: dict[str, object], reason: str) -> None:
    assert deed(ONE, rule, seen(**more)) == Nothing(reason)


@pytest.mark.parametrize(
    ("rule", "more"),
    [
        (msgspec.structs.replace(PRICE, connection_ids=[THREE, TWO]), {"text": "precio"}),
        (PRICE, {"text": "precio", "now": NOW + timedelta(hours=1)}),
        (PRICE, {"text": "precio", "texts": 4}),
        (Assign(team_id=ONE, label_ids=[TWO, THREE]), {"label_ids": frozenset({THREE})}),
    ],
)
def test_a_rule_acts_for_its_numbers_and_labels_within_an_hour_and_five_texts_of_it(
    rule: Rule, more: dict[str, object]
) -> None:
    assert isinstance(deed(ONE, rule, seen(**more)), Reply | Give)


def test_a_closed_period_has_one_away_message() -> None:
    evening, sunday = madrid("2026-11-20T20:00"), madrid("2026-11-22T11:00")
    first = deed(ONE, AWAY, seen(at=evening, now=evening))
    assert isinstance(first, Reply)
    done = frozenset({(ONE, first.mark)})

    again = deed(ONE, AWAY, seen(at=sunday, now=sunday, done=done))
    monday = madrid("2026-11-23T20:00")

    assert again == Nothing("done_before")
    assert isinstance(deed(ONE, AWAY, seen(at=monday, now=monday, done=done)), Reply)


def test_the_welcome_is_for_the_first_message_and_after_a_long_silence() -> None:
    assert isinstance(deed(ONE, HELLO, seen()), Reply)
    long_ago = seen(silent_since=NOW - timedelta(days=30))
    assert isinstance(deed(ONE, Welcome(message="Hola", again_after_days=30), long_ago), Reply)


def people(*seen_ago: timedelta | None) -> list[Candidate]:
    return [
        Candidate(UUID(int=n + 1), None if ago is None else NOW - ago, None) for n, ago in enumerate(seen_ago)
    ]


def gives(rule: Assign, candidates: list[Candidate], **more: object) -> Deed:
    return deed(ONE, rule, seen(**more), candidates=candidates)


def test_who_is_here_gets_it_in_turn() -> None:
    rule = Assign(user_ids=[ONE, TWO, THREE])
    ten_minutes = timedelta(minutes=10)
    here = people(timedelta(), ten_minutes, ten_minutes + timedelta(seconds=1))
    turns: list[UUID | None] = []
    given: dict[UUID, datetime] = {}
    for n in range(4):
        now = [msgspec.structs.replace(one, given_at=given.get(one.user_id)) for one in here]
        done = gives(rule, now)
        assert isinstance(done, Give)
        turns.append(done.user_id)
        given[done.user_id or ONE] = NOW + timedelta(minutes=n)

    assert turns == [ONE, TWO, ONE, TWO]


def test_where_presence_does_not_matter_everybody_takes_turns() -> None:
    rule = Assign(user_ids=[ONE, TWO], only_present=False)

    assert gives(rule, people(None, None)) == Give(ONE, None, f"message:{ONE}")


def test_a_team_gets_what_nobody_present_can_take() -> None:
    assert gives(Assign(user_ids=[ONE], team_id=TWO), people(None)) == Give(None, TWO, f"message:{ONE}")
    assert gives(Assign(user_ids=[ONE], team_id=TWO), people(timedelta())) == Give(ONE, TWO, f"message:{ONE}")


def test_a_message_gets_one_text_and_one_assignment_at_most() -> None:
    sunday = madrid("2026-11-22T11:00")
    everything = [
        (ONE, HELLO),
        (TWO, AWAY),
        (THREE, PRICE),
        (UUID(int=4), Assign(team_id=TWO)),
        (UUID(int=5), Assign(team_id=THREE)),
    ]

    def done(text: str) -> list[UUID]:
        found = deeds(everything, seen(at=sunday, now=sunday, text=text), candidates={})
        return [automation_id for automation_id, _ in found]

    assert done("precio") == [THREE, UUID(int=4)]
    assert done("hola") == [TWO, UUID(int=4)]


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (Away(time_zone="Europe/Nowhere", hours=WEEK, message="x"), "time_zone"),
        (Away(time_zone="../etc/passwd", hours=WEEK, message="x"), "time_zone"),
        (KeywordReply(words=["precio", "!"], answer="x"), "words"),
        (Prioritise(priority=Priority.LOW, words=["precio", "!"]), "words"),
        (Assign(), "user_ids"),
    ],
)
def test_a_rule_that_cannot_be_is_refused_at_its_member(rule: Rule, field: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        check(rule)

    assert refusal.value.field == field


def test_a_rule_gives_to_people_or_to_a_team() -> None:
    check(Assign(user_ids=[ONE]))
    check(Assign(team_id=ONE))


def test_texts_of_the_last_hour_are_counted_and_nothing_else() -> None:
    hour = timedelta(hours=1)
    done = [
        Done(ONE, "a", TWO, NOW),
        Done(ONE, "b", THREE, NOW - hour + timedelta(seconds=1)),
        Done(ONE, "c", THREE, NOW - hour),
        Done(ONE, "d", None, NOW),
    ]

    assert texts_lately(done, now=NOW) == 2


def test_hours_end_after_they_begin() -> None:
    with pytest.raises(ValueError, match="end after they begin"):
        Hours(day=1, opens="18:00", closes="09:00")


URGENT = Prioritise(priority=Priority.URGENT, words=["urgente"], match=Match.CONTAINS)


@pytest.mark.parametrize(
    ("rule", "more", "done"),
    [
        (URGENT, {"text": "¡Es URGENTE!"}, Press(Priority.URGENT, f"message:{ONE}")),
        (
            URGENT,
            {"text": "¡Es URGENTE!", "priority": Priority.LOW},
            Press(Priority.URGENT, f"message:{ONE}"),
        ),
        (URGENT, {"text": "Hola"}, Nothing("no_keyword")),
        (URGENT, {"text": None}, Nothing("no_keyword")),
        (URGENT, {"text": "urgente", "priority": Priority.URGENT}, Nothing("as_pressing")),
        (URGENT, {"text": "urgente", "blocked": True}, Nothing("contact_blocked")),
        (Prioritise(priority=Priority.LOW), {"priority": Priority.HIGH}, Nothing("as_pressing")),
        (Prioritise(priority=Priority.LOW), {"text": None}, Press(Priority.LOW, "any")),
        (Prioritise(priority=Priority.LOW), {"done": frozenset({(THREE, "any")})}, Nothing("done_before")),
        (Prioritise(priority=Priority.HIGH, label_ids=[TWO]), {}, Nothing("another_label")),
        (
            Prioritise(priority=Priority.HIGH, label_ids=[ONE, TWO]),
            {"label_ids": frozenset({TWO})},
            Press(Priority.HIGH, "any"),
        ),
        (
            Prioritise(priority=Priority.HIGH, connection_ids=[THREE]),
            {},
            Nothing("another_number"),
        ),
    ],
)
def test_a_conversation_becomes_more_pressing_and_never_less_so(
    rule: Prioritise, more: dict[str, object], done: Deed
) -> None:
    assert deed(THREE, rule, seen(**more)) == done


def test_a_message_has_one_priority_beside_its_text_and_its_assignment() -> None:
    kept = [
        (ONE, Prioritise(priority=Priority.LOW, words=["hola"])),
        (TWO, Prioritise(priority=Priority.URGENT, words=["hola"])),
        (THREE, HELLO),
    ]

    found = deeds(kept, seen(), candidates={})

    assert found == [(THREE, Reply("Hola", "first")), (ONE, Press(Priority.LOW, f"message:{ONE}"))]


def test_no_priority_is_nothing_that_a_rule_gives() -> None:
    with pytest.raises(InvalidRequest) as refused:
        check(Prioritise(priority=Priority.NONE))

    assert refused.value.field == "priority"
