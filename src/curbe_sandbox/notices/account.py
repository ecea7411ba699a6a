"""What Meta says about a WABA [account_update, Sep 2026; account_alerts, account_review_update, Dec 2025]."""

from typing import Any, Final

from curbe_sandbox.notices.about import About, Notice
from curbe_sandbox.state import PORTFOLIO_ID

_SOLUTION: Final = "600000000000001"
_PARTNER: Final = "400000000000002"
_DAYS_30: Final = 30 * 86400


def _waba_info(about: About, **more: Any) -> dict[str, Any]:
    return {"waba_id": about.waba.id, "owner_business_id": PORTFOLIO_ID, **more}


def _plain(_about: About) -> dict[str, Any]:
    return {}


def _restriction(about: About) -> dict[str, Any]:
    kinds = ("RESTRICTED_BIZ_INITIATED_MESSAGING", "RESTRICTED_ADD_PHONE_NUMBER_ACTION")
    until = about.seconds + _DAYS_30
    return {"restriction_info": [{"restriction_type": kind, "expiration": until} for kind in kinds]}


def _ban(about: About) -> dict[str, Any]:
    date = f"{about.now:%B} {about.now.day}, {about.now.year}"
    return {"ban_info": {"waba_ban_state": "DISABLE", "waba_ban_date": date}}


def _removed(about: About) -> dict[str, Any]:
    told: dict[str, Any] = {"waba_info": _waba_info(about)}
    if about.number.is_on_biz_app:  # coexistence: why it ended
        told["disconnection_info"] = {"reason": "PRIMARY_INACTIVITY", "initiated_by": "SYSTEM"}
    return told


def _added(about: About) -> dict[str, Any]:
    shared = {"solution_id": _SOLUTION, "solution_partner_business_ids": [PORTFOLIO_ID, _PARTNER]}
    return {"waba_info": _waba_info(about, **shared)}


def _app(about: About) -> dict[str, Any]:
    return {"waba_info": _waba_info(about, partner_app_id="100000000000009")}


def _certification(_about: About) -> dict[str, Any]:
    told = {"client_business_id": _PARTNER, "status": "APPROVED", "rejection_reasons": ["NONE"]}
    return {"partner_client_certification_info": told}


def _authentication_prices(about: About) -> dict[str, Any]:
    exceptions = [{"country_code": "ID", "start_time": about.seconds + _DAYS_30}]
    return {
        "auth_international_rate_eligibility": {
            "start_time": about.seconds,
            "exception_countries": exceptions,
        }
    }


def _volume_tier(about: About) -> dict[str, Any]:
    tier = {"pricing_category": "UTILITY", "tier": "25000001:50000000", "region": "Spain"}
    when = {"tier_update_time": about.seconds, "effective_month": f"{about.now:%Y-%m}"}
    return {"volume_tier_info": tier | when}


_UPDATES: Final[dict[str, Notice]] = {
    "ACCOUNT_VIOLATION": lambda _about: {"violation_info": {"violation_type": "SCAM"}},
    "ACCOUNT_RESTRICTION": _restriction,
    "DISABLED_UPDATE": _ban,
    "ACCOUNT_DELETED": _plain,
    "ACCOUNT_OFFBOARDED": _plain,
    "ACCOUNT_RECONNECTED": _plain,
    "PARTNER_ADDED": _added,
    "PARTNER_REMOVED": _removed,
    "PARTNER_APP_INSTALLED": _app,
    "PARTNER_APP_UNINSTALLED": _app,
    "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE": _certification,
    "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE": _authentication_prices,
    "BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE": lambda about: {"country": about.waba.country},
    "VOLUME_BASED_PRICING_TIER_UPDATE": _volume_tier,
    "AD_ACCOUNT_LINKED": lambda about: {"waba_info": _waba_info(about, ad_account_linked="610000000000001")},
    "MM_LITE_TERMS_SIGNED": lambda about: {"waba_info": _waba_info(about)},
    "VERIFIED_ACCOUNT": lambda about: {"phone_number": about.number.digits},
}
# There the entry is the portfolio's [managing webhooks, mid 2026].
OF_THE_PORTFOLIO: Final = {
    "PARTNER_ADDED",
    "PARTNER_REMOVED",
    "PARTNER_APP_INSTALLED",
    "PARTNER_APP_UNINSTALLED",
    "AD_ACCOUNT_LINKED",
    "MM_LITE_TERMS_SIGNED",
    "SOLUTION_CREATED",
}


def _update(event: str, more: Notice) -> Notice:
    return lambda about: {"event": event} | more(about)


def _alert(_about: About) -> dict[str, Any]:
    told = {
        "alert_severity": "WARNING",
        "alert_status": "ACTIVE",
        "alert_type": "INCREASED_CAPABILITIES_ELIGIBILITY_DEFERRED",
        "alert_description": "Your business needs more information before its messaging limit can grow.",
    }
    return {"entity_type": "BUSINESS", "entity_id": int(PORTFOLIO_ID), "alert_info": told}


def _settings(about: About) -> dict[str, Any]:
    calling = {
        "status": "ENABLED",
        "call_icon_visibility": "DEFAULT",
        "callback_permission_status": "ENABLED",
    }
    return {
        "messaging_product": "whatsapp",
        "timestamp": str(about.seconds),
        "type": "phone_number_settings",
        "phone_number_settings": {"phone_number_id": about.number.id, "calling": calling},
    }


def _decision(word: str) -> Notice:
    return lambda _about: {"decision": word}


def _capability(_about: About) -> dict[str, Any]:
    return {"max_daily_conversations_per_business": "TIER_10K", "max_phone_numbers_per_business": 20}


def _solution(_about: About) -> dict[str, Any]:
    return {"event": "SOLUTION_CREATED", "solution_id": _SOLUTION, "solution_status": "INITIATED"}


def _payment(about: About) -> dict[str, Any]:
    return {
        "configuration_name": "pagos",
        "provider_name": "razorpay",
        "provider_mid": "acc_0000000001",
        "status": "Needs_Testing",
        "created_timestamp": about.seconds - 86400,
        "updated_timestamp": about.seconds,
    }


FIELDS: Final[dict[str, dict[str, Notice]]] = {
    "account_update": {event: _update(event, more) for event, more in _UPDATES.items()},
    "account_alerts": {"ACTIVE": _alert},
    "account_review_update": {
        word: _decision(word) for word in ("APPROVED", "REJECTED", "PENDING", "DEFERRED")
    },
    "account_settings_update": {"phone_number_settings": _settings},
    "business_capability_update": {"TIER_10K": _capability},
    "partner_solutions": {"SOLUTION_CREATED": _solution},
    "payment_configuration_update": {"Needs_Testing": _payment},
    "automatic_events": {
        "some_event": lambda _about: {"event": "some_event", "details": {"key": "value"}},
    },
}
