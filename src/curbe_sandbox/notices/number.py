"""What Meta says about a number, its groups, and who answers on it [the page per field, Dec 2025 to Aug 2026]."""

import random
from typing import Any, Final

from curbe_sandbox.errors import status_error
from curbe_sandbox.notices.about import About, Notice
from curbe_sandbox.phones import new_wamid

_GROUP: Final = "Y2FwaV9ncm91cDoxMjAzNjMwNDA"


def _quality(event: str) -> Notice:
    def value(about: About) -> dict[str, Any]:
        tier = about.number.messaging_limit
        told = {"display_phone_number": about.number.digits, "event": event}
        return told | {"max_daily_conversations_per_business": tier}

    return value


def _name(decision: str) -> Notice:
    def value(about: About) -> dict[str, Any]:
        return {
            "display_phone_number": about.number.digits,
            "decision": decision,
            "requested_verified_name": f"{about.number.verified_name} Plus",
            "rejection_reason": "NAME_FORMAT_UNACCEPTABLE" if decision == "REJECTED" else None,
        }

    return value


def _security(event: str) -> Notice:
    def value(about: About) -> dict[str, Any]:
        told: dict[str, Any] = {"display_phone_number": about.number.digits, "event": event}
        return told if event == "PIN_REQUEST_SUCCESS" else told | {"requester": 500000000000001}

    return value


def _username(status: str) -> Notice:
    def value(about: About) -> dict[str, Any]:
        name = "".join(filter(str.isalnum, about.number.verified_name.lower()))
        return {"display_phone_number": about.number.digits, "username": name, "status": status}

    return value


def _username_draft(about: About) -> dict[str, Any]:
    asked = {"decision": "REJECTED", "requested_username": "sandbox", "rejection_reasons": ["TAKEN"]}
    return {"display_phone_number": about.number.digits} | asked


def _group(kind: str, **more: Any) -> Notice:
    def value(about: About) -> dict[str, Any]:
        group = {"timestamp": str(about.seconds), "group_id": _GROUP, "type": kind} | more
        if kind == "group_participants_add":
            group["added_participants"] = [{"wa_id": about.person.wa_id, "user_id": about.person.bsuid}]
        return {**about.of_number, "groups": [group]}

    return value


def _text(about: About, wamid: str) -> dict[str, Any]:
    sender = {"from": about.person.wa_id, "from_user_id": about.person.bsuid, "id": wamid}
    return sender | {"timestamp": str(about.seconds), "type": "text", "text": {"body": "¿Abrís el domingo?"}}


def _wamid(about: About, *, inbound: bool) -> str:
    return new_wamid(about.person.wa_id, random.Random(about.now.timestamp()), inbound=inbound)


def _standby_messages(about: About) -> dict[str, Any]:
    inside = {"contacts": [about.contact], "messages": [_text(about, _wamid(about, inbound=True))]}
    return {**about.of_number, "standby": inside}


def _standby_echo(about: About) -> dict[str, Any]:
    echo = {
        "from": about.number.digits,
        "to": about.person.wa_id,
        "to_user_id": about.person.bsuid,
        "id": _wamid(about, inbound=False),
        "timestamp": str(about.seconds),
        "type": "text",
        "text": {"body": "Abrimos de 10 a 14 h."},
    }
    return {**about.of_number, "standby": {"message_echoes": [echo]}}


def _standby_status(about: About) -> dict[str, Any]:
    status = {
        "id": _wamid(about, inbound=False),
        "status": "delivered",
        "timestamp": str(about.seconds),
        "recipient_id": about.person.wa_id,
        "recipient_user_id": about.person.bsuid,
    }
    return {**about.of_number, "standby": {"statuses": [status]}}


def _handover(about: About) -> dict[str, Any]:
    """The shape is not published [changelog, 4 Aug 2026]: the names here are ours."""
    who = {"wa_id": about.person.wa_id, "user_id": about.person.bsuid}
    change = {"event": "control_passed", "timestamp": str(about.seconds), "recipient": who}
    return {**about.of_number, "messaging_handovers": [change]}


def _errors_only(about: About) -> dict[str, Any]:
    return {**about.of_number, "errors": [status_error(130429)]}


def _unwanted_id_update(about: About) -> dict[str, Any]:
    """A field that was documented, then withdrawn [changelog, 11 Aug 2026]."""
    ids = {"previous": about.person.bsuid, "current": f"{about.person.bsuid[:3]}20000000000000001"}
    change = {
        "wa_id": about.person.wa_id,
        "detail": "User id updated",
        "user_id": ids,
        "timestamp": about.seconds,
    }
    return {**about.of_number, "user_id_update": [change]}


def _signed_up(about: About) -> dict[str, Any]:
    preference = {
        "wa_id": about.person.wa_id,
        "user_id": about.person.bsuid,
        "detail": "User signed up for marketing messages",
        "category": "marketing_messages",
        "value": "signup",
        "signup_id": "630000000000001",
        "timestamp": about.seconds,
    }
    return {**about.of_number, "contacts": [about.contact], "user_preferences": [preference]}


def _recording(about: About) -> dict[str, Any]:
    call = {
        "id": f"wacid.{about.seconds:032X}",
        "from": about.person.wa_id,
        "timestamp": str(about.seconds),
        "event": "call_recording_available",
    }
    return {**about.of_number, "calls": [call]}


def _ringing(about: About) -> dict[str, Any]:
    status = {
        "id": f"wacid.{about.seconds:032X}",
        "type": "call",
        "status": "RINGING",
        "timestamp": str(about.seconds),
        "recipient_id": about.person.wa_id,
    }
    return {**about.of_number, "statuses": [status]}


_GROUP_SUBJECT: Final = {"text": "Clientes de otoño", "update_successful": True}

FIELDS: Final[dict[str, dict[str, Notice]]] = {
    "phone_number_quality_update": {
        event: _quality(event)
        for event in ("THROUGHPUT_UPGRADE", "ONBOARDING", "FLAGGED", "UNFLAGGED", "UPGRADE", "DOWNGRADE")
    },
    "phone_number_name_update": {
        decision: _name(decision) for decision in ("APPROVED", "REJECTED", "DEFERRED", "PENDING")
    },
    "security": {
        event: _security(event) for event in ("PIN_CHANGED", "PIN_RESET_REQUEST", "PIN_REQUEST_SUCCESS")
    },
    "business_username_update": {status: _username(status) for status in ("approved", "reserved", "deleted")},
    "phone_number_username_update": {"REJECTED": _username_draft},
    "group_lifecycle_update": {
        "group_create": _group(
            "group_create",
            request_id="req-1",
            subject="Clientes",
            invite_link="https://chat.whatsapp.com/EXAMPLE",
            join_approval_mode="auto_approve",
        ),
        "group_delete": _group("group_delete", request_id="req-2"),
    },
    "group_participants_update": {
        "group_participants_add": _group("group_participants_add", reason="invite_link")
    },
    "group_settings_update": {
        "group_settings_update": _group(
            "group_settings_update", request_id="req-3", group_subject=_GROUP_SUBJECT
        )
    },
    "group_status_update": {
        "group_suspend": _group("group_suspend"),
        "group_suspend_cleared": _group("group_suspend_cleared"),
    },
    "standby": {"messages": _standby_messages, "message_echoes": _standby_echo, "statuses": _standby_status},
    "messaging_handovers": {"control_passed": _handover},
    "user_preferences": {"signup": _signed_up},
    "calls": {"RINGING": _ringing, "call_recording_available": _recording},
    "user_id_update": {"changed": _unwanted_id_update},
    "messages": {"errors": _errors_only},
    "unknown_field_xyz": {"something": lambda _about: {"something": ["new"]}},
}
