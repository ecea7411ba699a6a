"""What is queued is sent while it is good and while it is wanted: it expires by itself, and may be taken back until somebody has begun."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from bed.rows import Number, insert_conversation, insert_message, insert_number, insert_sent
from bed.tenants import Tenant
from curbe.inbox import outbound_messages
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.outbound import store, withdrawing
from curbe.outbound.store import Claim

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
SEND = "/whatsapp/messages/send"
DIGITS = "34608684495"
CODE = {
    "type": "template",
    "to": f"+{DIGITS}",
    "template": {
        "name": "code",
        "language": {"code": "es"},
        "components": [
            {"type": "body", "parameters": [{"type": "text", "text": "123456"}]},
            {
                "type": "button",
                "sub_type": "url",
                "index": "0",
                "parameters": [{"type": "text", "text": "123456"}],
            },
        ],
    },
}


@pytest.fixture
async def number(acme: Tenant, owner: Owner) -> Number:
    return await insert_number(owner, acme.id)


@pytest.fixture
async def thread(owner: Owner, number: Number) -> UUID:
    """A conversation with somebody who has just written."""
    return await insert_conversation(owner, number, wa_id=DIGITS, last_inbound_at=utc_now())


@pytest.fixture
def claim(worker: Pool, number: Number) -> Callable[[], Awaitable[list[Claim]]]:
    """Claim what may go and mark it as being sent, as a sender does."""

    async def run() -> list[Claim]:
        async with worker.transaction(number.tenant_id) as tx:
            claims = await store.claim(
                tx,
                tenant_id=number.tenant_id,
                connection_id=number.connection_id,
                most=100,
                lease=timedelta(minutes=1),
            )
            ids = [one.message_id for one in claims]
            await outbound_messages.mark_sending(tx, tenant_id=number.tenant_id, ids=ids)
        return claims

    return run


async def queued(acme: Tenant, **more: Any) -> UUID:
    answer = await acme.post(SEND, {"to": f"+{DIGITS}", "text": "Hola", **more})
    assert answer.status_code == 202, answer.text
    return UUID(answer.json()["id"])


async def failed(owner: Owner) -> list[tuple[UUID, str]]:
    """Return which messages were told to have failed, and by what."""
    rows = await owner.fetch("SELECT data::text FROM events WHERE type = 'message_failed' ORDER BY id")
    told = [json.loads(row["data"]) for row in rows]
    return [(UUID(one["id"]), one["error"]["kind"]) for one in told]


async def time_passes(owner: Owner, message_id: UUID) -> None:
    await owner.execute("UPDATE outbox SET expires_at = now() WHERE message_id = $1", message_id)


# --- taken back


@pytest.mark.usefixtures("thread")
async def test_what_nobody_has_begun_to_send_is_taken_back_and_told_and_the_next_one_goes(
    acme: Tenant, owner: Owner, claim: Callable[[], Awaitable[list[Claim]]]
) -> None:
    unwanted, wanted = await queued(acme), await queued(acme)

    answer = await acme.post(f"/whatsapp/messages/{unwanted}/cancel")

    assert (answer.status_code, answer.json()["status"]) == (200, "failed"), answer.text
    assert answer.json()["error"]["kind"] == "cancelled"
    assert set(answer.json()["error"]["words"]) == {"en", "es", "pt"}
    assert [one.message_id for one in await claim()] == [wanted]
    assert await failed(owner) == [(unwanted, "cancelled")]
    deeds = await owner.fetch(
        "SELECT subject FROM audit_log WHERE action = 'message.cancel' AND tenant_id = $1", acme.id
    )
    assert [row["subject"] for row in deeds] == [str(unwanted)]


@pytest.mark.usefixtures("thread")
async def test_who_takes_it_back_twice_is_told_the_same_and_it_happens_once(
    acme: Tenant, owner: Owner
) -> None:
    message = await queued(acme)

    first = await acme.post(f"/whatsapp/messages/{message}/cancel")
    second = await acme.post(f"/whatsapp/messages/{message}/cancel")

    assert first.json() == second.json()
    assert len(await failed(owner)) == 1


@pytest.mark.usefixtures("thread")
async def test_what_is_being_sent_cannot_be_taken_back(
    acme: Tenant, owner: Owner, claim: Callable[[], Awaitable[list[Claim]]]
) -> None:
    message = await queued(acme)
    await claim()

    refused = await acme.post(f"/whatsapp/messages/{message}/cancel")

    assert (refused.status_code, refused.json()["message_status"]) == (409, "sending")
    assert await owner.fetchval("SELECT phase::text FROM messages WHERE id = $1", message) == "sending"
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 1


@pytest.mark.usefixtures("thread")
async def test_of_a_claim_and_a_cancel_in_the_same_moment_one_has_the_message(
    acme: Tenant, owner: Owner, claim: Callable[[], Awaitable[list[Claim]]]
) -> None:
    ended: set[str] = set()
    for _ in range(12):
        message = await queued(acme)
        claims, answer = await asyncio.gather(claim(), acme.post(f"/whatsapp/messages/{message}/cancel"))
        status = await owner.fetchval("SELECT status::text FROM messages WHERE id = $1", message)
        ended.add(status)
        assert (bool(claims), answer.status_code) == ((True, 409) if status == "sending" else (False, 200))
        await owner.execute("DELETE FROM outbox")  # whatever was claimed is not this test's to send
        await owner.execute("UPDATE messages SET phase = 'unknown' WHERE phase = 'sending'")
    assert ended <= {"sending", "failed"}


async def test_what_a_person_wrote_and_what_nobody_sent_is_not_found(
    acme: Tenant, owner: Owner, number: Number, thread: UUID
) -> None:
    inbound = await insert_message(owner, number, thread, direction="inbound", provider_message_id="wamid.1")
    for message in (inbound, uuid7()):
        assert (await acme.post(f"/whatsapp/messages/{message}/cancel")).status_code == 404


async def test_what_meta_took_is_refused_with_how_it_stands(
    acme: Tenant, owner: Owner, number: Number, thread: UUID
) -> None:
    sent = await insert_sent(owner, number, conversation_id=thread, accepted_at=utc_now())

    refused = await acme.post(f"/whatsapp/messages/{sent.id}/cancel")

    assert (refused.status_code, refused.json()["message_status"]) == (409, "accepted")


# --- expired


@pytest.mark.usefixtures("thread")
async def test_what_has_waited_for_too_long_is_not_sent_and_is_told_to_have_expired(
    acme: Tenant,
    owner: Owner,
    worker: Pool,
    apply: Pool,
    claim: Callable[[], Awaitable[list[Claim]]],
) -> None:
    old, young = await queued(acme), await queued(acme)
    await time_passes(owner, old)
    assert await claim() == [], "it is not sent, nor does another one pass it"

    await withdrawing.expire(apply, worker)

    assert await failed(owner) == [(old, "expired")]
    assert [one.message_id for one in await claim()] == [young]


@pytest.mark.usefixtures("thread")
async def test_it_expires_also_while_its_number_is_paused(
    acme: Tenant, owner: Owner, worker: Pool, apply: Pool, number: Number
) -> None:
    message = await queued(acme)
    await owner.execute(
        "UPDATE channel_connections SET status = 'error', pause_reason = 'x', paused_at = now() WHERE id = $1",
        number.connection_id,
    )
    await time_passes(owner, message)

    await withdrawing.expire(apply, worker)

    assert await failed(owner) == [(message, "expired")]
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 0


@pytest.mark.usefixtures("thread")
async def test_what_is_being_sent_does_not_expire(
    acme: Tenant,
    owner: Owner,
    worker: Pool,
    apply: Pool,
    claim: Callable[[], Awaitable[list[Claim]]],
) -> None:
    message = await queued(acme)
    await claim()
    await time_passes(owner, message)

    await withdrawing.expire(apply, worker)

    assert await failed(owner) == []


async def lifetime(owner: Owner, message_id: UUID) -> timedelta:
    return await owner.fetchval(
        "SELECT expires_at - created_at FROM outbox WHERE message_id = $1", message_id
    )


@pytest.mark.usefixtures("thread")
async def test_a_message_is_good_for_a_day_or_for_as_long_as_its_sender_says(
    acme: Tenant, owner: Owner
) -> None:
    assert await lifetime(owner, await queued(acme)) == timedelta(hours=24)
    assert await lifetime(owner, await queued(acme, ttl_seconds=90)) == timedelta(seconds=90)
    for wrong in (0, -1, 31 * 24 * 3600):
        answer = await acme.post(SEND, {"to": f"+{DIGITS}", "text": "Hola", "ttl_seconds": wrong})
        assert answer.status_code == 422


@pytest.mark.parametrize(
    ("category", "good_for"),
    [("AUTHENTICATION", timedelta(minutes=10)), ("UTILITY", timedelta(hours=24))],
)
async def test_a_code_is_good_for_ten_minutes(
    acme: Tenant, owner: Owner, number: Number, category: str, good_for: timedelta
) -> None:
    await owner.execute(
        """INSERT INTO templates (tenant_id, id, waba_id, provider_template_id, name, language, status, category)
           VALUES ($1, $2, $3, '1', 'code', 'es', 'APPROVED', $4)""",
        acme.id,
        uuid7(),
        number.waba_id,
        category,
    )
    answer = await acme.post(SEND, CODE)

    assert answer.status_code == 202, answer.text
    assert await lifetime(owner, UUID(answer.json()["id"])) == good_for
