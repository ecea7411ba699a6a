"""The audit log at rest. The only writer of ``audit_log`` and ``audit_seals``."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.audit.rules import Row, Seal
from curbe.infra.db import Query, Transaction

_PACKAGE: Final = "curbe.audit"
# One sealer at a time, or two would continue the same chain.
_SEALING: Final = 0x6375726265_01


class RowToSeal(Row, frozen=True, kw_only=True):
    """A row that waits for its seal, with the end of its chain; None where the chain has not begun."""

    head_seq: int | None
    head_hash: bytes | None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows of a log; all where nothing is said.

    ``deeds``: without the lines about webhooks that came. ``by_people``: True for those of people and their
    keys, False for Curbe's own. ``about``, ``without``: what actions begin with, or do not, before the dot.
    """

    deeds: bool = False
    by_people: bool | None = None
    actor: str | None = None
    about: str | None = None
    without: str | None = None
    since: datetime | None = None
    until: datetime | None = None


class _Taken(msgspec.Struct, frozen=True):
    taken: bool


class _Waiting(msgspec.Struct, frozen=True):
    waiting: int


_INSERT_ENTRIES: Final = Query(_PACKAGE, "insert_entries")
_ENTRIES_PAGE: Final = Query(_PACKAGE, "entries_page", Row)
_DEEDS_PAGE: Final = Query(_PACKAGE, "deeds_page", Row)
_TAKE_SEALING_LOCK: Final = Query(_PACKAGE, "take_sealing_lock", _Taken)
_ROWS_TO_SEAL: Final = Query(_PACKAGE, "rows_to_seal", RowToSeal)
_INSERT_SEALS: Final = Query(_PACKAGE, "insert_seals")
_SEALS_PAGE: Final = Query(_PACKAGE, "seals_page", Seal)
_ROWS_PAGE: Final = Query(_PACKAGE, "rows_page", Row)
_SEAL_OF_ROW: Final = Query(_PACKAGE, "seal_of_row", Seal)
_COUNT_WAITING: Final = Query(_PACKAGE, "count_waiting", _Waiting)


async def insert_entries(
    tx: Transaction,
    *,
    tenant_ids: Sequence[UUID],
    actors: Sequence[str],
    actions: Sequence[str],
    subjects: Sequence[str | None],
    details: Sequence[str],
) -> None:
    """Append entries given as parallel sequences; ``details`` are JSON objects."""
    await _INSERT_ENTRIES.run(
        tx, tenant_ids=tenant_ids, actors=actors, actions=actions, subjects=subjects, details=details
    )


async def entries_page(
    tx: Transaction, wanted: Wanted, *, tenant_id: UUID, before: tuple[int, int], limit: int
) -> list[Row]:
    """Return the ``limit`` wanted rows of a tenant that stand next before the position ``before``, newest first."""
    query = _DEEDS_PAGE if wanted.deeds else _ENTRIES_PAGE
    return await query.all(
        tx,
        tenant_id=tenant_id,
        before_xid=before[0],
        before_id=before[1],
        actor=wanted.actor,
        by_people=wanted.by_people,
        about=wanted.about,
        without=wanted.without,
        since=wanted.since,
        until=wanted.until,
        limit=limit,
    )


async def take_sealing_lock(tx: Transaction) -> bool:
    """Become the only sealer until the transaction ends; False where another one is at work."""
    row = await _TAKE_SEALING_LOCK.one(tx, key=_SEALING)
    return row is not None and row.taken


async def rows_to_seal(tx: Transaction, *, limit: int) -> list[RowToSeal]:
    """Return the next rows to seal, of all chains, in order within each."""
    return await _ROWS_TO_SEAL.all(tx, limit=limit)


async def insert_seals(tx: Transaction, seals: Sequence[Seal]) -> None:
    """Append links to their chains."""
    await _INSERT_SEALS.run(
        tx,
        tenant_ids=[seal.tenant_id for seal in seals],
        seqs=[seal.seq for seal in seals],
        audit_xids=[seal.audit_xid for seal in seals],
        audit_ids=[seal.audit_id for seal in seals],
        hashes=[seal.hash for seal in seals],
    )


async def seals_page(tx: Transaction, *, tenant_id: UUID, after: int, limit: int) -> list[Seal]:
    """Return the seals of a chain after number ``after``, in order."""
    return await _SEALS_PAGE.all(tx, tenant_id=tenant_id, after=after, limit=limit)


async def rows_page(tx: Transaction, *, tenant_id: UUID, after: tuple[int, int], limit: int) -> list[Row]:
    """Return the rows of a log after the position ``after``, in order."""
    return await _ROWS_PAGE.all(tx, tenant_id=tenant_id, after_xid=after[0], after_id=after[1], limit=limit)


async def seal_of_row(tx: Transaction, *, tenant_id: UUID, position: tuple[int, int]) -> Seal | None:
    """Return the first seal of the row at ``position``."""
    return await _SEAL_OF_ROW.one(tx, tenant_id=tenant_id, xid=position[0], id=position[1])


async def count_waiting(tx: Transaction, *, tenant_id: UUID, after: tuple[int, int]) -> int:
    """Return how many rows stand after the position ``after``."""
    row = await _COUNT_WAITING.one(tx, tenant_id=tenant_id, xid=after[0], id=after[1])
    return row.waiting if row else 0
