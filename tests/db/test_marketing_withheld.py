"""Whom Meta kept marketing from is not asked for again by the next campaign: for a day, or with the same template."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from bed.campaigns import Desk
from bed.rows import Number
from curbe.campaigns.rules import CampaignState, Deed
from curbe.consent.facts import _WITHHELD
from curbe.inbox.outbound_messages import Verdict
from curbe.infra.clock import utc_now

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
PEOPLE = 1_000
REFUSED = 10


@pytest.fixture(autouse=True)
async def marketing(desk: Desk, owner: Owner) -> None:
    """Send marketing, to whoever has not said no."""
    await owner.execute("UPDATE templates SET category = 'MARKETING' WHERE tenant_id = $1", desk.tenant_id)
    await owner.execute("""INSERT INTO consent_settings (tenant_id, rules, updated_by)
                           SELECT id, '{"opt_in_needed": "never"}', 'cli' FROM tenants""")


async def refused(desk: Desk, code: int) -> None:
    """Let a campaign for three people be refused for the first two."""
    campaign_id = await desk.campaign(3, pause_at_failures=None)
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()
    first, second, third = await desk.claim()
    await desk.answer([first, second], Verdict.FAILED, code=code)
    await desk.answer([third])
    await desk.turns()


async def next_one(desk: Desk) -> tuple[int, dict[str, int]]:
    """Send another campaign to the same three, and return how many got it and why the others did not."""
    campaign_id = await desk.campaign(3, pause_at_failures=None)
    await desk.treat(campaign_id, Deed.START)
    desk.anew()
    await desk.turns()
    await desk.answer(await desk.claim())
    seen = await desk.progress(campaign_id)
    return seen.accepted, seen.skipped_by


async def test_whom_meta_kept_marketing_from_is_left_out_for_a_day(desk: Desk, owner: Owner) -> None:
    await refused(desk, 131049)

    assert await next_one(desk) == (1, {"marketing_capped": 2})
    await owner.execute("UPDATE templates SET category = 'UTILITY'")
    assert await next_one(desk) == (3, {}), "what is no marketing goes"
    await owner.execute("UPDATE templates SET category = 'MARKETING'")
    desk.now = utc_now() + timedelta(hours=25)
    assert await next_one(desk) == (3, {})


async def test_whom_meta_keeps_a_template_from_for_an_experiment_is_not_sent_that_template_again(
    desk: Desk, owner: Owner
) -> None:
    await refused(desk, 130472)
    desk.now = utc_now() + timedelta(days=9)

    assert await next_one(desk) == (1, {"in_experiment": 2})
    await owner.execute(
        """UPDATE messages SET payload = jsonb_set(payload, '{template,name}', '"another"') WHERE error_code = 130472"""
    )
    assert await next_one(desk) == (3, {})


@pytest.mark.parametrize("code", [131049, 130472])
async def test_what_is_kept_back_at_the_last_moment_is_nobodys_failure_and_pauses_nothing(
    desk: Desk, owner: Owner, code: int
) -> None:
    campaign_id = await desk.campaign(40)
    await desk.treat(campaign_id, Deed.START)
    await desk.turns()
    await kept_from_all(owner, desk.number, code)

    assert await desk.claim() == []
    desk.anew()
    await desk.turns()

    seen = await desk.read(campaign_id)
    assert (seen.state, seen.reason) == (CampaignState.FINISHED, None)
    kinds = await owner.fetch("SELECT DISTINCT failure_kind FROM messages WHERE error_code IS NULL")
    assert [row["failure_kind"] for row in kinds] == ["withheld"]


async def kept_from_all(owner: Owner, number: Number, code: int) -> None:
    """Let Meta have refused the template to everybody a moment ago, when another campaign sent it."""
    await owner.execute(
        """INSERT INTO messages (tenant_id, id, channel_connection_id, conversation_id, direction, type, payload, phase, created_at,
                                 failed_at, failed_by, failure_kind, error_code)
           SELECT v.tenant_id, gen_random_uuid(), v.channel_connection_id, v.id, 'outbound', 'template', '{"template": {"name": "hello"}}',
                  'sending', now(), now(), 'provider', 'recipient', $2
             FROM conversations v
            WHERE v.tenant_id = $1""",
        number.tenant_id,
        code,
    )


async def test_what_was_delivered_after_all_was_not_kept_from_anybody(desk: Desk, owner: Owner) -> None:
    await refused(desk, 131049)
    await owner.execute("UPDATE messages SET delivered_at = now() WHERE error_code = 131049")

    assert await next_one(desk) == (3, {})


async def test_asking_what_was_withheld_from_thousands_reads_no_message_but_those_refusals(
    desk: Desk, owner: Owner
) -> None:
    contact_ids = await crowd(owner, desk.number, people=PEOPLE, messages=PEOPLE * 20)

    for plans in ("force_custom_plan", "force_generic_plan"):
        steps = await steps_of(desk, contact_ids, plans=plans)
        read = [step for step in steps if step.get("Relation Name") == "messages"]
        assert sum(touched(step) for step in read) == REFUSED, steps
        assert all(touched(step) <= PEOPLE for step in steps), steps


async def crowd(owner: Owner, number: Number, *, people: int, messages: int) -> list[UUID]:
    """Write down people with conversations, and what was sent to them; return who they are."""
    at = (number.tenant_id, number.connection_id)
    await owner.execute(
        "INSERT INTO contacts (tenant_id, id) SELECT $1, gen_random_uuid() FROM generate_series(1, $2::int)",
        number.tenant_id,
        people,
    )
    await owner.execute(
        """INSERT INTO conversations (tenant_id, id, channel_connection_id, contact_id, external_thread_id, last_message_at)
           SELECT $1, gen_random_uuid(), $2, c.id, c.id::text, now() FROM contacts c""",
        *at,
    )
    await owner.execute(
        """INSERT INTO messages (tenant_id, id, channel_connection_id, conversation_id, direction, type, payload, phase, created_at,
                                 failed_at, failed_by, failure_kind, error_code)
           SELECT $1, gen_random_uuid(), $2, v.id, 'outbound', 'template', '{"template": {"name": "hello"}}', 'sending', now(),
                  now(), 'provider', 'recipient', CASE WHEN n <= $4 THEN 131049 ELSE 131026 END
             FROM generate_series(1, $3::int) AS n
             JOIN (SELECT id, row_number() OVER () AS place FROM conversations) AS v ON v.place = n % $5::int + 1""",
        *at,
        messages,
        REFUSED,
        people,
    )
    await owner.execute("ANALYZE")
    return [row["id"] for row in await owner.fetch("SELECT id FROM contacts")]


async def steps_of(desk: Desk, contact_ids: list[UUID], *, plans: str) -> list[dict[str, Any]]:
    """The steps PostgreSQL really took, as the role that feeds campaigns."""
    values = {
        "tenant_id": f"'{desk.tenant_id}'",
        "contact_ids": f"'{{{','.join(map(str, contact_ids))}}}'",
        "templates": f"array_fill('hello'::text, ARRAY[{len(contact_ids)}])",
    }
    told = ", ".join(values[name] for name in _WITHHELD.names)
    async with desk.worker.transaction(desk.tenant_id) as tx:
        await tx.connection.execute(f"SET LOCAL plan_cache_mode = {plans}")
        await tx.connection.execute(f"PREPARE looked_at AS {_WITHHELD.numbered}")
        plan = await tx.connection.fetchval(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE looked_at ({told})")
        await tx.connection.execute("DEALLOCATE looked_at")
    todo, steps = [json.loads(plan)[0]["Plan"]], []
    while todo:
        step = todo.pop()
        todo += step.pop("Plans", [])
        steps.append(step)
    return steps


def touched(step: dict[str, Any]) -> float:
    return (step["Actual Rows"] + step.get("Rows Removed by Filter", 0)) * step["Actual Loops"]
