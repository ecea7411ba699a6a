"""What notices of Meta's mean, field by field: every documented event, and everything else without harm."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from curbe.channels.cloudapi.fields import FIELDS
from curbe.channels.cloudapi.notices import READERS, Reading, read_effects, standby_items
from curbe.domain.messages import MessageReceived, NoticeReceived, Person, StatusReported
from curbe.domain.notices import (
    ContactNamed,
    HealthReported,
    MessageEchoed,
    PastMessage,
    PreferenceStated,
    TemplateReported,
)
from curbe.domain.status import MessageStatus

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
NUMBER = {"display_phone_number": "34900000001", "phone_number_id": "300000000000001"}


def read(field: str, value: Any, *, number: str | None = None) -> Reading:
    return read_effects(NoticeReceived(field, "2", number, AT, json.dumps(value)), at=AT)


def facts(field: str, value: Any, *, number: str | None = None) -> dict[str, HealthReported]:
    reading = read(field, value, number=number)
    assert all(isinstance(effect, HealthReported) for effect in reading.effects)
    return {effect.name: effect for effect in reading.effects if isinstance(effect, HealthReported)}


def template(field: str, **value: Any) -> TemplateReported:
    identity = {
        "message_template_id": 806312974732579,
        "message_template_name": "cita",
        "message_template_language": "en-US",
    }
    (effect,) = read(field, identity | value).effects
    assert isinstance(effect, TemplateReported)
    return effect


def test_every_field_that_is_read_is_described() -> None:
    assert READERS.keys() <= FIELDS.keys()


@pytest.mark.parametrize(
    ("event", "more", "name", "value"),
    [
        ("ACCOUNT_DELETED", {}, "deleted", "ACCOUNT_DELETED"),
        ("ACCOUNT_VIOLATION", {"violation_info": {"violation_type": "SPAM"}}, "violation", "SPAM"),
        ("DISABLED_UPDATE", {"ban_info": {"waba_ban_state": "DISABLE"}}, "ban", "DISABLE"),
        ("DISABLED_UPDATE", {"ban_info": {"waba_ban_state": "REINSTATE"}}, "ban", "REINSTATE"),
        ("ACCOUNT_OFFBOARDED", {}, "onboarding", "ACCOUNT_OFFBOARDED"),
        ("ACCOUNT_RECONNECTED", {}, "onboarding", "ACCOUNT_RECONNECTED"),
        ("PARTNER_ADDED", {"waba_info": {"waba_id": "2"}}, "partner_added", "PARTNER_ADDED"),
        ("PARTNER_REMOVED", {"waba_info": {"waba_id": "2"}}, "partner_removed", "PARTNER_REMOVED"),
        ("PARTNER_APP_INSTALLED", {"waba_info": {"waba_id": "2"}}, "partner_added", "PARTNER_APP_INSTALLED"),
        (
            "PARTNER_APP_UNINSTALLED",
            {"waba_info": {"waba_id": "2", "partner_app_id": "7"}},
            "app_uninstalled",
            "PARTNER_APP_UNINSTALLED",
        ),
        (
            "PARTNER_CLIENT_CERTIFICATION_STATUS_UPDATE",
            {"partner_client_certification_info": {"status": "REJECTED", "rejection_reasons": ["NAME"]}},
            "certification",
            "REJECTED",
        ),
        ("BUSINESS_PRIMARY_LOCATION_COUNTRY_UPDATE", {"country": "ES"}, "country", "ES"),
        (
            "VOLUME_BASED_PRICING_TIER_UPDATE",
            {"volume_tier_info": {"tier": "0:1000", "pricing_category": "UTILITY", "region": "Spain"}},
            "pricing_tier.UTILITY.Spain",
            "0:1000",
        ),
        ("AD_ACCOUNT_LINKED", {"waba_info": {"ad_account_linked": "9"}}, "ad_account", "LINKED"),
        ("MM_LITE_TERMS_SIGNED", {}, "marketing_messages_terms", "MM_LITE_TERMS_SIGNED"),
        (
            "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE",
            {"auth_international_rate_eligibility": {"start_time": 1}},
            "international_authentication_rates",
            "AUTH_INTL_PRICE_ELIGIBILITY_UPDATE",
        ),
        ("VERIFIED_ACCOUNT", {"phone_number": "34900000001"}, "verified", "VERIFIED"),
    ],
)
def test_each_event_of_an_account_is_a_fact(event: str, more: dict[str, Any], name: str, value: str) -> None:
    found = facts("account_update", {"event": event, **more})

    assert {fact.name: fact.value for fact in found.values()} == {name: value}


@pytest.mark.parametrize(
    ("event", "also"),
    [
        ("PARTNER_ADDED", "partner_added"),
        ("PARTNER_REMOVED", "partner_removed"),
        ("AD_ACCOUNT_LINKED", "ad_account"),
        ("MM_LITE_TERMS_SIGNED", "marketing_messages_terms"),
    ],
)
def test_whose_portfolio_the_account_is_in_is_a_fact_of_each_event_that_tells_it(
    event: str, also: str
) -> None:
    found = facts("account_update", {"event": event, "waba_info": {"waba_id": "2", "owner_business_id": "5"}})

    assert found.keys() == {also, "portfolio"}
    assert found["portfolio"].value == "5"


def test_each_restriction_is_a_fact_of_its_own_with_its_end() -> None:
    told = {
        "event": "ACCOUNT_RESTRICTION",
        "restriction_info": [
            {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": 1795262400},
            {"restriction_type": "RESTRICTED_ADD_PHONE_NUMBER_ACTION"},
        ],
    }

    found = facts("account_update", told)

    assert {name: fact.until for name, fact in found.items()} == {
        "restriction.RESTRICTED_BIZ_INITIATED_MESSAGING": datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
        "restriction.RESTRICTED_ADD_PHONE_NUMBER_ACTION": None,
    }


@pytest.mark.parametrize(
    ("told", "end"),
    [
        (1793367484, datetime(2026, 10, 30, 13, 38, 4, tzinfo=UTC)),
        ("1793367484", datetime(2026, 10, 30, 13, 38, 4, tzinfo=UTC)),
        ("2026-10-30T13:38:04+0000", datetime(2026, 10, 30, 13, 38, 4, tzinfo=UTC)),
        ("2026-10-30T13:38:04-0700", datetime(2026, 10, 30, 20, 38, 4, tzinfo=UTC)),
        ("2026-10-30T13:38:04", datetime(2026, 10, 30, 13, 38, 4, tzinfo=UTC)),
        ("0001-01-01T00:00:00+2300", None),
        ("soon", None),
    ],
)
def test_a_restriction_ends_whether_its_end_is_told_in_seconds_or_as_a_time(
    told: Any, end: datetime | None
) -> None:
    restriction = {"restriction_type": "RESTRICTED_BIZ_INITIATED_MESSAGING", "expiration": told}

    found = facts("account_update", {"event": "ACCOUNT_RESTRICTION", "restriction_info": [restriction]})

    assert [fact.until for fact in found.values()] == [end]


def test_an_account_event_whose_field_stands_in_the_wrong_place_is_understood() -> None:
    told = {"event": "PARTNER_APP_UNINSTALLED", "waba_info": {"waba_id": "2"}, "field": "account_update"}

    assert facts("unknown", told).keys() == {"app_uninstalled"}


def test_a_quality_update_tells_limit_rating_and_throughput_of_its_number() -> None:
    upgraded = facts(
        "phone_number_quality_update",
        {
            "display_phone_number": "+34 900 000 001",
            "event": "THROUGHPUT_UPGRADE",
            "max_daily_conversations_per_business": "TIER_2K",
        },
    )
    flagged = facts(
        "phone_number_quality_update",
        {"display_phone_number": "34900000001", "event": "FLAGGED", "current_limit": "TIER_1K"},
    )

    assert {name: fact.value for name, fact in upgraded.items()} == {
        "throughput": "HIGH",
        "messaging_limit": "TIER_2K",
    }
    assert flagged["quality"].value == "RED"
    shared = upgraded.pop("messaging_limit")  # the business's: its other numbers have the same
    assert shared.display_phone_number is None
    assert {fact.display_phone_number for fact in (*upgraded.values(), *flagged.values())} == {"34900000001"}


@pytest.mark.parametrize(
    ("told", "limit"), [("TIER_2K", "TIER_2K"), (1000, "TIER_1K"), (-1, "TIER_UNLIMITED"), (7, "7")]
)
def test_a_messaging_limit_is_the_same_word_whether_told_as_a_tier_or_as_a_number(
    told: Any, limit: str
) -> None:
    found = facts("business_capability_update", {"max_daily_conversations_per_business": told})

    assert found["messaging_limit"].value == limit


def test_names_reviews_alerts_security_settings_and_usernames_are_facts() -> None:
    named = facts(
        "phone_number_name_update",
        {
            "display_phone_number": "34900000001",
            "decision": "APPROVED",
            "requested_verified_name": "Clínica Sol",
        },
    )
    refused = facts(
        "phone_number_name_update",
        {"decision": "REJECTED", "requested_verified_name": "Sol", "rejection_reason": "NAME_TAKEN"},
    )
    alert = facts(
        "account_alerts",
        {
            "entity_type": "PHONE_NUMBER",
            "entity_id": "300000000000001",
            "alert_info": {
                "alert_type": "LIMIT_DEFERRED",
                "alert_status": "ACTIVE",
                "alert_severity": "WARNING",
            },
        },
    )

    assert (named["name_review"].value, named["display_name"].value) == ("APPROVED", "Clínica Sol")
    assert {name: fact.detail for name, fact in refused.items()} == {"name_review": "Sol: NAME_TAKEN"}
    assert alert["alert.LIMIT_DEFERRED"].phone_number_id == "300000000000001"
    assert facts("account_review_update", {"decision": "DEFERRED"})["account_review"].value == "DEFERRED"
    assert facts("security", {"event": "PIN_CHANGED"})["security"].value == "PIN_CHANGED"
    assert (
        facts("business_username_update", {"username": "sol", "status": "approved"})["username"].detail
        == "sol"
    )
    assert facts(
        "account_settings_update", {"type": "phone_number_settings", "phone_number_settings": {}}
    ).keys() == {"settings.phone_number_settings"}
    assert facts("messaging_handovers", {"metadata": NUMBER, "pass_thread_control": {}})[
        "handover"
    ].value == ("pass_thread_control")


def test_a_templates_status_is_told_in_the_words_of_the_api_with_its_language_spelt_as_there() -> None:
    rejected = template(
        "message_template_status_update",
        event="REJECTED",
        reason="INVALID_FORMAT",
        message_template_category="MARKETING",
        rejection_info={"reason": "Too bare.", "recommendation": "Say more."},
    )
    flagged = template("message_template_status_update", event="FLAGGED", reason="NONE")

    assert (rejected.template_id, rejected.language) == ("806312974732579", "en_US")
    assert rejected.status is not None
    assert (rejected.status.status, rejected.status.rejected_reason) == ("REJECTED", "INVALID_FORMAT")
    assert rejected.status.detail == "Too bare. Say more."
    assert rejected.category == "MARKETING"
    assert flagged.status is not None
    assert (flagged.status.status, flagged.status.event) == ("APPROVED", "FLAGGED")
    assert flagged.status.rejected_reason is None


def test_quality_category_and_content_of_a_template_are_told_apart() -> None:
    coming = template(
        "template_category_update",
        new_category="UTILITY",
        correct_category="MARKETING",
        category_update_timestamp=1795262400,
    )
    done = template("template_category_update", previous_category="UTILITY", new_category="MARKETING")
    content = template(
        "message_template_components_update",
        message_template_element="Hola",
        message_template_buttons=[
            {"message_template_button_type": "URL", "message_template_button_text": "Ver",
             "message_template_button_url": "https://example.com"}
        ],
    )  # fmt: skip

    assert template("message_template_quality_update", new_quality_score="YELLOW").quality == "YELLOW"
    assert coming.correction is not None
    assert (coming.category, coming.correction.category) == ("UTILITY", "MARKETING")
    assert done.correction is not None
    assert (done.category, done.correction.category) == ("MARKETING", None)
    assert json.loads(content.components or "") == [
        {"type": "BODY", "text": "Hola"},
        {"type": "BUTTONS", "buttons": [{"type": "URL", "text": "Ver", "url": "https://example.com"}]},
    ]


def test_what_people_say_of_marketing_carries_its_own_time() -> None:
    told = {
        "metadata": NUMBER,
        "contacts": [{"wa_id": "34600000001", "user_id": "ES.1", "profile": {"name": "Ana"}}],
        "user_preferences": [
            {
                "wa_id": "34600000001",
                "category": "marketing_messages",
                "value": "stop",
                "timestamp": 1789000000,
            },
            {"category": "marketing_messages", "value": "stop", "timestamp": 1789000000},
        ],
    }

    reading = read("user_preferences", told)

    (stated,) = reading.effects
    assert isinstance(stated, PreferenceStated)
    assert (stated.value, stated.at) == ("stop", datetime.fromtimestamp(1789000000, UTC))
    assert stated.person.bsuid == "ES.1"
    assert reading.unreadable == 1


@pytest.mark.parametrize(
    "ends",
    [
        {"from": "34900000001", "to": "34600000001"},
        {"from": "34600000001", "to": "34900000001"},
        {"from": "+34 900 000 001", "to": "+34 600-000-001"},
        {"from": "+34600000001", "to": "+34900000001"},
    ],
)
def test_an_echo_is_a_message_to_the_person_whichever_way_round_its_ends_are(ends: dict[str, str]) -> None:
    echo = {**ends, "id": "wamid.E", "timestamp": "1789000000", "type": "text", "text": {"body": "Hola"}}

    (effect,) = read("smb_message_echoes", {"metadata": NUMBER, "message_echoes": [echo]}).effects

    assert isinstance(effect, MessageEchoed)
    assert (effect.person.wa_id, effect.text, effect.sender) == ("34600000001", "Hola", "app")


def test_what_metas_agent_writes_is_read_out_of_its_envelope() -> None:
    said = {
        "to": "34600000001",
        "recipient": "ES.1",
        "type": "image",
        "image": {"id": "9", "caption": "Hola"},
    }
    enclosed = {"id": "wamid.S", "timestamp": "1790000000", "message": said}

    (effect,) = read("standby", {"metadata": NUMBER, "standby": {"message_echoes": [enclosed]}}).effects

    assert isinstance(effect, MessageEchoed)
    assert (effect.provider_message_id, effect.sender, effect.type) == ("wamid.S", "meta_agent", "image")
    assert (effect.person.wa_id, effect.person.bsuid, effect.text) == ("34600000001", "ES.1", "Hola")
    assert json.loads(effect.payload)["image"] == said["image"]


@pytest.mark.parametrize(
    ("to", "person"),
    [
        ({"recipient": "ES.1"}, (None, "ES.1")),
        ({"recipient": "34600000001"}, ("34600000001", None)),
        ({"to": "ES.1"}, (None, "ES.1")),
    ],
)
def test_whoever_metas_agent_writes_to_is_found_by_either_name(
    to: dict[str, str], person: tuple[str | None, str | None]
) -> None:
    enclosed = {"id": "wamid.S", "timestamp": "1790000000", "message": {"type": "text", **to}}

    (effect,) = read("standby", {"metadata": NUMBER, "standby": {"message_echoes": [enclosed]}}).effects

    assert isinstance(effect, MessageEchoed)
    assert (effect.person.wa_id, effect.person.bsuid) == person


def test_an_echo_to_somebody_who_hides_the_phone_is_to_their_user_id() -> None:
    echo = {
        "from": "34900000001",
        "to_user_id": "ES.1",
        "id": "wamid.E",
        "timestamp": "1789000000",
        "type": "text",
    }

    (effect,) = read("smb_message_echoes", {"metadata": NUMBER, "message_echoes": [echo]}).effects

    assert isinstance(effect, MessageEchoed)
    assert (effect.person.wa_id, effect.person.bsuid) == (None, "ES.1")


def test_a_contact_taken_out_of_the_address_book_changes_nothing() -> None:
    def synced(action: str) -> dict[str, Any]:
        contact = {"full_name": "Ana Ruiz", "phone_number": "+34 600 000 001"}
        one = {
            "type": "contact",
            "contact": contact,
            "action": action,
            "metadata": {"timestamp": "1789000000"},
        }
        return {"metadata": NUMBER, "state_sync": [one]}

    (added,) = read("smb_app_state_sync", synced("add")).effects
    removed = read("smb_app_state_sync", synced("remove"))

    assert isinstance(added, ContactNamed)
    assert (added.name, added.person.wa_id) == ("Ana Ruiz", "34600000001")
    assert (list(removed.effects), removed.reason) == ([], "no_effect")


def test_a_chunk_of_history_tells_who_wrote_and_how_far_it_came() -> None:
    messages = [
        {"from": "34900000001", "id": "wamid.1", "timestamp": "1789000000", "type": "text",
         "text": {"body": "Buenas"}, "history_context": {"status": "READ"}},
        {"from": "34600000001", "id": "wamid.2", "timestamp": "1789000001", "type": "media_placeholder",
         "history_context": {"status": "PLAYED"}},
        {"from": "34600000001", "id": "wamid.3", "type": "text"},
    ]  # fmt: skip
    chunk = {
        "metadata": {"phase": 0, "chunk_order": 1, "progress": 40},
        "threads": [{"id": "34600000001", "messages": messages}],
    }

    reading = read("history", {"metadata": NUMBER, "history": [chunk]}, number="300000000000001")

    past = [effect for effect in reading.effects if isinstance(effect, PastMessage)]
    assert [(one.outbound, one.reached) for one in past] == [(True, MessageStatus.READ), (False, None)]
    assert {one.person.wa_id for one in past} == {"34600000001"}
    assert reading.unreadable == 1


def test_a_history_that_was_declined_says_so() -> None:
    error = {
        "code": 2593109,
        "title": "Declined",
        "error_data": {"details": "The business chose not to share."},
    }

    (fact,) = facts("history", {"metadata": NUMBER, "history": [{"errors": [error]}]}).values()

    assert (fact.value, fact.detail) == ("DECLINED", "2593109: The business chose not to share.")


def test_what_is_on_standby_is_messages_and_statuses_like_any_other() -> None:
    value = {
        "metadata": NUMBER,
        "standby": {
            "messages": [{"from": "34600000001", "id": "wamid.S", "timestamp": "1789000000", "type": "text"}],
            "statuses": [{"id": "wamid.T", "status": "read", "timestamp": "1789000000"}],
        },
    }
    notice = NoticeReceived("standby", "2", "300000000000001", AT, json.dumps(value))

    message, status = standby_items(notice)

    assert isinstance(message, MessageReceived)
    assert message.standby
    assert isinstance(status, StatusReported)


@pytest.mark.parametrize("where", ["standby", "value"])
def test_a_status_on_standby_says_with_its_contacts_whom_it_reached(where: str) -> None:
    status = {
        "id": "wamid.T",
        "status": "read",
        "timestamp": "1789000000",
        "recipient_id": "34600000001",
    }
    beside = {"contacts": [{"wa_id": "34600000001", "user_id": "ES.X"}]}
    value: dict[str, Any] = {"metadata": NUMBER, "standby": {"statuses": [status]}}
    (value["standby"] if where == "standby" else value).update(beside)

    (told,) = standby_items(NoticeReceived("standby", "2", "300000000000001", AT, json.dumps(value)))

    assert isinstance(told, StatusReported)
    assert told.person == Person(wa_id="34600000001", bsuid="ES.X")


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("flows", {"event": "FLOW_STATUS_CHANGE"}, "no_effect"),
        ("group_status_update", {"groups": []}, "no_effect"),
        ("partner_solutions", {"event": "SOLUTION_CREATED"}, "no_effect"),
        ("account_update", {"event": "SOMETHING_NEW"}, "no_effect"),
        ("a_field_of_next_year", {}, "unknown_field"),
        ("account_update", [], "unreadable_notice"),
        ("account_update", {"event": 7}, "unreadable_notice"),
        ("smb_message_echoes", {"message_echoes": [{"id": "wamid.E"}]}, "unreadable_notice"),
        ("history", {"history": 1}, "unreadable_notice"),
    ],
)
def test_what_has_no_effect_says_why(field: str, value: Any, reason: str) -> None:
    assert (list(read(field, value).effects), read(field, value).reason) == ([], reason)


def leaves() -> st.SearchStrategy[Any]:
    words = st.sampled_from(
        ["stop", "APPROVED", "ACCOUNT_RESTRICTION", "1789000000", "", "34600000001", "wamid.1"]
    )
    return (
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | words
        | st.text(max_size=5)
    )


def keys() -> Iterator[str]:
    yield from ("event", "restriction_info", "ban_info", "waba_info", "alert_info", "message_template_id")
    yield from ("state_sync", "contact", "metadata", "history", "threads", "messages", "standby", "errors")
    yield from ("message_echoes", "user_preferences", "timestamp", "id", "to", "from", "value", "category")


VALUES = st.recursive(
    leaves(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(list(keys())), inner, max_size=5)
    ),
    max_leaves=20,
)


@given(field=st.sampled_from(sorted(READERS)), value=VALUES)
def test_no_value_of_any_shape_stops_a_reader(field: str, value: Any) -> None:
    reading = read(field, value)

    assert reading.reason in {"notice", "no_effect", "unreadable_notice"}
