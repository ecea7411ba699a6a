"""Erases a person from the inbox: first nobody can find or reach them any more, then their messages are deleted, a batch at a time.

Each function does one batch in a transaction of the caller's, who decides what else belongs into it; as with what is too old (`purge`).
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.errors import Conflict
from curbe.domain.phone import variants, wa_id_to_e164
from curbe.inbox import contacts, merging, moving, purge
from curbe.inbox.aliases import canonical_phone
from curbe.infra.db import Id, Query, Transaction

_PACKAGE: Final = "curbe.inbox"
_EVER: Final = datetime(9999, 12, 30, tzinfo=UTC)


class Erased(msgspec.Struct, frozen=True, kw_only=True):
    """A person to erase: all their contacts and conversations, and what they were known by.

    ``aliases``: as (kind, value). ``names``: every spelling of these that a text may hold. Neither has a phone that is somebody else's by
    now.
    """

    contact_ids: list[UUID]
    conversation_ids: list[UUID]
    aliases: list[tuple[str, str]]
    names: list[str]

    @property
    def phones(self) -> list[str]:
        """Return their phones, in the canonical form that aliases have."""
        return [value for kind, value in self.aliases if kind == "phone"]


class _Name(msgspec.Struct, frozen=True):
    kind: str
    value: str


class _Phone(msgspec.Struct, frozen=True):
    value: str


class _Count(msgspec.Struct, frozen=True):
    count: int


_PEOPLE: Final = Query(_PACKAGE, "erasure_people", Id)
_NAMES: Final = Query(_PACKAGE, "erasure_names", _Name)
_PASSED_ON: Final = Query(_PACKAGE, "phones_passed_on", _Phone)
_PART: Final = Query(_PACKAGE, "part_from_erased")
_FORGET_ALIASES: Final = Query(_PACKAGE, "forget_aliases")
_FORGET_PROFILES: Final = Query(_PACKAGE, "forget_profiles")
_FORGET_ADDRESSES: Final = Query(_PACKAGE, "forget_addresses")
_BESIDE: Final = Query(_PACKAGE, "erase_beside", _Count)
_ANNOTATIONS: Final = Query(_PACKAGE, "erase_annotations")
_CONVERSATIONS: Final = Query(_PACKAGE, "erase_conversations")
_PARKED_FILES: Final = Query(_PACKAGE, "erase_parked_files")
_ABOUT_PEOPLE: Final = tuple(
    Query(_PACKAGE, name)
    for name in ("erase_preferences", "erase_merges", "erase_kept_apart", "erase_contacts")
)


async def find(tx: Transaction, *, tenant_id: UUID, contact_id: UUID) -> Erased:
    """Return the person to erase, with all contacts that were merged into them; until ``tx`` ends no contact is added, merged or split.

    Raises:
        NotFound: the tenant has no such contact.
        Conflict: the contact is part of another one.
    """
    await merging.lock_people_exclusively(tx, [tenant_id])
    shown = (await contacts.contact(tx, tenant_id=tenant_id, contact_id=contact_id)).contact
    if shown.merged_into is not None:
        raise Conflict(
            "This contact is part of another one.",
            fix="Erase the contact that it is part of.",
            extra={"contact_id": str(contact_id), "merged_into": str(shown.merged_into)},
        )
    people = [row.id for row in await _PEOPLE.all(tx, tenant_id=tenant_id, contact_id=contact_id)]
    # What goes back to somebody else from here is theirs, and what comes back to here is not theirs from whom it comes.
    await moving.all_given_back(tx, tenant_id=tenant_id, contact_ids=people)
    owned = await merging.conversations_of(tx, tenant_id=tenant_id, contact_ids=people)
    found = await _own_names(tx, tenant_id, people, to_show=False)
    return Erased(
        contact_ids=people,
        conversation_ids=[row.id for row in owned],
        aliases=sorted({(row.kind, _canonical(row)) for row in found}),
        names=_spelt(found),
    )


async def names_of(tx: Transaction, *, tenant_id: UUID, contact_id: UUID) -> list[str]:
    """Return every spelling of the names of a person, and of contacts merged into them, that a text may hold; none that is another's.

    Without phone numbers that they gave up: what is found by these names is shown to the person, and may be about a stranger.
    """
    people = [row.id for row in await _PEOPLE.all(tx, tenant_id=tenant_id, contact_id=contact_id)]
    found = await _own_names(tx, tenant_id, people, to_show=True)
    return _spelt(found)


async def _own_names(tx: Transaction, tenant_id: UUID, people: list[UUID], *, to_show: bool) -> list[_Name]:
    """Return the names that are theirs alone: a phone number that passed on is left out, as it leads to whoever has it since."""
    found = await _NAMES.all(tx, tenant_id=tenant_id, contact_ids=people)
    phones = sorted({_canonical(row) for row in found if row.kind == "phone"})
    passed = await _PASSED_ON.all(tx, tenant_id=tenant_id, contact_ids=people, phones=phones, to_show=to_show)
    others = {row.value for row in passed}
    return [row for row in found if row.kind != "phone" or _canonical(row) not in others]


async def forget(tx: Transaction, erased: Erased, *, tenant_id: UUID) -> None:
    """Remove a person's aliases, names and addresses, so that nobody finds or reaches them; if they write again, they are somebody new."""
    people = {"tenant_id": tenant_id, "contact_ids": erased.contact_ids}
    await _FORGET_ALIASES.run(tx, **people)
    await _FORGET_PROFILES.run(tx, **people)
    await _FORGET_ADDRESSES.run(tx, tenant_id=tenant_id, ids=erased.conversation_ids)


async def messages(
    tx: Transaction, *, tenant_id: UUID, conversation_ids: list[UUID], most: int
) -> list[UUID]:
    """Return up to ``most`` of their messages that may be deleted, locked by ``tx``; those being sent at this moment may not."""
    return await purge.messages(
        tx, tenant_id=tenant_id, conversation_ids=conversation_ids, before=_EVER, most=most
    )


async def delete_beside(
    tx: Transaction, *, tenant_id: UUID, conversation_ids: Sequence[UUID], most: int
) -> int:
    """Delete up to ``most`` of what is stored apart from their messages: calls, reactions, amendments; return how many."""
    row = await _BESIDE.one(tx, tenant_id=tenant_id, conversation_ids=list(conversation_ids), most=most)
    return row.count if row else 0


async def delete_annotations(
    tx: Transaction, *, tenant_id: UUID, conversation_ids: Sequence[UUID], most: int
) -> int:
    """Delete up to ``most`` notes and lines of activity in their conversations; return how many."""
    return await _ANNOTATIONS.run(tx, tenant_id=tenant_id, conversation_ids=list(conversation_ids), most=most)


async def delete_people(
    tx: Transaction, *, tenant_id: UUID, contact_ids: Sequence[UUID], conversation_ids: Sequence[UUID]
) -> bool:
    """Delete their conversations, which are empty by now, and their contacts; return whether any contact was there."""
    await merging.lock_people_exclusively(tx, [tenant_id])
    await _PART.run(tx, tenant_id=tenant_id, conversation_ids=list(conversation_ids))
    await _CONVERSATIONS.run(tx, tenant_id=tenant_id, conversation_ids=list(conversation_ids))
    gone = [
        await query.run(tx, tenant_id=tenant_id, contact_ids=list(contact_ids)) for query in _ABOUT_PEOPLE
    ]
    return gone[-1] > 0


async def delete_parked_files(everybody: Transaction, *, tenant_id: UUID, names: Sequence[str]) -> int:
    """Delete parked files that hold one of ``names``, as the batch role; return how many."""
    return await _PARKED_FILES.run(everybody, tenant_id=tenant_id, names=list(names))


def _canonical(name: _Name) -> str:
    return canonical_phone(name.value) if name.kind == "phone" else name.value


def _spelt(names: Sequence[_Name]) -> list[str]:
    return sorted({spelling for name in names for spelling in _spellings(name)})


def _spellings(name: _Name) -> list[str]:
    if name.kind != "phone":
        return [name.value]
    # The tenant's own systems and lists may write a number in any of its forms, and so may Meta.
    return [name.value, *(form.removeprefix("+") for form in variants(wa_id_to_e164(name.value)))]
