"""Waiting until somebody waits: what two do at once is only tested where one is held up by the other."""

import asyncio

import asyncpg


async def waiting_for_a_lock(owner: asyncpg.Connection, *, many: int = 1) -> None:
    """Return once so many wait for what another transaction holds."""
    blocked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with asyncio.timeout(10):
        while await owner.fetchval(blocked) < many:
            await asyncio.sleep(0.01)
            await owner.execute("SELECT pg_stat_clear_snapshot()")  # within a transaction it would look once
