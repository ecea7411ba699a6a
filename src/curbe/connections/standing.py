"""What Meta has told of a number and its account: the latest fact under each name, and whether these facts forbid sending. Pure.

The same facts in any order, any number of times, give the same result. Whether sending is forbidden follows from the facts alone, so a
notice that lifts a restriction ends the pause that this restriction caused, and no other.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec

from curbe.connections.rules import ConnectionStatus, messages_per_second
from curbe.domain.notices import HealthReported

# A restriction of business-initiated messages still allows replies: it is shown, and Meta refuses the sends it is about. A restriction of
# replies allows nothing [Meta: account_update, Sep 2026].
_FORBIDDING: Final = "restriction.RESTRICTED_CUSTOMER_INITIATED_MESSAGING"


class Fact(msgspec.Struct, frozen=True, omit_defaults=True):
    """The latest fact under one name: the provider's word for it, when it was so, and ``tie`` to order two of the same moment."""

    value: str
    at: datetime
    tie: str = ""
    detail: str | None = None
    until: datetime | None = None

    def told(self) -> tuple[str, str | None, datetime | None]:
        """Return what is shown of it to people: a later fact that says the same is no news."""
        return self.value, self.detail, self.until


Health = Mapping[str, Fact]


class Forbidden(msgspec.Struct, frozen=True):
    """Why Meta forbids sending: the name of the fact, a sentence for people, and when it ends by itself (None: it does not)."""

    cause: str
    reason: str
    until: datetime | None = None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The part of a connection that notices from Meta can change.

    ``facts_at``: when the Graph API was last asked about the number; a fact from before that changes no column any more. ``coexistence``:
    whether the WhatsApp Business app is on the number, too; notices do not change it.
    """

    status: ConnectionStatus
    health: dict[str, Fact]
    facts_at: datetime | None
    quality_rating: str | None
    throughput_level: str | None
    coexistence: bool
    messages_per_second: int
    messaging_limit: str | None
    display_name: str | None
    pause_reason: str | None
    pause_cause: str | None
    pause_until: datetime | None


def after(standing: Standing, news: Iterable[HealthReported], *, now: datetime) -> Standing:
    """Return how a connection stands once ``news`` is taken in, at ``now``; equal to ``standing`` where the news changes nothing."""
    health = dict(standing.health)
    fresh: list[str] = []
    for report in news:
        fact = Fact(report.value, report.at, report.tie, report.detail, report.until)
        known = health.get(report.name)
        if known is None or (fact.at, fact.tie) > (known.at, known.tie):
            health[report.name] = fact
            fresh.append(report.name)
    if not fresh:
        return standing
    updated = msgspec.structs.replace(standing, health=health)
    for name in sorted(set(fresh)):
        updated = _with_column(updated, name, health[name])
    return judged(updated, now=now)


def judged(standing: Standing, *, now: datetime) -> Standing:
    """Pause a connection where its facts forbid sending at ``now``, and end such a pause where they do not any more.

    A pause that a person or a refused send caused stays.
    """
    why = forbidden(standing.health, since=standing.facts_at, now=now)
    paused = standing.status is ConnectionStatus.ERROR
    if why is None:
        if not paused or standing.pause_cause is None:
            return standing
        return msgspec.structs.replace(
            standing, status=ConnectionStatus.ACTIVE, pause_reason=None, pause_cause=None, pause_until=None
        )
    if standing.status is not ConnectionStatus.ACTIVE and standing.pause_cause is None:
        return standing
    return msgspec.structs.replace(
        standing,
        status=ConnectionStatus.ERROR,
        pause_reason=why.reason,
        pause_cause=why.cause,
        pause_until=why.until,
    )


def forbidden(health: Health, *, since: datetime | None, now: datetime) -> Forbidden | None:
    """Return the gravest reason why Meta forbids sending at ``now``; None where it does not.

    Args:
        health: the latest facts, by name.
        since: when the number was last shown to work; facts from before do not count.
        now: aware.
    """
    for name, value, reason in _REASONS:
        fact = health.get(name)
        if fact is None or (since is not None and fact.at <= since) or (value and fact.value != value):
            continue
        if fact.until is None or fact.until > now:
            ends = f", until {fact.until:%Y-%m-%d %H:%M} UTC" if fact.until is not None else ""
            said = f" ({fact.detail})" if fact.detail else ""
            return Forbidden(cause=name, reason=f"{reason}{said}{ends}.", until=fact.until)
    return None


def is_told(before: Standing, now: Standing) -> bool:
    """Tell whether people would see a difference between the two."""
    seen = {name: fact.told() for name, fact in before.health.items()}
    sees = {name: fact.told() for name, fact in now.health.items()}
    return seen != sees or msgspec.structs.replace(before, health={}) != msgspec.structs.replace(
        now, health={}
    )


# The name of the fact, the value of it that forbids sending ("": any value), and the reason in words.
_REASONS: Final = (
    ("deleted", "", "Meta says that this WhatsApp Business Account was deleted"),
    (
        "partner_removed",
        "",
        "The business took its account away from this installation; connect the number again",
    ),
    ("app_uninstalled", "", "The business removed this installation's app; connect the number again"),
    ("ban", "DISABLE", "Meta disabled this WhatsApp Business Account"),
    ("onboarding", "ACCOUNT_OFFBOARDED", "The number was signed out of the Cloud API"),
    (_FORBIDDING, "", "Meta restricts this account: no message may be sent, not even a reply"),
)


def _with_column(standing: Standing, name: str, fact: Fact) -> Standing:
    if standing.facts_at is not None and fact.at <= standing.facts_at:
        return standing
    match name:
        case "quality":
            return msgspec.structs.replace(standing, quality_rating=fact.value)
        case "messaging_limit":
            return msgspec.structs.replace(standing, messaging_limit=fact.value)
        case "display_name":
            return msgspec.structs.replace(standing, display_name=fact.value)
        case "throughput":
            pace = messages_per_second(throughput_level=fact.value, coexistence=standing.coexistence)
            return msgspec.structs.replace(standing, throughput_level=fact.value, messages_per_second=pace)
        case _:
            return standing
