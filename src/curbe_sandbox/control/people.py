"""Making people, letting them write, and seeing what their phones show."""

from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
from litestar import Request, get, patch, post

from curbe_sandbox.control.named import number_named, person_named
from curbe_sandbox.control.refusals import bad_request, loose_object, not_found
from curbe_sandbox.control.views import person_view
from curbe_sandbox.people import contact_of, start_chatting, text_message, write
from curbe_sandbox.samples import SAMPLES, Thread
from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.start import user_id_of
from curbe_sandbox.state import Person
from curbe_sandbox.statuses import metadata
from curbe_sandbox.window import WINDOW, window_is_open

_KINDS: Final = ("silent", "auto_reply", "echo", "chatty")
_ENVELOPE: Final = {"phone_number_id", "at", "times", "sample"}
_BESIDE: Final = {"context", "referral", "id", "timestamp", "group_id", "errors"}  # not the type of a message


class PersonOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A person to make, or to change: fields that are absent stay as they are."""

    wa_id: str | None = None
    name: str | None = None
    bsuid: str | None = None
    parent_bsuid: str | None = None
    username: str | None = None
    phone_hidden: bool | None = None
    reads: bool | None = None
    read_after_ms: int | None = None
    blocked_numbers: list[str] | None = None


class BehaviourOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """How a person behaves from now on."""

    kind: str
    reply_text: str = ""
    reply_delay_ms: int = 800
    every_ms: int = 15_000
    phone_number_id: str = ""  # whom a chatty person writes to; empty: the first number


class WindowOrder(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """When the person is to have written last; ``closed`` sets it to 24 hours ago."""

    phone_number_id: str = ""
    last_wrote_at: datetime | None = None
    closed: bool = False


class Preference(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Marketing messages: ``stop`` or ``resume``."""

    value: str
    phone_number_id: str = ""


class Change(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A new phone number, a new BSUID, or both (a new number always brings a new BSUID)."""

    new_wa_id: str = ""
    new_bsuid: str = ""
    phone_number_id: str = ""


@post("/sandbox/people")
async def make_person(box: Sandbox, data: PersonOrder) -> dict[str, Any]:
    """Make a person, or change the one with this number."""
    wa_id = "".join(filter(str.isdigit, data.wa_id or ""))
    if not wa_id:
        raise bad_request("wa_id must be a phone number in digits")
    person = box.world.people.get(wa_id) or Person(wa_id=wa_id, name=data.name or f"Person {wa_id[-4:]}")
    _apply(person, data)
    person.bsuid = person.bsuid or user_id_of(wa_id)
    box.world.add_person(person)
    return person_view(person)


@get("/sandbox/people")
async def list_people(box: Sandbox, limit: int = 100, offset: int = 0) -> dict[str, Any]:
    """List people in the order in which they were made."""
    people = list(box.world.people.values())
    return {
        "people": [
            person_view(person) | {"last_line": person.thread[-1] if person.thread else None}
            for person in people[offset : offset + limit]
        ],
        "count": len(people),
    }


@get("/sandbox/people/{name:str}")
async def read_person(box: Sandbox, name: str) -> dict[str, Any]:
    """Show one person, by wa_id or BSUID, and with whom their windows are open."""
    person = person_named(box, name)
    windows = {
        number: at + WINDOW for (number, wa_id), at in box.world.windows.items() if wa_id == person.wa_id
    }
    return person_view(person) | {"window_closes_at": windows}


@patch("/sandbox/people/{name:str}")
async def change_person(box: Sandbox, name: str, data: PersonOrder) -> dict[str, Any]:
    """Change a person; the number stays (use ``/change`` for that)."""
    person = person_named(box, name)
    _apply(person, data)
    box.world.add_person(person)
    return person_view(person)


@post("/sandbox/people/{name:str}/messages")
async def person_writes(box: Sandbox, name: str, request: Request[Any, Any, Any]) -> dict[str, Any]:
    """Let a person write: ``{"text": "Hola"}``, or any inbound message as Meta would send it.

    ``{"sample": "list_reply"}`` is one of ``GET /sandbox/samples``, with what else is given in place of its own.
    An unknown number becomes a person. ``phone_number_id`` says to whom (the first number if absent), ``at``
    when, ``times`` how often.
    """
    order = loose_object(await request.body())
    person = box.world.person(name)
    if person is None:
        if not name.isdigit():
            raise not_found("person", name)
        person = Person(wa_id=name, name=f"Person {name[-4:]}", bsuid=user_id_of(name))
        box.world.add_person(person)
    number = number_named(box, str(order.get("phone_number_id", "")))
    given = {key: value for key, value in order.items() if key not in _ENVELOPE}
    message = (
        _sample(order["sample"], Thread(person, number)) | given if "sample" in order else _message(given)
    )
    at, times = _time(order.get("at")), order.get("times", 1)
    if not isinstance(times, int) or not 1 <= times <= 10_000:
        raise bad_request("times must be a whole number from 1 to 10000")
    wamids = [write(box, person, number, message, at=at) for _ in range(times)]
    return {
        "wamid": wamids[0],
        "wamids": wamids,
        "window_open": window_is_open(box.world, number.id, person.wa_id, at=None),
    }


@get("/sandbox/samples")
async def list_samples() -> list[str]:
    """List what a person can send by name."""
    return list(SAMPLES)


@get("/sandbox/people/{name:str}/messages")
async def person_sees(box: Sandbox, name: str) -> list[dict[str, Any]]:
    """Show what this person's phone shows, oldest first, the last 200 lines."""
    return person_named(box, name).thread


@post("/sandbox/people/{name:str}/behaviour", status_code=200)
async def set_behaviour(box: Sandbox, name: str, data: BehaviourOrder) -> dict[str, Any]:
    """Make a person silent, auto_reply, echo, or chatty (writes now and then, beginning at once)."""
    person = person_named(box, name)
    if data.kind not in _KINDS:
        raise bad_request(f"kind must be one of {', '.join(_KINDS)}")
    person.kind, person.reply_text, person.reply_delay_ms = data.kind, data.reply_text, data.reply_delay_ms
    person.every_ms, person.writes_to = max(data.every_ms, 10), number_named(box, data.phone_number_id).id
    if data.kind == "chatty":
        start_chatting(box, person)
    return person_view(person)


@post("/sandbox/people/{name:str}/window", status_code=200)
async def set_window(box: Sandbox, name: str, data: WindowOrder) -> dict[str, Any]:
    """Open or close the customer service window of a person and a number without a message."""
    person, number = person_named(box, name), number_named(box, data.phone_number_id)
    now = datetime.now().astimezone()
    if data.last_wrote_at is not None and data.last_wrote_at.tzinfo is None:
        raise bad_request("last_wrote_at needs a time zone")
    at = now - WINDOW - timedelta(seconds=1) if data.closed else data.last_wrote_at or now
    box.world.windows[number.id, person.wa_id] = at
    return {"phone_number_id": number.id, "wa_id": person.wa_id, "window_closes_at": at + WINDOW}


@post("/sandbox/people/{name:str}/preferences", status_code=200)
async def set_preference(box: Sandbox, name: str, data: Preference) -> dict[str, Any]:
    """Let a person stop or resume marketing messages; sends the ``user_preferences`` webhook."""
    person, number = person_named(box, name), number_named(box, data.phone_number_id)
    if data.value not in {"stop", "resume"}:
        raise bad_request("value must be stop or resume")
    person.stopped_marketing = data.value == "stop"
    behaviour = box.world.behaviour_of(number)
    preference: dict[str, Any] = {
        "detail": f"User requested to {data.value} marketing messages",
        "category": "marketing_messages",
        "value": data.value,
        "timestamp": int(datetime.now().astimezone().timestamp()),
    }
    if not person.phone_hidden:
        preference["wa_id"] = person.wa_id
    if behaviour.user_ids:
        preference["user_id"] = person.bsuid
    value = {
        "messaging_product": "whatsapp",
        "metadata": metadata(number),
        "contacts": [contact_of(person, user_ids=behaviour.user_ids)],
        "user_preferences": [preference],
    }
    box.webhooks.emit(number, value, field_name="user_preferences")
    return person_view(person)


@post("/sandbox/people/{name:str}/change", status_code=200)
async def change_identity(box: Sandbox, name: str, data: Change) -> dict[str, Any]:
    """Let a person change phone number or BSUID; sends the ``system`` message that Meta sends."""
    person, number = person_named(box, name), number_named(box, data.phone_number_id)
    if not data.new_wa_id and not data.new_bsuid:
        raise bad_request("say new_wa_id or new_bsuid")
    old_wa_id, old_bsuid = person.wa_id, person.bsuid
    bsuid = data.new_bsuid or user_id_of(data.new_wa_id)
    system: dict[str, Any] = {"user_id": bsuid, "previous_user_id": old_bsuid}
    message: dict[str, Any] = {"type": "system", "system": system}
    if data.new_wa_id:
        words = f"User {person.name} changed from {old_wa_id} to {data.new_wa_id}"
        system |= {"type": "user_changed_number", "wa_id": data.new_wa_id, "body": words}
    else:
        system |= {"type": "user_changed_user_id", "body": "User changed user id"}
    wamid = write(box, person, number, message)
    box.world.people.pop(old_wa_id, None)
    box.world.user_ids.pop(old_bsuid, None)
    person.wa_id, person.bsuid = data.new_wa_id or old_wa_id, bsuid
    box.world.add_person(person)
    return person_view(person) | {"wamid": wamid}


HANDLERS: Final = [
    make_person,
    list_people,
    read_person,
    change_person,
    person_writes,
    list_samples,
    person_sees,
    set_behaviour,
    set_window,
    set_preference,
    change_identity,
]


def _apply(person: Person, order: PersonOrder) -> None:
    for name in ("name", "bsuid", "parent_bsuid", "username", "phone_hidden", "reads", "read_after_ms"):
        value = getattr(order, name)
        if value is not None:
            setattr(person, name, value)
    if order.blocked_numbers is not None:
        person.blocked_numbers = set(order.blocked_numbers)


def _message(order: dict[str, Any]) -> dict[str, Any]:
    text = order.get("text")
    if isinstance(text, str):
        order = order | text_message(text)
    if not order:
        raise bad_request('say what the person writes, for example {"text": "Hola"}')
    if "type" not in order:
        kinds = [key for key in order if key not in _BESIDE]
        order = order | {"type": kinds[0]} if kinds else order
    return order


def _sample(name: Any, thread: Thread) -> dict[str, Any]:
    if name not in SAMPLES:
        raise bad_request(f"there is no sample {name!r:.40}; GET /sandbox/samples lists them")
    return SAMPLES[name](thread)


def _time(written: Any) -> datetime | None:
    if written is None:
        return None
    try:
        at = msgspec.convert(written, datetime)
    except msgspec.ValidationError as error:
        raise bad_request(f"at: {error}") from None
    if at.tzinfo is None:
        raise bad_request("at needs a time zone, for example 2026-11-23T10:00:00Z")
    return at
