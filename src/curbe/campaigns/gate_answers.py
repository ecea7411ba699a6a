"""Which of a campaign's recipients may be written to: asks the consent gate about a batch of them (docs/adr/0017)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.campaigns.rules import RESTRICTED, Stop
from curbe.consent import facts
from curbe.consent.facts import Recipient
from curbe.consent.gate import Purpose, Refusal, TemplateName, Wanted
from curbe.consent.words import RefusalCode
from curbe.domain.template import TemplateContent
from curbe.infra.db import Transaction

# Refusals that are about the whole campaign rather than about one recipient -> why the campaign stops.
_OF_ALL: Final = {
    RefusalCode.NO_CONNECTION: "number_gone",
    RefusalCode.CONNECTION_PAUSED: "number_paused",
    RefusalCode.ACCOUNT_RESTRICTED: RESTRICTED,
    RefusalCode.TEMPLATE_UNKNOWN: "template_unknown",
    RefusalCode.TEMPLATE_UNAVAILABLE: "template_not_approved",
    RefusalCode.TEMPLATE_RECATEGORISED: "template_category",
}


class Person(msgspec.Struct, frozen=True):
    """A recipient. ``phone``: canonical digits."""

    n: int
    phone: str


class Skip(msgspec.Struct, frozen=True):
    """Why no message is made for a recipient."""

    reason: str
    detail: str


class Judged(msgspec.Struct, frozen=True):
    """What the gate said: the recipients to skip, by their number ``n``; or, with ``stop``, why the whole campaign has to stop."""

    skips: dict[int, Skip]
    stop: Stop | None = None
    outside: int = 0  # how many others have no open window: Meta counts each of these towards the portfolio's daily limit


async def judged(
    tx: Transaction,
    persons: Sequence[Person],
    *,
    tenant_id: UUID,
    connection_id: UUID,
    content: TemplateContent,
    looked_over_as: str | None,
    now: datetime,
) -> Judged:
    """Return what the gate says of sending one template from one number to ``persons`` at ``now``.

    ``looked_over_as``: the template's category when the campaign was looked over; None: not known. Another one by now stops the campaign.
    """
    template = TemplateName(content.name, content.language.code)
    wanted = Wanted(Purpose.CAMPAIGN, template, looked_over_as=looked_over_as)
    answers = await facts.ask(
        tx,
        [Recipient(phone=one.phone) for one in persons],
        tenant_id=tenant_id,
        connection_id=connection_id,
        wanted=[wanted] * len(persons),
        now=now,
    )
    skips: dict[int, Skip] = {}
    stop: Stop | None = None
    outside = 0
    for one, answer in zip(persons, answers, strict=True):
        if not isinstance(answer, Refusal):
            outside += answer.window is None
            continue
        if answer.code in _OF_ALL:
            stop = Stop(_OF_ALL[answer.code], answer.words["en"])
            # Said only of recipients who have no open window.
            outside += answer.code is RefusalCode.ACCOUNT_RESTRICTED
        else:
            skips[one.n] = Skip(answer.code.value, answer.words["en"])
    return Judged(skips, stop, outside)
