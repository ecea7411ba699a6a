"""Asking for what follows from messages that failed after the provider had taken them: for the number, its WABA, the template.

The applier only reads numbers and holds; a job does it, as what is refused at once is done where it is sent.
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
# These are about more than one message; what exactly follows is decided where it is done.
_TELLING: Final = frozenset(
    {FailureKind.ACCOUNT, FailureKind.CREDENTIALS, FailureKind.TEMPLATE, FailureKind.THROTTLED}
)


class _Telling(msgspec.Struct, frozen=True):
    tenant_id: UUID
    id: UUID


_LAST: Final = Query("curbe.ingest", "last_of_failures", _Telling)


async def defer(tx: Transaction, moved: Sequence[Moved]) -> None:
    """Ask for what follows from the failures that are news; one message of each number, code and template tells it all."""
    telling = [
        one.row for one in moved if one.row.failure_kind in _TELLING and MessageStatus.FAILED in one.news
    ]
    if not telling:
        return
    last = await _LAST.all(tx, tenant_ids=[row.tenant_id for row in telling], ids=[row.id for row in telling])
    await jobs.defer(tx, [NewJob(one.tenant_id, CONCLUDE, one.id) for one in last])
