"""The audit log at rest. The only writer of ``audit_log`` and ``audit_seals``."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.audit.rules import Link, Row, Seal
from curbe.infra.db import Query, Transaction

_PACKAGE: Final = "curbe.audit"
# One sealer at a time, or two would continue the same chain.
_SEALING: Final = 0x6375726265_01


class RowToSeal(Row, frozen=True, kw_only=True):
    """A row that waits for its seal, with the end of its chain; None where the chain has not begun."""

    head_seq: int | None
    head_hash: bytes | None


class _Taken(msgspec.Struct, frozen=True):
    taken: bool


class _Waiting(msgspec.Struct, frozen=True):
    waiting: int


class _SealAndRow(msgspec.Struct, frozen=True, kw_only=True):
    """A seal and the columns of its row, all None where the row is gone."""

    tenant_id: UUID
    seq: int
    audit_xid: int
    audit_id: int
    hash: bytes
    at: datetime | None
    actor: str | None
    action: str | None
    subject: str | None
    detail: str | None


_INSERT_ENTRIES: Final = Query(_PACKAGE, "insert_entries")
_ENTRIES_PAGE: Final = Query(_PACKAGE, "entries_page", Row)
_TAKE_SEALING_LOCK: Final = Query(_PACKAGE, "take_sealing_lock", _Taken)
_ROWS_TO_SEAL: Final = Query(_PACKAGE, "rows_to_seal", RowToSeal)
_INSERT_SEALS: Final = Query(_PACKAGE, "insert_seals")
_LINKS_PAGE: Final = Query(_PACKAGE, "links_page", _SealAndRow)
_FIRST_INTRUDER: Final = Query(_PACKAGE, "first_intruder", Row)
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


async def entries_page(tx: Transaction, *, tenant_id: UUID, before: tuple[int, int], limit: int) -> list[Row]:
    """Return the ``limit`` rows of a tenant that stand next before the position ``before``, newest first."""
    return await _ENTRIES_PAGE.all(
        tx, tenant_id=tenant_id, before_xid=before[0], before_id=before[1], limit=limit
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


async def links_page(tx: Transaction, *, tenant_id: UUID, after: int, limit: int) -> list[Link]:
    """Return the links of a chain after seal number ``after``, in order."""
    return [
        _link(found) for found in await _LINKS_PAGE.all(tx, tenant_id=tenant_id, after=after, limit=limit)
    ]


async def first_intruder(tx: Transaction, *, tenant_id: UUID, until: tuple[int, int]) -> Row | None:
    """Return the first row at or before ``until`` that has no seal."""
    return await _FIRST_INTRUDER.one(tx, tenant_id=tenant_id, xid=until[0], id=until[1])


async def count_waiting(tx: Transaction, *, tenant_id: UUID, after: tuple[int, int]) -> int:
    """Return how many rows stand after the position ``after``."""
    row = await _COUNT_WAITING.one(tx, tenant_id=tenant_id, xid=after[0], id=after[1])
    return row.waiting if row else 0


def _link(found: _SealAndRow) -> Link:
    seal = Seal(
        tenant_id=found.tenant_id,
        seq=found.seq,
        audit_xid=found.audit_xid,
        audit_id=found.audit_id,
        hash=found.hash,
    )
    if found.at is None or found.actor is None or found.action is None or found.detail is None:
        return Link(seal, None)
    row = Row(
        tenant_id=found.tenant_id,
        xid=found.audit_xid,
        id=found.audit_id,
        at=found.at,
        actor=found.actor,
        action=found.action,
        subject=found.subject,
        detail=found.detail,
    )
    return Link(seal, row)
