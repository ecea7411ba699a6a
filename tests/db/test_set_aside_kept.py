"""What is set aside holds people's words: they are kept for as long as it is set aside, and no longer than the webhook log."""

from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from bed.appliers import drain
from bed.rows import CALLBACK_KEY, insert_number
from bed.webhooks import deliver, each_alone, text
from curbe.infra.db import Pool
from curbe.ingest import quarantine
from curbe.ingest.replay import Selection, rehearse, replay

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
STRANGER = "399999999999999"
KEPT = timedelta(days=30)


async def receive(owner: Owner, apply: Pool, *texts: str) -> None:
    await deliver(owner, *each_alone(STRANGER, messages=[text(f"wamid.{one}", body=one) for one in texts]))
    await drain(apply)


async def bytes_of(owner: Owner) -> list[bytes]:
    return [row["payload"] for row in await owner.fetch("SELECT payload FROM quarantine ORDER BY event_id")]


def everything() -> Selection:
    return Selection(until=datetime(2100, 1, 1, tzinfo=UTC))


async def test_once_a_replay_has_applied_it_its_bytes_are_gone(owner: Owner, apply: Pool) -> None:
    await receive(owner, apply, "Hola")
    await insert_number(owner, phone_number_id=STRANGER)

    await rehearse(apply, everything(), callback_keys=[CALLBACK_KEY], told=lambda _: None)
    (rehearsed,) = await bytes_of(owner)
    await replay(apply, everything(), callback_keys=[CALLBACK_KEY])

    assert b"Hola" in rehearsed
    assert await bytes_of(owner) == [b""]


async def test_what_a_replay_could_not_apply_keeps_its_bytes(owner: Owner, apply: Pool) -> None:
    await receive(owner, apply, "Hola")
    before = await bytes_of(owner)

    await replay(apply, everything(), callback_keys=[CALLBACK_KEY])

    assert await bytes_of(owner) == before
    assert await owner.fetchval("SELECT count(*) FROM quarantine WHERE released_at IS NULL") == 1


async def test_it_goes_with_the_day_of_the_webhook_log_that_it_came_on(owner: Owner, apply: Pool) -> None:
    await receive(owner, apply, "older", "old", "young", "today")
    # The log keeps 30 whole days and drops the 31st: what came at its first moment stays as long as that day.
    midnight = "date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'"
    for said, at in (
        ("older", f"{midnight} - interval '60 days'"),
        ("old", f"{midnight} - interval '30 days 1 second'"),
        ("young", f"{midnight} - interval '30 days'"),
    ):
        await owner.execute(
            f"UPDATE quarantine SET event_received_at = {at} WHERE position('{said}\"' IN encode(payload, 'escape')) > 0"
        )

    dropped = await quarantine.drop_old(apply, kept=KEPT)

    assert dropped == 2
    left = await bytes_of(owner)
    assert [b"young" in left[0], b"today" in left[1], len(left)] == [True, True, 2]
