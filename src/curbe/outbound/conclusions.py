"""What follows from a refusal for more than its message: the number is paused, sending to many is held back, a template is noted as paused.

Refusals come at once, or as a failed status after the provider had taken the message; what follows is the same.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.audit import service as audit
from curbe.audit.service import AuditEntry
from curbe.channels.cloudapi.codes import OF_THE_WHOLE_WABA
from curbe.channels.cloudapi.errors import status_failure
from curbe.connections import service as connections
from curbe.connections.rules import refusal_reason
from curbe.connections.service import Change
from curbe.domain.failures import SendFailure
from curbe.infra import jobs
from curbe.infra.db import Pool, Query, Transaction
from curbe.infra.jobs import Job
from curbe.outbound import limits, template_refusals
from curbe.outbound.limits import Held
from curbe.outbound.rules import Hold, after_taken
from curbe.outbound.template_refusals import Refusal

log: Final = structlog.get_logger(__name__)

_ACTOR: Final = "system:send"


class _Failed(msgspec.Struct, frozen=True):
    connection_id: UUID
    error_code: int | None
    error: str | None
    failed_at: datetime
    now: datetime


_FAILED: Final = Query("curbe.outbound", "failure_told", _Failed)


class Concluding:
    """The job for a message that the provider took and then failed to deliver: does for its number and template what follows."""

    def __init__(self, pool: Pool) -> None:
        """``pool`` is one of the worker's role."""
        self._pool: Final = pool

    async def __call__(self, job: Job) -> None:
        """Work on a job; its subject is the message."""
        async with self._pool.transaction(job.tenant_id) as tx:
            told = await _FAILED.one(tx, tenant_id=job.tenant_id, id=job.subject)
            if told is not None:
                await self._conclude(tx, job, told)
            await jobs.finish(tx, job)

    async def _conclude(self, tx: Transaction, job: Job, told: _Failed) -> None:
        failure = status_failure(told.error_code, told.error)
        following = after_taken(failure, at=told.failed_at, now=told.now)
        if following.pauses_connection:
            await pause(
                tx,
                failure,
                tenant_id=job.tenant_id,
                connection_id=told.connection_id,
                told_at=told.failed_at,
            )
        held = {following.hold: told.error_code or 0} if following.hold is not None else {}
        await hold(tx, held, tenant_id=job.tenant_id, connection_id=told.connection_id)
        refusal = Refusal(job.subject, told.error_code, told.failed_at)
        await template_refusals.note_refused(tx, [refusal], tenant_id=job.tenant_id)


async def pause(
    tx: Transaction,
    failure: SendFailure,
    *,
    tenant_id: UUID,
    connection_id: UUID,
    refused_token: str | None = None,
    told_at: datetime | None = None,
) -> None:
    """Pause a number that Meta does not let send, or all numbers of its WABA where the code is about that.

    A connection that got another token than ``refused_token``, or was connected or resumed after ``told_at``, is left alone.
    """
    await connections.pause(
        tx,
        tenant_id=tenant_id,
        connection_id=connection_id,
        reason=refusal_reason(failure.code, failure.words),
        refused_token=refused_token,
        told_at=told_at,
        whole_waba=failure.code in OF_THE_WHOLE_WABA,
    )


async def hold(tx: Transaction, held: Mapping[Hold, int], *, tenant_id: UUID, connection_id: UUID) -> None:
    """Hold back sending to many people: each hold with the provider's code that asks for it. Tell and audit it for every number held."""
    codes: dict[Held, list[int]] = {}
    for one, code in held.items():
        numbers = await limits.hold(
            tx,
            tenant_id=tenant_id,
            connection_id=connection_id,
            from_priority=one.from_priority,
            pause=one.pause,
            code=code,
            whole_waba=one.whole_waba,
        )
        for number in numbers:
            codes.setdefault(number, []).append(code)
    if codes:
        log.warning(
            "sending_to_many_held", connection_id=str(connection_id), codes=sorted(set(held.values()))
        )
        await _tell_held(tx, codes, tenant_id=tenant_id)


async def _tell_held(tx: Transaction, codes: Mapping[Held, Sequence[int]], *, tenant_id: UUID) -> None:
    entries = [
        AuditEntry(
            tenant_id=tenant_id,
            actor=_ACTOR,
            action="connection.hold",
            subject=str(number.connection_id),
            detail={"codes": [str(code) for code in sorted(asking)]},
        )
        for number, asking in codes.items()
    ]
    await audit.record(tx, entries)
    changes = [
        Change(
            tenant_id=tenant_id,
            connection_id=number.connection_id,
            status=number.status,
            action=None,
            actor=_ACTOR,
        )
        for number in codes
    ]
    await connections.tell(tx, changes)
