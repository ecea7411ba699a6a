"""The inbox over HTTP: what a client sees, page by page, and what it is told when it asks for something else."""

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import asyncpg
import httpx
import pytest

from bed.api import api, key_of
from bed.inbox import Inbox
from bed.rows import NOW, insert_number
from curbe.domain.access import Scope
from curbe.inbox.rules import Priority
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(web: Pool, inbox: Inbox) -> AsyncIterator[httpx.AsyncClient]:
    _, key = await key_of(web, inbox.tenant_id)
    async with api(web, key=key) as client:
        client.base_url = f"http://curbe/api/tenants/{inbox.tenant_id}/inbox/conversations"
        yield client


async def pages(client: httpx.AsyncClient, path: str, **params: str | list[str]) -> list[dict]:
    """Every item, page by page."""
    items: list[dict] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await client.get(path, params={**params, **cursor})
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        if answer.json()["next_cursor"] is None:
            return items
        cursor = {"cursor": answer.json()["next_cursor"]}
        params = {name: value for name, value in params.items() if name not in ("before", "after")}


async def test_the_list_shows_conversations_with_person_last_message_and_window(
    client: httpx.AsyncClient, inbox: Inbox
) -> None:
    conversation = await inbox.conversation(unread=1, last_inbound_at=NOW)
    message = await inbox.message(conversation)

    answer = await client.get("", params={"channel": "whatsapp"})

    [shown] = answer.json()["items"]
    assert answer.json()["next_cursor"] is None
    assert shown.pop("created_at").endswith("Z")
    assert (
        shown.pop("contact").items()
        >= {
            "name": "Ana",
            "phone": "+34600000001",
            "wa_id": "34600000001",
            "username": "ana",
        }.items()
    )
    assert shown == {
        "id": str(conversation),
        "connection_id": str(inbox.connection_id),
        "state": "open",
        "snoozed_until": None,
        "assignee_id": None,
        "team_id": None,
        "label_ids": [],
        "priority": "none",
        "unread_count": 1,
        "last_message": {
            "id": str(message),
            "direction": "inbound",
            "type": "text",
            "text": "hola",
            "status": "received",
            "created_at": "2026-11-20T12:00:00Z",
        },
        "last_message_at": "2026-11-20T12:00:00Z",
        "window_closes_at": "2026-11-21T12:00:00Z",
        "version": 1,
    }
    assert (await client.get(f"/{conversation}")).json()["id"] == str(conversation)


async def test_the_list_is_paged_and_filtered(client: httpx.AsyncClient, inbox: Inbox) -> None:
    elsewhere = (await insert_number(inbox.owner, inbox.tenant_id)).connection_id
    made = [
        await inbox.conversation(
            last_at=NOW - timedelta(minutes=minute),
            unread=minute % 2,
            state="resolved" if minute % 3 == 0 else "open",
            connection_id=elsewhere if minute == 4 else None,
        )
        for minute in range(6)
    ]

    async def listed(**params: str) -> list[int]:
        return [
            made.index(uuid)
            for uuid in made
            for item in await pages(client, "", **params)
            if item["id"] == str(uuid)
        ]

    assert [item["id"] for item in await pages(client, "", limit="2")] == [str(each) for each in made]
    assert await listed(state="resolved", limit="1") == [0, 3]
    assert await listed(unread="true", limit="2") == [1, 3, 5]
    assert await listed(connection=str(elsewhere)) == [4]


async def test_messages_are_read_from_the_newest_from_the_oldest_and_from_any_one(
    client: httpx.AsyncClient, inbox: Inbox
) -> None:
    conversation = await inbox.conversation()
    made = [str(await inbox.message(conversation, at=NOW + timedelta(seconds=second))) for second in range(7)]

    async def ids(**params: str) -> list[str]:
        return [item["id"] for item in await pages(client, f"/{conversation}/messages", **params)]

    assert await ids(limit="3") == made[::-1]
    assert await ids(limit="2", order="oldest") == made
    assert await ids(limit="2", before=made[3]) == made[:3][::-1]
    assert await ids(limit="100", after=made[3]) == made[4:]
    assert await ids(limit="2", after=made[1], order="oldest") == made[2:]


async def test_a_message_is_read_by_its_id_alone_as_its_conversation_shows_it(
    client: httpx.AsyncClient, inbox: Inbox
) -> None:
    conversation = await inbox.conversation()
    asked = await inbox.message(conversation)
    answer = await inbox.reply(conversation, reply_to=f"wamid.{asked}", created_at=NOW + timedelta(seconds=1))
    listed = (await client.get(f"/{conversation}/messages")).json()["items"]
    one = f"http://curbe/api/tenants/{inbox.tenant_id}/whatsapp/messages"

    shown = [(await client.get(f"{one}/{message}")).json() for message in (answer, asked)]
    nobodys = await client.get(f"{one}/{uuid4()}")

    assert shown == listed
    assert shown[0]["quoted"]["id"] == str(asked)
    assert (nobodys.status_code, nobodys.json()["code"]) == (404, "not_found")


async def test_a_page_around_a_message_has_it_in_its_midst_and_goes_on_to_either_side(
    client: httpx.AsyncClient, inbox: Inbox
) -> None:
    conversation = await inbox.conversation()
    made = [str(await inbox.message(conversation, at=NOW + timedelta(seconds=second))) for second in range(9)]
    path = f"/{conversation}/messages"

    async def page(**params: str) -> dict:
        answer = await client.get(path, params=params)
        assert answer.status_code == 200, answer.text
        return {**answer.json(), "ids": [item["id"] for item in answer.json()["items"]]}

    middle = await page(around=made[4], limit="5")
    assert middle["ids"] == made[2:7][::-1]
    assert (await page(cursor=middle["next_cursor"]))["ids"] == made[:2][::-1]
    assert (await page(cursor=middle["previous_cursor"], order="oldest"))["ids"] == made[7:]
    latest = await page(around=made[8], limit="5")
    assert (latest["ids"], latest["previous_cursor"]) == (made[4:][::-1], None)
    first = await page(around=made[0], limit="5")
    assert (first["ids"], first["next_cursor"]) == (made[:3][::-1], None)
    whole = await page(around=made[3], limit="50")
    assert (whole["ids"], whole["next_cursor"], whole["previous_cursor"]) == (made[::-1], None, None)


async def test_the_list_has_the_most_pressing_first_and_a_cursor_of_another_order_is_refused(
    client: httpx.AsyncClient, inbox: Inbox
) -> None:
    made = {
        str(await inbox.conversation(last_at=NOW - timedelta(minutes=n), priority=one)): (one.value, n)
        for n, one in enumerate([*Priority, *Priority])
    }

    items = await pages(client, "", sort="priority", limit="3")

    ranks = [one.value for one in Priority]
    assert [made[item["id"]] for item in items] == sorted(
        made.values(), key=lambda one: (-ranks.index(one[0]), one[1])
    )
    some = await pages(client, "", sort="priority", priority=["none", "high"], limit="1")
    assert [item["priority"] for item in some] == ["high", "high", "none", "none"]
    first = (await client.get("", params={"sort": "priority", "limit": "1"})).json()
    latest = (await client.get("", params={"limit": "1"})).json()
    for sort, cursor in (("priority", latest["next_cursor"]), ("latest", first["next_cursor"])):
        refused = await client.get("", params={"sort": sort, "cursor": cursor})
        assert (refused.status_code, refused.json()["field"]) == (422, "cursor"), refused.text


async def test_the_inbox_is_searched_page_by_page(client: httpx.AsyncClient, inbox: Inbox) -> None:
    conversation = await inbox.conversation(name="José", last_inbound_at=NOW)
    made = [str(await inbox.message(conversation, text=f"Hola José {n}")) for n in range(3)]
    client.base_url = f"http://curbe/api/tenants/{inbox.tenant_id}/inbox/search"

    items = await pages(client, "", q="jose", limit="2")

    assert [item["kind"] for item in items] == ["contact", "message", "message", "message"]
    assert [item["message"]["id"] for item in items[1:]] == made[::-1]
    assert items[1]["snippet"] == {"text": "Hola José 2", "ranges": [[5, 9]]}
    assert len(await pages(client, "", q="jose", **{"in": "contacts"})) == 1
    assert len(await pages(client, "", q="jose", **{"in": "messages"})) == 3
    for params, field in (
        ({}, None),
        ({"q": "a"}, "q"),
        ({"q": "x" * 201}, "q"),
        ({"q": "jose", "in": "files"}, "in"),
        ({"q": "jose", "cursor": "WyJmaWxlcyIsbnVsbCwiMSJd"}, "cursor"),
    ):
        refused = await client.get("", params=params)
        assert (refused.status_code, refused.json().get("field")) == (422, field), refused.text


async def test_a_misspelt_filter_is_refused_instead_of_showing_what_was_not_asked_for(
    client: httpx.AsyncClient,
) -> None:
    refused = await client.get("", params={"asignee": "none", "limit": "2"})

    told = refused.json()
    assert (refused.status_code, told["code"], told["field"]) == (422, "invalid_request", "asignee")
    assert " assignee," in told["fix"]


async def test_what_contradicts_itself_is_refused(client: httpx.AsyncClient, inbox: Inbox) -> None:
    conversation = await inbox.conversation()
    message = await inbox.message(conversation)
    elsewhere = await inbox.message(await inbox.conversation())
    messages = f"/{conversation}/messages"
    refused = [
        (messages, {"before": str(message), "after": str(message)}, None),
        (messages, {"before": str(message), "order": "oldest"}, "order"),
        (messages, {"around": str(message), "order": "oldest"}, "order"),
        (messages, {"around": str(message), "before": str(message)}, None),
        (messages, {"around": str(elsewhere)}, "around"),
        (messages, {"after": str(message), "order": "newest"}, "order"),
        (messages, {"before": str(elsewhere)}, "before"),
        (messages, {"after": str(uuid4())}, "after"),
        (messages, {"cursor": "nonsense"}, "cursor"),
        (messages, {"order": "random"}, "order"),
        ("", {"cursor": "WyJub25zZW5zZSJd"}, "cursor"),
        ("", {"channel": "telegram"}, "channel"),
        ("", {"state": "happy"}, "state"),
        ("", {"limit": "0"}, "limit"),
        ("", {"limit": "201"}, "limit"),
        ("", {"connection": "mine"}, "connection"),
        ("", {"assignee": "somebody"}, "assignee"),
        ("", {"assignee": "me"}, "assignee"),
        ("", {"team": "sales"}, "team"),
        ("", {"label": "vip"}, "label"),
        ("", {"sort": "random"}, "sort"),
        ("", {"ids": [str(uuid4())] * 201}, "ids"),
    ]

    for path, params, field in refused:
        answer = await client.get(path, params=params)
        assert (answer.status_code, answer.json()["code"], answer.json().get("field")) == (
            422,
            "invalid_request",
            field,
        ), (path, params, answer.text)


async def test_reading_sets_the_counter_to_zero(client: httpx.AsyncClient, inbox: Inbox) -> None:
    conversation = await inbox.conversation(unread=3)

    answer = await client.post(f"/{conversation}/read")

    assert (answer.status_code, answer.json()["unread_count"]) == (200, 0)
    assert (await client.get(f"/{conversation}")).json()["unread_count"] == 0


async def test_what_came_behind_the_message_that_was_read_stays_unread(
    client: httpx.AsyncClient, inbox: Inbox
) -> None:
    conversation, other = await inbox.conversation(unread=2), await inbox.conversation()
    seen = await inbox.message(conversation)
    await inbox.message(conversation, at=NOW + timedelta(seconds=1))
    elsewhere = await inbox.message(other)

    answer = await client.post(f"/{conversation}/read", json={"seen_message_id": str(seen)})

    assert (answer.status_code, answer.json()["unread_count"]) == (200, 1)
    for nobodys in (elsewhere, uuid4()):
        refused = await client.post(f"/{conversation}/read", json={"seen_message_id": str(nobodys)})
        assert (refused.status_code, refused.json()["code"], refused.json()["field"]) == (
            422,
            "invalid_request",
            "seen_message_id",
        )
    assert (await client.post(f"/{conversation}/read", json={})).json()["unread_count"] == 0


async def test_a_state_is_set_where_there_is_a_way_and_refused_with_the_ways_where_not(
    client: httpx.AsyncClient, inbox: Inbox
) -> None:
    conversation = await inbox.conversation(state="blocked")

    refused = await client.patch(f"/{conversation}", json={"state": "snoozed"})
    opened = await client.patch(f"/{conversation}", json={"state": "open"})

    assert (refused.status_code, refused.json()["code"], refused.json()["possible"]) == (
        409,
        "conflict",
        ["open"],
    )
    assert (opened.status_code, opened.json()["state"]) == (200, "open")


async def test_a_priority_is_set_of_one_or_of_many_and_whoever_works_there_sees_by_whom(
    client: httpx.AsyncClient, inbox: Inbox
) -> None:
    one, two = await inbox.conversation(), await inbox.conversation(state="resolved")

    urgent = await client.patch(f"/{one}", json={"priority": "urgent"})
    again = await client.patch(f"/{one}", json={"priority": "urgent"})
    both = await client.post(
        "/bulk", json={"ids": [str(one), str(two)], "change": {"priority": "high", "unread": True}}
    )
    refused = await client.patch(f"/{one}", json={"priority": "asap"})

    assert (urgent.json()["priority"], again.json()["version"]) == ("urgent", urgent.json()["version"])
    assert [(item["id"], item["priority"]) for item in both.json()["changed"]] == [
        (str(one), "high"),
        (str(two), "high"),
    ]
    assert (refused.status_code, refused.json()["field"]) == (422, "priority")
    rows = await inbox.owner.fetch(
        "SELECT data::jsonb ->> 'priority' FROM events WHERE type = 'conversation_updated' ORDER BY xid, id"
    )
    assert [row[0] for row in rows] == ["urgent", "high", "high"]
    [first, second] = (await client.get(f"/{one}/annotations")).json()["items"]
    assert first["activity"] == {"type": "priority", "priority": "urgent", "from_priority": "none"}
    assert second["activity"] == {"type": "priority", "priority": "high", "from_priority": "urgent"}
    audited = await inbox.owner.fetch(
        "SELECT detail FROM audit_log WHERE action = 'conversation.priority_changed' ORDER BY id"
    )
    assert (len(audited), audited[0][0]) == (3, '{"to": "urgent", "from": "none"}')


async def test_the_list_is_narrowed_to_one_priority_or_to_several(
    client: httpx.AsyncClient, inbox: Inbox
) -> None:
    made = {
        str(
            await inbox.conversation(last_at=NOW - timedelta(minutes=minute), priority=priority)
        ): priority.value
        for minute, priority in enumerate([*Priority, *Priority])
    }

    async def listed(*wanted: str, **more: str) -> list[str]:
        items = await pages(client, "", priority=list(wanted), limit="2", **more)
        return [made[item["id"]] for item in items]

    assert await listed("urgent") == ["urgent", "urgent"]
    assert await listed("urgent", "low") == ["low", "urgent", "low", "urgent"]
    assert await listed("none", "high", sort="oldest") == ["high", "none", "high", "none"]
    assert len(await listed()) == 10
    assert (await client.get("", params={"priority": "asap"})).json()["field"] == "priority"


async def test_a_message_comes_with_what_it_quotes_however_far_back_that_was_said(
    client: httpx.AsyncClient, inbox: Inbox, owner: asyncpg.Connection
) -> None:
    conversation = await inbox.conversation()
    asked = await inbox.message(conversation, text="¿a qué hora?")
    taken_back = await inbox.message(conversation, text="nada")
    await owner.execute("UPDATE messages SET revoked_at = $2 WHERE id = $1", taken_back, NOW)
    for n, quoted in enumerate((f"wamid.{asked}", f"wamid.{taken_back}", "wamid.nobodys")):
        await inbox.reply(conversation, reply_to=quoted, created_at=NOW + timedelta(hours=n + 1))

    newest = (await client.get(f"/{conversation}/messages", params={"limit": 3})).json()["items"]

    assert [message["reply_to"] for message in newest] == [
        "wamid.nobodys", f"wamid.{taken_back}", f"wamid.{asked}"
    ]  # fmt: skip
    assert "quoted" not in newest[0]
    assert (newest[1]["quoted"]["text"], "revoked_at" in newest[1]["quoted"]) == (None, True)
    assert newest[2]["quoted"] == {
        "id": str(asked), "direction": "inbound", "type": "text", "text": "¿a qué hora?", "created_at": "2026-11-20T12:00:00Z"
    }  # fmt: skip


async def test_a_quote_shows_nothing_of_another_tenants_message_of_the_same_name(
    client: httpx.AsyncClient, inbox: Inbox, owner: asyncpg.Connection
) -> None:
    other = await Inbox.of_a_new_tenant(owner)
    theirs = await other.message(await other.conversation(), text="secret")
    conversation = await inbox.conversation()
    await inbox.reply(conversation, reply_to=f"wamid.{theirs}")

    answer = await client.get(f"/{conversation}/messages")

    assert "quoted" not in answer.json()["items"][0]
    assert "secret" not in answer.text


async def test_anothers_conversation_answers_what_one_that_never_was_answers(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    other = await Inbox.of_a_new_tenant(owner)
    foreign = await other.conversation(unread=1)
    await other.message(foreign)

    def told(answer: httpx.Response) -> tuple[int, dict]:
        return answer.status_code, answer.json() | {"request_id": None}

    for method, path, body in (
        ("GET", "/{}", None),
        ("GET", "/{}/messages", None),
        ("POST", "/{}/read", None),
        ("PATCH", "/{}", {"state": "resolved"}),
    ):
        theirs = await client.request(method, path.format(foreign), json=body)
        nobodys = await client.request(method, path.format(uuid4()), json=body)
        assert told(theirs) == told(nobodys)
        assert theirs.status_code == 404


async def test_reading_and_writing_are_separate_scopes(web: Pool, inbox: Inbox) -> None:
    conversation = await inbox.conversation()
    _, reader = await key_of(web, inbox.tenant_id, scopes=[Scope.INBOX_READ])
    _, writer = await key_of(web, inbox.tenant_id, scopes=[Scope.INBOX_WRITE])
    path = f"/api/tenants/{inbox.tenant_id}/inbox/conversations/{conversation}"
    found = []
    for key in (reader, writer):
        async with api(web, key=key) as client:
            found += [(await client.get(path)).status_code, (await client.post(f"{path}/read")).status_code]

    assert found == [200, 403, 403, 200]
