"""The webhook log's days are made and dropped beside whatever reads the log for long, as a dump does: nobody waits for that."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from curbe.infra.db import Pool
from curbe.infra.migrate import migrate

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
DAYS = 8  # today and seven more


@pytest.fixture
async def dump(dsn: str, owner: Owner) -> AsyncIterator[Owner]:
    """Holds what pg_dump holds until it has ended, of a log that lacks its last day."""
    await owner.execute(
        "DO $$ BEGIN EXECUTE 'DROP TABLE webhook_events_' || to_char((now() AT TIME ZONE 'UTC')::date + 7, 'YYYYMMDD'); END $$"
    )
    connection = await asyncpg.connect(dsn)
    await connection.execute("BEGIN; LOCK TABLE webhook_events IN ACCESS SHARE MODE")
    yield connection
    await connection.close()


async def days(owner: Owner) -> int:
    return await owner.fetchval(
        "SELECT count(*) FROM pg_inherits WHERE inhparent = 'webhook_events'::regclass AND inhrelid::regclass::text ~ '[0-9]{8}$'"
    )


async def test_a_day_that_a_dump_holds_up_is_given_up_within_moments_and_made_later(
    owner: Owner, worker: Pool, dump: Owner
) -> None:
    async with asyncio.timeout(5):
        with pytest.raises(asyncpg.LockNotAvailableError):
            await worker.execute("SELECT keep_webhook_partitions(7, 30)")
        await owner.execute("INSERT INTO webhook_events (meta_app_id, body) VALUES ('1', '')")
    await dump.execute("ROLLBACK")
    await worker.execute("SELECT keep_webhook_partitions(7, 30)")

    assert await days(owner) == DAYS


@pytest.mark.usefixtures("dump")
async def test_migrating_waits_for_no_dump(dsn: str, owner: Owner) -> None:
    async with asyncio.timeout(5):
        assert await migrate(dsn) == []

    assert await days(owner) == DAYS - 1
