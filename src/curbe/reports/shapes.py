"""Reports as the API tells them."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from curbe.channels.cloudapi.phrases import Words
from curbe.reports.rules import Spread


class GroupBy(StrEnum):
    """What a series is told apart by."""

    NOTHING = "nothing"
    NUMBER = "number"
    AGENT = "agent"
    TEMPLATE = "template"
    CAMPAIGN = "campaign"
    CATEGORY = "category"
    TYPE = "type"


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """Which days a report is about: from ``first_day`` to ``last_day``, both included, by the clock of ``time_zone``.

    ``pending_days``: days not counted yet, which are missing in it. ``partial_days``: days of which some messages had been deleted
    by age before they were counted. ``other_clock_days``: days that were counted by another time zone, and whose messages are gone.
    """

    first_day: date
    last_day: date
    time_zone: str
    pending_days: int = 0
    partial_days: int = 0
    other_clock_days: int = 0


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """How many messages were ``received``; how many were ``made`` to be sent, and of those how many became what.

    ``sent``: WhatsApp took it. ``replied``: the person wrote within a week. One message counts in each that it reached.
    """

    received: int = 0
    made: int = 0
    sent: int = 0
    delivered: int = 0
    read: int = 0
    replied: int = 0
    failed: int = 0


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """How many failed for one reason: ``kind`` as on messages, ``code`` is WhatsApp's, 0 where it is not WhatsApp's refusal.

    ``words``: what it means, for people; null where it was cancelled.
    """

    kind: str
    code: int
    count: int
    words: Words | None = None


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """What was charged, by the rate card of ``as_of``; an estimate, Meta's bill counts.

    ``charged``: messages in ``amount``. ``free``: Meta said that they cost nothing. ``untold``: delivered, and Meta has not said.
    ``unpriced``: charged by a category that the card does not have, so not in ``amount``.
    """

    amount: Decimal
    currency: str
    as_of: str
    charged: int
    free: int
    untold: int
    unpriced: int


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Figures of one thing, on one day or of the whole time (``day`` null).

    ``key``: of a number its id, of a template ``name/language``, of who sent ``user:``, ``key:`` or ``campaign:`` and an id, or a word;
    empty where nothing is told apart. ``name``: what it is called, null where nobody knows any more. ``first_response``, ``unanswered`` and
    ``resolution`` are null where they make no sense.
    """

    day: date | None
    key: str
    name: str | None
    figures: Figures
    first_response: Spread | None = None
    unanswered: int | None = None
    resolution: Spread | None = None
    cost: Money


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """The whole time in one line, and why messages failed, the most frequent reason first."""

    period: Period
    total: Line
    failures: list[Failure]


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Lines of a report."""

    period: Period
    lines: list[Line]


class CostLine(msgspec.Struct, frozen=True, kw_only=True):
    """Messages charged alike. ``each`` and ``amount`` are null where the card has no such category; ``country`` where it cannot be told.

    ``pricing``: Meta's word, ``untold`` where it has said none.
    """

    category: str
    pricing: str
    country: str | None
    messages: int
    each: Decimal | None
    amount: Decimal | None


class Costs(msgspec.Struct, frozen=True, kw_only=True):
    """What was charged by category and country, the most messages first. ``source``: where the rates are from."""

    period: Period
    total: Money
    source: str
    lines: list[CostLine]
