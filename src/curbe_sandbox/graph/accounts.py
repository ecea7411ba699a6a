"""WABAs: reading one, its numbers, and which apps get its webhooks."""

from typing import Any, Final

from curbe_sandbox.graph.ask import Ask, may_read, need_management
from curbe_sandbox.graph.fields import page, project
from curbe_sandbox.graph.health import health_of_waba
from curbe_sandbox.graph.numbers import NUMBER_DEFAULT, number_fields
from curbe_sandbox.graph.overrides import override_in, verified_override
from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.state import PORTFOLIO_ID, Waba
from curbe_sandbox.wire import Answer, json_answer, success

_WABA_DEFAULT: Final = ("id", "name", "currency", "timezone_id")


def read_waba(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``GET /{waba}``."""
    return json_answer(project(_waba_fields(box, box.world.wabas[ask.node]), ask.call, default=_WABA_DEFAULT))


def list_numbers(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``GET /{waba}/phone_numbers``: those this token may read."""
    numbers = [number for number in box.world.numbers.values() if number.waba_id == ask.node]
    seen = [number for number in numbers if may_read(box.world, ask.token, number.id)]
    rows = [project(number_fields(box, number, ask), ask.call, default=NUMBER_DEFAULT) for number in seen]
    return json_answer(page(ask.call, rows))


async def subscribe(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``POST /{waba}/subscribed_apps``: subscribe the app, maybe with an override callback."""
    need_management(ask)
    asked = override_in(ask)
    override = None
    if asked is not None:
        override = await verified_override(box, asked)
    box.world.wabas[ask.node].subscribed[ask.token.app_id] = override
    return success()


def list_subscribed(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``GET /{waba}/subscribed_apps``."""
    rows = []
    for app_id, override in box.world.wabas[ask.node].subscribed.items():
        name = box.world.apps[app_id].name
        row: dict[str, Any] = {
            "whatsapp_business_api_data": {
                "id": app_id,
                "link": f"https://www.facebook.com/games/?app_id={app_id}",
                "name": name,
            }
        }
        if override is not None:
            row["override_callback_uri"] = override.callback_uri
        rows.append(row)
    return json_answer({"data": rows})


def unsubscribe(box: Sandbox, ask: Ask) -> Answer:
    """Answer ``DELETE /{waba}/subscribed_apps``."""
    need_management(ask)
    box.world.wabas[ask.node].subscribed.pop(ask.token.app_id, None)
    return success()


def _waba_fields(box: Sandbox, waba: Waba) -> dict[str, Any]:
    return {
        "id": waba.id,
        "name": waba.name,
        "currency": waba.currency,
        "timezone_id": waba.timezone_id,
        "country": waba.country,
        "account_review_status": waba.account_review_status,
        "business_verification_status": waba.business_verification_status,
        "ownership_type": "SELF",
        "message_template_namespace": f"sandbox_{waba.id}",
        "owner_business_info": {"id": PORTFOLIO_ID, "name": "Sandbox portfolio"},
        "marketing_messages_lite_api_status": "ONBOARDED",
        "health_status": health_of_waba(box, waba),
    }
