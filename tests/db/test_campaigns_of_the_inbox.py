"""People of the inbox become a campaign's: however many they are, nobody else waits while they are read, and too many are refused."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest

from bed.campaigns import Desk
from bed.locks import waiting_for_a_lock
from bed.rows import insert_conversation
from curbe.campaigns import audience, persons
from curbe.campaigns.audience_shapes import Filter, Listed, ListedRecipient, Taken
from curbe.domain.errors import Conflict, InvalidRequest
from curbe.infra.clock import utc_now
from curbe.retention import erasures

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


async def test_who_is_erased_while_the_people_of_the_inbox_are_sorted_out_is_not_added(
    desk: Desk, owner: Owner
) -> None:
    her = await insert_conversation(owner, desk.number, wa_id="34600000001")
    await insert_conversation(owner, desk.number, wa_id="34600000002")
    contact_id = await owner.fetchval("SELECT contact_id FROM conversations WHERE id = $1", her)
    campaign_id = await desk.campaign(0)

    async with owner.transaction():
        await owner.execute("SELECT FROM campaigns WHERE id = $1 FOR UPDATE", campaign_id)
        adding = asyncio.ensure_future(added(desk, campaign_id))
        await waiting_for_a_lock(owner)  # it has read them both
        async with desk.web.transaction(desk.tenant_id) as tx:
            await erasures.request(
                tx, tenant_id=desk.tenant_id, contact_id=contact_id, actor="user:boss", now=utc_now()
            )
    taken = await adding

    assert (taken.row_count, taken.taken_count, taken.invalid_count) == (1, 1, 0)
    assert await owner.fetchval("SELECT array_agg(phone) FROM campaign_recipients") == ["34600000002"]
    again = await added(desk, campaign_id)
    assert (again.row_count, again.duplicate_count) == (1, 1)


async def test_who_is_erased_in_the_moment_in_which_they_are_added_is_taken_out_again(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await desk.campaign(0)
    her = Listed(recipients=[ListedRecipient("+34600000001", {"nombre": "Ana"})])

    async def erased() -> int:
        async with desk.worker.transaction(desk.tenant_id) as tx:
            return await persons.erase(
                tx,
                tenant_id=desk.tenant_id,
                contact_ids=[],
                conversation_ids=[],
                phones=["34600000001"],
                names=["34600000001"],
            )

    async with desk.web.transaction(desk.tenant_id) as tx:
        await audience.add_list(tx, her, tenant_id=desk.tenant_id, campaign_id=campaign_id)
        erasing = asyncio.ensure_future(erased())
        await waiting_for_a_lock(owner)

    assert await erasing == 1
    assert await owner.fetchval("SELECT count(*) FROM campaign_recipients WHERE phone = '34600000001'") == 0
