"""Defers the conclusions to draw from messages that failed after Meta had accepted them: for the number, its WABA or the template.

A job draws them, because the applier's role may only read numbers and holds. Where Meta refuses a send at once, the sender draws them.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.failures import FailureKind
from curbe.domain.status import MessageStatus
from curbe.inbox.statuses import Moved
from curbe.infra import jobs
from curbe.infra.db import Query, Transaction
from curbe.infra.jobs import NewJob

CONCLUDE: Final = (
    "outbound.conclude"  # the job that draws the conclusions; its subject is a message that failed
)
# The failures that say something about more than one message; the job decides what follows from them.
_TELLING: Final = frozenset(
    {FailureKind.ACCOUNT, FailureKind.CREDENTIALS, FailureKind.TEMPLATE, FailureKind.THROTTLED}
)


class _Telling(msgspec.Struct, frozen=True):
    tenant_id: UUID
    id: UUID


_LAST: Final = Query("curbe.ingest", "last_of_failures", _Telling)


async def defer(tx: Transaction, moved: Sequence[Moved]) -> None:
    """Defer a job for the failures that are new: one for each number, error code and template, as further messages would say the same."""
    telling = [
        one.row for one in moved if one.row.failure_kind in _TELLING and MessageStatus.FAILED in one.news
    ]
    if not telling:
        return
    last = await _LAST.all(tx, tenant_ids=[row.tenant_id for row in telling], ids=[row.id for row in telling])
    await jobs.defer(tx, [NewJob(one.tenant_id, CONCLUDE, one.id) for one in last])
