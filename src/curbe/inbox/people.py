"""Who somebody is: contacts, their aliases and their conversations, found or made in batches.

A person is known by several names (phone, business-scoped user id, its parent), and any of them may be absent. Phones are kept in one
canonical form, so that the variants Meta uses in Brazil, Mexico and Argentina are one person.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.domain.messages import Person
from curbe.domain.phone import variants, wa_id_to_e164
from curbe.infra.db import Query, Transaction


class Sighting(msgspec.Struct, frozen=True):
    """A person met on one connection at ``at`` (the provider's clock)."""

    tenant_id: UUID
    connection_id: UUID
    person: Person
    at: datetime


class Place(msgspec.Struct, frozen=True):
    """Where a sighting belongs."""

    contact_id: UUID
    conversation_id: UUID


class _Known(msgspec.Struct, frozen=True):
    n: int
    contact_id: UUID


class _Found(msgspec.Struct, frozen=True):
    n: int
    id: UUID
    has_phone: bool


class _Locked(msgspec.Struct, frozen=True):
    locked: int


_FIND_ALIASES: Final = Query("curbe.inbox", "find_aliases", _Known)
_LOCK_NEW_PEOPLE: Final = Query("curbe.inbox", "lock_new_people", _Locked)
_INSERT_CONTACTS: Final = Query("curbe.inbox", "insert_contacts")
_INSERT_ALIASES: Final = Query("curbe.inbox", "insert_aliases")
_RENAME_CONTACTS: Final = Query("curbe.inbox", "rename_contacts")
_FIND_CONVERSATIONS: Final = Query("curbe.inbox", "find_conversations", _Found)
_INSERT_CONVERSATIONS: Final = Query("curbe.inbox", "insert_conversations")
_LEARN_PHONES: Final = Query("curbe.inbox", "learn_phones")

Alias = tuple[UUID, str, str]  # tenant, kind, value
_Thread = tuple[UUID, UUID, UUID]  # tenant, connection, contact


def aliases_of(tenant_id: UUID, person: Person) -> list[Alias]:
    """Return the names of ``person``, the one that identifies best first; a phone in its canonical form, digits only."""
    named = []
    if person.bsuid:
        named.append((tenant_id, "bsuid", person.bsuid))
    if person.wa_id:
        named.append((tenant_id, "phone", canonical_phone(person.wa_id)))
    if person.parent_bsuid:
        named.append((tenant_id, "parent_bsuid", person.parent_bsuid))
    return named


def canonical_phone(wa_id: str) -> str:
    """Return the digits under which a person's phone is kept: one form for all variants of a number."""
    return variants(wa_id_to_e164(wa_id))[0].removeprefix("+")


async def place(tx: Transaction, sightings: Sequence[Sighting]) -> list[Place]:
    """Return the contact and conversation of each sighting, in order; made where they did not exist, names brought up to date."""
    if not sightings:
        return []
    contact_ids = await _contacts(tx, sightings)
    conversation_ids = await _conversations(tx, sightings, contact_ids)
    return [
        Place(contact_id=contact_id, conversation_id=conversation_id)
        for contact_id, conversation_id in zip(contact_ids, conversation_ids, strict=True)
    ]


async def _contacts(tx: Transaction, sightings: Sequence[Sighting]) -> list[UUID]:
    known: dict[Alias, UUID] = {}
    named = [aliases_of(sighting.tenant_id, sighting.person) for sighting in sightings]
    await _look_up(tx, known, {alias for aliases in named for alias in aliases})
    strangers = sorted({aliases[0][0] for aliases in named if not any(alias in known for alias in aliases)})
    if strangers:
        await _LOCK_NEW_PEOPLE.one(tx, tenant_ids=strangers)
        # Somebody else may have added them while we waited for the lock.
        await _look_up(tx, known, {alias for aliases in named for alias in aliases if alias not in known})
    contact_ids, new_contacts, new_aliases = _assign(known, named)
    latest = _latest_names(sightings, contact_ids)
    if new_contacts:
        rows = [
            (tenant_id, contact_id, *latest.pop((tenant_id, contact_id), (None, None, None)))
            for tenant_id, contact_id in new_contacts
        ]
        await _INSERT_CONTACTS.run(
            tx, **_columns(rows, "tenant_ids", "ids", "names", "name_ats", "usernames")
        )
    if new_aliases:
        rows = sorted((*alias, contact_id) for alias, contact_id in new_aliases.items())
        await _INSERT_ALIASES.run(tx, **_columns(rows, "tenant_ids", "kinds", "values", "contact_ids"))
    if latest:
        rows = [(*key, *value) for key, value in sorted(latest.items())]
        await _RENAME_CONTACTS.run(
            tx, **_columns(rows, "tenant_ids", "ids", "names", "name_ats", "usernames")
        )
    return contact_ids


async def _look_up(tx: Transaction, known: dict[Alias, UUID], aliases: set[Alias]) -> None:
    wanted = sorted(aliases)
    if wanted:
        for row in await _FIND_ALIASES.all(tx, **_columns(wanted, "tenant_ids", "kinds", "values")):
            known[wanted[row.n - 1]] = row.contact_id


def _assign(
    known: dict[Alias, UUID], named: Sequence[list[Alias]]
) -> tuple[list[UUID], list[tuple[UUID, UUID]], dict[Alias, UUID]]:
    """Return each person's contact, the contacts to make, and the aliases to add. ``known`` grows on the way.

    TODO: two aliases of one person that belong to two contacts mean these are one: merging them is not implemented (docs/whatsapp.md);
    until then the one that identifies best decides.
    """
    contact_ids: list[UUID] = []
    new_contacts: list[tuple[UUID, UUID]] = []
    new_aliases: dict[Alias, UUID] = {}
    for aliases in named:
        contact_id = next((known[alias] for alias in aliases if alias in known), None)
        if contact_id is None:
            contact_id = uuid7()
            new_contacts.append((aliases[0][0], contact_id))
        for alias in aliases:
            if alias not in known:
                known[alias] = new_aliases[alias] = contact_id
        contact_ids.append(contact_id)
    return contact_ids, new_contacts, new_aliases


def _latest_names(
    sightings: Sequence[Sighting], contact_ids: Sequence[UUID]
) -> dict[tuple[UUID, UUID], tuple[str, datetime, str | None]]:
    """Return each contact's latest (name, at, username) in this batch; contacts that came without a name are absent."""
    latest: dict[tuple[UUID, UUID], tuple[str, datetime, str | None]] = {}
    for sighting, contact_id in zip(sightings, contact_ids, strict=True):
        name = sighting.person.name
        if not name:
            continue
        key = (sighting.tenant_id, contact_id)
        seen = latest.get(key)
        if seen is None or (sighting.at, name) > (seen[1], seen[0]):
            latest[key] = (name, sighting.at, sighting.person.username)
    return latest


async def _conversations(
    tx: Transaction, sightings: Sequence[Sighting], contact_ids: Sequence[UUID]
) -> list[UUID]:
    keys = [
        (sighting.tenant_id, sighting.connection_id, contact_id)
        for sighting, contact_id in zip(sightings, contact_ids, strict=True)
    ]
    people: dict[_Thread, Person] = {}
    for key, sighting in zip(keys, sightings, strict=True):
        if key not in people or (sighting.person.wa_id and not people[key].wa_id):
            people[key] = sighting.person
    found = await _find_conversations(tx, sorted(people))
    missing = [key for key in sorted(people) if key not in found]
    if missing:
        rows = [(key[0], uuid7(), *key[1:], *_names(people[key])) for key in missing]
        columns = ("tenant_ids", "ids", "connection_ids", "contact_ids", "thread_ids", "e164s", "wa_ids")
        await _INSERT_CONVERSATIONS.run(tx, **_columns(rows, *columns))
        found |= await _find_conversations(tx, missing)
    learnt = [
        (key[0], row.id, people[key].wa_id)
        for key, row in found.items()
        if not row.has_phone and people[key].wa_id
    ]
    if learnt:
        rows = [
            (tenant_id, row_id, wa_id_to_e164(wa_id), wa_id) for tenant_id, row_id, wa_id in sorted(learnt)
        ]
        await _LEARN_PHONES.run(tx, **_columns(rows, "tenant_ids", "ids", "e164s", "wa_ids"))
    return [found[key].id for key in keys]


async def _find_conversations(tx: Transaction, keys: Sequence[_Thread]) -> dict[_Thread, _Found]:
    rows = await _FIND_CONVERSATIONS.all(tx, **_columns(keys, "tenant_ids", "connection_ids", "contact_ids"))
    return {keys[row.n - 1]: row for row in rows}


def _names(person: Person) -> tuple[str, str | None, str | None]:
    """Return external_thread_id, contact_e164 and contact_wa_id of a new conversation."""
    if person.wa_id:
        return person.wa_id, wa_id_to_e164(person.wa_id), person.wa_id
    return person.bsuid or "", None, None


def _columns(rows: Sequence[tuple[object, ...]], *names: str) -> dict[str, object]:
    """Return rows as parallel arrays by parameter name."""
    return {name: [row[position] for row in rows] for position, name in enumerate(names)}
