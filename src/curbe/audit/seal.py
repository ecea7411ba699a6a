"""Sealing: the worker ties the rows written since its last pass to the chain of each tenant.

Sealing in the transaction of the deed would make all deeds of a tenant wait for one another; a moment later
it costs nobody anything.
"""

from typing import Final

from curbe.audit import store
from curbe.audit.rules import seal_rows
from curbe.infra.db import Pool

_BATCH: Final = 2000


async def seal_once(pool: Pool) -> int:
    """Seal every row that is ready, in every tenant's log, and return how many there were.

    0 also where another process is at it. Rows younger than the oldest transaction still running wait for
    the next pass.

    Args:
        pool: connections of the role ``app_apply``.
    """
    total = 0
    while count := await _seal_batch(pool):
        total += count
        if count < _BATCH:
            break
    return total


async def _seal_batch(pool: Pool) -> int:
    async with pool.looking() as tx:
        if not await store.rows_to_seal(tx, limit=1):
            return 0
    async with pool.transaction() as tx:
        # A statement of its own: the snapshot of the next one must hold what the last sealer wrote.
        if not await store.take_sealing_lock(tx):
            return 0
        rows = await store.rows_to_seal(tx, limit=_BATCH)
        heads = {
            row.tenant_id: (row.head_seq, row.head_hash)
            for row in rows
            if row.head_seq is not None and row.head_hash is not None
        }
        if rows:
            await store.insert_seals(tx, seal_rows(rows, heads))
        return len(rows)
