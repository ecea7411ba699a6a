"""Statuses of messages we sent, applied in batches as facts: any order, any repetition, the same result."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.messages import Person
from curbe.domain.status import RANK, Facts, MessageStatus
from curbe.inbox.aliases import Witness, encoded
from curbe.inbox.shapes import MessageRow
from curbe.infra.db import Query, Transaction


class Report(msgspec.Struct, frozen=True):
    """One status of one message. ``message_id`` is ours where the provider gave it back, else None."""

    tenant_id: UUID
    connection_id: UUID
    provider_message_id: str
    message_id: UUID | None
    status: MessageStatus
    at: datetime
    failure_kind: str | None = None
    error_code: int | None = None
    error: str | None = None
    pricing: str | None = None
    person: Person | None = None  # whom it reached, where the provider named them by phone and id at once


class Moved(msgspec.Struct, frozen=True):
    """A message whose facts grew, as it stands now (without its payload), and the statuses that are news."""

    row: MessageRow
    news: list[MessageStatus]


class Outcome(msgspec.Struct, frozen=True):
    """What became of a batch of reports."""

    moved: list[Moved]
    applied: int
    repeated: int  # told us nothing new
    parked: int  # their message is not known (yet)


class _Message(msgspec.Struct, frozen=True):
    n: int
    tenant_id: UUID
    id: UUID
    sent_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    played_at: datetime | None
    failed_at: datetime | None
    priced_by: MessageStatus | None
    named: bool  # it says by phone and by id to whom it is

    def facts(self) -> Facts:
        return Facts(self.sent_at, self.delivered_at, self.read_at, self.played_at, self.failed_at)


class _Parked(msgspec.Struct, frozen=True):
    tenant_id: UUID
    connection_id: UUID
    provider_message_id: str
    status: MessageStatus
    at: datetime
    failure_kind: str | None
    error_code: int | None
    error: str | None
    pricing: str | None


class _Count(msgspec.Struct, frozen=True):
    count: int


_FIND_BY_ID: Final = Query("curbe.inbox", "find_by_id", _Message)
_FIND_BY_PROVIDER_ID: Final = Query("curbe.inbox", "find_by_provider_id", _Message)
_ADD_FACTS: Final = Query("curbe.inbox", "add_facts", MessageRow)
_PARK: Final = Query("curbe.inbox", "park_statuses")
_UNPARK: Final = Query("curbe.inbox", "unpark_statuses", _Parked)
_COUNT_PARKED: Final = Query("curbe.inbox", "count_parked", _Count)
_DROP_PARKED: Final = Query("curbe.inbox", "drop_parked_for_long")

_Key = tuple[UUID, UUID]  # tenant, message


async def apply(tx: Transaction, reports: Sequence[Report]) -> Outcome:
    """Apply a batch of reports, of any tenants; a report whose message is not known is parked."""
    if not reports:
        return Outcome(moved=[], applied=0, repeated=0, parked=0)
    matched, strangers = await _match(tx, reports)
    changes: dict[_Key, _Change] = {}
    repeated = 0
    for report, message in matched:
        key = (message.tenant_id, message.id)
        change = changes.setdefault(key, _Change(message))
        if not change.add(report):
            repeated += 1
    changed = {key: change for key, change in changes.items() if change.reports}
    rows = (
        await _ADD_FACTS.all(tx, **_fact_columns(sorted(changed.items(), key=lambda item: item[0])))
        if changed
        else []
    )
    if strangers:
        await _PARK.run(tx, **_parked_columns(strangers))
    moved = [Moved(row=row, news=changed[row.tenant_id, row.id].news()) for row in rows]
    return Outcome(moved=moved, applied=len(matched) - repeated, repeated=repeated, parked=len(strangers))


async def unpark(tx: Transaction, *, tenant_id: UUID, most: int) -> Outcome:
    """Apply up to ``most`` of a tenant's parked reports whose message is known by now."""
    parked = await _UNPARK.all(tx, tenant_id=tenant_id, most=most)
    return await apply(
        tx,
        [
            Report(
                tenant_id=row.tenant_id,
                connection_id=row.connection_id,
                provider_message_id=row.provider_message_id,
                message_id=None,
                status=row.status,
                at=row.at,
                failure_kind=row.failure_kind,
                error_code=row.error_code,
                error=row.error,
                pricing=row.pricing,
            )
            for row in parked
        ],
    )


async def count_parked(tx: Transaction) -> int:
    """Return how many statuses wait for their message."""
    row = await _COUNT_PARKED.one(tx)
    return row.count if row else 0


async def drop_parked(tx: Transaction, *, tenant_id: UUID, kept: timedelta) -> int:
    """Drop a tenant's statuses parked for longer than that (messages another system sent over the same number); return how many."""
    return await _DROP_PARKED.run(tx, tenant_id=tenant_id, kept=kept)


class _Change:
    """What a batch adds to one message."""

    def __init__(self, message: _Message) -> None:
        self.message: Final = message
        self.known: Final = message.facts()
        self.facts = self.known
        self.reports: list[Report] = []

    def add(self, report: Report) -> bool:
        """Add one report; False where it says nothing new."""
        if self.facts.has(report.status, report.at):
            if not self._prices(report):
                return False
        else:
            self.facts = self.facts.joined(Facts.of(report.status, report.at))
        self.reports.append(report)
        return True

    def failure(self) -> Report | None:
        """Return the report of the earliest failure, which explains it."""
        failed = [report for report in self.reports if report.status is MessageStatus.FAILED]
        return min(failed, key=lambda report: (report.at, report.error_code or 0), default=None)

    def price(self) -> Report | None:
        """Return the furthest report that has a price; the provider repeats it, as a rule unchanged."""
        priced = [report for report in self.reports if report.pricing]
        return max(priced, key=lambda report: (RANK[report.status], report.pricing), default=None)

    def person(self) -> str | None:
        """Return whom the message reached, as JSON, where it does not say so yet; the lesser text of several."""
        if self.message.named:
            return None
        named = {one.person for one in self.reports if one.person is not None}
        return min((encoded(Witness.of(person)) for person in named), default=None)

    def _prices(self, report: Report) -> bool:
        known = [one.status for one in self.reports if one.pricing]
        if self.message.priced_by is not None:
            known.append(self.message.priced_by)
        return report.pricing is not None and RANK[report.status] > max(
            (RANK[status] for status in known), default=-1
        )

    def news(self) -> list[MessageStatus]:
        """Return the statuses that were not known before, or known as later; lowest first."""
        return self.facts.beyond(self.known)


async def _match(
    tx: Transaction, reports: Sequence[Report]
) -> tuple[list[tuple[Report, _Message]], list[Report]]:
    """Return the reports whose message is known, with it, and those whose message is not."""
    by_id = [report for report in reports if report.message_id is not None]
    found: dict[int, _Message] = {}
    if by_id:
        rows = await _FIND_BY_ID.all(
            tx,
            tenant_ids=[report.tenant_id for report in by_id],
            connection_ids=[report.connection_id for report in by_id],
            message_ids=[report.message_id for report in by_id],
        )
        found = {id(by_id[row.n - 1]): row for row in rows}
    others = [report for report in reports if id(report) not in found]
    if others:
        rows = await _FIND_BY_PROVIDER_ID.all(
            tx,
            tenant_ids=[report.tenant_id for report in others],
            connection_ids=[report.connection_id for report in others],
            provider_message_ids=[report.provider_message_id for report in others],
        )
        found |= {id(others[row.n - 1]): row for row in rows}
    matched = [(report, found[id(report)]) for report in reports if id(report) in found]
    return matched, [report for report in reports if id(report) not in found]


def _fact_columns(changed: Sequence[tuple[_Key, _Change]]) -> dict[str, object]:
    changes = [change for _, change in changed]
    failures = [change.failure() for change in changes]
    prices = [change.price() for change in changes]
    rows: dict[str, list[object]] = {
        "tenant_ids": [key[0] for key, _ in changed],
        "ids": [key[1] for key, _ in changed],
        "provider_message_ids": [change.reports[0].provider_message_id for change in changes],
        "sent_ats": [change.facts.sent_at for change in changes],
        "delivered_ats": [change.facts.delivered_at for change in changes],
        "read_ats": [change.facts.read_at for change in changes],
        "played_ats": [change.facts.played_at for change in changes],
        "failed_ats": [failure.at if failure else None for failure in failures],
        "failure_kinds": [failure.failure_kind or "unlisted" if failure else None for failure in failures],
        "error_codes": [failure.error_code if failure else None for failure in failures],
        "errors": [failure.error if failure else None for failure in failures],
        "pricings": [price.pricing if price else None for price in prices],
        "priced_bys": [price.status.value if price else None for price in prices],
        "persons": [change.person() for change in changes],
    }
    # Most of these nobody has in most batches, and unnest fills up with NULLs what is not there.
    return {name: None if column.count(None) == len(column) else column for name, column in rows.items()}


def _parked_columns(strangers: Sequence[Report]) -> dict[str, object]:
    earliest: dict[tuple[UUID, UUID, str, str], Report] = {}
    for report in strangers:
        key = (report.tenant_id, report.connection_id, report.provider_message_id, report.status.value)
        if key not in earliest or report.at < earliest[key].at:
            earliest[key] = report
    rows = sorted(earliest.items(), key=lambda item: item[0])
    return {
        "tenant_ids": [key[0] for key, _ in rows],
        "connection_ids": [key[1] for key, _ in rows],
        "provider_message_ids": [key[2] for key, _ in rows],
        "statuses": [key[3] for key, _ in rows],
        "ats": [report.at for _, report in rows],
        "failure_kinds": [report.failure_kind for _, report in rows],
        "error_codes": [report.error_code for _, report in rows],
        "errors": [report.error for _, report in rows],
        "pricings": [report.pricing for _, report in rows],
    }
