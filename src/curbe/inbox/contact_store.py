"""Reads and writes contacts, their aliases and their conversations for `people`, `merging` and `splitting`, where the decisions are."""

from bisect import insort
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Final
from uuid import UUID

import msgspec

from curbe.inbox.aliases import Claim, Claims, HandOvers, Node, Phone, until
from curbe.infra.db import Id, Query, Transaction

Alias = tuple[UUID, str, str]  # tenant, kind, value
Key = tuple[UUID, UUID]  # tenant, contact
ConversationKey = tuple[UUID, UUID, UUID]  # tenant, connection, contact


class Contact(msgspec.Struct, frozen=True):
    """How a contact is called and reached. ``name``: as WhatsApp tells it; ``given``: as the team named them, None where it did not."""

    id: UUID
    name: str | None
    given: str | None
    name_at: datetime | None
    username: str | None
    username_at: datetime | None
    wa_id: str | None
    wa_id_at: datetime | None
    bsuid: str | None
    bsuid_at: datetime | None
    merged_into: UUID | None

    def claims(self) -> Claims:
        """Return this as claims, which can be joined with others: the later of two holds."""
        return Claims(
            name=_claim(self.name, self.name_at),
            username=_claim(self.username, self.username_at),
            wa_id=_claim(self.wa_id, self.wa_id_at),
            bsuid=_claim(self.bsuid, self.bsuid_at),
        )


class AliasRow(msgspec.Struct, frozen=True):
    """An alias, since when it is its contact's, and until when."""

    kind: str
    value: str
    since: datetime | None
    retired_at: datetime | None = None

    @property
    def node(self) -> Node:
        """Return it in the form in which `aliases` compares them."""
        return self.kind, self.value, self.since


class _Known(msgspec.Struct, frozen=True):
    n: int
    contact_id: UUID
    since: datetime | None
    retired_at: datetime | None


class _Found(msgspec.Struct, frozen=True):
    n: int
    id: UUID


class _Learnt(msgspec.Struct, frozen=True):
    tenant_id: UUID
    id: UUID
    moved: bool


_FIND_ALIASES: Final = Query("curbe.inbox", "find_aliases", _Known)
_ALIASES_OF: Final = Query("curbe.inbox", "aliases_of", AliasRow)
_INSERT_ALIASES: Final = Query("curbe.inbox", "insert_aliases")
_CLAIMS: Final = Query("curbe.inbox", "contact_claims", Contact)
_INSERT_CONTACTS: Final = Query("curbe.inbox", "insert_contacts")
_LEARN: Final = Query("curbe.inbox", "learn_claims", _Learnt)
_SET_CLAIMS: Final = Query("curbe.inbox", "set_claims")
_GIVE_NAME: Final = Query("curbe.inbox", "give_name")
_HOLD: Final = Query("curbe.inbox", "hold_to_follow", Id)
_FOLLOW: Final = Query("curbe.inbox", "follow_contacts")
_FIND_CONVERSATIONS: Final = Query("curbe.inbox", "find_conversations", _Found)
_INSERT_CONVERSATIONS: Final = Query("curbe.inbox", "insert_conversations")


class Book:
    """In memory: which contact each alias is or was, and when phones passed to somebody else, as far as that was looked up."""

    def __init__(self) -> None:
        self.holders: Final[dict[tuple[UUID, Node], UUID]] = {}
        self.handovers: Final[dict[Phone, list[datetime]]] = {}

    def add_handover(self, phone: Phone, at: datetime) -> bool:
        """Note that a number passed on; False where that was known."""
        known = self.handovers.setdefault(phone, [])
        if at in known:
            return False
        insort(known, at)
        return True

    def holders_of(self, phone: Phone) -> set[UUID]:
        """Return everybody who had the number at some time, as far as this book knows."""
        return {
            holder
            for (tenant_id, (kind, value, _)), holder in self.holders.items()
            if kind == "phone" and (tenant_id, value) == phone
        }


async def look_up(tx: Transaction, book: Book, aliases: Iterable[Alias]) -> None:
    """Read into the book whose these aliases are and were."""
    wanted = sorted(set(aliases))
    if not wanted:
        return
    rows = await _FIND_ALIASES.all(
        tx,
        tenant_ids=[alias[0] for alias in wanted],
        kinds=[alias[1] for alias in wanted],
        values=[alias[2] for alias in wanted],
    )
    for row in rows:
        tenant_id, kind, value = wanted[row.n - 1]
        book.holders[tenant_id, (kind, value, row.since)] = row.contact_id
        if kind == "phone":
            for at in (row.since, row.retired_at):
                if at is not None:
                    book.add_handover((tenant_id, value), at)


async def add_aliases(
    tx: Transaction, aliases: Mapping[tuple[UUID, Node], UUID], *, handovers: HandOvers
) -> None:
    """Store whose these aliases are; one that is somebody's already stays theirs."""
    rows = [
        (
            tenant_id,
            *node,
            until((tenant_id, node[1]), node[2], handovers) if node[0] == "phone" else None,
            contact_id,
        )
        for (tenant_id, node), contact_id in aliases.items()
    ]
    rows.sort(key=lambda row: (row[0], row[1], row[2], str(row[3] or "")))
    names = ("tenant_ids", "kinds", "values", "sinces", "retired_ats", "contact_ids")
    await _INSERT_ALIASES.run(tx, **columns(rows, *names))


async def aliases_of(tx: Transaction, *, tenant_id: UUID, contact_id: UUID) -> list[AliasRow]:
    """Return the aliases of a contact."""
    return await _ALIASES_OF.all(tx, tenant_id=tenant_id, contact_id=contact_id)


async def contacts_by_id(tx: Transaction, *, tenant_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Contact]:
    """Return contacts by id, locked until the end of the transaction."""
    return {row.id: row for row in await _CLAIMS.all(tx, tenant_id=tenant_id, ids=sorted(ids))}


async def add_contacts(tx: Transaction, contacts: Sequence[tuple[Key, Claims]]) -> None:
    """Store new contacts and what is said of them."""
    await _INSERT_CONTACTS.run(tx, **_claim_columns([(*key, *_told(claims)) for key, claims in contacts]))


async def learn(tx: Transaction, claims: Mapping[Key, Claims]) -> list[Key]:
    """Add to contacts what was said of them; the latest holds. Return those reached otherwise now: their conversations are to follow."""
    rows = [(*key, *_told(said)) for key, said in sorted(claims.items(), key=lambda item: item[0])]
    learnt = await _LEARN.all(tx, **_claim_columns(rows))
    return [(row.tenant_id, row.id) for row in learnt if row.moved]


async def follow_beside(tx: Transaction, moved: Sequence[Key], *, beside: Iterable[Key]) -> None:
    """Let conversations reach their people as these contacts are reached now.

    ``beside``: conversations that are about to change in the same transaction; all are locked in one order before any does.
    """
    held, contacts = sorted(set(beside)), sorted(moved)
    await _HOLD.all(
        tx,
        **columns(held, "tenant_ids", "ids"),
        **columns(contacts, "contact_tenant_ids", "contact_ids"),
    )
    await follow(tx, [(tenant_id, contact_id, contact_id) for tenant_id, contact_id in contacts])


async def set_claims(
    tx: Transaction, *, tenant_id: UUID, contact_id: UUID, claims: Claims, merged_into: UUID | None = None
) -> None:
    """Set how a contact is called and reached, and let its conversations follow."""
    told = {name: getattr(claims, name) for name in ("name", "username", "wa_id", "bsuid")}
    values = {name: claim and claim.value for name, claim in told.items()}
    times = {f"{name}_at": claim and claim.at for name, claim in told.items()}
    await _SET_CLAIMS.run(tx, tenant_id=tenant_id, id=contact_id, merged_into=merged_into, **values, **times)
    await follow(tx, [(tenant_id, contact_id, merged_into or contact_id)])


async def give_name(tx: Transaction, *, tenant_id: UUID, contact_id: UUID, name: str | None) -> bool:
    """Let a contact be called so whatever is told of it, or with None as it is told; return whether that is new."""
    return await _GIVE_NAME.run(tx, tenant_id=tenant_id, id=contact_id, name=name) > 0


async def follow(tx: Transaction, contacts: Sequence[tuple[UUID, UUID, UUID]]) -> None:
    """Let conversations reach their people as (tenant, contact, the contact it is now) says."""
    rows = sorted(set(contacts))
    await _FOLLOW.run(
        tx,
        tenant_ids=[row[0] for row in rows],
        ids=[row[1] for row in rows],
        now_ids=[row[2] for row in rows],
    )


async def find_conversations(tx: Transaction, keys: Sequence[ConversationKey]) -> dict[ConversationKey, UUID]:
    """Return the conversations of these contacts with these numbers, as far as they exist."""
    rows = await _FIND_CONVERSATIONS.all(tx, **columns(keys, "tenant_ids", "connection_ids", "contact_ids"))
    return {keys[row.n - 1]: row.id for row in rows}


async def add_conversations(tx: Transaction, conversations: Sequence[tuple[UUID, ConversationKey]]) -> None:
    """Store new conversations, as (id, its key); one that somebody else began meanwhile stays."""
    rows = [(tenant_id, new_id, *rest) for new_id, (tenant_id, *rest) in conversations]
    names = ("tenant_ids", "ids", "connection_ids", "contact_ids")
    await _INSERT_CONVERSATIONS.run(tx, **columns(rows, *names))


def columns(rows: Sequence[tuple[object, ...]], *names: str) -> dict[str, object]:
    """Return rows as parallel arrays by parameter name."""
    return {name: [row[position] for row in rows] for position, name in enumerate(names)}


def _told(claims: Claims) -> list[object]:
    four = (claims.name, claims.username, claims.wa_id, claims.bsuid)
    return list(chain.from_iterable((claim.value, claim.at) if claim else (None, None) for claim in four))


def _claim_columns(rows: Sequence[tuple[object, ...]]) -> dict[str, object]:
    names = ["tenant_ids", "ids", "names", "name_ats", "usernames", "username_ats", "wa_ids", "wa_id_ats"]
    return columns(rows, *names, "bsuids", "bsuid_ats")


def _claim(value: str | None, at: datetime | None) -> Claim | None:
    return None if at is None else Claim(at, value or "")
