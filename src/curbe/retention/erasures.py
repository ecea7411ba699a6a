"""Requests a person's erasure: from that moment nobody finds or reaches them, and a job deletes the rest (`erasing`)."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.audit import service as audit
from curbe.audit.service import AuditEntry
from curbe.campaigns import persons as campaigns
from curbe.consent import erasing as consents
from curbe.inbox import contacts, tombstones
from curbe.inbox import erasing as inbox
from curbe.infra import jobs
from curbe.infra.db import Query, Transaction
from curbe.infra.jobs import NewJob
from curbe.notifications import erasing as notifications

_PACKAGE: Final = "curbe.retention"
ERASE: Final = "retention.erase"  # the job that deletes all there is of somebody; its subject is the contact


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody's erasure. ``requested_at`` is null where nobody asked for it, ``finished_at`` while what they said is being deleted."""

    contact_id: UUID
    requested_by: str | None = None
    requested_at: datetime | None = None
    finished_at: datetime | None = None


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A stored erasure: the person's identifiers to search for, and how far which log has been searched."""

    contact_id: UUID
    contact_ids: list[UUID]
    conversation_ids: list[UUID]
    phones: list[str]
    names: list[str]
    alias_kinds: list[str]
    alias_values: list[str]
    requested_by: str
    requested_at: datetime
    walk: int
    walked: list[str]
    finished_at: datetime | None

    @property
    def aliases(self) -> list[tuple[str, str]]:
        """Return the person's aliases (kind and value)."""
        return list(zip(self.alias_kinds, self.alias_values, strict=True))

    def shown(self) -> Erasure:
        """Return the part of it that the API shows."""
        return Erasure(
            contact_id=self.contact_id,
            requested_by=self.requested_by,
            requested_at=self.requested_at,
            finished_at=self.finished_at,
        )


_BEGIN: Final = Query(_PACKAGE, "begin_erasure")
_OF: Final = Query(_PACKAGE, "erasure_of", Kept)
_NOTE: Final = Query(_PACKAGE, "note_walk")
_END: Final = Query(_PACKAGE, "end_erasure")


async def request(
    tx: Transaction, *, tenant_id: UUID, contact_id: UUID, actor: str, now: datetime
) -> Erasure:
    """Erase a person: nobody finds or reaches them once ``tx`` commits. A second request returns the same erasure.

    Raises:
        NotFound: the tenant has no such contact.
        Conflict: the contact has been merged into another one.
    """
    known = await kept(tx, tenant_id=tenant_id, contact_id=contact_id)
    if known is not None:
        return known.shown()
    erased = await inbox.find(tx, tenant_id=tenant_id, contact_id=contact_id)
    await consents.suppress(tx, tenant_id=tenant_id, contact_ids=erased.contact_ids, aliases=erased.aliases)
    await inbox.forget(tx, erased, tenant_id=tenant_id)
    await tombstones.bury_conversations(tx, tenant_id=tenant_id, conversation_ids=erased.conversation_ids)
    await campaigns.skip(tx, tenant_id=tenant_id, contact_ids=erased.contact_ids, phones=erased.phones)
    await notifications.drop_waiting(tx, tenant_id=tenant_id, names=erased.names)
    await _BEGIN.run(
        tx,
        tenant_id=tenant_id,
        contact_id=contact_id,
        contact_ids=erased.contact_ids,
        conversation_ids=erased.conversation_ids,
        phones=erased.phones,
        names=erased.names,
        alias_kinds=[kind for kind, _ in erased.aliases],
        alias_values=[value for _, value in erased.aliases],
        requested_by=actor,
        requested_at=now,
    )
    await jobs.defer(tx, [NewJob(tenant_id, ERASE, contact_id)])
    entry = AuditEntry(
        tenant_id=tenant_id, actor=actor, action="contact.erasure_requested", subject=str(contact_id)
    )
    await audit.record(tx, [entry])
    return Erasure(contact_id=contact_id, requested_by=actor, requested_at=now, finished_at=None)


async def read(tx: Transaction, *, tenant_id: UUID, contact_id: UUID) -> Erasure:
    """Return somebody's erasure.

    Raises:
        NotFound: the tenant has no such contact, and had none that was erased.
    """
    known = await kept(tx, tenant_id=tenant_id, contact_id=contact_id)
    if known is None:
        await contacts.contact(tx, tenant_id=tenant_id, contact_id=contact_id)
        return Erasure(contact_id=contact_id)
    return known.shown()


async def kept(tx: Transaction, *, tenant_id: UUID, contact_id: UUID) -> Kept | None:
    """Return a stored erasure; None if nobody requested it."""
    return await _OF.one(tx, tenant_id=tenant_id, contact_id=contact_id)


async def note_walk(
    tx: Transaction, *, tenant_id: UUID, contact_id: UUID, walk: int, walked: list[str]
) -> None:
    """Store how far which log has been searched."""
    await _NOTE.run(tx, tenant_id=tenant_id, contact_id=contact_id, walk=walk, walked=walked)


async def end(tx: Transaction, *, tenant_id: UUID, contact_id: UUID, now: datetime) -> None:
    """Store that the erasure is complete, and delete whom it was about."""
    await _END.run(tx, tenant_id=tenant_id, contact_id=contact_id, at=now)
