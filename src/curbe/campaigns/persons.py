"""One person across all campaigns: what was or would be sent to them, for an export, and erasing it while the campaigns' figures stay."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.phone import patterns_at_home
from curbe.infra.db import Id, Query, Transaction

_PACKAGE: Final = "curbe.campaigns"


class Mailed(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign that a person is a recipient of, and the values that its template is filled with for them."""

    campaign_id: UUID
    name: str
    phone: str
    variables: msgspec.Raw
    state: str
    skip_reason: str | None
    message_id: UUID | None
    taken_at: datetime | None


class _Mailed(msgspec.Struct, frozen=True):
    id: UUID
    name: str
    phone: str
    variables: str
    state: str
    skip_reason: str | None
    message_id: UUID | None
    taken_at: datetime | None


class _Audience(msgspec.Struct, frozen=True):
    id: UUID


_TO_PERSON: Final = Query(_PACKAGE, "campaigns_to_person", _Mailed)
_SKIP: Final = Query(_PACKAGE, "skip_erased")
_HOLD: Final = Query(_PACKAGE, "hold_audiences", Id)
_RECIPIENTS: Final = Query(_PACKAGE, "erase_recipients", _Audience)
_FAULTS: Final = Query(_PACKAGE, "erase_faults", _Audience)
_FILES: Final = Query(_PACKAGE, "forget_files")


async def campaigns_to(tx: Transaction, *, tenant_id: UUID, contact_id: UUID) -> list[Mailed]:
    """Return the campaigns that a contact, or one that was merged into it, is a recipient of."""
    return [
        Mailed(
            campaign_id=row.id,
            name=row.name,
            phone=f"+{row.phone}",
            variables=msgspec.Raw(row.variables.encode()),
            state=row.state,
            skip_reason=row.skip_reason,
            message_id=row.message_id,
            taken_at=row.taken_at,
        )
        for row in await _TO_PERSON.all(tx, tenant_id=tenant_id, contact_id=contact_id)
    ]


async def skip(
    tx: Transaction, *, tenant_id: UUID, contact_ids: Sequence[UUID], phones: Sequence[str]
) -> int:
    """Skip a person in every campaign that has not written to them yet; return in how many that was.

    A worker that is just making a batch with them finds that they do not wait any more; its batch is rolled back and made anew.
    """
    return await _SKIP.run(tx, tenant_id=tenant_id, contact_ids=list(contact_ids), phones=list(phones))


async def erase(
    tx: Transaction,
    *,
    tenant_id: UUID,
    contact_ids: Sequence[UUID],
    conversation_ids: Sequence[UUID],
    phones: Sequence[str],
    names: Sequence[str],
) -> int:
    """Delete a person from every audience, before their messages are deleted; return how many rows that were.

    Those are few enough for one transaction: each campaign has a person once.
    """
    await _HOLD.all(tx, tenant_id=tenant_id)
    recipients = await _RECIPIENTS.all(
        tx,
        tenant_id=tenant_id,
        contact_ids=list(contact_ids),
        conversation_ids=list(conversation_ids),
        phones=list(phones),
    )
    faults = await _FAULTS.all(
        tx,
        tenant_id=tenant_id,
        phones=list(phones),
        names=list(names),
        at_home=patterns_at_home(names),
    )
    audiences = sorted({row.id for row in (*recipients, *faults)})
    await _FILES.run(tx, tenant_id=tenant_id, ids=audiences)
    return len(recipients) + len(faults)
