"""What is written once more, as nobody heard whether it was committed: the second time changes nothing of what has gone on since."""

from datetime import timedelta

import asyncpg
import pytest

from bed.queueing import queue_texts
from bed.rows import Number, insert_conversation
from curbe.inbox import outbound_messages
from curbe.inbox.outbound_messages import Intent, Settlement, Verdict
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.outbound import store
from curbe.outbound.attempt import Attempted
from curbe.outbound.settle import Settler
from curbe.outbound.store import PutBack

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
LEASE = timedelta(seconds=60)


async def begun(worker: Pool, number: Number) -> list[Intent]:
    """Claim what may go, mark the intent to send it and drop what has its answer, as a sender does; return what is being sent."""
    async with worker.transaction(number.tenant_id) as tx:
        claims = await store.claim(
            tx, tenant_id=number.tenant_id, connection_id=number.connection_id, most=10, lease=LEASE
        )
        ids = [claim.message_id for claim in claims]
        marked = await outbound_messages.mark_sending(tx, tenant_id=number.tenant_id, ids=ids) if ids else []
        answered = set(ids).difference(intent.id for intent in marked)
        await store.drop(tx, tenant_id=number.tenant_id, message_ids=list(answered))
        return marked


async def settle(worker: Pool, number: Number, outcome: Attempted) -> None:
    settler = Settler(worker, tenant_id=number.tenant_id, connection_id=number.connection_id)
    settler.add(outcome)
    settler.stop()
    await settler.run()


def refused_for_now(intent: Intent) -> Attempted:
    said = Settlement(id=intent.id, attempt=intent.attempt, verdict=Verdict.QUEUED, at=utc_now())
    back = PutBack(message_id=intent.id, pause=timedelta(), counted=True)
    return Attempted(settlement=said, put_back=back, next=None, failure=None, sealed_token="")


async def test_an_outcome_that_is_written_once_more_takes_no_lease_from_the_attempt_that_followed(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    await queue_texts(web, number, [await insert_conversation(owner, number)])
    (first,) = await begun(worker, number)
    await settle(worker, number, refused_for_now(first))
    (second,) = await begun(worker, number)

    await settle(worker, number, refused_for_now(first))

    assert await begun(worker, number) == [], "it is being sent"
    await settle(worker, number, refused_for_now(second))
    (third,) = await begun(worker, number)
    assert third.id == first.id
    assert await owner.fetchval("SELECT refusals FROM outbox") == 2
