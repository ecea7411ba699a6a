"""Two changes that wait for each other: PostgreSQL ends one of them, and whoever asked for that one hears that it may ask again."""

import asyncio

import asyncpg
import pytest

from bed.inbox import Inbox
from bed.locks import waiting_for_a_lock
from bed.rows import insert_number
from bed.tenants import Tenant

pytestmark = pytest.mark.anyio

HOLD = "SELECT FROM conversations WHERE id = $1 FOR NO KEY UPDATE"
CHANCES = 10  # whoever waited first gives way, unless this machine stood still for a second


async def test_who_gave_way_to_another_is_told_when_to_come_back(
    dsn: str, acme: Tenant, owner: asyncpg.Connection
) -> None:
    inbox = Inbox(owner, await insert_number(owner, acme.id))
    first, last = sorted([await inbox.conversation(), await inbox.conversation()])
    other = await asyncpg.connect(dsn)
    await other.execute("SET deadlock_timeout = '3s'")

    for _ in range(CHANCES):
        async with other.transaction():
            await other.execute(HOLD, last)
            change = {"ids": [str(first), str(last)], "change": {"state": "resolved"}}
            asked = asyncio.ensure_future(acme.post("/inbox/conversations/bulk", json=change))
            await waiting_for_a_lock(owner)
            try:
                await other.execute(HOLD, first)
            except asyncpg.DeadlockDetectedError:
                await asyncio.sleep(0)
        answer = await asked
        if answer.status_code != 200:
            break
    await other.close()

    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert answer.headers["Retry-After"] == "2"
    states = await owner.fetch("SELECT DISTINCT state::text FROM conversations")
    assert [row["state"] for row in states] == ["open"]
