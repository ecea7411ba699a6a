"""Sending as the earlier gateway's clients ask for it: a phone as people write it, a template by name, its values as a plain object."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

import msgspec

from curbe.connections.rules import Line, to_send_from
from curbe.domain.content import TemplateMessage
from curbe.domain.errors import InvalidRequest, NoConnection, TemplateUnknown
from curbe.domain.phone import to_e164
from curbe.inbox.people import canonical_phone
from curbe.infra.db import Query, Transaction
from curbe.outbound import store
from curbe.outbound.filling import Missing, Needs, fill, needs_of
from curbe.tenants import service as tenants


class Aim(msgspec.Struct, frozen=True):
    """Whom it goes to (E.164), and from which of the tenant's numbers."""

    e164: str
    line: Line


class Known(msgspec.Struct, frozen=True):
    """A template that a number could send; ``components`` is JSON."""

    language: str
    components: str


class _Id(msgspec.Struct, frozen=True):
    id: UUID


_LINE_OF_NUMBER: Final = Query("curbe.outbound", "line_of_number", _Id)
_LAST_LINE: Final = Query("curbe.outbound", "last_line_of", _Id)
_TEMPLATES: Final = Query("curbe.outbound", "templates_called", Known)


async def aim(
    tx: Transaction,
    *,
    tenant_id: UUID,
    phone: str,
    phone_number_id: str | None = None,
    connection_id: UUID | None = None,
) -> Aim:
    """Return whom ``phone`` is, and the number to send from: the one named, the one that spoke with them last, or the only one.

    A phone without a country code is read by the tenant's country; where it has none, by that of the number that sends.

    Raises:
        InvalidRequest: it is no phone number.
        NoConnection: the tenant has no such number, or none.
        SeveralConnections: nothing says which number is meant.
    """
    tenant = await tenants.read(tx, tenant_id=tenant_id)
    named = connection_id if phone_number_id is None else await _named(tx, tenant_id, phone_number_id)
    lines = [line for line, _ in await store.lines_to(tx, tenant_id=tenant_id, phone=None)]
    if tenant.default_country is None and not phone.lstrip().startswith("+"):
        line = to_send_from(lines, connection_id=named, country_id=None)
        return Aim(to_e164(phone, default_country=line.country_id, field="phone"), line)
    e164 = to_e164(phone, default_country=tenant.default_country, field="phone")
    if named is None:
        spoke = await _LAST_LINE.one(tx, tenant_id=tenant_id, phone=canonical_phone(e164.removeprefix("+")))
        named = None if spoke is None else spoke.id
    return Aim(e164, to_send_from(lines, connection_id=named, country_id=None))


async def template(
    tx: Transaction,
    *,
    tenant_id: UUID,
    connection_id: UUID,
    name: str,
    language: str | None,
    values: Mapping[str, str],
) -> tuple[TemplateMessage, tuple[str, ...]]:
    """Return the template with its values in, and the values that it has no place for.

    Raises:
        TemplateUnknown: the number's WABA has none of that name and language, as far as is known.
        InvalidRequest: a value is missing or too long, or no language is named and there are several.
    """
    chosen, needs = await needs_in(
        tx, tenant_id=tenant_id, connection_id=connection_id, name=name, language=language
    )
    try:
        made = fill(name, chosen, needs, values)
    except msgspec.ValidationError as wrong:
        raise InvalidRequest(f"A value cannot be used: {wrong}.", field="template_data") from None
    if isinstance(made, Missing):
        raise _missing(made)
    return TemplateMessage(template=made.template), made.unused


async def needs_in(
    tx: Transaction, *, tenant_id: UUID, connection_id: UUID, name: str, language: str | None
) -> tuple[str, Needs]:
    """Return the language and the needs of a template that a number would send.

    Raises:
        TemplateUnknown: see :func:`template`.
        InvalidRequest: no language is named and there are several.
    """
    known = await _TEMPLATES.all(
        tx, tenant_id=tenant_id, connection_id=connection_id, name=name, language=language
    )
    if not known:
        raise TemplateUnknown(
            f"The number's WABA has no template {name}{f' in {language}' if language else ''}, as far as is known.",
            fix="Bring the list up to date with POST /api/tenants/{tenant_id}/templates/sync, or choose another one.",
        )
    if len(known) > 1:
        raise InvalidRequest(
            f"The template {name} exists in several languages: {', '.join(one.language for one in known)}.",
            fix="Name one of them.",
            field="language",
        )
    (one,) = known
    return one.language, needs_of(msgspec.json.decode(one.components))


async def _named(tx: Transaction, tenant_id: UUID, phone_number_id: str) -> UUID:
    found = await _LINE_OF_NUMBER.one(tx, tenant_id=tenant_id, phone_number_id=phone_number_id)
    if found is None:
        raise NoConnection(
            f"This tenant has no connected number with the phone_number_id {phone_number_id}.",
            fix="Leave it out, or take one from .../whatsapp/status.",
        )
    return found.id


def _missing(made: Missing) -> InvalidRequest:
    return InvalidRequest(
        f"The template needs values that are not there: {', '.join(made.keys)}.",
        fix="Give them in template_data; an object without their names fills counted variables in its order.",
        field=f"template_data.{made.keys[0]}",
        extra={"missing": list(made.keys)},
    )
