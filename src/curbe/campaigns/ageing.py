"""Deletes whom a campaign went to once it is too old to keep; the campaign and its figures stay. A draft that old loses its people.

A draft that somebody deleted goes whole, in pieces.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.campaigns import report, service, store
from curbe.domain.errors import Conflict, NotFound
from curbe.infra.db import Id, Query, Transaction

_PACKAGE: Final = "curbe.campaigns"
AT_ONCE: Final = 1  # campaign whose figures are kept in a transaction: from its writing on, the log of events waits for its end


class _Old(msgspec.Struct, frozen=True):
    id: UUID
    updated_at: datetime


_OLD: Final = Query(_PACKAGE, "campaigns_to_purge", _Old)
_KEEP: Final = Query(_PACKAGE, "keep_figures")
_BECAME: Final = Query(_PACKAGE, "note_became")
_OLD_DRAFT: Final = Query(_PACKAGE, "drafts_to_purge", Id)
_EMPTY_DRAFT: Final = Query(_PACKAGE, "empty_draft")
_THROWN_AWAY: Final = Query(_PACKAGE, "thrown_away", Id)
_DROPS: Final = tuple(Query(_PACKAGE, name) for name in ("drop_recipients", "drop_faults"))
_DROP: Final = Query(_PACKAGE, "drop_campaign")
_PURGES: Final = tuple(
    Query(_PACKAGE, name) for name in ("purge_recipients", "purge_faults", "purge_audiences")
)


async def keep_figures(tx: Transaction, *, tenant_id: UUID, before: datetime, most: int) -> int:
    """Write down what up to ``most`` campaigns came to whose messages begin to be too old at that moment; return how many it looked at.

    A campaign's figures and its report are counted over its messages: of those that are gone nothing could be told. Nothing is locked
    while they are counted, which takes seconds for a large one.
    """
    found = await _OLD.all(tx, tenant_id=tenant_id, before=before, most=most)
    for old in found:
        whole = await report.sums(tx, tenant_id=tenant_id, campaign_id=old.id)
        kept = msgspec.json.encode({**msgspec.to_builtins(whole.progress), "report": whole}).decode()
        await _KEEP.run(tx, tenant_id=tenant_id, campaign_id=old.id, kept=kept, counted_at=old.updated_at)
    return len(found)


async def note_became(tx: Transaction, *, tenant_id: UUID, message_ids: Sequence[UUID]) -> int:
    """Write down what became of the recipients of messages that are about to be deleted, locked in ``tx``; return how many those are."""
    return await _BECAME.run(tx, tenant_id=tenant_id, message_ids=list(message_ids))


async def delete_recipients(tx: Transaction, *, tenant_id: UUID, before: datetime, most: int) -> int:
    """Delete up to ``most`` of each kind of what says whom campaigns that ended before that moment went to; return how many.

    A campaign that never began, and to which nobody was added since that moment, loses all its audiences at once: begun by
    somebody in between, it would go to a part of them.
    """
    await keep_figures(tx, tenant_id=tenant_id, before=before, most=AT_ONCE)
    # Drafts before recipients, as whoever erases somebody.
    gone = await _empty_draft(tx, tenant_id=tenant_id, before=before)
    for query in _PURGES:
        gone += await query.run(tx, tenant_id=tenant_id, before=before, most=most)
    return gone


async def drop_thrown_away(tx: Transaction, *, tenant_id: UUID, before: datetime, most: int) -> int:
    """Delete up to ``most`` of each kind of what hangs on a draft that somebody deleted, once nothing does the draft; return how many."""
    del before  # whatever was thrown away goes
    found = await _THROWN_AWAY.one(tx, tenant_id=tenant_id)
    if found is None:
        return 0
    where = {"tenant_id": tenant_id, "campaign_id": found.id}
    gone = sum([await query.run(tx, most=most, **where) for query in _DROPS])
    return gone or await _DROP.run(tx, **where)


async def _empty_draft(tx: Transaction, *, tenant_id: UUID, before: datetime) -> int:
    """Take the audiences out of one draft that is too old; return how many."""
    found = await _OLD_DRAFT.one(tx, tenant_id=tenant_id, before=before, campaign_id=None)
    if found is None:
        return 0
    where = {"tenant_id": tenant_id, "campaign_id": found.id}
    try:
        await store.lock(tx, **where)
        if await _OLD_DRAFT.one(tx, before=before, **where) is None:  # somebody was added meanwhile
            return 0
        await service.touch(tx, **where)
    except (Conflict, NotFound):  # begun meanwhile, or thrown away
        return 0
    return await _EMPTY_DRAFT.run(tx, **where)
