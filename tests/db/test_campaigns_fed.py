"""A campaign is fed to the outbox and sent: everybody once, nobody who said no, nothing after a pause or a cancel."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from bed.campaigns import LEASE, NOON, Desk
from bed.rows import insert_conversation, insert_number
from curbe.campaigns import ageing, audience, feed, service, tending
from curbe.campaigns.audience_shapes import Listed, ListedRecipient
from curbe.campaigns.rules import CampaignState, Deed
from curbe.campaigns.shapes import QuietHours, Ramp
from curbe.campaigns.tending import Tender
from curbe.channels.cloudapi.account_notices import Dated, account_update
from curbe.connections import health
from curbe.connections.health import HealthNews
from curbe.inbox.outbound_messages import Verdict
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.outbound import store as outbox

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection


async def everybody_left(desk: Desk) -> list[UUID]:
    """Carry on until nothing is left to send, and return what went out."""
    sent: list[UUID] = []
    for _ in range(20):
        await desk.turns()
        claimed = await desk.claim()
        await desk.answer(claimed)
        sent += claimed
    return sent


async def test_a_campaign_goes_to_everybody_once_and_finishes(desk: Desk, owner: Owner) -> None:
    campaign_id = await desk.campaign(1200)
    await desk.treat(campaign_id, Deed.START)
    sent: list[UUID] = []

    for _ in range(100):
        await desk.turns()
        claimed = await desk.claim()
        assert (await desk.progress(campaign_id)).recipients == 1200
        assert await owner.fetchval("SELECT count(*) FROM outbox") <= 160, "only what is sent in two seconds"
        await desk.answer(claimed)
        sent += claimed
        if (await desk.read(campaign_id)).state is CampaignState.FINISHED:
            break

    assert len(set(sent)) == len(sent) == 1200
    assert (await desk.progress(campaign_id)).accepted == 1200
    assert await owner.fetchval("SELECT count(DISTINCT conversation_id) FROM messages") == 1200
    texts = await owner.fetch("SELECT payload::text FROM messages ORDER BY id LIMIT 1")
    assert "Ana 1" in texts[0]["payload"]


async def test_after_a_pause_nothing_is_claimed_and_resumed_it_goes_on_where_it_stopped(desk: Desk) -> None:
    campaign_id = await desk.campaign(300)
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()
    first = await desk.claim(most=50)

    await desk.treat(campaign_id, Deed.PAUSE)
    assert await desk.claim() == []
    await desk.turns()
    await desk.answer(first)
    assert await desk.claim() == [], "also once what waits was set aside"
    seen = await desk.progress(campaign_id)
    assert (seen.accepted, seen.queued + seen.waiting) == (50, 250)

    await desk.treat(campaign_id, Deed.RESUME)
    sent = [*first, *await everybody_left(desk)]
    assert len(set(sent)) == len(sent) == 300
    assert (await desk.read(campaign_id)).state is CampaignState.FINISHED


async def test_what_waits_in_the_outbox_is_written_anew_where_a_paused_campaign_is_filled_in_another_way(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await desk.campaign(300)
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()
    begun = await desk.claim(most=50)
    await desk.treat(campaign_id, Deed.PAUSE)
    await desk.turns()

    await desk.refit(campaign_id, "Dear {{nombre|you}}")

    await desk.answer(begun)
    await desk.treat(campaign_id, Deed.RESUME)
    sent = [*begun, *await everybody_left(desk)]
    assert len(set(sent)) == len(sent) == 300
    said = await owner.fetch(
        "SELECT payload::text LIKE '%Dear Ana%' AS anew, id = ANY($1) AS begun FROM messages", begun
    )
    assert [row["anew"] for row in said] == [not row["begun"] for row in said]


async def test_after_a_cancel_nothing_is_claimed_ever_again(desk: Desk, owner: Owner) -> None:
    campaign_id = await desk.campaign(300)
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()
    first = await desk.claim(most=50)

    await desk.treat(campaign_id, Deed.CANCEL)
    assert await desk.claim() == []
    await desk.turns()
    await desk.answer(first)

    assert await desk.claim() == []
    assert await owner.fetchval("SELECT count(*) FROM outbox") == 0
    seen = await desk.progress(campaign_id)
    assert seen.accepted == 50
    assert (seen.cancelled > 0, seen.cancelled + seen.waiting) == (True, 250)


async def test_a_pause_and_a_claim_exclude_each_other(desk: Desk) -> None:
    """Whoever pauses waits for the claim that is under way; once it is paused, no claim has begun before and commits after."""
    campaign_id = await desk.campaign(160)
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()

    where = {"tenant_id": desk.tenant_id, "connection_id": desk.number.connection_id}
    async with desk.worker.transaction(desk.tenant_id) as tx:
        assert await outbox.claim(tx, **where, most=10, lease=LEASE)
        pausing = asyncio.ensure_future(desk.treat(campaign_id, Deed.PAUSE))
        await asyncio.sleep(0.2)
        assert not pausing.done()
    await pausing
    assert await desk.claim() == []


async def test_who_says_no_while_it_runs_gets_nothing_any_more(desk: Desk, owner: Owner) -> None:
    campaign_id = await desk.campaign(20)
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()
    victim = await owner.fetchval("SELECT conversation_id FROM messages ORDER BY id LIMIT 1")

    await desk.say_no(victim)
    await desk.answer(await desk.claim())
    await desk.turns()

    seen = await desk.progress(campaign_id)
    assert (seen.accepted, seen.failed) == (19, 1)


async def test_who_said_no_before_is_skipped_with_the_reason(desk: Desk, owner: Owner) -> None:
    said_no = await insert_conversation(owner, desk.number, wa_id="34600000003", last_inbound_at=None)
    blocked = await insert_conversation(owner, desk.number, wa_id="34600000004", last_inbound_at=None)
    await owner.execute("UPDATE conversations SET state = 'blocked' WHERE id = $1", blocked)
    await desk.say_no(said_no)
    campaign_id = await desk.campaign(5)
    await desk.treat(campaign_id, Deed.START)

    await desk.turns()
    await desk.answer(await desk.claim())
    await desk.turns()

    seen = await desk.progress(campaign_id)
    assert seen.skipped_by == {"opted_out": 1, "contact_blocked": 1}
    assert (seen.accepted, (await desk.read(campaign_id)).state) == (3, CampaignState.FINISHED)


async def test_a_campaign_is_no_answer_and_fills_nobodys_inbox(desk: Desk, owner: Owner) -> None:
    asked = await insert_conversation(owner, desk.number, wa_id="34600000001")
    campaign_id = await desk.campaign(2)
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()

    states = dict(await owner.fetch("SELECT id, state::text FROM conversations"))
    assert states.pop(asked) == "open", "who waits for an answer still does"
    assert list(states.values()) == ["resolved"]


async def test_quiet_hours_keep_a_campaign_from_people_by_their_own_clock(desk: Desk) -> None:
    campaign_id = await desk.campaign(3, quiet_hours=QuietHours(start="21:00", end="09:00"))
    async with desk.web.transaction(desk.tenant_id) as tx:
        await audience.add_list(
            tx,
            Listed(recipients=[ListedRecipient("+525512345678"), ListedRecipient("+819012345678")]),
            tenant_id=desk.tenant_id,
            campaign_id=campaign_id,
        )
        await desk._do(tx, campaign_id, Deed.LOOK_OVER)
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()
    assert (await desk.progress(campaign_id)).waiting == 2, "13:00 in Madrid, 6:00 in Mexico, 21:00 in Tokyo"

    desk.now = NOON + timedelta(hours=3)
    await desk.turns()
    assert (await desk.progress(campaign_id)).waiting == 1
    desk.now = NOON + timedelta(hours=12)
    await desk.turns()
    assert (await desk.progress(campaign_id)).waiting == 0


async def test_a_ramp_lets_a_campaign_begin_slowly_and_a_pause_stops_its_clock(desk: Desk) -> None:
    campaign_id = await desk.campaign(300, ramp_up=Ramp(first_hour=60, factor=2))
    await desk.treat(campaign_id, Deed.START)
    made = []
    for minutes in (0, 30, 60):
        desk.now = NOON + timedelta(minutes=minutes)
        await desk.turns()
        await desk.answer(await desk.claim())
        made.append((await desk.progress(campaign_id)).accepted)
    assert made == [1, 30, 60]

    await desk.treat(campaign_id, Deed.PAUSE)
    desk.now = NOON + timedelta(hours=20)
    await desk.treat(campaign_id, Deed.RESUME)
    await desk.turns()
    await desk.answer(await desk.claim())
    assert (await desk.progress(campaign_id)).accepted == 60


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("UPDATE templates SET status = 'PAUSED'", "template_not_approved"),
        ("UPDATE templates SET quality = 'RED'", "template_quality"),
        ("UPDATE channel_connections SET quality_rating = 'RED'", "number_quality"),
        (
            "UPDATE channel_connections SET status = 'error', pause_reason = 'x', paused_at = now()",
            "number_paused",
        ),
    ],
)
async def test_it_pauses_by_itself_and_says_why(desk: Desk, owner: Owner, sql: str, reason: str) -> None:
    campaign_id = await desk.campaign(10)
    await desk.treat(campaign_id, Deed.START)
    await owner.execute(sql)

    await desk.turns()

    seen = await desk.read(campaign_id)
    assert (seen.state, seen.reason) == (CampaignState.PAUSED, reason)
    assert await owner.fetchval("SELECT count(*) FROM messages") == 0


@pytest.mark.parametrize(
    ("kind", "hours", "reconnected", "reason"),
    [
        ("RESTRICTED_BIZ_INITIATED_MESSAGING", 24, False, "restricted"),
        ("RESTRICTED_BIZ_INITIATED_MESSAGING", 24, True, "restricted"),
        ("RESTRICTED_BIZ_INITIATED_MESSAGING", -1, False, None),
        ("RESTRICTED_ADD_PHONE_NUMBER_ACTION", 24, False, None),
    ],
)
async def test_it_pauses_while_meta_lets_the_account_write_to_nobody_first_and_the_number_goes_on(
    desk: Desk, owner: Owner, apply: Pool, kind: str, hours: int, reason: str | None, *, reconnected: bool
) -> None:
    desk.now = utc_now()
    campaign_id = await desk.campaign(10)
    await desk.treat(campaign_id, Deed.START)
    until = desk.now + timedelta(hours=hours)
    told = {
        "event": "ACCOUNT_RESTRICTION",
        "restriction_info": [{"restriction_type": kind, "expiration": int(until.timestamp())}],
    }
    facts = account_update(json.dumps(told), Dated(utc_now(), "a"))
    news = [HealthNews(desk.tenant_id, desk.number.waba_id, desk.number.meta_app_id, one) for one in facts]
    async with apply.transaction() as tx:
        assert await health.apply(tx, news, now=utc_now()) == 0
    if reconnected:
        await owner.execute("UPDATE channel_connections SET facts_at = clock_timestamp()")

    await desk.turns()

    seen = await desk.read(campaign_id)
    assert (seen.state is CampaignState.PAUSED, seen.reason) == (reason is not None, reason)
    assert await owner.fetchval("SELECT count(*) FROM messages") == (0 if reason else 10)
    assert await owner.fetchval("SELECT status FROM channel_connections") == "active"
    found = await desk.look_over(await desk.campaign(1))
    assert [one.reason for one in found.stops] == ([reason] if reason else [])
    assert found.state is CampaignState.READY, "it may be scheduled for when the restriction has ended"


async def test_a_restriction_that_will_end_hides_nothing_that_keeps_a_campaign_from_starting(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await desk.campaign(1)
    await owner.execute(
        """UPDATE channel_connections
              SET health = jsonb_build_object('restriction.RESTRICTED_BIZ_INITIATED_MESSAGING',
                                              jsonb_build_object('until', now() + interval '1 day'))"""
    )
    await owner.execute(
        """INSERT INTO send_holds (tenant_id, channel_connection_id, from_priority, code, until)
           VALUES ($1, $2, 10, 131048, now() + interval '1 hour')""",
        desk.tenant_id, desk.number.connection_id,
    )  # fmt: skip

    found = await desk.look_over(campaign_id)

    assert [one.reason for one in found.stops] == ["restricted", "complaints"]
    assert found.state is CampaignState.DRAFT


@pytest.mark.parametrize(("code", "reason"), [(132015, "template_refused"), (131026, "failure_ratio")])
async def test_it_pauses_when_what_it_sends_fails(desk: Desk, code: int, reason: str) -> None:
    campaign_id = await desk.campaign(300)
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()
    await desk.answer(await desk.claim(most=40), Verdict.FAILED, code=code)

    desk.anew()
    await desk.turns()

    seen = await desk.read(campaign_id)
    assert (seen.state, seen.reason) == (CampaignState.PAUSED, reason)


async def test_it_pauses_when_metas_answers_stay_out(desk: Desk) -> None:
    campaign_id = await desk.campaign(300)
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()
    await desk.answer(await desk.claim(most=30))
    await desk.answer(await desk.claim(most=10), Verdict.UNKNOWN)

    desk.anew()
    await desk.turns()

    seen = await desk.read(campaign_id)
    assert (seen.state, seen.reason) == (CampaignState.PAUSED, "answers_missing")
    assert (await desk.progress(campaign_id)).unknown == 10


async def test_a_scheduled_campaign_starts_at_its_time(desk: Desk, owner: Owner) -> None:
    campaign_id = await desk.campaign(3)
    async with desk.web.transaction(desk.tenant_id) as tx:
        await service.treat(
            tx,
            Deed.SCHEDULE,
            tenant_id=desk.tenant_id,
            campaign_id=campaign_id,
            actor="cli",
            now=desk.now,
            scheduled_at=utc_now() + timedelta(hours=1),
        )
    await desk.turns()
    assert (await desk.read(campaign_id)).state is CampaignState.SCHEDULED

    await owner.execute("UPDATE campaigns SET scheduled_at = now()")
    await desk.turns()
    assert (await desk.read(campaign_id)).state is CampaignState.RUNNING
    assert (await desk.progress(campaign_id)).queued == 3


@pytest.mark.parametrize(("minutes", "state"), [(110, CampaignState.RUNNING), (130, CampaignState.READY)])
async def test_a_campaign_whose_time_has_passed_by_hours_is_held_until_somebody_starts_it(
    desk: Desk, owner: Owner, minutes: int, state: CampaignState
) -> None:
    """The worker was down over the weekend: what was to go out on Friday does not go out on Monday."""
    campaign_id = await desk.campaign(3)
    at = utc_now() - timedelta(minutes=minutes)
    await owner.execute("UPDATE campaigns SET state = 'scheduled', scheduled_at = $1", at)

    await desk.turns()

    row = await desk.read(campaign_id)
    late = state is CampaignState.READY
    assert (row.state, row.reason, row.scheduled_at) == (
        (state, "too_late", None) if late else (state, None, at)
    )
    assert (await desk.progress(campaign_id)).queued == (0 if late else 3)
    if late:
        assert f"{at:%Y-%m-%d %H:%M}" in (row.reason_detail or "")
        await desk.treat(campaign_id, Deed.START)
        row = await desk.read(campaign_id)
        assert (row.state, row.reason) == (CampaignState.RUNNING, None)


async def test_two_workers_feed_nobody_twice(desk: Desk, owner: Owner, apply: Pool) -> None:
    campaign_id = await desk.campaign(100)
    await desk.treat(campaign_id, Deed.START)
    other = Tender(everybody=apply, pool=desk.worker, now=lambda: desk.now)

    for _ in range(10):
        await asyncio.gather(desk.tender.turn(), other.turn())

    assert await owner.fetchval("SELECT count(*) FROM messages") == 100
    assert await owner.fetchval("SELECT count(DISTINCT conversation_id) FROM messages") == 100


async def test_a_tenant_whose_campaigns_are_held_up_leaves_a_hand_for_those_of_others(
    desk: Desk, owner: Owner, web: Pool, worker: Pool, apply: Pool
) -> None:
    for campaign_id in [await desk.campaign(1) for _ in range(4)]:
        await desk.treat(campaign_id, Deed.START)
    theirs = await Desk.open(owner, web, worker, apply, await insert_number(owner))
    await theirs.treat(await theirs.campaign(300), Deed.START)
    stop = asyncio.Event()
    sent: list[UUID] = []

    async with asyncio.timeout(20), asyncio.TaskGroup() as tasks:
        try:
            async with owner.transaction():
                await owner.execute("SELECT FROM campaigns WHERE tenant_id = $1 FOR UPDATE", desk.tenant_id)
                tasks.create_task(desk.tender.run(stop))
                while len(sent) < 300:  # more than one turn brings
                    claimed = await theirs.claim()
                    await theirs.answer(claimed)
                    sent += claimed
                    await asyncio.sleep(0.02)
        finally:
            stop.set()

    assert len(set(sent)) == 300


async def test_a_feeding_that_breaks_off_leaves_nothing_and_the_next_one_goes_on(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await desk.campaign(100)
    await desk.treat(campaign_id, Deed.START)

    with pytest.raises(RuntimeError):
        await _fed_and_broken_off(desk, campaign_id)
    assert await owner.fetchval("SELECT count(*) FROM messages") == 0
    assert (await desk.progress(campaign_id)).waiting == 100

    await desk.turns()
    assert (await desk.progress(campaign_id)).queued == 100


async def _fed_and_broken_off(desk: Desk, campaign_id: UUID) -> None:
    async with desk.worker.transaction(desk.tenant_id) as tx:
        fed = await feed.feed(tx, tenant_id=desk.tenant_id, campaign_id=campaign_id, now=desk.now)
        assert fed is not None
        assert fed.taken == 100
        raise RuntimeError


async def test_two_numbers_of_one_person_get_one_message(desk: Desk, owner: Owner) -> None:
    one = await insert_conversation(owner, desk.number, wa_id="34600000001", last_inbound_at=None)
    campaign_id = await desk.campaign(2)
    contact_id = await owner.fetchval("SELECT contact_id FROM conversations WHERE id = $1", one)
    # Only after the list was taken it turns out that the second number is hers as well.
    await owner.execute(
        "INSERT INTO contact_aliases (tenant_id, kind, value, contact_id) VALUES ($1, 'phone', '34600000002', $2)",
        desk.tenant_id,
        contact_id,
    )
    await owner.execute(
        "INSERT INTO contact_aliases (tenant_id, kind, value, contact_id) VALUES ($1, 'phone', '34600000001', $2) ON CONFLICT DO NOTHING",
        desk.tenant_id,
        contact_id,
    )
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()

    seen = await desk.progress(campaign_id)
    assert (seen.queued, seen.skipped_by) == (1, {"duplicate": 1})


async def test_once_they_are_too_old_recipients_are_deleted_and_the_figures_stay(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await desk.campaign(30)
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()
    await desk.answer(await desk.claim())
    await desk.turns()
    before = await desk.progress(campaign_id)
    assert before.accepted == 30

    for _ in range(10):
        async with desk.worker.transaction(desk.tenant_id) as tx:
            gone = await ageing.delete_recipients(
                tx, tenant_id=desk.tenant_id, before=utc_now() + timedelta(days=400), most=10
            )
        if not gone:
            break

    assert await owner.fetchval("SELECT count(*) FROM campaign_recipients") == 0
    assert await owner.fetchval("SELECT count(*) FROM campaign_audiences") == 0
    assert await desk.progress(campaign_id) == before


async def test_a_running_campaign_is_never_too_old(desk: Desk, owner: Owner) -> None:
    campaign_id = await desk.campaign(30)
    await desk.treat(campaign_id, Deed.START)

    async with desk.worker.transaction(desk.tenant_id) as tx:
        assert not await ageing.delete_recipients(
            tx, tenant_id=desk.tenant_id, before=utc_now() + timedelta(days=400), most=10
        )
    assert await owner.fetchval("SELECT count(*) FROM campaign_recipients") == 30


async def test_whoever_carries_campaigns_on_looks_at_none_that_ended_long_ago(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await desk.campaign(3)
    await desk.treat(campaign_id, Deed.START)
    await owner.execute(
        """INSERT INTO campaigns (tenant_id, id, name, channel_connection_id, template, state, ended_at, created_by)
           SELECT $1, gen_random_uuid(), 'Verano', $2, '{}', e.state, now() - interval '1 year' - n * interval '1 minute', 'cli'
             FROM unnest('{cancelled,failed}'::campaign_state[]) AS e (state), generate_series(1, 1500) AS n""",
        desk.tenant_id, desk.number.connection_id,
    )  # fmt: skip
    await owner.execute("ANALYZE campaigns")

    async with desk.tender._everybody.transaction() as tx:
        assert [one.id for one in await tending._AT_WORK.all(tx)] == [campaign_id]
        plan = await tx.connection.fetchval(
            f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {tending._AT_WORK.numbered}"
        )

    todo = [json.loads(plan)[0]["Plan"]]
    while todo:
        step = todo.pop()
        todo += step.get("Plans", [])
        assert step["Actual Rows"] + step.get("Rows Removed by Filter", 0) <= 1, step
        if step.get("Index Name") == "campaigns_cancelled":
            assert step["Shared Hit Blocks"] + step["Shared Read Blocks"] <= 3, (
                "neither all of it nor once for each tenant"
            )
