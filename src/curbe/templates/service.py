"""Keeps message templates up to date with what Meta reports. The only writer of ``templates``."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from curbe.domain.notices import TemplateReported
from curbe.infra.db import Id, Query, Transaction
from curbe.realtime import service as realtime
from curbe.realtime.rules import EventType
from curbe.realtime.service import Event
from curbe.templates.rules import Parts, joined


class TemplateNews(msgspec.Struct, frozen=True):
    """A report about a template of a WABA, for one tenant that has a number on it."""

    tenant_id: UUID
    waba_id: str
    report: TemplateReported


class TemplateSummary(msgspec.Struct, frozen=True):
    """How a template stands now: the ``data`` of ``template_updated``, with its tenant beside it."""

    tenant_id: UUID
    id: UUID
    waba_id: str
    name: str | None
    language: str | None
    status: str | None
    category: str | None
    quality: str | None


class _Category(msgspec.Struct, frozen=True):
    category: str | None


_CATEGORY: Final = Query("curbe.templates", "category_for_number", _Category)
_KEEP_CURRENT: Final = Query("curbe.templates", "keep_current", TemplateSummary)


class _Edits(msgspec.Struct, frozen=True):
    edited_ats: list[datetime]


_EDITS: Final = Query("curbe.templates", "edits_of", _Edits)
_NOTE_EDIT: Final = Query("curbe.templates", "note_edit")
_ID_OF: Final = Query("curbe.templates", "id_of", Id)

_Key = tuple[UUID, str, str]  # tenant, WABA, Meta's id


async def apply(tx: Transaction, news: Sequence[TemplateNews]) -> list[TemplateSummary]:
    """Apply reports, in any order and with any repetitions; append events, and return the templates that changed."""
    if not news:
        return []
    reports: dict[_Key, list[TemplateReported]] = {}
    for one in news:
        reports.setdefault((one.tenant_id, one.waba_id, one.report.template_id), []).append(one.report)
    rows = [(key, joined(told)) for key, told in sorted(reports.items(), key=lambda item: item[0])]
    changed = await _KEEP_CURRENT.all(tx, **_keys(rows), **_columns([parts for _, parts in rows]))
    await realtime.append(tx, [_updated(summary) for summary in changed])
    return changed


async def category(
    tx: Transaction, *, tenant_id: UUID, connection_id: UUID, name: str, language: str
) -> str | None:
    """Return Meta's word for the category of the template that a number would send; None where it is not known."""
    row = await _CATEGORY.one(
        tx, tenant_id=tenant_id, connection_id=connection_id, name=name, language=language
    )
    return None if row is None else row.category


async def edits(tx: Transaction, *, tenant_id: UUID, template_id: UUID) -> list[datetime]:
    """Return when a template was edited through Curbe, as far back as Meta counts."""
    row = await _EDITS.one(tx, tenant_id=tenant_id, id=template_id)
    return [] if row is None else row.edited_ats


async def note_edit(
    tx: Transaction, *, tenant_id: UUID, template_id: UUID, at: datetime, since: datetime
) -> None:
    """Note that Meta accepted an edit; earlier ones from before ``since`` do not count any more and are deleted."""
    await _NOTE_EDIT.run(tx, tenant_id=tenant_id, id=template_id, at=at, since=since)


async def id_of(tx: Transaction, *, tenant_id: UUID, waba_id: str, provider_template_id: str) -> UUID:
    """Return our id of a template that was just applied.

    Raises:
        LookupError: it was not.
    """
    row = await _ID_OF.one(
        tx, tenant_id=tenant_id, waba_id=waba_id, provider_template_id=provider_template_id
    )
    if row is None:
        raise LookupError("the template just applied is not there")
    return row.id


def _keys(rows: Sequence[tuple[_Key, Parts]]) -> dict[str, object]:
    return {
        "tenant_ids": [key[0] for key, _ in rows],
        "ids": [uuid7() for _ in rows],
        "waba_ids": [key[1] for key, _ in rows],
        "provider_template_ids": [key[2] for key, _ in rows],
    }


def _columns(parts: Sequence[Parts]) -> dict[str, object]:
    statuses = [one.status for one in parts]
    corrections = [one.correction for one in parts]
    return {
        "names": [one.name for one in parts],
        "languages": [one.language for one in parts],
        "statuses": [status and status.status for status in statuses],
        "status_events": [status and status.event for status in statuses],
        "rejected_reasons": [status and status.rejected_reason for status in statuses],
        "status_details": [status and status.detail for status in statuses],
        "status_ats": [one.status_clock[0] for one in parts],
        "status_ties": [one.status_clock[1] for one in parts],
        "qualities": [one.quality for one in parts],
        "quality_ats": [one.quality_clock[0] for one in parts],
        "quality_ties": [one.quality_clock[1] for one in parts],
        "categories": [one.category for one in parts],
        "category_ats": [one.category_clock[0] for one in parts],
        "category_ties": [one.category_clock[1] for one in parts],
        "correct_categories": [correction and correction.category for correction in corrections],
        "correct_category_froms": [correction and correction.from_ for correction in corrections],
        "correction_ats": [one.correction_clock[0] for one in parts],
        "correction_ties": [one.correction_clock[1] for one in parts],
        "components": [one.components for one in parts],
        "components_ats": [one.components_clock[0] for one in parts],
        "components_ties": [one.components_clock[1] for one in parts],
    }


def _updated(summary: TemplateSummary) -> Event:
    data = msgspec.structs.asdict(summary)
    del data["tenant_id"]
    return Event(
        tenant_id=summary.tenant_id,
        type=EventType.TEMPLATE_UPDATED,
        data=msgspec.json.encode(data).decode(),
    )
