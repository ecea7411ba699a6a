"""What the inbox shows: the right conversations and messages, in order, page by page, to the right tenant."""

import asyncio
import json
from datetime import timedelta
from itertools import pairwise
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from bed.inbox import RECIPIENT_FAILURE, Inbox
from bed.rows import NOW, insert_number
from curbe.domain.errors import Conflict, NotFound
from curbe.inbox import changes, service, views
from curbe.inbox.deeds import ConversationChange
from curbe.inbox.rules import NEXT_STATES, ConversationState, Direction, may_become
from curbe.inbox.service import MessageNews, Place
from curbe.inbox.shapes import Conversation
from curbe.inbox.views import ConversationFilter
from curbe.infra.db import Pool, Transaction
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event, EventPage, append, read

pytestmark = pytest.mark.anyio

ANY = ConversationFilter()


async def listed(
    web: Pool,
    inbox: Inbox,
    wanted: ConversationFilter = ANY,
    limit: int = 50,
) -> list[UUID]:
    """Every conversation, page by page."""
    found: list[UUID] = []
    after: Place | None = None
    while True:
        async with web.transaction(inbox.tenant_id) as tx:
            page = await views.conversations(
                tx, tenant_id=inbox.tenant_id, wanted=wanted, after=after, limit=limit
            )
        found += [item.id for item in page.items]
        after = page.following
        if after is None:
            return found


async def test_conversations_are_listed_by_their_latest_message_page_by_page(web: Pool, inbox: Inbox) -> None:
    times = [NOW + timedelta(minutes=minute) for minute in (3, 1, 1, 1, 2, 5, 4)]
    made = [(last_at, await inbox.conversation(last_at=last_at)) for last_at in times]

    expected = [conversation for _, conversation in sorted(made, reverse=True)]
    assert [await listed(web, inbox, limit=limit) for limit in (1, 2, 3, 7, 50)] == [expected] * 5


async def test_a_conversation_in_which_nothing_was_said_is_not_listed(web: Pool, inbox: Inbox) -> None:
    await inbox.conversation(last_at=None)

    assert await listed(web, inbox) == []


async def test_filters_choose_by_state_unread_and_number(web: Pool, inbox: Inbox) -> None:
    second_number = (await insert_number(inbox.owner, inbox.tenant_id)).connection_id
    plain = await inbox.conversation(last_at=NOW)
    resolved = await inbox.conversation(last_at=NOW - timedelta(1), state="resolved")
    unread = await inbox.conversation(last_at=NOW - timedelta(2), unread=3)
    elsewhere = await inbox.conversation(last_at=NOW - timedelta(3), connection_id=second_number, unread=1)

    found = [
        await listed(web, inbox, wanted)
        for wanted in (
            ConversationFilter(states=frozenset({ConversationState.OPEN})),
            ConversationFilter(states=frozenset({ConversationState.RESOLVED})),
            ConversationFilter(unread_only=True),
            ConversationFilter(connection_id=second_number),
            ConversationFilter(connection_id=inbox.connection_id, unread_only=True),
        )
    ]

    assert found == [[plain, unread, elsewhere], [resolved], [unread, elsewhere], [elsewhere], [unread]]


async def test_a_conversation_shows_its_person_its_latest_message_and_its_window(
    web: Pool, inbox: Inbox
) -> None:
    wrote_at = NOW - timedelta(hours=1)
    conversation = await inbox.conversation(last_at=NOW, unread=2, last_inbound_at=wrote_at)
    await inbox.message(conversation, at=wrote_at)
    latest = await inbox.reply(conversation, text="buenas", accepted_at=NOW, sent_at=NOW, delivered_at=NOW)

    async with web.transaction(inbox.tenant_id) as tx:
        shown = await service.conversation(tx, tenant_id=inbox.tenant_id, conversation_id=conversation)

    assert msgspec.to_builtins(shown) | {"contact": None, "created_at": None} == {
        "id": str(conversation),
        "contact": None,
        "connection_id": str(inbox.connection_id),
        "state": "open",
        "snoozed_until": None,
        "assignee_id": None,
        "team_id": None,
        "label_ids": [],
        "priority": "none",
        "unread_count": 2,
        "last_message": {
            "id": str(latest),
            "direction": "outbound",
            "type": "text",
            "text": "buenas",
            "status": "delivered",
            "created_at": "2026-11-20T12:00:00Z",
        },
        "last_message_at": "2026-11-20T12:00:00Z",
        "window_closes_at": "2026-11-21T11:00:00Z",
        "created_at": None,
        "version": 1,
    }
    assert (shown.contact.name, shown.contact.phone, shown.contact.wa_id, shown.contact.username) == (
        "Ana",
        "+34600000001",
        "34600000001",
        "ana",
    )


async def test_somebody_who_shows_no_number_has_a_conversation_without_phone(web: Pool, inbox: Inbox) -> None:
    conversation = await inbox.conversation(phone=None)

    async with web.transaction(inbox.tenant_id) as tx:
        shown = await service.conversation(tx, tenant_id=inbox.tenant_id, conversation_id=conversation)

    assert (shown.contact.phone, shown.contact.wa_id, shown.window_closes_at) == (None, None, None)


async def test_messages_are_read_in_both_directions_page_by_page(web: Pool, inbox: Inbox) -> None:
    conversation = await inbox.conversation()
    times = [NOW + timedelta(seconds=second) for second in (0, 5, 5, 5, 2, 9, 1)]
    stored = sorted([(at, await inbox.message(conversation, at=at)) for at in times])

    forwards = [message for _, message in stored]
    for limit in (1, 2, 3, 50):
        assert await walked(web, inbox, conversation, limit=limit, oldest_first=True) == forwards
        assert await walked(web, inbox, conversation, limit=limit, oldest_first=False) == forwards[::-1]


async def walked(
    web: Pool, inbox: Inbox, conversation: UUID, *, limit: int, oldest_first: bool
) -> list[UUID]:
    found: list[UUID] = []
    place: Place | None = None
    while True:
        async with web.transaction(inbox.tenant_id) as tx:
            if oldest_first:
                page = await service.oldest_messages(
                    tx, tenant_id=inbox.tenant_id, conversation_id=conversation, after=place, limit=limit
                )
            else:
                page = await service.newest_messages(
                    tx, tenant_id=inbox.tenant_id, conversation_id=conversation, before=place, limit=limit
                )
        found += [message.id for message in page.items]
        place = page.following
        if place is None:
            return found


async def test_a_message_that_arrives_late_takes_the_place_its_time_gives_it(web: Pool, inbox: Inbox) -> None:
    conversation = await inbox.conversation()
    second = await inbox.message(conversation, at=NOW + timedelta(seconds=2))
    first = await inbox.message(conversation, at=NOW + timedelta(seconds=1))

    assert await walked(web, inbox, conversation, limit=50, oldest_first=True) == [first, second]


async def test_a_message_shows_its_facts_and_leaves_out_what_is_not_known(web: Pool, inbox: Inbox) -> None:
    conversation = await inbox.conversation()
    sent_at = NOW + timedelta(seconds=1)
    message = await inbox.reply(
        conversation, provider_message_id="wamid.1", accepted_at=NOW, sent_at=sent_at, reply_to="wamid.0"
    )

    async with web.transaction(inbox.tenant_id) as tx:
        [shown] = await service.messages_by_id(tx, tenant_id=inbox.tenant_id, ids=[message])

    assert json.loads(msgspec.json.encode(shown)) == {
        "id": str(message),
        "conversation_id": str(conversation),
        "connection_id": str(inbox.connection_id),
        "direction": "outbound",
        "status": "sent",
        "type": "text",
        "text": "buenas",
        "provider_message_id": "wamid.1",
        "reply_to": "wamid.0",
        "created_at": "2026-11-20T12:00:00Z",
        "accepted_at": "2026-11-20T12:00:00Z",
        "sent_at": "2026-11-20T12:00:01Z",
        "payload": {"type": "text", "text": {"body": "hola"}},
    }


async def test_what_a_person_wrote_is_received(web: Pool, inbox: Inbox) -> None:
    message = await inbox.message(await inbox.conversation())

    async with web.transaction(inbox.tenant_id) as tx:
        [shown] = await service.messages_by_id(tx, tenant_id=inbox.tenant_id, ids=[message])

    assert (shown.direction, shown.status) == (Direction.INBOUND, "received")


async def test_a_failure_is_explained_until_a_delivery_proves_it_wrong(web: Pool, inbox: Inbox) -> None:
    conversation = await inbox.conversation()
    failed = await inbox.reply(conversation, **RECIPIENT_FAILURE)
    arrived = await inbox.reply(conversation, **RECIPIENT_FAILURE, delivered_at=NOW)

    async with web.transaction(inbox.tenant_id) as tx:
        shown = await service.messages_by_id(tx, tenant_id=inbox.tenant_id, ids=[failed, arrived])

    assert shown[0].error is not None
    assert (shown[0].status, shown[0].error.kind, shown[0].error.code) == ("failed", "recipient", 131026)
    assert (shown[1].status, shown[1].error, shown[1].failed_at) == ("delivered", None, NOW)


async def test_marking_as_read_tells_the_tenant_once(web: Pool, inbox: Inbox) -> None:
    conversation = await inbox.conversation(unread=2)
    for _ in range(2):
        async with web.transaction(inbox.tenant_id) as tx:
            shown = await changes.mark_read(
                tx,
                tenant_id=inbox.tenant_id,
                conversation_id=conversation,
                up_to=None,
                actor="key:1",
                now=NOW,
            )

    assert shown.unread_count == 0
    [told] = await events_of(web, inbox)
    assert (told["type"], told["conversation_id"], told["data"]["unread_count"]) == (
        "conversation_updated",
        str(conversation),
        0,
    )


async def events_of(web: Pool, inbox: Inbox) -> list[dict]:
    async with asyncio.timeout(10):
        while (page := await first_events(web, inbox)).pending:  # noqa: ASYNC110 - nobody tells when they settle
            await asyncio.sleep(0.01)
    return [msgspec.to_builtins(event) | {"data": json.loads(event.data)} for event in page.events]


async def first_events(web: Pool, inbox: Inbox) -> EventPage:
    async with web.transaction(inbox.tenant_id) as tx:
        return await read(tx, tenant_id=inbox.tenant_id, after=None, limit=100)


async def test_a_state_is_set_with_its_event_and_its_audit_row(
    web: Pool, owner: asyncpg.Connection, inbox: Inbox
) -> None:
    conversation = await inbox.conversation()
    for _ in range(2):
        async with web.transaction(inbox.tenant_id) as tx:
            shown = await set_state(tx, inbox, conversation, ConversationState.RESOLVED)

    assert shown.state is ConversationState.RESOLVED
    moved, line = await events_of(web, inbox)
    assert (moved["type"], moved["data"]["state"]) == ("conversation_updated", "resolved")
    assert (line["type"], line["data"]["author"]) == ("annotation_added", "key:1")
    assert line["data"]["activity"] == {
        "type": "state",
        "state": "resolved",
        "from_state": "open",
        "snoozed_until": None,
    }
    audited = await owner.fetch(
        "SELECT actor, action, subject, detail FROM audit_log WHERE tenant_id = $1", inbox.tenant_id
    )
    assert [tuple(row) for row in audited] == [
        ("key:1", "conversation.state_changed", str(conversation), '{"to": "resolved", "from": "open"}')
    ]


async def set_state(
    tx: Transaction, inbox: Inbox, conversation: UUID, state: ConversationState
) -> Conversation:
    return await changes.change(
        tx,
        tenant_id=inbox.tenant_id,
        conversation_id=conversation,
        change=ConversationChange(state=state),
        actor="key:1",
        now=NOW,
    )


@pytest.mark.parametrize("current", ConversationState)
async def test_only_the_ways_in_the_table_lead_from_state_to_state(
    web: Pool, inbox: Inbox, current: ConversationState
) -> None:
    for wanted in ConversationState:
        conversation = await inbox.conversation(state=current.value)
        async with web.transaction(inbox.tenant_id) as tx:
            if may_become(current, wanted):
                shown = await set_state(tx, inbox, conversation, wanted)
                assert shown.state is wanted
            else:
                with pytest.raises(Conflict) as refused:
                    await set_state(tx, inbox, conversation, wanted)
                assert set(refused.value.extra["possible"]) == {
                    state.value for state in NEXT_STATES[current]
                } - {current.value}


async def test_the_states_are_the_same_in_the_code_and_in_the_database(owner: asyncpg.Connection) -> None:
    states = await owner.fetchval("SELECT enum_range(NULL::conversation_state)::text[]")
    directions = await owner.fetchval("SELECT enum_range(NULL::message_direction)::text[]")

    assert states == [state.value for state in ConversationState]
    assert directions == [direction.value for direction in Direction]


async def test_another_tenants_conversation_is_as_unknown_as_one_that_never_was(
    web: Pool, owner: asyncpg.Connection, inbox: Inbox
) -> None:
    other = await Inbox.of_a_new_tenant(owner)
    foreign = await other.conversation(unread=1)
    message = await other.message(foreign)
    refusals = set()
    for conversation in (foreign, uuid4()):
        keys = {"tenant_id": inbox.tenant_id, "conversation_id": conversation}
        for ask in (
            lambda tx, keys=keys: service.conversation(tx, **keys),
            lambda tx, keys=keys: service.newest_messages(tx, **keys, before=None, limit=10),
            lambda tx, keys=keys: service.oldest_messages(tx, **keys, after=Place(NOW, uuid4()), limit=10),
            lambda tx, keys=keys: changes.mark_read(tx, **keys, up_to=None, actor="key:1", now=NOW),
            lambda tx, keys=keys: changes.change(
                tx, **keys, change=ConversationChange(unread=True), actor="key:1", now=NOW
            ),
        ):
            with pytest.raises(NotFound) as refused:
                async with web.transaction(inbox.tenant_id) as tx:
                    await ask(tx)
            refusals.add((refused.value.detail, refused.value.fix, refused.value.field))

    assert len(refusals) == 1
    async with web.transaction(inbox.tenant_id) as tx:
        keys = {"tenant_id": inbox.tenant_id, "conversation_id": foreign}
        assert await service.message_place(tx, **keys, message_id=message) is None
        assert await service.messages_by_id(tx, tenant_id=inbox.tenant_id, ids=[message]) == []
        assert await service.messages_by_id(tx, tenant_id=other.tenant_id, ids=[message]) == []
        assert (
            await service.message_events(
                tx, [MessageNews(other.tenant_id, message, EventType.MESSAGE_RECEIVED)]
            )
            == []
        )


async def test_message_events_of_several_tenants_tell_each_message_as_the_api_shows_it(
    apply: Pool, web: Pool, owner: asyncpg.Connection, inbox: Inbox
) -> None:
    other = await Inbox.of_a_new_tenant(owner)
    written = await inbox.message(await inbox.conversation(), text="hola")
    delivered = await other.reply(await other.conversation(), accepted_at=NOW, delivered_at=NOW)
    news = [
        MessageNews(other.tenant_id, delivered, EventType.MESSAGE_SENT),
        MessageNews(inbox.tenant_id, written, EventType.MESSAGE_RECEIVED),
        MessageNews(other.tenant_id, delivered, EventType.MESSAGE_DELIVERED),
    ]

    async with apply.transaction() as tx:
        events: list[Event] = await service.message_events(tx, news)
        await append(tx, events)

    assert [(event.tenant_id, event.type) for event in events] == [
        (item.tenant_id, item.type) for item in news
    ]
    [received] = await events_of(web, inbox)
    async with web.transaction(inbox.tenant_id) as tx:
        [shown] = await service.messages_by_id(tx, tenant_id=inbox.tenant_id, ids=[written])
        [moved] = await service.conversations_by_id(
            tx, tenant_id=inbox.tenant_id, ids=[shown.conversation_id]
        )
    assert received["data"].pop("conversation") == json.loads(msgspec.json.encode(moved))
    assert received["data"] == json.loads(msgspec.json.encode(shown))
    assert "payload" in received["data"]
    assert [
        ("payload" in event["data"], event["data"]["status"]) for event in await events_of(web, other)
    ] == [(False, "delivered")] * 2


async def test_the_list_stays_whole_while_conversations_move_up(
    web: Pool, owner: asyncpg.Connection, inbox: Inbox
) -> None:
    """A conversation that moves up between two pages may be seen twice, or later at the top; others are never skipped."""
    made = [await inbox.conversation(last_at=NOW - timedelta(minutes=minute)) for minute in range(6)]
    async with web.transaction(inbox.tenant_id) as tx:
        page = await views.conversations(
            tx, tenant_id=inbox.tenant_id, wanted=ConversationFilter(), after=None, limit=3
        )
    await owner.execute(
        "UPDATE conversations SET last_message_at = $2 WHERE id = $1", made[5], NOW + timedelta(1)
    )
    async with web.transaction(inbox.tenant_id) as tx:
        following = await views.conversations(
            tx, tenant_id=inbox.tenant_id, wanted=ConversationFilter(), after=page.following, limit=3
        )

    assert [item.id for item in page.items + following.items] == made[:5]
    times = [item.last_message_at for item in page.items]
    assert all(earlier > later for earlier, later in pairwise(times))
