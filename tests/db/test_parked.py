"""What waited for its message: applied in batches, and no tenant's waits for another's."""

import asyncpg
import pytest

from bed.appliers import drain
from bed.rows import NOW, Number, insert_number, insert_sent
from bed.webhooks import deliver, each_alone, status
from curbe.infra.db import Pool
from curbe.ingest.parked import Parked

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection


async def told_early(owner: Owner, apply: Pool, number: Number, *, messages: int) -> None:
    """Meta tells that messages were delivered before anybody knows how it calls them; then that is known."""
    names = [f"wamid.{number.phone_number_id}.{n}" for n in range(messages)]
    await deliver(owner, *each_alone(number, statuses=[status(name, "delivered") for name in names]))
    await drain(apply)
    for name in names:
        await insert_sent(owner, number, provider_message_id=name, accepted_at=NOW)


async def delivered(owner: Owner, number: Number) -> int:
    return int(
        await owner.fetchval(
            "SELECT count(*) FROM messages WHERE tenant_id = $1 AND status = 'delivered'", number.tenant_id
        )
    )


async def test_what_the_database_refuses_of_one_tenants_holds_up_no_others(
    owner: Owner, apply: Pool, number: Number
) -> None:
    other = await insert_number(owner)
    first, second = sorted((number, other), key=lambda one: one.tenant_id)
    await told_early(owner, apply, first, messages=1)
    await told_early(owner, apply, second, messages=1)
    await owner.execute(
        f"""CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE check_violation USING MESSAGE = 'a fault of tomorrow'; END $$;
            CREATE TRIGGER refuse BEFORE UPDATE ON messages FOR EACH ROW
            WHEN (NEW.tenant_id = '{first.tenant_id}') EXECUTE FUNCTION refuse()"""
    )
    clock = [0.0]
    parked = Parked(apply, clock=lambda: clock[0])

    await parked.apply()
    assert (await delivered(owner, first), await delivered(owner, second)) == (0, 1)

    await owner.execute("DROP TRIGGER refuse ON messages")
    await parked.apply()
    assert await delivered(owner, first) == 0, "what was refused is left alone for a minute"
    clock[0] += 60.0
    await parked.apply()
    assert await delivered(owner, first) == 1


async def test_a_large_backlog_is_applied_in_batches_each_a_transaction_of_its_own(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await told_early(owner, apply, number, messages=5)
    await owner.execute("TRUNCATE events")

    counts = await Parked(apply, at_once=2).apply()

    assert counts["statuses"] == await delivered(owner, number) == 5
    assert await owner.fetchval("SELECT count(DISTINCT xid) FROM events") == 3
    assert await owner.fetchval("SELECT count(*) FROM parked_statuses") == 0


async def test_a_status_of_a_message_that_is_not_ours_is_dropped_after_a_week(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await deliver(owner, *each_alone(number, statuses=[status("wamid.theirs", "delivered")]))
    await drain(apply)
    parked = Parked(apply)

    assert (await parked.apply(), await parked.drop_old()) == ({"statuses": 0}, 0)
    await owner.execute("UPDATE parked_statuses SET parked_at = now() - interval '8 days'")
    assert await parked.drop_old() == 1


async def test_what_cannot_be_dropped_of_one_tenants_keeps_no_others(
    owner: Owner, apply: Pool, number: Number
) -> None:
    other = await insert_number(owner)
    first, second = sorted((number, other), key=lambda one: one.tenant_id)
    for one in (first, second):
        await deliver(owner, *each_alone(one, statuses=[status("wamid.theirs", "delivered")]))
    await drain(apply)
    await owner.execute("UPDATE parked_statuses SET parked_at = now() - interval '8 days'")
    await owner.execute(
        f"""CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE check_violation USING MESSAGE = 'a fault of tomorrow'; END $$;
            CREATE TRIGGER refuse BEFORE DELETE ON parked_statuses FOR EACH ROW
            WHEN (OLD.tenant_id = '{first.tenant_id}') EXECUTE FUNCTION refuse()"""
    )

    assert await Parked(apply).drop_old() == 1
    assert await owner.fetchval("SELECT tenant_id FROM parked_statuses") == first.tenant_id
