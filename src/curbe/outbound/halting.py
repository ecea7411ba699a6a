"""A template that Meta calls paused or disabled as it is sent stands so here from then on: written in the transaction that learned it.

The next claim asks the gate, and the gate looks there: nothing more is begun for the template, whichever campaign it is.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.channels.cloudapi.codes import TEMPLATE_DISABLED, TEMPLATE_PAUSED
from curbe.domain.notices import TemplateReported, TemplateStatus
from curbe.inbox.departures import Settlement
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
    """That the provider refused a message, with which of its codes, and when."""

    message_id: UUID
    code: int | None
    at: datetime


def refusal_in(settlement: Settlement) -> Refusal:
    """Return what an attempt says of its template: that it is paused is told by a refusal, or beside taking the message."""
    paused = settlement.provider_status == _TAKEN_AND_PAUSED
    return Refusal(settlement.id, TEMPLATE_PAUSED if paused else settlement.error_code, settlement.at)


async def note_refused(tx: Transaction, refusals: Sequence[Refusal], *, tenant_id: UUID) -> None:
    """Write down what the refusals say of the templates that were to be sent."""
    refused = {one.message_id: _SAYS[one.code] for one in refusals if one.code in _SAYS}
    if not refused:
        return
    now = await tx.now()  # a sender whose own clock is ahead has not the last word on the template until then
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
