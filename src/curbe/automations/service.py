"""Stores automations, reads what they need to know, and tries one out. The only writer of the tables of automations."""

from collections.abc import Container, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.audit.service import AuditEntry
from curbe.audit.service import record as record_audit
from curbe.automations import rules
from curbe.automations.rules import Assign, Candidate, Deed, Done, Rule, Seen
from curbe.consent import facts as consent
from curbe.consent.rules import keyword_in
from curbe.domain.errors import InvalidRequest, LimitReached, NotFound
from curbe.inbox.rules import PRIORITIES
from curbe.infra.db import Query, Transaction
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event
from curbe.realtime.service import append as append_events

_PACKAGE: Final = "curbe.automations"
_NOBODY: Final = UUID(int=0)
_MOST: Final = 200  # automations of a tenant: each message is looked at by all of them, and those that assign are locked meanwhile
# How far from now the message of a trial may be: Python's calendar must not end before it.
_IMAGINED: Final = timedelta(days=3650)


class Draft(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An automation as it is written: its rule, and its ``place`` among the others of its kind (the lowest is looked at first)."""

    rule: Rule
    place: Annotated[int, msgspec.Meta(ge=0, le=100_000)] = 0
    enabled: bool = True


class Automation(msgspec.Struct, frozen=True, kw_only=True):
    """An automation, and who changed it last."""

    id: UUID
    rule: Rule
    place: int
    enabled: bool
    updated_by: str
    created_at: datetime
    updated_at: datetime


class MessageTrial(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A message to be tried: its text, when it comes (now, if left out), and in which conversation.

    Without ``conversation_id`` it is somebody's first, written to ``connection_id``.
    """

    text: Annotated[str, msgspec.Meta(max_length=4096)] = ""
    at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    conversation_id: UUID | None = None
    connection_id: UUID | None = None


class Place(msgspec.Struct, frozen=True, array_like=True):
    """An automation's position in the list."""

    place: int
    id: UUID


class Standing(msgspec.Struct, frozen=True):
    """A message and its conversation, as they are stored."""

    message_id: UUID
    conversation_id: UUID
    connection_id: UUID
    type: str
    text: str | None
    at: datetime
    standby: bool
    blocked: bool
    assignee_id: UUID | None
    team_id: UUID | None
    label_ids: list[UUID]
    priority: int
    silent_since: datetime | None


class _Team(msgspec.Struct, frozen=True):
    id: UUID


class _Row(msgspec.Struct, frozen=True):
    id: UUID
    rule: str
    place: int
    enabled: bool
    updated_by: str
    created_at: datetime
    updated_at: datetime


class _Count(msgspec.Struct, frozen=True):
    count: int


class _Unknown(msgspec.Struct, frozen=True):
    field: str
    id: UUID


_PAGE: Final = Query(_PACKAGE, "automation_page", _Row)
_ONE: Final = Query(_PACKAGE, "automation_of", _Row)
_ENABLED: Final = Query(_PACKAGE, "enabled_automations", _Row)
_KEPT: Final = Query(_PACKAGE, "automations_kept", _Count)
_SAVE: Final = Query(_PACKAGE, "save_automation", _Row)
_DELETE: Final = Query(_PACKAGE, "delete_automation")
_MESSAGE: Final = Query(_PACKAGE, "message_seen", Standing)
_CONVERSATION: Final = Query(_PACKAGE, "conversation_seen", Standing)
_DEEDS: Final = Query(_PACKAGE, "deeds_in", Done)
_CANDIDATES: Final = Query(_PACKAGE, "candidates", Candidate)
_UNKNOWN: Final = Query(_PACKAGE, "unknown_names", _Unknown)
_TEAMS: Final = Query(_PACKAGE, "teams_among", _Team)
_DELETE_DEEDS: Final = Query(_PACKAGE, "delete_deeds")


async def page(tx: Transaction, *, tenant_id: UUID, after: Place | None, limit: int) -> list[Automation]:
    """Return at most ``limit`` automations, in the order in which they are looked at."""
    start = after or Place(-1, _NOBODY)
    rows = await _PAGE.all(tx, tenant_id=tenant_id, after_place=start.place, after_id=start.id, most=limit)
    return [_kept(row) for row in rows]


async def one(tx: Transaction, *, tenant_id: UUID, automation_id: UUID) -> Automation:
    """Return one automation.

    Raises:
        NotFound: the tenant has no such automation.
    """
    row = await _ONE.one(tx, tenant_id=tenant_id, id=automation_id)
    if row is None:
        raise NotFound(
            "This tenant has no such automation.", fix="List the automations and take an id from there."
        )
    return _kept(row)


async def enabled(tx: Transaction, *, tenant_id: UUID) -> list[Automation]:
    """Return the automations that act, in the order in which they are looked at."""
    return [_kept(row) for row in await _ENABLED.all(tx, tenant_id=tenant_id)]


async def save(
    tx: Transaction, draft: Draft, *, tenant_id: UUID, automation_id: UUID | None, actor: str
) -> Automation:
    """Store an automation, new or in place of ``automation_id``, and return it.

    A label, team, person or number that the stored rule names already may be gone by now; that must not keep anybody from changing it.

    Raises:
        NotFound: the tenant has no such automation.
        InvalidRequest: something of the rule cannot be; the field says what.
        LimitReached: there are as many as a tenant may have.
    """
    known = frozenset[UUID]()
    if automation_id is not None:
        known = rules.named_in((await one(tx, tenant_id=tenant_id, automation_id=automation_id)).rule)
    else:
        await _require_room(tx, tenant_id)
    rules.check(draft.rule)
    await _check_names(tx, tenant_id, draft.rule, known=known)
    kind = str(type(draft.rule).__struct_config__.tag)
    row = await _SAVE.one(
        tx,
        tenant_id=tenant_id,
        id=automation_id or uuid7(),
        kind=kind,
        place=draft.place,
        enabled=draft.enabled,
        rule=msgspec.json.encode(draft.rule).decode(),
        updated_by=actor,
    )
    if row is None:
        raise LookupError("the automation just kept is not there")
    await _tell(tx, tenant_id, actor, "automation.saved", row.id, kind)
    return _kept(row)


async def delete(tx: Transaction, *, tenant_id: UUID, automation_id: UUID, actor: str) -> None:
    """Delete an automation, and the record of what it has done.

    Raises:
        NotFound: the tenant has no such automation.
    """
    kept = await one(tx, tenant_id=tenant_id, automation_id=automation_id)
    await _DELETE.run(tx, tenant_id=tenant_id, id=automation_id)
    kind = str(type(kept.rule).__struct_config__.tag)
    await _tell(tx, tenant_id, actor, "automation.deleted", automation_id, kind)


async def delete_deeds(tx: Transaction, *, tenant_id: UUID, before: datetime, most: int) -> int:
    """Delete up to ``most`` deeds from before ``before``, except those that may happen only once in a conversation; return how many."""
    return await _DELETE_DEEDS.run(tx, tenant_id=tenant_id, before=before, most=most)


async def look_at(
    tx: Transaction, *, tenant_id: UUID, message_id: UUID, now: datetime
) -> tuple[Standing, Seen] | None:
    """Return a message as automations see it; None if there is no such message, or it is not for us to answer."""
    standing = await _MESSAGE.one(tx, tenant_id=tenant_id, message_id=message_id)
    if standing is None or standing.standby:
        return None
    return standing, await _seen(tx, tenant_id, standing, now=now)


async def teams_among(tx: Transaction, named_by: Iterable[Rule], *, tenant_id: UUID) -> set[UUID]:
    """Return which of the teams that rules name still exist."""
    named = {rule.team_id for rule in named_by if isinstance(rule, Assign) and rule.team_id is not None}
    if not named:
        return set()
    return {row.id for row in await _TEAMS.all(tx, tenant_id=tenant_id, ids=sorted(named))}


async def candidates_of(
    tx: Transaction, rule: Rule, *, tenant_id: UUID, automation_id: UUID
) -> Sequence[Candidate]:
    """Return the people to whom a rule could assign a conversation."""
    if not isinstance(rule, Assign) or not rule.user_ids:
        return ()
    return await _CANDIDATES.all(
        tx, tenant_id=tenant_id, automation_id=automation_id, user_ids=sorted(rule.user_ids)
    )


async def try_out(
    tx: Transaction,
    rule: Rule,
    trial: MessageTrial,
    *,
    tenant_id: UUID,
    automation_id: UUID | None,
    now: datetime,
) -> Deed:
    """Return what a rule would do about a message, without doing it. What a stored rule names may be gone, as when it really acts.

    Raises:
        NotFound: the tenant has no such conversation.
        InvalidRequest: the rule cannot be.
    """
    rules.check(rule)
    known = frozenset[UUID]() if automation_id is None else rules.named_in(rule)
    await _check_names(tx, tenant_id, rule, known=known, connection_id=trial.connection_id)
    at = trial.at or now
    if abs(at - now) > _IMAGINED:
        raise InvalidRequest("at is too far away.", fix="Send a moment within ten years of now.", field="at")
    standing = await _tried_in(tx, tenant_id, trial, at=at)
    seen = await _seen(tx, tenant_id, standing, now=at)
    own = automation_id or _NOBODY
    people = await candidates_of(tx, rule, tenant_id=tenant_id, automation_id=own)
    # Those who are present now count as present, whenever the message is supposed to come.
    here = [msgspec.structs.replace(one, seen_at=_as_of(one.seen_at, at - now)) for one in people]
    left = rules.without_gone(rule, await teams_among(tx, [rule], tenant_id=tenant_id))
    return rules.deed(own, left, seen, candidates=here)


async def _tried_in(tx: Transaction, tenant_id: UUID, trial: MessageTrial, *, at: datetime) -> Standing:
    """Return the message of a trial as if it had come in its conversation, or were somebody's first."""
    if trial.conversation_id is None:
        return Standing(
            message_id=_NOBODY,
            conversation_id=_NOBODY,
            connection_id=trial.connection_id or _NOBODY,
            type="text",
            text=trial.text,
            at=at,
            standby=False,
            blocked=False,
            assignee_id=None,
            team_id=None,
            label_ids=[],
            priority=0,
            silent_since=None,
        )
    found = await _CONVERSATION.one(tx, tenant_id=tenant_id, conversation_id=trial.conversation_id)
    if found is None:
        raise NotFound(
            "This tenant has no such conversation.",
            fix="List the tenant's conversations and take an id from there.",
        )
    return msgspec.structs.replace(found, text=trial.text, at=at)


async def _require_room(tx: Transaction, tenant_id: UUID) -> None:
    kept = await _KEPT.one(tx, tenant_id=tenant_id)
    if kept is None or kept.count < _MOST:
        return
    words = {
        "en": f"There are {_MOST} automations, as many as there may be.",
        "es": f"Hay {_MOST} automatizaciones, tantas como puede haber.",
        "pt": f"Há {_MOST} automações, tantas quantas pode haver.",
    }
    ways_out = {
        "en": "Delete one, or give one of them more words: a keyword reply takes a hundred.",
        "es": "Borra alguna o dale más palabras a una de ellas: una respuesta por palabra clave admite cien.",
        "pt": "Apague alguma ou dê mais palavras a uma delas: uma resposta por palavra-chave aceita cem.",
    }
    raise LimitReached(words["en"], fix=ways_out["en"], extra={"words": words, "ways_out": ways_out})


async def _check_names(
    tx: Transaction, tenant_id: UUID, rule: Rule, *, known: Container[UUID], connection_id: UUID | None = None
) -> None:
    """Refuse a rule that names somebody or something the tenant does not have; ``known``: what the stored rule names already."""
    gift = rule if isinstance(rule, Assign) else Assign()
    rows = await _UNKNOWN.all(
        tx,
        tenant_id=tenant_id,
        user_ids=gift.user_ids,
        team_ids=[] if gift.team_id is None else [gift.team_id],
        label_ids=rules.labels_in(rule),
        connection_ids=[*rule.connection_ids, *([] if connection_id is None else [connection_id])],
    )
    if unknown := [row for row in rows if row.id not in known]:
        raise InvalidRequest(
            f"The tenant has nothing with the id in {unknown[0].field}.",
            fix="List what there is and take an id from there.",
            field=unknown[0].field,
        )


async def done_in(tx: Transaction, *, tenant_id: UUID, conversation_id: UUID) -> list[Done]:
    """Return what was done in a conversation."""
    return await _DEEDS.all(tx, tenant_id=tenant_id, conversation_id=conversation_id)


def _as_of(moment: datetime | None, later: timedelta) -> datetime | None:
    return None if moment is None else moment + later


async def _seen(tx: Transaction, tenant_id: UUID, standing: Standing, *, now: datetime) -> Seen:
    done = await done_in(tx, tenant_id=tenant_id, conversation_id=standing.conversation_id)
    keywords = (await consent.rules_of(tx, tenant_ids=[tenant_id]))[tenant_id]
    return Seen(
        message_id=standing.message_id,
        connection_id=standing.connection_id,
        text=standing.text,
        at=standing.at,
        now=now,
        silent_since=standing.silent_since,
        texts=rules.texts_lately(done, now=now),
        done=rules.marks(done),
        blocked=standing.blocked,
        about_consent=keyword_in(standing.text, keywords) is not None,
        assignee_id=standing.assignee_id,
        team_id=standing.team_id,
        label_ids=frozenset(standing.label_ids),
        priority=PRIORITIES[standing.priority],
    )


def _kept(row: _Row) -> Automation:
    return Automation(
        id=row.id,
        rule=msgspec.json.decode(row.rule, type=Rule),
        place=row.place,
        enabled=row.enabled,
        updated_by=row.updated_by,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


async def _tell(tx: Transaction, tenant_id: UUID, actor: str, action: str, subject: UUID, kind: str) -> None:
    """Append the event and the audit entry of a change; without the rule itself, as readers of either may not be allowed to see it."""
    data = msgspec.json.encode({"automation_id": subject}).decode()
    await append_events(tx, [Event(tenant_id=tenant_id, type=EventType.AUTOMATIONS_CHANGED, data=data)])
    entry = AuditEntry(
        tenant_id=tenant_id, actor=actor, action=action, subject=str(subject), detail={"kind": kind}
    )
    await record_audit(tx, [entry])
