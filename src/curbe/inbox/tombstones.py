"""Remembers of what was erased that it was, and nothing else: whoever is told of it again leaves it out.

Meta delivers a webhook again where an answer was lost, and an operator replays the log; without this either would make the person anew.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from curbe.infra.db import Query, Transaction

_PACKAGE: Final = "curbe.inbox"
# A webhook comes again for seven days [Meta: webhooks], and from then on may be replayed for the thirty that the log has it, and its day.
KEPT: Final = timedelta(days=7 + 30 + 1)

Name = tuple[UUID, str]  # tenant, what the provider calls it


class _Number(msgspec.Struct, frozen=True):
    n: int


_BURY_CONVERSATIONS: Final = Query(_PACKAGE, "bury_conversations")
_BURY_MESSAGES: Final = Query(_PACKAGE, "bury_messages")
_BURY_NOTICES: Final = Query(_PACKAGE, "bury_notices")
_BURIED: Final = Query(_PACKAGE, "buried", _Number)
_DROP: Final = Query(_PACKAGE, "drop_tombstones")


async def bury_conversations(tx: Transaction, *, tenant_id: UUID, conversation_ids: Sequence[UUID]) -> int:
    """Remember what the person said and did in these conversations and may be told again; return how much that is.

    What we said may still be reported on until it goes: a no can come with that.
    """
    return await _BURY_CONVERSATIONS.run(
        tx, tenant_id=tenant_id, conversation_ids=list(conversation_ids), kept=KEPT
    )


async def bury_messages(tx: Transaction, *, tenant_id: UUID, message_ids: Sequence[UUID]) -> int:
    """Remember messages of either side before they go; return of how many there was more to remember."""
    return await _BURY_MESSAGES.run(tx, tenant_id=tenant_id, ids=list(message_ids), kept=KEPT)


async def bury_notices(tx: Transaction, *, tenant_id: UUID, digests: Iterable[bytes]) -> int:
    """Remember notices by the digest that makes one the same; return how many."""
    names = sorted(digest.hex() for digest in digests)
    return await _BURY_NOTICES.run(tx, tenant_id=tenant_id, names=names, kept=KEPT) if names else 0


async def buried(tx: Transaction, named: Iterable[Name]) -> set[Name]:
    """Return which of these were erased, of any tenants; a notice is named by its digest in hexadecimal digits."""
    asked = sorted(set(named))
    rows = await _BURIED.all(
        tx, tenant_ids=[tenant_id for tenant_id, _ in asked], names=[name for _, name in asked]
    )
    return {asked[row.n - 1] for row in rows}


async def drop(tx: Transaction, *, tenant_id: UUID, before: datetime, most: int) -> int:
    """Delete up to ``most`` that were kept until ``before`` at the latest; return how many."""
    return await _DROP.run(tx, tenant_id=tenant_id, before=before, most=most)
