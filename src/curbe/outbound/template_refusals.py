"""Stores that a template is paused or disabled where Meta says so while it is sent, in the transaction that writes that outcome.

The next claim asks the consent gate, which looks at the stored status. So nothing more is begun for the template, by any campaign.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.channels.cloudapi.codes import TEMPLATE_DISABLED, TEMPLATE_PAUSED
from curbe.domain.notices import TemplateReported, TemplateStatus
from curbe.inbox.outbound_messages import Settlement
from curbe.infra.db import Query, Transaction
from curbe.templates import service as templates
from curbe.templates.service import TemplateNews

_SAYS: Final = {TEMPLATE_PAUSED: "PAUSED", TEMPLATE_DISABLED: "DISABLED"}
_TAKEN_AND_PAUSED: Final = (
    "paused"  # Meta's word beside taking a template's message [Meta: send messages, Sep 2026]
)


class _Template(msgspec.Struct, frozen=True):
    message_id: UUID
    waba_id: str
    provider_template_id: str
    name: str | None
    language: str | None


_OF_MESSAGES: Final = Query("curbe.outbound", "templates_of_messages", _Template)


class Refusal(msgspec.Struct, frozen=True):
    """A message that the provider refused: with which of its codes, and when."""

    message_id: UUID
    code: int | None
    at: datetime


def refusal_in(settlement: Settlement) -> Refusal:
    """Return what an attempt says about its template. Meta can tell that it is paused by refusing a message, or while accepting one."""
    paused = settlement.provider_status == _TAKEN_AND_PAUSED
    return Refusal(settlement.id, TEMPLATE_PAUSED if paused else settlement.error_code, settlement.at)


async def note_refused(tx: Transaction, refusals: Sequence[Refusal], *, tenant_id: UUID) -> None:
    """Store what the refusals say about the status of the templates that were to be sent."""
    refused = {one.message_id: _SAYS[one.code] for one in refusals if one.code in _SAYS}
    if not refused:
        return
    now = await tx.now()  # not a sender's clock: one that is ahead would outweigh what Meta tells later
    at = {one.message_id: min(one.at, now) for one in refusals}
    found = await _OF_MESSAGES.all(tx, tenant_id=tenant_id, ids=sorted(refused))
    await templates.apply(
        tx, [_news(tenant_id, one, refused[one.message_id], at[one.message_id]) for one in found]
    )


def _news(tenant_id: UUID, template: _Template, says: str, at: datetime) -> TemplateNews:
    report = TemplateReported(
        template_id=template.provider_template_id,
        name=template.name,
        language=template.language,
        at=at,
        tie="",
        status=TemplateStatus(says, says),
    )
    return TemplateNews(tenant_id, template.waba_id, report)
