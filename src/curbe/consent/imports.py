"""Imports lists of people's consent with the proof of it. Every row ends as added, repeated, or failed with its reason."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.audit.service import AuditEntry
from curbe.audit.service import record as record_audit
from curbe.consent import service
from curbe.consent.gate import Consent
from curbe.consent.lists import Columns, Row, read
from curbe.consent.rules import About, Source
from curbe.consent.service import Word
from curbe.domain.errors import InvalidRequest, NotFound
from curbe.domain.ids import LAST_ID
from curbe.domain.phone import phone_fault
from curbe.domain.phone_tables import bare_phone, read_phone
from curbe.inbox import merging
from curbe.inbox.people import acquaint, canonical_phone
from curbe.infra.db import Pool, Query, Transaction
from curbe.infra.tables import lines

_AT_ONCE: Final = (
    1_000  # rows in one transaction: short enough that messages to the tenant do not wait for long
)
_NEVER: Final = datetime.min.replace(tzinfo=UTC)
# How far ahead of our clock a date may be: it may have begun in another time zone.
_AHEAD: Final = timedelta(days=1)


class Brought(msgspec.Struct, frozen=True, kw_only=True):
    """A list as it came. ``country`` reads numbers without a country code; ``at`` dates the rows that have no date."""

    tenant_id: UUID
    data: bytes
    columns: Columns
    filename: str | None
    about: About
    state: Consent
    proof: str
    country: str | None
    actor: str
    at: datetime


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a list: ``total_count`` is the sum of the other three."""

    id: UUID
    filename: str | None
    category: About
    state: Consent
    proof: str
    actor: str
    total_count: int
    added_count: int
    repeated_count: int
    failed_count: int
    created_at: datetime


class _Last(msgspec.Struct, frozen=True):
    """What somebody said before that a row contradicts or repeats, and when they said the latest no that is in force."""

    phone: str
    contact_id: UUID
    state: Consent | None
    at: datetime | None


class _Known(msgspec.Struct, frozen=True):
    """The contact that a phone belonged to when the list was read."""

    phone: str
    contact_id: UUID


class _Phone(msgspec.Struct, frozen=True):
    phone: str


class _FailedRows(msgspec.Struct, frozen=True):
    failed_rows: str


class _Read(msgspec.Struct, frozen=True):
    """A usable row: ``phone`` in canonical form, ``wa_id`` as it was written."""

    row: Row
    phone: str
    wa_id: str
    at: datetime | None


_LAST: Final = Query("curbe.consent", "last_words", _Last)
_KNOWN: Final = Query("curbe.consent", "known_by_phone", _Known)
_ERASED: Final = Query("curbe.consent", "erased_meanwhile", _Phone)
_ADD: Final = Query("curbe.consent", "add_import", Imported)
_PAGE: Final = Query("curbe.consent", "import_page", Imported)
_FAILED: Final = Query("curbe.consent", "failed_rows", _FailedRows)


class _Failed(msgspec.Struct, frozen=True):
    """A row that was not imported. ``reason`` and ``about`` are for programs, ``detail`` is for people."""

    row: Row
    reason: str  # phone_missing | phone_invalid | date_invalid | said_no | erased
    detail: str
    about: str = ""  # what is wrong with the phone number, or the day on which the person said no
    phone: str = ""  # in its canonical form, where it has one


async def bring(pool: Pool, brought: Brought) -> Imported:
    """Import a list and return what became of its rows.

    A list does not override a person's own no: a row for somebody who said no fails unless it is dated later. Nor does it bring back
    somebody who is erased during the import: their row fails, and nothing of it is kept.

    Raises:
        InvalidRequest: the list cannot be read at all.
    """
    import_id = uuid7()
    counts: Counter[str] = Counter()
    header, usable, failed = await asyncio.to_thread(_readable, brought, counts)
    parts = [usable[start : start + _AT_ONCE] for start in range(0, len(usable), _AT_ONCE)]
    known: dict[str, UUID] = {}
    async with pool.transaction(brought.tenant_id) as tx:
        for phones in [[one.phone for one in part] for part in parts]:
            rows = await _KNOWN.all(tx, tenant_id=brought.tenant_id, phones=phones)
            known |= {row.phone: row.contact_id for row in rows}
    for part in parts:
        async with pool.transaction(brought.tenant_id) as tx:
            failed += await _take(tx, brought, part, counts, import_id=import_id, known=known)
    table = await asyncio.to_thread(_table, header, failed)
    counts["failed"] = len(failed)
    async with pool.transaction(brought.tenant_id) as tx:
        gone = await _erased(tx, brought, [one.phone for one in failed if one.phone], known)
        if gone:  # also remove rows that failed earlier and name people who have been erased since
            failed = [_gone(one.row) if one.phone in gone else one for one in failed]
            table = await asyncio.to_thread(_table, header, failed)
        return await _keep(tx, brought, table, counts, import_id)


async def _erased(
    tx: Transaction, brought: Brought, phones: Sequence[str], known: dict[str, UUID]
) -> set[str]:
    """Return whose of these phones are being erased, or were since the list was read. Nobody is from now on until ``tx`` ends."""
    await merging.lock_people_shared(tx, [brought.tenant_id])
    contacts = [known.get(phone) for phone in phones]
    rows = await _ERASED.all(tx, tenant_id=brought.tenant_id, phones=list(phones), contact_ids=contacts)
    return {row.phone for row in rows}


def _gone(row: Row) -> _Failed:
    """Return a failed row without anything that it says about the person."""
    return _Failed(Row(row.line, [], "", None), "erased", "The person was erased while the list was taken.")


async def page(tx: Transaction, *, tenant_id: UUID, before: UUID | None, limit: int) -> list[Imported]:
    """Return at most ``limit`` imports, the latest first."""
    return await _PAGE.all(tx, tenant_id=tenant_id, before_id=before or LAST_ID, most=limit)


async def failed_rows(tx: Transaction, *, tenant_id: UUID, import_id: UUID) -> str:
    """Return the rows of a list that failed, as CSV: line, reason, what that is about, detail, and the row as it came.

    Raises:
        NotFound: the tenant has no such import.
    """
    row = await _FAILED.one(tx, tenant_id=tenant_id, id=import_id)
    if row is None:
        raise NotFound("This tenant has no such import.", fix="List the imports and take an id from there.")
    return row.failed_rows


def _readable(brought: Brought, counts: Counter[str]) -> tuple[list[str], list[_Read], list[_Failed]]:
    """Return a list's header, its usable rows (each person once, with their latest), and its failed rows.

    Runs in a thread, because fifty thousand rows take some seconds.
    """
    header, rows = read(brought.data, brought.columns)
    counts["total"] = len(rows)
    usable: dict[str, _Read] = {}
    failed: list[_Failed] = []
    said_at = partial(_said_at, brought=brought)
    for row in rows:
        found = _one(row, brought)
        if isinstance(found, _Failed):
            failed.append(found)
        elif (other := usable.setdefault(found.phone, found)) is not found:
            counts["repeated"] += 1
            usable[found.phone] = max(other, found, key=said_at)
    return header, list(usable.values()), failed


def _said_at(row: _Read, *, brought: Brought) -> datetime:
    """Return from when a row counts among others about the same person. Undated, a yes counts before all others, a no from now on."""
    undated = _NEVER if brought.state is Consent.IN else brought.at
    return undated if row.at is None else min(row.at, brought.at)


def _one(row: Row, brought: Brought) -> _Read | _Failed:
    if not row.phone:
        return _Failed(row, "phone_missing", "It has no phone number.")
    try:
        wa_id = read_phone(bare_phone(row.phone), brought.country).removeprefix("+")
    except InvalidRequest as refusal:
        return _Failed(row, "phone_invalid", refusal.detail, phone_fault(refusal))
    phone = canonical_phone(wa_id)
    try:
        at = None if row.date is None else _moment(row.date)
    except (ValueError, OverflowError):  # overflow: the first or last day of the calendar, in another zone
        detail = f"The date {row.date!r} is not one: write 2026-05-31, or with a time."
        return _Failed(row, "date_invalid", detail, phone=phone)
    # A yes dated in the future would win over every no; a no counts from now on.
    if at is not None and at > brought.at + _AHEAD and brought.state is Consent.IN:
        return _Failed(row, "date_invalid", f"The date {row.date!r} is yet to come.", phone=phone)
    return _Read(row, phone, wa_id, at)


def _moment(told: str) -> datetime:
    at = datetime.fromisoformat(told)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


async def _take(
    tx: Transaction,
    brought: Brought,
    rows: Sequence[_Read],
    counts: Counter[str],
    *,
    import_id: UUID,
    known: dict[str, UUID],
) -> list[_Failed]:
    """Record what a part of the list says, and return the rows that are refused."""
    gone = await _erased(tx, brought, [one.phone for one in rows], known)
    failed = [_gone(one.row) for one in rows if one.phone in gone]
    rows = [one for one in rows if one.phone not in gone]
    last = {
        row.phone: row
        for row in await _LAST.all(
            tx,
            tenant_id=brought.tenant_id,
            phones=[one.phone for one in rows],
            category=brought.about.value,
            state=brought.state.value,
        )
    }
    wanted: list[_Read] = []
    for one in rows:
        word = last.get(one.phone)
        if word is not None and word.state is brought.state:
            counts["repeated"] += 1
        elif word is not None and _overrides(word, one):
            failed.append(_said_no(one, f"{word.at:%Y-%m-%d}"))
        else:
            wanted.append(one)
    strangers = [one for one in wanted if one.phone not in last]
    async with tx.by_key():
        phones = [one.wa_id for one in strangers]
        made = await acquaint(tx, phones, tenant_id=brought.tenant_id, at=brought.at)
        contacts = {one.phone: contact_id for one, contact_id in zip(strangers, made, strict=True)}
        contacts |= {phone: row.contact_id for phone, row in last.items()}
        words = [_word(one, contacts[one.phone], brought, import_id) for one in wanted]
        new = await service.record(tx, words)
    counts["added"] += len(new)
    counts["repeated"] += len(wanted) - len(new)
    return failed


def _overrides(known: _Last, row: _Read) -> bool:
    """Tell whether a row would override a person's own no: it is a yes, and they said no later, or it is not known which came first."""
    if known.at is None or known.state is not Consent.OUT:
        return False
    return row.at is None or row.at <= known.at


def _said_no(row: _Read, day: str) -> _Failed:
    detail = f"The person said no on {day}; a list does not override that, unless the row has a later date."
    return _Failed(row.row, "said_no", detail, day, row.phone)


def _word(row: _Read, contact_id: UUID, brought: Brought, import_id: UUID) -> Word:
    return Word(
        tenant_id=brought.tenant_id,
        contact_id=contact_id,
        about=brought.about,
        state=brought.state,
        source=Source.IMPORT,
        actor=brought.actor,
        at=min(row.at or brought.at, brought.at),
        proof=brought.proof,
        import_id=import_id,
        undated=row.at is None and brought.state is Consent.IN,
    )


def _table(header: Sequence[str], failed: Sequence[_Failed]) -> str:
    """Return the failed rows as CSV, in their order. Runs in a thread, because all rows may have failed."""
    ordered = sorted(failed, key=lambda one: one.row.line)
    rows = [[str(one.row.line), one.reason, one.about, one.detail, *one.row.cells] for one in ordered]
    return lines([["line", "reason", "about", "detail", *header], *rows], marked=False).decode()


async def _keep(
    tx: Transaction, brought: Brought, table: str, counts: Counter[str], import_id: UUID
) -> Imported:
    kept = await _ADD.one(
        tx,
        tenant_id=brought.tenant_id,
        id=import_id,
        filename=brought.filename,
        category=brought.about.value,
        state=brought.state.value,
        proof=brought.proof,
        actor=brought.actor,
        total_count=counts["total"],
        added_count=counts["added"],
        repeated_count=counts["repeated"],
        failed_count=counts["failed"],
        failed_rows=table,
    )
    if kept is None:
        raise LookupError("the import just kept is not there")
    entry = AuditEntry(
        tenant_id=brought.tenant_id,
        actor=brought.actor,
        action="consent.imported",
        subject=str(import_id),
        detail={"added": counts["added"], "failed": counts["failed"], "state": brought.state.value},
    )
    await record_audit(tx, [entry])
    return kept
