"""Which names are the same person: a pure function of everything that was seen, in whatever order (docs/adr/0008).

A person has aliases: phone, business-scoped user id (BSUID), and that id's parent. Names that come together in one webhook are one person.
A phone can pass to somebody else, which is called a hand-over here. So as an alias a phone is the number *and* the hand-over since which it
counts. Hand-overs are known from Meta's word that somebody changed number: what is sent from the old number afterwards is somebody else's,
and so is what was sent from the new number before.
"""

from bisect import bisect_right
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, Generic, TypeVar
from uuid import UUID

import msgspec

from curbe.domain.messages import IdentityChange, Person
from curbe.domain.phone import variants, wa_id_to_e164

Node = tuple[
    str, str, datetime | None
]  # kind, value, since: an alias and, of a phone, the hand-over it counts from
Phone = tuple[UUID, str]  # tenant, canonical digits
HandOvers = Mapping[Phone, Sequence[datetime]]  # ascending

_SECOND: Final = timedelta(seconds=1)  # the provider's clock has no finer ones
_TOLD_WITHIN: Final = timedelta(hours=1)  # all numbers of ours are told of a move
_ENCODER: Final = msgspec.json.Encoder()
Item = TypeVar("Item", bound=Hashable)


class Witness(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """Whom a message was from or to, as it was named at that moment: what is stored beside it."""

    wa_id: str | None = None
    bsuid: str | None = None
    parent_bsuid: str | None = None
    username: str | None = None
    name: str | None = None
    change: IdentityChange | None = None

    @classmethod
    def of(cls, person: Person, change: IdentityChange | None = None) -> "Witness":
        """Return what a sighting of ``person`` leaves behind."""
        return cls(person.wa_id, person.bsuid, person.parent_bsuid, person.username, person.name, change)


class Claim(msgspec.Struct, frozen=True):
    """Something said of a person at a moment. The later claim holds; between equal moments the greater text."""

    at: datetime
    value: str  # '': none any more


class Claims(msgspec.Struct, frozen=True):
    """How somebody is called and reached, by what was seen of them."""

    name: Claim | None = None
    username: Claim | None = None
    wa_id: Claim | None = None
    bsuid: Claim | None = None

    def joined(self, other: "Claims") -> "Claims":
        """Return both together. Associative, commutative and idempotent, like everything here."""
        return Claims(
            name=_later(self.name, other.name),
            username=_later(self.username, other.username),
            wa_id=_later(self.wa_id, other.wa_id),
            bsuid=_later(self.bsuid, other.bsuid),
        )


class Groups(Generic[Item]):
    """Which items belong together: a union-find. The least item of a group stands for it."""

    def __init__(self) -> None:
        self._above: Final[dict[Item, Item]] = {}

    def of(self, item: Item) -> Item:
        """Return the item that stands for the group of ``item``."""
        top = item
        while (above := self._above.get(top, top)) != top:
            top = above
        while item != top:
            item, self._above[item] = self._above.get(item, item), top
        return top

    def join(self, one: Item, other: Item, *, least: bool = True) -> None:
        """Make the groups of both one; ``least``: the lesser item stands for it, else that of ``one``."""
        kept, gone = self.of(one), self.of(other)
        if kept != gone:
            if least and gone < kept:  # type: ignore[operator] - those who ask for it join what has an order
                kept, gone = gone, kept
            self._above[gone] = kept


@lru_cache(maxsize=10_000)
def canonical_phone(wa_id: str) -> str:
    """Return the digits under which a person's phone is kept: one form for all variants of a number."""
    return variants(wa_id_to_e164(wa_id))[0].removeprefix("+")


def encoded(witness: Witness) -> str:
    """Return a witness as JSON, as it is stored."""
    return _ENCODER.encode(witness).decode()


def claims_of(witness: Witness, at: datetime) -> Claims:
    """Return what one sighting says of how somebody is called and reached."""
    change = witness.change
    phone: str | None = witness.wa_id
    bsuid = witness.bsuid
    if change is not None:
        bsuid = change.bsuid or bsuid
        phone = change.took or ("" if change.gave_up else phone)
    return Claims(
        name=Claim(at, witness.name) if witness.name else None,
        username=Claim(at, witness.username) if witness.username else None,
        wa_id=Claim(at, phone) if phone is not None else None,
        bsuid=Claim(at, bsuid) if bsuid else None,
    )


def phones_in(witness: Witness) -> list[str]:
    """Return the phones a sighting names, canonical."""
    change = witness.change
    named = [witness.wa_id, *((change.gave_up, change.took) if change is not None else ())]
    return [canonical_phone(phone) for phone in named if phone]


def handovers_in(witness: Witness, at: datetime) -> list[tuple[str, datetime]]:
    """Return the hand-overs that a sighting tells of: the numbers, each with the moment from which it is somebody else's."""
    change = witness.change
    if change is None:
        return []
    left = canonical_phone(change.gave_up) if change.gave_up else None
    took = canonical_phone(change.took) if change.took else None
    if left == took:
        return []  # another spelling of the same number
    found = []
    if left is not None:
        # Whatever was still sent from it in that second was sent by the person who left it.
        found.append((left, at + _SECOND))
    if took is not None:
        found.append((took, at))
    return found


def since(phone: Phone, at: datetime, handovers: HandOvers) -> datetime | None:
    """Return the last hand-over of ``phone`` up to that moment; None where there was none."""
    known = handovers.get(phone)
    if not known:
        return None
    place = bisect_right(known, at)
    return known[place - 1] if place else None


def until(phone: Phone, start: datetime | None, handovers: HandOvers) -> datetime | None:
    """Return the first hand-over of ``phone`` after ``start`` (None: from the beginning); None where there has been none."""
    known = handovers.get(phone, ())
    place = 0 if start is None else bisect_right(known, start)
    return known[place] if place < len(known) else None


def nodes_of(tenant_id: UUID, witness: Witness, at: datetime, handovers: HandOvers) -> list[Node]:
    """Return the aliases that a sighting names together, the one that identifies best first."""
    named: list[Node] = []
    if witness.bsuid:
        named.append(("bsuid", witness.bsuid, None))
    if witness.wa_id:
        phone = canonical_phone(witness.wa_id)
        named.append(("phone", phone, since((tenant_id, phone), at, handovers)))
    if witness.parent_bsuid:
        named.append(("parent_bsuid", witness.parent_bsuid, None))
    if witness.change is not None:
        named += _nodes_of_change(tenant_id, witness.change, at, handovers)
    return list(dict.fromkeys(named))


def _nodes_of_change(
    tenant_id: UUID, change: IdentityChange, at: datetime, handovers: HandOvers
) -> list[Node]:
    named: list[Node] = []
    if change.bsuid:
        named.append(("bsuid", change.bsuid, None))
    if change.parent_bsuid:
        named.append(("parent_bsuid", change.parent_bsuid, None))
    phones = [canonical_phone(phone) for phone in (change.gave_up, change.took) if phone]
    named += [("phone", phone, since((tenant_id, phone), at, handovers)) for phone in phones]
    if len(set(phones)) > 1:
        # Meta tells each of a tenant's numbers of the move, perhaps with another moment. This node makes all of these one person's, unless
        # the number that was left had passed to somebody else in between.
        begun = since((tenant_id, phones[0]), at - _TOLD_WITHIN, handovers)
        named.append(("change", ">".join(phones), begun))
    return named


def partition(evidence: Iterable[Sequence[Node]], links: Iterable[tuple[Node, Node]]) -> list[int]:
    """Return for each piece of evidence (the aliases named together in it) the number of its person, counted from 0 in order of appearance.

    ``links``: pairs of aliases that somebody merged by hand.
    """
    groups: Groups[Node] = Groups()
    pieces = [list(nodes) for nodes in evidence]
    for nodes in pieces:
        for node in nodes[1:]:
            groups.join(nodes[0], node, least=False)
    for one, other in links:
        groups.join(one, other, least=False)
    numbers: dict[Node, int] = {}
    return [numbers.setdefault(groups.of(nodes[0]), len(numbers)) for nodes in pieces]


def _later(one: Claim | None, other: Claim | None) -> Claim | None:
    if one is None or other is None:
        return one or other
    return max(one, other, key=lambda claim: (claim.at, claim.value))
