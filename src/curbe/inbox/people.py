"""Finds the contact and conversation of everybody whom a batch of webhooks or sends is about, and makes those that do not exist yet.

A person is known by several names (phone, business-scoped user id, its parent), any of which may be absent; which names are one person is
decided in `aliases`. A batch of known people costs one statement a step. Contacts that turn out to be one person, and phone numbers that
pass to somebody else, are rare and cost more (`merging`, `splitting`).
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.domain.messages import IdentityChange, Person
from curbe.inbox import contact_store, merging, splitting
from curbe.inbox.aliases import (
    Claims,
    Groups,
    Node,
    Witness,
    canonical_phone,
    claims_of,
    nodes_of,
    phones_in,
)
from curbe.inbox.contact_store import Alias, Book, Key
from curbe.inbox.merging import Pair
from curbe.infra.db import Query, Transaction

__all__ = ["Met", "Place", "Sighting", "acquaint", "canonical_phone", "place", "recognize"]

_ACTOR: Final = "system:apply"
# Where only the names count, and not since when they hold.
_ANY_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)


# In the place of a connection, where somebody was not met on one of our numbers but in a list, say.
_NOWHERE: Final = UUID(int=0)
_REMEMBERED: Final = 300.0  # seconds; most statuses of a message come within them


class Sighting(msgspec.Struct, frozen=True):
    """That a person wrote to, or is written to from, a connection at ``at`` (the provider's clock), by the names used then.

    ``change``: from then on the person has other names.
    """

    tenant_id: UUID
    connection_id: UUID
    person: Person
    at: datetime
    change: IdentityChange | None = None

    @property
    def witness(self) -> Witness:
        """Return what is stored of it beside the message: the names."""
        return Witness.of(self.person, self.change)


class Place(msgspec.Struct, frozen=True):
    """The contact and the conversation that a sighting belongs to."""

    contact_id: UUID
    conversation_id: UUID


class _Locked(msgspec.Struct, frozen=True):
    locked: int


_LOCK_NEW_PEOPLE: Final = Query("curbe.inbox", "lock_new_people", _Locked)


class _Plan(msgspec.Struct):
    """What has to be stored to give each sighting of a batch its contact."""

    contact_ids: list[UUID]
    new_contacts: list[Key]
    new_aliases: dict[tuple[UUID, Node], UUID]
    merges: list[tuple[UUID, UUID, UUID]]  # tenant, survivor, merged


async def place(tx: Transaction, sightings: Sequence[Sighting]) -> list[Place]:
    """Return the contact and conversation of each sighting, in order.

    Those that do not exist are made. Contacts get the names and addresses that the sightings tell, where these are the latest.
    """
    if not sightings:
        return []
    contact_ids, moved = await _contacts(tx, sightings)
    conversation_ids = await _conversations(tx, sightings, contact_ids)
    if moved:
        tenant_ids = (sighting.tenant_id for sighting in sightings)
        await contact_store.follow_beside(tx, moved, beside=zip(tenant_ids, conversation_ids, strict=True))
    return [
        Place(contact_id=contact_id, conversation_id=conversation_id)
        for contact_id, conversation_id in zip(contact_ids, conversation_ids, strict=True)
    ]


async def acquaint(tx: Transaction, phones: Sequence[str], *, tenant_id: UUID, at: datetime) -> list[UUID]:
    """Return the contacts of phones (digits as the provider writes them), in order; unknown ones are made, without a conversation."""
    met = [
        Sighting(tenant_id=tenant_id, connection_id=_NOWHERE, person=Person(wa_id=phone), at=at)
        for phone in phones
    ]
    if not met:
        return []
    contact_ids, moved = await _contacts(tx, met)
    if moved:
        await contact_store.follow_beside(tx, moved, beside=())
    return contact_ids


class Met:
    """Remembers people all of whose names are known to be one contact's, so that they need not be looked up again.

    A message has several statuses, and each of them names its recipient.
    """

    def __init__(self, *, most: int = 50_000) -> None:
        """``most`` are remembered before all are forgotten."""
        self._known: Final[set[tuple[UUID, Person]]] = set()
        self._most: Final = most
        self._since = 0.0

    def forget_old(self, now: float) -> None:
        """Forget everybody every few minutes, as somebody may have been erased meanwhile. ``now`` is a monotonic clock in seconds."""
        if now - self._since >= _REMEMBERED:
            self._known.clear()
            self._since = now

    def knows(self, tenant_id: UUID, person: Person) -> bool:
        """Tell whether a person with exactly these names is remembered."""
        return (tenant_id, person) in self._known

    def remember(self, known: Collection[tuple[UUID, Person]]) -> None:
        """Remember these people from now on."""
        if len(self._known) + len(known) > self._most:
            self._known.clear()
        self._known.update(known)


async def recognize(tx: Transaction, sightings: Iterable[Sighting], *, met: Met) -> None:
    """Learn the aliases that these sightings tell of known contacts, and merge contacts that a sighting names together.

    Makes no contact, and no conversation. Most sightings tell nothing new: those cost one look-up for the batch and no lock, and are added
    to ``met``.
    """
    seen = {(one.tenant_id, one.person): one for one in sightings}
    if not seen:
        return
    book = Book()
    witnesses = {key: one.witness for key, one in seen.items()}
    await contact_store.look_up(
        tx, book, {alias for key, named in witnesses.items() for alias in _aliases(key[0], named)}
    )
    news: list[Sighting] = []
    known: list[tuple[UUID, Person]] = []
    joined: set[UUID] = set()  # tenants
    for key, sighting in seen.items():
        tenant_id = sighting.tenant_id
        nodes = nodes_of(tenant_id, witnesses[key], sighting.at, book.handovers)
        holders = {book.holders.get((tenant_id, node)) for node in nodes}
        if len(holders) > 1:
            news.append(sighting)
            joined.update({tenant_id} if len(holders - {None}) > 1 else ())
        elif None not in holders:
            known.append(key)
    met.remember(known)
    if joined:
        apart = await merging.kept_apart(tx, joined)
        news = [one for one in news if not _is_kept_apart(book, one, apart)]
    if news:
        await _contacts(tx, news, learn=False)


def _is_kept_apart(book: Book, sighting: Sighting, apart: Sequence[Pair]) -> bool:
    nodes = nodes_of(sighting.tenant_id, sighting.witness, sighting.at, book.handovers)
    holders = {
        book.holders[sighting.tenant_id, node] for node in nodes if (sighting.tenant_id, node) in book.holders
    }
    return any({one, other} <= holders for _, one, other in apart)


async def _contacts(
    tx: Transaction, sightings: Sequence[Sighting], *, learn: bool = True
) -> tuple[list[UUID], list[Key]]:
    """Return the contact of each sighting, and the keys whose conversations have to follow.

    With ``learn`` the sightings also tell how contacts are called and reached now.
    """
    witnesses = [sighting.witness for sighting in sightings]
    book, plan = await _planned(tx, sightings, witnesses)
    claims = _claims(sightings, witnesses, plan.contact_ids)
    if plan.new_contacts:
        await contact_store.add_contacts(tx, [(key, claims.pop(key)) for key in plan.new_contacts])
    for tenant_id, survivor_id, merged_id in plan.merges:
        await merging.merge(
            tx,
            tenant_id=tenant_id,
            survivor_id=survivor_id,
            merged_id=merged_id,
            reason="same_person",
            actor=_ACTOR,
        )
    if plan.new_aliases:
        await contact_store.add_aliases(tx, plan.new_aliases, handovers=book.handovers)
    moved = await contact_store.learn(tx, claims) if claims and learn else []
    return plan.contact_ids, moved


async def _planned(
    tx: Transaction, sightings: Sequence[Sighting], witnesses: Sequence[Witness]
) -> tuple[Book, _Plan]:
    """Return a plan, made under the lock it needs: shared, unless somebody has to be merged or split."""
    tenant_ids = sorted({sighting.tenant_id for sighting in sightings})
    named = {
        alias
        for sighting, witness in zip(sightings, witnesses, strict=True)
        for alias in _aliases(sighting.tenant_id, witness)
    }
    if not any(witness.change is not None for witness in witnesses):
        await merging.lock_people_shared(tx, tenant_ids)
        book = Book()
        await contact_store.look_up(tx, book, named)
        plan = _plan(book, sightings, witnesses, apart=())
        if plan.new_aliases and not plan.merges:
            # Looked up again under the lock: somebody else may have added these aliases while we waited for it.
            await _LOCK_NEW_PEOPLE.one(tx, tenant_ids=sorted({key[0] for key in plan.new_aliases}))
            await contact_store.look_up(
                tx, book, {(tenant_id, kind, value) for tenant_id, (kind, value, _) in plan.new_aliases}
            )
            plan = _plan(book, sightings, witnesses, apart=())
        if not plan.merges:
            return book, plan
    await merging.lock_people_exclusively(tx, tenant_ids)
    book = Book()
    await contact_store.look_up(tx, book, named)
    moves = [
        (sighting.tenant_id, witness, sighting.at)
        for sighting, witness in zip(sightings, witnesses, strict=True)
        if witness.change is not None
    ]
    if moves and await splitting.hand_over(tx, book, moves):
        book = splitting.with_handovers_of(book)
        await contact_store.look_up(tx, book, named)
    return book, _plan(book, sightings, witnesses, apart=await merging.kept_apart(tx, tenant_ids))


def _plan(
    book: Book, sightings: Sequence[Sighting], witnesses: Sequence[Witness], *, apart: Sequence[Pair]
) -> _Plan:
    """Decide whose each sighting is: all names in it are one contact. Where they were several, these are merged into the oldest."""
    holders = dict(book.holders)
    groups: Groups[UUID] = Groups()
    tenants: dict[UUID, UUID] = {}
    made: set[UUID] = set()
    added: dict[tuple[UUID, Node], UUID] = {}
    contact_ids: list[UUID] = []
    for sighting, witness in zip(sightings, witnesses, strict=True):
        tenant_id = sighting.tenant_id
        nodes = nodes_of(tenant_id, witness, sighting.at, book.handovers)
        held = [holders[tenant_id, node] for node in nodes if (tenant_id, node) in holders]
        if held:
            contact_id = held[0]
        else:
            contact_id = uuid7()
            made.add(contact_id)
        tenants[contact_id] = tenant_id
        for other in held[1:]:
            if other != contact_id and not _are_apart(groups, contact_id, other, apart):
                tenants[other] = tenant_id
                groups.join(contact_id, other)
        for node in nodes:
            if (tenant_id, node) not in holders:
                holders[tenant_id, node] = added[tenant_id, node] = contact_id
        contact_ids.append(contact_id)
    merged = sorted(contact_id for contact_id in tenants if groups.of(contact_id) != contact_id)
    return _Plan(
        contact_ids=[groups.of(contact_id) for contact_id in contact_ids],
        new_contacts=sorted((tenants[one], one) for one in made if groups.of(one) == one),
        new_aliases={alias: groups.of(contact_id) for alias, contact_id in added.items()},
        merges=[(tenants[one], groups.of(one), one) for one in merged if one not in made],
    )


def _are_apart(groups: Groups[UUID], one: UUID, other: UUID, apart: Sequence[Pair]) -> bool:
    joined = {groups.of(one), groups.of(other)}
    return any({groups.of(left), groups.of(right)} == joined for _, left, right in apart)


def _aliases(tenant_id: UUID, witness: Witness) -> list[Alias]:
    """Return the aliases to look up for a sighting; for a phone this finds all contacts that have or had it."""
    phones = [(tenant_id, "phone", phone) for phone in phones_in(witness)]
    if witness.change is None:  # the ordinary case, without the detour
        named = (("bsuid", witness.bsuid), ("parent_bsuid", witness.parent_bsuid))
        return phones + [(tenant_id, kind, value) for kind, value in named if value]
    nodes = nodes_of(tenant_id, witness, _ANY_TIME, {})
    return phones + [(tenant_id, kind, value) for kind, value, _ in nodes if kind != "phone"]


def _claims(
    sightings: Sequence[Sighting], witnesses: Sequence[Witness], contact_ids: Sequence[UUID]
) -> dict[Key, Claims]:
    """Return what the batch says of how each contact is called and reached: all its sightings joined."""
    said: dict[Key, Claims] = {}
    for sighting, witness, contact_id in zip(sightings, witnesses, contact_ids, strict=True):
        key = (sighting.tenant_id, contact_id)
        claim = claims_of(witness, sighting.at)
        said[key] = said[key].joined(claim) if key in said else claim
    return said


async def _conversations(
    tx: Transaction, sightings: Sequence[Sighting], contact_ids: Sequence[UUID]
) -> list[UUID]:
    keys = [
        (sighting.tenant_id, sighting.connection_id, contact_id)
        for sighting, contact_id in zip(sightings, contact_ids, strict=True)
    ]
    wanted = sorted(set(keys))
    found = await contact_store.find_conversations(tx, wanted)
    missing = [key for key in wanted if key not in found]
    if missing:
        await contact_store.add_conversations(tx, [(uuid7(), key) for key in missing])
        found |= await contact_store.find_conversations(tx, missing)
    return [found[key] for key in keys]
