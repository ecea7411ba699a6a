"""What was queued before Meta let an account write to nobody first waits until that has ended: nothing is asked, nothing fails."""

import json
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from bed.queueing import queue_texts
from bed.rows import Number, insert_conversation
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.outbound import store
from curbe.outbound.governing import admit
from curbe.outbound.governor import NOTIFICATION, REPLY, Pairs
from curbe.outbound.rechecking import recheck

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
TEMPLATE = json.dumps({"type": "template", "template": {"name": "hello", "language": {"code": "es"}}})


@pytest.fixture(autouse=True)
async def approved(owner: Owner, number: Number) -> None:
    await owner.execute(
        """INSERT INTO templates (tenant_id, id, waba_id, provider_template_id, name, language, status, category)
           VALUES ($1, gen_random_uuid(), $2, '1', 'hello', 'es', 'APPROVED', 'UTILITY')""",
        number.tenant_id,
        number.waba_id,
    )


async def restrict(owner: Owner, until: datetime) -> None:
    await owner.execute(
        """UPDATE channel_connections
              SET health = jsonb_build_object('restriction.RESTRICTED_BIZ_INITIATED_MESSAGING',
                                              jsonb_build_object('until', $1::timestamptz))""",
        until,
    )


async def goes(worker: Pool, number: Number) -> list[UUID]:
    """Claim as a sender does, and return what may go."""
    where = {"tenant_id": number.tenant_id, "connection_id": number.connection_id}
    async with worker.transaction(number.tenant_id) as tx:
        account = await store.sending_account(tx, **where)
        assert account is not None
        claims = await store.claim(tx, **where, most=10, lease=timedelta(seconds=60))
        may_go, failed = await recheck(tx, **where, claims=claims, now=account.now)
        assert failed == []
        admitted = await admit(tx, account, may_go, pairs=Pairs(now=account.now), now=account.now)
    return [claim.message_id for claim in admitted]


@pytest.mark.parametrize("priority", [REPLY, NOTIFICATION])
async def test_a_template_that_was_queued_waits_until_the_restriction_ends(
    owner: Owner, web: Pool, worker: Pool, number: Number, priority: int
) -> None:
    stranger = await insert_conversation(owner, number, last_inbound_at=None)
    [template] = await queue_texts(web, number, [stranger], priority=priority, payload=TEMPLATE)
    await restrict(owner, utc_now() + timedelta(minutes=30))

    assert await goes(worker, number) == []
    row = await owner.fetchrow(
        "SELECT waits, put_off, holds, attempt, available_at - now() AS left FROM outbox WHERE message_id = $1",
        template,
    )
    assert (row["waits"], row["put_off"], row["holds"], row["attempt"]) == ("time", "room", False, 0)
    assert timedelta(minutes=25) < row["left"] < timedelta(minutes=31)
    assert await owner.fetchval("SELECT status FROM messages WHERE id = $1", template) == "queued"

    await restrict(owner, utc_now() - timedelta(seconds=1))
    await owner.execute("UPDATE outbox SET waits = NULL, available_at = now()")
    assert await goes(worker, number) == [template]


async def test_whoever_writes_meanwhile_is_answered(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    person = await insert_conversation(owner, number, last_inbound_at=utc_now())
    stranger = await insert_conversation(owner, number, wa_id="34600000002", last_inbound_at=None)
    await queue_texts(web, number, [stranger], payload=TEMPLATE)
    [reply] = await queue_texts(web, number, [person])
    await restrict(owner, utc_now() + timedelta(minutes=30))

    assert await goes(worker, number) == [reply]
