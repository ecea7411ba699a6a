"""An item that takes too long to apply does not stop a lane, and no item is set aside because the database has too much to do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta

import asyncpg
import pytest

from bed.appliers import applier, left
from bed.rows import CALLBACK_KEY, Number
from bed.webhooks import body, change, deliver, each_alone, text
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool, PostgresError, Role, TookTooLong
from curbe.ingest.applier import Applier
from curbe.ingest.bell import Bell
from curbe.ingest.replay import BEGINNING, Selection, replay

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
_SLOWLY = """
CREATE FUNCTION take_long() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep({seconds}); RETURN NEW; END $$;
CREATE TRIGGER take_long BEFORE INSERT ON messages FOR EACH ROW WHEN ({when}) EXECUTE FUNCTION take_long();
"""
_FOR_EVER = 30


@pytest.fixture
async def hasty(dsn: str) -> AsyncIterator[Pool]:
    """The batch role's pool, of which no statement may take longer than two seconds."""
    pool = await Pool.open(dsn, Role.APPLY, statement_timeout_ms=2_000)
    yield pool
    await pool.close()


async def slow_down(owner: Owner, when: str, *, seconds: float = _FOR_EVER) -> None:
    await owner.execute(_SLOWLY.format(when=when, seconds=seconds))


async def rounds(applying: Applier, pool: Pool, *, most: int) -> int:
    """Let it try as often as that, or until nothing is left; return how many webhooks are."""
    for _ in range(most):
        with suppress(PostgresError):
            await applying.apply_once(0)
        if not await left(pool):
            break
    return await left(pool)


async def texts(owner: Owner) -> list[str]:
    rows = await owner.fetch("SELECT text FROM messages ORDER BY created_at, provider_message_id")
    return [row["text"] for row in rows]


async def set_aside(owner: Owner) -> list[asyncpg.Record]:
    return await owner.fetch("SELECT kind, reason, item, payload FROM quarantine ORDER BY event_id, item")


async def test_one_item_that_takes_too_long_is_set_aside_with_its_bytes_and_all_others_arrive(
    owner: Owner, number: Number, hasty: Pool
) -> None:
    await slow_down(owner, "NEW.text = 'slow'")
    messages = [text(f"wamid.{n:02}", body="slow" if n == 5 else str(n)) for n in range(12)]
    beside = [text("wamid.50", body="beside"), text("wamid.51", body="slow"), text("wamid.52", body="behind")]
    await deliver(owner, *each_alone(number, messages=messages))
    await deliver(
        owner, body(change(number, messages=beside)), *each_alone(number, messages=[text("wamid.9x")])
    )

    assert await rounds(applier(hasty), hasty, most=40) == 0

    kept = await set_aside(owner)
    assert [(row["kind"], row["reason"], row["item"]) for row in kept] == [
        ("poison", "took_too_long", 0),
        ("poison", "took_too_long", 1),
    ]
    assert all(b"slow" in row["payload"] for row in kept)
    assert "slow" not in await texts(owner)
    assert len(await texts(owner)) == 11 + 2 + 1


async def test_workers_that_take_turns_at_a_lane_do_not_keep_each_other_from_setting_it_aside(
    owner: Owner, number: Number, hasty: Pool
) -> None:
    await slow_down(owner, "NEW.text = 'slow'")
    await deliver(owner, *each_alone(number, messages=[text("wamid.1", body="slow"), text("wamid.2")]))
    stop = asyncio.Event()

    async with asyncio.timeout(120), asyncio.TaskGroup() as workers:
        for _ in range(2):
            workers.create_task(applier(hasty).run(0, stop, Bell(hasty)))
        while await left(hasty):  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.1)
        stop.set()

    assert [(row["reason"], b"slow" in row["payload"]) for row in await set_aside(owner)] == [
        ("took_too_long", True)
    ]


async def test_an_item_that_is_applied_is_not_set_aside_where_what_is_written_down_of_it_takes_too_long(
    owner: Owner, number: Number, hasty: Pool
) -> None:
    await slow_down(owner, "NEW.text = 'slow'")
    messages = [text("wamid.1", body="beside"), text("wamid.2", body="slow")]
    await deliver(owner, body(change(number, messages=messages)))
    await deliver(owner, *each_alone(number, messages=[text("wamid.3", body="behind")]))

    async with owner.transaction():
        await owner.execute("SELECT FROM channel_connections FOR NO KEY UPDATE")
        assert await rounds(applier(hasty), hasty, most=40) == 0

    assert [row["item"] for row in await set_aside(owner)] == [1]
    assert await texts(owner) == ["beside", "behind"]


async def test_a_replay_leaves_what_still_takes_too_long_and_goes_on_behind_it(
    owner: Owner, number: Number, hasty: Pool
) -> None:
    await deliver(owner, *each_alone(number, messages=[text(f"wamid.{n}", body=str(n)) for n in range(4)]))
    assert await rounds(applier(hasty), hasty, most=9) == 0
    await owner.execute("DELETE FROM messages WHERE text <> '0'")
    await slow_down(owner, "NEW.text = '2'")

    done = await replay(hasty, Selection(until=utc_now()), callback_keys=[CALLBACK_KEY])

    assert await texts(owner) == ["0", "1", "3"]
    assert {(one.outcome, one.reason): one.count for one in done.outcomes} == {
        ("applied", "message"): 2,
        ("duplicate", "message"): 1,
        ("quarantined", "took_too_long"): 1,
    }


async def test_a_replay_that_runs_out_of_patience_goes_on_behind_what_took_too_long(
    owner: Owner, number: Number, hasty: Pool
) -> None:
    await slow_down(owner, "NEW.text = '0'")
    await deliver(owner, *each_alone(number, messages=[text(f"wamid.{n}", body=str(n)) for n in range(4)]))
    selection, after, read = Selection(until=utc_now()), BEGINNING, []

    while True:
        done = await replay(
            hasty, selection, callback_keys=[CALLBACK_KEY], after=after, patience=timedelta(0)
        )
        read.append(done.webhooks)
        if done.stopped_at is None:
            break
        after = done.stopped_at

    assert read == [2, 2, 0]
    assert await texts(owner) == ["1", "2", "3"]


async def test_a_replay_breaks_off_where_the_database_has_too_much_to_do(
    owner: Owner, number: Number, hasty: Pool
) -> None:
    await owner.execute("CREATE SEQUENCE tries; GRANT USAGE ON SEQUENCE tries TO app_apply")
    await slow_down(owner, "nextval('tries') > 0")
    await deliver(owner, *each_alone(number, messages=[text(f"wamid.{n:02}") for n in range(12)]))

    with pytest.raises(TookTooLong):
        await replay(hasty, Selection(until=utc_now()), callback_keys=[CALLBACK_KEY])

    assert await owner.fetchval("SELECT last_value FROM tries") == 1 + 5


async def test_a_database_that_has_too_much_to_do_sets_nothing_aside_and_all_arrives_once_it_has_not(
    owner: Owner, number: Number, hasty: Pool
) -> None:
    await slow_down(owner, "true")
    await deliver(owner, *each_alone(number, messages=[text(f"wamid.{n}", body=str(n)) for n in range(3)]))
    applying = applier(hasty)

    assert await rounds(applying, hasty, most=6) == 3
    await owner.execute("DROP TRIGGER take_long ON messages")
    assert await rounds(applying, hasty, most=6) == 0

    assert await set_aside(owner) == []
    assert await texts(owner) == ["0", "1", "2"]


async def test_a_batch_that_is_too_much_at_once_arrives_in_parts(
    owner: Owner, number: Number, hasty: Pool
) -> None:
    await slow_down(owner, "true", seconds=0.1)
    await deliver(
        owner, *each_alone(number, messages=[text(f"wamid.{n:02}", body=str(n)) for n in range(30)])
    )

    assert await rounds(applier(hasty), hasty, most=40) == 0

    assert await set_aside(owner) == []
    assert len(await texts(owner)) == 30


async def test_who_waits_for_a_lock_that_somebody_holds_is_not_set_aside(
    owner: Owner, number: Number, hasty: Pool
) -> None:
    await deliver(owner, *each_alone(number, messages=[text("wamid.1", body="first")]))
    assert await rounds(applier(hasty), hasty, most=3) == 0
    await deliver(owner, *each_alone(number, messages=[text("wamid.2"), text("wamid.3"), text("wamid.4")]))
    applying = applier(hasty)

    async with owner.transaction():
        await owner.execute("SELECT FROM conversations FOR UPDATE")
        for _ in range(5):
            with pytest.raises(PostgresError) as refused:
                await applying.apply_once(0)
            assert not isinstance(refused.value, TookTooLong)

    assert await rounds(applying, hasty, most=3) == 0
    assert await set_aside(owner) == []
