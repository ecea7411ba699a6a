"""Erases somebody from the campaigns that went, or would go, to them; what the campaigns came to stays."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from curbe.infra.db import Query, Transaction

_PACKAGE: Final = "curbe.campaigns"


class _Audience(msgspec.Struct, frozen=True):
    id: UUID


_RECIPIENTS: Final = Query(_PACKAGE, "erase_recipients", _Audience)
_FAULTS: Final = Query(_PACKAGE, "erase_faults", _Audience)
_FILES: Final = Query(_PACKAGE, "forget_files")


async def erase(
    tx: Transaction,
    *,
    tenant_id: UUID,
    contact_ids: Sequence[UUID],
    conversation_ids: Sequence[UUID],
    phones: Sequence[str],
    names: Sequence[str],
) -> int:
    """Take somebody out of every audience before their messages go; return of how many rows.

    Bounded by how many campaigns there are: each has a person once.
    """
    recipients = await _RECIPIENTS.all(
        tx,
        tenant_id=tenant_id,
        contact_ids=list(contact_ids),
        conversation_ids=list(conversation_ids),
        phones=list(phones),
    )
    faults = await _FAULTS.all(tx, tenant_id=tenant_id, phones=list(phones), names=list(names))
    audiences = sorted({row.id for row in (*recipients, *faults)})
    await _FILES.run(tx, tenant_id=tenant_id, ids=audiences)
    return len(recipients) + len(faults)
