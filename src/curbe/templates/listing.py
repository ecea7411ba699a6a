"""Reads stored templates: in pages, one by one, and all of a WABA to compare with Meta's list."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.errors import AppError, NotFound
from curbe.infra.db import Query, Transaction
from curbe.templates.rules import KnownTemplate
from curbe.templates.shapes import Template, TemplateAccount, TemplateStanding
from curbe.templates.variables import format_of


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which templates: None means any. ``words`` are looked for in the name and in what it says."""

    waba_id: str | None = None
    status: str | None = None
    category: str | None = None
    language: str | None = None
    words: str | None = None


class Place(msgspec.Struct, frozen=True, array_like=True):
    """Where a template stands in the list."""

    name: str
    language: str
    id: UUID


class _Row(TemplateStanding, frozen=True, kw_only=True):
    components: str | None


class _TenantId(msgspec.Struct, frozen=True):
    tenant_id: UUID


_PAGE: Final = Query("curbe.templates", "template_page", _Row)
_KNOWN: Final = Query("curbe.templates", "known_templates", KnownTemplate)
_OF_ID: Final = Query("curbe.templates", "template_of_id", _Row)
_NAMED: Final = Query("curbe.templates", "templates_named", _Row)
_ACCOUNTS: Final = Query("curbe.templates", "template_accounts", TemplateAccount)
_NOTE_SYNC: Final = Query("curbe.templates", "note_sync")
_NOTE_REFUSAL: Final = Query("curbe.templates", "note_refusal")
_TO_SYNC: Final = Query("curbe.templates", "tenants_to_sync", _TenantId)
_BEGINNING: Final = Place("", "", UUID(int=0))


async def page(
    tx: Transaction, *, tenant_id: UUID, wanted: Wanted, after: Place | None, limit: int
) -> Sequence[Template]:
    """Return at most ``limit`` templates after a place in the order of their names."""
    start = after or _BEGINNING
    rows = await _PAGE.all(
        tx,
        tenant_id=tenant_id,
        after_name=start.name,
        after_language=start.language,
        after_id=start.id,
        most=limit,
        **msgspec.structs.asdict(wanted),
    )
    return [_shown(row) for row in rows]


def place_of(template: Template) -> Place:
    """Return where it stands in the list."""
    return Place(template.name, template.language, template.id)


async def known(tx: Transaction, *, tenant_id: UUID, waba_id: str) -> list[KnownTemplate]:
    """Return every template of a WABA that Meta has ever told of."""
    return await _KNOWN.all(tx, tenant_id=tenant_id, waba_id=waba_id)


async def read(tx: Transaction, *, tenant_id: UUID, template_id: UUID) -> Template:
    """Return one template.

    Raises:
        NotFound: the tenant has no such template, or Meta has it no more.
    """
    row = await _OF_ID.one(tx, tenant_id=tenant_id, id=template_id)
    if row is None:
        raise NotFound(
            "This tenant has no such template.", fix="List the tenant's templates and take an id from there."
        )
    return _shown(row)


async def named(tx: Transaction, *, tenant_id: UUID, name: str) -> list[Template]:
    """Return the templates of one name, in every language and WABA."""
    return [_shown(row) for row in await _NAMED.all(tx, tenant_id=tenant_id, name=name)]


async def accounts(tx: Transaction, *, tenant_id: UUID) -> list[TemplateAccount]:
    """Return the tenant's WABAs that have a live number, and when Meta's list of each was last read."""
    return await _ACCOUNTS.all(tx, tenant_id=tenant_id)


async def note_sync(
    tx: Transaction, *, tenant_id: UUID, waba_id: str, synced_at: datetime, templates: int
) -> None:
    """Note that Meta's list was read, and how long it is."""
    await _NOTE_SYNC.run(tx, tenant_id=tenant_id, waba_id=waba_id, synced_at=synced_at, templates=templates)


async def note_refusal(
    tx: Transaction, refusal: AppError, *, tenant_id: UUID, waba_id: str, tried_at: datetime
) -> None:
    """Note why Meta's list could not be read."""
    await _NOTE_REFUSAL.run(
        tx,
        tenant_id=tenant_id,
        waba_id=waba_id,
        tried_at=tried_at,
        error=refusal.code,
        detail=refusal.detail,
    )


async def tenants_to_sync(
    tx: Transaction, *, synced_before: datetime, refused_before: datetime, most: int
) -> list[UUID]:
    """Return tenants whose list of templates is due to be read again; ``tx``: a transaction of the batch role."""
    rows = await _TO_SYNC.all(tx, synced_before=synced_before, refused_before=refused_before, most=most)
    return [row.tenant_id for row in rows]


def _shown(row: _Row) -> Template:
    parts = row.components
    told = msgspec.structs.asdict(row)
    return Template(
        **{
            **told,
            "components": None if parts is None else msgspec.Raw(parts.encode()),
            "parameter_format": format_of([] if parts is None else msgspec.json.decode(parts)),
        }
    )
