"""Contacts as people look them up, make one of two, and take that back."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.errors import Conflict, InvalidRequest, NotFound
from curbe.domain.ids import LAST_ID
from curbe.domain.phone import to_e164, wa_id_to_e164
from curbe.inbox import contact_store, merging, splitting
from curbe.inbox.aliases import canonical_phone
from curbe.infra.db import Query, Transaction
from curbe.tenants import service as tenants


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    """A person, as they are called and reached now. ``merged_into`` is who they turned out to be, null for all who are listed.

    ``name`` is what they are called here, ``profile_name`` what WhatsApp tells: the same unless the team gave a name (``name_given``).
    """

    id: UUID
    name: str | None
    name_given: bool
    profile_name: str | None
    username: str | None
    phone: str | None
    wa_id: str | None
    bsuid: str | None
    merged_into: UUID | None
    created_at: datetime


class Alias(msgspec.Struct, frozen=True, kw_only=True):
    """A name somebody is known by: ``phone`` (E.164), ``bsuid`` or ``parent_bsuid``; a phone from ``since`` until ``retired_at``."""

    kind: str
    value: str
    since: datetime | None
    retired_at: datetime | None


class Merge(msgspec.Struct, frozen=True, kw_only=True):
    """A contact that became part of this one. ``reason`` is ``same_person`` (WhatsApp's names said so) or ``by_hand``."""

    id: UUID
    contact_id: UUID
    reason: str
    actor: str
    created_at: datetime
    undone_at: datetime | None


class ContactConversation(msgspec.Struct, frozen=True):
    """A conversation with the person, and the number it is held with."""

    id: UUID
    connection_id: UUID


class ContactDetail(msgspec.Struct, frozen=True, kw_only=True):
    """A person with every name, every merge and every conversation."""

    contact: Contact
    aliases: list[Alias]
    merges: list[Merge]
    conversations: list[ContactConversation]


class Wanted(msgspec.Struct, frozen=True):
    """Which contacts: None means any. Each is matched exactly; a phone without a country code is read by the tenant's country."""

    phone: str | None = None
    bsuid: str | None = None
    username: str | None = None


class _Row(msgspec.Struct, frozen=True):
    id: UUID
    name: str | None
    name_given: bool
    profile_name: str | None
    username: str | None
    wa_id: str | None
    bsuid: str | None
    merged_into: UUID | None
    created_at: datetime


_PAGE: Final = Query("curbe.inbox", "contact_page", _Row)
_BY_ID: Final = Query("curbe.inbox", "contact_by_id", _Row)
_CONVERSATIONS: Final = Query("curbe.inbox", "contact_conversations", ContactConversation)
_MERGES: Final = Query("curbe.inbox", "contact_merges", Merge)
_LET_JOIN: Final = Query("curbe.inbox", "let_join")


async def page(
    tx: Transaction, *, tenant_id: UUID, wanted: Wanted, before: UUID | None, limit: int
) -> list[Contact]:
    """Return at most ``limit`` contacts, the newest first, those before a contact.

    Raises:
        InvalidRequest: the phone is none, or more than one name is asked for.
    """
    kind, value = await _alias(tx, tenant_id, wanted)
    rows = await _PAGE.all(
        tx,
        tenant_id=tenant_id,
        before_id=before or LAST_ID,
        username=wanted.username and wanted.username.removeprefix("@"),
        kind=kind,
        value=value,
        most=limit,
    )
    return [_contact(row) for row in rows]


async def contact(tx: Transaction, *, tenant_id: UUID, contact_id: UUID) -> ContactDetail:
    """Return one contact, also one that was merged into another.

    Raises:
        NotFound: the tenant has no such contact.
    """
    row = await _BY_ID.one(tx, tenant_id=tenant_id, id=contact_id)
    if row is None:
        raise NotFound("This tenant has no such contact.", fix="List the contacts and take an id from there.")
    aliases = await contact_store.aliases_of(tx, tenant_id=tenant_id, contact_id=contact_id)
    return ContactDetail(
        contact=_contact(row),
        aliases=[
            Alias(
                kind=alias.kind,
                value=wa_id_to_e164(alias.value) if alias.kind == "phone" else alias.value,
                since=alias.since,
                retired_at=alias.retired_at,
            )
            for alias in aliases
            if alias.kind != "change"
        ],
        merges=await _MERGES.all(tx, tenant_id=tenant_id, contact_id=contact_id),
        conversations=await _CONVERSATIONS.all(tx, tenant_id=tenant_id, contact_id=contact_id),
    )


async def merge(
    tx: Transaction, *, tenant_id: UUID, contact_id: UUID, other_id: UUID, actor: str
) -> ContactDetail:
    """Make ``other_id`` part of ``contact_id`` because somebody says so, and return the contact.

    Raises:
        NotFound: the tenant has not both of them.
        InvalidRequest: they are the same.
        Conflict: one of them was merged before.
    """
    if contact_id == other_id:
        raise InvalidRequest("A contact cannot be merged with itself.", field="contact_id")
    await merging.lock_people_exclusively(tx, [tenant_id])
    for one in (contact_id, other_id):
        found = await contact(tx, tenant_id=tenant_id, contact_id=one)
        if found.contact.merged_into is not None:
            raise Conflict(
                "One of these contacts is part of another one already.",
                fix="Merge the contact that it is part of.",
                extra={"contact_id": str(one), "merged_into": str(found.contact.merged_into)},
            )
    await _LET_JOIN.run(tx, tenant_id=tenant_id, one_id=contact_id, other_id=other_id)
    await merging.merge(
        tx,
        tenant_id=tenant_id,
        survivor_id=contact_id,
        merged_id=other_id,
        reason="by_hand",
        actor=actor,
    )
    return await contact(tx, tenant_id=tenant_id, contact_id=contact_id)


async def undo_merge(
    tx: Transaction, *, tenant_id: UUID, contact_id: UUID, merge_id: UUID, actor: str
) -> ContactDetail:
    """Take a merge back and return the contact that is there again.

    Raises:
        NotFound: the contact has no such merge.
        Conflict: it was undone before, or a later merge has to be undone first.
    """
    back = await splitting.undo(
        tx, tenant_id=tenant_id, contact_id=contact_id, merge_id=merge_id, actor=actor
    )
    return await contact(tx, tenant_id=tenant_id, contact_id=back)


async def _alias(tx: Transaction, tenant_id: UUID, wanted: Wanted) -> tuple[str | None, str | None]:
    if sum(one is not None for one in (wanted.phone, wanted.bsuid, wanted.username)) > 1:
        raise InvalidRequest(
            "phone, bsuid and username exclude each other.", fix="Look for one of them at a time."
        )
    if wanted.phone is not None:
        tenant = await tenants.read(tx, tenant_id=tenant_id)
        e164 = to_e164(wanted.phone, default_country=tenant.default_country, field="phone")
        return "phone", canonical_phone(e164.removeprefix("+"))
    if wanted.bsuid is not None:
        return "bsuid", wanted.bsuid
    return None, None


def _contact(row: _Row) -> Contact:
    return Contact(
        id=row.id,
        name=row.name,
        name_given=row.name_given,
        profile_name=row.profile_name,
        username=row.username,
        phone=None if row.wa_id is None else wa_id_to_e164(row.wa_id),
        wa_id=row.wa_id,
        bsuid=row.bsuid,
        merged_into=row.merged_into,
        created_at=row.created_at,
    )
