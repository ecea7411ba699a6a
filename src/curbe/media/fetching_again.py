"""The job that fetches missing files of a number again, after it was connected again or got a new token."""

from typing import Final

import structlog

from curbe.infra import jobs
from curbe.infra.db import Pool
from curbe.infra.jobs import Job, NewJob
from curbe.media import store
from curbe.media.rules import META_KEEPS, RECONNECTING_MENDS
from curbe.media.service import FETCH

log: Final = structlog.get_logger(__name__)


class FetchingAgain:
    """Handles ``media.fetch_again``, whose subject is the connection."""

    def __init__(self, pool: Pool) -> None:
        """``pool`` is one of the worker's role."""
        self._pool: Final = pool

    async def __call__(self, job: Job) -> None:
        """Defer anew every file that failed or waits because of the token; each starts from the beginning with the present token."""
        async with self._pool.transaction(job.tenant_id) as tx:
            waiting = await store.ask_again(
                tx,
                tenant_id=job.tenant_id,
                connection_id=job.subject,
                kind=FETCH,
                reasons=RECONNECTING_MENDS,
                kept=META_KEEPS,
            )
            await jobs.defer_anew(tx, [NewJob(job.tenant_id, FETCH, message_id) for message_id in waiting])
            await jobs.finish(tx, job)
        if waiting:
            log.info("media_asked_again", tenant_id=str(job.tenant_id), count=len(waiting))
