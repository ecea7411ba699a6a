"""While a long list of phones is read, whatever else the process does goes on."""

import asyncio
from collections.abc import Awaitable
from time import thread_time

import pytest

from bed.campaigns import Desk
from bed.rows import Number
from curbe.campaigns import audience
from curbe.campaigns.audience_shapes import Listed, ListedRecipient
from curbe.consent import imports
from curbe.consent.gate import Consent
from curbe.consent.imports import Brought
from curbe.consent.lists import MOST_ROWS, Columns
from curbe.consent.rules import About
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio


async def share_of_the_longest_pause(work: Awaitable[object]) -> float:
    """Return how much of the work was done at a stretch, in processor time: the machine may have more to do."""
    began = last = thread_time()
    longest = 0.0
    working = asyncio.ensure_future(work)
    while not working.done():
        await asyncio.sleep(0.001)
        now = thread_time()
        longest, last = max(longest, now - last), now
    await working
    return longest / (last - began)


async def test_a_list_of_consents_is_read_beside_everything_else(web: Pool, number: Number) -> None:
    lines = "\n".join(f"+3460{n}" for n in range(MOST_ROWS))  # too short, each of them
    brought = Brought(
        tenant_id=number.tenant_id,
        data=f"phone\n{lines}\n".encode(),
        columns=Columns(None, None),
        filename=None,
        about=About.MARKETING,
        state=Consent.IN,
        proof="A form",
        country=None,
        actor="cli",
        at=utc_now(),
    )

    assert await share_of_the_longest_pause(imports.bring(web, brought)) < 0.3


async def test_recipients_that_a_request_names_are_read_beside_everything_else(desk: Desk) -> None:
    campaign_id = await desk.campaign(1)
    listed = Listed(recipients=[ListedRecipient(f"+3460{n}", {}) for n in range(5_000)])

    async def added() -> None:
        async with desk.web.transaction(desk.tenant_id) as tx:
            await audience.add_list(tx, listed, tenant_id=desk.tenant_id, campaign_id=campaign_id)

    assert await share_of_the_longest_pause(added()) < 0.3
