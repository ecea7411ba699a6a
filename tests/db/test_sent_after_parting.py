"""What waits while two contacts become one, or two again, goes to whom the thread is with that it shows in."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from bed.queueing import queue_texts
from bed.rows import NOW, Number, insert_conversation
from curbe.consent import service as consent
from curbe.consent.gate import Consent
from curbe.consent.rules import About, Source
from curbe.consent.service import Word
from curbe.inbox import contacts
from curbe.infra.db import Pool
from curbe.outbound import store
from curbe.outbound.governor import NOTIFICATION
from curbe.outbound.rechecking import recheck
from curbe.outbound.store import Claim

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
KEPT, GONE = "34600000001", "34600000002"


async def person(owner: Owner, number: Number, wa_id: str, *, known_since: timedelta) -> tuple[UUID, UUID]:
    """Insert somebody who told their phone that long ago; return them and their conversation."""
    thread = await insert_conversation(owner, number, wa_id=wa_id)
    contact_id = await owner.fetchval(
        """UPDATE contacts SET wa_id = $2, wa_id_at = $3
            WHERE id = (SELECT contact_id FROM conversations WHERE id = $1) RETURNING id""",
        thread,
        wa_id,
        NOW - known_since,
    )
    return contact_id, thread


async def merge(web: Pool, number: Number, survivor: UUID, merged: UUID) -> UUID:
    async with web.transaction(number.tenant_id) as tx:
        kept = await contacts.merge(
            tx, tenant_id=number.tenant_id, contact_id=survivor, other_id=merged, actor="user:1"
        )
    return kept.merges[0].id


async def undo(web: Pool, number: Number, survivor: UUID, merge_id: UUID) -> None:
    async with web.transaction(number.tenant_id) as tx:
        await contacts.undo_merge(
            tx, tenant_id=number.tenant_id, contact_id=survivor, merge_id=merge_id, actor="user:1"
        )


async def claimed(worker: Pool, number: Number) -> dict[UUID, Claim]:
    async with worker.transaction(number.tenant_id) as tx:
        claims = await store.claim(
            tx,
            tenant_id=number.tenant_id,
            connection_id=number.connection_id,
            most=10,
            lease=timedelta(seconds=60),
        )
    return {one.message_id: one for one in claims}


async def shown_in(owner: Owner, message_id: UUID) -> UUID:
    return await owner.fetchval("SELECT conversation_id FROM messages WHERE id = $1", message_id)


async def test_what_was_written_while_two_were_one_goes_to_the_one_it_went_back_to(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    survivor, kept = await person(owner, number, KEPT, known_since=timedelta(hours=2))
    merged, gone = await person(owner, number, GONE, known_since=timedelta(hours=1))
    merge_id = await merge(web, number, survivor, merged)
    (message,) = await queue_texts(web, number, [kept])
    await undo(web, number, survivor, merge_id)

    mine = (await claimed(worker, number))[message]

    assert await shown_in(owner, message) == gone
    assert (mine.e164, mine.contact_id, mine.current_conversation_id) == (f"+{GONE}", merged, gone)


async def test_what_was_queued_before_two_were_one_goes_to_the_one_person(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    survivor, kept = await person(owner, number, KEPT, known_since=timedelta(hours=1))
    merged, gone = await person(owner, number, GONE, known_since=timedelta(hours=2))
    (message,) = await queue_texts(web, number, [gone])
    await merge(web, number, survivor, merged)

    mine = (await claimed(worker, number))[message]

    assert await shown_in(owner, message) == kept
    assert (mine.e164, mine.contact_id, mine.current_conversation_id) == (f"+{KEPT}", survivor, kept)


async def test_what_went_back_with_its_thread_holds_nobody_up_in_the_other(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    survivor, kept = await person(owner, number, KEPT, known_since=timedelta(hours=2))
    merged, _ = await person(owner, number, GONE, known_since=timedelta(hours=1))
    merge_id = await merge(web, number, survivor, merged)
    (back,) = await queue_texts(web, number, [kept])
    await undo(web, number, survivor, merge_id)
    (stays,) = await queue_texts(web, number, [kept])

    first = await claimed(worker, number)
    async with worker.transaction(number.tenant_id) as tx:
        await store.drop(tx, tenant_id=number.tenant_id, message_ids=list(first))
    second = await claimed(worker, number)

    assert {one: claim.e164 for one, claim in (first | second).items()} == {
        back: f"+{GONE}",
        stays: f"+{KEPT}",
    }


async def test_a_no_of_the_one_it_went_back_to_counts_and_one_of_the_other_does_not(
    owner: Owner, web: Pool, worker: Pool, number: Number
) -> None:
    survivor, kept = await person(owner, number, KEPT, known_since=timedelta(hours=2))
    merged, _ = await person(owner, number, GONE, known_since=timedelta(hours=1))
    merge_id = await merge(web, number, survivor, merged)
    await queue_texts(web, number, [kept], priority=NOTIFICATION)
    await undo(web, number, survivor, merge_id)
    await owner.execute("UPDATE conversations SET last_inbound_at = $1", NOW)

    async def goes_after_a_no_of(contact_id: UUID) -> bool:
        """Tell whether it would be sent; nothing of this stays."""
        word = Word(
            tenant_id=number.tenant_id,
            contact_id=contact_id,
            about=About.ALL,
            state=Consent.OUT,
            source=Source.RECORDED,
            actor="user:1",
            at=NOW,
        )
        where = {"tenant_id": number.tenant_id, "connection_id": number.connection_id}
        async with worker.transaction(number.tenant_id) as tx:
            await tx.savepoint()
            await consent.record(tx, [word])
            claims = await store.claim(tx, **where, most=10, lease=timedelta(seconds=60))
            may_go, _ = await recheck(tx, **where, claims=claims, now=NOW)
            await tx.rollback_to()
        return len(may_go) == 1

    assert await goes_after_a_no_of(survivor)
    assert not await goes_after_a_no_of(merged)
