"""Whom a campaign goes to is deleted once it is too old to keep: never before it is over, and never in parts before it began."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from bed.campaigns import Desk
from bed.locks import waiting_for_a_lock
from curbe.campaigns import ageing, audience, persons, report, service, store
from curbe.campaigns.audience_shapes import Listed, ListedRecipient
from curbe.campaigns.rules import CampaignState, Deed
from curbe.campaigns.store import Place
from curbe.domain.errors import Conflict, NotFound
from curbe.infra.clock import utc_now

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
WEEK = timedelta(days=7)
_LATEST = Place(datetime(9999, 1, 1, tzinfo=UTC), UUID(int=2**128 - 1))


async def aged(desk: Desk, *, before: datetime | None = None) -> int:
    """Delete what is older than a week, to the end; return how much that was."""
    count = 0
    for _ in range(10):
        async with desk.worker.transaction(desk.tenant_id) as tx:
            gone = await ageing.delete_recipients(
                tx, tenant_id=desk.tenant_id, before=before or utc_now() - WEEK, most=10
            )
        count += gone
        if not gone:
            break
    return count


async def made_long_ago(desk: Desk, owner: Owner) -> UUID:
    """Return a ready campaign to five people, all of it eight days old."""
    campaign_id = await desk.campaign(5)
    await owner.execute("UPDATE campaigns SET updated_at = now() - interval '8 days'")
    await owner.execute("UPDATE campaign_audiences SET updated_at = now() - interval '8 days'")
    return campaign_id


async def added(desk: Desk, campaign_id: UUID) -> None:
    async with desk.web.transaction(desk.tenant_id) as tx:
        listed = Listed(recipients=[ListedRecipient("+34699000001", {"nombre": "Zoe"})])
        await audience.add_list(tx, listed, tenant_id=desk.tenant_id, campaign_id=campaign_id)


async def finished(desk: Desk, owner: Owner) -> UUID:
    """Return a campaign to two people that has finished, and has failed for both."""
    campaign_id = await desk.campaign(2)
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()
    await desk.claim()
    await owner.execute(
        "UPDATE messages SET failed_at = now(), failed_by = 'curbe', failure_kind = 'throttled'"
    )
    await owner.execute("DELETE FROM outbox")
    await desk.turns()
    assert (await desk.read(campaign_id)).state is CampaignState.FINISHED
    return campaign_id


async def test_a_draft_made_long_ago_keeps_the_people_who_were_added_yesterday(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await made_long_ago(desk, owner)
    await added(desk, campaign_id)
    await owner.execute("UPDATE campaigns SET updated_at = now() - interval '8 days'")

    assert await aged(desk) == 0
    assert (await desk.progress(campaign_id)).recipients == 6


async def test_a_ready_campaign_whose_people_are_too_old_loses_all_of_them_at_once_and_is_a_draft_again(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await made_long_ago(desk, owner)

    async with desk.worker.transaction(desk.tenant_id) as tx:
        await ageing.delete_recipients(tx, tenant_id=desk.tenant_id, before=utc_now() - WEEK, most=2)

    assert (await desk.read(campaign_id)).state is CampaignState.DRAFT
    assert (await desk.progress(campaign_id)).recipients == 0


async def test_people_who_are_added_to_a_draft_whose_earlier_ones_were_too_old_stay_and_are_written_to(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await made_long_ago(desk, owner)
    await aged(desk)
    await added(desk, campaign_id)
    await desk.treat(campaign_id, Deed.LOOK_OVER)

    await aged(desk)
    await desk.treat(campaign_id, Deed.START)
    await aged(desk)
    await desk.turns()

    seen = await desk.progress(campaign_id)
    assert (seen.recipients, seen.queued) == (1, 1)


async def test_who_adds_people_to_a_draft_the_very_moment_it_is_too_old_keeps_them(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await made_long_ago(desk, owner)
    async with desk.web.transaction(desk.tenant_id) as tx:
        listed = Listed(recipients=[ListedRecipient("+34699000001", {"nombre": "Zoe"})])
        await audience.add_list(tx, listed, tenant_id=desk.tenant_id, campaign_id=campaign_id)
        deleting = asyncio.ensure_future(aged(desk))
        await waiting_for_a_lock(owner)
    await deleting

    assert await owner.fetchval("SELECT count(*) FROM campaign_recipients") == 6


async def test_a_campaign_whose_failed_people_are_tried_again_this_very_moment_keeps_them(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await finished(desk, owner)
    async with desk.web.transaction(desk.tenant_id) as tx:
        await report.try_again(
            tx, tenant_id=desk.tenant_id, campaign_id=campaign_id, actor="cli", now=desk.now
        )
        deleting = asyncio.ensure_future(aged(desk, before=utc_now() + WEEK))
        await waiting_for_a_lock(owner)
    await deleting

    assert await owner.fetchval("SELECT count(*) FROM campaign_recipients") == 2
    assert (await desk.progress(campaign_id)).waiting == 2


async def test_nobody_is_tried_again_once_the_recipients_are_too_old_to_keep(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await finished(desk, owner)
    before = await desk.progress(campaign_id)
    async with desk.worker.transaction(desk.tenant_id) as tx:
        await ageing.delete_recipients(tx, tenant_id=desk.tenant_id, before=utc_now() + WEEK, most=1)

    with pytest.raises(Conflict):
        async with desk.web.transaction(desk.tenant_id) as tx:
            await report.try_again(
                tx, tenant_id=desk.tenant_id, campaign_id=campaign_id, actor="cli", now=desk.now
            )

    await aged(desk, before=utc_now() + WEEK)
    assert await owner.fetchval("SELECT count(*) FROM campaign_recipients") == 0
    assert await desk.progress(campaign_id) == before


async def test_who_is_erased_while_what_is_too_old_goes_neither_waits_for_ever_nor_is_left(
    desk: Desk, owner: Owner
) -> None:
    """Both have to do with drafts and with whom a campaign went to: each takes the drafts first."""
    await finished(desk, owner)
    await made_long_ago(desk, owner)
    her = {"contact_ids": [], "conversation_ids": [], "phones": ["34600000001"], "names": ["34600000001"]}

    async with desk.worker.transaction(desk.tenant_id) as tx:
        await persons._HOLD.all(tx, tenant_id=desk.tenant_id)
        deleting = asyncio.ensure_future(aged(desk, before=utc_now() + WEEK))
        await waiting_for_a_lock(owner)
        erased = await persons.erase(tx, tenant_id=desk.tenant_id, **her)
    await deleting

    assert erased == 2
    assert await owner.fetchval("SELECT count(*) FROM campaign_recipients") == 0


async def test_while_a_campaigns_figures_are_counted_for_good_nobody_waits_for_it(
    desk: Desk, owner: Owner
) -> None:
    """A large one takes seconds to count: whoever had it locked meanwhile would hold up every reader of the log of events."""
    campaign_id = await finished(desk, owner)

    async with owner.transaction():
        await owner.execute("LOCK TABLE messages IN ACCESS EXCLUSIVE MODE")
        deleting = asyncio.ensure_future(aged(desk, before=utc_now() + WEEK))
        await waiting_for_a_lock(owner)  # it is counting
        await owner.execute("SELECT FROM campaigns WHERE id = $1 FOR UPDATE NOWAIT", campaign_id)
    await deleting

    assert await owner.fetchval("SELECT kept IS NOT NULL FROM campaigns")


async def test_a_draft_that_is_deleted_is_gone_from_sight_at_once_and_from_the_database_in_pieces(
    desk: Desk, owner: Owner
) -> None:
    campaign_id, kept = await desk.campaign(25), await desk.campaign(3)
    async with desk.web.transaction(desk.tenant_id) as tx:
        await service.delete(tx, tenant_id=desk.tenant_id, campaign_id=campaign_id, actor="cli")

    assert await owner.fetchval("SELECT count(*) FROM campaign_recipients") == 28, "one statement was short"
    async with desk.web.transaction(desk.tenant_id) as tx:
        page = await store.page(tx, tenant_id=desk.tenant_id, state=None, before=_LATEST, limit=10)
    assert [row.id for row in page] == [kept]
    with pytest.raises(NotFound):
        await desk.read(campaign_id)
    with pytest.raises(NotFound):
        await desk.treat(campaign_id, Deed.START)
    with pytest.raises(NotFound):
        await added(desk, campaign_id)

    pieces = []
    while not pieces or pieces[-1]:
        async with desk.worker.transaction(desk.tenant_id) as tx:
            pieces.append(
                await ageing.drop_thrown_away(tx, tenant_id=desk.tenant_id, before=utc_now(), most=10)
            )
    assert pieces == [10, 10, 5, 1, 0]
    assert await owner.fetchval("SELECT array_agg(id) FROM campaigns") == [kept]
    for table in ("campaign_audiences", "campaign_feeds"):
        assert await owner.fetchval(f"SELECT count(*) FROM {table} WHERE campaign_id <> $1", kept) == 0
    assert (await desk.progress(kept)).recipients == 3


async def test_whoever_is_erased_is_erased_out_of_a_draft_that_was_deleted(desk: Desk, owner: Owner) -> None:
    campaign_id = await desk.campaign(2)
    async with desk.web.transaction(desk.tenant_id) as tx:
        await service.delete(tx, tenant_id=desk.tenant_id, campaign_id=campaign_id, actor="cli")

    async with desk.worker.transaction(desk.tenant_id) as tx:
        await persons.erase(
            tx,
            tenant_id=desk.tenant_id,
            contact_ids=[],
            conversation_ids=[],
            phones=["34600000001"],
            names=["34600000001"],
        )

    phones = await owner.fetch("SELECT phone FROM campaign_recipients ORDER BY n")
    assert [row["phone"][-11:] for row in phones][1:] == ["34600000002"]
    assert phones[0]["phone"].startswith("0")
