"""Reading templates: in pages, and as they stand before Meta's own list is looked at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.infra.db import Query, Transaction
from curbe.templates.rules import KnownTemplate
from curbe.templates.shapes import Template


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


class _Row(msgspec.Struct, frozen=True):
    id: UUID
    waba_id: str
    provider_template_id: str
    name: str
    language: str
    status: str | None
    category: str | None
    quality: str | None
    rejected_reason: str | None
    components: str | None
    updated_at: datetime


_PAGE: Final = Query("curbe.templates", "template_page", _Row)
_KNOWN: Final = Query("curbe.templates", "known_templates", KnownTemplate)
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
    """Return every template of a WABA that was ever told of."""
    return await _KNOWN.all(tx, tenant_id=tenant_id, waba_id=waba_id)


def _shown(row: _Row) -> Template:
    parts = row.components
    told = msgspec.structs.asdict(row)
    return Template(**{**told, "components": None if parts is None else msgspec.Raw(parts.encode())})
