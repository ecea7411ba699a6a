"""What waited for its message and cannot be applied: set aside where it lies, with why, so that it holds up nothing that lies behind it.

Statuses, files of a history, and amendments. Once a day it is tried again: after a mended fault it is applied by itself.
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


class First(msgspec.Struct, frozen=True):
    """What is first in the order in which a tenant's are applied.

    ``status``: of statuses, which; several may wait for one message. ``refused_at``: when it was set aside, of what is tried once more.
    """

    connection_id: UUID
    provider_message_id: str
    status: str | None
    refused_at: datetime | None

    @property
    def key(self) -> tuple[UUID, str, str | None]:
        """What tells it from every other one of its tenant and kind."""
        return self.connection_id, self.provider_message_id, self.status


class _Count(msgspec.Struct, frozen=True):
    count: int


_FIRST_STATUS: Final = Query(_PACKAGE, "first_status", First)
_FIRST_FILE: Final = Query(_PACKAGE, "first_file", First)
_FIRST_OLD_FILE: Final = Query(_PACKAGE, "first_old_file", First)
_FIRST_AMENDED: Final = Query(_PACKAGE, "first_amended", First)
_REFUSE_STATUS: Final = Query(_PACKAGE, "refuse_status")
_REFUSE_FILE: Final = Query(_PACKAGE, "refuse_file")
_REFUSE_AMENDED: Final = Query(_PACKAGE, "refuse_amended")
_COUNT: Final = Query(_PACKAGE, "count_refused", _Count)


class Lying:
    """One kind of what lies there. ``asked``: what the query of the first asks for beside the tenant."""

    def __init__(
        self, first: Query[First], refuse: Query, asked: Mapping[str, object] = MappingProxyType({})
    ) -> None:
        self._first: Final = first
        self._refuse: Final = refuse
        self._asked: Final = asked

    async def first(self, tx: Transaction, *, tenant_id: UUID) -> First | None:
        """Return what would be applied first; None where nothing would."""
        return await self._first.one(tx, tenant_id=tenant_id, **self._asked)

    async def refuse(self, tx: Transaction, first: First, *, tenant_id: UUID, refusal: str) -> None:
        """Set it aside."""
        which = {} if first.status is None else {"status": first.status}
        await self._refuse.run(
            tx,
            tenant_id=tenant_id,
            connection_id=first.connection_id,
            provider_message_id=first.provider_message_id,
            refusal=refusal,
            **which,
        )


STATUSES: Final = Lying(_FIRST_STATUS, _REFUSE_STATUS)
FILES: Final = Lying(_FIRST_FILE, _REFUSE_FILE)
OLD_FILES: Final = Lying(_FIRST_OLD_FILE, _REFUSE_FILE, {"kept": placeholders.KEPT})
AMENDMENTS: Final = Lying(_FIRST_AMENDED, _REFUSE_AMENDED)


async def count(tx: Transaction) -> int:
    """Return how much is set aside so, of all tenants; ``tx`` is the batch role's."""
    row = await _COUNT.one(tx)
    return row.count if row else 0
