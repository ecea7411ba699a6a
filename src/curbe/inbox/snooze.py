"""The job that opens a snoozed conversation again at its time, as unread."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

from curbe.inbox.changes import change, locked
from curbe.inbox.deeds import ConversationChange
from curbe.inbox.rules import ConversationState
from curbe.infra import jobs
from curbe.infra.db import Pool
from curbe.infra.jobs import Job

ACTOR: Final = "system:snooze"
# As unread: it stands in the lists where its last message puts it, far below what came since, and nobody would come upon it.
_OPEN: Final = ConversationChange(state=ConversationState.OPEN, unread=True)


class Alarm:
    """Opens conversations whose time has come."""

    def __init__(self, pool: Pool, *, now: Callable[[], datetime]) -> None:
        """``pool`` is one of the worker's role."""
        self._pool: Final = pool
        self._now: Final = now

    async def __call__(self, job: Job) -> None:
        """Work on a job. A conversation that is no longer snoozed is left alone; one snoozed anew waits for its new time."""
        async with self._pool.transaction(job.tenant_id) as tx:
            now = self._now()
            standing = (await locked(tx, tenant_id=job.tenant_id, conversation_ids=[job.subject])).get(
                job.subject
            )
            until = None if standing is None else standing.snoozed_until
            if until is not None and until > now:
                await jobs.put_back(tx, job, after=until - now, error=None)
                return
            if until is not None:
                await change(
                    tx,
                    tenant_id=job.tenant_id,
                    conversation_id=job.subject,
                    change=_OPEN,
                    actor=ACTOR,
                    now=now,
                )
            await jobs.finish(tx, job)
