"""Defers a job for failures that say something about the number, its WABA or the template, and came after the provider took the message.

The batch role may only read those, so the job does what follows. (For a message that is refused at once, its sender does it.)
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
# Kinds of failure that are about more than the one message; what exactly follows is decided in the job.
_TELLING: Final = frozenset(
    {FailureKind.ACCOUNT, FailureKind.CREDENTIALS, FailureKind.TEMPLATE, FailureKind.THROTTLED}
)


class _Telling(msgspec.Struct, frozen=True):
    tenant_id: UUID
    id: UUID


_LAST: Final = Query("curbe.ingest", "last_of_failures", _Telling)


async def defer(tx: Transaction, moved: Sequence[Moved]) -> None:
    """Defer the job for failures that were not known before: one for each number, code and template, as the others say the same."""
    telling = [
        one.row for one in moved if one.row.failure_kind in _TELLING and MessageStatus.FAILED in one.news
    ]
    if not telling:
        return
    last = await _LAST.all(tx, tenant_ids=[row.tenant_id for row in telling], ids=[row.id for row in telling])
    await jobs.defer(tx, [NewJob(one.tenant_id, CONCLUDE, one.id) for one in last])
