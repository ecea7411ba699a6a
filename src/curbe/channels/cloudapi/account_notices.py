"""What Meta tells of accounts and numbers, as facts by name [Meta: webhook fields, account_update, Sep 2026]. Pure.

Every enum is open: a value nobody has written down is a fact all the same, only one without consequences.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final

import msgspec

from curbe.channels.cloudapi import wire
from curbe.channels.cloudapi.items import moment_or_none
from curbe.domain.notices import HealthReported

_LONGEST: Final = 500  # characters of a word or sentence of Meta's that is shown to people

# A plain number in older payloads, a tier's name since v24.0 [Meta: messaging limits, 2026].
_TIERS: Final = {
    "50": "TIER_50",
    "250": "TIER_250",
    "1000": "TIER_1K",
    "2000": "TIER_2K",
    "10000": "TIER_10K",
    "100000": "TIER_100K",
    "-1": "TIER_UNLIMITED",
}
_NOT_TOLD: Final = "TIER_NOT_SET"  # of a number that is being registered: nothing about the business's
Word = str | int | float | None


class _Restriction(msgspec.Struct, gc=False):
    restriction_type: str | None = None
    expiration: wire.Seconds = None


class _Violation(msgspec.Struct, gc=False):
    violation_type: str | None = None


class _Ban(msgspec.Struct, gc=False):
    waba_ban_state: str | None = None
    waba_ban_date: str | None = None


class _Waba(msgspec.Struct, gc=False):
    owner_business_id: str | int | None = None
    partner_app_id: str | int | None = None
    ad_account_linked: str | int | None = None


class _Disconnection(msgspec.Struct, gc=False):
    reason: str | None = None
    initiated_by: str | None = None


class _Certification(msgspec.Struct, gc=False):
    status: str | None = None
    rejection_reasons: list[str] | None = None


class _Tier(msgspec.Struct, gc=False):
    tier: str | None = None
    pricing_category: str | None = None
    region: str | None = None


class AccountUpdate(msgspec.Struct, gc=False):
    """`account_update`: one event, and what belongs to it."""

    event: str | None = None
    country: str | None = None
    phone_number: str | int | None = None
    restriction_info: list[_Restriction] | None = None
    violation_info: _Violation | None = None
    ban_info: _Ban | None = None
    waba_info: _Waba | None = None
    disconnection_info: _Disconnection | None = None
    partner_client_certification_info: _Certification | None = None
    volume_tier_info: _Tier | None = None


class Alert(msgspec.Struct, gc=False):
    """`alert_info`."""

    alert_type: str | None = None
    alert_status: str | None = None
    alert_severity: str | None = None
    alert_description: str | None = None


class AccountValue(msgspec.Struct, gc=False):
    """The values of the other fields about accounts and numbers: each has some of these."""

    event: str | None = None
    decision: str | None = None
    type: str | None = None
    status: str | None = None
    username: str | None = None
    requested_username: str | None = None
    requested_verified_name: str | None = None
    rejection_reason: str | None = None
    rejection_reasons: list[str] | None = None
    requester: str | int | None = None
    display_phone_number: str | int | None = None
    entity_type: str | None = None
    entity_id: str | int | None = None
    alert_info: Alert | None = None
    max_daily_conversations_per_business: Word = None
    max_daily_conversation_per_phone: Word = None
    current_limit: Word = None
    max_phone_numbers_per_business: Word = None
    max_phone_numbers_per_waba: Word = None


class Dated(msgspec.Struct, frozen=True):
    """When a notice was sent, what decides between two of that moment, and the number it is routed by."""

    at: datetime
    tie: str
    phone_number_id: str | None = None


_ACCOUNT_UPDATE: Final = msgspec.json.Decoder(AccountUpdate)
_VALUE: Final = msgspec.json.Decoder(AccountValue)
_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


def account_update(payload: str, dated: Dated) -> list[HealthReported]:
    """Return the facts in one `account_update`; none where it names no event that means something."""
    value = _ACCOUNT_UPDATE.decode(payload)
    reader = _EVENTS.get(value.event or "")
    return [*reader(value, dated), *_portfolio(value, dated)] if reader is not None else []


def _portfolio(value: AccountUpdate, dated: Dated) -> list[HealthReported]:
    """Return which business portfolio owns the account: its numbers share one messaging limit [Meta: messaging limits, Sep 2026]."""
    owner = _text(value.waba_info.owner_business_id) if value.waba_info is not None else None
    return [_fact(dated, "portfolio", owner)] if owner else []


def _restrictions(value: AccountUpdate, dated: Dated) -> list[HealthReported]:
    return [
        _fact(dated, f"restriction.{_short(one.restriction_type)}", "RESTRICTED", until=one.expiration)
        for one in value.restriction_info or ()
        if one.restriction_type
    ]


def _violation(value: AccountUpdate, dated: Dated) -> list[HealthReported]:
    kind = value.violation_info.violation_type if value.violation_info is not None else None
    return [_fact(dated, "violation", kind or "UNKNOWN")]


def _ban(value: AccountUpdate, dated: Dated) -> list[HealthReported]:
    ban = value.ban_info
    if ban is None or not ban.waba_ban_state:
        return []
    return [_fact(dated, "ban", ban.waba_ban_state, detail=ban.waba_ban_date)]


def _partner_removed(value: AccountUpdate, dated: Dated) -> list[HealthReported]:
    told = value.disconnection_info
    detail = _list([told.reason or "", told.initiated_by or ""]) if told is not None else None
    return [_fact(dated, "partner_removed", "PARTNER_REMOVED", detail=detail)]


def _app_uninstalled(value: AccountUpdate, dated: Dated) -> list[HealthReported]:
    # Several partners' apps may serve one WABA: another's leaving is not ours.
    app_id = value.waba_info.partner_app_id if value.waba_info is not None else None
    return [_fact(dated, "app_uninstalled", "PARTNER_APP_UNINSTALLED", app_id=_text(app_id))]


def _certification(value: AccountUpdate, dated: Dated) -> list[HealthReported]:
    told = value.partner_client_certification_info or _Certification()
    return [_fact(dated, "certification", told.status or "UNKNOWN", detail=_list(told.rejection_reasons))]


def _country(value: AccountUpdate, dated: Dated) -> list[HealthReported]:
    return [_fact(dated, "country", value.country)] if value.country else []


def _pricing_tier(value: AccountUpdate, dated: Dated) -> list[HealthReported]:
    tier = value.volume_tier_info
    if tier is None or not tier.tier:
        return []
    name = ".".join(
        ["pricing_tier", *(_short(part) for part in (tier.pricing_category, tier.region) if part)]
    )
    return [_fact(dated, name, tier.tier)]


def _ad_account(value: AccountUpdate, dated: Dated) -> list[HealthReported]:
    linked = value.waba_info.ad_account_linked if value.waba_info is not None else None
    return [_fact(dated, "ad_account", "LINKED", detail=_text(linked))]


def _verified(value: AccountUpdate, dated: Dated) -> list[HealthReported]:
    return [_fact(dated, "verified", "VERIFIED", number=_text(value.phone_number))]


def _named(name: str) -> "_EventReader":
    """Return the reader of an event that is all that it tells: its own word, under this name."""
    return lambda value, dated: [_fact(dated, name, value.event or "")]


_EventReader = Callable[[AccountUpdate, Dated], list[HealthReported]]
_EVENTS: Final[dict[str, _EventReader]] = {
    "ACCOUNT_DELETED": _named("deleted"),
    "ACCOUNT_OFFBOARDED": _named("onboarding"),
    "ACCOUNT_RECONNECTED": _named("onboarding"),
    "ACCOUNT_RESTRICTION": _restrictions,
    "ACCOUNT_VIOLATION": _violation,
    "AD_ACCOUNT_LINKED": _ad_account,
    "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE": _named("international_authentication_rates"),
    "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE": _country,
    "DISABLED_UPDATE": _ban,
    "MM_LITE_TERMS_SIGNED": _named("marketing_messages_terms"),
    "PARTNER_ADDED": _named("partner_added"),
    "PARTNER_APP_INSTALLED": _named("partner_added"),
    "PARTNER_APP_UNINSTALLED": _app_uninstalled,
    "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE": _certification,
    "PARTNER_REMOVED": _partner_removed,
    "VERIFIED_ACCOUNT": _verified,
    "VOLUME_BASED_PRICING_TIER_UPDATE": _pricing_tier,
}


def account_review(payload: str, dated: Dated) -> list[HealthReported]:
    """Return the decision of a review."""
    decision = _VALUE.decode(payload).decision
    return [_fact(dated, "account_review", decision)] if decision else []


def account_alert(payload: str, dated: Dated) -> list[HealthReported]:
    """Return one alert, under its type: about a number where it names one, else about the account."""
    value = _VALUE.decode(payload)
    alert = value.alert_info
    if alert is None or not alert.alert_type:
        return []
    of_number = value.entity_id if value.entity_type == "PHONE_NUMBER" else None
    words = " ".join(part for part in (alert.alert_severity, alert.alert_description) if part)
    return [
        _fact(
            Dated(dated.at, dated.tie, _text(of_number) or dated.phone_number_id),
            f"alert.{_short(alert.alert_type)}",
            alert.alert_status or "ACTIVE",
            detail=words or None,
        )
    ]


def account_settings(payload: str, dated: Dated) -> list[HealthReported]:
    """Return which settings changed, each under its name."""
    told = _OBJECT.decode(payload).keys() - {"messaging_product", "timestamp", "type"}
    return [_fact(dated, f"settings.{_short(name)}", "CHANGED") for name in sorted(told)]


def business_capability(payload: str, dated: Dated) -> list[HealthReported]:
    """Return the messaging limit, and how many numbers the business may have."""
    value = _VALUE.decode(payload)
    limit = _tier(value.max_daily_conversations_per_business, value.max_daily_conversation_per_phone)
    numbers = _text(value.max_phone_numbers_per_business) or _text(value.max_phone_numbers_per_waba)
    facts = [_fact(dated, "messaging_limit", limit)] if limit else []
    return [*facts, _fact(dated, "max_phone_numbers", numbers)] if numbers else facts


def number_quality(payload: str, dated: Dated) -> list[HealthReported]:
    """Return what a quality update tells of its number: its rating, its throughput, and the limit, which is the business's."""
    value = _VALUE.decode(payload)
    number = _text(value.display_phone_number)
    told = {"THROUGHPUT_UPGRADE": ("throughput", "HIGH"), "FLAGGED": ("quality", "RED")}
    # Unflagged: it is not low any more; whether it is medium or high Meta does not say here.
    told |= {"UNFLAGGED": ("quality", "UNKNOWN")}
    facts = [_fact(dated, *told[value.event], number=number)] if value.event in told else []
    shared, own = _tier(value.max_daily_conversations_per_business), _tier(value.current_limit)
    # The numbers of a business share it; a notice is known to be about those of the same WABA [Meta: messaging limits, Sep 2026].
    if shared:
        facts.append(_fact(dated, "messaging_limit", shared))
    elif own:
        facts.append(_fact(dated, "messaging_limit", own, number=number))
    return facts


def number_name(payload: str, dated: Dated) -> list[HealthReported]:
    """Return the decision on a name (``detail`` is the name, with the reason where it was refused), and the name once it is approved."""
    value = _VALUE.decode(payload)
    if not value.decision:
        return []
    name, reason = value.requested_verified_name, value.rejection_reason
    detail = f"{name}: {reason}" if name and reason and value.decision != "APPROVED" else name or reason
    number = _text(value.display_phone_number)
    facts = [_fact(dated, "name_review", value.decision, detail=detail, number=number)]
    # A fact of its own: a later refusal of another name leaves the number the one that it has.
    return (
        [*facts, _fact(dated, "display_name", name, number=number)]
        if name and value.decision == "APPROVED"
        else facts
    )


def security(payload: str, dated: Dated) -> list[HealthReported]:
    """Return what happened to the two-step verification PIN of a number."""
    value = _VALUE.decode(payload)
    number = _text(value.display_phone_number)
    return [_fact(dated, "security", value.event, number=number)] if value.event else []


def username(payload: str, dated: Dated) -> list[HealthReported]:
    """Return what became of the business's username: ``detail`` is the username."""
    value = _VALUE.decode(payload)
    status = value.status or value.decision
    name = value.username or value.requested_username
    number = _text(value.display_phone_number)
    return [_fact(dated, "username", status, detail=name, number=number)] if status else []


def handover(payload: str, dated: Dated) -> list[HealthReported]:
    """Return the last change of who answers: ``control_passed`` and the like, as Meta names it."""
    told = _OBJECT.decode(payload)
    kind = msgspec.json.decode(told.get("type", msgspec.Raw(b"null")))
    if isinstance(kind, str):
        return [_fact(dated, "handover", kind)]
    names = told.keys() - {"messaging_product", "metadata", "contacts", "timestamp", "recipient", "sender"}
    return [_fact(dated, "handover", name) for name in sorted(names)[:1]]


def _fact(
    dated: Dated,
    name: str,
    value: str,
    *,
    detail: str | None = None,
    until: wire.Seconds = None,
    number: str | None = None,
    app_id: str | None = None,
) -> HealthReported:
    return HealthReported(
        name=name,
        value=value[:_LONGEST],
        at=dated.at,
        tie=dated.tie,
        detail=detail[:_LONGEST] if detail else None,
        until=_end(until),
        phone_number_id=dated.phone_number_id,
        display_phone_number="".join(digit for digit in number if digit.isdigit()) if number else None,
        app_id=app_id,
    )


def _end(told: wire.Seconds) -> datetime | None:
    """Return the UTC moment of an end that is told in Unix seconds or as an ISO time; None where it is neither."""
    if isinstance(told, str) and "-" in told:
        try:
            at = datetime.fromisoformat(told)
        except ValueError:
            return None
        told = int((at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp())
    return moment_or_none(told)


def _tier(*limits: Word) -> str | None:
    word = next((found for limit in limits if (found := _text(limit)) and found != _NOT_TOLD), None)
    return _TIERS.get(word, word) if word else None


def _list(words: list[str] | None) -> str | None:
    return ", ".join(word for word in words or () if word and word != "NONE") or None


def _text(word: Word) -> str | None:
    return None if word is None or word == "" else str(word)


def _short(word: str | None) -> str:
    """Return a word of Meta's as part of a fact's name: short, and without what separates the parts."""
    return (word or "").replace(".", "_")[:64]
