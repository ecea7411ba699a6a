"""A list that is being taken while a person is erased does not bring them back, and keeps nothing of their row."""

import asyncio
from uuid import UUID

import asyncpg
import pytest

from bed.locks import waiting_for_a_lock
from bed.rows import NOW, Number, insert_conversation
from curbe.consent.gate import Consent
from curbe.consent.imports import Brought, Imported, bring, failed_rows
from curbe.consent.lists import Columns
from curbe.consent.rules import About
from curbe.infra.db import Pool
from curbe.retention import erasures

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
ERASED, OTHER = "34600000001", "34600000002"
_ALONE = "SELECT pg_advisory_xact_lock(hashtextextended($1::uuid::text, 2))"


def brought(number: Number, *rows: str, state: Consent = Consent.IN) -> Brought:
    return Brought(
        tenant_id=number.tenant_id,
        data="\n".join(["phone,date,name", *rows]).encode(),
        columns=Columns(),
        filename="list.csv",
        about=About.MARKETING,
        state=state,
        proof="A form",
        country="ES",
        actor="cli",
        at=NOW,
    )


async def contact_of(owner: Owner, conversation_id: UUID) -> UUID:
    return UUID(
        str(await owner.fetchval("SELECT contact_id FROM conversations WHERE id = $1", conversation_id))
    )


async def require_gone(owner: Owner, web: Pool, number: Number, done: Imported) -> None:
    assert (done.total_count, done.added_count, done.failed_count) == (2, 1, 1)
    async with web.transaction(number.tenant_id) as tx:
        kept = await failed_rows(tx, tenant_id=number.tenant_id, import_id=done.id)
    assert ("erased" in kept, ERASED in kept, "Clementina" in kept) == (True, False, False)
    assert [row["value"] for row in await owner.fetch("SELECT value FROM contact_aliases")] == [OTHER]
    words = await owner.fetchval(
        "SELECT count(*) FROM consents w JOIN contacts c ON c.id = w.contact_id WHERE c.erased_at IS NOT NULL"
    )
    assert words == 0


async def test_who_asks_to_be_erased_while_a_list_is_taken_is_not_added_by_it(
    owner: Owner, web: Pool, number: Number
) -> None:
    contact_id = await contact_of(owner, await insert_conversation(owner, number, wa_id=ERASED))
    rows = brought(number, f"{ERASED},,Clementina", f"{OTHER},,Berta")

    async with web.transaction(number.tenant_id) as tx:
        await erasures.request(tx, tenant_id=number.tenant_id, contact_id=contact_id, actor="cli", now=NOW)
        taking = asyncio.ensure_future(bring(web, rows))
        await waiting_for_a_lock(owner)

    await require_gone(owner, web, number, await taking)


async def test_who_is_erased_to_the_end_while_a_list_is_taken_is_not_added_by_it(
    owner: Owner, web: Pool, number: Number
) -> None:
    """Then nothing says any more that they were erased, but that who was known as the list was read is gone."""
    conversation_id = await insert_conversation(owner, number, wa_id=ERASED)
    contact_id = await contact_of(owner, conversation_id)
    rows = brought(number, f"{ERASED},,Clementina", f"{OTHER},,Berta")

    async with owner.transaction():
        await owner.execute(_ALONE, number.tenant_id)
        taking = asyncio.ensure_future(bring(web, rows))
        await waiting_for_a_lock(owner)
        await owner.execute("DELETE FROM contact_aliases WHERE contact_id = $1", contact_id)
        await owner.execute("DELETE FROM conversations WHERE id = $1", conversation_id)
        await owner.execute("DELETE FROM contacts WHERE id = $1", contact_id)

    await require_gone(owner, web, number, await taking)


async def test_a_row_that_failed_is_not_kept_of_whoever_is_being_erased_by_the_end(
    owner: Owner, web: Pool, number: Number
) -> None:
    contact_id = await contact_of(owner, await insert_conversation(owner, number, wa_id=ERASED))
    async with web.transaction(number.tenant_id) as tx:
        await erasures.request(tx, tenant_id=number.tenant_id, contact_id=contact_id, actor="cli", now=NOW)

    done = await bring(web, brought(number, f"{ERASED},no date at all,Clementina", f"{OTHER},,Berta"))

    await require_gone(owner, web, number, done)
