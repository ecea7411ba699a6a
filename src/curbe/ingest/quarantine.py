"""The items that are set aside, as the operator sees them: one by one, and grouped by the numbers that nobody has connected."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from curbe.audit.service import AuditEntry, record
from curbe.domain.access import PLATFORM
from curbe.domain.errors import NotFound
from curbe.domain.ids import LAST_ID
from curbe.infra.db import Pool, Query, Transaction
from curbe.infra.pages import Moment

_PACKAGE: Final = "curbe.ingest"


class AsideRow(msgspec.Struct, frozen=True, kw_only=True):
    """An item that no tenant received; ``event_id`` is its webhook's id in the log, ``size`` the item's own size in bytes.

    ``kind``: ``unrouted`` (nobody has connected what it is about), ``foreign`` (signed by another Meta app),
    ``poison`` (it could not be applied).
    """

    id: UUID
    event_id: int
    kind: str
    reason: str
    meta_app_id: str
    phone_number_id: str | None
    waba_id: str | None
    size: int
    received_at: datetime
    created_at: datetime


class AsideBody(AsideRow, frozen=True, kw_only=True):
    """The same with its content (``payload``) and the error's text (``detail``): either may hold what a person wrote."""

    detail: str
    payload: bytes
    released_at: datetime | None


class Unrouted(msgspec.Struct, frozen=True, kw_only=True):
    """A number or WABA that webhooks named and that nobody had connected when they came.

    ``tenant_id`` and ``tenant_name``: who has connected it since; a replay then gives that tenant what it missed.
    """

    phone_number_id: str | None
    waba_id: str | None
    meta_app_id: str
    item_count: int
    first_received_at: datetime
    last_received_at: datetime
    tenant_id: UUID | None
    tenant_name: str | None

    @property
    def position(self) -> "UnroutedPosition":
        """Where it stands in the list."""
        return (self.last_received_at, self.phone_number_id or "", self.waba_id or "", self.meta_app_id)


UnroutedPosition = tuple[Moment, str, str, str]
LAST_HEARD: Final[UnroutedPosition] = (datetime.max.replace(tzinfo=UTC), "", "", "")

_ASIDE_PAGE: Final = Query(_PACKAGE, "aside_page", AsideRow)
_ASIDE_ITEM: Final = Query(_PACKAGE, "aside_item", AsideBody)
_UNROUTED_PAGE: Final = Query(_PACKAGE, "unrouted_page", Unrouted)
_DROP_ASIDE: Final = Query(_PACKAGE, "drop_aside")
_BATCH: Final = 500  # rows in one transaction


async def page(
    tx: Transaction,
    *,
    before: UUID = LAST_ID,
    kind: str | None,
    phone_number_id: str | None,
    waba_id: str | None,
    limit: int,
) -> list[AsideRow]:
    """Return up to ``limit`` items that are set aside now, before the id ``before``, newest first; ``tx`` is the batch role's."""
    return await _ASIDE_PAGE.all(
        tx, before=before, kind=kind, phone_number_id=phone_number_id, waba_id=waba_id, limit=limit
    )


async def item(tx: Transaction, *, item_id: UUID) -> AsideBody:
    """Return an item, which may have been applied since.

    Raises:
        NotFound: there is none.
    """
    found = await _ASIDE_ITEM.one(tx, id=item_id)
    if found is None:
        raise NotFound("There is no such item.", fix="List those that are set aside.")
    return found


async def look_into(tx: Transaction, *, item_id: UUID, actor: str) -> AsideBody:
    """Return an item with its content, and record in the audit log that ``actor`` looked at it.

    Raises:
        NotFound: there is none.
    """
    found = await item(tx, item_id=item_id)
    entry = AuditEntry(
        tenant_id=PLATFORM,
        actor=actor,
        action="quarantine.viewed",
        subject=str(item_id),
        detail={"kind": found.kind, "event": str(found.event_id)},
    )
    await record(tx, [entry])
    return found


async def unrouted(tx: Transaction, *, after: UnroutedPosition = LAST_HEARD, limit: int) -> list[Unrouted]:
    """Return up to ``limit`` things that nobody had connected, the last heard of first, after a position of the list."""
    return await _UNROUTED_PAGE.all(
        tx,
        last_received_at=after[0],
        phone_number_id=after[1],
        waba_id=after[2],
        meta_app_id=after[3],
        limit=limit,
    )


async def drop_old(pool: Pool, *, kept: timedelta) -> int:
    """Delete set-aside items older than ``kept`` (whole days), whether applied since or not; return how many.

    Their webhooks have left the log by then, so no replay could apply them any more. ``pool``: connections with the batch role.
    """
    dropped = 0
    while True:
        async with pool.transaction() as tx:
            gone = await _DROP_ASIDE.run(tx, kept=kept, most=_BATCH)
        dropped += gone
        if gone < _BATCH:
            return dropped
