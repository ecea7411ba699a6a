"""Splitting a contact that turns out to be several people: after a phone number passed to somebody else, or when a merge is undone.

A message keeps how Meta named the person at that moment (`messages.person`). From that, and from the merges that people made by hand,
`aliases.partition` works out who is who; then messages, aliases and conversations are given out anew.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.domain.errors import Conflict, NotFound
from curbe.inbox import contact_store, evidence, merging, moving
from curbe.inbox.aliases import (
    Claim,
    Claims,
    Node,
    Witness,
    claims_of,
    handovers_in,
    nodes_of,
    partition,
    phones_in,
)
from curbe.inbox.contact_store import Book
from curbe.inbox.evidence import Evidence
from curbe.inbox.merging import MovedByMerge, MovedConversation
from curbe.inbox.rules import WAKE
from curbe.infra import jobs
from curbe.infra.db import Query, Transaction
from curbe.infra.jobs import NewJob
from curbe.realtime.rules import EventType

_ACTOR: Final = "system:apply"


class _Merge(msgspec.Struct, frozen=True):
    id: UUID
    survivor_id: UUID
    merged_id: UUID
    moved: str
    undone_at: datetime | None
    buried: bool


class _Snoozed(msgspec.Struct, frozen=True):
    id: UUID
    until: datetime


class _MovedText(msgspec.Struct, frozen=True):
    moved: str


_BY_HAND: Final = Query("curbe.inbox", "merges_by_hand", _MovedText)
_DROP_ALIASES: Final = Query("curbe.inbox", "drop_aliases")
_MOVE_BACK: Final = Query("curbe.inbox", "move_aliases_back")
_RETIRE: Final = Query("curbe.inbox", "retire_phones")
_GIVE: Final = Query("curbe.inbox", "give_conversations")
_FOLLOW_BACK: Final = Query("curbe.inbox", "follow_back")
_SNOOZED: Final = Query("curbe.inbox", "snoozed_among", _Snoozed)
_FIND_MERGE: Final = Query("curbe.inbox", "find_merge", _Merge)
_SINCE: Final = Query("curbe.inbox", "merges_since", _MovedText)
_MARK_UNDONE: Final = Query("curbe.inbox", "mark_undone")
_KEEP_APART: Final = Query("curbe.inbox", "keep_apart")

_WITNESS: Final = msgspec.json.Decoder(Witness)
_MOVED: Final = msgspec.json.Decoder(MovedByMerge)


async def hand_over(tx: Transaction, book: Book, moves: Sequence[tuple[UUID, Witness, datetime]]) -> bool:
    """Note that phone numbers passed to other people, and split contacts that were one only because two people had the same number.

    The caller holds `merging.lock_people_exclusively`. ``moves``: (tenant, witness, at) of each. Returns whether any was new: contacts
    may have changed then, and ``book`` has to be looked up anew.
    """
    new = [
        (tenant_id, phone, moment)
        for tenant_id, witness, at in moves
        for phone, moment in handovers_in(witness, at)
        if book.add_handover((tenant_id, phone), moment)
    ]
    if not new:
        return False
    # Everybody who ever had one of these numbers: what a hand-over says of one may be said of the next one too (`aliases`: moves).
    affected = {
        (tenant_id, holder) for tenant_id, phone, _ in new for holder in book.holders_of((tenant_id, phone))
    }
    await _RETIRE.run(tx, **contact_store.columns(new, "tenant_ids", "values", "ats"))
    for tenant_id, contact_id in sorted(affected):
        await _sort_out(tx, tenant_id, contact_id, with_handovers_of(book))
    return True


def with_handovers_of(book: Book) -> Book:
    """Return a new book with the same hand-overs and nothing else: whose each alias is has to be looked up anew."""
    fresh = Book()
    for phone, moments in book.handovers.items():
        fresh.handovers[phone] = list(moments)
    return fresh


async def _sort_out(tx: Transaction, tenant_id: UUID, contact_id: UUID, book: Book) -> None:
    """Work out anew whom a contact's messages are from and to, and split the contact where that is more than one person."""
    await merging.absorb(tx, tenant_id=tenant_id)
    await moving.all_of(tx, tenant_id=tenant_id, contact_ids=[contact_id])
    said = await evidence.of(tx, tenant_id=tenant_id, contact_id=contact_id)
    named = [(row, _WITNESS.decode(row.person)) for row in said if row.person is not None]
    phones = {phone for _, witness in named for phone in phones_in(witness)}
    await contact_store.look_up(tx, book, [(tenant_id, "phone", phone) for phone in phones])
    told = [(row, witness, nodes_of(tenant_id, witness, row.at, book.handovers)) for row, witness in named]
    told = [piece for piece in told if piece[2]]
    links = [
        (moved.anchor, moved.aliases[0])
        for row in await _BY_HAND.all(tx, tenant_id=tenant_id, survivor_id=contact_id)
        if (moved := _MOVED.decode(row.moved)).anchor is not None and moved.aliases
    ]
    numbers = partition([nodes for _, _, nodes in told], links)
    people = max(numbers, default=0) + 1
    ids = [contact_id, *(uuid7() for _ in range(people - 1))]
    holders = {
        node: ids[number] for number, (_, _, nodes) in zip(numbers, told, strict=True) for node in nodes
    }
    claims = _claims_by_person(people, numbers, told)
    if people > 1:
        await contact_store.add_contacts(tx, [((tenant_id, ids[n]), claims[n]) for n in range(1, people)])
    await _rewrite_aliases(tx, tenant_id, contact_id, holders, book)
    if people == 1:
        return
    whose = {
        (row.beside, row.connection_id, row.id): number
        for number, (row, _, _) in zip(numbers, told, strict=True)
    }
    await _split_conversations(tx, tenant_id, said, whose, ids)
    if len(named) == len(said):
        await contact_store.set_claims(tx, tenant_id=tenant_id, contact_id=contact_id, claims=claims[0])
    for other_id in ids[1:]:
        await merging.tell(
            tx,
            EventType.CONTACT_PARTED,
            tenant_id=tenant_id,
            actor=_ACTOR,
            contact_id=contact_id,
            other_id=other_id,
        )


def _claims_by_person(
    people: int, numbers: Sequence[int], told: Sequence[tuple[Evidence, Witness, list[Node]]]
) -> list[Claims]:
    claims = [Claims() for _ in range(people)]
    for number, (row, witness, _) in zip(numbers, told, strict=True):
        claims[number] = claims[number].joined(claims_of(witness, row.at))
    return claims


async def _rewrite_aliases(
    tx: Transaction, tenant_id: UUID, contact_id: UUID, holders: dict[Node, UUID], book: Book
) -> None:
    """Give each alias to the contact in ``holders``. An alias that no message names stays with the contact that has it."""
    spoken_of = {node[:2] for node in holders}
    current = await contact_store.aliases_of(tx, tenant_id=tenant_id, contact_id=contact_id)
    gone = [row.node for row in current if row.node[:2] in spoken_of and holders.get(row.node) != contact_id]
    if gone:
        await _DROP_ALIASES.run(
            tx,
            tenant_id=tenant_id,
            contact_id=contact_id,
            **contact_store.columns(gone, "kinds", "values", "sinces"),
        )
    kept = {row.node for row in current} - set(gone)
    new = {(tenant_id, node): whose for node, whose in holders.items() if node not in kept}
    if new:
        await contact_store.add_aliases(tx, new, handovers=book.handovers)


async def _split_conversations(
    tx: Transaction,
    tenant_id: UUID,
    said: Sequence[Evidence],
    whose: dict[tuple[bool, UUID, str], int],
    ids: Sequence[UUID],
) -> None:
    """Move each person's messages into a conversation of their own; the first person with messages in a conversation keeps that one."""
    shares: defaultdict[UUID, defaultdict[int, list[Evidence]]] = defaultdict(lambda: defaultdict(list))
    for row in said:
        shares[row.conversation_id][whose.get((row.beside, row.connection_id, row.id), 0)].append(row)
    owned = await merging.conversations_of(tx, tenant_id=tenant_id, contact_ids=[ids[0]])
    unread = {row.id: row.unread_count for row in owned}
    for conversation_id, by_person in shares.items():
        keeper = min(by_person)
        if keeper:
            await _GIVE.run(tx, tenant_id=tenant_id, contact_id=ids[keeper], ids=[conversation_id])
            await contact_store.follow(tx, [(tenant_id, ids[keeper], ids[keeper])])
        counts = {}
        for person, rows in by_person.items():
            if person == keeper:
                continue
            new_id = uuid7()
            await contact_store.add_conversations(
                tx, [(new_id, (tenant_id, rows[0].connection_id, ids[person]))]
            )
            await evidence.move(tx, tenant_id=tenant_id, rows=rows, into_id=new_id)
            counts[new_id] = min(unread[conversation_id], sum(row.counts for row in rows))
            unread[conversation_id] -= counts[new_id]
        if counts:
            counts[conversation_id] = unread[conversation_id]
            await evidence.recount(tx, tenant_id=tenant_id, unread=counts)


async def undo(tx: Transaction, *, tenant_id: UUID, contact_id: UUID, merge_id: UUID, actor: str) -> UUID:
    """Take a merge back and return the contact that is there again; no webhook makes the two one again.

    What moved goes back, and what was said since under a name that goes back goes with it; under any other, it stays.

    Raises:
        NotFound: the contact has no such merge.
        Conflict: it was undone before, or a later merge rests on it.
    """
    await merging.lock_people_exclusively(tx, [tenant_id])
    await merging.absorb(tx, tenant_id=tenant_id)
    found = await _FIND_MERGE.one(tx, tenant_id=tenant_id, id=merge_id)
    if found is None or found.survivor_id != contact_id:
        raise NotFound(
            "This contact has no such merge.", fix="Read the contact and take the merge's id from there."
        )
    if found.undone_at is not None:
        raise Conflict("This merge was undone before.", fix="Read the contact again.")
    moved = _MOVED.decode(found.moved)
    if found.buried or await _is_rested_on(tx, tenant_id, found, moved):
        raise Conflict(
            "This contact was merged with another one since.",
            fix="Undo the later merge first, then this one.",
        )
    await moving.all_given_back(tx, tenant_id=tenant_id, contact_ids=[contact_id])
    if moved.aliases:
        await _MOVE_BACK.run(
            tx,
            tenant_id=tenant_id,
            from_id=contact_id,
            to_id=found.merged_id,
            **contact_store.columns(moved.aliases, "kinds", "values", "sinces"),
        )
    await _restore_conversations(tx, tenant_id, found, moved)
    await _restore_claims(tx, tenant_id, contact_id, found.merged_id, moved)
    await _KEEP_APART.run(tx, tenant_id=tenant_id, one_id=contact_id, other_id=found.merged_id)
    await _MARK_UNDONE.run(tx, tenant_id=tenant_id, id=merge_id, actor=actor)
    await merging.tell(
        tx,
        EventType.CONTACT_PARTED,
        tenant_id=tenant_id,
        actor=actor,
        contact_id=contact_id,
        other_id=found.merged_id,
        merge_id=merge_id,
    )
    return found.merged_id


async def _is_rested_on(tx: Transaction, tenant_id: UUID, merge: _Merge, moved: MovedByMerge) -> bool:
    """Tell whether undoing this merge has to wait until a later one is undone, which merged a conversation into one that this one gave.

    Giving that conversation back would take a third person's messages along.
    """
    given = {one.id for one in moved.conversations if one.into is None}
    later = await _SINCE.all(tx, tenant_id=tenant_id, survivor_id=merge.survivor_id, id=merge.id)
    return any(one.into in given for row in later for one in _MOVED.decode(row.moved).conversations)


async def _restore_conversations(
    tx: Transaction, tenant_id: UUID, merge: _Merge, moved: MovedByMerge
) -> None:
    book = Book()
    said = await evidence.of(tx, tenant_id=tenant_id, contact_id=merge.survivor_id)
    witnesses = {row.id: _WITNESS.decode(row.person) for row in said if row.person is not None}
    phones = {phone for witness in witnesses.values() for phone in phones_in(witness)}
    await contact_store.look_up(tx, book, [(tenant_id, "phone", phone) for phone in phones])
    mine = set(moved.aliases)
    owned = await merging.conversations_of(tx, tenant_id=tenant_id, contact_ids=[merge.survivor_id])
    unread = {row.id: row.unread_count for row in owned}
    whole = [one.id for one in moved.conversations if one.into is None]
    if whole:
        await _GIVE.run(tx, tenant_id=tenant_id, contact_id=merge.merged_id, ids=whole)
        named = {row.id: _nodes(tenant_id, row, witnesses, book) for row in said}
        since = [
            row for row in said if row.conversation_id in whole and (row.beside or row.id > str(merge.id))
        ]
        own = [row for row in since if named[row.id] and mine.isdisjoint(named[row.id])]
        await _keep_own(tx, tenant_id, merge, own, unread)
    for one in moved.conversations:
        if one.into is None:
            continue
        back = set(map(str, one.messages))
        rows = [
            row
            for row in said
            if row.conversation_id == one.into
            and (
                (not row.beside and row.id in back)
                or not mine.isdisjoint(_nodes(tenant_id, row, witnesses, book)[:1])
            )
        ]
        later = await evidence.give_back(
            tx, tenant_id=tenant_id, merge_id=merge.id, rows=rows, into_id=one.id
        )
        counts = {one.id: _unread_back(one, rows, unread[one.into])}
        counts[one.into] = unread[one.into] - counts[one.id]
        await _FOLLOW_BACK.run(
            tx, tenant_id=tenant_id, from_id=one.id, into_id=one.into, merged_id=merge.merged_id
        )
        await evidence.recount(tx, tenant_id=tenant_id, unread=counts, following_ids=later, into_id=one.id)
        await _wake_in_time(tx, tenant_id, [one.id, one.into])


async def _wake_in_time(tx: Transaction, tenant_id: UUID, ids: Sequence[UUID]) -> None:
    """Schedule the end of the snooze of these conversations: while they were merged one job ended it for both, and may be done by now."""
    snoozed = await _SNOOZED.all(tx, tenant_id=tenant_id, ids=list(ids))
    await jobs.schedule(tx, [(NewJob(tenant_id, WAKE, one.id), one.until) for one in snoozed])


async def _keep_own(
    tx: Transaction, tenant_id: UUID, merge: _Merge, own: Sequence[Evidence], unread: dict[UUID, int]
) -> None:
    """Move the survivor's own messages out of conversations that were given back whole, each into a new conversation of the survivor's."""
    shares: defaultdict[tuple[UUID, UUID], list[Evidence]] = defaultdict(list)
    for row in own:
        shares[row.conversation_id, row.connection_id].append(row)
    for (conversation_id, connection_id), rows in shares.items():
        new_id = uuid7()
        await contact_store.add_conversations(tx, [(new_id, (tenant_id, connection_id, merge.survivor_id))])
        later = await evidence.give_back(
            tx, tenant_id=tenant_id, merge_id=merge.id, rows=rows, into_id=new_id
        )
        theirs = min(unread[conversation_id], sum(row.counts for row in rows))
        counts = {new_id: theirs, conversation_id: unread[conversation_id] - theirs}
        await evidence.recount(tx, tenant_id=tenant_id, unread=counts, following_ids=later, into_id=new_id)


def _unread_back(one: MovedConversation, rows: Sequence[Evidence], unread: int) -> int:
    """Return how many unread messages go back: those that were unread at the merge, and those that came since, at most ``unread``."""
    before = set(map(str, one.messages))
    since = sum(row.counts for row in rows if row.id not in before)
    return min(unread, one.unread_count + since)


def _nodes(tenant_id: UUID, row: Evidence, witnesses: dict[str, Witness], book: Book) -> list[Node]:
    """Return how somebody was named when something was said, the name that identifies best first."""
    witness = witnesses.get(row.id)
    return [] if witness is None else nodes_of(tenant_id, witness, row.at, book.handovers)


async def _restore_claims(
    tx: Transaction, tenant_id: UUID, survivor_id: UUID, merged_id: UUID, moved: MovedByMerge
) -> None:
    """Give the survivor back the name and addresses it had before the merge, where those it has now came from the other contact."""
    known = await contact_store.contacts_by_id(tx, tenant_id=tenant_id, ids=[survivor_id, merged_id])
    now, other = known[survivor_id].claims(), known[merged_id].claims()

    def own(name: str) -> Claim | None:
        claim: Claim | None = getattr(now, name)
        borrowed: Claim | None = getattr(other, name)
        earlier: Claim | None = getattr(moved.before, name)
        return earlier if claim == borrowed else claim

    claims = Claims(name=own("name"), username=own("username"), wa_id=own("wa_id"), bsuid=own("bsuid"))
    await contact_store.set_claims(tx, tenant_id=tenant_id, contact_id=survivor_id, claims=claims)
    await contact_store.set_claims(tx, tenant_id=tenant_id, contact_id=merged_id, claims=other)
    if moved.named and known[survivor_id].given == known[merged_id].given:
        await contact_store.give_name(tx, tenant_id=tenant_id, contact_id=survivor_id, name=None)
