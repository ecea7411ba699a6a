"""The job that lets automations act on a message. What they send passes the consent gate, and triggers no other automation."""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
import structlog
from msgspec import UNSET

from curbe.automations import rules, service
from curbe.automations.rules import Assign, Give, Press, Prioritise, Reply, Seen
from curbe.automations.service import Standing
from curbe.consent.gate import Purpose
from curbe.domain.content import TextBody, TextMessage
from curbe.domain.errors import AppError
from curbe.inbox.changes import change, locked
from curbe.inbox.deeds import ConversationChange
from curbe.inbox.rules import is_written
from curbe.infra import jobs
from curbe.infra.db import LockTaken, Pool, Query, Transaction
from curbe.infra.jobs import Job
from curbe.outbound.service import Request, take

log: Final = structlog.get_logger(__name__)
_PACKAGE: Final = "curbe.automations"
ACTOR: Final = "system:automations"


_ADD: Final = Query(_PACKAGE, "add_deed")
_TAKE_TURN: Final = Query(_PACKAGE, "take_turn", LockTaken)


class Automating:
    """Lets a tenant's automations act on messages."""

    def __init__(self, pool: Pool, *, now: Callable[[], datetime]) -> None:
        """``pool`` is one of the worker's role."""
        self._pool: Final = pool
        self._now: Final = now

    async def __call__(self, job: Job) -> None:
        """Run a job; its subject is the message that came."""
        async with self._pool.transaction(job.tenant_id) as tx:
            now = self._now()
            found = await service.look_at(tx, tenant_id=job.tenant_id, message_id=job.subject, now=now)
            if found is not None and is_written(found[0].type):
                await _act(tx, job.tenant_id, *found, clock=self._now)
            await jobs.finish(tx, job)


async def _act(
    tx: Transaction, tenant_id: UUID, standing: Standing, seen: Seen, *, clock: Callable[[], datetime]
) -> None:
    kept = await service.enabled(tx, tenant_id=tenant_id)
    teams = await service.teams_among(tx, (one.rule for one in kept), tenant_id=tenant_id)
    gifts = [one for one in kept if isinstance(one.rule, Assign)]
    if any(isinstance(one.rule, Assign | Prioritise) for one in kept):
        seen = await _locked(tx, tenant_id, standing, seen)
    candidates = {}
    for one in gifts:
        await _TAKE_TURN.one(tx, of=one.id)
        candidates[one.id] = await service.candidates_of(
            tx, one.rule, tenant_id=tenant_id, automation_id=one.id
        )
    ruled = [(one.id, rules.without_gone(one.rule, teams)) for one in kept]
    # Read once the locks are held, so that times agree with the order in which the locks were taken.
    now = clock()
    for automation_id, deed in rules.deeds(ruled, seen, candidates=candidates):
        await tx.savepoint("automation")
        try:
            if isinstance(deed, Reply):
                await _reply(tx, tenant_id, automation_id, standing, deed, now=now)
            else:
                await _change(tx, tenant_id, automation_id, standing, deed, now=now)
        except AppError as refusal:
            await tx.rollback_to("automation")  # nothing counts as done, so it may act on the next message
            log.info("automation_refused", automation_id=str(automation_id), reason=refusal.code)


async def _locked(tx: Transaction, tenant_id: UUID, standing: Standing, seen: Seen) -> Seen:
    """Lock the conversation until the transaction ends, and return ``seen`` with its present assignee and priority."""
    held = await locked(tx, tenant_id=tenant_id, conversation_ids=[standing.conversation_id])
    now = held.get(standing.conversation_id)
    if now is None:
        return seen
    return msgspec.structs.replace(
        seen,
        assignee_id=now.assignee_id,
        team_id=now.team_id,
        label_ids=now.label_ids,
        priority=now.priority,
    )


async def _reply(
    tx: Transaction, tenant_id: UUID, automation_id: UUID, standing: Standing, deed: Reply, *, now: datetime
) -> None:
    """Write to the person, unless the same was done about another message meanwhile."""
    await _TAKE_TURN.one(tx, of=standing.conversation_id)
    done = await service.done_in(tx, tenant_id=tenant_id, conversation_id=standing.conversation_id)
    if (automation_id, deed.mark) in rules.marks(done) or rules.texts_lately(
        done, now=now
    ) >= rules.MOST_TEXTS:
        return
    request = Request(
        tenant_id=tenant_id,
        content=TextMessage(text=TextBody(body=deed.text)),
        conversation_id=standing.conversation_id,
        sender=ACTOR,
    )
    taken = await take(tx, request, key=None, now=now, purpose=Purpose.NOTIFICATION)
    await _ADD.run(
        tx,
        tenant_id=tenant_id,
        automation_id=automation_id,
        conversation_id=standing.conversation_id,
        mark=deed.mark,
        message_id=taken.id,
        user_id=None,
        at=now,
    )


async def _change(
    tx: Transaction,
    tenant_id: UUID,
    automation_id: UUID,
    standing: Standing,
    deed: Give | Press,
    *,
    now: datetime,
) -> None:
    await change(
        tx,
        tenant_id=tenant_id,
        conversation_id=standing.conversation_id,
        change=_wanted(deed),
        actor=ACTOR,
        now=now,
    )
    await _ADD.run(
        tx,
        tenant_id=tenant_id,
        automation_id=automation_id,
        conversation_id=standing.conversation_id,
        mark=deed.mark,
        message_id=None,
        user_id=deed.user_id if isinstance(deed, Give) else None,
        at=now,
    )


def _wanted(deed: Give | Press) -> ConversationChange:
    if isinstance(deed, Press):
        return ConversationChange(priority=deed.priority)
    return ConversationChange(
        assignee_id=UNSET if deed.user_id is None else deed.user_id,
        team_id=UNSET if deed.team_id is None else deed.team_id,
    )
