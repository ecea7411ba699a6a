"""Transactions that hold several rows: whoever comes beside with the same rows waits for them, and they do not wait for each other."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

from bed.appliers import drain
from bed.locks import waiting_for_a_lock
from bed.rows import NOW, Number
from bed.webhooks import body, change, deliver, text
from curbe.infra.db import Pool

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
