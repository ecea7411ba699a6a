"""Reading: what stands behind the last message that somebody saw has been read by nobody, and the person is told so."""

from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from bed.appliers import drain
from bed.inbox import Inbox
from bed.rows import NOW, insert_message
from bed.webhooks import deliver, each_alone, text
from curbe.inbox import changes
from curbe.inbox.seen import READ_RECEIPT
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio


async def read(web: Pool, inbox: Inbox, conversation: UUID, up_to: UUID | None) -> int:
    """Mark it as read, and return how many messages are unread then."""
    async with web.transaction(inbox.tenant_id) as tx:
        shown = await changes.mark_read(
            tx,
            tenant_id=inbox.tenant_id,
            conversation_id=conversation,
            up_to=up_to,
            actor="key:1",
            now=NOW,
        )
    return shown.unread_count


async def told_as_read(owner: asyncpg.Connection, inbox: Inbox) -> list[UUID]:
    """The messages up to which persons are to be told that they were read."""
    rows = await owner.fetch(
        "SELECT subject FROM jobs WHERE tenant_id = $1 AND kind = $2", inbox.tenant_id, READ_RECEIPT
    )
    return [row["subject"] for row in rows]


async def written(inbox: Inbox, conversation: UUID, count: int) -> list[UUID]:
    return [await inbox.message(conversation, at=NOW + timedelta(seconds=n)) for n in range(count)]


async def test_what_the_person_wrote_behind_the_last_message_seen_stays_unread_and_is_not_told_as_read(
    web: Pool, owner: asyncpg.Connection, inbox: Inbox
) -> None:
    conversation = await inbox.conversation(unread=3)
    first, second, third = await written(inbox, conversation, 3)

    assert await read(web, inbox, conversation, first) == 2
    assert await told_as_read(owner, inbox) == [first]
    assert await read(web, inbox, conversation, third) == 0
    assert set(await told_as_read(owner, inbox)) == {first, third}
    assert second not in await told_as_read(owner, inbox)


async def test_a_message_that_comes_between_the_look_and_the_request_is_unread(
    web: Pool, owner: asyncpg.Connection, apply: Pool, inbox: Inbox
) -> None:
    await deliver(owner, *each_alone(inbox.number, messages=[text("wamid.seen")]))
    await drain(apply)
    seen, conversation = await owner.fetchrow("SELECT id, conversation_id FROM messages")
    await deliver(owner, *each_alone(inbox.number, messages=[text("wamid.new")]))
    await drain(apply)

    assert await read(web, inbox, conversation, seen) == 1
    assert await told_as_read(owner, inbox) == [seen]


async def test_what_a_colleague_has_read_is_not_unread_again_for_who_saw_less(
    web: Pool, owner: asyncpg.Connection, inbox: Inbox
) -> None:
    conversation = await inbox.conversation(unread=1)
    first, *_ = await written(inbox, conversation, 3)

    assert await read(web, inbox, conversation, first) == 1
    assert await told_as_read(owner, inbox) == []


async def test_one_that_was_marked_as_unread_by_hand_is_read_by_whoever_has_seen_its_last_message(
    web: Pool, inbox: Inbox
) -> None:
    conversation = await inbox.conversation(unread=1)
    [only] = await written(inbox, conversation, 1)

    assert await read(web, inbox, conversation, only) == 0


async def test_who_saw_an_answer_of_ours_has_read_what_stands_before_it(
    web: Pool, owner: asyncpg.Connection, inbox: Inbox
) -> None:
    conversation = await inbox.conversation(unread=2)
    first, _ = await written(inbox, conversation, 2)
    answer = await inbox.reply(conversation, created_at=NOW + timedelta(milliseconds=500))

    assert await read(web, inbox, conversation, answer) == 1
    assert await told_as_read(owner, inbox) == [first]


async def test_what_the_provider_says_of_a_person_is_nothing_to_be_read(web: Pool, inbox: Inbox) -> None:
    conversation = await inbox.conversation(unread=1)
    [only] = await written(inbox, conversation, 1)
    await insert_message(
        inbox.owner,
        inbox.number,
        conversation,
        direction="inbound",
        type="system",
        provider_message_id="wamid.system",
        created_at=NOW + timedelta(minutes=1),
    )

    assert await read(web, inbox, conversation, only) == 0


async def test_in_one_that_became_part_of_another_the_message_is_found_where_it_is_now(
    web: Pool, owner: asyncpg.Connection, inbox: Inbox
) -> None:
    kept, gone = await inbox.conversation(unread=2), await inbox.conversation()
    first, _ = await written(inbox, kept, 2)
    await owner.execute("UPDATE conversations SET merged_into = $1 WHERE id = $2", kept, gone)

    assert await read(web, inbox, gone, first) == 1
