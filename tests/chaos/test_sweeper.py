"""The sweeper of expired leases and a sender that wakes up late: whoever comes second changes nothing that the first has settled."""

from datetime import timedelta

import asyncpg
import pytest

from bed.rows import NOW, Number, Sent, insert_sent
from curbe.inbox import outbound_messages
from curbe.inbox.outbound_messages import Settlement, Verdict
from curbe.infra.db import Pool
from curbe.outbound import store
from curbe.outbound.send import mark_expired_unknown
from curbe.outbound.store import PutBack

pytestmark = pytest.mark.anyio


async def with_expired_lease(owner: asyncpg.Connection, number: Number) -> Sent:
    """A message whose sender was paused for longer than its lease."""
    sent = await insert_sent(owner, number, phase="sending", attempt=1)
    await owner.execute(
        """INSERT INTO outbox (tenant_id, message_id, channel_connection_id, conversation_id, attempt, lease_expires_at)
           VALUES ($1, $2, $3, $4, 1, now() - interval '1 second')""",
        number.tenant_id,
        sent.id,
        number.connection_id,
        sent.conversation_id,
    )
    return sent


async def settle_as_refused_for_now(pool: Pool, sent: Sent) -> None:
    """What the sender writes when it wakes up with an answer that says: not taken, ask again later."""
    tenant_id = sent.number.tenant_id
    async with pool.transaction(tenant_id) as tx:
        settlement = Settlement(id=sent.id, attempt=1, verdict=Verdict.QUEUED, at=NOW)
        await outbound_messages.settle(tx, tenant_id=tenant_id, settlements=[settlement])
        await store.put_back(
            tx, tenant_id=tenant_id, rows=[PutBack(message_id=sent.id, pause=timedelta(), counted=True)]
        )


async def test_a_message_whose_lease_expired_becomes_unknown_and_leaves_the_outbox(
    owner: asyncpg.Connection, worker: Pool, apply: Pool, number: Number
):
    sent = await with_expired_lease(owner, number)
    async with apply.transaction() as tx:
        gone = await store.expired(tx)
    assert await mark_expired_unknown(worker, number.tenant_id, gone) == 1
    assert await owner.fetchval("SELECT status::text FROM messages WHERE id = $1", sent.id) == "unknown"
    assert await owner.fetchval("SELECT type FROM events") == "message_unknown"
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 0


async def test_nobody_hears_of_doubt_where_the_provider_has_already_told_of_the_message(
    owner: asyncpg.Connection, worker: Pool, apply: Pool, number: Number
):
    sent = await with_expired_lease(owner, number)
    await owner.execute("UPDATE messages SET delivered_at = now() WHERE id = $1", sent.id)
    async with apply.transaction() as tx:
        gone = await store.expired(tx)
    assert await mark_expired_unknown(worker, number.tenant_id, gone) == 1
    assert await owner.fetchval("SELECT status::text FROM messages WHERE id = $1", sent.id) == "delivered"
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 0
    assert await owner.fetchval("SELECT count(*) FROM events") == 0, (
        "it would be told as unknown after its delivery"
    )


async def test_a_message_put_back_between_the_sweepers_look_and_its_deed_is_still_sent(
    owner: asyncpg.Connection, worker: Pool, apply: Pool, number: Number
):
    sent = await with_expired_lease(owner, number)
    async with apply.transaction() as tx:
        gone = await store.expired(tx)
    await settle_as_refused_for_now(worker, sent)
    assert await mark_expired_unknown(worker, number.tenant_id, gone) == 0
    assert await owner.fetchval("SELECT status::text FROM messages WHERE id = $1", sent.id) == "queued"
    async with worker.transaction(number.tenant_id) as tx:
        claims = await store.claim(
            tx,
            tenant_id=number.tenant_id,
            connection_id=number.connection_id,
            most=10,
            lease=timedelta(minutes=1),
        )
    assert [claim.message_id for claim in claims] == [sent.id], "nobody would ever send it"


async def test_an_attempt_that_began_between_the_sweepers_look_and_its_deed_is_left_alone(
    owner: asyncpg.Connection, worker: Pool, apply: Pool, number: Number
):
    sent = await with_expired_lease(owner, number)
    async with apply.transaction() as tx:
        gone = await store.expired(tx)
    await settle_as_refused_for_now(worker, sent)
    async with worker.transaction(number.tenant_id) as tx:
        await store.claim(
            tx,
            tenant_id=number.tenant_id,
            connection_id=number.connection_id,
            most=10,
            lease=timedelta(minutes=1),
        )
        await outbound_messages.mark_sending(tx, tenant_id=number.tenant_id, ids=[sent.id])
    assert await mark_expired_unknown(worker, number.tenant_id, gone) == 0
    assert await owner.fetchval("SELECT status::text FROM messages WHERE id = $1", sent.id) == "sending"
    assert await owner.fetchval("SELECT attempt FROM outbox WHERE message_id = $1", sent.id) == 2
