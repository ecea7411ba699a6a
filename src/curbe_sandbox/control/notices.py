"""Sending what Meta says beside messages: one call for each field and event."""

from datetime import UTC, datetime
from typing import Any, Final

import msgspec
from litestar import Request, get, post

from curbe_sandbox.control.named import number_named, person_named
from curbe_sandbox.control.refusals import bad_request, loose_object, not_found
from curbe_sandbox.notices.about import About
from curbe_sandbox.notices.account import OF_THE_PORTFOLIO
from curbe_sandbox.notices.effects import take_effect
from curbe_sandbox.notices.table import NOTICES
from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.state import PORTFOLIO_ID, PhoneNumber, Template

_NO_TEMPLATE: Final = Template(
    id="800000000000099", waba_id="", name="nobodys", language="es", category="UTILITY", components=[]
)


class NoticeOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A notice to send: its field, and where it has several, its event (the first one if absent)."""

    field: str
    event: str = ""
    phone_number_id: str = ""  # empty: the first number
    template_id: str = ""  # empty: the first of the WABA
    person: str = ""  # wa_id or BSUID; empty: the first
    value: dict[str, Any] = {}  # laid over the usual value, objects key by key
    entry_id: str = ""  # empty: the WABA, or the portfolio where Meta says so


@get("/sandbox/notices")
async def list_notices() -> dict[str, list[str]]:
    """List the fields with their events."""
    return {field: list(events) for field, events in NOTICES.items()}


@post("/sandbox/notices", status_code=202)
async def send_notice(box: Sandbox, request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Send a webhook of any field beyond messages, let the world change with it, and show what was sent."""
    try:
        order = msgspec.convert(loose_object(await request.body()), NoticeOrder)
    except msgspec.ValidationError as error:
        raise bad_request(str(error)) from None
    events = NOTICES.get(order.field)
    if events is None:
        raise bad_request(f"there is no field {order.field!r:.60}; GET /sandbox/notices lists them")
    event = order.event or next(iter(events))
    if event not in events:
        raise bad_request(f"{order.field} has no event {event!r:.60}, but {', '.join(events)}")
    number = number_named(box, order.phone_number_id)
    about = _about(box, number, order)
    value = _laid_over(events[event](about), order.value)
    take_effect(box, about, order.field, value)
    entry_id = order.entry_id or (PORTFOLIO_ID if event in OF_THE_PORTFOLIO else "")
    box.webhooks.emit(number, value, field_name=order.field, entry_id=entry_id)
    return {"field": order.field, "event": event, "value": value}


HANDLERS: Final = [list_notices, send_notice]


def _about(box: Sandbox, number: PhoneNumber, order: NoticeOrder) -> About:
    world = box.world
    if order.template_id and order.template_id not in world.templates:
        raise not_found("template", order.template_id)
    of_waba = (one for one in world.templates.values() if one.waba_id == number.waba_id)
    template = world.templates.get(order.template_id) or next(of_waba, _NO_TEMPLATE)
    name = order.person or next(iter(world.people))
    waba = world.wabas[number.waba_id]
    return About(number, waba, template, person_named(box, name), datetime.now(UTC))


def _laid_over(value: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(value)
    for name, change in changes.items():
        before = merged.get(name)
        if isinstance(before, dict) and isinstance(change, dict):
            merged[name] = _laid_over(before, change)
        else:
            merged[name] = change
    return merged
