"""What is deleted while somebody looks it up is left out of the answer; the rest of it comes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import pytest

from bed.inbox import Inbox
from bed.locks import waiting_for_a_lock
from curbe.desk.search import FoundPage, search
from curbe.inbox.notes import MentionPage, add_note, mentions
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool

pytestmark = pytest.mark.anyio


@asynccontextmanager
async def held_up(dsn: str, table: str, owner: asyncpg.Connection) -> AsyncIterator[asyncpg.Connection]:
    """Whoever reads ``table`` waits at it, and goes on when what the connection given here does is committed."""
    deleter = await asyncpg.connect(dsn)
    try:
        async with deleter.transaction():
            await deleter.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
            yield deleter
            await waiting_for_a_lock(owner)
    finally:
        await deleter.close()


async def test_a_message_that_goes_after_it_was_found_is_not_shown(
    dsn: str, web: Pool, owner: asyncpg.Connection, inbox: Inbox
) -> None:
    conversation = await inbox.conversation()
    kept, gone = [await inbox.message(conversation, text=text) for text in ("lima one", "lima two")]

    async def look() -> FoundPage:
        async with web.transaction(inbox.tenant_id) as tx:
            return await search(
                tx, "lima", tenant_id=inbox.tenant_id, parts=("messages",), after=None, limit=5
            )

    async with held_up(dsn, "message_media", owner) as deleter:
        looking = asyncio.ensure_future(look())
        await deleter.execute("DELETE FROM messages WHERE id = $1", gone)
    page = await looking

    assert [found.message.id for found in page.items if found.message] == [kept]


async def test_a_note_that_goes_after_its_mention_was_found_is_not_listed(
    dsn: str, web: Pool, owner: asyncpg.Connection, inbox: Inbox
) -> None:
    conversation, bea = await inbox.conversation(), await inbox.colleague("Bea")
    async with web.transaction(inbox.tenant_id) as tx:
        kept, gone, latest = [
            await add_note(
                tx,
                tenant_id=inbox.tenant_id,
                conversation_id=conversation,
                body=body,
                mentions=[bea],
                author="key:1",
                key=None,
                now=utc_now(),
            )
            for body in ("kept", "gone", "latest")
        ]

    async def look() -> MentionPage:
        async with web.transaction(inbox.tenant_id) as tx:
            return await mentions(tx, tenant_id=inbox.tenant_id, user_id=bea, after=None, limit=2)

    async with held_up(dsn, "annotations", owner) as deleter:
        looking = asyncio.ensure_future(look())
        await deleter.execute("DELETE FROM mentions WHERE annotation_id = $1", gone.id)
        await deleter.execute("DELETE FROM annotations WHERE id = $1", gone.id)
    listed = await looking
    async with web.transaction(inbox.tenant_id) as tx:
        rest = await mentions(tx, tenant_id=inbox.tenant_id, user_id=bea, after=listed.following, limit=2)

    assert [mention.annotation.id for mention in listed.items] == [latest.id]
    assert [mention.annotation.id for mention in rest.items] == [kept.id]
