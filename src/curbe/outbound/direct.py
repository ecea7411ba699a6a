"""Whom somebody means by a phone as people write it, and which number sends: for the earlier gateway's clients, and for notifications."""

from typing import Final
from uuid import UUID

import msgspec

from curbe.connections.rules import Line, country_served, to_send_from
from curbe.domain.errors import NoConnection
from curbe.domain.phone import to_e164
from curbe.inbox.people import canonical_phone
from curbe.infra.db import Id, Query, Transaction
from curbe.outbound import service, store
from curbe.outbound.service import Key, Taken
from curbe.tenants import service as tenants


class Aim(msgspec.Struct, frozen=True):
    """Whom it goes to (E.164), and from which of the tenant's numbers."""

    e164: str
    line: Line


_LINE_OF_NUMBER: Final = Query("curbe.outbound", "line_of_number", Id)
_LAST_LINE: Final = Query("curbe.outbound", "last_line_of", Id)


async def aim(
    tx: Transaction,
    *,
    tenant_id: UUID,
    phone: str,
    phone_number_id: str | None = None,
    connection_id: UUID | None = None,
    usual: UUID | None = None,
) -> Aim:
    """Return whom ``phone`` is, and the number to send from: the one named, the one that spoke with them last, or the only one.

    ``usual``: a number that goes before the one that spoke last, for as long as it is connected. A phone without a country code is read by
    the tenant's country; where it has none, by that of the number that sends.

    Raises:
        InvalidRequest: it is no phone number.
        NoConnection: the tenant has no such number, or none.
        SeveralConnections: nothing says which number is meant.
    """
    tenant = await tenants.read(tx, tenant_id=tenant_id)
    named = connection_id if phone_number_id is None else await _named(tx, tenant_id, phone_number_id)
    lines = [line for line, _ in await store.lines_to(tx, tenant_id=tenant_id, phone=None)]
    if named is None and any(one.id == usual and one.is_live for one in lines):
        named = usual
    if tenant.default_country is None and not phone.lstrip().startswith("+"):
        line = to_send_from(lines, connection_id=named, country_id=None)
        return Aim(to_e164(phone, default_country=country_served(line), field="phone"), line)
    e164 = to_e164(phone, default_country=tenant.default_country, field="phone")
    if named is None:
        spoke = await _LAST_LINE.one(tx, tenant_id=tenant_id, phone=canonical_phone(e164.removeprefix("+")))
        named = None if spoke is None else spoke.id
    return Aim(e164, to_send_from(lines, connection_id=named, country_id=None))


async def repeated(tx: Transaction, *, tenant_id: UUID, key: Key) -> tuple[Taken, Aim] | None:
    """Return what an earlier request with this key had taken, and where that goes; None where there was none.

    Asked before anything is found out: the number that spoke last may be another by now.

    Raises:
        IdempotencyMismatch: that was another request.
        NotFound: its message was deleted since.
    """
    taken = await service.answered_before(tx, tenant_id=tenant_id, key=key)
    if taken is None:
        return None
    there = await store.destination(tx, tenant_id=tenant_id, conversation_id=taken.conversation_id)
    if there is None:
        raise service.gone()
    line, to = there
    return taken, Aim(to.e164 or "", line)


async def _named(tx: Transaction, tenant_id: UUID, phone_number_id: str) -> UUID:
    found = await _LINE_OF_NUMBER.one(tx, tenant_id=tenant_id, phone_number_id=phone_number_id)
    if found is None:
        raise NoConnection(
            f"This tenant has no connected number with the phone_number_id {phone_number_id}.",
            fix="Leave it out, or take one from .../whatsapp/status.",
        )
    return found.id
