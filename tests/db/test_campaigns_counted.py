"""What a campaign came to: charged is what was delivered, and its report outlives the messages that it was counted over."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from bed.campaigns import Desk
from bed.clocks import stopped_at
from curbe.campaigns import ageing, report
from curbe.campaigns.report import Report
from curbe.campaigns.rules import CampaignState, Deed
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.jobs import NewJob, Runner, defer
from curbe.media.storage import LocalStorage
from curbe.pricing import rates
from curbe.retention.service import PURGE, Purger

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
WEEK = timedelta(days=7)
PRICE = '{"billable": true, "pricing_model": "PMP", "type": "%s", "category": "utility"}'


async def sent(desk: Desk, owner: Owner, *, people: int) -> tuple[UUID, list[UUID]]:
    """Return a campaign that Meta has taken and told the price of, for each of its people; and its messages, in their order."""
    campaign_id = await desk.campaign(people)
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()
    await desk.answer(await desk.claim())
    await owner.execute("UPDATE messages SET sent_at = now(), pricing = $1", PRICE % "regular")
    await desk.turns()
    assert (await desk.read(campaign_id)).state is CampaignState.FINISHED
    rows = await owner.fetch("SELECT message_id FROM campaign_recipients ORDER BY n")
    return campaign_id, [row["message_id"] for row in rows]


async def sums(desk: Desk, campaign_id: UUID) -> Report:
    async with desk.web.transaction(desk.tenant_id) as tx:
        return await report.sums(tx, tenant_id=desk.tenant_id, campaign_id=campaign_id)


async def costs(desk: Desk, campaign_id: UUID) -> list[Decimal | None]:
    """Return what each of its people cost."""
    async with desk.web.transaction(desk.tenant_id) as tx:
        page = await report.page(
            tx, tenant_id=desk.tenant_id, campaign_id=campaign_id, outcome=None, after=0, limit=100
        )
    return [one.cost for one in page]


async def keep_figures(desk: Desk, *, before: datetime) -> int:
    async with desk.worker.transaction(desk.tenant_id) as tx:
        return await ageing.keep_figures(tx, tenant_id=desk.tenant_id, before=before, most=10)


async def test_what_was_taken_and_never_arrived_costs_nothing(desk: Desk, owner: Owner) -> None:
    """Meta tells the price of a message as it takes it, and charges what is delivered."""
    each = rates.card().rate(category="utility", country="ES")
    campaign_id, (arrived, _, refused) = await sent(desk, owner, people=3)
    assert (await sums(desk, campaign_id)).cost.amount == 0
    assert await costs(desk, campaign_id) == [None, None, None]

    await owner.execute("UPDATE messages SET delivered_at = now() WHERE id = $1", arrived)
    await owner.execute(
        "UPDATE messages SET failed_at = now(), failed_by = 'provider', failure_kind = 'recipient', error_code = 131026 WHERE id = $1",
        refused,
    )

    told = await sums(desk, campaign_id)
    assert (told.cost.amount, told.cost.unpriced, told.free) == (each, 0, 0)
    assert await costs(desk, campaign_id) == [each, None, None]


async def test_what_arrived_without_a_price_is_told_apart_and_a_free_type_to_come_costs_nothing(
    desk: Desk, owner: Owner
) -> None:
    campaign_id, (untold, free) = await sent(desk, owner, people=2)
    await owner.execute("UPDATE messages SET delivered_at = now(), pricing = NULL WHERE id = $1", untold)
    await owner.execute(
        "UPDATE messages SET delivered_at = now(), pricing = $2 WHERE id = $1",
        free,
        PRICE % "free_of_a_month",
    )

    told = await sums(desk, campaign_id)

    assert (told.cost.amount, told.cost.unpriced, told.free) == (0, 1, 1)
    assert await costs(desk, campaign_id) == [None, 0]


async def answered(owner: Owner, message_id: UUID) -> None:
    """Let a message have been read and answered."""
    await owner.execute("UPDATE messages SET delivered_at = now(), read_at = now() WHERE id = $1", message_id)
    await owner.execute(
        """INSERT INTO messages (tenant_id, id, channel_connection_id, conversation_id, direction, provider_message_id, type, text, payload,
                                 created_at)
           SELECT tenant_id, $2, channel_connection_id, conversation_id, 'inbound', 'wamid.in', 'text', 'Sí', '{}', now()
             FROM messages WHERE id = $1""",
        message_id, uuid7(),
    )  # fmt: skip


async def test_a_report_stays_what_it_was_once_the_messages_it_was_counted_over_are_too_old(
    desk: Desk, owner: Owner
) -> None:
    campaign_id, (first, *_) = await sent(desk, owner, people=3)
    await answered(owner, first)
    before = await sums(desk, campaign_id)
    assert (before.replied, before.cost.amount > 0, before.progress.read) == (1, True, 1)

    async with desk.worker.transaction(desk.tenant_id) as tx:
        await ageing.delete_recipients(tx, tenant_id=desk.tenant_id, before=utc_now() + WEEK, most=10)
    await owner.execute("DELETE FROM messages")

    assert await sums(desk, campaign_id) == before
    assert await desk.progress(campaign_id) == before.progress


async def test_a_campaigns_figures_are_kept_as_soon_as_its_first_messages_are_too_old_and_its_people_later(
    desk: Desk, owner: Owner
) -> None:
    campaign_id, (first, *_) = await sent(desk, owner, people=3)
    await answered(owner, first)
    before = await sums(desk, campaign_id)
    begun = "started_at = now() - interval '8 days'"
    await owner.execute(f"UPDATE campaigns SET {begun}, ended_at = now() - interval '1 day'")
    assert await keep_figures(desk, before=utc_now() - WEEK) == 0, "much is still told of it"
    await owner.execute(f"UPDATE campaigns SET {begun}, ended_at = now() - interval '6 days'")

    assert await keep_figures(desk, before=utc_now() - WEEK) == 1
    async with desk.worker.transaction(desk.tenant_id) as tx:
        assert not await ageing.delete_recipients(
            tx, tenant_id=desk.tenant_id, before=utc_now() - WEEK, most=10
        )
    await owner.execute("DELETE FROM messages")

    assert await sums(desk, campaign_id) == before
    assert len(await costs(desk, campaign_id)) == 3


async def test_while_a_campaign_runs_for_longer_than_its_messages_are_kept_its_figures_stay_what_they_were(
    desk: Desk, owner: Owner, apply: Pool, tmp_path: Path
) -> None:
    campaign_id, (first, second, third) = await sent(desk, owner, people=3)
    await answered(owner, first)
    failed = "failed_at = now(), failed_by = 'provider'"
    await owner.execute(f"UPDATE messages SET {failed}, failure_kind = 'cancelled' WHERE id = $1", second)
    await owner.execute(f"UPDATE messages SET {failed}, failure_kind = 'recipient' WHERE id = $1", third)
    await owner.execute("UPDATE messages SET created_at = now() - interval '8 days'")
    await owner.execute("UPDATE campaigns SET state = 'paused', ended_at = NULL")
    await owner.execute("UPDATE tenants SET retention_days = 7")
    before = await desk.progress(campaign_id)
    assert (before.read, before.cancelled, before.failed) == (1, 1, 1)

    purger = Purger(desk.worker, storage=LocalStorage(tmp_path), now=stopped_at(utc_now()))
    runner = Runner(
        everybody=apply, pool=desk.worker, handlers={PURGE: purger}, at_once=1, lease=timedelta(minutes=5)
    )
    async with desk.worker.transaction(desk.tenant_id) as tx:
        await defer(tx, [NewJob(desk.tenant_id, PURGE, desk.tenant_id)])
    while await runner.run_due():
        pass

    assert await owner.fetchval("SELECT count(*) FROM messages") == 0
    assert await desk.progress(campaign_id) == before
