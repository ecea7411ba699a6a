"""Who of a campaign's recipients may be written to: the product's one gate, asked for a batch (docs/adr/0017)."""

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

# What speaks against the campaign, and not against this or that recipient.
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
    """Who is not written to, and why; or why nobody is."""

    skips: dict[int, Skip]
    stop: Stop | None = None
    outside: int = 0  # of the others, those with no window open: each of them counts for the portfolio's day


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
    """Return what the gate says of ``persons`` for one template, of the category it was looked over as, from one number at ``now``."""
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
            outside += answer.code is RefusalCode.ACCOUNT_RESTRICTED  # it is of nobody whose window is open
        else:
            skips[one.n] = Skip(answer.code.value, answer.words["en"])
    return Judged(skips, stop, outside)
