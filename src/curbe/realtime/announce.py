"""What features below the event log have to tell, in its words."""

from uuid import UUID

import msgspec

from curbe.infra.db import Transaction
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event, append


async def people_changed(tx: Transaction, tenant_id: UUID, user_id: UUID) -> None:
    """Tell a tenant's readers that somebody was invited, joined, changed or left; who and what, ``GET .../people`` says."""
    data = msgspec.json.encode({"user_id": user_id}).decode()
    await append(tx, [Event(tenant_id=tenant_id, type=EventType.PEOPLE_CHANGED, data=data)])
