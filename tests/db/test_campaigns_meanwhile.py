"""What happens to a campaign's people, messages or time between two turns of the worker's neither stops it nor starts it too early."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from bed.campaigns import Desk
from bed.locks import waiting_for_a_lock
from bed.rows import insert_conversation
from curbe.campaigns import audience, report, service
from curbe.campaigns.audience_rules import ColumnMapping
from curbe.campaigns.rules import CampaignState, Deed
from curbe.campaigns.shapes import Ramp
from curbe.campaigns.sheets import Sheet, Sheets
from curbe.domain.errors import NotFound
from curbe.infra.clock import utc_now
from curbe.outbound import retrying

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
FIRST, SECOND = "34600000001", "34600000002"  # the numbers of a campaign's first two lines


# --- who its people are


async def person(desk: Desk, owner: Owner, phone: str) -> UUID:
    """Let somebody be known by a number; return who."""
    conversation_id = await insert_conversation(owner, desk.number, wa_id=phone, last_inbound_at=None)
    contact_id = await owner.fetchval("SELECT contact_id FROM conversations WHERE id = $1", conversation_id)
    assert contact_id is not None
    return contact_id


async def test_two_numbers_that_turn_out_to_be_one_person_while_both_wait_get_one_message(
    desk: Desk, owner: Owner
) -> None:
    known = await person(desk, owner, SECOND)
    campaign_id = await desk.campaign(3)
    await owner.execute(
        "INSERT INTO contact_aliases (tenant_id, kind, value, contact_id) VALUES ($1, 'phone', $2, $3)",
        desk.tenant_id,
        FIRST,
        known,
    )

    await desk.treat(campaign_id, Deed.START)
    await desk.turns()

    seen = await desk.progress(campaign_id)
    assert (seen.queued, seen.skipped_by) == (2, {"duplicate": 1})
    assert await owner.fetchval("SELECT count(DISTINCT conversation_id) FROM messages") == 2


async def test_whoever_got_it_under_one_number_and_turns_out_to_have_another_one_gets_it_once(
    desk: Desk, owner: Owner
) -> None:
    campaign_id = await desk.campaign(2, ramp_up=Ramp(first_hour=1, factor=2.0))
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()
    assert (await desk.progress(campaign_id)).queued == 1
    written_to = await owner.fetchval("SELECT contact_id FROM campaign_recipients WHERE state = 'taken'")
    between, other = uuid7(), await person(desk, owner, SECOND)
    await owner.execute(
        "INSERT INTO contacts (tenant_id, id, merged_into) VALUES ($1, $2, $3)",
        desk.tenant_id,
        between,
        other,
    )
    await owner.execute("UPDATE contacts SET merged_into = $1 WHERE id = $2", between, written_to)

    desk.now += timedelta(hours=2)
    await desk.turns()

    seen = await desk.progress(campaign_id)
    assert (seen.queued, seen.skipped_by) == (1, {"duplicate": 1})


async def test_numbers_that_passed_from_one_person_to_another_while_both_wait_get_one_message_each(
    desk: Desk, owner: Owner
) -> None:
    one, other = await person(desk, owner, FIRST), await person(desk, owner, SECOND)
    campaign_id = await desk.campaign(2)
    await owner.execute(
        "UPDATE contact_aliases SET contact_id = CASE value WHEN $1 THEN $2::uuid ELSE $3::uuid END WHERE value IN ($1, $4)",
        FIRST,
        other,
        one,
        SECOND,
    )

    await desk.treat(campaign_id, Deed.START)
    await desk.turns()

    assert (await desk.progress(campaign_id)).queued == 2
    who = await owner.fetch("SELECT contact_id FROM campaign_recipients ORDER BY n")
    assert [row["contact_id"] for row in who] == [other, one]


class Meanwhile(Sheets):
    """Reads a file while something happens to it."""

    def __init__(self, owner: Owner, deed: str) -> None:
        super().__init__()
        self.owner, self.deed = owner, deed

    async def read(self, content: bytes, *, filename: str | None = None) -> Sheet:
        await self.owner.execute(self.deed)
        return await super().read(content, filename=filename)


@pytest.mark.parametrize(
    "deed",
    [
        "DELETE FROM campaign_audiences WHERE kind = 'file'",  # somebody takes it out
        "UPDATE campaign_audiences SET content = NULL WHERE kind = 'file'",  # whom it names is erased
    ],
)
async def test_a_file_that_is_gone_once_it_was_read_adds_nobody(desk: Desk, owner: Owner, deed: str) -> None:
    where = {"tenant_id": desk.tenant_id, "campaign_id": await desk.campaign(1)}
    file = await audience.upload(
        desk.web, Sheets(), **where, content=b"phone\n+34600000009\n", filename="a.csv"
    )
    mapping = ColumnMapping(phone="phone", variables={})

    with pytest.raises(NotFound):
        await audience.map_file(
            desk.web, Meanwhile(owner, deed), mapping, **where, audience_id=file.audience_id
        )

    assert await owner.fetchval("SELECT count(*) FROM campaign_recipients") == 1


async def test_a_file_is_read_anew_while_somebody_is_erased_out_of_it_and_neither_ends_the_other(
    desk: Desk, owner: Owner
) -> None:
    where = {"tenant_id": desk.tenant_id, "campaign_id": await desk.campaign(1)}
    file = await audience.upload(
        desk.web, Sheets(), **where, content=b"phone\n+34600000009\n", filename="a.csv"
    )
    where["audience_id"] = file.audience_id
    mapping = ColumnMapping(phone="phone", variables={})
    await audience.map_file(desk.web, Sheets(), mapping, **where)

    async with owner.transaction():  # people first and then their file, as an erasure takes them
        await owner.execute(
            "UPDATE campaign_recipients SET contact_id = NULL WHERE audience_id = $1", file.audience_id
        )
        anew = asyncio.ensure_future(audience.map_file(desk.web, Sheets(), mapping, **where))
        await waiting_for_a_lock(owner)
        await owner.execute("UPDATE campaign_audiences SET content = NULL WHERE id = $1", file.audience_id)

    with pytest.raises(NotFound):
        await anew


# --- what it is to send once more


async def tried_again(desk: Desk, owner: Owner) -> tuple[UUID, UUID]:
    """Return a campaign that is about to write to two people once more, and what one of them was sent before."""
    campaign_id = await desk.campaign(2)
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()
    sent = await desk.claim()
    await owner.execute(
        "UPDATE messages SET failed_at = now(), failed_by = 'curbe', failure_kind = 'throttled'"
    )
    await owner.execute("DELETE FROM outbox")
    await desk.turns()
    assert (await desk.read(campaign_id)).state is CampaignState.FINISHED
    async with desk.web.transaction(desk.tenant_id) as tx:
        await report.try_again(
            tx, tenant_id=desk.tenant_id, campaign_id=campaign_id, actor="cli", now=desk.now
        )
    return campaign_id, sent[0]


async def by_hand(tx, desk: Desk, message_id: UUID) -> UUID:
    """Send it once more as somebody in the inbox does; return the new message."""
    taken = await retrying.retry(
        tx, tenant_id=desk.tenant_id, message_id=message_id, sender="cli", now=utc_now()
    )
    assert not taken.repeated
    return taken.id


async def test_who_was_sent_it_once_more_by_hand_is_left_out_and_the_others_are_tried_again(
    desk: Desk, owner: Owner
) -> None:
    campaign_id, failed = await tried_again(desk, owner)
    async with desk.web.transaction(desk.tenant_id) as tx:
        sent_by_hand = await by_hand(tx, desk, failed)

    await desk.turns()

    seen = await desk.progress(campaign_id)
    assert (seen.queued, seen.skipped_by) == (1, {"sent_again": 1})
    assert await owner.fetchval("SELECT id FROM messages WHERE retry_of = $1", failed) == sent_by_hand


async def test_somebody_who_is_sending_it_once_more_this_very_moment_is_waited_for(
    desk: Desk, owner: Owner
) -> None:
    campaign_id, failed = await tried_again(desk, owner)
    async with desk.web.transaction(desk.tenant_id) as tx:
        await by_hand(tx, desk, failed)
        turning = asyncio.ensure_future(desk.tender.turn())
        await asyncio.sleep(0.2)
        assert not turning.done()
    await turning

    seen = await desk.progress(campaign_id)
    assert (seen.queued, seen.skipped_by) == (1, {"sent_again": 1})


async def test_who_is_tried_again_gets_it_though_what_failed_is_too_old_to_be_kept_by_now(
    desk: Desk, owner: Owner
) -> None:
    campaign_id, failed = await tried_again(desk, owner)
    await owner.execute("DELETE FROM messages WHERE id = $1", failed)

    await desk.turns()

    assert (await desk.progress(campaign_id)).queued == 2
    assert await owner.fetchval("SELECT count(*) FROM messages WHERE retry_of IS NOT NULL") == 1


async def kept(owner: Owner) -> int:
    """Return of how many files the bytes are kept."""
    return await owner.fetchval("SELECT count(content) FROM campaign_audiences")


@pytest.mark.parametrize("deed", [Deed.START, Deed.CANCEL])
async def test_a_file_is_kept_as_long_as_it_can_be_read_anew_and_its_people_stay(
    desk: Desk, owner: Owner, deed: Deed
) -> None:
    where = {"tenant_id": desk.tenant_id, "campaign_id": await desk.campaign(0)}
    file = await audience.upload(
        desk.web, Sheets(), **where, content=b"phone\n+34600000009\n", filename="a.csv"
    )
    mapping = ColumnMapping(phone="phone", variables={})
    await audience.map_file(desk.web, Sheets(), mapping, **where, audience_id=file.audience_id)
    await desk.treat(where["campaign_id"], Deed.LOOK_OVER)
    async with desk.web.transaction(desk.tenant_id) as tx:
        told = {**where, "actor": "cli", "now": desk.now}
        await service.treat(tx, Deed.SCHEDULE, scheduled_at=utc_now() + timedelta(days=1), **told)
    assert await kept(owner) == 1

    await desk.treat(where["campaign_id"], deed)

    assert await kept(owner) == 0
    assert (await desk.progress(where["campaign_id"])).recipients == 1


async def test_what_was_cancelled_before_it_began_takes_no_room_from_drafts(desk: Desk, owner: Owner) -> None:
    """One that an earlier version cancelled has its files still, and nobody can take them out of it."""
    cancelled = await desk.campaign(0)
    await desk.treat(cancelled, Deed.CANCEL)
    await owner.execute(
        """INSERT INTO campaign_audiences (tenant_id, id, campaign_id, kind, content)
           SELECT $1, gen_random_uuid(), $2, 'file', 'phone' FROM generate_series(1, 200)""",
        desk.tenant_id,
        cancelled,
    )

    await audience.upload(
        desk.web,
        Sheets(),
        tenant_id=desk.tenant_id,
        campaign_id=await desk.campaign(0),
        content=b"phone\n+34600000009\n",
        filename="a.csv",
    )

    assert await kept(owner) == 201


# --- when it begins


@pytest.mark.parametrize(
    ("deed", "state"),
    [(Deed.SCHEDULE, CampaignState.SCHEDULED), (Deed.UNSCHEDULE, CampaignState.READY)],
)
async def test_what_is_put_off_or_unscheduled_the_moment_it_is_due_does_not_begin(
    desk: Desk, deed: Deed, state: CampaignState
) -> None:
    campaign_id = await desk.campaign(3)
    told = {"tenant_id": desk.tenant_id, "campaign_id": campaign_id, "actor": "cli", "now": desk.now}
    async with desk.web.transaction(desk.tenant_id) as tx:
        await service.treat(tx, Deed.SCHEDULE, scheduled_at=utc_now(), **told)

    async with desk.web.transaction(desk.tenant_id) as tx:
        await service.treat(tx, deed, scheduled_at=utc_now() + timedelta(days=1), **told)
        turning = asyncio.ensure_future(desk.tender.turn())
        await asyncio.sleep(0.2)
        assert not turning.done(), "it has seen that it is due"
    await turning

    assert (await desk.read(campaign_id)).state is state
    assert (await desk.progress(campaign_id)).waiting == 3
