"""What looking a paused campaign over says of those who wait still, and what it keeps of what it knew before."""

import asyncpg
import pytest

from bed.campaigns import Desk
from curbe.campaigns.rules import CampaignState, Deed

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection


async def test_who_was_written_to_before_the_pause_leaves_no_room_to_those_who_wait(
    desk: Desk, owner: Owner
) -> None:
    await owner.execute(
        'UPDATE channel_connections SET metadata = metadata || \'{"messaging_limit": "TIER_50"}\''
    )
    campaign_id = await desk.campaign(60)
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()
    sent = await desk.claim(most=20)
    await desk.answer(sent)
    await count_of_late(owner, desk)
    await desk.treat(campaign_id, Deed.PAUSE)

    seen = await desk.look_over(campaign_id)

    assert (seen.limit.people, seen.limit.room, seen.outside_window) == (50, 30, 40)
    assert seen.over_limit == 10


async def count_of_late(owner: Owner, desk: Desk) -> None:
    """Let everybody whose message was accepted count in the number's portfolio."""
    waba = (desk.tenant_id, desk.number.waba_id)
    await owner.execute("INSERT INTO portfolios (tenant_id, portfolio) VALUES ($1, $2)", *waba)
    await owner.execute(
        """INSERT INTO portfolio_people (tenant_id, portfolio, contact_id, at)
           SELECT r.tenant_id, $2, r.contact_id, now()
             FROM campaign_recipients r
             JOIN messages m ON m.tenant_id = r.tenant_id AND m.id = r.message_id AND m.status = 'accepted'
            WHERE r.tenant_id = $1""",
        *waba,
    )


async def test_a_template_that_is_unknown_for_a_while_comes_back_to_the_category_it_was_looked_over_under(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await desk.campaign(3)
    await desk.look_over(campaign_id)
    await desk.treat(campaign_id, Deed.START)
    await desk.treat(campaign_id, Deed.PAUSE)
    await owner.execute("UPDATE templates SET status = 'DELETED'")
    seen = await desk.look_over(campaign_id)
    assert seen.category is None
    assert "template_unknown" in [stop.reason for stop in seen.stops]

    await owner.execute("UPDATE templates SET status = 'APPROVED', category = 'MARKETING'")
    await desk.treat(campaign_id, Deed.RESUME)
    await desk.turns()

    now = await desk.read(campaign_id)
    assert (now.state, now.reason) == (CampaignState.PAUSED, "template_category")


async def test_what_another_template_was_filed_under_says_nothing_of_the_one_that_is_sent_now(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await desk.campaign(3)
    await desk.look_over(campaign_id)

    await desk.refit(campaign_id, "{{nombre|amigo}}")

    assert await owner.fetchval("SELECT category FROM campaigns WHERE id = $1", campaign_id) is None
