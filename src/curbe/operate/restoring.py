"""A queue that was brought back to an earlier moment: what may have been sent since is sent by nobody but a person who asks for it."""

from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.audit import service as audit
from curbe.audit.service import AuditEntry
from curbe.campaigns import service as campaigns
from curbe.consent import hearing
from curbe.infra import db, jobs
from curbe.infra.db import Id, Pool, Query, Role
from curbe.ingest import defer_automations
from curbe.notifications import service as notifications
from curbe.outbound import withdrawing

log: Final = structlog.get_logger(__name__)

ACTOR: Final = "system:restore"
_STATEMENT_MS: Final = 600_000
# What answers people by itself, within moments of what they wrote: those that wait in a backup were done since.
_ANSWERS: Final = (hearing.ANSWER, defer_automations.RUN)


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """What is not sent by itself any more: messages that are unknown, campaigns that wait for somebody, notifications that were skipped."""

    messages: int = 0
    campaigns: int = 0
    notifications: int = 0


_TENANTS: Final = Query("curbe.operate", "every_tenant", Id)


async def hold(dsn: str, *, actor: str) -> Held:
    """Hold what was due by now, of every tenant, and return how much that was; done again, it is what came since."""
    apply = await Pool.open(dsn, Role.APPLY, size=1, statement_timeout_ms=_STATEMENT_MS)
    worker = await Pool.open(dsn, Role.WORKER, size=1, statement_timeout_ms=_STATEMENT_MS)
    try:
        async with apply.transaction() as tx:
            tenants = await _TENANTS.all(tx)
        held = [await _hold(worker, tenant.id, actor=actor) for tenant in tenants]
    finally:
        await db.close_all(apply, worker)
    return Held(
        messages=sum(one.messages for one in held),
        campaigns=sum(one.campaigns for one in held),
        notifications=sum(one.notifications for one in held),
    )


async def _hold(worker: Pool, tenant_id: UUID, *, actor: str) -> Held:
    # First, and by itself: a campaign that still ran would fill the queue anew, and a claim has its number before its campaigns.
    async with worker.transaction(tenant_id) as tx:
        stopped = await campaigns.stop(tx, tenant_id=tenant_id, actor=actor)
    async with worker.transaction(tenant_id) as tx:
        held = Held(
            messages=await withdrawing.mark_queue_unknown(tx, tenant_id=tenant_id),
            campaigns=stopped,
            notifications=await notifications.skip_due(tx, tenant_id=tenant_id),
        )
        await jobs.drop(tx, tenant_id=tenant_id, kinds=_ANSWERS)
        if held != Held():
            entry = AuditEntry(
                tenant_id=tenant_id, actor=actor, action="message.held", detail=msgspec.structs.asdict(held)
            )
            await audit.record(tx, [entry])
            log.warning("queue_held", tenant_id=str(tenant_id), **msgspec.structs.asdict(held))
    return held
