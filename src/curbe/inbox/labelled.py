"""The labels of conversations, apart from what people change of each."""

from typing import Final
from uuid import UUID

from curbe.infra.db import Query, Transaction

_TAKE_OFF: Final = Query("curbe.inbox", "take_label_off")
_AT_ONCE: Final = 1000  # conversations from which one transaction takes a label


async def take_label_off(tx: Transaction, tenant_id: UUID, label_id: UUID) -> bool:
    """Take a label off some of the conversations that have it: it is about to be deleted, which nobody is told of each.

    Returns:
        True where those were the last: else commit, and call it again.
    """
    return await _TAKE_OFF.run(tx, tenant_id=tenant_id, id=label_id, most=_AT_ONCE) < _AT_ONCE
