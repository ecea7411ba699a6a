"""Replays of stored webhooks, as the operator asks for them: what was missed is added, nothing is there twice."""

from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from bed import webhooks
from bed.installation import SETTINGS, Installation, installed
from bed.rows import CALLBACK_KEY, Number, insert_number, insert_tenant
from curbe.infra.db import Pool
from curbe.infra.metrics import Metrics
from curbe.ingest.applier import Applier

pytestmark = pytest.mark.anyio

UNKNOWN = "300000000000077"  # a number that nobody has connected
TABLES = ("contacts", "contact_aliases", "conversations", "messages", "notices", "events", "parked_statuses")


@pytest.fixture
def here(dsn: str) -> Iterator[Installation]:
    with installed(**SETTINGS, DATABASE_URL=dsn) as installation:
        yield installation


async def receive(owner: asyncpg.Connection, apply: Pool, number: Number | str, *texts: str) -> None:
    """Deliver one message a webhook, and let the worker apply them."""
    messages = [webhooks.text(f"wamid.{text}", body=text) for text in texts]
    await webhooks.deliver(owner, *webhooks.each_alone(number, messages=messages))
    applier = Applier(apply, callback_keys=[CALLBACK_KEY], metrics=Metrics())
    while await applier.apply_once(0):
        pass


async def texts_of(owner: asyncpg.Connection, number: Number) -> list[str]:
    rows = await owner.fetch(
        "SELECT text FROM messages WHERE channel_connection_id = $1 ORDER BY text", number.connection_id
    )
    return [row["text"] for row in rows]


async def everything(owner: asyncpg.Connection) -> dict[str, list[Any]]:
    return {
        table: sorted(str(row) for row in await owner.fetch(f"SELECT t::text FROM {table} t"))
        for table in TABLES
    }


def outcomes(done: dict[str, Any]) -> dict[tuple[str, str], int]:
    return {(one["outcome"], one["reason"]): one["count"] for one in done["outcomes"]}


async def test_what_came_before_its_number_was_connected_reaches_its_tenant_once(
    here: Installation, owner: asyncpg.Connection, apply: Pool
) -> None:
    other = await insert_number(owner)
    await receive(owner, apply, UNKNOWN, "early", "bird")
    await receive(owner, apply, other, "elsewhere")
    assert {one["reason"] for one in here.answer("webhook", "quarantine")} == {"unknown_number"}
    number = await insert_number(owner, phone_number_id=UNKNOWN)

    done = here.answer("webhook", "replay", "--phone-number-id", UNKNOWN)

    assert (done["webhooks"], outcomes(done)) == (2, {("applied", "message"): 2})
    assert await texts_of(owner, number) == ["bird", "early"]
    assert await texts_of(owner, other) == ["elsewhere"]
    assert here.answer("webhook", "quarantine") == []

    before = await everything(owner)
    again = here.answer("webhook", "replay", "--phone-number-id", UNKNOWN)
    assert outcomes(again) == {("duplicate", "message"): 2}
    assert await everything(owner) == before


async def test_replaying_all_there_is_changes_no_tenants_table(
    here: Installation, owner: asyncpg.Connection, apply: Pool
) -> None:
    number = await insert_number(owner)
    await receive(owner, apply, number, *(f"text {n}" for n in range(20)))
    statuses = [webhooks.status("wamid.text 1", "read"), webhooks.status("wamid.nobody", "sent")]
    await webhooks.deliver(owner, webhooks.body(webhooks.change(number, statuses=statuses)))
    await receive(owner, apply, UNKNOWN, "nobody's")
    before = await everything(owner)

    done = here.answer("webhook", "replay", "--since", "1h")

    assert done["webhooks"] == 22
    assert await everything(owner) == before
    assert len(here.answer("webhook", "quarantine")) == 1, "whose number is still unknown stays set aside"


async def test_a_rehearsal_counts_and_leaves_all_as_it_was(
    here: Installation, owner: asyncpg.Connection, apply: Pool
) -> None:
    await receive(owner, apply, UNKNOWN, "early")
    number = await insert_number(owner, phone_number_id=UNKNOWN)
    before = await everything(owner)

    done = here.answer("webhook", "replay", "--since", "1h", "--dry-run")

    assert done["dry_run"]
    assert outcomes(done) == {("applied", "message"): 1}
    assert await everything(owner) == before
    assert await texts_of(owner, number) == []
    assert len(here.answer("webhook", "quarantine")) == 1


async def test_single_webhooks_are_replayed_by_their_ids(
    here: Installation, owner: asyncpg.Connection, apply: Pool
) -> None:
    await receive(owner, apply, UNKNOWN, "first", "second", "third")
    number = await insert_number(owner, phone_number_id=UNKNOWN)
    first, _, third = (one["event_id"] for one in here.answer("webhook", "quarantine"))

    done = here.answer("webhook", "replay", "--event", str(third), "--event", str(first))

    assert done["webhooks"] == 2
    assert await texts_of(owner, number) == ["first", "third"]
    nothing = here.curbe("webhook", "replay", "--event", str(third + 1000))
    assert (nothing.returncode, "No stored webhook" in nothing.stdout) == (0, True)


async def test_a_tenants_webhooks_are_those_that_name_one_of_its_numbers(
    here: Installation, owner: asyncpg.Connection, apply: Pool
) -> None:
    await receive(owner, apply, UNKNOWN, "mine")
    await receive(owner, apply, "300000000000078", "another's")
    tenant = await insert_tenant(owner)
    mine = await insert_number(owner, tenant, phone_number_id=UNKNOWN)
    others = await insert_number(owner, phone_number_id="300000000000078")

    done = here.answer("webhook", "replay", "--tenant", str(tenant))

    assert done["webhooks"] == 1
    assert await texts_of(owner, mine) == ["mine"]
    assert await texts_of(owner, others) == []


async def test_a_tenant_without_a_number_has_nothing_to_replay(
    here: Installation, owner: asyncpg.Connection, apply: Pool
) -> None:
    await receive(owner, apply, UNKNOWN, "nobody's")

    done = here.answer("webhook", "replay", "--tenant", str(await insert_tenant(owner)))

    assert done["webhooks"] == 0


async def test_a_span_of_time_ends_before_its_end(
    here: Installation, owner: asyncpg.Connection, apply: Pool
) -> None:
    await receive(owner, apply, UNKNOWN, "old", "new")
    await owner.execute(
        "UPDATE webhook_events SET received_at = '2026-11-01T10:00:00Z' WHERE position('wamid.old' IN encode(body, 'escape')) > 0"
    )
    number = await insert_number(owner, phone_number_id=UNKNOWN)

    done = here.answer(
        "webhook", "replay", "--since", "2026-11-01T10:00:00Z", "--until", "2026-11-01T11:00:01+01:00"
    )

    assert done["webhooks"] == 1
    assert await texts_of(owner, number) == ["old"]
    before = here.answer(
        "webhook", "replay", "--since", "2026-10-01T00:00:00Z", "--until", "2026-11-01T10:00:00Z"
    )
    assert before["webhooks"] == 0


async def test_more_than_one_batch_is_replayed_whole(
    here: Installation, owner: asyncpg.Connection, apply: Pool
) -> None:
    texts = [f"text {n:04}" for n in range(1203)]
    await receive(owner, apply, UNKNOWN, *texts)
    number = await insert_number(owner, phone_number_id=UNKNOWN)

    done = here.answer("webhook", "replay", "--since", "1h")

    assert done["webhooks"] == 1203
    assert await texts_of(owner, number) == texts


async def test_what_is_set_aside_and_no_longer_in_the_log_is_named_and_stays(
    here: Installation, owner: asyncpg.Connection, apply: Pool
) -> None:
    await receive(owner, apply, UNKNOWN, "gone", "there")
    await owner.execute(
        "DELETE FROM webhook_events WHERE position('wamid.gone' IN encode(body, 'escape')) > 0"
    )
    number = await insert_number(owner, phone_number_id=UNKNOWN)

    done = here.answer("webhook", "replay", "--phone-number-id", UNKNOWN)

    assert await texts_of(owner, number) == ["there"]
    (gone,) = done["gone"]
    assert gone["phone_number_id"] == UNKNOWN
    assert [one["id"] for one in here.answer("webhook", "quarantine")] == [gone["id"]]


async def test_a_broken_body_stays_set_aside_with_its_neighbours_applied(
    here: Installation, owner: asyncpg.Connection, apply: Pool
) -> None:
    number = await insert_number(owner)
    await webhooks.deliver(owner, b"{")
    await receive(owner, apply, number, "whole")

    done = here.answer("webhook", "replay", "--since", "1h")

    assert done["webhooks"] == 2
    (broken,) = here.answer("webhook", "quarantine", "--kind", "poison")
    assert outcomes(done)["quarantined", broken["reason"]] == 1


async def test_the_operators_log_says_that_there_was_a_replay(
    here: Installation, owner: asyncpg.Connection, apply: Pool
) -> None:
    await receive(owner, apply, UNKNOWN, "early")

    here.answer("webhook", "replay", "--since", "1h", "--dry-run")
    here.answer("webhook", "replay", "--phone-number-id", UNKNOWN)

    rows = await owner.fetch(
        "SELECT actor, detail->>'webhooks' AS webhooks FROM audit_log WHERE action = 'webhook.replayed'"
    )
    assert [(row["actor"], row["webhooks"]) for row in rows] == [("cli", "1")]
