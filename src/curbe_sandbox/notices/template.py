"""What Meta says about templates and flows [template webhooks, Dec 2025; flows webhooks, Dec 2025]."""

from typing import Any, Final

from curbe_sandbox.notices.about import About, Notice

_REASONS: Final = {"REJECTED": "INVALID_FORMAT", "DISABLED": "ABUSIVE_CONTENT", "FLAGGED": None}
_WITH_TITLE: Final = {
    "PAUSED": ("FIRST_PAUSE", "The template is paused for 3 hours because its quality is low."),
    "LOCKED": ("RATE_LIMITING_PAUSE", "The template is locked until its first messages are judged."),
}
_EVENTS: Final = (
    "APPROVED",
    "REJECTED",
    "PENDING",
    "IN_APPEAL",
    "PAUSED",
    "DISABLED",
    "FLAGGED",
    "REINSTATED",
    "LOCKED",
    "LIMIT_EXCEEDED",
    "ARCHIVED",
    "UNARCHIVED",
    "PENDING_DELETION",
    "DELETED",
)


def _status(event: str) -> Notice:
    def value(about: About) -> dict[str, Any]:
        told = {"event": event, **about.of_template, "reason": _REASONS.get(event, "NONE")}
        told["message_template_category"] = about.template.category
        if event in {"DISABLED", "FLAGGED"}:
            told["disable_info"] = {"disable_date": f"{about.now:%B} {about.now.day}, {about.now.year}"}
        if event in _WITH_TITLE:
            title, description = _WITH_TITLE[event]
            told["other_info"] = {"title": title, "description": description}
        if event == "REJECTED":
            told["rejection_info"] = {
                "reason": "The variables have no sample values.",
                "recommendation": "Give a sample value for each variable and send it in again.",
            }
        return told

    return value


def _quality(score: str) -> Notice:
    def value(about: About) -> dict[str, Any]:
        before = about.template.quality
        return {"previous_quality_score": before, "new_quality_score": score, **about.of_template}

    return value


def _other_category(about: About) -> str:
    return "UTILITY" if about.template.category == "MARKETING" else "MARKETING"


def _impending(about: About) -> dict[str, Any]:
    return {
        **about.of_template,
        "correct_category": _other_category(about),
        "category_update_timestamp": about.seconds + 86400,
        "new_category": about.template.category,
    }


def _recategorised(about: About) -> dict[str, Any]:
    before = about.template.category
    return {**about.of_template, "previous_category": before, "new_category": _other_category(about)}


def _detected(about: About) -> dict[str, Any]:
    return {
        **about.of_template,
        "category": about.template.category,
        "correct_category": _other_category(about),
    }


def _components(about: About) -> dict[str, Any]:
    parts = {str(part.get("type", "")).upper(): part for part in about.template.components}
    told = {**about.of_template, "message_template_element": parts.get("BODY", {}).get("text", "")}
    if "text" in parts.get("HEADER", {}):
        told["message_template_title"] = parts["HEADER"]["text"]
    if "FOOTER" in parts:
        told["message_template_footer"] = parts["FOOTER"].get("text", "")
    if "BUTTONS" in parts:
        told["message_template_buttons"] = [_button(one) for one in parts["BUTTONS"]["buttons"]]
    return told


def _button(button: dict[str, Any]) -> dict[str, Any]:
    kept = {"type", "text", "url", "phone_number"} & button.keys()
    return {f"message_template_button_{name}": button[name] for name in sorted(kept)}


def _flow_status(_about: About) -> dict[str, Any]:
    return {
        "event": "FLOW_STATUS_CHANGE",
        "message": "Flow Citas changed status from DRAFT to PUBLISHED",
        "flow_id": "620000000000001",
        "old_status": "DRAFT",
        "new_status": "PUBLISHED",
    }


def _flow_errors(event: str) -> Notice:
    return lambda _about: {
        "event": event,
        "message": "The rate of errors has crossed 5 %",
        "flow_id": "620000000000001",
        "error_rate": 14.28,
        "threshold": 5,
        "alert_state": "ACTIVATED",
        "errors": [{"error_type": "TIMEOUT", "error_rate": 14.28, "error_count": 11}],
    }


def _flow_latency(_about: About) -> dict[str, Any]:
    return {
        "event": "ENDPOINT_LATENCY",
        "message": "The endpoint answers slowly",
        "flow_id": "620000000000001",
        "p90_latency": 5600,
        "p50_latency": 2100,
        "requests_count": 340,
        "threshold": 3000,
        "alert_state": "ACTIVATED",
    }


FIELDS: Final[dict[str, dict[str, Notice]]] = {
    "message_template_status_update": {event: _status(event) for event in _EVENTS},
    "message_template_quality_update": {
        score: _quality(score) for score in ("YELLOW", "GREEN", "RED", "UNKNOWN")
    },
    "message_template_components_update": {"CHANGED": _components},
    "template_category_update": {"IMPENDING": _impending, "DONE": _recategorised},
    "template_correct_category_detection": {"DETECTED": _detected},
    "flows": {
        "FLOW_STATUS_CHANGE": _flow_status,
        "CLIENT_ERROR_RATE": _flow_errors("CLIENT_ERROR_RATE"),
        "ENDPOINT_ERROR_RATE": _flow_errors("ENDPOINT_ERROR_RATE"),
        "ENDPOINT_LATENCY": _flow_latency,
    },
}
