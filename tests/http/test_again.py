"""Sending once more, and not sending in ignorance: a retry is one message however often it is asked for, a stale answer is none."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest

from bed.rows import Number, insert_conversation, insert_message, insert_number, insert_sent
from bed.tenants import Tenant
from bed.users import insert_member, signed_in
from curbe.infra.clock import utc_now

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
SEND = "/whatsapp/messages/send"
TEXT = '{"type": "text", "text": {"body": "Hola Lucía", "preview_url": false}}'


@pytest.fixture
async def number(acme: Tenant, owner: Owner) -> Number:
    return await insert_number(owner, acme.id)


@pytest.fixture
async def thread(owner: Owner, number: Number) -> UUID:
    """A conversation with somebody who has just written."""
    return await insert_conversation(owner, number, last_inbound_at=utc_now())


async def insert_text(owner: Owner, number: Number, thread: UUID, **facts: Any) -> UUID:
    """Insert an outbound text, with these facts known of it."""
    sent = await insert_sent(owner, number, conversation_id=thread)
    columns = {"text": "Hola Lucía", "payload": TEXT, "reply_to": "wamid.0", **facts}
    changes = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, start=2))
    await owner.execute(f"UPDATE messages SET {changes} WHERE id = $1", sent.id, *columns.values())
    return sent.id


FAILED = {"failed_at": utc_now(), "failed_by": "provider", "failure_kind": "throttled", "error_code": 131056}
UNKNOWN = {"phase": "unknown"}


@pytest.mark.parametrize(("way", "facts"), [("retry", FAILED), ("send-again", UNKNOWN)])
async def test_what_failed_or_is_unknown_is_sent_once_more_as_a_message_of_its_own(
    acme: Tenant, owner: Owner, number: Number, thread: UUID, way: str, facts: dict
) -> None:
    original = await insert_text(owner, number, thread, **facts)

    first = await acme.post(f"/whatsapp/messages/{original}/{way}")
    second = await acme.post(f"/whatsapp/messages/{original}/{way}")

    assert (first.status_code, first.json()["status"]) == (202, "queued")
    assert second.json() == first.json()
    again = UUID(first.json()["id"])
    assert again != original
    shown = (await acme.get(f"/inbox/conversations/{thread}/messages")).json()["items"]
    told = {UUID(message["id"]): message for message in shown}
    assert told[again]["retry_of"] == str(original)
    assert told[original]["retried_by"] == str(again)
    assert (told[again]["text"], told[again]["reply_to"]) == ("Hola Lucía", "wamid.0")
    assert told[again]["payload"] == told[original]["payload"]
    assert told[again]["sender"].startswith("key:")
    assert await owner.fetch("SELECT message_id FROM outbox") == [(again,)]
    queued = await owner.fetchval("SELECT data::text FROM events WHERE type = 'message_queued'")
    assert f'"retry_of":"{original}"' in queued


async def test_two_who_retry_at_the_same_time_send_one(
    acme: Tenant, owner: Owner, number: Number, thread: UUID
) -> None:
    original = await insert_text(owner, number, thread, **FAILED)

    answers = await asyncio.gather(*(acme.post(f"/whatsapp/messages/{original}/retry") for _ in range(5)))

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 1


NOT_SENT_AGAIN = [
    ("retry", UNKNOWN, "unknown"),
    ("retry", {"phase": "queued"}, "queued"),
    ("retry", {**FAILED, "delivered_at": utc_now()}, "delivered"),
    ("send-again", FAILED, "failed"),
    ("send-again", {"sent_at": utc_now()}, "sent"),
    ("retry", {**FAILED, "phase": "elsewhere"}, "failed"),
]


async def test_nothing_else_is_sent_once_more(
    acme: Tenant, owner: Owner, number: Number, thread: UUID
) -> None:
    for way, facts, status in NOT_SENT_AGAIN:
        original = await insert_text(owner, number, thread, **facts)

        refused = await acme.post(f"/whatsapp/messages/{original}/{way}")

        told = refused.json()
        assert (refused.status_code, told["code"], told["message_status"]) == (409, "conflict", status), (
            way,
            facts,
        )
        assert await owner.fetchval("SELECT count(*) FROM outbox") == 0, (way, facts)


def refused_by_meta(code: int, *, ago: timedelta) -> dict[str, Any]:
    return {**FAILED, "failed_at": utc_now() - ago, "failure_kind": "recipient", "error_code": code}


async def test_whom_meta_keeps_from_more_marketing_gets_it_a_day_later_and_not_before(
    acme: Tenant, owner: Owner, number: Number, thread: UUID
) -> None:
    fresh = await insert_text(owner, number, thread, **refused_by_meta(131049, ago=timedelta(hours=23)))
    old = await insert_text(owner, number, thread, **refused_by_meta(131049, ago=timedelta(hours=25)))

    early = await acme.post(f"/whatsapp/messages/{fresh}/retry")
    later = await acme.post(f"/whatsapp/messages/{old}/retry")

    told = early.json()
    assert (early.status_code, told["code"], told["error_code"]) == (409, "conflict", 131049)
    assert 3_500 < int(early.headers["Retry-After"]) <= 3_600
    assert told["retry_at"] in told["detail"]
    assert set(told["words"]) == set(told["ways_out"]) == {"en", "es", "pt"}
    assert later.status_code == 202


async def test_a_clock_of_metas_that_is_ahead_keeps_nobody_from_a_retry(
    acme: Tenant, owner: Owner, number: Number, thread: UUID
) -> None:
    ahead = timedelta(hours=-2)
    undelivered = await insert_text(owner, number, thread, **refused_by_meta(131026, ago=ahead))
    enough = await insert_text(owner, number, thread, **refused_by_meta(131049, ago=ahead))

    again = await acme.post(f"/whatsapp/messages/{undelivered}/retry")
    early = await acme.post(f"/whatsapp/messages/{enough}/retry")

    assert again.status_code == 202
    assert int(early.headers["Retry-After"]) <= 24 * 3600


async def test_a_template_that_a_person_does_not_get_as_an_experiment_is_never_sent_to_them_again(
    acme: Tenant, owner: Owner, number: Number, thread: UUID
) -> None:
    original = await insert_text(owner, number, thread, **refused_by_meta(130472, ago=timedelta(days=40)))

    refused = await acme.post(f"/whatsapp/messages/{original}/retry")

    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")
    assert "retry_at" not in refused.json()


async def test_a_retry_passes_the_gate_again(acme: Tenant, owner: Owner, number: Number) -> None:
    closed = await insert_conversation(owner, number, last_inbound_at=utc_now() - timedelta(hours=25))
    original = await insert_text(owner, number, closed, **FAILED)

    refused = await acme.post(f"/whatsapp/messages/{original}/retry")

    assert (refused.status_code, refused.json()["code"]) == (409, "window_closed")
    assert await owner.fetchval("SELECT count(*) FROM messages") == 1


async def test_what_a_person_wrote_is_not_sent(
    acme: Tenant, owner: Owner, number: Number, thread: UUID
) -> None:
    inbound = await insert_message(owner, number, thread, direction="inbound", provider_message_id="wamid.1")

    assert (await acme.post(f"/whatsapp/messages/{inbound}/retry")).status_code == 404


# --- answers that would be stale


async def question(owner: Owner, number: Number, thread: UUID) -> UUID:
    return await insert_message(
        owner,
        number,
        thread,
        direction="inbound",
        provider_message_id=f"wamid.{uuid4()}",
        created_at=utc_now() - timedelta(minutes=1),
    )


async def test_an_answer_is_sent_where_only_an_away_message_went_since(
    acme: Tenant, owner: Owner, number: Number, thread: UUID
) -> None:
    seen = await question(owner, number, thread)
    await insert_message(
        owner, number, thread, direction="outbound", phase="queued", sender="system:automations"
    )

    sent = await acme.post(
        "/whatsapp/messages/send",
        {"conversation_id": str(thread), "text": "Sí", "seen_message_id": str(seen)},
    )

    assert sent.status_code == 202, sent.text


async def test_an_answer_is_not_sent_where_a_colleague_has_answered_since(
    acme: Tenant, owner: Owner, number: Number, thread: UUID, operator: httpx.AsyncClient
) -> None:
    bea, carl = [
        await signed_in(operator, await insert_member(owner, acme.id, name=name)) for name in ("Bea", "Carl")
    ]
    seen = await question(owner, number, thread)
    answer = {"conversation_id": str(thread), "text": "Sí", "seen_message_id": str(seen)}

    first = await bea.post(acme.path + SEND, json=answer)
    refused = await carl.post(acme.path + SEND, json={**answer, "text": "No"})
    hers = await bea.post(acme.path + SEND, json={**answer, "text": "Claro"})
    knowing = await carl.post(acme.path + SEND, json={**answer, "seen_message_id": hers.json()["id"]})
    anyway = await carl.post(
        acme.path + SEND, json={name: value for name, value in answer.items() if name != "seen_message_id"}
    )

    assert first.status_code == 202
    assert (refused.status_code, refused.json()["code"]) == (409, "answered_meanwhile")
    assert refused.json()["message_id"] == first.json()["id"]
    assert refused.json()["sender"].startswith("user:")
    assert refused.json()["created_at"].endswith("Z")
    assert [answer.status_code for answer in (hers, knowing, anyway)] == [202, 202, 202]


async def test_an_answer_from_the_phone_app_counts_and_one_that_failed_does_not(
    acme: Tenant, owner: Owner, number: Number, thread: UUID
) -> None:
    seen = await question(owner, number, thread)
    answer = {"conversation_id": str(thread), "text": "Sí", "seen_message_id": str(seen)}
    await insert_message(
        owner,
        number,
        thread,
        direction="outbound",
        phase="queued",
        sender="user:1",
        failed_at=utc_now(),
        failed_by="curbe",
        failure_kind="recipient",
    )
    assert (await acme.post(SEND, answer)).status_code == 202

    await insert_message(
        owner, number, thread, direction="outbound", phase="elsewhere", sender="app", sent_at=utc_now()
    )
    refused = await acme.post(SEND, answer)

    assert (refused.json()["code"], refused.json()["sender"]) == ("answered_meanwhile", "app")


async def test_of_two_who_answer_in_the_same_moment_one_is_asked_first(
    acme: Tenant, owner: Owner, number: Number, thread: UUID, operator: httpx.AsyncClient
) -> None:
    people = [await signed_in(operator, await insert_member(owner, acme.id)) for _ in range(4)]
    seen = await question(owner, number, thread)
    answer = {"conversation_id": str(thread), "text": "Sí", "seen_message_id": str(seen)}

    answers = await asyncio.gather(*(person.post(acme.path + SEND, json=answer) for person in people))

    assert sorted(answer.status_code for answer in answers) == [202, 409, 409, 409]


async def test_the_same_request_with_its_key_gets_its_answer_again_whatever_came_since(
    acme: Tenant, owner: Owner, number: Number, thread: UUID
) -> None:
    seen = await question(owner, number, thread)
    answer = {"conversation_id": str(thread), "text": "Sí", "seen_message_id": str(seen)}
    headers = {"Idempotency-Key": "one"}
    first = await acme.post(SEND, answer, headers=headers)
    await insert_message(
        owner, number, thread, direction="outbound", phase="elsewhere", sender="app", sent_at=utc_now()
    )

    again = await acme.post(SEND, answer, headers=headers)

    assert again.json()["id"] == first.json()["id"]


async def test_a_message_of_another_conversation_was_not_seen_in_this_one(
    acme: Tenant, owner: Owner, number: Number, thread: UUID
) -> None:
    elsewhere = await question(owner, number, await insert_conversation(owner, number, wa_id="34600000009"))

    for seen in (elsewhere, uuid4()):
        answer = {"conversation_id": str(thread), "text": "Sí", "seen_message_id": str(seen)}
        refused = await acme.post(SEND, answer)
        assert (refused.status_code, refused.json()["field"]) == (422, "seen_message_id")
