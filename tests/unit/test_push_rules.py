"""What is told to which browser, at which push services, and what their answers mean."""

from datetime import timedelta
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from curbe.infra.crypto import Keyring, fresh_key
from curbe.push import rules, vapid
from curbe.push.rules import Kind, Logged, News, Outcome, Subscriber

ANA, BEA = uuid7(), uuid7()


def browser_of(user_id: UUID, whose: rules.Whose = "mine", *, with_content: bool = True) -> Subscriber:
    return Subscriber(
        id=uuid7(),
        user_id=user_id,
        endpoint="https://push.example.org/1",
        p256dh=b"",
        auth=b"",
        signer=b"",
        whose=whose,
        with_content=with_content,
        language="en",
    )


def message(conversation_id: UUID, text: str = "", *, assignee_id: UUID | None = None) -> News:
    return News(
        kind=Kind.MESSAGE,
        conversation_id=conversation_id,
        assignee_id=assignee_id,
        blocked=False,
        text=text,
    )


def logged(kind: str, data: str, *, state: str = "open", unread_count: int = 1) -> Logged:
    return Logged(
        xid=1,
        number=1,
        type=kind,
        data=data,
        conversation_id=uuid7(),
        state=state,
        assignee_id=None,
        unread_count=unread_count,
        name=" Rosa\n",
    )


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("message_received", '{"type": "text", "standby": true}'),
        ("message_received", '{"type": "system"}'),
        ("annotation_added", '{"kind": "note", "author": "user:1", "body": "x"}'),
        (
            "annotation_added",
            f'{{"author": "system:automation", "activity": {{"type": "assigned", "assignee_id": "{ANA}"}}}}',
        ),
        ("annotation_added", '{"author": "user:1", "activity": {"type": "assigned", "assignee_id": null}}'),
        ("annotation_added", '{"author": "user:1", "activity": {"type": "state", "state": "open"}}'),
        ("message_sent", "{}"),
    ],
)
def test_what_nobody_waits_to_hear_of_is_no_news(kind: str, data: str) -> None:
    assert rules.news_in(logged(kind, data)) is None


def test_a_snooze_that_is_over_is_told_to_who_has_the_conversation_or_to_all_where_nobody_does() -> None:
    data = '{"author": "system:snooze", "activity": {"type": "state", "state": "open"}}'
    news = rules.news_in(logged("annotation_added", data))

    assert news is not None
    assert (news.kind, news.name) == (Kind.DUE, "Rosa")
    assert rules.concerns(news, browser_of(ANA))


def test_a_mention_is_not_covered_by_a_message_that_follows_it() -> None:
    at, ana = uuid7(), browser_of(ANA)
    mention = News(kind=Kind.MENTION, conversation_id=at, assignee_id=BEA, blocked=True, only=ANA)

    assert rules.to_tell([message(at), mention, message(at)], [ana]) == {(ana.id, at): mention}


def test_a_browser_is_told_of_a_few_conversations_at_once_the_newest_and_those_that_call_its_person() -> None:
    ana = browser_of(ANA)
    first, *others = [uuid7() for _ in range(9)]
    mention = News(kind=Kind.MENTION, conversation_id=first, assignee_id=BEA, blocked=False, only=ANA)

    told = rules.to_tell([mention, *(message(one) for one in others), message(others[0])], [ana])

    assert [conversation for _, conversation in told] == [*others[-3:], others[0], first]


def test_a_notice_has_no_more_than_a_screen_shows_and_the_same_length_as_another() -> None:
    told = {"tenant_id": uuid7(), "workspace": "Sol"}
    short, long = (
        rules.payload_of(rules.notice_of(rules.news_in(one), browser_of(ANA), **told))  # type: ignore[arg-type]
        for one in (
            logged("message_received", '{"type": "text", "text": "Hi"}'),
            logged("message_received", '{"type": "text", "text": "' + "long " * 999 + '"}'),
        )
    )

    assert len(short) == len(long) == 1024
    assert long.rstrip().endswith('…"}'.encode())


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (201, Outcome.TAKEN),
        (404, Outcome.GONE),
        (410, Outcome.GONE),
        (429, Outcome.BUSY),
        (503, Outcome.BUSY),
        (307, Outcome.REFUSED),
        (403, Outcome.REFUSED),
        (413, Outcome.REFUSED),
    ],
)
def test_what_a_push_services_answer_means(status: int, outcome: Outcome) -> None:
    assert rules.judged(status) is outcome


@pytest.mark.parametrize(
    ("said", "rest"),
    [(None, 60), ("120", 120), ("999999999999999", 3600), ("Wed, 21 Oct 2026 07:28:00 GMT", 60), ("-1", 60)],
)
def test_a_push_service_says_when_to_come_back_within_reason(said: str | None, rest: int) -> None:
    assert rules.rest_after(said) == timedelta(seconds=rest)


@pytest.mark.parametrize(
    ("endpoint", "allowed"),
    [
        ("https://fcm.googleapis.com/fcm/send/x", True),
        ("https://FCM.googleapis.com:443/fcm/send/x", True),
        ("https://web.push.apple.com/x", True),
        ("https://push.apple.com/x", False),
        ("https://evilpush.apple.com/x", False),
        ("https://web.push.apple.com.evil.example/x", False),
        ("http://autopush:8000/x", True),
        ("http://autopush:8001/x", False),
        ("https://autopush/x", False),
        ("https://[::1", False),
    ],
)
def test_a_list_of_push_services_allows_their_addresses_alone(endpoint: str, *, allowed: bool) -> None:
    services = ("fcm.googleapis.com", "*.push.apple.com", "http://autopush:8000")

    assert rules.allows(services, endpoint) is allowed


def test_who_runs_this_is_found_by_its_address_or_by_mail() -> None:
    assert rules.contact_of("https://curbe.example.org", "x") == "https://curbe.example.org"
    assert rules.contact_of("http://127.0.0.1:8080", "Curbe <a@b.example>") == "mailto:a@b.example"


def test_an_installation_keeps_its_key_and_another_has_another() -> None:
    one, other = fresh_key(), fresh_key()
    now, before = Keyring.from_base64(one, retired=[other]), Keyring.from_base64(other, retired=[])

    assert vapid.public_key(now) == vapid.public_key(Keyring.from_base64(one, retired=[]))
    assert set(vapid.private_keys(now)) == {vapid.public_key(now), vapid.public_key(before)}
    assert len(vapid.public_key(now)) == 65
