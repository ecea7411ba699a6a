"""What a message costs by, and what Meta said beside accepting it, as the API tells it."""

from datetime import timedelta
from itertools import permutations

import asyncpg
import pytest

from bed.appliers import drain
from bed.rows import NOW, Number, insert_sent
from bed.webhooks import body, change, deliver, status
from curbe.inbox import service
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio

PRICE = {"billable": True, "pricing_model": "PMP", "type": "regular", "category": "service"}


@pytest.mark.parametrize("order", list(permutations(range(3))))
@pytest.mark.parametrize("together", [True, False])
async def test_the_price_of_the_furthest_report_counts_in_any_order(
    owner: asyncpg.Connection,
    apply: Pool,
    web: Pool,
    number: Number,
    order: tuple[int, ...],
    *,
    together: bool,
) -> None:
    sent = await insert_sent(owner, number, provider_message_id="wamid.1", accepted_at=NOW)
    reports = [
        status("wamid.1", "sent", at=NOW, pricing=PRICE | {"category": "utility"}),
        status("wamid.1", "delivered", at=NOW + timedelta(seconds=1), pricing=PRICE),
        status("wamid.1", "read", at=NOW + timedelta(seconds=2)),
    ]
    await deliver(owner, *[body(change(number, statuses=[reports[index]])) for index in order])
    await drain(apply, most=500 if together else 1)

    async with web.transaction(number.tenant_id) as tx:
        [message] = await service.messages_by_id(tx, tenant_id=number.tenant_id, ids=[sent.id])
    assert message.pricing is not None
    assert (message.pricing.type, message.pricing.category, message.pricing.model) == (
        "regular",
        "service",
        "PMP",
    )


async def test_what_was_read_was_delivered_though_meta_did_not_say_so(
    owner: asyncpg.Connection, apply: Pool, web: Pool, number: Number
) -> None:
    sent = await insert_sent(owner, number, provider_message_id="wamid.1", accepted_at=NOW)
    await owner.execute("UPDATE messages SET provider_status = 'held_for_quality_assessment'")
    await deliver(owner, body(change(number, statuses=[status("wamid.1", "read", at=NOW)])))
    await drain(apply)

    async with web.transaction(number.tenant_id) as tx:
        [message] = await service.messages_by_id(tx, tenant_id=number.tenant_id, ids=[sent.id])
    assert (message.status, message.delivered_at, message.read_at) == ("read", NOW, NOW)
    assert message.provider_status == "held_for_quality_assessment"
    assert await owner.fetchval("SELECT delivered_at FROM messages") is None, "what is kept is what was told"
