"""People of the inbox become a campaign's: however many they are, nobody else waits while they are read, and too many are refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest

from bed.campaigns import Desk
from bed.rows import insert_conversation
from curbe.campaigns import audience
from curbe.campaigns.audience_shapes import Filter, Taken
from curbe.domain.errors import Conflict, InvalidRequest

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
WAITING = """SELECT pid FROM pg_locks
              WHERE NOT granted AND relation = 'conversations'::regclass
                AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""


async def added(desk: Desk, campaign_id: UUID, **told: int) -> Taken:
    return await audience.add_filter(
        desk.web, Filter(), tenant_id=desk.tenant_id, campaign_id=campaign_id, **told
    )


@asynccontextmanager
async def while_they_are_read(
    desk: Desk, owner: Owner, campaign_id: UUID
) -> AsyncIterator[asyncio.Future[Taken]]:
    """Let the inbox answer nobody who reads it until the block ends; in it, somebody is about to read whom to add."""
    async with owner.transaction():
        await owner.execute("LOCK TABLE conversations IN ACCESS EXCLUSIVE MODE")
        adding = asyncio.ensure_future(added(desk, campaign_id))
        async with asyncio.timeout(10):
            while not await owner.fetchval(f"SELECT count(*) FROM ({WAITING}) AS w"):  # noqa: ASYNC110 - the database has no event for it
                await asyncio.sleep(0.02)
        yield adding


async def test_while_people_of_the_inbox_are_read_nobodys_events_wait_for_it(
    desk: Desk, owner: Owner
) -> None:
    await insert_conversation(owner, desk.number, wa_id="34600000001")
    campaign_id = await desk.campaign(0)

    async with while_they_are_read(desk, owner, campaign_id) as adding:
        writing = await owner.fetchval(
            f"SELECT count(*) FROM pg_locks WHERE locktype = 'transactionid' AND granted AND pid IN ({WAITING})"
        )
        assert writing == 0, "a transaction that has written holds up the log of every tenant"

    assert (await adding).taken_count == 1


async def test_who_changes_what_the_campaign_says_meanwhile_does_not_wait_and_the_people_are_not_added(
    desk: Desk, owner: Owner
) -> None:
    await insert_conversation(owner, desk.number, wa_id="34600000001")
    campaign_id = await desk.campaign(0)

    async with while_they_are_read(desk, owner, campaign_id) as adding, asyncio.timeout(5):
        await desk.refit(campaign_id, "Hola {{apellido}}")

    with pytest.raises(Conflict):
        await adding
    assert (await desk.progress(campaign_id)).recipients == 0


async def test_more_people_of_the_inbox_than_may_be_added_at_once_are_refused_and_nobody_is_added(
    desk: Desk, owner: Owner
) -> None:
    for n in range(1, 4):
        await insert_conversation(owner, desk.number, wa_id=f"3460000000{n}")
    campaign_id = await desk.campaign(0)

    with pytest.raises(InvalidRequest, match="More than 2 people"):
        await added(desk, campaign_id, most=2)
    assert (await desk.progress(campaign_id)).recipients == 0

    assert (await added(desk, campaign_id, most=3)).taken_count == 3
