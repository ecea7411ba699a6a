"""Calls from people: two webhooks and an open window. The sandbox rings; nobody can pick up."""

from datetime import UTC, datetime, timedelta
from typing import Any

from curbe_sandbox.people import contact_of, show
from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.state import Person, PhoneNumber
from curbe_sandbox.statuses import metadata


def call(box: Sandbox, person: Person, number: PhoneNumber, *, rings: timedelta) -> str:
    """Let ``person`` call ``number`` for a while; return the id of the call.

    A call opens the customer service window as a message does [pricing, Sep 2026].
    """
    now = datetime.now(UTC)
    call_id = f"wacid.{box.world.entropy.getrandbits(128):032X}"
    box.world.windows[number.id, person.wa_id] = now
    line = {"direction": "from_person", "wamid": call_id, "phone_number_id": number.id, "at": now.isoformat()}
    show(person, line | {"message": {"type": "call"}})
    _report(box, person, number, {"id": call_id, "event": "connect"})
    end = {"id": call_id, "event": "terminate", "status": "FAILED"}
    box.timeline.after(rings.total_seconds(), _report, box, person, number, end)
    return call_id


def _report(box: Sandbox, person: Person, number: PhoneNumber, what: dict[str, Any]) -> None:
    user_ids = box.world.behaviour_of(number).user_ids
    told: dict[str, Any] = what | {
        "to": number.digits,
        "direction": "USER_INITIATED",
        "timestamp": str(int(datetime.now(UTC).timestamp())),
    }
    if not person.phone_hidden:
        told["from"] = person.wa_id
    if user_ids:
        told["from_user_id"] = person.bsuid
    if what["event"] == "connect":
        told["session"] = {"sdp_type": "offer", "sdp": "v=0\r\n"}
    value = {
        "messaging_product": "whatsapp",
        "metadata": metadata(number),
        "contacts": [contact_of(person, user_ids=user_ids)],
        "calls": [told],
    }
    box.webhooks.emit(number, value, field_name="calls")
