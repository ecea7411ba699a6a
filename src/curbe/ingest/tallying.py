"""How much Meta told each tenant: a line in its audit log, at most one a minute, however many webhooks that were.

Lines are sealed and stay for ever, so their number must not be that of the webhooks. What is counted and not yet written is lost with its
process; the webhooks themselves are in the log, and their effects in the tables.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import msgspec

from curbe.audit.service import AuditEntry
from curbe.ingest.rules import Heard, Item, Routed, owners_in

EVERY: Final = 60.0  # seconds between two lines of a tenant
MOST_NAMED: Final = 10  # numbers in one line of the process's log


class Tally(msgspec.Struct, frozen=True):
    """How many items of how many webhooks, and which of the log's came first and last."""

    items: int
    webhooks: int
    first_event: int
    last_event: int

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            items=self.items + other.items,
            webhooks=self.webhooks + other.webhooks,
            first_event=min(self.first_event, other.first_event),
            last_event=max(self.last_event, other.last_event),
        )


Received = dict[UUID, Tally]  # tenant: what it got


@dataclass(slots=True)
class Gathered:
    """What a batch tells beside its effects: who was heard of, what each tenant got, which numbers nobody has."""

    heard: Heard = field(default_factory=dict)
    received: Received = field(default_factory=dict)
    aside: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)  # (app, kind, reason): numbers

    def hear(self, heard: Heard) -> None:
        """Take in who was heard of in a part of the batch."""
        self.heard.update({who: max(at, self.heard.get(who, at)) for who, at in heard.items()})

    def put_aside(self, app_id: str, kind: str, reason: str, phone_number_id: str | None) -> None:
        """Take in which number something that no tenant gets is about."""
        if phone_number_id is not None:
            self.aside.setdefault((app_id, kind, reason), set()).add(phone_number_id)

    def numbers(self, app_id: str, kind: str, reason: str) -> list[str]:
        """Return which numbers that was about: a few, as a WABA may have many."""
        return sorted(self.aside.get((app_id, kind, reason), ()))[:MOST_NAMED]


def received_in(routed: Routed) -> Received:
    """Return what a batch brought each tenant."""
    found: dict[UUID, tuple[set[int], int]] = {}
    for item, tenant_id in _addressed(routed):
        ids, items = found.get(tenant_id, (set[int](), 0))
        ids.add(item.event_id)
        found[tenant_id] = (ids, items + 1)
    return {
        tenant_id: Tally(items=items, webhooks=len(ids), first_event=min(ids), last_event=max(ids))
        for tenant_id, (ids, items) in found.items()
    }


def add(to: Received, more: Received) -> None:
    """Count ``more`` into ``to``."""
    for tenant_id, tally in more.items():
        to[tenant_id] = to[tenant_id] + tally if tenant_id in to else tally


def entries(received: Received) -> list[AuditEntry]:
    """Return the lines that say so."""
    return [
        AuditEntry(
            tenant_id=tenant_id,
            actor="system:apply",
            action="webhook.received",
            detail=msgspec.structs.asdict(tally),
        )
        for tenant_id, tally in sorted(received.items())
    ]


class Tallies:
    """What one process has counted and not written down yet."""

    def __init__(self) -> None:
        self._waiting: Final[Received] = {}
        self._taken_at: Final[dict[UUID, float]] = {}

    def add(self, received: Received) -> None:
        """Count what a batch brought."""
        add(self._waiting, received)

    def take(self, *, now: float, everything: bool = False) -> Received:
        """Take out what is due: of tenants whose last line is a minute old, or ``everything``; ``now`` is a monotonic clock in seconds."""
        due = [
            tenant_id
            for tenant_id in self._waiting
            if everything or now - self._taken_at.get(tenant_id, -EVERY) >= EVERY
        ]
        self._taken_at.update(dict.fromkeys(due, now))
        return {tenant_id: self._waiting.pop(tenant_id) for tenant_id in due}


def _addressed(routed: Routed) -> Iterator[tuple[Item, UUID]]:
    for item, owners in owners_in(routed):
        yield from ((item, owner.tenant_id) for owner in owners)
