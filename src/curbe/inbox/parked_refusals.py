"""Parked statuses, files of an app's history and amendments that the database refuses: each is marked as refused, with the reason.

What is marked stays where it is parked and does not hold up what is parked behind it. It is tried again once a day, and so applied by
itself once the fault is mended.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

import msgspec

from curbe.inbox import placeholders
from curbe.infra.db import Query, Transaction

_PACKAGE: Final = "curbe.inbox"


class FirstParked(msgspec.Struct, frozen=True):
    """The one of a tenant's parked things of a kind that is applied next.

    ``status``: which status it is, as several can wait for one message; None for other kinds. ``refused_at``: when it was marked as refused
    if it was; then this is another try.
    """

    connection_id: UUID
    provider_message_id: str
    status: str | None
    refused_at: datetime | None

    @property
    def key(self) -> tuple[UUID, str, str | None]:
        """What identifies it among those of its tenant and kind."""
        return self.connection_id, self.provider_message_id, self.status


class _Count(msgspec.Struct, frozen=True):
    count: int


_FIRST_STATUS: Final = Query(_PACKAGE, "first_status", FirstParked)
_FIRST_FILE: Final = Query(_PACKAGE, "first_file", FirstParked)
_FIRST_OLD_FILE: Final = Query(_PACKAGE, "first_old_file", FirstParked)
_FIRST_AMENDED: Final = Query(_PACKAGE, "first_amended", FirstParked)
_REFUSE_STATUS: Final = Query(_PACKAGE, "refuse_status")
_REFUSE_FILE: Final = Query(_PACKAGE, "refuse_file")
_REFUSE_AMENDED: Final = Query(_PACKAGE, "refuse_amended")
_COUNT: Final = Query(_PACKAGE, "count_refused", _Count)


class ParkedQueue:
    """The parked things of one kind, in the order in which they are applied.

    ``first`` finds the next one of a tenant, ``refuse`` marks it; ``asked`` holds the parameters of ``first`` beside the tenant.
    """

    def __init__(
        self, first: Query[FirstParked], refuse: Query, asked: Mapping[str, object] = MappingProxyType({})
    ) -> None:
        self._first: Final = first
        self._refuse: Final = refuse
        self._asked: Final = asked

    async def first(self, tx: Transaction, *, tenant_id: UUID) -> FirstParked | None:
        """Return the one that is applied next; None where there is none."""
        return await self._first.one(tx, tenant_id=tenant_id, **self._asked)

    async def refuse(self, tx: Transaction, first: FirstParked, *, tenant_id: UUID, refusal: str) -> None:
        """Mark the first one as refused; ``refusal`` says why."""
        which = {} if first.status is None else {"status": first.status}
        await self._refuse.run(
            tx,
            tenant_id=tenant_id,
            connection_id=first.connection_id,
            provider_message_id=first.provider_message_id,
            refusal=refusal,
            **which,
        )


STATUSES: Final = ParkedQueue(_FIRST_STATUS, _REFUSE_STATUS)
FILES: Final = ParkedQueue(_FIRST_FILE, _REFUSE_FILE)
OLD_FILES: Final = ParkedQueue(_FIRST_OLD_FILE, _REFUSE_FILE, {"kept": placeholders.KEPT})
AMENDMENTS: Final = ParkedQueue(_FIRST_AMENDED, _REFUSE_AMENDED)


async def count(tx: Transaction) -> int:
    """Return how many are marked as refused, of all kinds and tenants; ``tx`` is the batch role's."""
    row = await _COUNT.one(tx)
    return row.count if row else 0
