"""Two people who turn out to be one are that at once, however much they have said: what is left of it follows, and nobody waits for it."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from bed.appliers import drain
from bed.queueing import queue_texts
from bed.rows import NOW, Number, insert_conversation, insert_number
from bed.webhooks import Json, body, change, deliver, text
from bed.working import work_off
from curbe.inbox import contacts, erasing, moving
from curbe.inbox.moving import CARRY_OVER, GIVE_BACK, MESSAGES_AT_ONCE
from curbe.inbox.moving_jobs import Carrying
from curbe.infra.db import Pool, Transaction
from curbe.infra.jobs import Runner
from curbe.retention import exporting

pytestmark = pytest.mark.anyio

Owner = asyncpg.Connection
ANA, OTHER, THIRD, FOURTH = "34600000001", "34600000002", "34600000003", "34600000004"
SAID = 2 * MESSAGES_AT_ONCE + 7


async def talkative(owner: Owner, number: Number, wa_id: str) -> UUID:
    """Insert somebody who has said a lot, a minute between two messages; return their conversation."""
    thread = await insert_conversation(owner, number, wa_id=wa_id)
    await owner.execute(
        """INSERT INTO messages (tenant_id, id, channel_connection_id, conversation_id, direction, provider_message_id, type, text, payload,
                                 person, created_at)
           SELECT $1, gen_random_uuid(), $2, $3, 'inbound', 'wamid.' || $4 || '.' || n, 'text', 'hola', '{}',
                  jsonb_build_object('wa_id', $4::text), $5::timestamptz - n * interval '1 minute'
             FROM generate_series(1, $6::integer) AS n""",
        number.tenant_id, number.connection_id, thread, wa_id, NOW, SAID,
    )  # fmt: skip
    return thread


async def of(owner: Owner, thread: UUID) -> UUID:
    return await owner.fetchval("SELECT contact_id FROM conversations WHERE id = $1", thread)


async def merge(owner: Owner, web: Pool, number: Number, kept: UUID, gone: UUID) -> UUID:
    """Say that the people of two conversations are one; return the merge."""
    async with web.transaction(number.tenant_id) as tx:
        await contacts.merge(
            tx,
            tenant_id=number.tenant_id,
            contact_id=await of(owner, kept),
            other_id=await of(owner, gone),
            actor="user:1",
        )
    return await owner.fetchval(
        "SELECT id FROM contact_merges WHERE undone_at IS NULL ORDER BY id DESC LIMIT 1"
    )


async def undo(owner: Owner, web: Pool, number: Number, kept: UUID, merge_id: UUID) -> None:
    async with web.transaction(number.tenant_id) as tx:
        await contacts.undo_merge(
            tx,
            tenant_id=number.tenant_id,
            contact_id=await of(owner, kept),
            merge_id=merge_id,
            actor="user:1",
        )


async def carry(apply: Pool, worker: Pool) -> None:
    runner = Runner(
        everybody=apply,
        pool=worker,
        handlers={
            kind: Carrying(worker, step, turn=timedelta(minutes=5))  # one turn, however slow the machine
            for kind, step in ((CARRY_OVER, moving.carry_over), (GIVE_BACK, moving.give_back))
        },
        at_once=1,
        lease=timedelta(minutes=1),
    )
    await work_off(runner)


async def counts(owner: Owner, *threads: UUID) -> list[int]:
    return [
        await owner.fetchval("SELECT count(*) FROM messages WHERE conversation_id = $1", thread)
        for thread in threads
    ]


async def inside(tx: Transaction, thread: UUID) -> int:
    """Count a conversation's messages as a transaction sees them."""
    return await tx.connection.fetchval("SELECT count(*) FROM messages WHERE conversation_id = $1", thread)


async def whose(owner: Owner) -> dict[UUID, set[str]]:
    """By whom what stands in each conversation was said."""
    rows = await owner.fetch(
        "SELECT conversation_id AS id, array_agg(DISTINCT person ->> 'wa_id') AS names FROM messages GROUP BY 1"
    )
    return {row["id"]: set(row["names"]) for row in rows}


async def told(owner: Owner, apply: Pool, number: Number, message: Json) -> None:
    await deliver(owner, body(change(number, messages=[message])))
    await drain(apply)


async def test_the_latest_of_a_large_conversation_move_at_once_and_the_rest_follows_in_pieces(
    owner: Owner, web: Pool, apply: Pool, worker: Pool, number: Number
) -> None:
    kept, gone = await talkative(owner, number, ANA), await talkative(owner, number, OTHER)
    await merge(owner, web, number, kept, gone)

    assert await counts(owner, kept, gone) == [SAID + MESSAGES_AT_ONCE, SAID - MESSAGES_AT_ONCE]
    newest_left = await owner.fetchval(
        "SELECT max(created_at) FROM messages WHERE conversation_id = $1", gone
    )
    assert newest_left == NOW - timedelta(minutes=MESSAGES_AT_ONCE + 1)
    await carry(apply, worker)
    assert await counts(owner, kept, gone) == [2 * SAID, 0]
    assert await owner.fetchval("SELECT count(*) FROM jobs WHERE kind = $1", CARRY_OVER) == 0


async def test_a_merge_that_is_undone_gives_all_back_whether_it_had_followed_yet_or_not(
    owner: Owner, web: Pool, apply: Pool, worker: Pool, number: Number
) -> None:
    kept, gone = await talkative(owner, number, ANA), await talkative(owner, number, OTHER)
    for followed in (False, True):
        merge_id = await merge(owner, web, number, kept, gone)
        if followed:
            await carry(apply, worker)
        await undo(owner, web, number, kept, merge_id)

        await carry(apply, worker)
        assert await counts(owner, kept, gone) == [SAID, SAID]
        assert await whose(owner) == {kept: {ANA}, gone: {OTHER}}
        rows = await owner.fetch("SELECT last_message_at, merged_into FROM conversations")
        assert {tuple(row) for row in rows} == {(NOW - timedelta(minutes=1), None)}
        await owner.execute("DELETE FROM contacts_kept_apart")


async def given_back(
    owner: Owner, web: Pool, apply: Pool, worker: Pool, number: Number
) -> tuple[UUID, UUID, UUID]:
    """Return two conversations that were one and are parted again, most of what goes back being on its way, and the merge."""
    kept, gone = await talkative(owner, number, ANA), await talkative(owner, number, OTHER)
    await owner.execute(
        "UPDATE messages SET created_at = created_at - interval '30 days' WHERE conversation_id = $1", kept
    )
    merge_id = await merge(owner, web, number, kept, gone)
    await carry(apply, worker)
    await undo(owner, web, number, kept, merge_id)
    return kept, gone, merge_id


async def test_the_latest_of_what_goes_back_does_so_at_once_and_the_rest_follows_in_pieces(
    owner: Owner, web: Pool, apply: Pool, worker: Pool, number: Number
) -> None:
    kept, gone, merge_id = await given_back(owner, web, apply, worker, number)

    assert await counts(owner, kept, gone) == [2 * SAID - MESSAGES_AT_ONCE, MESSAGES_AT_ONCE]
    oldest_back = await owner.fetchval(
        "SELECT min(created_at) FROM messages WHERE conversation_id = $1", gone
    )
    assert oldest_back == NOW - timedelta(minutes=MESSAGES_AT_ONCE)
    times = dict(await owner.fetch("SELECT id, last_message_at FROM conversations"))
    assert times == {kept: NOW - timedelta(days=30, minutes=1), gone: NOW - timedelta(minutes=1)}
    await carry(apply, worker)
    assert await whose(owner) == {kept: {ANA}, gone: {OTHER}}
    assert await counts(owner, kept, gone) == [SAID, SAID]
    assert dict(await owner.fetch("SELECT id, last_message_at FROM conversations")) == times
    assert await owner.fetchval("SELECT count(*) FROM messages_going_back") == 0
    told = await owner.fetch("SELECT data ->> 'merge_id' FROM events WHERE type = 'contact_parted'")
    assert [row[0] for row in told] == [str(merge_id)] * 2, "once for the people, once for all they said"


async def test_who_wrote_to_two_numbers_gets_both_conversations_back_and_the_end_is_told_once(
    owner: Owner, web: Pool, apply: Pool, worker: Pool, number: Number
) -> None:
    second = await insert_number(owner, number.tenant_id)
    kept, gone = await talkative(owner, number, ANA), await talkative(owner, number, OTHER)
    there = await talkative(owner, second, THIRD), await talkative(owner, second, FOURTH)
    for beside, thread in zip(there, (kept, gone), strict=True):
        await owner.execute(
            "UPDATE conversations SET contact_id = $2 WHERE id = $1", beside, await of(owner, thread)
        )
    merge_id = await merge(owner, web, number, kept, gone)
    await carry(apply, worker)
    await undo(owner, web, number, kept, merge_id)
    assert await owner.fetchval("SELECT count(*) FROM messages_going_back") == 2

    await carry(apply, worker)

    assert await counts(owner, kept, gone, *there) == [SAID] * 4
    assert await whose(owner) == {kept: {ANA}, gone: {OTHER}, there[0]: {THIRD}, there[1]: {FOURTH}}
    assert await owner.fetchval("SELECT count(*) FROM events WHERE type = 'contact_parted'") == 2


async def test_what_is_to_be_sent_goes_back_at_once_however_much_was_said_after_it(
    owner: Owner, web: Pool, apply: Pool, worker: Pool, number: Number
) -> None:
    kept, gone = await talkative(owner, number, ANA), await talkative(owner, number, OTHER)
    (message,) = await queue_texts(web, number, [gone])
    await owner.execute(
        "UPDATE messages SET created_at = created_at - interval '9 days' WHERE id = $1", message
    )
    merge_id = await merge(owner, web, number, kept, gone)
    await carry(apply, worker)
    await undo(owner, web, number, kept, merge_id)

    assert await owner.fetchval("SELECT conversation_id FROM messages WHERE id = $1", message) == gone, (
        "its place says who gets it"
    )
    assert await counts(owner, gone) == [MESSAGES_AT_ONCE + 1]


async def test_whoever_is_merged_again_before_all_went_back_has_all_of_it_in_one_place(
    owner: Owner, web: Pool, apply: Pool, worker: Pool, number: Number
) -> None:
    kept, gone, _ = await given_back(owner, web, apply, worker, number)
    again = await merge(owner, web, number, kept, gone)
    await carry(apply, worker)
    assert await counts(owner, kept, gone) == [2 * SAID, 0]

    await undo(owner, web, number, kept, again)
    await carry(apply, worker)

    assert await whose(owner) == {kept: {ANA}, gone: {OTHER}}
    assert await counts(owner, kept, gone) == [SAID, SAID]


async def test_who_is_erased_or_handed_out_before_all_went_back_has_nothing_of_the_other(
    owner: Owner, web: Pool, apply: Pool, worker: Pool, number: Number
) -> None:
    kept, gone, _ = await given_back(owner, web, apply, worker, number)
    tenant_id, contact_id = number.tenant_id, await of(owner, kept)
    async with web.transaction(tenant_id) as tx:
        await tx.savepoint()
        await erasing.find(tx, tenant_id=tenant_id, contact_id=contact_id)
        there = await inside(tx, kept)
        await tx.rollback_to()
    assert there == SAID
    assert await counts(owner, kept) != [SAID]

    await exporting.gather(web, tenant_id=tenant_id, contact_id=contact_id)

    assert await counts(owner, kept, gone) == [SAID, SAID]


async def test_whoever_is_merged_once_more_meanwhile_has_all_of_theirs_in_one_place(
    owner: Owner, web: Pool, apply: Pool, worker: Pool, number: Number
) -> None:
    first, second, third = [await talkative(owner, number, who) for who in (ANA, OTHER, THIRD)]
    await merge(owner, web, number, second, first)
    later = await merge(owner, web, number, third, second)
    await carry(apply, worker)
    assert await counts(owner, first, second, third) == [0, 0, 3 * SAID]

    await undo(owner, web, number, third, later)
    await carry(apply, worker)

    assert await counts(owner, first, second, third) == [0, 2 * SAID, SAID]
    assert await whose(owner) == {second: {ANA, OTHER}, third: {THIRD}}


async def test_what_is_left_is_sorted_too_where_a_number_passes_on_meanwhile(
    owner: Owner, web: Pool, apply: Pool, worker: Pool, number: Number
) -> None:
    kept, gone = await talkative(owner, number, ANA), await talkative(owner, number, OTHER)
    at = NOW - timedelta(minutes=SAID // 2)
    await merge(owner, web, number, kept, gone)
    system = {"type": "user_changed_number", "wa_id": THIRD, "body": "…"}
    left = text("wamid.moved", sender=OTHER, at=at) | {"type": "system", "system": system, "text": None}
    await told(owner, apply, number, left)
    await carry(apply, worker)

    # What was said under the number until it passed on is one person's, what was said after that another's.
    rows = await owner.fetch(
        """SELECT conversation_id AS id, count(*) FILTER (WHERE created_at < $1) AS before,
                  count(*) FILTER (WHERE created_at > $1 + interval '1 second') AS after
             FROM messages WHERE person ->> 'wa_id' = $2 AND type = 'text' GROUP BY 1""",
        at, OTHER,
    )  # fmt: skip
    assert len(rows) == 2
    assert sorted((row["before"] > 0, row["after"] > 0) for row in rows) == [(False, True), (True, False)]
    assert gone not in {row["id"] for row in rows}, "nothing is left where nobody looks"
