"""Deletes whom a campaign went to once it is too old to keep; the campaign and its figures stay."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.campaigns import progress, store
from curbe.infra.db import Query, Transaction

_PACKAGE: Final = "curbe.campaigns"
_AT_ONCE: Final = 10  # campaigns whose figures are kept in one transaction


class _Id(msgspec.Struct, frozen=True):
    id: UUID


_OLD: Final = Query(_PACKAGE, "campaigns_to_purge", _Id)
_KEEP: Final = Query(_PACKAGE, "keep_figures")
_PURGES: Final = tuple(
    Query(_PACKAGE, name) for name in ("purge_recipients", "purge_faults", "purge_audiences")
)


async def delete_recipients(tx: Transaction, *, tenant_id: UUID, before: datetime, most: int) -> int:
    """Delete up to ``most`` of each kind of what says whom campaigns that ended before that moment went to; return how many."""
    for old in await _OLD.all(tx, tenant_id=tenant_id, before=before, most=_AT_ONCE):
        row = await store.lock(tx, tenant_id=tenant_id, campaign_id=old.id)
        figures = await progress.of(tx, campaign=row, tenant_id=tenant_id)
        kept = msgspec.json.encode(figures).decode()
        await _KEEP.run(tx, tenant_id=tenant_id, campaign_id=old.id, kept=kept)
    return sum([await query.run(tx, tenant_id=tenant_id, most=most) for query in _PURGES], start=0)
