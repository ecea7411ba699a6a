"""What a notice changes in the sandbox's world, so that what Graph answers afterwards agrees with it."""

from typing import Any, Final

from curbe_sandbox.notices.about import About
from curbe_sandbox.sandbox import Sandbox

# Event -> the status of the template from then on; the others are news without one.
_TEMPLATE_STATUS: Final = {
    "REINSTATED": "APPROVED",
    "UNARCHIVED": "APPROVED",
    **{
        event: event
        for event in (
            "APPROVED",
            "REJECTED",
            "PENDING",
            "IN_APPEAL",
            "PAUSED",
            "DISABLED",
            "LIMIT_EXCEEDED",
            "ARCHIVED",
            "PENDING_DELETION",
        )
    },
}
_NUMBER_STATUS: Final = {"DISABLE": "BANNED", "REINSTATE": "CONNECTED"}


def take_effect(box: Sandbox, about: About, field: str, value: dict[str, Any]) -> None:
    """Change what the notice says has changed."""
    event = value.get("event", "")
    if field.startswith(("message_template_", "template_category")):
        _template(box, about, field, value)
    elif field == "phone_number_quality_update":
        _quality(about, event)
    elif field == "phone_number_name_update" and value.get("decision") == "APPROVED":
        about.number.verified_name = value["requested_verified_name"]
    elif field == "business_capability_update":
        about.number.messaging_limit = str(value.get("max_daily_conversations_per_business"))
    elif field == "account_review_update":
        about.waba.account_review_status = value["decision"]
    elif field == "account_update" and event == "DISABLED_UPDATE":
        status = _NUMBER_STATUS.get(value.get("ban_info", {}).get("waba_ban_state", ""))
        for number in box.world.numbers.values():
            if status and number.waba_id == about.waba.id:
                number.status = status


def _template(box: Sandbox, about: About, field: str, value: dict[str, Any]) -> None:
    template, event = about.template, value.get("event", "")
    if field == "message_template_status_update" and event == "DELETED":
        box.world.templates.pop(template.id, None)
    elif field == "message_template_status_update":
        template.status = _TEMPLATE_STATUS.get(event, template.status)
        template.rejected_reason = str(value.get("reason") or "NONE")
    elif field == "message_template_quality_update":
        template.quality = value["new_quality_score"]
    elif field == "template_category_update":
        template.category, template.correct_category = value["new_category"], value.get("correct_category")


def _quality(about: About, event: str) -> None:
    number = about.number
    if event == "THROUGHPUT_UPGRADE":
        number.level = "HIGH"
    elif event == "FLAGGED":
        number.status, number.quality_rating = "FLAGGED", "RED"
    elif event == "UNFLAGGED":
        number.status, number.quality_rating = "CONNECTED", "GREEN"
