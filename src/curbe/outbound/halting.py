"""A template that Meta refuses as paused or disabled stands so here from then on: written in the transaction that learned it.

The next claim asks the gate, and the gate looks there: nothing more is begun for the template, whichever campaign it is.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.notices import TemplateReported, TemplateStatus
from curbe.inbox.departures import Settlement
from curbe.infra.db import Query, Transaction
from curbe.templates import service as templates
from curbe.templates.service import TemplateNews

_SAYS: Final = {132015: "PAUSED", 132016: "DISABLED"}  # [Meta: error codes, Sep 2026]


class _Template(msgspec.Struct, frozen=True):
    message_id: UUID
    waba_id: str
    provider_template_id: str
    name: str | None
    language: str | None


_OF_MESSAGES: Final = Query("curbe.outbound", "templates_of_messages", _Template)


async def note_refused(tx: Transaction, settlements: Sequence[Settlement], *, tenant_id: UUID) -> None:
    """Write down what the verdicts say of the templates that were to be sent."""
    refused = {one.id: one for one in settlements if one.error_code in _SAYS}
    if not refused:
        return
    found = await _OF_MESSAGES.all(tx, tenant_id=tenant_id, ids=sorted(refused))
    await templates.apply(tx, [_news(tenant_id, one, refused[one.message_id]) for one in found])


def _news(tenant_id: UUID, template: _Template, verdict: Settlement) -> TemplateNews:
    says = _SAYS[verdict.error_code or 0]
    report = TemplateReported(
        template_id=template.provider_template_id,
        name=template.name,
        language=template.language,
        at=verdict.at,
        tie="",
        status=TemplateStatus(says, says),
    )
    return TemplateNews(tenant_id, template.waba_id, report)
