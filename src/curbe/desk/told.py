"""Appends the events and audit entries of changes to a desk."""

from uuid import UUID

import msgspec

from curbe.audit.service import AuditEntry
from curbe.audit.service import record as record_audit
from curbe.domain.errors import Conflict, NotFound
from curbe.infra.db import Transaction
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event
from curbe.realtime.service import append as append_events


async def tell(
    tx: Transaction,
    kind: EventType,
    *,
    tenant_id: UUID,
    actor: str,
    deed: str,
    thing: str,
    thing_id: UUID,
    now: msgspec.Struct | None,
) -> None:
    """Append the event and the audit row of a change.

    Args:
        tx: the transaction of the change.
        kind: the event's type.
        tenant_id: whose.
        actor: who did it.
        deed: created, changed or deleted.
        thing: what it was done to: team, label, canned_reply, saved_view.
        thing_id: which.
        now: it as it is by now; None where it is no more.
    """
    data = msgspec.json.encode({thing: now, f"{thing}_id": thing_id}).decode()
    await append_events(tx, [Event(tenant_id=tenant_id, type=kind, data=data)])
    entry = AuditEntry(tenant_id=tenant_id, actor=actor, action=f"{thing}.{deed}", subject=str(thing_id))
    await record_audit(tx, [entry])


def none_such(thing: str) -> NotFound:
    """Return the refusal of what the tenant does not have."""
    return NotFound(
        f"This tenant has no such {thing}.", fix=f"List its {_many(thing)} and take an id from there."
    )


def taken(thing: str, *, field: str) -> Conflict:
    """Return the refusal of a name that another one has."""
    return Conflict(f"Another {thing} is called that.", fix=f"Take another {field}.", field=field)


def _many(thing: str) -> str:
    return f"{thing[:-1]}ies" if thing.endswith("y") else f"{thing}s"
