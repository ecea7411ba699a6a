"""What waited for its message: applied in batches, and no tenant's waits for another's."""

from datetime import timedelta

import asyncpg
import pytest

from bed.appliers import drain
from bed.notices import about, past
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


async def refuse(owner: Owner, table: str, deed: str, when: str) -> None:
    """Let the database refuse a deed to some rows of a table, as a fault of tomorrow may."""
    await owner.execute(
        f"""CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE check_violation USING MESSAGE = 'a fault of tomorrow'; END $$;
            CREATE TRIGGER refuse BEFORE {deed} ON {table} FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION refuse()"""
    )


class Minutes:
    """What applies it, and a clock that is turned by the minute."""

    def __init__(self, apply: Pool) -> None:
        self.now = 0.0
        self.parked = Parked(apply, at_once=4, clock=lambda: self.now)

    async def passes(self) -> None:
        await self.parked.apply()
        self.now += 60.0


async def refused(owner: Owner, table: str) -> list[str]:
    return [
        row["refusal"]
        for row in await owner.fetch(f"SELECT refusal FROM {table} WHERE refused_at IS NOT NULL")
    ]


async def test_what_the_database_refuses_of_one_tenants_holds_up_no_others(
    owner: Owner, apply: Pool, number: Number
) -> None:
    other = await insert_number(owner)
    first, second = sorted((number, other), key=lambda one: one.tenant_id)
    await told_early(owner, apply, first, messages=1)
    await told_early(owner, apply, second, messages=1)
    await refuse(owner, "messages", "UPDATE", f"NEW.tenant_id = '{first.tenant_id}'")
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
    await refuse(owner, "parked_statuses", "DELETE", f"OLD.tenant_id = '{first.tenant_id}'")

    assert await Parked(apply).drop_old() == 1
    assert await owner.fetchval("SELECT tenant_id FROM parked_statuses") == first.tenant_id


async def test_what_is_refused_again_and_again_is_set_aside_with_its_reason_and_what_lies_behind_it_goes_on(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await told_early(owner, apply, number, messages=12)
    bad = f"wamid.{number.phone_number_id}.5"
    await refuse(owner, "messages", "UPDATE", f"NEW.provider_message_id = '{bad}'")
    minutes = Minutes(apply)

    await minutes.passes()
    await minutes.passes()
    assert await refused(owner, "parked_statuses") == [], "twice is not often enough"
    await minutes.passes()

    assert await delivered(owner, number) == 11
    assert await refused(owner, "parked_statuses") == ["CheckViolationError: a fault of tomorrow"]
    row = await owner.fetchrow("SELECT provider_message_id, status FROM parked_statuses")
    assert tuple(row) == (bad, "delivered")


async def test_what_was_set_aside_is_tried_once_a_day_and_stays_until_it_is_applied(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await told_early(owner, apply, number, messages=1)
    await refuse(owner, "messages", "UPDATE", "true")
    minutes = Minutes(apply)
    for _ in range(3):
        await minutes.passes()
    await owner.execute("UPDATE parked_statuses SET parked_at = now() - interval '8 days'")
    first = await owner.fetchval("SELECT refused_at FROM parked_statuses")

    await minutes.passes()
    assert await owner.fetchval("SELECT refused_at FROM parked_statuses") == first
    await owner.execute("UPDATE parked_statuses SET refused_at = now() - interval '25 hours'")
    await minutes.passes()
    assert await owner.fetchval("SELECT refused_at FROM parked_statuses") > first, (
        "at the first try of that day"
    )
    assert await minutes.parked.drop_old() == 0, "its message is ours"

    await owner.execute("DROP TRIGGER refuse ON messages")
    await owner.execute("UPDATE parked_statuses SET refused_at = now() - interval '25 hours'")
    await minutes.passes()
    assert (await delivered(owner, number), await owner.fetchval("SELECT count(*) FROM parked_statuses")) == (
        1,
        0,
    )


async def test_what_takes_too_long_is_not_set_aside_for_that(
    owner: Owner, apply: Pool, number: Number
) -> None:
    await told_early(owner, apply, number, messages=1)
    await owner.execute(
        """CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE query_canceled USING MESSAGE = 'canceling statement due to statement timeout'; END $$;
           CREATE TRIGGER linger BEFORE UPDATE ON messages FOR EACH ROW EXECUTE FUNCTION linger()"""
    )
    minutes = Minutes(apply)
    for _ in range(5):
        await minutes.passes()

    assert await refused(owner, "parked_statuses") == []


async def test_files_and_amendments_that_are_refused_are_set_aside_likewise(
    owner: Owner, apply: Pool, number: Number
) -> None:
    for name in ("wamid.1", "wamid.2", "wamid.3"):
        await insert_sent(owner, number, provider_message_id=name, accepted_at=NOW)
        await owner.execute(
            """INSERT INTO parked_files (tenant_id, channel_connection_id, provider_message_id, said, received_at)
               VALUES ($1, $2, $3, $4, now())""",
            number.tenant_id,
            number.connection_id,
            name,
            '{"provider_message_id": "w", "type": "image", "text": null, "payload": "{}", "message": null}',
        )
        await owner.execute(
            """INSERT INTO message_revisions (tenant_id, channel_connection_id, target_id, provider_message_id, kind, type, text,
                                              payload, at)
               VALUES ($1, $2, $3, $3 || '.edit', 'edit', 'text', 'Ciao', '{}', now())""",
            number.tenant_id,
            number.connection_id,
            name,
        )
    await owner.execute("UPDATE messages SET type = 'media_placeholder'")
    await refuse(owner, "messages", "UPDATE", "NEW.provider_message_id = 'wamid.2'")
    minutes = Minutes(apply)
    for _ in range(4):
        await minutes.passes()

    for table, left in (
        ("parked_files", "parked_files"),
        ("message_revisions", "message_revisions WHERE waits"),
    ):
        assert await refused(owner, table) == ["CheckViolationError: a fault of tomorrow"], table
        assert await owner.fetchval(f"SELECT count(*) FROM {left}") == 1, table


async def test_a_file_that_cannot_stand_alone_either_is_set_aside_and_the_others_do(
    owner: Owner, apply: Pool, number: Number
) -> None:
    files = [
        past(f"wamid.{n}", ours=False, at=NOW - timedelta(days=30), type="image", image={"id": "9"})
        for n in range(3)
    ]
    await deliver(owner, about(number, "history", messages=files))
    await drain(apply)
    await owner.execute("UPDATE parked_files SET parked_at = now() - interval '25 hours'")
    await refuse(owner, "messages", "INSERT", "NEW.provider_message_id = 'wamid.1'")
    minutes = Minutes(apply)
    for _ in range(4):
        await minutes.passes()

    assert await refused(owner, "parked_files") == ["CheckViolationError: a fault of tomorrow"]
    assert await owner.fetchval("SELECT count(*) FROM messages") == 2
