"""Tombstones: digests of messages, calls and notices that were erased, so that they are not stored again.

Meta delivers a webhook again where our answer was lost, and an operator may replay the log; without tombstones either would bring the
erased person back. Nothing but a digest is kept, and that only for as long as either can happen.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from curbe.infra.db import Query, Transaction

_PACKAGE: Final = "curbe.inbox"
# Meta delivers a webhook again for seven days [Meta: webhooks]; from then on it can be replayed for the thirty days that the log keeps it,
# and one more, as the log is deleted by whole days.
KEPT: Final = timedelta(days=7 + 30 + 1)

Name = tuple[
    UUID, str
]  # tenant, and the provider's id of a message or call, or a notice's digest in hexadecimal


class _Number(msgspec.Struct, frozen=True):
    n: int


_BURY_CONVERSATIONS: Final = Query(_PACKAGE, "bury_conversations")
_BURY_MESSAGES: Final = Query(_PACKAGE, "bury_messages")
_BURY_NOTICES: Final = Query(_PACKAGE, "bury_notices")
_BURIED: Final = Query(_PACKAGE, "buried", _Number)
_DROP: Final = Query(_PACKAGE, "drop_tombstones")


async def bury_conversations(tx: Transaction, *, tenant_id: UUID, conversation_ids: Sequence[UUID]) -> int:
    """Bury the person's messages, calls and reactions in these conversations that Meta may deliver again; return how many.

    Our own messages are not buried yet: until they are deleted their statuses are still wanted, as one may carry an opt-out.
    """
    return await _BURY_CONVERSATIONS.run(
        tx, tenant_id=tenant_id, conversation_ids=list(conversation_ids), kept=KEPT
    )


async def bury_messages(tx: Transaction, *, tenant_id: UUID, message_ids: Sequence[UUID]) -> int:
    """Bury messages of either side that are about to be deleted; return how many were not buried already."""
    return await _BURY_MESSAGES.run(tx, tenant_id=tenant_id, ids=list(message_ids), kept=KEPT)


async def bury_notices(tx: Transaction, *, tenant_id: UUID, digests: Iterable[bytes]) -> int:
    """Bury notices, by the digests that identify them; return how many."""
    names = sorted(digest.hex() for digest in digests)
    return await _BURY_NOTICES.run(tx, tenant_id=tenant_id, names=names, kept=KEPT) if names else 0


async def buried(tx: Transaction, named: Iterable[Name]) -> set[Name]:
    """Return which of these are buried, of any tenants."""
    asked = sorted(set(named))
    rows = await _BURIED.all(
        tx, tenant_ids=[tenant_id for tenant_id, _ in asked], names=[name for _, name in asked]
    )
    return {asked[row.n - 1] for row in rows}


async def drop(tx: Transaction, *, tenant_id: UUID, before: datetime, most: int) -> int:
    """Delete up to ``most`` tombstones that were to be kept until ``before`` at the latest; return how many."""
    return await _DROP.run(tx, tenant_id=tenant_id, before=before, most=most)
