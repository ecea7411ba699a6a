"""What Meta tells of a number and of people is seen where one looks: in the status, in the inbox, and in the refusal to send."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest

from bed.api import api, key_of
from bed.appliers import drain
from bed.notices import about, notice
from bed.rows import NOW, Number
from bed.webhooks import body, change, deliver, text
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio


@pytest.fixture
async def client(web: Pool, number: Number) -> AsyncIterator[httpx.AsyncClient]:
    _, key = await key_of(web, number.tenant_id)
    async with api(web, key=key) as client:
        yield client


async def shown(client: httpx.AsyncClient, number: Number) -> dict[str, Any]:
    answer = await client.get(f"/api/tenants/{number.tenant_id}/whatsapp/status")
    assert answer.status_code == 200
    (connection,) = answer.json()["connections"]
    return connection


async def test_the_status_shows_what_meta_told_and_why_a_number_is_paused(
    client: httpx.AsyncClient, owner: asyncpg.Connection, apply: Pool, number: Number
) -> None:
    before = await shown(client, number)
    banned = {
        "event": "DISABLED_UPDATE",
        "ban_info": {"waba_ban_state": "DISABLE", "waba_ban_date": "November 20, 2026"},
    }
    await deliver(owner, notice(number, "account_update", banned))
    await deliver(owner, notice(number, "account_review_update", {"decision": "REJECTED"}))
    await drain(apply)

    now = await shown(client, number)

    assert (before["health"], before["paused"], before["pause_cause"]) == ([], False, None)
    assert (now["paused"], now["status"], now["pause_cause"]) == (True, "error", "ban")
    assert now["pause_reason"] == "Meta disabled this WhatsApp Business Account (November 20, 2026)."
    assert [(fact["name"], fact["value"], fact["at"]) for fact in now["health"]] == [
        ("account_review", "REJECTED", "2026-11-20T12:00:00Z"),
        ("ban", "DISABLE", "2026-11-20T12:00:00Z"),
    ]


async def test_a_number_that_meta_paused_refuses_to_send_and_does_not_ask_for_a_new_token(
    client: httpx.AsyncClient, owner: asyncpg.Connection, apply: Pool, number: Number
) -> None:
    await deliver(owner, body(change(number, messages=[text("wamid.1", at=utc_now())])))
    await deliver(
        owner,
        notice(
            number,
            "account_update",
            {"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}},
        ),
    )
    await drain(apply)

    answer = await client.post(
        f"/api/tenants/{number.tenant_id}/whatsapp/messages/send",
        json={"to": "+34600000001", "text": "Hola"},
    )

    assert answer.json()["code"] == "connection_paused"
    assert "token" not in answer.json()["fix"]


async def test_while_meta_lets_an_account_write_to_nobody_first_a_template_is_refused_at_once_and_a_reply_goes(
    client: httpx.AsyncClient, owner: asyncpg.Connection, apply: Pool, number: Number
) -> None:
    ends = utc_now().replace(microsecond=0) + timedelta(days=1)
    restriction = {
        "restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING",
        "expiration": int(ends.timestamp()),
    }
    await deliver(owner, body(change(number, messages=[text("wamid.1", at=utc_now())])))
    told = {"event": "ACCOUNT_RESTRICTION", "restriction_info": [restriction]}
    await deliver(owner, notice(number, "account_update", told))
    await drain(apply)
    path = f"/api/tenants/{number.tenant_id}/whatsapp/messages/send"
    template = {"type": "template", "template": {"name": "hello", "language": {"code": "es"}}}

    refused = await client.post(path, json={"to": "+34600000002", **template})
    reply = await client.post(path, json={"to": "+34600000001", "text": "Hola"})
    within = await client.post(path, json={"to": "+34600000001", **template})

    assert (refused.status_code, refused.json()["code"]) == (409, "account_restricted")
    assert refused.json()["restricted_until"] == ends.isoformat().replace("+00:00", "Z")
    assert (reply.status_code, within.status_code) == (202, 202)


async def test_a_conversation_shows_what_its_person_said_of_marketing(
    client: httpx.AsyncClient, owner: asyncpg.Connection, apply: Pool, number: Number
) -> None:
    await deliver(owner, body(change(number, messages=[text("wamid.1")])))
    await drain(apply)
    path = f"/api/tenants/{number.tenant_id}/inbox/conversations?channel=whatsapp"
    (before,) = (await client.get(path)).json()["items"]
    said = {
        "wa_id": "34600000001",
        "category": "marketing_messages",
        "value": "stop",
        "timestamp": int(NOW.timestamp()),
    }
    await deliver(owner, about(number, "user_preferences", user_preferences=[said]))
    await drain(apply)

    (now,) = (await client.get(path)).json()["items"]

    assert (before["contact"]["marketing"], now["contact"]["marketing"]) == (None, "stop")


async def test_the_description_of_the_api_tells_the_type_of_a_fact(client: httpx.AsyncClient) -> None:
    schemas = (await client.get("/schema/openapi.json")).json()["components"]["schemas"]

    assert set(schemas["ShownFact"]["required"]) == {"name", "value", "detail", "until", "at"}
    assert {"health", "pause_cause", "pause_until"} <= schemas["ShownConnection"]["properties"].keys()
