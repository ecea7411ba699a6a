"""The next version's migration comes while this one works: it waits for a gap, and nobody who serves people gives way to it."""

import asyncio
import os
import sys
from pathlib import Path

import asyncpg
import pytest

from bed.installation import SETTINGS
from chaos import later
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio

_TESTS = Path(__file__).parents[1]
_COMES_TO = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'conversations'::regclass"
_CAME = "SELECT version FROM schema_migrations WHERE version = $1"


async def migrating(dsn: str, folder: Path) -> asyncio.subprocess.Process:
    """Start the next version's ``curbe migrate``, which takes messages and then conversations."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "chaos.later", str(later.make(folder)), "migrate"),
        env={**os.environ, **SETTINGS, "DATABASE_URL": dsn, "PYTHONPATH": str(_TESTS)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


async def test_of_a_migration_and_a_transaction_that_wait_for_each_other_the_migration_gives_way(
    dsn: str, owner: asyncpg.Connection, web: Pool, tmp_path: Path
) -> None:
    async with owner.transaction():
        await owner.execute("LOCK TABLE conversations IN ROW EXCLUSIVE MODE")
        process = await migrating(dsn, tmp_path)
        async with asyncio.timeout(60):
            while not await web.value(_COMES_TO):  # noqa: ASYNC110 - the server has no event for it
                await asyncio.sleep(0.02)
        assert await owner.fetchval("SELECT count(*) FROM messages") == 0

    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    assert await owner.fetchval(_CAME, later.VERSION) == later.VERSION
