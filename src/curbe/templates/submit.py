"""Creates, edits, unpauses and deletes templates at Meta: checked here first, then reported as events and recorded in the audit log."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from curbe.audit import service as audit
from curbe.audit.service import AuditEntry
from curbe.channels.cloudapi import templates as meta
from curbe.channels.cloudapi.client import CloudApi
from curbe.domain.errors import AppError, Conflict, InvalidRequest, TemplateInvalid
from curbe.domain.notices import TemplateReported, TemplateStatus
from curbe.infra.crypto import Keyring
from curbe.infra.db import Pool, Transaction
from curbe.templates import accounts, listing, service
from curbe.templates.accounts import Account
from curbe.templates.lint import Draft, lint, refused
from curbe.templates.lint_parts import Finding
from curbe.templates.rules import (
    DELETED,
    EDITS_COUNT_FOR,
    FINAL,
    require_deletable,
    require_editable,
    require_paused,
)
from curbe.templates.service import TemplateNews
from curbe.templates.shapes import Template
from curbe.templates.variables import NAMED, format_of

_PENDING: Final = "PENDING"
_APPROVED: Final = "APPROVED"


class Means(msgspec.Struct, frozen=True, kw_only=True):
    """What these operations need: the database, Meta's API, the keys, the tenant, and who asks."""

    pool: Pool
    cloud_api: CloudApi
    keyring: Keyring
    tenant_id: UUID
    actor: str


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """The changes to a template; None: unchanged. ``components`` replaces all of them."""

    components: list[dict[str, Any]] | None = None
    category: str | None = None
    message_send_ttl_seconds: int | None = None


async def create(means: Means, draft: Draft, *, waba_id: str | None) -> Template:
    """Submit a template to Meta for review and return it.

    Raises:
        TemplateInvalid: it breaks rules of Meta's; Meta was not asked.
        Conflict: the WABA has one of this name in this language.
        AppError: Meta refused, or there is no WABA to ask for.
    """
    judge(draft)
    account = await _account(means, waba_id)
    async with means.pool.transaction(means.tenant_id) as tx:
        at = await tx.now()
        await _require_new(tx, draft, tenant_id=means.tenant_id, waba_id=account.waba_id)
    created = await meta.create(means.cloud_api, account.waba_id, account.token, template=_for_meta(draft))
    status = created.status or _PENDING
    report = TemplateReported(
        template_id=created.id,
        name=draft.name,
        language=draft.language,
        at=at,
        tie="",
        status=TemplateStatus(status, status),
        category=created.category or draft.category.upper(),
        components=_json(draft.components),
    )
    async with means.pool.transaction(means.tenant_id) as tx:
        template_id = await _keep(tx, means, account.waba_id, report)
        await _record(tx, means, "template.created", template_id, name=draft.name, language=draft.language)
        return await listing.read(tx, tenant_id=means.tenant_id, template_id=template_id)


async def edit(means: Means, changes: Changes, *, template_id: UUID) -> Template:
    """Change a template at Meta, which reviews it anew, and return it as Meta has it then.

    Raises:
        NotFound: the tenant has no such template.
        InvalidRequest: nothing is to be changed.
        TemplateInvalid: what would become of it breaks rules of Meta's.
        TemplateLocked: Meta lets nobody change it now.
        AppError: Meta refused.
    """
    told = _told_to_meta(changes)
    async with means.pool.transaction(means.tenant_id) as tx:
        at = await tx.now()
        before = await listing.read(tx, tenant_id=means.tenant_id, template_id=template_id)
        edited_ats = await service.edits(tx, tenant_id=means.tenant_id, template_id=template_id)
    require_editable(
        status=before.status,
        new_category=changes.category is not None and changes.category.upper() != before.category,
        edited_ats=edited_ats,
        now=at,
    )
    judge(_changed(before, changes))
    account = await _account(means, before.waba_id)
    await meta.edit(means.cloud_api, before.provider_template_id, account.token, changes=told)
    after = await _as_it_stands(means, account, before, components=changes.components)
    async with means.pool.transaction(means.tenant_id) as tx:
        await _keep(tx, means, before.waba_id, after)
        await service.note_edit(
            tx, tenant_id=means.tenant_id, template_id=template_id, at=at, since=at - EDITS_COUNT_FOR
        )
        await _record(tx, means, "template.edited", template_id, name=before.name, language=before.language)
        return await listing.read(tx, tenant_id=means.tenant_id, template_id=template_id)


async def unpause(means: Means, *, template_id: UUID) -> Template:
    """Let a paused template be sent again, and return it as Meta has it then.

    Raises:
        NotFound: the tenant has no such template.
        TemplateLocked: it is not paused.
        AppError: Meta refused.
    """
    async with means.pool.transaction(means.tenant_id) as tx:
        before = await listing.read(tx, tenant_id=means.tenant_id, template_id=template_id)
    require_paused(status=before.status)
    account = await _account(means, before.waba_id)
    await meta.unpause(means.cloud_api, before.provider_template_id, account.token)
    after = await _as_it_stands(means, account, before, status=TemplateStatus(_APPROVED, _APPROVED))
    async with means.pool.transaction(means.tenant_id) as tx:
        await _keep(tx, means, before.waba_id, after)
        await _record(tx, means, "template.unpaused", template_id, name=before.name, language=before.language)
        return await listing.read(tx, tenant_id=means.tenant_id, template_id=template_id)


async def delete(means: Means, *, template_id: UUID, all_languages: bool) -> None:
    """Delete a template at Meta, or all languages of its name.

    Raises:
        NotFound: the tenant has no such template.
        TemplateLocked: Meta keeps what it disabled.
        AppError: Meta refused.
    """
    async with means.pool.transaction(means.tenant_id) as tx:
        meant = await listing.read(tx, tenant_id=means.tenant_id, template_id=template_id)
        same = await listing.named(tx, tenant_id=means.tenant_id, name=meant.name)
    going = [one for one in same if one.waba_id == meant.waba_id] if all_languages else [meant]
    for one in going:
        require_deletable(status=one.status)
    account = await _account(means, meant.waba_id)
    await meta.delete(
        means.cloud_api,
        meant.waba_id,
        account.token,
        name=meant.name,
        template_id=None if all_languages else meant.provider_template_id,
    )
    at = await _now(means)
    reports = [
        TemplateReported(
            template_id=one.provider_template_id,
            name=one.name,
            language=one.language,
            at=at,
            tie=FINAL,
            status=TemplateStatus(DELETED, DELETED),
        )
        for one in going
    ]
    async with means.pool.transaction(means.tenant_id) as tx:
        await service.apply(tx, [TemplateNews(means.tenant_id, meant.waba_id, one) for one in reports])
        for one in going:
            await _record(tx, means, "template.deleted", one.id, name=one.name, language=one.language)


def judge(draft: Draft) -> None:
    """Return quietly if Meta would accept ``draft`` for review.

    Raises:
        TemplateInvalid: it breaks rules; the error names each.
    """
    findings = lint(draft)
    errors = [one for one in findings if one.severity == "error"]
    if not refused(findings):
        return
    raise TemplateInvalid(
        errors[0].words.en,
        fix="Mend what `findings` names; each names the page of Meta's that says so.",
        field=errors[0].path,
        extra={"findings": _told(findings)},
    )


def _told(findings: Sequence[Finding]) -> list[Any]:
    return [msgspec.to_builtins(one) for one in findings]


def _changed(before: Template, changes: Changes) -> Draft:
    parts = changes.components
    if parts is None:
        parts = [] if before.components is None else msgspec.json.decode(before.components)
    return Draft(
        name=before.name,
        language=before.language,
        category=changes.category or before.category or "",
        components=parts,
        message_send_ttl_seconds=changes.message_send_ttl_seconds,
    )


def _told_to_meta(changes: Changes) -> dict[str, object]:
    """Return the request body that edits a template: only what is changed."""
    told: dict[str, object] = {
        name: value for name, value in msgspec.structs.asdict(changes).items() if value is not None
    }
    if not told:
        raise InvalidRequest(
            "Nothing is to be changed.", fix="Send `components`, `category` or `message_send_ttl_seconds`."
        )
    if changes.category is not None:
        told["category"] = changes.category.upper()
    return told


def _for_meta(draft: Draft) -> Mapping[str, object]:
    """Return the request body that creates a template. Meta may choose another category, and tells which."""
    told: dict[str, object] = {
        "name": draft.name,
        "language": draft.language,
        "category": draft.category.upper(),
        "components": draft.components,
        "allow_category_change": True,
    }
    if format_of(draft.components) == NAMED:
        told["parameter_format"] = NAMED
    if draft.message_send_ttl_seconds is not None:
        told["message_send_ttl_seconds"] = draft.message_send_ttl_seconds
    return told


async def _account(means: Means, waba_id: str | None) -> Account:
    return await accounts.the_one(
        means.pool, tenant_id=means.tenant_id, waba_id=waba_id, keyring=means.keyring
    )


async def _require_new(tx: Transaction, draft: Draft, *, tenant_id: UUID, waba_id: str) -> None:
    same = await listing.named(tx, tenant_id=tenant_id, name=draft.name)
    if any((one.waba_id, one.language) == (waba_id, draft.language) for one in same):
        raise Conflict(
            f"There is a template {draft.name} in {draft.language} already.",
            fix="Edit that one, or take another name.",
            field="name",
        )


async def _now(means: Means) -> datetime:
    """Return the database's time, because the clocks of several processes differ, and the report with the latest time counts."""
    async with means.pool.transaction(means.tenant_id) as tx:
        return await tx.now()


async def _as_it_stands(
    means: Means,
    account: Account,
    before: Template,
    *,
    components: list[dict[str, Any]] | None = None,
    status: TemplateStatus | None = None,
) -> TemplateReported:
    """Return the template as Meta has it now; if it cannot be read, the changed parts: webhooks and the daily sync bring the rest."""
    at = await _now(means)
    try:
        report = await meta.read(means.cloud_api, before.provider_template_id, account.token, at=at)
    except AppError:
        return TemplateReported(
            template_id=before.provider_template_id,
            name=before.name,
            language=before.language,
            at=at,
            tie="",
            status=status,
            components=None if components is None else _json(components),
        )
    announced = report.correction is not None and report.correction.category == before.correct_category
    return msgspec.structs.replace(report, correction=None) if announced else report


def _json(components: list[dict[str, Any]]) -> str:
    return msgspec.json.encode(components, order="deterministic").decode()


async def _keep(tx: Transaction, means: Means, waba_id: str, report: TemplateReported) -> UUID:
    await service.apply(tx, [TemplateNews(means.tenant_id, waba_id, report)])
    return await service.id_of(
        tx, tenant_id=means.tenant_id, waba_id=waba_id, provider_template_id=report.template_id
    )


async def _record(
    tx: Transaction, means: Means, action: str, template_id: UUID, *, name: str, language: str
) -> None:
    entry = AuditEntry(
        tenant_id=means.tenant_id,
        actor=means.actor,
        action=action,
        subject=str(template_id),
        detail={"name": name, "language": language},
    )
    await audit.record(tx, [entry])
