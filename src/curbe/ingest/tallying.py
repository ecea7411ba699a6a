"""Counts how much each tenant received from Meta, for its audit log: at most one line a minute, however many webhooks came.

Audit lines are sealed and kept for good, so there must not be one for each webhook. Counts that are not written yet are lost if the process
dies; the webhooks themselves are in the log, and their effects in the tables.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

import msgspec

from curbe.audit.service import AuditEntry
from curbe.ingest.rules import Heard, Routed, owners_in

EVERY: Final = 60.0  # seconds between two lines of a tenant
MOST_NAMED: Final = 10  # numbers in one line of the process's log


class Tally(msgspec.Struct, frozen=True):
    """How many items of how many webhooks a tenant received; ``first_event`` and ``last_event`` are ids of stored webhooks."""

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


Tallied = dict[UUID, Tally]  # tenant: how much it got
Received = dict[UUID, Counter[int]]  # tenant: how many items of which webhook


@dataclass(slots=True)
class Gathered:
    """What a batch tells beside its effects: connections heard of, what each tenant received, and numbers of quarantined items."""

    heard: Heard = field(default_factory=dict)
    received: Received = field(default_factory=dict)
    aside: dict[tuple[str, str, str], set[str]] = field(default_factory=dict)  # (app, kind, reason): numbers

    def hear(self, heard: Heard) -> None:
        """Add the connections that a part of the batch had items for."""
        self.heard.update({who: max(at, self.heard.get(who, at)) for who, at in heard.items()})

    def receive(self, received: Received) -> None:
        """Add what a part of the batch brought; where a batch was halved within a webhook, each half brings some of its items."""
        for tenant_id, items in received.items():
            self.received.setdefault(tenant_id, Counter()).update(items)

    def put_aside(self, app_id: str, kind: str, reason: str, phone_number_id: str | None) -> None:
        """Add the number that a quarantined item is about."""
        if phone_number_id is not None:
            self.aside.setdefault((app_id, kind, reason), set()).add(phone_number_id)

    def numbers(self, app_id: str, kind: str, reason: str) -> list[str]:
        """Return the numbers of items quarantined for this reason, sorted, at most :data:`MOST_NAMED`."""
        return sorted(self.aside.get((app_id, kind, reason), ()))[:MOST_NAMED]


def received_in(routed: Routed) -> Received:
    """Return how many items of which webhooks a batch brought each tenant."""
    found: dict[UUID, list[int]] = {}
    for item, owner in owners_in(routed):
        found.setdefault(owner.tenant_id, []).append(item.event_id)
    return {tenant_id: Counter(event_ids) for tenant_id, event_ids in found.items()}


def tallied(received: Received) -> Tallied:
    """Sum that up for each tenant."""
    return {
        tenant_id: Tally(
            items=items.total(), webhooks=len(items), first_event=min(items), last_event=max(items)
        )
        for tenant_id, items in received.items()
    }


def entries(tallies: Tallied) -> list[AuditEntry]:
    """Return the audit lines that say so, one for each tenant."""
    return [
        AuditEntry(
            tenant_id=tenant_id,
            actor="system:apply",
            action="webhook.received",
            detail=msgspec.structs.asdict(tally),
        )
        for tenant_id, tally in sorted(tallies.items())
    ]


class Tallies:
    """What this process has counted and not written into the audit logs yet."""

    def __init__(self) -> None:
        self._waiting: Final[Tallied] = {}
        self._taken_at: Final[dict[UUID, float]] = {}

    def add(self, tallies: Tallied) -> None:
        """Add the tallies of a batch."""
        for tenant_id, tally in tallies.items():
            known = self._waiting.get(tenant_id)
            self._waiting[tenant_id] = tally if known is None else known + tally

    def take(self, *, now: float, everything: bool = False) -> Tallied:
        """Remove and return what is due: of tenants whose last line is a minute old, or ``everything``. ``now``: monotonic seconds."""
        due = [
            tenant_id
            for tenant_id in self._waiting
            if everything or now - self._taken_at.get(tenant_id, -EVERY) >= EVERY
        ]
        self._taken_at.update(dict.fromkeys(due, now))
        return {tenant_id: self._waiting.pop(tenant_id) for tenant_id in due}
