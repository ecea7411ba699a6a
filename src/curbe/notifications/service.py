"""Takes events, stores rules, and lists the notifications that followed. The only writer of the tables of notifications."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.audit.service import AuditEntry
from curbe.audit.service import record as record_audit
from curbe.connections.rules import to_send_from
from curbe.domain.errors import IdempotencyMismatch, LimitReached, NotFound
from curbe.domain.ids import LAST_ID
from curbe.infra import jobs
from curbe.infra.db import Query, Transaction
from curbe.infra.jobs import NewJob
from curbe.notifications import rules
from curbe.notifications.rules import EventName, Missing, Rule
from curbe.outbound import store as outbox
from curbe.templates import sending
from curbe.templates.fitting import places_to_fill

_PACKAGE: Final = "curbe.notifications"
SEND: Final = "notification.send"  # the job that sends one; its subject is the notification
_RESTORED: Final = "restored"
_MAY_BE_SENT: Final = "Its time had come when a backup was restored: it may have been sent before that."
_MOST: Final = 200  # rules of a tenant
_MOST_OF_EVENT: Final = (
    50  # rules for one type of event: each makes a message, within the request that reports the event
)


class State(StrEnum):
    """Where a notification stands: what becomes of its message afterwards is the message's own status."""

    WAITING = "waiting"
    SENT = "sent"
    SKIPPED = "skipped"
    REFUSED = "refused"


class Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something that happened. ``id`` is the sender's own: the same one again changes nothing and is answered the same."""

    event: EventName
    id: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
    data: dict[str, Any] = {}


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """What followed from an event by one rule: to whom and, with ``skipped`` and ``refused``, why not.

    ``waiting`` with a ``reason``: its time has come, and its number does not send for now. ``recipient`` is E.164; of what was refused,
    the number as the event has it. ``failure`` and ``error_code`` are those of a message that failed.
    """

    id: UUID
    event_id: str
    event: str
    rule_id: UUID
    state: State
    reason: str | None
    detail: str | None
    recipient: str | None
    message_id: UUID | None
    message_status: str | None
    failure: str | None
    error_code: int | None
    conversation_id: UUID | None
    due_at: datetime
    done_at: datetime | None
    received_at: datetime


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of a notification."""

    state: State
    reason: str | None = None
    detail: str | None = None
    recipient: str | None = None
    message_id: UUID | None = None


class KeptRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule, and who changed it last.

    ``usual_connection_id``: the number that it was kept with, by which it goes where it names none, for as long as that is connected.
    """

    id: UUID
    rule: Rule
    usual_connection_id: UUID | None
    updated_by: str
    created_at: datetime
    updated_at: datetime


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of the history: None means any."""

    event_id: str | None = None
    rule_id: UUID | None = None
    state: State | None = None


class _Id(msgspec.Struct, frozen=True):
    id: str


class _Digest(msgspec.Struct, frozen=True):
    digest: bytes


class _RuleRow(msgspec.Struct, frozen=True):
    id: UUID
    rule: str
    usual_connection_id: UUID | None
    updated_by: str
    created_at: datetime
    updated_at: datetime


class _Counts(msgspec.Struct, frozen=True):
    count: int
    of_event: int


class _New(msgspec.Struct, frozen=True):
    """A notification to be stored."""

    id: UUID
    rule_id: UUID
    outcome: Outcome
    due_at: datetime


_ADD_EVENT: Final = Query(_PACKAGE, "add_event", _Id)
_DIGEST: Final = Query(_PACKAGE, "digest_of_event", _Digest)
_RULES_FOR: Final = Query(_PACKAGE, "rules_for_event", _RuleRow)
_ADD: Final = Query(_PACKAGE, "add_notifications")
_HISTORY: Final = Query(_PACKAGE, "history", Followed)
_RULE_PAGE: Final = Query(_PACKAGE, "rule_page", _RuleRow)
_RULE: Final = Query(_PACKAGE, "rule_of", _RuleRow)
_KEPT: Final = Query(_PACKAGE, "rules_kept", _Counts)
_SAVE_RULE: Final = Query(_PACKAGE, "save_rule", _RuleRow)
_SKIP_DUE: Final = Query(_PACKAGE, "skip_due")
_DELETE_RULE: Final = Query(_PACKAGE, "delete_rule")
_DELETE_EVENTS: Final = Query(_PACKAGE, "delete_events")


async def receive(
    tx: Transaction, told: Told, *, tenant_id: UUID, actor: str, now: datetime
) -> tuple[bool, list[Followed]]:
    """Store an event and defer its notifications; return whether the event had been taken before, and its notifications.

    Raises:
        IdempotencyMismatch: the id was used for another event, or for other data.
    """
    digest = hashlib.sha256(msgspec.json.encode([told.event, told.data], order="sorted")).digest()
    new = await _ADD_EVENT.one(
        tx,
        tenant_id=tenant_id,
        id=told.id,
        event=told.event,
        data=msgspec.json.encode(told.data).decode(),
        digest=digest,
        actor=actor,
    )
    if new is None:
        before = await _DIGEST.one(tx, tenant_id=tenant_id, id=told.id)
        if before is None or before.digest != digest:
            raise IdempotencyMismatch(
                "This event id was used for another event, or for other data.",
                fix="Give each event an id of its own; repeat one unchanged.",
                field="id",
            )
    else:
        await _follow(tx, told, tenant_id=tenant_id, now=now)
    return new is None, await followed(tx, tenant_id=tenant_id, event_id=told.id)


async def require_event(tx: Transaction, *, tenant_id: UUID, event_id: str) -> None:
    """Refuse an event that was never told, or is no longer kept.

    Raises:
        NotFound: there is no such event.
    """
    if await _DIGEST.one(tx, tenant_id=tenant_id, id=event_id) is None:
        raise NotFound("This tenant told of no such event.", fix="Send the id it was told with.", field="id")


async def followed(tx: Transaction, *, tenant_id: UUID, event_id: str) -> list[Followed]:
    """Return all that followed from one event: a line for each rule that it had."""
    wanted = Wanted(event_id=event_id)
    return await history(tx, tenant_id=tenant_id, wanted=wanted, before=None, limit=_MOST)


async def history(
    tx: Transaction, *, tenant_id: UUID, wanted: Wanted, before: UUID | None, limit: int
) -> list[Followed]:
    """Return at most ``limit`` notifications, the latest first."""
    return await _HISTORY.all(
        tx,
        tenant_id=tenant_id,
        before_id=before or LAST_ID,
        most=limit,
        event_id=wanted.event_id,
        rule_id=wanted.rule_id,
        state=None if wanted.state is None else wanted.state.value,
    )


async def page(tx: Transaction, *, tenant_id: UUID, after: UUID, limit: int) -> list[KeptRule]:
    """Return at most ``limit`` rules, in the order of their making."""
    return [_kept(row) for row in await _RULE_PAGE.all(tx, tenant_id=tenant_id, after_id=after, most=limit)]


async def rule_of(tx: Transaction, *, tenant_id: UUID, rule_id: UUID) -> KeptRule:
    """Return one rule.

    Raises:
        NotFound: the tenant has no such rule.
    """
    row = await _RULE.one(tx, tenant_id=tenant_id, id=rule_id)
    if row is None:
        raise NotFound("This tenant has no such rule.", fix="List the rules and take an id from there.")
    return _kept(row)


async def save(tx: Transaction, rule: Rule, *, tenant_id: UUID, rule_id: UUID | None, actor: str) -> KeptRule:
    """Store a rule, new or in place of ``rule_id``, and return it.

    A rule that is only switched off is not checked: a missing template or number may be why it is switched off.

    Raises:
        NotFound: the tenant has no such rule.
        InvalidRequest: a path, or a value for the template, is wrong; the field says which.
        LimitReached: the tenant has as many rules as allowed, in all or for this event.
        TemplateUnknown: the number has no such template.
        NoConnection, SeveralConnections: it is not clear which number sends.
    """
    before = None if rule_id is None else await rule_of(tx, tenant_id=tenant_id, rule_id=rule_id)
    if before is None or before.rule.event != rule.event:
        await _require_room(tx, rule, tenant_id=tenant_id, new=before is None)
    line_id = rule.connection_id
    if before is None or rule != msgspec.structs.replace(before.rule, enabled=False):
        line_id = await check(tx, rule, tenant_id=tenant_id, usual=before and before.usual_connection_id)
    row = await _SAVE_RULE.one(
        tx,
        tenant_id=tenant_id,
        id=rule_id or uuid7(),
        event=rule.event,
        connection_id=line_id,
        enabled=rule.enabled,
        rule=msgspec.json.encode(rule).decode(),
        updated_by=actor,
    )
    if row is None:
        raise LookupError("the rule just kept is not there")
    await _audit(tx, tenant_id, actor, "notification.rule_saved", row.id, event=rule.event)
    return _kept(row)


async def check(tx: Transaction, rule: Rule, *, tenant_id: UUID, usual: UUID | None) -> UUID:
    """Check a rule and return the number it sends from: the one it names, the ``usual`` one it used before, or the tenant's only one.

    Raises what :func:`save` does.
    """
    lines = [line for line, _ in await outbox.lines_to(tx, tenant_id=tenant_id, phone=None)]
    named = rule.connection_id
    if named is None and any(one.id == usual and one.is_live for one in lines):
        named = usual
    line = to_send_from(lines, connection_id=named, country_id=None)
    form = await sending.form_of(
        tx,
        tenant_id=tenant_id,
        connection_id=line.id,
        name=rule.template,
        language=rule.language,
        member="template",
    )
    must, may = places_to_fill(form.components, cover=form.cover)
    rules.check(rule, must=must, may=may)
    return line.id


def foreseen(rule: Rule, data: dict[str, Any]) -> Outcome:
    """Return what an event's data alone decides: that the notification waits for its time, or why nothing is sent."""
    unmet = rules.holds(rule, data)
    if unmet is not None:
        detail = f"{unmet.path} {unmet.test.value} does not hold."
        return Outcome(state=State.SKIPPED, reason="condition_not_met", detail=detail)
    made = rules.notice(rule, data)
    if isinstance(made, Missing):
        return Outcome(state=State.REFUSED, reason=made.reason, detail=made.detail)
    return Outcome(state=State.WAITING)


async def delete(tx: Transaction, *, tenant_id: UUID, rule_id: UUID, actor: str) -> None:
    """Delete a rule; what waits by it is skipped when its time comes.

    Raises:
        NotFound: the tenant has no such rule.
    """
    kept = await rule_of(tx, tenant_id=tenant_id, rule_id=rule_id)
    await _DELETE_RULE.run(tx, tenant_id=tenant_id, id=rule_id)
    await _audit(tx, tenant_id, actor, "notification.rule_deleted", rule_id, event=kept.rule.event)


async def skip_due(tx: Transaction, *, tenant_id: UUID) -> int:
    """Skip every notification that is due by now, because a backup was restored and they may have been sent; return how many."""
    return await _SKIP_DUE.run(tx, tenant_id=tenant_id, reason=_RESTORED, detail=_MAY_BE_SENT)


async def delete_events(tx: Transaction, *, tenant_id: UUID, before: datetime, most: int) -> int:
    """Delete up to ``most`` events from before ``before``, with their notifications; return how many."""
    return await _DELETE_EVENTS.run(tx, tenant_id=tenant_id, before=before, most=most)


async def _follow(tx: Transaction, told: Told, *, tenant_id: UUID, now: datetime) -> None:
    kept = [_kept(row) for row in await _RULES_FOR.all(tx, tenant_id=tenant_id, event=told.event)]
    new = [
        _New(uuid7(), one.id, foreseen(one.rule, told.data), rules.due_at(one.rule, now=now)) for one in kept
    ]
    if not new:
        return
    await _ADD.run(
        tx,
        tenant_id=tenant_id,
        event_id=told.id,
        ids=[one.id for one in new],
        rule_ids=[one.rule_id for one in new],
        states=[one.outcome.state.value for one in new],
        reasons=[one.outcome.reason for one in new],
        details=[one.outcome.detail for one in new],
        due_ats=[one.due_at for one in new],
    )
    await jobs.schedule(
        tx,
        [(NewJob(tenant_id, SEND, one.id), one.due_at) for one in new if one.outcome.state is State.WAITING],
    )


async def _require_room(tx: Transaction, rule: Rule, *, tenant_id: UUID, new: bool) -> None:
    kept = await _KEPT.one(tx, tenant_id=tenant_id, event=rule.event)
    if kept is None:
        return
    if new and kept.count >= _MOST:
        words = {
            "en": f"There are {_MOST} rules, as many as there may be.",
            "es": f"Hay {_MOST} reglas, tantas como puede haber.",
            "pt": f"Há {_MOST} regras, tantas quantas pode haver.",
        }
        raise _no_room(words, field=None)
    if kept.of_event >= _MOST_OF_EVENT:
        words = {
            "en": f"There are {_MOST_OF_EVENT} rules for this event, as many as there may be.",
            "es": f"Hay {_MOST_OF_EVENT} reglas para este evento, tantas como puede haber.",
            "pt": f"Há {_MOST_OF_EVENT} regras para este evento, tantas quantas pode haver.",
        }
        raise _no_room(words, field="event")


def _no_room(words: dict[str, str], *, field: str | None) -> LimitReached:
    ways_out = {
        "en": "Delete one, or tell of what differs by variables of one template.",
        "es": "Borra alguna o di lo que cambia con variables de una plantilla.",
        "pt": "Apague alguma ou diga o que muda com variáveis de um modelo.",
    }
    told = {"words": words, "ways_out": ways_out}
    return LimitReached(words["en"], fix=ways_out["en"], field=field, extra=told)


def _kept(row: _RuleRow) -> KeptRule:
    return KeptRule(
        id=row.id,
        rule=msgspec.json.decode(row.rule, type=Rule),
        usual_connection_id=row.usual_connection_id,
        updated_by=row.updated_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


async def _audit(
    tx: Transaction, tenant_id: UUID, actor: str, action: str, subject: UUID, *, event: str
) -> None:
    entry = AuditEntry(
        tenant_id=tenant_id, actor=actor, action=action, subject=str(subject), detail={"event": event}
    )
    await record_audit(tx, [entry])
