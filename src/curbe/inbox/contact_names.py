"""What the team calls a person: shown in place of the name that WhatsApp tells, which is kept beside it to go back to."""

from typing import Final
from uuid import UUID

from curbe.audit.service import AuditEntry
from curbe.audit.service import record as record_audit
from curbe.domain.errors import Conflict
from curbe.inbox import contact_store, contacts, merging
from curbe.inbox.contacts import ContactDetail
from curbe.inbox.rules import checked_contact_name
from curbe.inbox.service import conversation_events
from curbe.infra.db import Query, Transaction
from curbe.realtime.service import append as append_events

_TOUCH: Final = Query("curbe.inbox", "touch_conversations")


async def rename(
    tx: Transaction, *, tenant_id: UUID, contact_id: UUID, name: str | None, actor: str
) -> ContactDetail:
    """Call a person so from now on, or as WhatsApp does where ``name`` is None or empty; return them. It is told and written down.

    Raises:
        NotFound: the tenant has no such contact.
        InvalidRequest: the name will not do.
        Conflict: the contact is part of another one.
    """
    given = checked_contact_name(name)
    await merging.lock_people_shared(tx, [tenant_id])
    found = await contacts.contact(tx, tenant_id=tenant_id, contact_id=contact_id)
    if found.contact.merged_into is not None:
        raise Conflict(
            "This contact is part of another one.",
            fix="Rename the contact that it is part of.",
            extra={"contact_id": str(contact_id), "merged_into": str(found.contact.merged_into)},
        )
    if not await contact_store.give_name(tx, tenant_id=tenant_id, contact_id=contact_id, name=given):
        return found
    await _tell(tx, tenant_id, contact_id)
    # The log outlives an erasure, so it has no name in it.
    entry = AuditEntry(tenant_id=tenant_id, actor=actor, action="contact.renamed", subject=str(contact_id))
    await record_audit(tx, [entry])
    return await contacts.contact(tx, tenant_id=tenant_id, contact_id=contact_id)


async def _tell(tx: Transaction, tenant_id: UUID, contact_id: UUID) -> None:
    """Tell of each conversation with the person how it stands: that is where a name is shown."""
    standing = await merging.conversations_of(tx, tenant_id=tenant_id, contact_ids=[contact_id])
    live = [row.id for row in standing if row.merged_into is None]
    await _TOUCH.run(tx, tenant_id=tenant_id, ids=live)
    await append_events(tx, await conversation_events(tx, [(tenant_id, one) for one in live]))
