"""A person's phone: what it shows of one business, and what its owner does there beside writing."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal

import msgspec
from litestar import get, post

from curbe_sandbox.calls import call
from curbe_sandbox.control.named import number_named, person_named
from curbe_sandbox.control.refusals import not_found
from curbe_sandbox.control.views import number_view, person_view
from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.statuses import Step
from curbe_sandbox.window import WINDOW


class StatusOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A status that the phone reports of a message it shows."""

    wamid: str = ""  # empty: the newest from a business
    status: Literal["sent", "delivered", "read", "played", "failed", "deleted", "warning"]
    code: int | None = None  # of a failed one


class CallOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A call to a business number; ``rings_s`` seconds later it ends without an answer."""

    phone_number_id: str = ""
    rings_s: float = 5.0


@get("/sandbox/people/{name:str}/phone")
async def phone_shows(box: Sandbox, name: str, phone_number_id: str = "") -> dict[str, Any]:
    """Show the conversation with one business number as the person sees it, and how things stand there."""
    person, number = person_named(box, name), number_named(box, phone_number_id)
    last = box.world.windows.get((number.id, person.wa_id))
    until = person.typing_until.get(number.id)
    return {
        "person": person_view(person),
        "number": number_view(number),
        "lines": [line for line in person.thread if line["phone_number_id"] == number.id],
        "read_up_to": person.read_up_to.get(number.id),
        "typing": until is not None and until > datetime.now(UTC),
        "window_closes_at": last + WINDOW if last else None,
        "blocked": number.id in person.blocked_numbers,
    }


@post("/sandbox/people/{name:str}/statuses", status_code=200)
async def report_status(box: Sandbox, name: str, data: StatusOrder) -> dict[str, Any]:
    """Report a status of a message the phone shows: played when a voice note is played, for example."""
    person = person_named(box, name)
    wamid = data.wamid or next(reversed(person.received), "")
    sent = person.received.get(wamid)
    if sent is None:
        raise not_found("message on this phone", wamid)
    step = Step(data.status, 0.0, (data.code or 131026) if data.status == "failed" else None)
    box.report(sent, [step], box.world.behaviour_of(sent.number))
    return {"wamid": wamid, "status": data.status}


@post("/sandbox/people/{name:str}/calls", status_code=202)
async def person_calls(box: Sandbox, name: str, data: CallOrder) -> dict[str, Any]:
    """Let a person call a business number: the ``calls`` webhooks come, and the window opens."""
    person, number = person_named(box, name), number_named(box, data.phone_number_id)
    call_id = call(box, person, number, rings=timedelta(seconds=max(data.rings_s, 0.0)))
    return {"call_id": call_id, "phone_number_id": number.id}


HANDLERS: Final = [phone_shows, report_status, person_calls]
