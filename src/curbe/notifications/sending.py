"""The job that sends a due notification if the consent gate allows it, and the dry run of a rule, which asks the same gate."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.audit.service import AuditEntry
from curbe.audit.service import record as record_audit
from curbe.consent.gate import Purpose
from curbe.domain.errors import AccountRestricted, AppError, ConnectionPaused
from curbe.inbox import merging
from curbe.infra import jobs
from curbe.infra.db import Pool, Query, Transaction
from curbe.infra.jobs import Job
from curbe.notifications import rules, service
from curbe.notifications.rules import Missing, Notice, Rule
from curbe.notifications.service import Outcome, State
from curbe.outbound import direct
from curbe.outbound.service import Key, Request, take
from curbe.templates.sending import ByName
from curbe.templates.values import Given

_PACKAGE: Final = "curbe.notifications"
ACTOR: Final = "system:notifications"
_ROUTE: Final = "notifications"  # of the idempotency keys
_AGAIN: Final = timedelta(minutes=5)
# For a number that does not send for now, or a worker that did not run.
_PATIENCE: Final = timedelta(hours=24)
_FOR_NOW: Final = (ConnectionPaused, AccountRestricted)
_SHOWN: Final = 40  # characters of what an event has in place of a number


class _Waiting(msgspec.Struct, frozen=True):
    """``usual_connection_id``: the number to send from where the rule names none."""

    id: UUID
    event_id: str
    due_at: datetime
    data: str
    rule: str | None
    enabled: bool
    usual_connection_id: UUID | None


class _TakenBack(msgspec.Struct, frozen=True):
    id: UUID
    event: str


_WAITING: Final = Query(_PACKAGE, "waiting", _Waiting)
_SETTLE: Final = Query(_PACKAGE, "settle")
_SAY_WHY: Final = Query(_PACKAGE, "say_why_it_waits")
_TAKE_BACK: Final = Query(_PACKAGE, "take_back", _TakenBack)
_IS_OFF: Final = "The event was taken back while it waited."


class Notifying:
    """Sends notifications that are due."""

    def __init__(self, pool: Pool, *, now: Callable[[], datetime]) -> None:
        """``pool`` is one of the worker's role."""
        self._pool: Final = pool
        self._now: Final = now

    async def __call__(self, job: Job) -> None:
        """Send one notification. If the number is paused or restricted, try again for a day; any other refusal is final."""
        async with self._pool.transaction(job.tenant_id) as tx:
            now = self._now()
            # Before the notification: whoever erases somebody has the tenant's people first, and then what waits to be sent to them.
            await merging.lock_people_shared(tx, [job.tenant_id])
            waiting = await _WAITING.one(tx, tenant_id=job.tenant_id, id=job.subject)
            if waiting is not None:
                try:
                    outcome = await _send(tx, waiting, tenant_id=job.tenant_id, now=now)
                except _FOR_NOW as pause:
                    if now - waiting.due_at < _PATIENCE:
                        await _SAY_WHY.run(
                            tx,
                            tenant_id=job.tenant_id,
                            id=waiting.id,
                            reason=pause.code,
                            detail=pause.detail,
                        )
                        await jobs.put_back(tx, job, after=_AGAIN, error=pause.code)
                        return
                    outcome = Outcome(state=State.REFUSED, reason=pause.code, detail=pause.detail)
                await _SETTLE.run(
                    tx,
                    tenant_id=job.tenant_id,
                    id=waiting.id,
                    done_at=now,
                    **{**msgspec.structs.asdict(outcome), "state": outcome.state.value},
                )
            await jobs.finish(tx, job)


async def take_back(tx: Transaction, *, tenant_id: UUID, event_id: str, actor: str, now: datetime) -> None:
    """Let nothing be sent any more that waits to follow from an event; what was sent stays, and so does what was not to be."""
    await merging.lock_people_shared(tx, [tenant_id])  # as whoever sends: the tenant's people first
    gone = await _TAKE_BACK.all(tx, tenant_id=tenant_id, event_id=event_id, detail=_IS_OFF, done_at=now)
    await record_audit(
        tx,
        [
            AuditEntry(
                tenant_id=tenant_id,
                actor=actor,
                action="notification.taken_back",
                subject=str(one.id),
                detail={"event": one.event},
            )
            for one in gone
        ],
    )


async def try_out(
    tx: Transaction,
    rule: Rule,
    data: dict[str, Any],
    *,
    tenant_id: UUID,
    rule_id: UUID | None,
    now: datetime,
) -> Outcome:
    """Return what would become of an event's notification if it were sent now, by queueing it and rolling that back.

    ``rule_id``: the rule that ``rule`` would replace; if ``rule`` names no number, it uses that one's.

    Raises:
        NotFound: the tenant has no rule ``rule_id``.
        InvalidRequest, TemplateUnknown, NoConnection, SeveralConnections: the rule is not valid.
    """
    kept = None if rule_id is None else await service.rule_of(tx, tenant_id=tenant_id, rule_id=rule_id)
    line_id = await service.check(tx, rule, tenant_id=tenant_id, usual=kept and kept.usual_connection_id)
    outcome = service.foreseen(rule, data)
    if outcome.state is not State.WAITING:
        return outcome
    await tx.savepoint("trial")
    try:
        tried = await _made(tx, uuid7(), rule, data, usual=line_id, tenant_id=tenant_id, due_at=now, now=now)
    except _FOR_NOW as pause:
        tried = Outcome(state=State.WAITING, reason=pause.code, detail=pause.detail)
    await tx.rollback_to("trial")
    return msgspec.structs.replace(tried, message_id=None)


async def _send(tx: Transaction, waiting: _Waiting, *, tenant_id: UUID, now: datetime) -> Outcome:
    """Queue the message, or return why it is not sent.

    Raises:
        ConnectionPaused, AccountRestricted: the number cannot send it at present.
    """
    if waiting.rule is None or not waiting.enabled:
        return Outcome(state=State.SKIPPED, reason="rule_gone", detail="Its rule was deleted or disabled.")
    rule = msgspec.json.decode(waiting.rule, type=Rule)
    data = msgspec.json.decode(waiting.data)
    return await _made(
        tx,
        waiting.id,
        rule,
        data,
        usual=waiting.usual_connection_id,
        tenant_id=tenant_id,
        due_at=waiting.due_at,
        now=now,
    )


async def _made(
    tx: Transaction,
    notification_id: UUID,
    rule: Rule,
    data: Any,
    *,
    usual: UUID | None,
    tenant_id: UUID,
    due_at: datetime,
    now: datetime,
) -> Outcome:
    made = rules.notice(rule, data)
    if isinstance(made, Missing):
        return Outcome(state=State.REFUSED, reason=made.reason, detail=made.detail)
    await tx.savepoint("notification")
    try:
        ttl = rules.life_left(rule, due_at=due_at, patience=_PATIENCE, now=now)
        return await _queue(
            tx, notification_id, rule, made, usual=usual, tenant_id=tenant_id, ttl=ttl, now=now
        )
    except AppError as refusal:
        await tx.rollback_to("notification")  # somebody who is sent nothing does not become a contact
        if isinstance(refusal, _FOR_NOW):
            raise
        return Outcome(
            state=State.REFUSED, reason=refusal.code, detail=refusal.detail, recipient=made.phone[:_SHOWN]
        )


async def _queue(
    tx: Transaction,
    notification_id: UUID,
    rule: Rule,
    made: Notice,
    *,
    usual: UUID | None,
    tenant_id: UUID,
    ttl: timedelta | None,
    now: datetime,
) -> Outcome:
    aim = await direct.aim(
        tx, tenant_id=tenant_id, phone=made.phone, connection_id=rule.connection_id, usual=usual
    )
    given = Given(template_data=dict(made.values))
    request = Request(
        tenant_id=tenant_id,
        content=ByName(name=rule.template, language=rule.language, given=given, member="template"),
        to=aim.e164,
        connection_id=aim.line.id,
        sender=ACTOR,
    )
    key = Key(_ROUTE, str(notification_id))
    taken = await take(tx, request, key=key, now=now, purpose=Purpose.NOTIFICATION, ttl=ttl)
    return Outcome(state=State.SENT, recipient=aim.e164, message_id=taken.id)
