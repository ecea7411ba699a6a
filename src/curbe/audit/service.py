"""Who did what: append in the transaction of the deed, list, verify that nobody changed it since."""

from collections.abc import Mapping, Sequence
from typing import Final
from uuid import UUID

import msgspec

from curbe.audit import store
from curbe.audit.rules import Head, Problem, Row, Walk, first_of, inserted
from curbe.infra.db import Transaction

_PAGE: Final = 5000
NEWEST: Final = (2**63 - 1, 2**63 - 1)


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One deed. It holds names of things and never their content: no text, no whole phone number, no token.

    ``tenant_id``: whose log; ``domain.access.PLATFORM`` for the operator's.
    ``actor``: ``key:<id>``, ``system:<part>`` or ``cli``.
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
    tx: Transaction, *, tenant_id: UUID, before: tuple[int, int] = NEWEST, limit: int
) -> list[Row]:
    """Return up to ``limit`` rows of a tenant's log before the position ``before``, newest first."""
    return await store.entries_page(tx, tenant_id=tenant_id, before=before, limit=limit)


async def verify(tx: Transaction, *, tenant_id: UUID, known: Head | None = None) -> Report:
    """Follow a tenant's whole chain and return what was found, down to the first wrong row.

    Args:
        tx: a transaction that sees the tenant's rows.
        tenant_id: whose chain; ``PLATFORM`` for the operator's.
        known: a head that an earlier report gave and that was kept elsewhere. Without it, a log whose last
            rows were removed together with their seals looks whole.
    """
    walk = Walk(tenant_id, known=known)
    seen = 0
    while links := await store.links_page(tx, tenant_id=tenant_id, after=seen, limit=_PAGE):
        walk.follow(links)
        seen = links[-1].seal.seq
        if walk.problem is not None:
            break
    walk.finish()
    until = walk.position
    intruder = await store.first_intruder(tx, tenant_id=tenant_id, until=until)
    return Report(
        tenant_id=tenant_id,
        sealed=walk.seq,
        waiting=await store.count_waiting(tx, tenant_id=tenant_id, after=until) if not walk.problem else 0,
        head=walk.head,
        problem=first_of(walk.problem, inserted(intruder) if intruder else None),
    )
