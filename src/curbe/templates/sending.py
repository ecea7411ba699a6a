"""A template by its name with values by theirs: what is sent of it from one number. For whoever sends templates."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from curbe.domain.errors import Conflict, InvalidRequest, TemplateUnknown
from curbe.domain.template import Language, TemplateContent
from curbe.infra.db import Transaction
from curbe.templates import covers, listing
from curbe.templates.fitting import Filled, Given, fill
from curbe.templates.shapes import Template


async def content_for(
    tx: Transaction,
    given: Given,
    *,
    tenant_id: UUID,
    connection_id: UUID,
    name: str,
    language: str | None,
    category: str | None = None,
) -> TemplateContent:
    """Return what a number sends of a template; the tenant's cover stands in a header of an image where none is given.

    Args:
        tx: the tenant's.
        given: the values.
        tenant_id: whose template.
        connection_id: the number that sends.
        name: of the template.
        language: of the template; None: the only one it has.
        category: what the sender takes it for; Meta may have moved it since, at another price.

    Raises:
        TemplateUnknown: the number's WABA has none of that name and language, as far as is known.
        Conflict: it is of another category.
        InvalidRequest: the values do not fit; the answer names each place.
    """
    found = the_one(
        await listing.of_number(tx, tenant_id=tenant_id, connection_id=connection_id, name=name),
        name=name,
        language=language,
    )
    if category is not None and found.category is not None and category.upper() != found.category:
        raise Conflict(
            f"The template is of category {found.category}, not {category.upper()}.",
            fix="Leave `category` out to send it all the same.",
            field="category",
            extra={"category": found.category},
        )
    cover = (await covers.read(tx, tenant_id=tenant_id)).image()
    parts = [] if found.components is None else msgspec.json.decode(found.components)
    filled = fill(parts, given, cover=cover)
    require_whole(filled)
    return TemplateContent(name=name, language=Language(code=found.language), components=filled.components)


def the_one(templates: Sequence[Template], *, name: str, language: str | None) -> Template:
    """Return the template in that language, or in the only one there is.

    Raises:
        TemplateUnknown: there is none.
        InvalidRequest: there are several languages, and none is named.
    """
    meant = [one for one in templates if language in {None, one.language}]
    known = sorted({one.language for one in templates})
    if not meant:
        there = f" It has {', '.join(known)}." if known else ""
        raise TemplateUnknown(
            f"The number has no template {name}{'' if language is None else f' in {language}'}.{there}",
            fix="Check name and language, or read Meta's list with POST .../templates/sync.",
            field="language" if known else "name",
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


def require_whole(filled: Filled) -> None:
    """Return where every place has what it needs.

    Raises:
        InvalidRequest: something is missing, too much, or not of a kind that Meta takes there.
    """
    if filled.whole:
        return
    troubles = (("missing", filled.missing), ("too much", filled.extra), ("unfit", filled.unfit))
    told = "; ".join(f"{word}: {', '.join(paths)}" for word, paths in troubles if paths)
    first = next(path for _, paths in troubles for path in paths)
    raise InvalidRequest(
        f"The values do not fit the template; {told}.",
        fix="POST .../templates/{id}/preview shows what it wants. A text has no line breaks, tabs or more than four spaces in a row.",
        field=_field(first),
        extra={"missing": filled.missing, "extra": filled.extra, "unfit": filled.unfit},
    )


def _field(path: str) -> str:
    """Return the member of a request that fills a place."""
    if path.startswith("body."):
        return "parameters"
    return {"offer": "offer_expires_at"}.get(path, path)
