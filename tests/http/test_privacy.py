"""A person's data over HTTP: all of it in one document, and gone when they ask for that; for admins alone."""

import json
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from bed.api import api, key_of
from bed.appliers import drain
from bed.rows import Number
from bed.somebody import BERTA, FORMER, NAME, PHONE, WORDS, World, fill, write
from bed.webhooks import body, change, deliver, text
from curbe.domain.access import Scope
from curbe.infra.db import Pool
from curbe.retention import exporting

pytestmark = pytest.mark.anyio


@pytest.fixture
async def contact_id(owner: asyncpg.Connection, apply: Pool, number: Number) -> UUID:
    """Clementina wrote seven times and said no."""
    said = [text(f"wamid.{n}", sender=PHONE, body=f"line {n}") for n in range(7)]
    said.append(text("wamid.stop", sender=PHONE, body="baja"))
    await deliver(owner, body(change(number, messages=said, names={PHONE: NAME})))
    await drain(apply)
    return await owner.fetchval("SELECT contact_id FROM contact_aliases WHERE value = $1", PHONE)


async def test_all_there_is_of_a_person_is_one_document_however_long_the_thread(
    client: httpx.AsyncClient, owner: asyncpg.Connection, contact_id: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "_AT_ONCE", 3)
    conversation_id = await owner.fetchval("SELECT id FROM conversations")
    noted = await client.post(f"/inbox/conversations/{conversation_id}/notes", json={"body": "likes tea"})
    assert noted.status_code == 201

    answer = await client.get(f"/contacts/{contact_id}/export")

    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith("attachment")
    told = json.loads(answer.content)
    assert told["contact"]["contact"]["name"] == NAME
    assert told["contact"]["aliases"][0]["value"] == f"+{PHONE}"
    assert told["consents"][0]["state"] == "out"
    [talk] = told["conversations"]
    assert [one["text"] for one in talk["messages"]] == [*(f"line {n}" for n in range(7)), "baja"]
    assert any(one.get("body") == "likes tea" for one in talk["annotations"])
    entry = await owner.fetchrow("SELECT subject FROM audit_log WHERE action = 'contact.exported'")
    assert entry["subject"] == str(contact_id)


async def test_a_person_is_erased_once_and_told_how_far_it_is(
    client: httpx.AsyncClient, contact_id: UUID
) -> None:
    assert (await client.get(f"/contacts/{contact_id}/erasure")).json()["requested_at"] is None
    assert (await client.get(f"/contacts/{uuid4()}/erasure")).status_code == 404

    first = await client.post(f"/contacts/{contact_id}/erasure")
    again = await client.post(f"/contacts/{contact_id}/erasure")

    assert (first.status_code, again.status_code) == (202, 202)
    assert first.json()["finished_at"] is None
    assert (await client.get(f"/contacts/{contact_id}/erasure")).json()["contact_id"] == str(contact_id)
    assert (await client.get(f"/contacts/{contact_id}")).status_code == 404
    assert (await client.get(f"/contacts/{contact_id}/export")).status_code == 404
    assert (await client.get("/contacts")).json()["items"] == []
    assert (await client.post(f"/contacts/{uuid4()}/erasure")).status_code == 404


async def test_who_may_read_and_write_the_inbox_may_neither_export_nor_erase(
    web: Pool, number: Number, contact_id: UUID
) -> None:
    _, key = await key_of(web, number.tenant_id, scopes=[Scope.INBOX_READ, Scope.INBOX_WRITE])
    async with api(web, key=key) as client:
        path = f"/api/tenants/{number.tenant_id}/contacts/{contact_id}"
        for method, what in (("GET", "export"), ("POST", "erasure"), ("GET", "erasure")):
            refused = await client.request(method, f"{path}/{what}")
            assert (refused.status_code, refused.json()["code"]) == (403, "missing_scope")


async def test_the_document_has_also_what_is_known_of_them_beside_what_they_said(
    client: httpx.AsyncClient,
    owner: asyncpg.Connection,
    web: Pool,
    apply: Pool,
    number: Number,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(owner, web, apply, number, tmp_path)
    contact_id = await write(world)
    await fill(world, contact_id)
    about_berta = {"event": "shipped", "data": json.dumps({"to": BERTA}), "digest": b"." * 32, "actor": "cli"}
    await world.insert("notification_events", **about_berta, id="order-8")
    monkeypatch.setattr(exporting, "_AHEAD", 1)
    merged = await owner.fetchval("SELECT id FROM contacts WHERE merged_into = $1", contact_id)
    await owner.execute("UPDATE marketing_preferences SET contact_id = $1", merged)
    await owner.execute("UPDATE contact_activity SET kind = 'call'")

    told = (await client.get(f"/contacts/{contact_id}/export")).json()

    assert [one["value"] for one in told["marketing_preferences"]] == ["stop"]
    assert {one["phone"] for one in told["campaigns"]} == {f"+{PHONE}", f"+{FORMER}"}
    [event] = told["notification_events"]
    assert (event["id"], event["data"]["name"]) == ("order-7", NAME)
    assert [one["recipient"] for one in event["notifications"]] == [f"+{PHONE}"]
    [talk] = told["conversations"]
    assert [(one["kind"], one["text"]) for one in talk["revisions"]] == [("original", WORDS)]
    assert len(talk["calls"]) == 1
