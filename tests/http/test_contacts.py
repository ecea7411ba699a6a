"""Contacts over HTTP: paged, found by a name, named by the team, made one and parted again; and what people said, typed by what it is."""

from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from bed.api import key_of
from bed.appliers import drain
from bed.rows import NOW, Number
from bed.webhooks import body, change, deliver, text
from curbe.domain.access import Scope
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio


@pytest.fixture
async def three(owner: asyncpg.Connection, apply: Pool, number: Number) -> None:
    """Three people wrote."""
    messages = [
        text(f"wamid.{n}", sender=f"3460000000{n}", body=f"I am {n}", at=NOW + timedelta(hours=n))
        for n in (1, 2, 3)
    ]
    await deliver(owner, body(change(number, messages=messages)))
    await drain(apply)


async def listed(client: httpx.AsyncClient, **params: str) -> list[dict[str, Any]]:
    answer = await client.get("/contacts", params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


@pytest.mark.usefixtures("three")
async def test_contacts_come_in_pages_and_each_once(client: httpx.AsyncClient) -> None:
    first = (await client.get("/contacts", params={"limit": 2})).json()
    second = (await client.get("/contacts", params={"limit": 2, "cursor": first["next_cursor"]})).json()

    assert [len(page["items"]) for page in (first, second)] == [2, 1]
    assert second["next_cursor"] is None
    assert {one["phone"] for page in (first, second) for one in page["items"]} == {
        "+34600000001",
        "+34600000002",
        "+34600000003",
    }


@pytest.mark.usefixtures("three")
async def test_a_contact_is_found_by_its_number_however_it_is_written(client: httpx.AsyncClient) -> None:
    [found] = await listed(client, phone="+34 600 00 00 02")

    detail = (await client.get(f"/contacts/{found['id']}")).json()
    assert detail["contact"] == found
    assert [(alias["kind"], alias["value"]) for alias in detail["aliases"]] == [("phone", "+34600000002")]
    assert len(detail["conversations"]) == 1
    assert await listed(client, phone="+34600000009") == []
    assert (await client.get("/contacts", params={"phone": "nobody"})).json()["code"] == "invalid_request"
    both = await client.get("/contacts", params={"phone": "+34600000002", "bsuid": "ES.1"})
    assert both.json()["code"] == "invalid_request"


@pytest.mark.usefixtures("three")
@pytest.mark.parametrize("spelled", ["600 00 00 02", "0034 600-000-002", "34600000002", "(+34) 600.00.00.02"])
async def test_a_contact_is_found_by_its_number_without_a_plus_by_the_tenants_country(
    client: httpx.AsyncClient, spelled: str
) -> None:
    nobody_said = await client.get("/contacts", params={"phone": "600 00 00 02"})
    await client.patch("", json={"default_country": "ES"})

    [found] = await listed(client, phone=spelled)

    assert found["phone"] == "+34600000002"
    assert (nobody_said.status_code, nobody_said.json()["field"]) == (422, "phone")


@pytest.mark.usefixtures("three")
async def test_a_plus_that_was_not_encoded_is_read_as_the_plus_it_is(client: httpx.AsyncClient) -> None:
    answer = await client.get("/contacts?phone=+34600000002")

    assert [one["phone"] for one in answer.json()["items"]] == ["+34600000002"]


@pytest.mark.usefixtures("three")
async def test_two_contacts_are_made_one_and_parted_again(client: httpx.AsyncClient) -> None:
    [one] = await listed(client, phone="+34600000001")
    [two] = await listed(client, phone="+34600000002")
    gone = (await client.get(f"/contacts/{two['id']}")).json()["conversations"][0]["id"]

    merged = await client.post(f"/contacts/{one['id']}/merges", json={"contact_id": two["id"]})
    [merge] = merged.json()["merges"]
    inside = await client.get(f"/inbox/conversations/{gone}/messages")
    again = await client.post(f"/contacts/{one['id']}/merges", json={"contact_id": two["id"]})
    left = await listed(client)
    back = await client.post(f"/contacts/{one['id']}/merges/{merge['id']}/undo")
    twice = await client.post(f"/contacts/{one['id']}/merges/{merge['id']}/undo")

    assert merged.status_code == 200
    assert {alias["value"] for alias in merged.json()["aliases"]} == {"+34600000001", "+34600000002"}
    assert (merge["contact_id"], merge["reason"]) == (two["id"], "by_hand")
    assert [item["text"] for item in inside.json()["items"]] == ["I am 2", "I am 1"], (
        "an old address leads on"
    )
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert len(left) == 2
    assert back.json()["contact"] == two
    assert twice.status_code == 409
    assert len(await listed(client)) == 3


@pytest.mark.usefixtures("three")
async def test_who_reads_an_old_address_finds_every_message_from_there_on(client: httpx.AsyncClient) -> None:
    [one] = await listed(client, phone="+34600000001")
    [two] = await listed(client, phone="+34600000002")
    gone = (await client.get(f"/contacts/{two['id']}")).json()["conversations"][0]["id"]
    here = f"/inbox/conversations/{gone}/messages"
    [said] = (await client.get(here)).json()["items"]
    await client.post(f"/contacts/{one['id']}/merges", json={"contact_id": two["id"]})

    async def texts(**params: str) -> list[str]:
        answer = await client.get(here, params=params)
        assert answer.status_code == 200, answer.text
        return [item["text"] for item in answer.json()["items"]]

    assert await texts(before=said["id"]) == ["I am 1"]
    assert await texts(after=said["id"]) == []
    assert await texts(around=said["id"]) == ["I am 2", "I am 1"]
    assert (await client.get(f"{here}/{said['id']}/revisions")).json() == []


@pytest.mark.usefixtures("three")
async def test_a_contact_is_not_merged_with_itself_nor_with_nobody(client: httpx.AsyncClient) -> None:
    [one] = await listed(client, phone="+34600000001")

    itself = await client.post(f"/contacts/{one['id']}/merges", json={"contact_id": one["id"]})
    nobody = await client.post(
        f"/contacts/{one['id']}/merges", json={"contact_id": "01a2068e-0000-7000-8000-000000000000"}
    )

    assert (itself.status_code, nobody.status_code) == (422, 404), (itself.text, nobody.text)


@pytest.mark.usefixtures("three")
async def test_who_may_only_read_joins_nobody(client: httpx.AsyncClient, web: Pool, number: Number) -> None:
    _, key = await key_of(web, number.tenant_id, scopes=[Scope.INBOX_READ])
    [one, two, _] = await listed(client)

    answer = await client.post(
        f"/contacts/{one['id']}/merges",
        json={"contact_id": two["id"]},
        headers={"Authorization": f"Bearer {key}"},
    )

    assert answer.status_code == 403


async def called(client: httpx.AsyncClient, contact_id: str, name: str | None) -> dict[str, Any]:
    """The contact once the team calls it so."""
    answer = await client.patch(f"/contacts/{contact_id}", json={"name": name})
    assert answer.status_code == 200, answer.text
    return answer.json()["contact"]


async def test_what_the_team_calls_somebody_is_shown_everywhere_and_whatsapps_name_is_kept_to_go_back_to(
    client: httpx.AsyncClient, owner: asyncpg.Connection, apply: Pool, number: Number
) -> None:
    await deliver(
        owner, body(change(number, messages=[text("wamid.1")], names={"34600000001": "\N{GRINNING FACE}"}))
    )
    await drain(apply)
    [before] = (await client.get("/inbox/conversations")).json()["items"]
    contact_id = before["contact"]["id"]

    named = await called(client, contact_id, "  Ana Ruiz ")
    later = text("wamid.2", at=NOW + timedelta(hours=1))
    await deliver(owner, body(change(number, messages=[later], names={"34600000001": "Mamá"})))
    await drain(apply)

    [after] = (await client.get("/inbox/conversations")).json()["items"]
    [found] = (await client.get("/inbox/search", params={"q": "ruiz"})).json()["items"]
    export = (await client.get(f"/contacts/{contact_id}/export")).json()
    events = (await client.get("/events")).json()["items"]
    told = [one["data"].get("conversation", one["data"])["contact"]["name"] for one in events]
    back = await called(client, contact_id, "")
    assert (named["name"], named["name_given"], named["profile_name"]) == (
        "Ana Ruiz",
        True,
        "\N{GRINNING FACE}",
    )
    assert after["contact"]["name"] == found["conversation"]["contact"]["name"] == "Ana Ruiz"
    assert after["version"] > before["version"] + 1, "of two snapshots the newer is known"
    assert told == ["\N{GRINNING FACE}", "Ana Ruiz", "Ana Ruiz"]
    assert export["contact"]["contact"] == named | {"profile_name": "Mamá"}
    assert (back["name"], back["name_given"], back["profile_name"]) == ("Mamá", False, "Mamá")


@pytest.mark.usefixtures("three")
async def test_whoever_is_called_so_already_is_told_to_nobody_and_the_audit_log_has_no_name(
    client: httpx.AsyncClient, owner: asyncpg.Connection
) -> None:
    [one] = await listed(client, phone="+34600000001")

    for name in (None, "Ana", " Ana", None, ""):
        await called(client, one["id"], name)

    told = await owner.fetchval("SELECT count(*) FROM events WHERE type = 'conversation_updated'")
    written = await owner.fetch(
        "SELECT subject, detail::text AS detail FROM audit_log WHERE action = 'contact.renamed'"
    )
    assert told == 2
    assert [tuple(row) for row in written] == [(one["id"], "{}")] * 2


@pytest.mark.usefixtures("three")
async def test_a_name_that_will_not_do_is_refused_and_so_is_one_for_whom_is_part_of_another_or_nobody(
    client: httpx.AsyncClient, web: Pool, number: Number
) -> None:
    [one, two, _] = await listed(client)
    _, key = await key_of(web, number.tenant_id, scopes=[Scope.INBOX_READ])
    reader = {"Authorization": f"Bearer {key}"}
    family = "Familia \N{MAN}\u200d\N{GIRL}"
    await client.post(f"/contacts/{one['id']}/merges", json={"contact_id": two["id"]})

    refused = [
        (await client.patch(f"/contacts/{one['id']}", json={"name": name})).json()
        for name in ("x" * 101, "Ana\nRuiz", "\u202eAna", "\u200d")
    ]
    part = await client.patch(f"/contacts/{two['id']}", json={"name": "Ana"})
    nobody = await client.patch("/contacts/01a2068e-0000-7000-8000-000000000000", json={"name": "Ana"})
    only_reads = await client.patch(f"/contacts/{one['id']}", json={"name": "Ana"}, headers=reader)

    assert [(answer["code"], answer["field"]) for answer in refused] == [("invalid_request", "name")] * 4
    assert (part.status_code, part.json()["merged_into"]) == (409, one["id"])
    assert (nobody.status_code, only_reads.status_code) == (404, 403)
    assert (await called(client, one["id"], family))["name"] == family


@pytest.mark.parametrize(
    ("own", "together"), [(None, "Berta"), ("Ana", "Ana")], ids=["the other has one", "both have one"]
)
@pytest.mark.usefixtures("three")
async def test_two_who_become_one_are_called_as_the_team_calls_either_and_parted_each_as_before(
    client: httpx.AsyncClient, own: str | None, together: str
) -> None:
    [one] = await listed(client, phone="+34600000001")
    [two] = await listed(client, phone="+34600000002")
    await called(client, one["id"], own)
    await called(client, two["id"], "Berta")

    merged = await client.post(f"/contacts/{one['id']}/merges", json={"contact_id": two["id"]})
    await client.post(f"/contacts/{one['id']}/merges/{merged.json()['merges'][0]['id']}/undo")

    parted = [(await client.get(f"/contacts/{who['id']}")).json()["contact"] for who in (one, two)]
    assert merged.json()["contact"]["name"] == together
    assert [(who["name"], who["name_given"]) for who in parted] == [(own, own is not None), ("Berta", True)]


SAID = [
    ({"type": "text", "text": {"body": "Hi"}}, {"kind": "text", "body": "Hi"}),
    (
        {"type": "image", "image": {"id": "7", "caption": "A cat", "mime_type": "image/png"}},
        {"kind": "media", "caption": "A cat", "mime_type": "image/png"},
    ),
    ({"type": "audio", "audio": {"id": "7", "voice": True}}, {"kind": "media", "voice": True}),
    (
        {"type": "location", "location": {"latitude": "41.4", "longitude": 2.1, "name": "Port"}},
        {"kind": "location", "latitude": 41.4, "longitude": 2.1, "name": "Port"},
    ),
    (
        {
            "type": "contacts",
            "contacts": [
                {
                    "name": {"formatted_name": "Eva"},
                    "phones": [{"phone": "+1 5", "wa_id": "15"}],
                    "origin": "contact_request",
                }
            ],
        },
        {
            "kind": "contacts",
            "cards": [
                {"name": "Eva", "phones": [{"phone": "+1 5", "wa_id": "15"}], "origin": "contact_request"}
            ],
        },
    ),
    (
        {
            "type": "interactive",
            "interactive": {
                "type": "list_reply",
                "list_reply": {"id": "r1", "title": "S", "description": "small"},
            },
        },
        {"kind": "reply", "of": "list_reply", "id": "r1", "title": "S", "description": "small"},
    ),
    (
        {
            "type": "interactive",
            "interactive": {
                "nfm_reply": {"name": "flow", "body": "Sent", "response_json": '{"when": "today"}'}
            },
        },
        {"kind": "flow_reply", "name": "flow", "body": "Sent", "answers": {"when": "today"}},
    ),
    (
        {"type": "interactive", "interactive": {"nfm_reply": {"response_json": "[1]"}}},
        {"kind": "flow_reply", "raw": "[1]"},
    ),
    (
        {"type": "button", "button": {"text": "Stop", "payload": "p"}},
        {"kind": "button", "text": "Stop", "payload": "p"},
    ),
    (
        {
            "type": "order",
            "order": {
                "catalog_id": "c",
                "text": "quick",
                "product_items": [
                    {"product_retailer_id": "lamp", "quantity": "2", "item_price": 9.5, "currency": "EUR"}
                ],
            },
        },
        {
            "kind": "order",
            "catalog_id": "c",
            "text": "quick",
            "lines": [{"product_retailer_id": "lamp", "quantity": 2.0, "item_price": 9.5, "currency": "EUR"}],
        },
    ),
    (
        {
            "type": "unsupported",
            "errors": [{"code": 131051, "title": "Unsupported", "error_data": {"details": "a poll"}}],
            "unsupported": {"type": "poll_creation"},
        },
        {"kind": "unsupported", "what": "poll_creation", "code": 131051, "reason": "a poll"},
    ),
    ({"type": "request_welcome"}, {"kind": "request_welcome"}),
    (
        {
            "type": "system",
            "system": {"type": "user_changed_user_id", "user_id": "ES.2", "previous_user_id": "ES.1"},
        },
        {"kind": "system", "event": "user_changed_user_id", "bsuid": "ES.2", "previous_bsuid": "ES.1"},
    ),
    ({"type": "hologram", "hologram": {}}, {"kind": "other", "type": "hologram"}),
    ({"type": "location", "location": "at home"}, {"kind": "other", "type": "location"}),
]


async def test_what_somebody_said_is_shown_as_what_it_is(
    client: httpx.AsyncClient, owner: asyncpg.Connection, apply: Pool, number: Number
) -> None:
    said = [
        {name: value for name, value in text(f"wamid.{n}").items() if name != "text"} | message
        for n, (message, _) in enumerate(SAID)
    ]
    await deliver(owner, body(change(number, messages=said)))
    await drain(apply)

    [conversation] = (await client.get("/inbox/conversations")).json()["items"]
    page = (await client.get(f"/inbox/conversations/{conversation['id']}/messages")).json()
    shown = {one["provider_message_id"]: one for one in page["items"]}
    for message, (_, content) in zip(said, SAID, strict=True):
        assert shown[message["id"]]["content"] == content
        assert shown[message["id"]]["payload"] == message, "the raw object stands beside it"


async def test_what_a_message_came_with_is_shown_beside_it(
    client: httpx.AsyncClient, owner: asyncpg.Connection, apply: Pool, number: Number
) -> None:
    product = {"catalog_id": "c", "product_retailer_id": "lamp"}
    context = {
        "from": "34900000001",
        "id": "wamid.0",
        "frequently_forwarded": True,
        "referred_product": product,
    }
    referral = {"source_type": "ad", "source_url": "https://ad", "welcome_message": {"text": "Welcome"}}
    said = text("wamid.1") | {"context": context, "referral": referral, "group_id": "120"}
    await deliver(owner, body(change(number, messages=[said])))
    await drain(apply)

    [conversation] = (await client.get("/inbox/conversations")).json()["items"]
    [shown] = (await client.get(f"/inbox/conversations/{conversation['id']}/messages")).json()["items"]
    assert shown["context"] == {"author": "34900000001", "frequently_forwarded": True, **product}
    assert shown["referral"] == {"source_type": "ad", "source_url": "https://ad", "welcome": "Welcome"}
    assert (shown["reply_to"], shown["group_id"]) == ("wamid.0", "120")


async def test_what_a_message_said_before_can_be_asked_for(
    client: httpx.AsyncClient, owner: asyncpg.Connection, apply: Pool, number: Number
) -> None:
    revoke = {"type": "revoke", "revoke": {"original_message_id": "wamid.1"}}
    messages = [text("wamid.1", body="Hello"), text("wamid.2", at=NOW + timedelta(minutes=1)) | revoke]
    await deliver(owner, body(change(number, messages=messages)))
    await drain(apply)

    [conversation] = (await client.get("/inbox/conversations")).json()["items"]
    path = f"/inbox/conversations/{conversation['id']}/messages"
    [shown] = (await client.get(path)).json()["items"]
    revisions = (await client.get(f"{path}/{shown['id']}/revisions")).json()

    assert (shown["text"], "content" in shown, shown["revoked_at"]) == (None, False, "2026-11-20T12:01:00Z")
    assert [(one["kind"], one["text"]) for one in revisions] == [("original", "Hello"), ("revoke", None)]
