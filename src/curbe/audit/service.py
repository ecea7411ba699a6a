"""Who did what: append in the transaction of the deed, list, verify that nobody changed it since."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from curbe.audit import store
from curbe.audit.rules import Head, Problem, Row, Walk, Wrong, out_of_order
from curbe.audit.store import Wanted
from curbe.infra.db import Transaction

_PAGE: Final = 5000
NEWEST: Final = (2**63 - 1, 2**63 - 1)
ALL: Final = Wanted()


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One deed. It holds names of things and never their content: no text, no whole phone number, no token.

    ``tenant_id``: whose log; ``domain.access.PLATFORM`` for the operator's.
    ``actor``: ``user:<id>``, ``key:<id>``, ``system:<part>``, ``cli`` or ``anybody``.
    ``action``: the thing and what happened to it, ``connection.paused``.
    ``subject``: the id of what it was done to.
    ``detail``: ids, codes and counts beside it.
    """

    tenant_id: UUID
    actor: str
    action: str
    subject: str | None = None
    detail: Mapping[str, str | int | bool | list[str] | None] = {}


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What ``verify`` found in one chain.

    ``head`` is the last right link; ``waiting`` counts the rows younger than the last seal (0 where
    something is wrong).
    """

    tenant_id: UUID
    sealed: int
    waiting: int
    head: Head | None
    problem: Problem | None

    @property
    def ok(self) -> bool:
        """Tell whether nothing wrong was found."""
        return self.problem is None


async def record(tx: Transaction, entries: Sequence[AuditEntry]) -> None:
    """Append ``entries``, in one statement and in the transaction of the deed, each to its tenant's log."""
    if not entries:
        return
    await store.insert_entries(
        tx,
        tenant_ids=[entry.tenant_id for entry in entries],
        actors=[entry.actor for entry in entries],
        actions=[entry.action for entry in entries],
        subjects=[entry.subject for entry in entries],
        details=[msgspec.json.encode(entry.detail).decode() for entry in entries],
    )


async def entries(
    tx: Transaction,
    wanted: Wanted = ALL,
    *,
    tenant_id: UUID,
    before: tuple[int, int] = NEWEST,
    limit: int,
) -> list[Row]:
    """Return up to ``limit`` wanted rows of a tenant's log before the position ``before``, newest first."""
    return await store.entries_page(tx, wanted, tenant_id=tenant_id, before=before, limit=limit)


async def verify(tx: Transaction, *, tenant_id: UUID, known: Head | None = None) -> Report:
    """Follow a tenant's whole chain and return what was found, down to the first wrong row.

    Args:
        tx: a transaction that sees the tenant's rows.
        tenant_id: whose chain; ``PLATFORM`` for the operator's.
        known: a head that an earlier report gave and that was kept elsewhere. Without it, a log whose last
            rows were removed together with their seals looks whole.
    """
    walk = Walk(tenant_id, known=known)
    while walk.problem is None:
        # Seals first: whatever they name is then among the rows, also while somebody seals.
        seals = await store.seals_page(tx, tenant_id=tenant_id, after=walk.seq, limit=_PAGE)
        if not seals:
            break
        rows = await store.rows_page(tx, tenant_id=tenant_id, after=walk.position, limit=len(seals))
        walk.follow(seals, rows)
    walk.finish()
    problem = walk.problem
    if problem is not None and problem.wrong is Wrong.INSERTED:
        problem = await _reordered(tx, tenant_id=tenant_id, stray=problem)
    waiting = (
        await store.count_waiting(tx, tenant_id=tenant_id, after=walk.position) if problem is None else 0
    )
    return Report(tenant_id=tenant_id, sealed=walk.seq, waiting=waiting, head=walk.head, problem=problem)


async def _reordered(tx: Transaction, *, tenant_id: UUID, stray: Problem) -> Problem:
    """Return the problem of a stray row in the right word: one that has a seal was moved, not inserted."""
    position = (stray.xid or 0, stray.id or 0)
    seal = await store.seal_of_row(tx, tenant_id=tenant_id, position=position)
    return stray if seal is None else out_of_order(stray, seq=seal.seq)
