"""Reads what the consent gate has to know, for any number of recipients at once, and asks the gate about all of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.connections.rules import Line
from curbe.consent import gate
from curbe.consent.gate import (
    Answer,
    Consent,
    Consents,
    Facts,
    Purpose,
    TemplateName,
    TemplateStanding,
    Wanted,
    Withheld,
)
from curbe.consent.rules import ConsentRules
from curbe.domain.phone import wa_id_to_e164
from curbe.infra.db import Query, Transaction


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody to send to, named by the first of these that is there.

    A conversation, a contact, or a phone (canonical digits, see ``inbox.people.canonical_phone``).
    """

    conversation_id: UUID | None = None
    contact_id: UUID | None = None
    phone: str | None = None


class Met(msgspec.Struct, frozen=True):
    """A recipient's contact and conversation (None where there is none yet), and what the gate has to know about them."""

    contact_id: UUID | None
    conversation_id: UUID | None
    facts: Facts


class _Standing(msgspec.Struct, frozen=True):
    contact_id: UUID | None
    conversation_id: UUID | None
    last_inbound_at: datetime | None
    wa_id: str | None
    bsuid: str | None
    blocked_here: bool
    blocked: bool
    marketing: Consent | None
    utility: Consent | None
    everything: Consent | None


class _Template(msgspec.Struct, frozen=True):
    name: str
    language: str
    status: str | None
    category: str | None


class _Withheld(msgspec.Struct, frozen=True):
    contact_id: UUID
    template: str
    capped_at: datetime | None
    in_experiment: bool


class _RulesRow(msgspec.Struct, frozen=True):
    tenant_id: UUID
    rules: str  # JSON


_STANDINGS: Final = Query("curbe.consent", "standings", _Standing)
_WITHHELD: Final = Query("curbe.consent", "withheld", _Withheld)
_TEMPLATES: Final = Query("curbe.consent", "template_standings", _Template)
_LINE: Final = Query("curbe.consent", "line", Line)
_RULES: Final = Query("curbe.consent", "rules_of", _RulesRow)
_MOST: Final = 5_000  # recipients in one statement


async def line_of(tx: Transaction, *, tenant_id: UUID, connection_id: UUID) -> Line | None:
    """Return one of the tenant's numbers; None where it has no such number."""
    return await _LINE.one(tx, tenant_id=tenant_id, connection_id=connection_id)


async def templates_of(
    tx: Transaction, *, tenant_id: UUID, connection_id: UUID, names: Sequence[TemplateName]
) -> dict[TemplateName, TemplateStanding]:
    """Return the status and category of templates that a number would send; those that are not known are absent."""
    wanted = sorted(set(names))
    if not wanted:
        return {}
    rows = await _TEMPLATES.all(
        tx,
        tenant_id=tenant_id,
        connection_id=connection_id,
        names=[one.name for one in wanted],
        languages=[one.language for one in wanted],
    )
    return {TemplateName(row.name, row.language): TemplateStanding(row.status, row.category) for row in rows}


async def rules_of(tx: Transaction, *, tenant_ids: Sequence[UUID]) -> Mapping[UUID, ConsentRules]:
    """Return each tenant's consent rules; the defaults for those that have decided nothing."""
    rows = await _RULES.all(tx, tenant_ids=sorted(set(tenant_ids)))
    decided = {row.tenant_id: msgspec.json.decode(row.rules, type=ConsentRules) for row in rows}
    return {tenant_id: decided.get(tenant_id, DEFAULT) for tenant_id in tenant_ids}


DEFAULT: Final = ConsentRules()


async def meet(
    tx: Transaction,
    recipients: Sequence[Recipient],
    *,
    tenant_id: UUID,
    connection_id: UUID,
    templates: Sequence[TemplateName | None],
    line: Line | None = None,
) -> list[Met]:
    """Return what the gate has to know about sending something from one number to each recipient, in order.

    Args:
        tx: a transaction of the tenant.
        recipients: any number of them.
        tenant_id: the tenant.
        connection_id: the number that would send.
        templates: the template for each recipient; None for free-form content.
        line: the number, where the caller has just read it; None: it is read here.
    """
    if not recipients:
        return []
    if line is None:
        line = await line_of(tx, tenant_id=tenant_id, connection_id=connection_id)
    named = [one for one in templates if one is not None]
    standings: Mapping[TemplateName, TemplateStanding] = {}
    rules = DEFAULT
    if named:
        standings = await templates_of(tx, tenant_id=tenant_id, connection_id=connection_id, names=named)
        rules = (await rules_of(tx, tenant_ids=[tenant_id]))[tenant_id]
    rows: list[_Standing] = []
    for start in range(0, len(recipients), _MOST):
        part = recipients[start : start + _MOST]
        rows += await _STANDINGS.all(
            tx,
            tenant_id=tenant_id,
            connection_id=connection_id,
            conversation_ids=[one.conversation_id for one in part],
            contact_ids=[one.contact_id for one in part],
            phones=[one.phone for one in part],
        )
    return [
        Met(
            row.contact_id,
            row.conversation_id,
            _facts(row, line, standings.get(template) if template else None, rules),
        )
        for row, template in zip(rows, templates, strict=True)
    ]


async def ask(
    tx: Transaction,
    recipients: Sequence[Recipient],
    *,
    tenant_id: UUID,
    connection_id: UUID,
    wanted: Sequence[Wanted],
    now: datetime,
    line: Line | None = None,
) -> list[Answer]:
    """Ask the gate about each recipient, in order; the arguments are those of :func:`meet`, and ``wanted`` is what each is to get."""
    met = await meet(
        tx,
        recipients,
        tenant_id=tenant_id,
        connection_id=connection_id,
        templates=[one.template for one in wanted],
        line=line,
    )
    withheld = await _withheld(tx, met, wanted, tenant_id=tenant_id)
    return [
        gate.ask(one, msgspec.structs.replace(known.facts, withheld=kept) if kept else known.facts, now=now)
        for one, known, kept in zip(wanted, met, withheld, strict=True)
    ]


async def _withheld(
    tx: Transaction, met: Sequence[Met], wanted: Sequence[Wanted], *, tenant_id: UUID
) -> list[Withheld | None]:
    """Return what marketing Meta has withheld from each recipient of a campaign; None where it has not, or no campaign writes to them."""
    keys = [
        (known.contact_id, one.template.name)
        if known.contact_id and one.template and one.purpose is Purpose.CAMPAIGN
        else None
        for known, one in zip(met, wanted, strict=True)
    ]
    asked = [key for key in keys if key is not None]
    if not asked:
        return [None] * len(keys)
    contact_ids, templates = zip(*asked, strict=True)
    rows = await _WITHHELD.all(tx, tenant_id=tenant_id, contact_ids=contact_ids, templates=templates)
    kept = {(row.contact_id, row.template): Withheld(row.capped_at, row.in_experiment) for row in rows}
    return [None if key is None else kept.get(key) for key in keys]


def _facts(
    row: _Standing, line: Line | None, template: TemplateStanding | None, rules: ConsentRules
) -> Facts:
    return Facts(
        line=line,
        e164=None if row.wa_id is None else wa_id_to_e164(row.wa_id),
        bsuid=row.bsuid,
        last_inbound_at=row.last_inbound_at,
        blocked_here=row.blocked_here,
        blocked=row.blocked,
        consents=Consents(row.marketing, row.utility, row.everything),
        template=template,
        opt_in_needed=rules.opt_in_needed,
    )
