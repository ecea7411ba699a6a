"""All there is of a person as one JSON document, written as it is read: a page of a conversation at a time, and no thread held whole.

What colleagues noted of somebody is data about them, so notes are in it, with their authors' ids and not their names.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

import msgspec

from curbe.audit import service as audit
from curbe.audit.service import AuditEntry
from curbe.campaigns import persons
from curbe.campaigns.persons import Mailed
from curbe.consent import service as consents
from curbe.inbox import contacts, merging, moving, notes
from curbe.inbox import erasing as naming
from curbe.inbox import exporting as inbox_export
from curbe.inbox import service as inbox
from curbe.inbox.annotations import Annotation
from curbe.inbox.contacts import ContactDetail
from curbe.inbox.exporting import Call, Preference, Version
from curbe.inbox.notes import EVER
from curbe.inbox.service import Place
from curbe.inbox.shapes import Message
from curbe.infra.db import Pool, Transaction
from curbe.notifications import exporting as notification_export

_AT_ONCE: Final = 200
_AHEAD: Final = 2_000  # events looked at in one transaction
_MOST_WORDS: Final = 10_000

_Line = TypeVar("_Line")
_Page = Callable[[Transaction, _Line | None], Awaitable[list[_Line]]]


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """The beginning of the document: all but what was said."""

    exported_at: datetime
    contact: ContactDetail
    consents: list[consents.Kept]
    marketing_preferences: list[Preference]
    campaigns: list[Mailed]


async def gather(pool: Pool, *, tenant_id: UUID, contact_id: UUID) -> None:
    """Wait until all that somebody said is in its place, and what goes back to another is there: it follows in pieces (`following`)."""
    more = True
    while more:
        async with pool.transaction(tenant_id) as tx:
            await merging.lock_people_shared(tx, [tenant_id])
            more = await moving.some_of(tx, tenant_id=tenant_id, contact_ids=[contact_id])


async def begin(tx: Transaction, *, tenant_id: UUID, contact_id: UUID, actor: str, now: datetime) -> Known:
    """Return who somebody is, and write down who asked for all there is of them.

    Raises:
        NotFound: the tenant has no such contact.
    """
    person = {"tenant_id": tenant_id, "contact_id": contact_id}
    known = Known(
        exported_at=now,
        contact=await contacts.contact(tx, **person),
        consents=await consents.ledger(tx, most=_MOST_WORDS, **person),
        marketing_preferences=await inbox_export.preferences(tx, **person),
        campaigns=await persons.campaigns_to(tx, **person),
    )
    entry = AuditEntry(tenant_id=tenant_id, actor=actor, action="contact.exported", subject=str(contact_id))
    await audit.record(tx, [entry])
    return known


async def document(pool: Pool, known: Known, *, tenant_id: UUID) -> AsyncIterator[bytes]:
    """Yield the document piece by piece, each page read in a transaction of its own."""
    yield msgspec.json.encode(known)[:-1] + b',"conversations":['
    separator = b""
    for place in known.contact.conversations:
        async with pool.transaction(tenant_id) as tx:
            shown = await inbox.conversation(tx, tenant_id=tenant_id, conversation_id=place.id)
        yield separator + b'{"conversation":' + msgspec.json.encode(shown) + b',"messages":['
        async for piece in _pages(pool, tenant_id, _messages(tenant_id, place.id)):
            yield piece
        yield b'],"revisions":['
        async for piece in _pages(pool, tenant_id, _versions(tenant_id, place.id)):
            yield piece
        yield b'],"calls":['
        async for piece in _pages(pool, tenant_id, _calls(tenant_id, place.id)):
            yield piece
        yield b'],"annotations":['
        async for piece in _pages(pool, tenant_id, _annotations(tenant_id, place.id)):
            yield piece
        yield b"]}"
        separator = b","
    yield b'],"notification_events":['
    async for piece in _notification_events(pool, tenant_id, known.contact.contact.id):
        yield piece
    yield b"]}"


async def _notification_events(pool: Pool, tenant_id: UUID, contact_id: UUID) -> AsyncIterator[bytes]:
    """Yield what the tenant's own systems told about somebody, looking through all that they told."""
    async with pool.transaction(tenant_id) as tx:
        names = await naming.names_of(tx, tenant_id=tenant_id, contact_id=contact_id)
    separator, after = b"", ""
    while True:
        async with pool.transaction(tenant_id) as tx:
            looked = await notification_export.told_of(
                tx, tenant_id=tenant_id, names=names, after=after, most=_AHEAD
            )
        if looked.heard:
            yield separator + b",".join(map(msgspec.json.encode, looked.heard))
            separator = b","
        if looked.upto is None:
            return
        after = looked.upto


async def _pages(pool: Pool, tenant_id: UUID, page: _Page[_Line]) -> AsyncIterator[bytes]:
    """Yield the elements of a list, a page at a time."""
    last: _Line | None = None
    while True:
        async with pool.transaction(tenant_id) as tx:
            lines = await page(tx, last)
        if not lines:
            return
        yield (b"," if last else b"") + b",".join(msgspec.json.encode(line) for line in lines)
        last = lines[-1]


def _messages(tenant_id: UUID, conversation_id: UUID) -> _Page[Message]:
    async def page(tx: Transaction, last: Message | None) -> list[Message]:
        found = await inbox.oldest_messages(
            tx, tenant_id=tenant_id, conversation_id=conversation_id, after=_place(last), limit=_AT_ONCE
        )
        return list(found.items)

    return page


def _annotations(tenant_id: UUID, conversation_id: UUID) -> _Page[Annotation]:
    async def page(tx: Transaction, last: Annotation | None) -> list[Annotation]:
        found = await notes.annotations(
            tx,
            tenant_id=tenant_id,
            conversation_id=conversation_id,
            between=EVER,
            after=_place(last),
            limit=_AT_ONCE,
        )
        return list(found)

    return page


def _calls(tenant_id: UUID, conversation_id: UUID) -> _Page[Call]:
    async def page(tx: Transaction, last: Call | None) -> list[Call]:
        return await inbox_export.calls(
            tx, tenant_id=tenant_id, conversation_id=conversation_id, after=last, most=_AT_ONCE
        )

    return page


def _versions(tenant_id: UUID, conversation_id: UUID) -> _Page[Version]:
    async def page(tx: Transaction, last: Version | None) -> list[Version]:
        return await inbox_export.versions(
            tx, tenant_id=tenant_id, conversation_id=conversation_id, after=last, most=_AT_ONCE
        )

    return page


def _place(last: Message | Annotation | None) -> Place | None:
    return last and Place(last.created_at, last.id)
