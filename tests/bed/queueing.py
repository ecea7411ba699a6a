"""Messages put into the outbox as the API puts them."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from bed.rows import NOW, Number
from curbe.inbox import outbound_messages
from curbe.inbox.outbound_messages import Departure
from curbe.infra.db import Pool
from curbe.outbound import store
from curbe.outbound.governor import REPLY

TEXT: Final = json.dumps({"type": "text", "text": {"body": "hola"}})


async def queue_texts(
    web: Pool,
    number: Number,
    conversations: Iterable[UUID],
    *,
    priority: int = REPLY,
    payload: str = TEXT,
    at: datetime = NOW,
) -> list[UUID]:
    """Queue one message for each conversation named, in one transaction; return their ids."""
    rows = [
        Departure(
            tenant_id=number.tenant_id,
            id=uuid7(),
            connection_id=number.connection_id,
            conversation_id=conversation_id,
            type=json.loads(payload)["type"],
            text="hola",
            payload=payload,
            reply_to=None,
            sender="key:1",
            created_at=at,
        )
        for conversation_id in conversations
    ]
    async with web.transaction(number.tenant_id) as tx:
        await outbound_messages.queue(tx, rows)
        waiting = [(row.id, number.connection_id, row.conversation_id) for row in rows]
        await store.enqueue(tx, tenant_id=number.tenant_id, rows=waiting, priority=priority)
    return [row.id for row in rows]
