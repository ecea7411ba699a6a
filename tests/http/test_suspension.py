"""A suspended tenant does nothing and loses nothing: refused at the door, nothing sent, all that it receives kept; then it goes on."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import asyncpg
import httpx
import pytest
from uuid_utils.compat import uuid7

from bed.appliers import drain
from bed.locks import waiting_for_a_lock
from bed.rows import NOW, Number, insert_number, insert_sent
from bed.tenants import Tenant, caller
from bed.users import insert_member, insert_user, join, signed_in
from bed.webhooks import body, change, deliver, text
from curbe.campaigns import store as campaigns
from curbe.campaigns.tending import Tender
from curbe.domain.access import Role
from curbe.infra import jobs
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool, Transaction
from curbe.outbound import store as outbox

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
NewTenant = Callable[[], Awaitable[Tenant]]


async def suspend(operator: httpx.AsyncClient, tenant: Tenant) -> None:
    answer = await operator.post(f"{tenant.path}/suspend")
    assert answer.status_code == 200, answer.text
    assert answer.json()["suspended_at"] is not None


async def resume(operator: httpx.AsyncClient, tenant: Tenant) -> None:
    answer = await operator.post(f"{tenant.path}/resume")
    assert answer.status_code == 200, answer.text
    assert answer.json()["suspended_at"] is None


def refused(answer: httpx.Response) -> bool:
    return (answer.status_code, answer.json()["code"]) == (403, "tenant_suspended")


async def test_keys_and_people_of_a_suspended_tenant_are_refused_until_it_is_resumed(
    owner: Owner, operator: httpx.AsyncClient, acme: Tenant
) -> None:
    person = await insert_member(owner, acme.id, Role.OWNER)
    browser = await signed_in(acme.client, person)
    assert (await browser.get(f"{acme.path}/contacts")).status_code == 200

    await suspend(operator, acme)

    assert refused(await acme.get("/contacts"))
    assert refused(await acme.client.post("/send_text_direct", json={"phone": "+34600000001", "text": "x"}))
    assert refused(await browser.get(f"{acme.path}/contacts"))
    session = (await browser.get("/api/auth/session")).json()
    assert [one["suspended"] for one in session["memberships"]] == [True]
    await resume(operator, acme)
    assert (await acme.get("/contacts")).status_code == 200
    assert (await browser.get(f"{acme.path}/contacts")).status_code == 200


async def test_another_tenant_of_the_same_person_goes_on_and_so_does_the_operator(
    owner: Owner, operator: httpx.AsyncClient, acme: Tenant, new_tenant: NewTenant
) -> None:
    other = await new_tenant()
    person = await insert_member(owner, acme.id, Role.OWNER)
    await join(owner, other.id, person)
    boss = await insert_user(owner, operator=True)
    browser, office = await signed_in(acme.client, person), await signed_in(acme.client, boss)

    await suspend(operator, acme)

    assert (await browser.get(f"{other.path}/contacts")).status_code == 200
    assert (await operator.get(f"{acme.path}/contacts")).status_code == 200
    assert (await office.get(f"{acme.path}/contacts")).status_code == 200


async def test_only_the_operator_suspends_and_each_time_counts_once(
    owner: Owner, operator: httpx.AsyncClient, acme: Tenant
) -> None:
    assert (await acme.post("/suspend")).status_code == 403
    assert (await operator.post(f"/api/tenants/{uuid4()}/suspend")).status_code == 404

    for _ in range(2):
        await suspend(operator, acme)
    for _ in range(2):
        await resume(operator, acme)

    told = "SELECT action FROM audit_log WHERE tenant_id = $1 AND action LIKE 'tenant.%' ORDER BY xid, id"
    actions = [row["action"] for row in await owner.fetch(told, acme.id)]
    assert actions == ["tenant.created", "tenant.suspended", "tenant.resumed"]


async def test_nothing_of_its_outbox_is_claimed_until_it_is_resumed(
    owner: Owner, operator: httpx.AsyncClient, acme: Tenant, apply: Pool, worker: Pool
) -> None:
    number = await insert_number(owner, acme.id)
    sent = await insert_sent(owner, number, phase="queued")
    await owner.execute(
        "INSERT INTO outbox (tenant_id, message_id, channel_connection_id, conversation_id) VALUES ($1, $2, $3, $4)",
        acme.id, sent.id, number.connection_id, sent.conversation_id,
    )  # fmt: skip

    async def sees() -> tuple[bool, bool]:
        async with apply.transaction() as tx:
            waiting = await outbox.waiting_connections(tx)
        async with worker.transaction(acme.id) as tx:
            account = await outbox.sending_account(tx, tenant_id=acme.id, connection_id=number.connection_id)
        return acme.id in {one.tenant_id for one in waiting}, account is not None

    assert await sees() == (True, True)
    await suspend(operator, acme)
    assert await sees() == (False, False)
    await resume(operator, acme)
    assert await sees() == (True, True)


async def test_whoever_suspends_it_while_its_numbers_send_is_passed_by_no_claim_that_begins_later(
    owner: Owner, operator: httpx.AsyncClient, acme: Tenant, worker: Pool
) -> None:
    first, other = [await insert_number(owner, acme.id) for _ in range(2)]

    async def claimed(tx: Transaction, number: Number) -> bool:
        return (
            await outbox.sending_account(tx, tenant_id=acme.id, connection_id=number.connection_id)
            is not None
        )

    async def claimed_later() -> bool:
        async with worker.transaction(acme.id) as tx:
            return await claimed(tx, other)

    async with worker.transaction(acme.id) as tx:
        assert await claimed(tx, first)
        suspending = asyncio.ensure_future(suspend(operator, acme))
        await waiting_for_a_lock(owner)
        later = asyncio.ensure_future(claimed_later())
        await waiting_for_a_lock(owner, many=2)
    await suspending

    assert not await later


async def test_its_campaigns_do_not_begin_and_begin_when_it_is_resumed(
    owner: Owner, operator: httpx.AsyncClient, acme: Tenant, apply: Pool, worker: Pool
) -> None:
    number = await insert_number(owner, acme.id)
    await owner.execute(
        """INSERT INTO campaigns (tenant_id, id, name, channel_connection_id, template, state, scheduled_at, created_by)
           VALUES ($1, $2, 'Sale', $3, '{"name": "offer", "language": {"code": "es"}}', 'scheduled', now() - interval '1 hour', 'cli')""",
        acme.id, uuid7(), number.connection_id,
    )  # fmt: skip
    tender = Tender(everybody=apply, pool=worker, now=utc_now)

    await suspend(operator, acme)
    await tender.turn()

    assert await owner.fetchval("SELECT state::text FROM campaigns") == "scheduled"
    await resume(operator, acme)
    await tender.turn()
    assert await owner.fetchval("SELECT state::text FROM campaigns") != "scheduled"


async def test_its_campaigns_stand_still_meanwhile_so_that_a_ramp_goes_on_where_it_was(
    owner: Owner, operator: httpx.AsyncClient, acme: Tenant, web: Pool
) -> None:
    number = await insert_number(owner, acme.id)
    before, meanwhile, paused = [await running(owner, number, for_hours=hours) for hours in (5, 2, 5)]
    await suspend(operator, acme)
    await owner.execute("UPDATE tenants SET suspended_at = now() - interval '4 hours' WHERE id = $1", acme.id)
    answer = await operator.post(f"{acme.path}/campaigns/{paused}/pause")
    assert answer.status_code == 200, answer.text

    await resume(operator, acme)

    async with web.transaction(acme.id) as tx:
        rows = [
            await campaigns.read(tx, tenant_id=acme.id, campaign_id=one)
            for one in (before, meanwhile, paused)
        ]
    ran = [round(row.ran_for(now=utc_now()) / timedelta(minutes=1)) for row in rows]
    assert ran == [60, 0, 60]
    since = utc_now() - timedelta(hours=4, minutes=59)
    assert (rows[0].resumed_at or utc_now()) < since, "its failures count since then"


async def running(owner: Owner, number: Number, *, for_hours: int) -> UUID:
    """Write down a campaign that has run for so long."""
    campaign_id = uuid7()
    await owner.execute(
        """INSERT INTO campaigns (tenant_id, id, name, channel_connection_id, template, state, resumed_at, started_at, created_by)
           SELECT $1, $2, 'Sale', $3, '{"name": "offer", "language": {"code": "es"}}', 'running', at, at, 'cli'
             FROM (SELECT now() - make_interval(hours => $4) AS at) AS began""",
        number.tenant_id, campaign_id, number.connection_id, for_hours,
    )  # fmt: skip
    return campaign_id


async def test_its_jobs_wait_but_those_that_are_kept_up(
    operator: httpx.AsyncClient, acme: Tenant, apply: Pool, worker: Pool
) -> None:
    async with worker.transaction(acme.id) as tx:
        await jobs.defer(tx, [jobs.NewJob(acme.id, kind, acme.id) for kind in ("a.job", "a.fetch")])

    async def claimed() -> set[str]:
        async with apply.transaction() as tx:
            found = await jobs.claim(
                tx, kinds=["a.job", "a.fetch"], most=9, lease=timedelta(minutes=1), kept_up=["a.fetch"]
            )
        return {one.kind for one in found}

    await suspend(operator, acme)
    assert await claimed() == {"a.fetch"}
    await resume(operator, acme)
    assert await claimed() == {"a.job"}


async def test_what_people_write_to_it_is_kept(
    owner: Owner, operator: httpx.AsyncClient, acme: Tenant, apply: Pool
) -> None:
    number = await insert_number(owner, acme.id)
    await suspend(operator, acme)

    await deliver(owner, body(change(number, messages=[text("wamid.1", body="Are you there?", at=NOW)])))
    await drain(apply)
    await resume(operator, acme)

    [conversation] = (await acme.get("/inbox/conversations")).json()["items"]
    assert conversation["last_message"]["text"] == "Are you there?"
    assert conversation["unread_count"] == 1


async def test_no_other_tenants_key_learns_that_it_is_suspended(
    operator: httpx.AsyncClient, acme: Tenant, new_tenant: NewTenant
) -> None:
    other = await new_tenant()
    await suspend(operator, acme)

    assert (await caller(other.client, key=other.key).get(f"{acme.path}/contacts")).status_code == 404
