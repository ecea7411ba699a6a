"""Transactions that hold several rows: whoever comes beside with the same rows waits for them, and they do not wait for each other."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from bed.appliers import drain
from bed.locks import waiting_for_a_lock
from bed.queueing import queue_texts
from bed.rows import NOW, Number, insert_conversation
from bed.webhooks import body, change, deliver, text
from curbe.infra.db import Pool
from curbe.outbound import retrying
from curbe.outbound.service import Taken

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
ANA, BEN = "34600000001", "34600000002"
HOLD = "SELECT FROM conversations WHERE id = $1 FOR NO KEY UPDATE"


async def test_a_batch_in_which_one_reacts_and_another_writes_holds_neither_while_it_waits_for_one(
    dsn: str, owner: Owner, apply: Pool, number: Number
) -> None:
    for sender in (ANA, BEN):
        await deliver(owner, body(change(number, messages=[text(f"wamid.{sender}", sender=sender)])))
        await drain(apply)
    first, last = await owner.fetch("SELECT id FROM conversations ORDER BY id")
    reacted = {"type": "reaction", "reaction": {"message_id": "wamid.of ours", "emoji": "👍"}}
    later = NOW + timedelta(minutes=1)
    batch = [text("wamid.said", sender=BEN), text("wamid.reacted", sender=ANA, at=later) | reacted]
    await deliver(owner, body(change(number, messages=batch)))

    other = await asyncpg.connect(dsn)  # as a campaign that writes to both, or somebody who assigns both
    async with other.transaction():
        await other.execute(HOLD, first["id"])
        applying = asyncio.ensure_future(drain(apply))
        await waiting_for_a_lock(owner)
        await other.execute(f"{HOLD} NOWAIT", last["id"])
    await other.close()

    await applying
    threads = await owner.fetch("SELECT unread_count, last_inbound_at FROM conversations ORDER BY id")
    assert [tuple(thread) for thread in threads] == [(1, later), (2, NOW)]


async def test_a_batch_in_which_somebody_is_reached_otherwise_holds_nobody_while_it_waits_for_another(
    dsn: str, owner: Owner, apply: Pool, number: Number
) -> None:
    """As whoever answers a campaign in Mexico is: WhatsApp names them by another form of their number than the list."""
    listed, named = "525512345678", "5215512345678"
    first, last = [await insert_conversation(owner, number, wa_id=who) for who in (ANA, listed)]
    await deliver(owner, body(change(number, messages=[text("wamid.before", sender=ANA)])))
    await drain(apply)
    batch = [text("wamid.of ana", sender=ANA), text("wamid.answer", sender=named)]
    await deliver(owner, body(change(number, messages=batch)))

    other = await asyncpg.connect(dsn)
    async with other.transaction():
        await other.execute(HOLD, first)
        applying = asyncio.ensure_future(drain(apply))
        await waiting_for_a_lock(owner)
        await other.execute(f"{HOLD} NOWAIT", last)
    await other.close()

    await applying
    threads = await owner.fetch("SELECT unread_count, contact_wa_id FROM conversations ORDER BY id")
    assert [tuple(thread) for thread in threads] == [(2, ANA), (1, named)]


async def test_whoever_sends_a_message_once_more_holds_it_no_sooner_than_its_conversation(
    dsn: str, owner: Owner, web: Pool, number: Number
) -> None:
    thread = await insert_conversation(owner, number)
    (message,) = await queue_texts(web, number, [thread])
    failed = "UPDATE messages SET failed_at = $1, failed_by = 'provider', failure_kind = 'recipient', phase = 'sending'"
    await owner.execute(failed, NOW)

    async def once_more() -> Taken:
        async with web.transaction(number.tenant_id) as tx:
            return await retrying.retry(
                tx, tenant_id=number.tenant_id, message_id=message, sender="key:1", now=NOW
            )

    other = await asyncpg.connect(dsn)  # as two conversations become one, or a status comes beside a message
    async with other.transaction():
        await other.execute(HOLD, thread)
        asking = asyncio.ensure_future(once_more())
        await waiting_for_a_lock(owner)
        await other.execute("SELECT FROM messages WHERE id = $1 FOR NO KEY UPDATE NOWAIT", message)
    await other.close()

    assert not (await asking).repeated
