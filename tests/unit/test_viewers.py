"""Who is at which conversation, by what their screens said last."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from curbe.realtime.viewers import REMEMBERED, Mode, Viewer, Viewers, Viewing

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ACME, OTHER = UUID(int=1), UUID(int=2)
BEA, CARL = UUID(int=11), UUID(int=12)
ONE, TWO = UUID(int=21), UUID(int=22)
DESK, PHONE, HIS = UUID(int=31), UUID(int=32), UUID(int=33)


def at(
    viewers: Viewers,
    socket: UUID,
    user: UUID,
    conversation: UUID | None,
    *,
    typing: bool = False,
    mode: Mode = "reply",
    tenant: UUID = ACME,
    now: datetime = NOW,
) -> set[tuple[UUID, UUID]]:
    viewing = Viewing(conversation_id=conversation, typing=typing, mode=mode)
    return viewers.say(socket, tenant_id=tenant, user_id=user, viewing=viewing, now=now)


def test_who_comes_writes_and_goes_is_news_and_who_stays_is_none() -> None:
    viewers = Viewers()

    assert at(viewers, DESK, BEA, ONE) == {(ACME, ONE)}
    assert at(viewers, DESK, BEA, ONE) == set()
    assert at(viewers, DESK, BEA, ONE, typing=True) == {(ACME, ONE)}
    assert viewers.people((ACME, ONE)) == [Viewer(BEA, typing=True, mode="reply")]
    assert at(viewers, DESK, BEA, None) == {(ACME, ONE)}
    assert viewers.people((ACME, ONE)) == []
    assert list(viewers.places(ACME)) == []


def test_who_changes_the_conversation_is_news_in_both() -> None:
    viewers = Viewers()
    at(viewers, DESK, BEA, ONE)

    assert at(viewers, DESK, BEA, TWO) == {(ACME, ONE), (ACME, TWO)}
    assert set(viewers.places(ACME)) == {(ACME, TWO)}


def test_a_person_at_two_screens_is_one_and_writes_if_they_write_at_either() -> None:
    viewers = Viewers()
    at(viewers, DESK, BEA, ONE)

    assert at(viewers, PHONE, BEA, ONE) == set()
    assert at(viewers, PHONE, BEA, ONE, typing=True, mode="note") == {(ACME, ONE)}
    assert viewers.people((ACME, ONE)) == [Viewer(BEA, typing=True, mode="note")]
    at(viewers, PHONE, BEA, None)
    assert viewers.people((ACME, ONE)) == [Viewer(BEA, typing=False, mode="reply")]


def test_who_says_nothing_for_ten_seconds_is_gone() -> None:
    viewers = Viewers()
    at(viewers, DESK, BEA, ONE)
    at(viewers, HIS, CARL, ONE, now=NOW + timedelta(seconds=5))

    assert viewers.forget(NOW + REMEMBERED - timedelta(seconds=1)) == set()
    assert viewers.forget(NOW + REMEMBERED) == {(ACME, ONE)}
    assert viewers.people((ACME, ONE)) == [Viewer(CARL, typing=False, mode="reply")]


def test_people_are_told_without_whoever_asks_and_in_one_order() -> None:
    viewers = Viewers()
    at(viewers, HIS, CARL, ONE)
    at(viewers, DESK, BEA, ONE)

    assert [viewer.user_id for viewer in viewers.people((ACME, ONE))] == [BEA, CARL]
    assert [viewer.user_id for viewer in viewers.people((ACME, ONE), but=BEA)] == [CARL]


def test_tenants_are_apart_even_where_somebody_names_anothers_conversation() -> None:
    viewers = Viewers()
    at(viewers, DESK, BEA, ONE)

    assert at(viewers, HIS, CARL, ONE, tenant=OTHER) == {(OTHER, ONE)}
    assert [viewer.user_id for viewer in viewers.people((ACME, ONE))] == [BEA]
