"""Every webhook field, and what Curbe does with it [Meta: webhook fields, Sep 2026]. A table; the readers are in `notices`.

A field that is not here is kept, told and counted as unknown.
"""

from typing import Final

import msgspec

_KEPT: Final = "notices"
_HEALTH: Final = "notices, channel_connections.health"
_STATUS_ROUTE: Final = "health in whatsapp/status"
_ONLY_TOLD: Final = "none: kept and told as it came"


class FieldEffect(msgspec.Struct, frozen=True):
    """``in_``: what is understood of it; ``stored``: the tables it reaches; ``shown``: where it is seen; ``effect``: what it changes.

    ``notice_received`` is appended for each notice, whatever its field.
    """

    in_: str
    stored: str
    shown: str
    effect: str


FIELDS: Final[dict[str, FieldEffect]] = {
    "messages": FieldEffect(
        "messages, statuses, errors",
        "messages, contacts, conversations; errors: notices",
        "the inbox",
        "what a person wrote arrives, what became of ours is known",
    ),
    "account_alerts": FieldEffect(
        "type, status, severity, description; about whom", _HEALTH, _STATUS_ROUTE, "a fact of the health"
    ),
    "account_review_update": FieldEffect("decision", _HEALTH, _STATUS_ROUTE, "a fact of the health"),
    "account_settings_update": FieldEffect(
        "which settings of a number changed", _HEALTH, _STATUS_ROUTE, "a fact of the health"
    ),
    "account_update": FieldEffect(
        "every documented event",
        _HEALTH,
        f"{_STATUS_ROUTE}, pause_reason, pause_until",
        "a ban, a restriction of replies, a deletion, a removal and an offboarding pause the numbers;"
        " the portfolio that it names (owner_business_id) is the one whose messaging limit the numbers share;"
        " REINSTATE, ACCOUNT_RECONNECTED and the end of a restriction lift what they had paused;"
        " while the account may write to nobody first its campaigns pause",
    ),
    "business_capability_update": FieldEffect(
        "the messaging limit, how many numbers", _HEALTH, "messaging_limit in whatsapp/status", "the limit"
    ),
    "message_template_status_update": FieldEffect(
        "event, reason, category", "notices, templates", "template_updated", "the template's status"
    ),
    "message_template_quality_update": FieldEffect(
        "the new score", "notices, templates", "template_updated", "the template's quality"
    ),
    "message_template_components_update": FieldEffect(
        "title, body, footer, buttons",
        "notices, templates",
        "template_updated",
        "the words of the template; Meta's list is read again for the rest of its content",
    ),
    "template_category_update": FieldEffect(
        "the new category, or the one to come", "notices, templates", "template_updated", "the category"
    ),
    "template_correct_category_detection": FieldEffect(
        "the category Meta thinks right", "notices, templates", "template_updated", "the category to come"
    ),
    "phone_number_quality_update": FieldEffect(
        "event and messaging limit",
        _HEALTH,
        "quality_rating, throughput_level, messages_per_second, messaging_limit in whatsapp/status",
        "rating and pace of the number; the limit of all numbers of the account",
    ),
    "phone_number_name_update": FieldEffect(
        "decision, name and reason",
        _HEALTH,
        "display_name in whatsapp/status",
        "an approved name is the number's",
    ),
    "security": FieldEffect("what happened to the PIN", _HEALTH, _STATUS_ROUTE, "a fact of the health"),
    "business_username_update": FieldEffect(
        "username and status", _HEALTH, _STATUS_ROUTE, "the number's username"
    ),
    "business_username_updates": FieldEffect(
        "as business_username_update", _HEALTH, _STATUS_ROUTE, "the number's username"
    ),
    "phone_number_username_update": FieldEffect(
        "an earlier draft of the same", _HEALTH, _STATUS_ROUTE, "the number's username"
    ),
    "user_preferences": FieldEffect(
        "who wants marketing messages, and who does not",
        "notices, marketing_preferences",
        "marketing of a conversation's contact, preference_changed",
        "the latest word of each person",
    ),
    "smb_message_echoes": FieldEffect(
        "every message, edits and revocations included",
        "notices, messages",
        "the inbox, message_echoed",
        "what a colleague wrote in the app stands in the conversation",
    ),
    "smb_app_state_sync": FieldEffect(
        "contacts added; removed ones stay",
        "notices, contacts",
        "the contact's name",
        "a name where the person has told none",
    ),
    "history": FieldEffect(
        "threads in chunks of any order, placeholders and their media, refusals",
        "notices, messages, channel_connections.health",
        f"the inbox, conversation_updated, {_STATUS_ROUTE}",
        "past messages stand in their conversations, read and unread untouched",
    ),
    "standby": FieldEffect(
        "messages, statuses, echoes",
        "notices, messages",
        "the inbox; standby on the message",
        "as messages, marked as answered elsewhere",
    ),
    "messaging_handovers": FieldEffect(
        "who has control of the conversations", _HEALTH, _STATUS_ROUTE, "a fact of the health"
    ),
    "flows": FieldEffect("routed", _KEPT, "notice_received", _ONLY_TOLD),
    "calls": FieldEffect(
        "who called when",
        "notices, conversations",
        "window_closes_at of the conversation",
        "a person's call opens the customer service window; calling itself is not implemented, by design",
    ),
    "automatic_events": FieldEffect("routed", _KEPT, "notice_received", _ONLY_TOLD),
    "partner_solutions": FieldEffect("routed by its WABA", _KEPT, "notice_received", _ONLY_TOLD),
    "payment_configuration_update": FieldEffect("routed", _KEPT, "notice_received", _ONLY_TOLD),
    "group_lifecycle_update": FieldEffect("routed", _KEPT, "notice_received", _ONLY_TOLD),
    "group_participants_update": FieldEffect("routed", _KEPT, "notice_received", _ONLY_TOLD),
    "group_settings_update": FieldEffect("routed", _KEPT, "notice_received", _ONLY_TOLD),
    "group_status_update": FieldEffect("routed", _KEPT, "notice_received", _ONLY_TOLD),
    # Documented, then withdrawn: the change comes as a system message [Meta: changelog, Aug 2026].
    "user_id_update": FieldEffect("routed", _KEPT, "notice_received", _ONLY_TOLD),
    # Ours: `value.errors` of field `messages`.
    "errors": FieldEffect("routed", _KEPT, "notice_received", _ONLY_TOLD),
}

# Spelt so in one place of Meta's pages, or in an earlier draft: read if they come, and nothing to look for in the App Dashboard.
_NOT_OFFERED: Final = frozenset({"business_username_updates", "phone_number_username_update"})

TO_SUBSCRIBE: Final = tuple(
    sorted(
        (
            field
            for field, effect in FIELDS.items()
            if effect.effect != _ONLY_TOLD and field not in _NOT_OFFERED
        ),
        key=lambda field: (field != "messages", field),
    )
)
"""The fields that an app must be subscribed to for everything to work, `messages` first."""
