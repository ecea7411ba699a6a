"""What the log says of requests: whose they were and which number they were about, and of refused webhooks whence they came."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import asyncpg
import httpx
import pytest
import structlog

from bed.intake import Intake, receiving
from bed.logs import logged
from bed.rows import Number, insert_conversation, insert_number
from bed.tenants import Tenant
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.ingest.receive import LARGEST_BODY

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
PERSON = "34600000001"


@pytest.fixture
async def number(owner: Owner, acme: Tenant) -> Number:
    number = await insert_number(owner, acme.id)
    await insert_conversation(owner, number, wa_id=PERSON, last_inbound_at=utc_now() - timedelta(minutes=1))
    structlog.contextvars.clear_contextvars()
    return number


@pytest.fixture
async def address(intake: Pool) -> AsyncIterator[Intake]:
    async with receiving(intake) as found:
        yield found


async def ask(client: httpx.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
    with logged() as lines:
        await client.post(path, json=body)
    structlog.contextvars.clear_contextvars()
    return next(line for line in lines if line["event"] == "request")


async def test_a_message_that_is_sent_is_logged_with_its_tenant_and_its_number(
    acme: Tenant, number: Number
) -> None:
    mine = {"tenant_id": str(acme.id), "phone_number_id": number.phone_number_id}
    text = {"type": "text", "text": {"body": "a secret"}}

    path = f"/api/tenants/{acme.id}/whatsapp/messages/send"
    sent = await ask(acme.client, path, {"to": f"+{PERSON}", **text})
    refused = await ask(acme.client, path, {"to": "+34600000002", **text})
    direct = await ask(acme.client, "/send_text_direct", {"phone": f"+{PERSON}", "text": "a secret"})

    assert sent.items() >= {**mine, "status": "202"}.items()
    assert refused.items() >= {**mine, "status": "409", "code": "window_closed"}.items()
    assert direct.items() >= {**mine, "status": "202"}.items()
    assert "secret" not in f"{sent}{refused}{direct}"


async def test_every_kind_of_refused_webhook_says_why_and_whence(address: Intake) -> None:
    with logged() as lines:
        await address.ask("POST", b"{}", headers={"Content-Length": str(LARGEST_BODY + 1)})
        await address.ask("POST", b"{}", headers={"Content-Encoding": "gzip"})
        await address.ask("POST", b"{}")
        await address.ask("GET", query="hub.mode=subscribe&hub.verify_token=canary&hub.challenge=1")

    told = [(line["reason"], line["client"]) for line in lines if line["event"] == "webhook_refused"]
    assert [reason for reason, _ in told] == ["too_large", "encoded", "no_signature", "wrong_verify_token"]
    assert all(client for _, client in told)
    assert "canary" not in str(lines)


async def test_who_floods_the_webhooks_address_fills_no_disk_with_lines(address: Intake) -> None:
    with logged() as lines:
        for _ in range(200):
            await address.ask("POST", b"{}", headers={"Content-Encoding": "gzip"})

    assert 60 <= len([line for line in lines if line["event"] == "webhook_refused"]) < 90
