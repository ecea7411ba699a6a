"""Sending over HTTP: every kind of content is taken, each limit is told with its place, and only templates leave the window."""

import copy
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bed.api import api, key_of
from bed.contents import SAMPLES
from bed.inbox import Inbox
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio

NOW = datetime.now(UTC)  # noqa: TID251 - the window is measured by the server's clock


@pytest.fixture
async def client(web: Pool, inbox: Inbox) -> AsyncIterator[httpx.AsyncClient]:
    _, key = await key_of(web, inbox.tenant_id)
    async with api(web, key=key) as client:
        client.base_url = f"http://curbe/api/tenants/{inbox.tenant_id}"
        yield client


async def send(client: httpx.AsyncClient, conversation: Any, body: dict[str, Any]) -> httpx.Response:
    return await client.post("/whatsapp/messages/send", json={"conversation_id": str(conversation), **body})


async def test_every_kind_of_content_is_taken_and_shown_as_it_was_sent(
    client: httpx.AsyncClient, inbox: Inbox
) -> None:
    after: dict[str, str] = {}
    for name, sample in SAMPLES.items():
        conversation = await inbox.conversation(last_inbound_at=NOW)

        taken = await send(client, conversation, sample)

        assert taken.status_code == 202, (name, taken.text)
        assert taken.json()["status"] == "queued", name
        shown = (await client.get(f"/inbox/conversations/{conversation}/messages")).json()["items"][0]
        assert shown["id"] == taken.json()["id"], name
        assert shown["type"] == shown["payload"]["type"] == sample["type"], name
        page = (await client.get("/events", params=after)).json()
        after = {"since": page["next_cursor"]}
        [queued] = [event["data"] for event in page["items"] if event["type"] == "message_queued"]
        told = queued.pop("conversation")
        assert queued == shown, name
        assert told == (await client.get(f"/inbox/conversations/{conversation}")).json(), name


async def test_words_alone_are_a_text_message(client: httpx.AsyncClient, inbox: Inbox) -> None:
    conversation = await inbox.conversation(last_inbound_at=NOW)

    taken = await send(client, conversation, {"text": "Hola"})

    assert taken.status_code == 202
    shown = (await client.get(f"/inbox/conversations/{conversation}/messages")).json()["items"][0]
    assert (shown["type"], shown["text"]) == ("text", "Hola")


async def test_after_the_window_a_template_goes_and_a_text_is_refused(
    client: httpx.AsyncClient, inbox: Inbox
) -> None:
    conversation = await inbox.conversation(last_inbound_at=NOW - timedelta(hours=25))

    refused = await send(client, conversation, SAMPLES["text"])
    taken = await send(client, conversation, SAMPLES["template by name"])

    assert (refused.status_code, refused.json()["code"], refused.json()["allowed"]) == (
        409,
        "window_closed",
        ["template"],
    )
    assert taken.status_code == 202


@pytest.mark.parametrize("emoji", ["👍", ""])
async def test_what_is_too_old_for_meta_to_take_a_reaction_to_it_is_said_to_be_so(
    client: httpx.AsyncClient, inbox: Inbox, emoji: str
) -> None:
    conversation = await inbox.conversation(last_inbound_at=NOW)
    old = await inbox.message(conversation, at=NOW - timedelta(days=30, minutes=1))
    young = await inbox.message(conversation, at=NOW - timedelta(days=29))

    def reaction(to: str) -> dict[str, Any]:
        return {"type": "reaction", "reaction": {"message_id": to, "emoji": emoji}}

    refused = await send(client, conversation, reaction(f"wamid.{old}"))
    taken = await send(client, conversation, reaction(f"wamid.{young}"))
    unknown = await send(client, conversation, reaction("wamid.of-elsewhere"))

    assert (refused.status_code, refused.json()["field"]) == (422, "reaction.message_id")
    assert "30 days" in refused.json()["detail"]
    assert "30 días" in refused.json()["words"]["es"]
    assert (taken.status_code, unknown.status_code) == (202, 202)


BEYOND_A_LIMIT = [
    ({"text": "x" * 4097}, "text", "4096"),
    ({"type": "text", "text": {"body": "x" * 4097}}, "text.body", "4096"),
    ({"text": "   "}, "text", "not a space"),
    (
        {"type": "image", "image": {"link": "https://a.example/x", "caption": "x" * 1025}},
        "image.caption",
        "1024",
    ),
    ({"type": "image", "image": {}}, "image", "exactly one"),
    (
        {
            "type": "interactive",
            "interactive": {
                "type": "button",
                "body": {"text": "?"},
                "action": {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "x" * 21}}]},
            },
        },
        "interactive.action.buttons[0].reply.title",
        "20",
    ),
    ({"type": "telepathy"}, None, "telepathy"),
    (
        {"type": "reaction", "reaction": {"message_id": "wamid.A", "emoji": "👍"}, "reply_to": "wamid.B"},
        "reply_to",
        "quote",
    ),
]


async def test_a_limit_is_told_with_its_place_before_meta_is_asked(
    client: httpx.AsyncClient, inbox: Inbox
) -> None:
    for body, field, limit in BEYOND_A_LIMIT:
        conversation = await inbox.conversation(last_inbound_at=NOW)

        refused = await send(client, conversation, body)

        assert (refused.status_code, refused.json()["code"]) == (422, "invalid_request"), refused.text
        assert limit in refused.json()["detail"], body
        if field is not None:
            assert refused.json()["field"] == field, body
        assert (await client.get(f"/inbox/conversations/{conversation}/messages")).json()["items"] == [], body


@pytest.mark.parametrize(("category", "status"), [("AUTHENTICATION", 422), ("UTILITY", 202), (None, 202)])
async def test_a_code_that_is_too_long_is_refused_where_the_template_is_one_for_codes(
    client: httpx.AsyncClient, inbox: Inbox, category: str | None, status: int
) -> None:
    """The number of an order may stand in the text and in the link as well, and be as long as it likes."""
    if category is not None:
        await inbox.owner.execute(
            """INSERT INTO templates (tenant_id, id, waba_id, provider_template_id, name, language, status, category)
               VALUES ($1, gen_random_uuid(), $2, '1', 'login_code', 'en_US', 'APPROVED', $3)""",
            inbox.tenant_id,
            inbox.number.waba_id,
            category,
        )
    conversation = await inbox.conversation(last_inbound_at=NOW)
    body = copy.deepcopy(SAMPLES["authentication template"])
    for component in body["template"]["components"]:
        component["parameters"][0]["text"] = "1" * 16

    answer = await send(client, conversation, body)

    assert answer.status_code == status, answer.text
    if status == 422:
        assert answer.json()["field"] == "template.components[0].parameters[0].text"
        assert "15" in answer.json()["detail"]


async def test_the_document_of_the_api_shows_each_kind_as_one_of_a_tagged_union(
    client: httpx.AsyncClient,
) -> None:
    document = (await client.get("http://curbe/schema/openapi.json")).json()

    body = document["paths"]["/api/tenants/{tenant_id}/whatsapp/messages/send"]["post"]["requestBody"]
    kinds = body["content"]["application/json"]["schema"]["oneOf"]
    assert len(kinds) == len({sample["type"] for sample in SAMPLES.values()})
