"""Lists stored notices: whatever Meta delivered besides messages and statuses, unchanged."""

from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.infra.db import Query, Transaction


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One change of Meta's about an account, a number or a template, or of a field that Curbe does not know.

    ``at`` is Meta's time, null where it told none. ``payload`` is the ``value`` of the change, as Meta sent it.
    """

    id: UUID
    field: str
    waba_id: str | None
    phone_number_id: str | None
    at: datetime | None
    received_at: datetime
    payload: msgspec.Raw


class _Row(msgspec.Struct, frozen=True):
    id: UUID
    field: str
    waba_id: str | None
    phone_number_id: str | None
    at: datetime | None
    received_at: datetime
    payload: str


_PAGE: Final = Query("curbe.ingest", "notice_page", _Row)
_ONE: Final = Query("curbe.ingest", "notice_by_id", _Row)


async def page(
    tx: Transaction, *, tenant_id: UUID, field: str | None, after: UUID | None, limit: int
) -> list[Notice]:
    """Return at most ``limit`` notices, of one field or all, newest first, after the one named ``after``."""
    rows = await _PAGE.all(tx, tenant_id=tenant_id, field=field, after=after, most=limit)
    return [_notice(row) for row in rows]


async def one(tx: Transaction, *, tenant_id: UUID, notice_id: UUID) -> Notice | None:
    """Return a notice; None where the tenant has no such one."""
    row = await _ONE.one(tx, tenant_id=tenant_id, id=notice_id)
    return None if row is None else _notice(row)


def _notice(row: _Row) -> Notice:
    return Notice(**{**msgspec.structs.asdict(row), "payload": msgspec.Raw(row.payload.encode())})
