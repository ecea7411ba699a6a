"""What a failure says of the number, the account or the template counts also where Meta tells it only after it had taken the message."""

import json
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

import asyncpg
import pytest

from bed.appliers import drain
from bed.rows import Number, Sent, insert_number, insert_sent
from bed.webhooks import body, change, deliver, status
from bed.working import work_off
from curbe.connections import service as connections
from curbe.domain.notices import TemplateReported, TemplateStatus
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.jobs import Runner
from curbe.ingest.defer_conclusions import CONCLUDE
from curbe.ingest.parked import Parked
from curbe.outbound.conclusions import Concluding
from curbe.templates import service as templates
from curbe.templates.service import TemplateNews

pytestmark = pytest.mark.anyio
Owner = asyncpg.Connection
Work = Callable[[], Awaitable[int]]
MINUTE = timedelta(minutes=1)


@pytest.fixture
def work(apply: Pool, worker: Pool) -> Work:
    async def run() -> int:
        runner = Runner(
            everybody=apply,
            pool=worker,
            handlers={CONCLUDE: Concluding(worker)},
            at_once=4,
            lease=MINUTE,
        )
        return await work_off(runner)

    return run


async def failing(owner: Owner, sent: Sent, code: int, *, at: datetime | None = None) -> None:
    """Meta tells that a message it had taken failed."""
    told = status(
        sent.provider_message_id or "",
        "failed",
        at=at or utc_now() + MINUTE,
        errors=[{"code": code, "title": "No"}],
    )
    await deliver(owner, body(change(sent.number, statuses=[told]), waba_id=sent.number.waba_id))


async def taken(owner: Owner, number: Number, wamid: str = "wamid.1") -> Sent:
    return await insert_sent(owner, number, provider_message_id=wamid, accepted_at=utc_now())


async def standing(owner: Owner, number: Number) -> tuple[str, str | None]:
    row = await owner.fetchrow(
        "SELECT status::text, pause_reason FROM channel_connections WHERE id = $1", number.connection_id
    )
    return row["status"], row["pause_reason"]


@pytest.mark.parametrize("code", [131042, 131031, 190])
async def test_a_number_that_meta_does_not_let_send_is_paused_by_what_it_tells_later(
    owner: Owner, apply: Pool, number: Number, work: Work, code: int
) -> None:
    await failing(owner, await taken(owner, number), code)
    await drain(apply)
    await work()

    paused, reason = await standing(owner, number)
    assert paused == "error"
    assert str(code) in (reason or "")
    assert await owner.fetchval("SELECT count(*) FROM audit_log WHERE action = 'connection.paused'") == 1
    assert await owner.fetchval("SELECT count(*) FROM events WHERE type = 'connection_updated'") == 1


async def test_what_was_said_of_a_number_before_it_was_resumed_pauses_it_no_more(
    owner: Owner, apply: Pool, worker: Pool, number: Number, work: Work
) -> None:
    old = utc_now() + MINUTE
    await failing(owner, await taken(owner, number), 131042, at=old)
    await drain(apply)
    await work()
    assert (await standing(owner, number))[0] == "error"
    async with worker.transaction(number.tenant_id) as tx:
        await connections.resume(
            tx, tenant_id=number.tenant_id, connection_id=number.connection_id, actor="user:1"
        )
    since = await owner.fetchval("SELECT sends_since FROM channel_connections")
    assert utc_now() - since < MINUTE

    await failing(owner, await taken(owner, number, "wamid.2"), 131042, at=since - MINUTE)
    await drain(apply)
    assert await work() == 1
    assert (await standing(owner, number))[0] == "active"


@pytest.mark.parametrize(("code", "held"), [(131048, 1), (131064, 2)])
async def test_complaints_told_later_hold_back_what_goes_to_many_for_a_day_from_then(
    owner: Owner, apply: Pool, number: Number, work: Work, code: int, held: int
) -> None:
    await insert_number(owner, number.tenant_id, waba_id=number.waba_id)
    at = utc_now() - timedelta(hours=20)
    await failing(owner, await taken(owner, number), code, at=at)
    await drain(apply)
    await work()

    rows = await owner.fetch("SELECT code, until FROM send_holds")
    assert [row["code"] for row in rows] == [code] * held
    for row in rows:
        assert abs(row["until"] - at - timedelta(hours=24)) < MINUTE
    assert await standing(owner, number) == ("active", None)


async def test_every_number_that_complaints_hold_back_is_told_of_as_it_stands_and_none_that_is_not_connected(
    owner: Owner, apply: Pool, worker: Pool, number: Number, work: Work
) -> None:
    other = await insert_number(owner, number.tenant_id, waba_id=number.waba_id)
    gone = await insert_number(owner, number.tenant_id, waba_id=number.waba_id, status="revoked")
    sent = await taken(owner, number)
    async with worker.transaction(number.tenant_id) as tx:
        await connections.pause(
            tx,
            tenant_id=number.tenant_id,
            connection_id=number.connection_id,
            reason="The token has expired.",
        )
    await owner.execute("DELETE FROM events")
    await failing(owner, sent, 131064)
    await drain(apply)
    await work()

    events = await owner.fetch("SELECT data FROM events WHERE type = 'connection_updated'")
    told = {one["id"]: one["status"] for one in (json.loads(event["data"]) for event in events)}
    assert told == {str(number.connection_id): "error", str(other.connection_id): "active"}
    held = await owner.fetch("SELECT subject, detail FROM audit_log WHERE action = 'connection.hold'")
    assert {row["subject"] for row in held} == told.keys()
    assert {row["detail"] for row in held} == {'{"codes": ["131064"]}'}
    holding = await owner.fetch("SELECT channel_connection_id AS id FROM send_holds")
    assert {row["id"] for row in holding} == {
        number.connection_id,
        other.connection_id,
        gone.connection_id,
    }, "it may be connected again within the day"


async def test_complaints_of_days_ago_hold_nothing_back(
    owner: Owner, apply: Pool, number: Number, work: Work
) -> None:
    await failing(owner, await taken(owner, number), 131048, at=utc_now() - timedelta(days=2))
    await drain(apply)

    assert await work() == 1
    assert await owner.fetchval("SELECT count(*) FROM send_holds") == 0


@pytest.mark.parametrize(("code", "says"), [(132015, "PAUSED"), (132016, "DISABLED")])
async def test_a_template_that_meta_refuses_later_stands_so(
    owner: Owner, apply: Pool, worker: Pool, number: Number, work: Work, code: int, says: str
) -> None:
    names = ["offer", "reminder", "untouched"]
    reported = [
        TemplateReported(
            template_id=f"90{n}",
            name=name,
            language="es",
            at=utc_now() - MINUTE,
            tie="",
            status=TemplateStatus("APPROVED", "APPROVED"),
        )
        for n, name in enumerate(names)
    ]
    async with worker.transaction(number.tenant_id) as tx:
        await templates.apply(tx, [TemplateNews(number.tenant_id, number.waba_id, one) for one in reported])
    for name in (*names[:2], names[0]):
        sent = await taken(
            owner, number, f"wamid.{name}.{await owner.fetchval('SELECT count(*) FROM messages')}"
        )
        payload = json.dumps({"type": "template", "template": {"name": name, "language": {"code": "es"}}})
        await owner.execute(
            "UPDATE messages SET type = 'template', payload = $2::jsonb WHERE id = $1", sent.id, payload
        )
        await failing(owner, sent, code)
    await drain(apply)

    assert await work() == 2, "one message of each template tells it"
    found = dict(await owner.fetch("SELECT name, status FROM templates"))
    assert found == {"offer": says, "reminder": says, "untouched": "APPROVED"}


async def test_a_failure_that_came_before_its_message_was_known_counts_too(
    owner: Owner, apply: Pool, number: Number, work: Work
) -> None:
    early = Sent(
        number=number,
        id=number.connection_id,
        conversation_id=number.tenant_id,
        provider_message_id="wamid.1",
    )
    await failing(owner, early, 131042)
    await drain(apply)
    await taken(owner, number)
    assert (await Parked(apply).apply())["statuses"] == 1
    await work()

    assert (await standing(owner, number))[0] == "error"


async def test_a_failure_that_is_about_one_person_asks_for_nothing_more(
    owner: Owner, apply: Pool, number: Number, work: Work
) -> None:
    await failing(owner, await taken(owner, number), 131026)
    await drain(apply)

    assert await work() == 0
    assert await standing(owner, number) == ("active", None)
