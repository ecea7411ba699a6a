"""``health_status``: whether something may send, by each thing that it depends on [Meta: health status, Dec 2025]."""

from typing import Any, Final

from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.state import PORTFOLIO_ID, PhoneNumber, Waba

_WORST_FIRST: Final = ("BLOCKED", "LIMITED", "AVAILABLE")


def health_of_waba(box: Sandbox, waba: Waba) -> dict[str, Any]:
    """Return the health of a WABA: its own, its portfolio's and the apps'."""
    apps = [_entity("APP", app_id) for app_id in box.world.apps]
    return _overall([_waba(waba), _entity("BUSINESS", PORTFOLIO_ID), *apps])


def health_of_number(box: Sandbox, number: PhoneNumber) -> dict[str, Any]:
    """Return the health of a number: its own, its WABA's, its portfolio's and the apps'."""
    own = "AVAILABLE" if number.status == "CONNECTED" else "BLOCKED"
    others = health_of_waba(box, box.world.wabas[number.waba_id])["entities"]
    return _overall([_entity("PHONE_NUMBER", number.id, own), *others])


def _waba(waba: Waba) -> dict[str, Any]:
    entity = _entity("WABA", waba.id, waba.can_send_message)
    return {**entity, "errors": waba.health_errors} if waba.health_errors else entity


def _entity(kind: str, node: str, can_send_message: str = "AVAILABLE") -> dict[str, Any]:
    return {"entity_type": kind, "id": node, "can_send_message": can_send_message}


def _overall(entities: list[dict[str, Any]]) -> dict[str, Any]:
    said = {entity["can_send_message"] for entity in entities}
    worst = next((word for word in _WORST_FIRST if word in said), "AVAILABLE")
    return {"can_send_message": worst, "entities": entities}
