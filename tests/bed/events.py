"""Events to write into a tenant's log and to know again."""

import json
from typing import Any
from uuid import UUID

from curbe.infra.db import Pool
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event, append


async def write_events(pool: Pool, tenant_id: UUID, *numbers: int) -> None:
    """Append one event a number, in one transaction."""
    async with pool.transaction(tenant_id) as tx:
        await append(
            tx,
            [
                Event(tenant_id=tenant_id, type=EventType.MESSAGE_SENT, data=json.dumps({"number": number}))
                for number in numbers
            ],
        )


def numbers_in(items: list[dict[str, Any]]) -> list[int]:
    """Return the numbers that ``write_events`` gave these events, as a client received them."""
    return [item["data"]["number"] for item in items]
