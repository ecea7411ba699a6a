"""A reaction that we send shows at the message it is about once Meta took it: to every colleague, and after every reload."""

import asyncio
from datetime import timedelta
from uuid import UUID

import asyncpg
import msgspec
import pytest
from uuid_utils.compat import uuid7

from bed.rows import NOW, Number, insert_conversation
from curbe.domain.content import Reaction, ReactionMessage, encoded
from curbe.inbox import outbound_messages
from curbe.inbox.outbound_messages import Departure, Settlement, Verdict
from curbe.infra.db import Pool
from curbe.outbound.attempt import Attempted
from curbe.outbound.settle import Settler

pytestmark = pytest.mark.anyio

TARGET = "wamid.theirs"


@pytest.fixture
async def conversation(owner: asyncpg.Connection, number: Number) -> UUID:
    """Somebody wrote something to react to."""
    conversation_id = await insert_conversation(owner, number, last_inbound_at=NOW)
    await owner.execute(
        """INSERT INTO messages (tenant_id, id, channel_connection_id, conversation_id, direction, type, text, payload, provider_message_id,
                                 created_at)
           VALUES ($1, $2, $3, $4, 'inbound', 'text', 'hola', '{"type": "text", "text": {"body": "hola"}}', $5, $6)""",
        number.tenant_id,
        uuid7(),
        number.connection_id,
        conversation_id,
        TARGET,
        NOW,
    )
    return conversation_id


async def sent(
    web: Pool,
    worker: Pool,
    number: Number,
    conversation_id: UUID,
    emoji: str,
    verdict: Verdict,
    *,
    minutes: int = 0,
) -> None:
    """React to it, and let Meta answer."""
    message_id = uuid7()
    content = ReactionMessage(reaction=Reaction(message_id=TARGET, emoji=emoji))
    departure = Departure(
        tenant_id=number.tenant_id,
        id=message_id,
        connection_id=number.connection_id,
        conversation_id=conversation_id,
        type="reaction",
        text=emoji or None,
        payload=encoded(content),
        reply_to=None,
        sender="user:1",
        created_at=NOW,
    )
    async with web.transaction(number.tenant_id) as tx:
        await outbound_messages.queue(tx, [departure])
    async with worker.transaction(number.tenant_id) as tx:
        (intent,) = await outbound_messages.mark_sending(tx, tenant_id=number.tenant_id, ids=[message_id])
    settlement = Settlement(
        id=message_id,
        attempt=intent.attempt,
        verdict=verdict,
        at=NOW + timedelta(minutes=minutes),
        provider_message_id=f"wamid.{message_id}" if verdict is Verdict.ACCEPTED else None,
        failure_kind="recipient" if verdict is Verdict.FAILED else None,
    )
    settler = Settler(worker, tenant_id=number.tenant_id, connection_id=number.connection_id)
    settler.add(Attempted(settlement, None, None, None, ""))
    settler.stop()
    await asyncio.wait_for(settler.run(), timeout=20)


async def shown(owner: asyncpg.Connection) -> list[tuple[str, str | None]]:
    rows = await owner.fetch("SELECT who, emoji FROM message_reactions ORDER BY who")
    return [tuple(row) for row in rows]


async def test_a_reaction_that_meta_took_shows_and_is_told(
    owner: asyncpg.Connection, web: Pool, worker: Pool, number: Number, conversation: UUID
) -> None:
    await sent(web, worker, number, conversation, "👍", Verdict.ACCEPTED)

    assert await shown(owner) == [("us", "👍")]
    told = await owner.fetchval("SELECT data::text FROM events WHERE type = 'message_reacted'")
    assert [(one["who"], one["emoji"]) for one in msgspec.json.decode(told or "{}")["reactions"]] == [
        ("us", "👍")
    ]


async def test_the_latest_counts_and_an_empty_one_takes_it_back(
    owner: asyncpg.Connection, web: Pool, worker: Pool, number: Number, conversation: UUID
) -> None:
    await sent(web, worker, number, conversation, "👍", Verdict.ACCEPTED)
    await sent(web, worker, number, conversation, "❤️", Verdict.ACCEPTED, minutes=2)
    await sent(web, worker, number, conversation, "😀", Verdict.ACCEPTED, minutes=1)
    assert await shown(owner) == [("us", "❤️")]

    await sent(web, worker, number, conversation, "", Verdict.ACCEPTED, minutes=3)

    assert await shown(owner) == [("us", None)]


@pytest.mark.parametrize("verdict", [Verdict.FAILED, Verdict.UNKNOWN])
async def test_one_that_meta_did_not_take_shows_nowhere(
    owner: asyncpg.Connection, web: Pool, worker: Pool, number: Number, conversation: UUID, verdict: Verdict
) -> None:
    await sent(web, worker, number, conversation, "👍", verdict)

    assert await shown(owner) == []
