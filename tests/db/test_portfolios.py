"""A person has an id of their own in each business portfolio: what goes out from a number goes to the id that its portfolio knows."""

from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from bed.appliers import drain
from bed.queueing import queue_texts
from bed.rows import NOW, Number, insert_number
from bed.webhooks import Json, body, change, deliver, text
from curbe.consent import facts
from curbe.consent.facts import Recipient
from curbe.consent.gate import Admitted, Purpose, Refusal, Wanted
from curbe.inbox import contacts
from curbe.infra.db import Pool
from curbe.outbound import store
from curbe.retention import erasures

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
HOUR = timedelta(hours=1)
PARENT = "ES.ENT.1"


@pytest.fixture
async def second(owner: Owner, number: Number) -> Number:
    """Another number of the tenant's, of another WABA."""
    return await insert_number(owner, number.tenant_id)


def hidden(wamid: str, bsuid: str, *, at: datetime, parent: str | None = PARENT) -> Json:
    """Somebody writes who does not show their number."""
    ids: Json = {"from": None, "from_user_id": bsuid}
    return text(wamid, at=at) | ids | ({"from_parent_user_id": parent} if parent else {})


async def wrote(owner: Owner, apply: Pool, number: Number, message: Json) -> None:
    await deliver(owner, body(change(number, messages=[message])))
    await drain(apply)


async def is_of(owner: Owner, number: Number, portfolio: str) -> None:
    await owner.execute(
        """UPDATE channel_connections
              SET health = health || jsonb_build_object('portfolio', jsonb_build_object('value', $2::text, 'at', now()))
            WHERE id = $1""",
        number.connection_id,
        portfolio,
    )


async def thread_with(owner: Owner, number: Number) -> UUID:
    return await owner.fetchval(
        "SELECT id FROM conversations WHERE channel_connection_id = $1 AND merged_into IS NULL",
        number.connection_id,
    )


async def goes_to(owner: Owner, web: Pool, worker: Pool, number: Number) -> tuple[str | None, str | None]:
    """Whom a reply goes to that somebody writes from a number."""
    await queue_texts(web, number, [await thread_with(owner, number)])
    async with worker.transaction(number.tenant_id) as tx:
        (claim,) = await store.claim(
            tx,
            tenant_id=number.tenant_id,
            connection_id=number.connection_id,
            most=10,
            lease=timedelta(seconds=60),
        )
    return claim.e164, claim.bsuid


async def asked(owner: Owner, web: Pool, number: Number) -> Admitted | Refusal:
    thread = await thread_with(owner, number)
    async with web.transaction(number.tenant_id) as tx:
        (answer,) = await facts.ask(
            tx,
            [Recipient(conversation_id=thread)],
            tenant_id=number.tenant_id,
            connection_id=number.connection_id,
            wanted=[Wanted(Purpose.REPLY)],
            now=NOW + 2 * HOUR,
        )
    return answer


async def test_whoever_wrote_to_numbers_of_two_portfolios_is_answered_by_the_id_that_each_knows(
    owner: Owner, apply: Pool, web: Pool, worker: Pool, number: Number, second: Number
) -> None:
    await wrote(owner, apply, number, hidden("wamid.1", "ES.1", at=NOW))
    await wrote(owner, apply, second, hidden("wamid.2", "ES.2", at=NOW + HOUR))

    assert await owner.fetchval("SELECT count(*) FROM contacts") == 1, (
        "by their parent id they are one person"
    )
    assert await goes_to(owner, web, worker, number) == (None, "ES.1")
    assert await goes_to(owner, web, worker, second) == (None, "ES.2")


async def test_two_whom_somebody_made_one_are_each_answered_by_the_id_that_the_number_knows(
    owner: Owner, apply: Pool, web: Pool, worker: Pool, number: Number, second: Number
) -> None:
    await wrote(owner, apply, number, hidden("wamid.1", "ES.1", at=NOW, parent=None))
    await wrote(owner, apply, second, hidden("wamid.2", "ES.2", at=NOW + HOUR, parent=None))
    one, other = [row["id"] for row in await owner.fetch("SELECT id FROM contacts ORDER BY id")]
    async with web.transaction(number.tenant_id) as tx:
        await contacts.merge(tx, tenant_id=number.tenant_id, contact_id=one, other_id=other, actor="user:1")

    assert await goes_to(owner, web, worker, number) == (None, "ES.1")
    assert await goes_to(owner, web, worker, second) == (None, "ES.2")


async def test_an_id_that_changed_is_used_by_every_number_of_its_portfolio_and_by_no_other(
    owner: Owner, apply: Pool, web: Pool, worker: Pool, number: Number, second: Number
) -> None:
    sister = await insert_number(owner, number.tenant_id)
    for one, portfolio in ((number, "7001"), (sister, "7001"), (second, "7002")):
        await is_of(owner, one, portfolio)
    await wrote(owner, apply, number, hidden("wamid.1", "ES.1", at=NOW))
    await wrote(owner, apply, sister, hidden("wamid.2", "ES.1", at=NOW + HOUR / 2))
    await wrote(owner, apply, second, hidden("wamid.3", "ES.2", at=NOW))
    renamed = {"type": "user_changed_user_id", "previous_user_id": "ES.1", "user_id": "ES.3"}
    told = text("wamid.4", at=NOW + HOUR) | {"from": None, "type": "system", "system": renamed}
    await wrote(owner, apply, number, told)

    assert await goes_to(owner, web, worker, number) == (None, "ES.3")
    assert await goes_to(owner, web, worker, sister) == (None, "ES.3")
    assert await goes_to(owner, web, worker, second) == (None, "ES.2")


async def test_whom_only_another_portfolio_knows_by_an_id_is_not_tried_by_it(
    owner: Owner, apply: Pool, web: Pool, number: Number, second: Number
) -> None:
    await wrote(owner, apply, number, text("wamid.1", at=NOW) | {"from_user_id": "ES.1"})
    await wrote(owner, apply, second, text("wamid.2", at=NOW))
    await owner.execute("UPDATE contacts SET wa_id = NULL")
    await owner.execute("UPDATE conversations SET contact_wa_id = NULL, contact_e164 = NULL")

    assert isinstance(await asked(owner, web, second), Admitted), "they may be numbers of one portfolio"
    await is_of(owner, number, "7001")
    await is_of(owner, second, "7002")
    refusal = await asked(owner, web, second)
    assert isinstance(refusal, Refusal)
    assert refusal.code == "recipient_unreachable"
    assert isinstance(await asked(owner, web, number), Admitted)


async def test_of_whom_nothing_is_kept_the_id_that_is_known_is_used(
    owner: Owner, apply: Pool, web: Pool, worker: Pool, number: Number
) -> None:
    await wrote(owner, apply, number, hidden("wamid.1", "ES.1", at=NOW))
    await owner.execute("DELETE FROM messages")

    assert await goes_to(owner, web, worker, number) == (None, "ES.1")


async def test_whoever_is_being_erased_is_written_to_no_more_though_what_they_said_is_there_still(
    owner: Owner, apply: Pool, web: Pool, worker: Pool, number: Number
) -> None:
    await wrote(owner, apply, number, hidden("wamid.1", "ES.1", at=NOW))
    contact_id = await owner.fetchval("SELECT id FROM contacts")
    async with web.transaction(number.tenant_id) as tx:
        await erasures.request(tx, tenant_id=number.tenant_id, contact_id=contact_id, actor="user:1", now=NOW)

    assert await owner.fetchval("SELECT count(*) FROM messages") == 1
    assert await goes_to(owner, web, worker, number) == (None, None)
    assert isinstance(await asked(owner, web, number), Refusal)
