"""The consent gate: decides whether something may be sent to somebody now. Pure: facts and `now` in, exactly one answer out.

Everything that sends asks here: agents, the API, campaigns, notifications, automations. Messages of campaigns and notifications are asked
about again when they are claimed for sending (docs/adr/0017).
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias

import msgspec

from curbe.connections.rules import ConnectionStatus, Line
from curbe.consent.words import FIXES, WORDS, RefusalCode, Words
from curbe.domain.moments import rfc3339
from curbe.domain.phone import country_of
from curbe.domain.template import is_recategorised
from curbe.domain.window import OpenWindow, closing_time, customer_service_window


class Purpose(StrEnum):
    """Why something is sent: somebody writes to one person, an event of the tenant's notifies one person, or a campaign writes to many."""

    REPLY = "reply"
    NOTIFICATION = "notification"
    CAMPAIGN = "campaign"


class OptInNeeded(StrEnum):
    """When marketing needs the person's yes; otherwise it is enough that they have not said no."""

    NEVER = "never"
    CAMPAIGNS = "campaigns"
    ALWAYS = "always"


class Consent(StrEnum):
    """A person's word."""

    IN = "in"
    OUT = "out"


class Category(StrEnum):
    """The category of a template, in Meta's words."""

    MARKETING = "marketing"
    UTILITY = "utility"
    AUTHENTICATION = "authentication"


class TemplateName(msgspec.Struct, frozen=True, order=True):
    """A template as a request names it."""

    name: str
    language: str


class TemplateStanding(msgspec.Struct, frozen=True):
    """A template's status and category in Meta's words; None: Meta has not told."""

    status: str | None
    category: str | None


class Wanted(msgspec.Struct, frozen=True):
    """What is to be sent: a template, or (None) free-form content.

    ``looked_over_as``: the category (Meta's word) that the template had when somebody checked the campaign; None: any category will do.
    """

    purpose: Purpose
    template: TemplateName | None = None
    looked_over_as: str | None = None


class Consents(msgspec.Struct, frozen=True):
    """A person's latest yes or no to marketing, to utility messages, and to everything. One about everything counts in all three."""

    marketing: Consent | None = None
    utility: Consent | None = None
    everything: Consent | None = None


class Withheld(msgspec.Struct, frozen=True):
    """What Meta did not deliver to a person earlier: marketing, last at ``capped_at``; or this template, because of an experiment."""

    capped_at: datetime | None = None
    in_experiment: bool = False


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a recipient, of the number that would send, and of the template.

    ``line``: None if the tenant has no such number. ``template``: None if none was asked for, or it is not known. ``blocked_here``: blocked
    in the conversation with this number; ``blocked``: in any of the tenant's conversations. ``withheld``: read for campaigns only.
    """

    line: Line | None
    e164: str | None = None
    bsuid: str | None = None
    last_inbound_at: datetime | None = None
    blocked_here: bool = False
    blocked: bool = False
    consents: Consents = Consents()
    template: TemplateStanding | None = None
    opt_in_needed: OptInNeeded = OptInNeeded.CAMPAIGNS
    withheld: Withheld = Withheld()


class Admitted(msgspec.Struct, frozen=True):
    """It may be sent. ``window``: the open window that allows free-form content. ``category`` and ``consent``: of a template, if known."""

    window: OpenWindow | None
    category: Category | None = None
    consent: Consent | None = None


class Refusal(msgspec.Struct, frozen=True):
    """It may not be sent: why, and what to do about it, in es, en and pt. ``details``: the values to fill into these words."""

    code: RefusalCode
    words: Words
    fix: Words
    details: Mapping[str, str | None] = {}


Answer: TypeAlias = Admitted | Refusal

# The template statuses that cannot be sent. With any other status Meta decides. [cloud-api: template statuses]
_UNAVAILABLE: Final = frozenset(
    {
        "PENDING",
        "REJECTED",
        "PAUSED",
        "DISABLED",
        "IN_APPEAL",
        "PENDING_DELETION",
        "DELETED",
        "LIMIT_EXCEEDED",
        "ARCHIVED",
        "LOCKED",
    }
)
_NO_MARKETING: Final = frozenset({"US"})  # since 2025-04-01 [Meta: per-user marketing limits]
CAPPED_FOR: Final = timedelta(hours=24)  # at least, after error 131049 [Meta: per-user marketing limits]


def ask(wanted: Wanted, facts: Facts, *, now: datetime) -> Answer:
    """Return whether ``wanted`` may be sent at ``now``: exactly one answer for any facts."""
    if (no := _number(facts) or _person(wanted, facts)) is not None:
        return no
    window = customer_service_window(facts.last_inbound_at, now=now)
    if wanted.template is None:
        return _free_form(wanted, facts, window)
    answer = _template(wanted, wanted.template, facts, window)
    if isinstance(answer, Refusal):
        return answer
    if wanted.purpose is Purpose.CAMPAIGN and (kept := _withheld(answer.category, facts.withheld, now=now)):
        return kept
    return _account_restricted(facts.line, window, now=now) or answer


def refuse(code: RefusalCode, **details: str | None) -> Refusal:
    """Return a refusal with its words."""
    shown = {name: value or "" for name, value in details.items()}
    return Refusal(
        code=code,
        words={language: text.format(**shown).strip() for language, text in WORDS[code].items()},
        fix=FIXES[code],
        details=details,
    )


def _number(facts: Facts) -> Refusal | None:
    line = facts.line
    if line is not None and line.status is ConnectionStatus.ACTIVE:
        return None
    if line is not None and line.status is ConnectionStatus.ERROR:
        return refuse(RefusalCode.CONNECTION_PAUSED, reason=line.pause_reason)
    return refuse(RefusalCode.NO_CONNECTION)


def _person(wanted: Wanted, facts: Facts) -> Refusal | None:
    if facts.blocked_here or (facts.blocked and wanted.purpose is not Purpose.REPLY):
        return refuse(RefusalCode.CONTACT_BLOCKED)
    if facts.e164 is None and facts.bsuid is None:
        return refuse(RefusalCode.RECIPIENT_UNREACHABLE)
    return None


def _free_form(wanted: Wanted, facts: Facts, window: OpenWindow | None) -> Answer:
    """Judge free-form content. A reply may go to whoever writes to us, whatever they opted out of; content sent by itself may not."""
    if window is None:
        closed_at = closing_time(facts.last_inbound_at)
        told = None if closed_at is None else rfc3339(closed_at)
        return refuse(RefusalCode.WINDOW_CLOSED, window_closed_at=told)
    if wanted.purpose is not Purpose.REPLY and facts.consents.everything is Consent.OUT:
        return refuse(RefusalCode.OPTED_OUT)
    return Admitted(window=window)


def _template(wanted: Wanted, name: TemplateName, facts: Facts, window: OpenWindow | None) -> Answer:
    no = _template_itself(wanted, name, facts.template)
    if no is not None:
        return no
    category = category_of(facts.template)
    if category is Category.AUTHENTICATION and facts.e164 is None:
        return refuse(RefusalCode.RECIPIENT_UNREACHABLE)  # 131062 [Meta: error codes]
    if category is Category.MARKETING and _country(facts) in _NO_MARKETING:
        return refuse(RefusalCode.COUNTRY_REFUSED)
    consent = consent_to(category, facts.consents)
    if consent is Consent.OUT:
        return refuse(RefusalCode.OPTED_OUT)
    if consent is None and _needs_yes(category, wanted.purpose, facts.opt_in_needed):
        return refuse(RefusalCode.NO_CONSENT)
    return Admitted(window=window, category=category, consent=consent)


def _withheld(category: Category | None, withheld: Withheld, *, now: datetime) -> Refusal | None:
    """Refuse marketing that Meta would withhold from this person again: it would reach nobody and cost the number quality."""
    if category not in {Category.MARKETING, None}:
        return None
    if withheld.in_experiment:
        return refuse(RefusalCode.IN_EXPERIMENT)
    if withheld.capped_at is not None and now < withheld.capped_at + CAPPED_FOR:
        return refuse(RefusalCode.MARKETING_CAPPED)
    return None


def _account_restricted(line: Line | None, window: OpenWindow | None, *, now: datetime) -> Refusal | None:
    """Refuse to begin a conversation while Meta restricts the account to replies.

    Meta would refuse every such message, and a refusal of the account (368, 131031) would hold back our replies as well. Asked last, as
    reasons that are about the person or the template last longer.
    """
    until = line.restricted_until if line is not None and window is None else None
    if until is None or until <= now:
        return None
    no = refuse(RefusalCode.ACCOUNT_RESTRICTED, restricted_until=f"{until:%Y-%m-%d %H:%M} UTC")
    return msgspec.structs.replace(no, details={"restricted_until": rfc3339(until)})


def _template_itself(wanted: Wanted, name: TemplateName, standing: TemplateStanding | None) -> Refusal | None:
    """Judge the template itself.

    One that Meta has not told us of is left to Meta where somebody sends it to one person; notifications and campaigns may not send it.
    """
    named = {"name": name.name, "language": name.language}
    if standing is None:
        return None if wanted.purpose is Purpose.REPLY else refuse(RefusalCode.TEMPLATE_UNKNOWN, **named)
    if standing.status in _UNAVAILABLE:
        return refuse(RefusalCode.TEMPLATE_UNAVAILABLE, **named, status=standing.status)
    if is_recategorised(wanted.looked_over_as, standing.category):
        return refuse(
            RefusalCode.TEMPLATE_RECATEGORISED,
            **named,
            category=standing.category,
            looked_over_as=wanted.looked_over_as,
        )
    return None


def category_of(standing: TemplateStanding | None) -> Category | None:
    """Return a template's category; None if Meta has not told it, or it is one that we do not know."""
    word = (standing.category or "").lower() if standing is not None else ""
    return Category(word) if word in {one.value for one in Category} else None


def consent_to(category: Category | None, consents: Consents) -> Consent | None:
    """Return what a person said about messages of a category; of an unknown category, what they said about marketing."""
    match category:
        case Category.UTILITY:
            return consents.utility
        case Category.AUTHENTICATION:
            return consents.everything
        case _:
            return consents.marketing


def _needs_yes(category: Category | None, purpose: Purpose, needed: OptInNeeded) -> bool:
    if category not in {Category.MARKETING, None} or needed is OptInNeeded.NEVER:
        return False
    if category is None and purpose is Purpose.REPLY:
        return False  # its category is unknown: it need not be marketing
    return needed is OptInNeeded.ALWAYS or purpose is Purpose.CAMPAIGN


def _country(facts: Facts) -> str | None:
    """Return the recipient's country (ISO 3166): by the phone number, else by the business-scoped id, which begins with it."""
    if facts.e164 is not None:
        return country_of(facts.e164)
    return facts.bsuid.partition(".")[0] if facts.bsuid else None
