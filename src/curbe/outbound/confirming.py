"""The job that tells somebody that their keyword was heard, where the tenant's rules have words for it."""

from collections.abc import Callable
from datetime import datetime
from typing import Final

import structlog

from curbe.consent import hearing
from curbe.domain.content import TextBody, TextMessage
from curbe.domain.errors import AppError
from curbe.infra import jobs
from curbe.infra.db import Pool
from curbe.infra.jobs import Job
from curbe.outbound.service import Key, Request, take

log: Final = structlog.get_logger(__name__)
ACTOR: Final = "system:consent"


class Confirming:
    """Answers keywords, each once."""

    def __init__(self, pool: Pool, *, now: Callable[[], datetime]) -> None:
        """``pool`` is one of the worker's role."""
        self._pool: Final = pool
        self._now: Final = now

    async def __call__(self, job: Job) -> None:
        """Work on a job. Where it may not be answered any more, as the window has closed, say, it is not."""
        async with self._pool.transaction(job.tenant_id) as tx:
            answer = await hearing.answer_to(tx, tenant_id=job.tenant_id, message_id=job.subject)
            if answer is not None:
                conversation_id, text = answer
                request = Request(
                    tenant_id=job.tenant_id,
                    content=TextMessage(text=TextBody(body=text)),
                    conversation_id=conversation_id,
                    sender=ACTOR,
                )
                try:
                    await take(tx, request, key=Key(hearing.ANSWER, str(job.subject)), now=self._now())
                except AppError as refusal:
                    log.info("keyword_not_answered", message_id=str(job.subject), reason=refusal.code)
            await jobs.finish(tx, job)
