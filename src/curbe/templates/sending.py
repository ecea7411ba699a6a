"""Prepares a template for sending: by its name and values, or in Meta's shape; with the tenant's cover. Everything that sends uses this."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from curbe.domain.errors import Conflict, InvalidRequest, TemplateUnknown
from curbe.domain.interactive_parts import MediaRef
from curbe.domain.template import HeaderComponent, Language, TemplateContent
from curbe.infra.db import Query, Transaction
from curbe.templates.covers import Cover
from curbe.templates.faults import Fault
from curbe.templates.fitting import Filled, covered, fill
from curbe.templates.values import Given, written


class ByName(msgspec.Struct, frozen=True, kw_only=True):
    """A template by its name and the values for it.

    ``language``: may be None if it has only one. ``category``: the one the sender expects; Meta may have changed it, and with it the price.
    ``member``: the member of the request that holds the name, for error messages.
    """

    name: str
    language: str | None = None
    category: str | None = None
    given: Given = Given()
    member: str = "name"


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """A template that a number can send: its ``components`` as Meta lists them, and the cover that may be used in its header."""

    language: str
    category: str | None
    components: list[dict[str, Any]]
    cover: MediaRef | None


class Ready(msgspec.Struct, frozen=True):
    """A template ready to be sent, and the names of values that it has no slot for."""

    content: TemplateContent
    unused: tuple[str, ...] = ()


class _Row(msgspec.Struct, frozen=True):
    language: str
    category: str | None
    components: str | None
    cover_media_id: UUID | None
    cover_link: str | None


_TOLD: Final = 10  # faults named in the sentence; the error lists all of them besides
_OF_NUMBER: Final = Query("curbe.templates", "forms_of_number", _Row)


async def ready(tx: Transaction, wanted: ByName, *, tenant_id: UUID, connection_id: UUID) -> Ready:
    """Return the filled template that a number sends.

    Raises:
        TemplateUnknown: the number's WABA has none of that name and language, or its content is not known yet.
        Conflict: it has another category than expected.
        InvalidRequest: the values do not fit; the error names each slot.
    """
    form = await form_of(
        tx,
        tenant_id=tenant_id,
        connection_id=connection_id,
        name=wanted.name,
        language=wanted.language,
        member=wanted.member,
    )
    if wanted.category is not None and form.category not in (None, wanted.category.upper()):
        raise Conflict(
            f"The template is of category {form.category}, not {wanted.category.upper()}.",
            fix="Leave `category` out to send it all the same.",
            field="category",
            extra={"category": form.category},
        )
    filled = fill(form.components, wanted.given, cover=form.cover)
    if filled.faults:
        raise _unfit(filled, _member_of(wanted.given, filled.faults[0]))
    content = TemplateContent(
        name=wanted.name, language=Language(code=form.language), components=filled.components
    )
    return Ready(content, tuple(filled.unused))


async def with_cover(
    tx: Transaction, content: TemplateContent, *, tenant_id: UUID, connection_id: UUID
) -> TemplateContent:
    """Return a template in Meta's shape, with the cover added if the header's image is missing."""
    if any(isinstance(one, HeaderComponent) for one in content.components):
        return content
    form = await _known(tx, content, tenant_id=tenant_id, connection_id=connection_id)
    if form is None:
        return content
    components = covered(form.components, content.components, cover=form.cover)
    return msgspec.structs.replace(content, components=components)


async def compared(
    tx: Transaction, content: TemplateContent, *, tenant_id: UUID, connection_id: UUID
) -> TemplateContent:
    """Check a template in Meta's shape against the stored one and add its cover. An unknown template is returned as it is.

    Raises:
        InvalidRequest: it does not have exactly the values that the template needs; the error names each slot.
    """
    form = await _known(tx, content, tenant_id=tenant_id, connection_id=connection_id)
    if form is None:
        return content
    filled = fill(form.components, written(content.components), cover=form.cover)
    if filled.faults:
        raise _unfit(filled, f"template.{filled.faults[0].path}")
    return msgspec.structs.replace(content, components=filled.components)


async def form_of(
    tx: Transaction, *, tenant_id: UUID, connection_id: UUID, name: str, language: str | None, member: str
) -> Form:
    """Return the template that a number would send, in that language or in the only one there is.

    Raises:
        TemplateUnknown: there is none, or its content is not known yet.
        InvalidRequest: there are several languages, and none is named.
    """
    rows = await _OF_NUMBER.all(tx, tenant_id=tenant_id, connection_id=connection_id, name=name)
    form = _form(_the_one(rows, name=name, language=language, member=member))
    if form is None:
        raise TemplateUnknown(
            f"The content of the template {name} is not known yet.",
            fix="Read Meta's list with POST .../templates/sync.",
            field=member,
        )
    return form


async def _known(
    tx: Transaction, content: TemplateContent, *, tenant_id: UUID, connection_id: UUID
) -> Form | None:
    rows = await _OF_NUMBER.all(tx, tenant_id=tenant_id, connection_id=connection_id, name=content.name)
    return next((_form(row) for row in rows if row.language == content.language.code), None)


def _form(row: _Row) -> Form | None:
    """Return the form; None if only the template's name is known."""
    if row.components is None:
        return None
    return Form(
        language=row.language,
        category=row.category,
        components=msgspec.json.decode(row.components),
        cover=Cover(media_id=row.cover_media_id, link=row.cover_link).image(),
    )


def _the_one(rows: Sequence[_Row], *, name: str, language: str | None, member: str) -> _Row:
    meant = [one for one in rows if language in {None, one.language}]
    known = sorted({one.language for one in rows})
    if not meant:
        there = f" It has {', '.join(known)}." if known else ""
        raise TemplateUnknown(
            f"The number has no template {name}{'' if language is None else f' in {language}'}.{there}",
            fix="Check name and language, or read Meta's list with POST .../templates/sync.",
            field="language" if known else member,
            extra={"languages": known},
        )
    if len({one.language for one in meant}) > 1:
        raise InvalidRequest(
            f"The template has several languages: {', '.join(known)}.",
            fix="Name one by `language`.",
            field="language",
            extra={"languages": known},
        )
    return meant[0]


def _unfit(filled: Filled, field: str) -> InvalidRequest:
    said = "; ".join(one.detail for one in filled.faults[:_TOLD])
    return InvalidRequest(
        f"The values do not fit the template: {said}{'; ...' if len(filled.faults) > _TOLD else ''}.",
        fix="POST .../templates/{id}/preview shows what it wants. A text has no line breaks, tabs or more than four spaces in a row.",
        field=field,
        extra={
            "missing": filled.missing,
            "extra": filled.extra,
            "unfit": filled.unfit,
            "faults": msgspec.to_builtins(filled.faults),
        },
    )


def _member_of(given: Given, fault: Fault) -> str:
    """Return the member of the request that fills a slot; of the simple map, if the values came in one."""
    if given.template_data is not None and given.parameters is None:
        return f"template_data.{fault.key}"
    if fault.path.startswith("body."):
        return "parameters"
    return {"offer": "offer_expires_at"}.get(fault.path, fault.path)
