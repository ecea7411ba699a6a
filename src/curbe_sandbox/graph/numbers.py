"""Phone numbers: reading one, registering it, its profile, its own webhook callback."""

import functools
from datetime import timedelta
from typing import Any, Final

from curbe_sandbox.coexistence import share_history, sync_contacts
from curbe_sandbox.errors import bad_parameter, refusal
from curbe_sandbox.graph.ask import Ask, need_management
from curbe_sandbox.graph.fields import project
from curbe_sandbox.graph.health import health_of_number
from curbe_sandbox.graph.overrides import override_from, verified_override
from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.state import Override, PhoneNumber
from curbe_sandbox.wire import Answer, json_answer, json_object, success

NUMBER_DEFAULT: Final = (
    "verified_name",
    "code_verification_status",
    "display_phone_number",
    "quality_rating",
    "platform_type",
    "throughput",
    "webhook_configuration",
    "id",
)
_PROFILE_LIMITS: Final = {"about": 139, "address": 256, "description": 512, "email": 128}
_SYNC_WITHIN: Final = timedelta(hours=24)
_SYNC_STARTS_S: Final = 0.05
_UNREGISTERED: Final = frozenset({"PENDING", "DISCONNECTED"})
# Where Meta keeps a number's data at rest, if asked to [Graph reference: register].
_REGIONS: Final = ("AE", "AU", "BH", "BR", "CA", "CH", "DE", "GB", "ID", "IN", "JP", "KR", "SG", "ZA")
_REGISTRATIONS: Final = 10  # per number and 72 hours [registration, Dec 2025]


def read_number(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``GET /{phone_number_id}``."""
    number = box.world.numbers[ask.node]
    return json_answer(project(number_fields(box, number, ask), ask.call, default=NUMBER_DEFAULT))


async def change_number(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``POST /{phone_number_id}``: its own webhook callback, or the PIN of two-step verification."""
    need_management(ask)
    number = box.world.numbers[ask.node]
    body = _body(ask)
    if "pin" in body:
        pin = str(body["pin"])
        if len(pin) != 6 or not pin.isdigit():
            raise bad_parameter("Param pin must be 6 digits.")
        number.pin = pin
    elif isinstance(body.get("webhook_configuration"), dict):
        asked = override_from(body["webhook_configuration"])
        if asked is None:
            number.overrides.pop(ask.token.app_id, None)
        else:
            number.overrides[ask.token.app_id] = await verified_override(box, asked)
    else:
        raise bad_parameter("The parameter webhook_configuration is required.")
    return success()


def sync_app_data(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``POST /{phone_number_id}/smb_app_data``: the contacts or the history of the WhatsApp Business app."""
    need_management(ask)
    number = box.world.numbers[ask.node]
    body = _body(ask)
    kind = body.get("sync_type")
    if body.get("messaging_product") != "whatsapp":
        raise bad_parameter("The parameter messaging_product is required.")
    if kind not in {"smb_app_state_sync", "history"}:
        raise bad_parameter("Param sync_type must be one of {smb_app_state_sync, history}.")
    if not number.is_on_biz_app:
        raise bad_parameter("The phone number is not in the WhatsApp Business app.")
    if number.onboarded_at is not None and ask.call.now - number.onboarded_at > _SYNC_WITHIN:
        raise refusal(2593108, "The number was onboarded more than 24 hours ago.")
    if kind in number.synced:  # each once [coexistence, Dec 2025]
        raise refusal(2593107, "This was synchronized before.")
    number.synced.add(kind)
    if kind == "history":
        box.timeline.after(
            _SYNC_STARTS_S, functools.partial(share_history, box, number, chunks_per_phase=2, in_order=False)
        )
    else:
        everybody = list(box.world.people.values())
        box.timeline.after(
            _SYNC_STARTS_S, functools.partial(sync_contacts, box, number, everybody, action="add")
        )
    return json_answer(
        {"messaging_product": "whatsapp", "request_id": f"{box.world.entropy.getrandbits(64):016X}"}
    )


def register(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``POST /{phone_number_id}/register``."""
    number = box.world.numbers[ask.node]
    body = _body(ask)
    pin = str(body.get("pin", ""))
    need_management(ask)
    if body.get("messaging_product") != "whatsapp":
        raise bad_parameter("The parameter messaging_product is required.")
    if len(pin) != 6 or not pin.isdigit():
        raise bad_parameter("Param pin must be 6 digits.")
    if body.get("data_localization_region") not in (None, *_REGIONS):
        raise bad_parameter(f"Param data_localization_region must be one of {{{', '.join(_REGIONS)}}}.")
    _count_registration(number, ask)
    if number.pin and number.pin != pin:
        raise refusal(133005, "The two step verification PIN is not the one of this number.")
    if number.code_verification_status != "VERIFIED":
        raise refusal(133006, "Verify the phone number before registering it.")
    number.pin, number.status = pin, "CONNECTED"
    return success()


def deregister(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``POST /{phone_number_id}/deregister``."""
    number = box.world.numbers[ask.node]
    _count_registration(number, ask)
    if number.is_on_biz_app:
        raise refusal(133000, "A number that is used in the WhatsApp Business app cannot be deregistered.")
    number.status = "DISCONNECTED"
    return success()


def read_profile(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``GET /{phone_number_id}/whatsapp_business_profile``."""
    profile = {"about": "", **box.world.numbers[ask.node].profile, "messaging_product": "whatsapp"}
    asked = [name for name in ask.call.query.get("fields", "").split(",") if name]
    shown = {name: value for name, value in profile.items() if not asked or name in asked}
    return json_answer({"data": [shown | {"messaging_product": "whatsapp"}]})


def write_profile(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``POST /{phone_number_id}/whatsapp_business_profile``."""
    body = _body(ask)
    if body.pop("messaging_product", None) != "whatsapp":
        raise bad_parameter("The parameter messaging_product is required.")
    for name, value in body.items():
        if name not in {*_PROFILE_LIMITS, "vertical", "websites", "profile_picture_handle"}:
            raise bad_parameter(f'Invalid parameter: unexpected key "{name:.40}".')
        if name in _PROFILE_LIMITS and (not isinstance(value, str) or len(value) > _PROFILE_LIMITS[name]):
            raise bad_parameter(f"Param {name} must be at most {_PROFILE_LIMITS[name]} characters long.")
    websites = body.get("websites", [])
    if not isinstance(websites, list) or len(websites) > 2 or any(len(str(site)) > 256 for site in websites):
        raise bad_parameter("Param websites takes at most 2 addresses of 256 characters.")
    if body.pop("profile_picture_handle", None):
        body["profile_picture_url"] = f"{box.origin}/sandbox/picture.png"
    box.world.numbers[ask.node].profile |= body
    return success()


def number_fields(box: Sandbox, number: PhoneNumber, ask: Ask) -> dict[str, Any]:
    """Return every field of a number, as the app of this token sees them."""
    return {
        "id": number.id,
        "display_phone_number": number.display_phone_number,
        "verified_name": number.verified_name,
        "status": number.status,
        "quality_rating": number.quality_rating,
        "quality_score": {"score": number.quality_rating},
        "code_verification_status": number.code_verification_status,
        "name_status": number.name_status,
        "platform_type": "NOT_APPLICABLE" if number.status in _UNREGISTERED else "CLOUD_API",
        "throughput": {"level": number.level},
        "account_mode": "LIVE",
        "is_official_business_account": False,
        "is_on_biz_app": number.is_on_biz_app,
        "is_pin_enabled": bool(number.pin),
        "messaging_limit_tier": number.messaging_limit,
        "whatsapp_business_manager_messaging_limit": number.messaging_limit,
        "health_status": health_of_number(box, number),
        "webhook_configuration": _webhook_configuration(box, number, ask.token.app_id),
        "last_onboarded_time": number.onboarded_at.isoformat() if number.onboarded_at else None,
    }


def _webhook_configuration(box: Sandbox, number: PhoneNumber, app_id: str) -> dict[str, str] | None:
    app, waba = box.world.apps[app_id], box.world.wabas[number.waba_id]
    of_number, of_waba = number.overrides.get(app_id), waba.subscribed.get(app_id)

    def uri(override: Override | None) -> str:
        return override.callback_uri if override else ""

    found = {
        "phone_number": uri(of_number),
        "whatsapp_business_account": uri(of_waba),
        "application": app.callback_url,
    }
    return {name: value for name, value in found.items() if value} or None


def _count_registration(number: PhoneNumber, ask: Ask) -> None:
    recent = [at for at in number.registrations if ask.call.now - at < timedelta(hours=72)]
    if len(recent) >= _REGISTRATIONS:
        raise refusal(133016, "Too many registrations and deregistrations of this number within 72 hours.")
    number.registrations = [*recent, ask.call.now]


def _body(ask: Ask) -> dict[str, Any]:
    body = json_object(ask.call.body)
    if body is None:
        raise bad_parameter("The body must be a JSON object.")
    return body
