"""The hash chain of the audit log: what is hashed, in which order, and what a broken chain shows. No I/O.

The chain of a tenant is the list of its seals. Seal ``n`` carries ``sha256(hash of seal n-1 || canonical
bytes of row n)``; rows are sealed in the order (xid, id), which is final once every older transaction has
ended (docs/adr/0005-audit-seals.md).
"""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

FIRST: Final = (-(2**63), -(2**63))
_FORM: Final = "curbe audit v1"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the log. ``detail`` is the JSON text as PostgreSQL writes it; ``at`` is aware."""

    tenant_id: UUID
    xid: int
    id: int
    at: datetime
    actor: str
    action: str
    subject: str | None
    detail: str

    @property
    def position(self) -> tuple[int, int]:
        """Where it stands in its tenant's log."""
        return (self.xid, self.id)


class Seal(msgspec.Struct, frozen=True, kw_only=True):
    """One link: the ``seq``-th of its tenant, for the row at (``audit_xid``, ``audit_id``)."""

    tenant_id: UUID
    seq: int
    audit_xid: int
    audit_id: int
    hash: bytes

    @property
    def position(self) -> tuple[int, int]:
        """Where the sealed row stands, or stood."""
        return (self.audit_xid, self.audit_id)


class Wrong(StrEnum):
    """What was done to a log."""

    EDITED = "edited"  # the row is there and says something else than when it was sealed
    DELETED = "deleted"  # the seal is there, its row is not
    INSERTED = "inserted"  # a row stands among sealed ones and has no seal
    REORDERED = "reordered"  # the seals are not in the order of their rows
    UNSEALED = "unsealed"  # a seal is missing from the middle or the beginning of the chain
    TRUNCATED = "truncated"  # the chain no longer leads to the head written down earlier


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """The first wrong row of a log: what was done and where. ``seq`` is None for a row that no seal knows."""

    wrong: Wrong
    seq: int | None
    xid: int | None
    id: int | None
    sentence: str


class Head(msgspec.Struct, frozen=True):
    """The end of a chain. Kept elsewhere, it shows a log that was cut off together with its seals."""

    seq: int
    hash: str  # hex


def genesis(tenant_id: UUID) -> bytes:
    """Return what the first row of a tenant's chain is hashed with."""
    return hashlib.sha256(f"{_FORM}|{tenant_id}".encode()).digest()


def canonical(row: Row) -> bytes:
    """Return the bytes of ``row`` that are hashed: a JSON list, so that no field can run into the next.

    The transaction id is not among them: a restore into another cluster may shift those of all rows alike,
    and the order they give is checked by itself.
    """
    at = row.at.astimezone(UTC).isoformat(timespec="microseconds")
    return msgspec.json.encode(
        [_FORM, str(row.tenant_id), row.id, at, row.actor, row.action, row.subject, row.detail]
    )


def next_hash(previous: bytes, row: Row) -> bytes:
    """Return the hash of the link after ``previous`` that seals ``row``."""
    return hashlib.sha256(previous + canonical(row)).digest()


def seal_rows(rows: Iterable[Row], heads: dict[UUID, tuple[int, bytes]]) -> list[Seal]:
    """Return the seals of ``rows``.

    Args:
        rows: in order within each tenant.
        heads: tenant -> number and hash of its last seal; absent where its chain has not begun.
    """
    ends = dict(heads)
    seals: list[Seal] = []
    for row in rows:
        seq, previous = ends.get(row.tenant_id) or (0, genesis(row.tenant_id))
        hash_ = next_hash(previous, row)
        ends[row.tenant_id] = (seq + 1, hash_)
        seals.append(
            Seal(tenant_id=row.tenant_id, seq=seq + 1, audit_xid=row.xid, audit_id=row.id, hash=hash_)
        )
    return seals


class Walk:
    """Follow one tenant's chain page by page, from its first seal: the n-th seal belongs to the n-th row.

    ``problem`` is the first wrong link, None where there was none so far.
    """

    def __init__(self, tenant_id: UUID, *, known: Head | None = None) -> None:
        self._known: Final = known
        self._hash = genesis(tenant_id)
        self._position = FIRST
        self.seq = 0
        self.problem: Problem | None = None

    @property
    def head(self) -> Head | None:
        """The last link that was right; None before the first."""
        return Head(self.seq, self._hash.hex()) if self.seq else None

    @property
    def position(self) -> tuple[int, int]:
        """Where the last right row stands."""
        return self._position

    def follow(self, seals: Sequence[Seal], rows: Sequence[Row]) -> None:
        """Check ``seals``, the next of the chain, against the next ``rows`` of the log; stops at the first wrong one."""
        for number, seal in enumerate(seals):
            if self.problem is None:
                self.problem = self._check(seal, rows[number] if number < len(rows) else None)

    def finish(self) -> None:
        """Say whether the chain ended before the head that was known."""
        if self.problem is None and self._known is not None and self._known.seq > self.seq:
            self.problem = Problem(
                wrong=Wrong.TRUNCATED,
                seq=self.seq + 1,
                xid=None,
                id=None,
                sentence=f"the chain ends at seal {self.seq}, but seal {self._known.seq} was seen before",
            )

    def _check(self, seal: Seal, row: Row | None) -> Problem | None:
        if (
            row is None
            or seal.seq != self.seq + 1
            or seal.position <= self._position
            or row.position != seal.position
        ):
            return self._misplaced(seal, row)
        hash_ = next_hash(self._hash, row)
        if hash_ != seal.hash:
            return _problem(Wrong.EDITED, seal, "its row, or the seal, is not what was written")
        if self._known is not None and self._known.seq == seal.seq and self._known.hash != hash_.hex():
            return _problem(
                Wrong.TRUNCATED, seal, "the chain was written anew since its head was written down"
            )
        self.seq, self._hash, self._position = seal.seq, hash_, seal.position
        return None

    def _misplaced(self, seal: Seal, row: Row | None) -> Problem:
        if seal.seq != self.seq + 1:
            missing = f"seal {self.seq + 1}, before row {seal.audit_xid}.{seal.audit_id}, is missing"
            return Problem(
                wrong=Wrong.UNSEALED,
                seq=self.seq + 1,
                xid=seal.audit_xid,
                id=seal.audit_id,
                sentence=missing,
            )
        if seal.position <= self._position:
            return _problem(Wrong.REORDERED, seal, "its row stands before the row of the seal before it")
        if row is None or row.position > seal.position:
            return _problem(Wrong.DELETED, seal, "its row is gone")
        stray = f"row {row.xid}.{row.id} stands among sealed rows and has no seal"
        return Problem(wrong=Wrong.INSERTED, seq=None, xid=row.xid, id=row.id, sentence=stray)


def out_of_order(stray: Problem, *, seq: int) -> Problem:
    """Return the problem of a row that seemed to have been inserted, and has a seal after all: number ``seq``."""
    return Problem(
        wrong=Wrong.REORDERED,
        seq=seq,
        xid=stray.xid,
        id=stray.id,
        sentence=f"row {stray.xid}.{stray.id} stands before rows that were sealed before it (its seal is {seq})",
    )


def _problem(wrong: Wrong, seal: Seal, what: str) -> Problem:
    return Problem(
        wrong=wrong,
        seq=seal.seq,
        xid=seal.audit_xid,
        id=seal.audit_id,
        sentence=f"seal {seal.seq} (row {seal.audit_xid}.{seal.audit_id}): {what}",
    )
