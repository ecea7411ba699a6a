"""The limits on sending that a number's pace (`pace`) does not cover: per person, per portfolio, and each sender's share of requests. Pure.

docs/explanation/pace.md says why each rule is as it is.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

REPLY: Final = 0  # what a person or the API sends to one person
NOTIFICATION: Final = 10
CAMPAIGN: Final = 20

# Meta takes one message each six seconds from a number to a person, and lends 45 [about-the-platform, Sep 2026]. One of them is kept in
# reserve: two requests do not take equally long, so what leaves six seconds apart may arrive a little closer.
_EACH: Final = timedelta(seconds=6)
_LENT: Final = 44
_MOST_DEBT: Final = _EACH * _LENT
_REMEMBERED: Final = 50_000  # pairs, before those that owe nothing are forgotten
# Debts beyond it are put at rest; a sender that takes over expects that much of whom it does not know.
_UNWRITTEN: Final = _EACH * 2
_RECOUNT_SOONEST: Final = timedelta(minutes=10)
_RECOUNT_LATEST: Final = timedelta(hours=1)
_FEWEST_IN_FLIGHT: Final = 20

# Unique people outside their windows in a rolling day [messaging limits, Sep 2026]; the older words are still told of older accounts.
_TIERS: Final = {
    "TIER_50": 50,
    "TIER_250": 250,
    "TIER_1K": 1_000,
    "TIER_2K": 2_000,
    "TIER_10K": 10_000,
    "TIER_100K": 100_000,
}


class _Debt(msgspec.Struct, frozen=True):
    """When a person's pair limit is free again: counting everything (``paid_at``), and only what this sender has sent (``own_paid_at``)."""

    paid_at: datetime
    own_paid_at: datetime


class Pairs:
    """Meta's pair limit: one message each six seconds from a number to a person, with a loan of 45 that is paid back at that rate.

    Keeps for each person when the loan will be paid back. One sender's, in memory; a pair is named by its conversation.
    """

    def __init__(self, *, now: datetime) -> None:
        """``now`` is when this sender took over the number: messages of an earlier sender shortly before may not have been stored."""
        self._assumed: Final = now + _UNWRITTEN
        self._debts: dict[UUID, _Debt] = {}

    def take(self, pair: UUID, *, known_paid_at: datetime | None, now: datetime) -> datetime | None:
        """Let one message to the person through and return None, or return when the next one may go.

        Args:
            pair: the conversation.
            known_paid_at: when its debt is paid as stored in the database; None: nothing is stored.
            now: the moment of sending.
        """
        debt = self._debts.get(pair) or _Debt(self._assumed, now)
        paid_at = max(debt.paid_at, known_paid_at or now, now)
        may_go_at = paid_at + _EACH - _MOST_DEBT
        if may_go_at > now:
            return may_go_at
        self._debts[pair] = _Debt(paid_at + _EACH, max(debt.own_paid_at, now) + _EACH)
        if len(self._debts) > _REMEMBERED:
            self._debts = {one: debt for one, debt in self._debts.items() if debt.paid_at > now}
        return None

    def refused(self, pair: UUID, *, until: datetime) -> None:
        """Note that the provider refused a message to this person as too fast, so that none goes before ``until``."""
        owed = until + _MOST_DEBT - _EACH
        debt = self._debts.get(pair) or _Debt(owed, owed)
        self._debts[pair] = _Debt(max(debt.paid_at, owed), max(debt.own_paid_at, owed))

    def to_write(self, pairs: Collection[UUID], *, now: datetime) -> dict[UUID, datetime]:
        """Return those of ``pairs`` whose debt is large enough to be stored for other senders, each with when it is paid."""
        debts = {pair: self._debts[pair] for pair in pairs if pair in self._debts}
        return {pair: debt.paid_at for pair, debt in debts.items() if debt.own_paid_at - now > _UNWRITTEN}


def people_limit(tier: str | None) -> int | None:
    """Return how many people outside their windows a portfolio may write to in 24 hours; None where there is no limit or none is known."""
    return _TIERS.get((tier or "").upper())


class Room(msgspec.Struct, frozen=True):
    """Which of several people a portfolio may write to outside their windows, and which it may not."""

    allowed: frozenset[UUID]
    refused: frozenset[UUID]


def room_for(people: Sequence[UUID], *, counted: Collection[UUID], people_count: int, limit: int) -> Room:
    """Return which of ``people``, in their order, a portfolio may write to.

    Args:
        people: contacts, most urgent first; one may come twice.
        counted: those of them who are counted already, so that writing to them uses up nothing.
        people_count: how many people are counted in all.
        limit: how many may be.
    """
    allowed, left = set(counted) & set(people), limit - people_count
    for person in people:
        if person not in allowed and left > 0:
            allowed.add(person)
            left -= 1
    return Room(allowed=frozenset(allowed), refused=frozenset(people) - allowed)


def look_again_at(next_at: datetime | None, *, now: datetime) -> datetime:
    """Return when to try again people a portfolio has no room for; ``next_at``: when the first counted person stops counting."""
    return min(max(next_at or now, now + _RECOUNT_SOONEST), now + _RECOUNT_LATEST)


def share(*, own: int, total: int, senders: int, budget: int) -> int:
    """Return how many requests one of ``senders`` may have under way.

    It may have whatever the others leave of the ``budget``, and its equal part of it in any case. So a single sender has all of it, and one
    that comes later gets its part as soon as answers to the others arrive.

    Args:
        own: how many it has under way.
        total: how many all have.
        senders: how many there are.
        budget: how many there may be.
    """
    return max(_FEWEST_IN_FLIGHT, budget // max(1, senders), budget - (total - own))
