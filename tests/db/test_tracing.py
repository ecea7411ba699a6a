"""An operator who is asked where a message is finds it by either of its ids, and why it waits."""

from datetime import timedelta
from uuid import uuid4

import asyncpg
import pytest

from bed.appliers import drain
from bed.rows import Number, Sent, insert_number, insert_sent
from bed.webhooks import body, change, deliver, status, text
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.operate.tracing import trace, why_it_waits

pytestmark = pytest.mark.anyio

WAMID = "wamid.HBgLMzQ2MDA+/w=="  # with what Meta's JSON may escape


async def queued(owner: asyncpg.Connection, number: Number) -> Sent:
    sent = await insert_sent(owner, number, phase="queued", attempt=0)
    await owner.execute(
        "INSERT INTO outbox (tenant_id, message_id, channel_connection_id, conversation_id) VALUES ($1, $2, $3, $4)",
        number.tenant_id,
        sent.id,
        number.connection_id,
        sent.conversation_id,
    )
    return sent


async def reason(dsn: str, sent: Sent) -> str | None:
    (found,) = (await trace(dsn, str(sent.id), since=None)).messages
    return why_it_waits(found)


async def test_a_message_is_found_by_our_id_and_by_metas(
    dsn: str, owner: asyncpg.Connection, number: Number
) -> None:
    sent = await insert_sent(owner, number, provider_message_id=WAMID)

    by_ours, by_metas = await trace(dsn, str(sent.id), since=None), await trace(dsn, WAMID, since=None)

    assert [one.id for one in by_ours.messages] == [one.id for one in by_metas.messages] == [sent.id]
    assert by_ours.messages[0].tenant_id == number.tenant_id
    assert why_it_waits(by_ours.messages[0]) is None
    assert by_ours.webhooks is None, "the log is searched on request, or where nobody has the message"


async def test_one_name_may_be_a_message_on_each_of_two_numbers(
    dsn: str, owner: asyncpg.Connection, number: Number
) -> None:
    other = await insert_number(owner)
    await insert_sent(owner, number, provider_message_id=WAMID)
    await insert_sent(owner, other, provider_message_id=WAMID)

    found = await trace(dsn, WAMID, since=None)

    assert {one.tenant_id for one in found.messages} == {number.tenant_id, other.tenant_id}


async def test_what_waits_says_what_stops_it(dsn: str, owner: asyncpg.Connection, number: Number) -> None:
    sent = await queued(owner, number)
    stops = {
        "it may go": "SELECT 1",
        "it may go from": "UPDATE outbox SET available_at = now() + interval '1 hour', waits = 'time'",
        "its campaign is paused": "UPDATE outbox SET available_at = 'infinity', waits = 'time'",
        "it is night": "UPDATE outbox SET put_off = 'quiet'",
        "the portfolio's limit": "UPDATE outbox SET put_off = 'room'",
        "another message": "UPDATE outbox SET put_off = NULL, waits = 'turn'",
        "its number is paused: token": "UPDATE channel_connections SET pause_reason = 'token_refused', paused_at = now()",
        "its tenant is suspended": "UPDATE tenants SET suspended_at = now()",
        "it is being sent": "UPDATE outbox SET lease_expires_at = now() + interval '1 minute'",
        "its sender is gone": "UPDATE outbox SET lease_expires_at = now() - interval '1 second'",
    }

    for begins, deed in stops.items():
        await owner.execute(deed)
        assert (await reason(dsn, sent) or "").startswith(begins)


async def test_a_message_that_no_tenant_has_is_looked_for_in_the_webhooks_and_in_what_was_set_aside(
    dsn: str, owner: asyncpg.Connection, apply: Pool
) -> None:
    await deliver(owner, body(change("399999999999999", messages=[text(WAMID)])).replace(b"/", rb"\/"))
    waiting = await trace(dsn, WAMID, since=None)
    await drain(apply)

    applied = await trace(dsn, WAMID, since=None)

    assert [(one.applied, one.kind) for one in waiting.webhooks or ()] == [(False, None)]
    assert [(one.applied, one.kind) for one in applied.webhooks or ()] == [(True, "unrouted")]
    assert applied.messages == []


async def test_who_asks_for_the_log_gets_the_webhooks_of_a_message_that_is_there(
    dsn: str, owner: asyncpg.Connection, number: Number, apply: Pool
) -> None:
    await deliver(owner, body(change(number, messages=[text(WAMID)])))
    await deliver(owner, body(change(number, messages=[text("wamid.another")])))
    await drain(apply)

    found = await trace(dsn, WAMID, since=utc_now() - timedelta(hours=1))

    assert [one.direction for one in found.messages] == ["inbound"]
    assert [(one.applied, one.kind) for one in found.webhooks or ()] == [(True, None)]


async def test_statuses_that_wait_for_their_message_are_told(
    dsn: str, owner: asyncpg.Connection, number: Number, apply: Pool
) -> None:
    await deliver(owner, body(change(number, statuses=[status(WAMID, "sent")])))
    await drain(apply)

    found = await trace(dsn, WAMID, since=None)

    assert [(one.tenant_id, one.status) for one in found.parked] == [(number.tenant_id, "sent")]


async def test_of_what_never_came_nothing_is_said(dsn: str) -> None:
    found = await trace(dsn, str(uuid4()), since=None)

    assert (found.messages, found.parked, found.webhooks) == ([], [], [])
