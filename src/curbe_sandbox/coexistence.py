"""Numbers that stay in the WhatsApp Business app: what its owner writes there, its contacts, its history.

[coexistence and the pages on smb_message_echoes, smb_app_state_sync and history, Dec 2025]
"""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from curbe_sandbox.people import fill_media, show
from curbe_sandbox.phones import new_wamid
from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.state import Person, PhoneNumber
from curbe_sandbox.statuses import metadata

_PHASE_STARTS: Final = (
    timedelta(hours=20),
    timedelta(days=60),
    timedelta(days=150),
)  # ago, in phases 0, 1 and 2
_DECLINED: Final = {
    "code": 2593109,
    "title": "History sharing is turned off by the business from the WhatsApp Business App",
    "message": "History sharing is turned off by the business from the WhatsApp Business App",
    "error_data": {"details": "History sharing is turned off by the business"},
}
_LINES: Final = (
    ("customer", "Buenos días, ¿abrís hoy?"),
    ("business", "Sí, hasta las ocho."),
    ("customer", "Genial, luego me paso"),
    ("business", "Aquí estamos 😊"),
)


def echo(box: Sandbox, number: PhoneNumber, person: Person, message: dict[str, Any]) -> str:
    """Let the business write to a person from its app; return the wamid."""
    now = datetime.now(UTC)
    wamid = message.get("id") or new_wamid(person.wa_id, box.world.entropy)
    sent: dict[str, Any] = {"from": number.digits}
    if not person.phone_hidden:
        sent["to"] = person.wa_id
    if box.world.behaviour_of(number).user_ids:
        sent["to_user_id"] = person.bsuid
    sent |= {"id": wamid, "timestamp": str(int(now.timestamp()))} | message
    fill_media(box, number, sent)
    line = {
        "direction": "to_person",
        "by": "app",
        "wamid": wamid,
        "at": now.isoformat(),
        "type": sent["type"],
    }
    show(person, line | {"phone_number_id": number.id, "message": sent})
    _send(box, number, {"message_echoes": [sent]}, "smb_message_echoes")
    return wamid


def sync_contacts(box: Sandbox, number: PhoneNumber, people: list[Person], *, action: str) -> int:
    """Tell of the contacts in the app's address book; return how many."""
    now = str(int(datetime.now(UTC).timestamp()))
    rows = []
    for person in people:
        contact = {"full_name": person.name, "first_name": person.name.split(" ")[0]}
        if not person.phone_hidden:
            contact["phone_number"] = person.wa_id
        contact["user_id"] = person.bsuid
        if person.username:
            contact["username"] = person.username
        rows.append({"type": "contact", "contact": contact, "action": action, "metadata": {"timestamp": now}})
    if rows:
        _send(box, number, {"state_sync": rows}, "smb_app_state_sync")
    return len(rows)


def share_history(box: Sandbox, number: PhoneNumber, *, chunks_per_phase: int, in_order: bool) -> int:
    """Send 180 days of history in three phases of chunks; return how many webhooks that takes.

    Out of order, unless asked otherwise; of the newest files a placeholder comes in its chunk and the file itself
    afterwards, as Meta does.
    """
    total = 3 * chunks_per_phase
    values: list[dict[str, Any]] = []
    files: list[dict[str, Any]] = []
    for place in range(total):
        phase, order = place // chunks_per_phase, place % chunks_per_phase + 1
        threads = [_thread(box, number, person, phase, order, files) for person in box.world.people.values()]
        told = {"phase": phase, "chunk_order": order, "progress": round(100 * (place + 1) / total)}
        values.append({"history": [{"metadata": told, "threads": threads}]})
    if not in_order:
        box.world.chance.shuffle(values)
    values += [{"messages": [file]} for file in files]
    for value in values:
        _send(box, number, value, "history")
    return len(values)


def decline_history(box: Sandbox, number: PhoneNumber) -> None:
    """Tell that the business does not share its history."""
    _send(box, number, {"history": [{"errors": [_DECLINED]}]}, "history")


def _thread(
    box: Sandbox, number: PhoneNumber, person: Person, phase: int, order: int, files: list[dict[str, Any]]
) -> dict[str, Any]:
    at = datetime.now(UTC) - _PHASE_STARTS[phase] - timedelta(hours=order)
    messages = []
    for place, (who, words) in enumerate(_LINES):
        message = _past(box, number, person, at + timedelta(minutes=2 * place), by_customer=who == "customer")
        messages.append(message | {"type": "text", "text": {"body": words}})
    if phase == 0 and order == 1:
        past = _past(box, number, person, at + timedelta(minutes=9), by_customer=True)
        messages.append(past | {"type": "media_placeholder"})
        file: dict[str, Any] = {key: value for key, value in past.items() if key != "history_context"}
        file |= {"type": "image", "image": {"caption": "Como esta"}}
        fill_media(box, number, file)
        files.append(file)
    context = {"wa_id": person.wa_id, "user_id": person.bsuid}
    if person.username:
        context["username"] = person.username
    return {"id": person.wa_id, "context": context, "messages": messages}


def _past(
    box: Sandbox, number: PhoneNumber, person: Person, at: datetime, *, by_customer: bool
) -> dict[str, Any]:
    wamid = new_wamid(person.wa_id, box.world.entropy, inbound=by_customer)
    sides = {"from": person.wa_id} if by_customer else {"from": number.digits, "to": person.wa_id}
    status = {"status": "READ" if by_customer else "DELIVERED"}
    return {**sides, "id": wamid, "timestamp": str(int(at.timestamp())), "history_context": status}


def _send(box: Sandbox, number: PhoneNumber, value: dict[str, Any], field_name: str) -> None:
    whole = {"messaging_product": "whatsapp", "metadata": metadata(number), **value}
    box.webhooks.emit(number, whole, field_name=field_name)
