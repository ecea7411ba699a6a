"""Meta files a campaign's template under another category while it runs: it pauses, and goes on once somebody has looked it over anew."""

import asyncpg
import pytest

from bed.campaigns import Desk
from curbe.campaigns.rules import CampaignState, Deed

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
_TO_MARKETING = "UPDATE templates SET category = 'MARKETING'"


async def test_a_template_that_becomes_marketing_pauses_its_campaign_and_empties_nothing(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await desk.campaign(300)
    await desk.look_over(campaign_id)
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()
    begun = await desk.claim(most=50)

    await owner.execute(_TO_MARKETING)
    assert await desk.claim() == [], "what is in the outbox does not go at another price"
    await desk.answer(begun)
    await desk.turns()

    seen = await desk.read(campaign_id)
    assert (seen.state, seen.reason) == (CampaignState.PAUSED, "template_category")
    assert "MARKETING" in (seen.reason_detail or "")
    figures = await desk.progress(campaign_id)
    assert (figures.accepted, figures.skipped, figures.failed) == (50, 0, 0)
    assert figures.waiting + figures.queued == 250


async def test_nobody_is_left_out_by_a_feeding_between_the_change_and_the_next_look_at_what_it_stands_on(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await desk.campaign(300)
    await desk.look_over(campaign_id)
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()
    await desk.answer(await desk.claim())

    await owner.execute(_TO_MARKETING)
    await desk.tender.turn()  # what it stands on was looked at less than a second ago

    seen = await desk.read(campaign_id)
    assert (seen.state, seen.reason) == (CampaignState.PAUSED, "template_category")
    assert (await desk.progress(campaign_id)).skipped == 0


async def test_resumed_as_it_is_it_pauses_again_and_looked_over_it_goes_on_under_the_new_category(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await desk.campaign(300)
    await desk.look_over(campaign_id)
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()
    await owner.execute(_TO_MARKETING)
    desk.anew()
    await desk.turns()

    await desk.treat(campaign_id, Deed.RESUME)
    desk.anew()
    await desk.turns()
    assert (await desk.read(campaign_id)).reason == "template_category"

    seen = await desk.look_over(campaign_id)
    assert (seen.state, seen.category, seen.stops) == (CampaignState.PAUSED, "MARKETING", [])
    assert (seen.recipients, seen.eligible, seen.refused_by) == (300, 0, {"no_consent": 300})

    await owner.execute("""INSERT INTO consent_settings (tenant_id, rules, updated_by)
                           SELECT id, '{"opt_in_needed": "never"}', 'cli' FROM tenants""")
    seen = await desk.look_over(campaign_id)
    assert (seen.recipients, seen.eligible) == (300, 300)
    await desk.treat(campaign_id, Deed.RESUME)
    desk.anew()
    for _ in range(20):
        await desk.turns()
        await desk.answer(await desk.claim())
    figures = await desk.progress(campaign_id)
    assert (figures.accepted, figures.skipped, figures.failed) == (300, 0, 0)
