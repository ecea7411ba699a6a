"""Waiting until somebody waits: what two do at once is only tested where one is held up by the other."""

import asyncio

import asyncpg


async def waiting_for_a_lock(owner: asyncpg.Connection) -> None:
    """Return once somebody waits for a row that another transaction has changed."""
    blocked = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database())"
    async with asyncio.timeout(10):
        while not await owner.fetchval(blocked):
            await asyncio.sleep(0.01)
            await owner.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction it would look once
