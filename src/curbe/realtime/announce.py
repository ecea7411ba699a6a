"""Appends events for features that the event log itself is built on, and that therefore cannot import it."""

from uuid import UUID

import msgspec

from curbe.infra.db import Transaction
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event, append


async def people_changed(tx: Transaction, tenant_id: UUID, user_id: UUID) -> None:
    """Append the event that somebody was invited, joined, changed or left; readers get the details from ``GET .../people``."""
    data = msgspec.json.encode({"user_id": user_id}).decode()
    await append(tx, [Event(tenant_id=tenant_id, type=EventType.PEOPLE_CHANGED, data=data)])
