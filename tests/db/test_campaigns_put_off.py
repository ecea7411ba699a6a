"""What keeps a campaign's message from going now, and is nobody's fault: it is not lost, and whoever asks is told what it waits for."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from bed.campaigns import NOON, Desk
from curbe.campaigns import report
from curbe.campaigns.progress import RecipientOutcome
from curbe.campaigns.report import Recipient
from curbe.campaigns.rules import CampaignState, Deed
from curbe.campaigns.shapes import QuietHours
from curbe.inbox.outbound_messages import Settlement, Verdict
from curbe.infra.clock import utc_now
from curbe.outbound import store as outbox
from curbe.outbound.attempt import Attempted
from curbe.outbound.rules import Next
from curbe.outbound.settle import Settler
from curbe.outbound.store import PutOff

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
LEASE = timedelta(seconds=60)


async def due_now(owner: Owner) -> None:
    """Let the moment have come that messages were told to wait for."""
    await owner.execute("UPDATE outbox SET available_at = now() - interval '1 second' WHERE waits = 'time'")


async def in_state(desk: Desk, campaign_id: UUID, outcome: RecipientOutcome | None) -> list[Recipient]:
    """Return the campaign's recipients who stand there."""
    async with desk.web.transaction(desk.tenant_id) as tx:
        where = {"tenant_id": desk.tenant_id, "campaign_id": campaign_id}
        return await report.page(tx, **where, outcome=outcome, after=0, limit=100)


async def settle(desk: Desk, *settlements: Settlement) -> None:
    """Write down what came of attempts, as a sender does."""
    settler = Settler(desk.worker, tenant_id=desk.tenant_id, connection_id=desk.number.connection_id)
    for one in settlements:
        following = Next(verdict=one.verdict) if one.verdict is Verdict.FAILED else None
        settler.add(Attempted(settlement=one, put_back=None, next=following, failure=None, sealed_token=""))
    settler.stop()
    await settler.run()


async def running(desk: Desk, people: int, **told: object) -> UUID:
    """Return a campaign all of whose messages wait to be sent."""
    campaign_id = await desk.campaign(people, **told)
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()
    assert (await desk.progress(campaign_id)).queued == people
    return campaign_id


async def test_whose_night_begins_while_their_message_is_queued_gets_it_in_the_morning(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await running(desk, 4, quiet_hours=QuietHours(start="21:00", end="09:00"))

    desk.now = NOON + timedelta(hours=9)  # 22:00 in Madrid
    assert await desk.claim() == []
    seen = await desk.progress(campaign_id)
    assert (seen.waiting, seen.queued, seen.failed) == (4, 0, 0)
    morning = datetime(2026, 11, 29, 8, 0, tzinfo=UTC)
    (pause,) = await owner.fetch("SELECT DISTINCT available_at - now() AS lasts FROM outbox")
    assert abs(pause["lasts"] - (morning - desk.now)) < timedelta(minutes=1)

    desk.now = morning
    await due_now(owner)
    assert len(await desk.claim()) == 4


async def test_who_sleeps_keeps_nobody_waiting_who_is_awake_elsewhere(desk: Desk, owner: Owner) -> None:
    campaign_id = await desk.campaign(400, quiet_hours=QuietHours(start="21:00", end="09:00"))
    await owner.execute("UPDATE campaign_recipients SET zone = 'America/Lima' WHERE line > 200")
    desk.now = NOON + timedelta(hours=7, minutes=59)  # 20:59 in Madrid, 14:59 in Lima
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()

    desk.now += timedelta(minutes=2)
    for _ in range(5):
        await desk.answer(await desk.claim())
        await desk.turns()

    seen = await desk.progress(campaign_id)
    assert (seen.accepted, seen.waiting) == (200, 200)


async def test_what_waits_for_the_morning_of_its_campaign_holds_up_nothing_of_another_one(desk: Desk) -> None:
    asleep = await running(desk, 2, quiet_hours=QuietHours(start="21:00", end="09:00"))
    awake = await running(desk, 2)

    desk.now = NOON + timedelta(hours=9)  # 22:00 in Madrid
    await desk.claim()
    await desk.answer(await desk.claim())

    assert (await desk.progress(asleep)).waiting == 2
    assert (await desk.progress(awake)).accepted == 2


async def test_whom_the_portfolio_has_no_room_for_is_counted_as_waiting_for_it(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await running(desk, 5)
    where = {"tenant_id": desk.tenant_id, "connection_id": desk.number.connection_id}
    async with desk.worker.transaction(desk.tenant_id) as tx:
        claims = await outbox.claim(tx, **where, most=3, lease=LEASE)
        again_at = utc_now() + timedelta(hours=1)
        later = {claim.message_id: again_at for claim in claims}
        await outbox.unclaim(tx, tenant_id=desk.tenant_id, due_at=later, now=utc_now(), reason=PutOff.ROOM)

    seen = await desk.progress(campaign_id)
    assert (seen.put_off, seen.queued) == (3, 2)

    await due_now(owner)
    assert len(await desk.claim()) == 5
    assert (await desk.progress(campaign_id)).put_off == 0


async def test_a_template_that_is_paused_costs_a_campaign_nothing_that_was_not_begun(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await running(desk, 6)
    await owner.execute("UPDATE templates SET status = 'PAUSED'")

    assert await desk.claim() == []
    seen = await desk.progress(campaign_id)
    assert (seen.queued, seen.failed) == (6, 0)
    desk.anew()
    await desk.turns()
    assert (await desk.read(campaign_id)).state is CampaignState.PAUSED

    await owner.execute("UPDATE templates SET status = 'APPROVED'")
    await desk.treat(campaign_id, Deed.RESUME)
    await due_now(owner)
    await desk.turns()
    assert len(await desk.claim()) == 6


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(days=365)], ids=["right", "a year ahead"])
@pytest.mark.parametrize(("code", "status"), [(132015, "PAUSED"), (132016, "DISABLED")])
async def test_what_a_refusal_says_of_the_template_stops_the_next_claim_and_holds_until_meta_says_more(
    desk: Desk, owner: Owner, code: int, status: str, ahead: timedelta
) -> None:
    campaign_id = await running(desk, 6)
    (first,) = await desk.claim(most=1)
    refused = Settlement(
        id=first,
        attempt=1,
        verdict=Verdict.FAILED,
        at=utc_now() + ahead,  # by the sender's clock
        failure_kind="template",
        error_code=code,
        error="Meta said so",
    )
    await settle(desk, refused)

    assert await owner.fetchval("SELECT status FROM templates WHERE status_at <= now()") == status
    assert await desk.claim() == []
    seen = await desk.progress(campaign_id)
    assert (seen.failed, seen.queued) == (1, 5)
    desk.anew()
    await desk.turns()
    assert (await desk.read(campaign_id)).reason == "template_refused"


def taken(message_id: UUID, status: str | None) -> Settlement:
    """What comes of an answer that takes a message, with Meta's word beside it."""
    return Settlement(
        id=message_id,
        attempt=1,
        verdict=Verdict.ACCEPTED,
        at=utc_now(),
        provider_message_id=f"wamid.{message_id}",
        provider_status=status,
    )


async def test_once_meta_answers_that_it_has_paused_what_it_takes_nobody_else_is_sent_the_template(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await running(desk, 6)
    (first,) = await desk.claim(most=1)

    await settle(desk, taken(first, "paused"))

    assert await owner.fetchval("SELECT status FROM templates") == "PAUSED"
    assert await desk.claim() == []
    seen = await desk.progress(campaign_id)
    assert (seen.accepted, seen.queued) == (1, 5)
    desk.anew()
    await desk.turns()
    assert (await desk.read(campaign_id)).reason == "template_not_approved"


async def test_what_meta_holds_back_until_it_knows_how_people_take_the_first_ones_is_told(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await running(desk, 4)
    first, second, third = await desk.claim(most=3)

    held = "held_for_quality_assessment"
    await settle(desk, taken(first, held), taken(second, held), taken(third, None))
    seen = await desk.progress(campaign_id)
    assert (seen.accepted, seen.held) == (3, 2)

    await owner.execute("UPDATE messages SET sent_at = now() WHERE id = $1", first)
    seen = await desk.progress(campaign_id)
    assert (seen.sent, seen.accepted, seen.held) == (1, 2, 1)


async def test_each_recipient_is_on_the_page_of_the_state_that_the_figures_count_them_in(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await running(desk, 14)
    taken = [one.message_id for one in await in_state(desk, campaign_id, None)]
    facts = [
        "phase = 'sending'", "phase = 'unknown'", "accepted_at = now()", "sent_at = now()", "delivered_at = now()", "read_at = now()",
        "played_at = now()", "failed_at = now(), failed_by = 'curbe', failure_kind = 'recipient'",
        "failed_at = now(), failed_by = 'curbe', failure_kind = 'cancelled'",
    ]  # fmt: skip
    for message_id, known in zip(taken, facts, strict=False):
        await owner.execute(f"UPDATE messages SET {known} WHERE id = $1", message_id)
    put_off = "UPDATE outbox SET waits = 'time', available_at = now() + interval '1 hour', put_off = $2 WHERE message_id = $1"
    await owner.execute(put_off, taken[9], "room")
    await owner.execute(put_off, taken[10], "quiet")
    recipient = "UPDATE campaign_recipients SET {} WHERE message_id = $1"
    await owner.execute(
        recipient.format("state = 'skipped', skip_reason = 'opted_out', taken_at = NULL, message_id = NULL"),
        taken[11],
    )
    await owner.execute(recipient.format("became = 'played', message_id = NULL"), taken[12])

    seen = await desk.progress(campaign_id)
    pages = {outcome: await in_state(desk, campaign_id, outcome) for outcome in RecipientOutcome}
    assert {outcome: len(page) for outcome, page in pages.items()} == {
        outcome: getattr(seen, outcome) for outcome in RecipientOutcome
    }
    assert all(one.outcome is outcome for outcome, page in pages.items() for one in page)
    assert {outcome for outcome, page in pages.items() if page} == set(RecipientOutcome) - {
        RecipientOutcome.FORGOTTEN
    }
