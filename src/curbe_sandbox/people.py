"""People: what they write, how they answer, and what their phones show."""

import base64
import functools
import hashlib
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from typing import Any, Final

from curbe_sandbox.phones import new_wamid
from curbe_sandbox.sandbox import Sandbox
from curbe_sandbox.state import Media, Person, PhoneNumber
from curbe_sandbox.statuses import Sent, metadata
from curbe_sandbox.template_rules import find_template

MEDIA_TYPES: Final = {
    "image": "image/jpeg",
    "sticker": "image/webp",
    "audio": "audio/ogg; codecs=opus",
    "video": "video/mp4",
    "document": "application/pdf",
}
# What people send who do not say which file: real ones, small.
_FILES: Final = {
    "image": "photo.jpg",
    "sticker": "sticker.webp",
    "audio": "voice.ogg",
    "video": "clip.mp4",
    "document": "invoice.pdf",
}
_KEPT_IN_THREAD: Final = 200
_INBOUND_MEDIA_LIVES: Final = timedelta(days=7)  # ids in webhooks expire in 7 days [media, Sep 2026]
_OPENERS: Final = (
    "Hola, ¿tenéis hueco mañana por la tarde?",
    "Buenos días, ¿cuánto cuesta el envío a Canarias?",
    "¿Mi pedido ha salido ya?",
    "Hi! Do you deliver on Saturdays?",
    "Quería cambiar la talla, ¿se puede? 🙏",
    "Olá, vocês atendem em português?",
    "¿Aceptáis pago con tarjeta?",
)
_ANSWERS: Final = (
    "Perfecto, gracias 😊",
    "Vale, muchas gracias",
    "¿Y a qué hora?",
    "Genial",
    "Ok, lo miro y os digo",
    "👍",
)


def write(
    box: Sandbox, person: Person, number: PhoneNumber, message: dict[str, Any], *, at: datetime | None = None
) -> str:
    """Let a person send ``message`` (``{"type": ..., <type>: {...}}``) to a number; return its wamid.

    Opens the customer service window of that number and person, fills in what only Meta knows (id, time,
    media fields), and sends the webhook to whoever is subscribed.
    """
    at = at or datetime.now(UTC)
    behaviour = box.world.behaviour_of(number)
    wamid = message.get("id") or new_wamid(person.wa_id, box.world.entropy, inbound=True)
    full: dict[str, Any] = {}
    if not person.phone_hidden:  # omitted, never empty, for who hides the number [BSUID, mid 2026]
        full["from"] = person.wa_id
    if behaviour.user_ids:
        full["from_user_id"] = person.bsuid
        if person.parent_bsuid:
            full["from_parent_user_id"] = person.parent_bsuid
    full |= {"id": wamid, "timestamp": str(int(at.timestamp()))} | message
    fill_media(box, number, full)
    last = box.world.windows.get((number.id, person.wa_id))
    box.world.windows[number.id, person.wa_id] = max(at, last) if last else at
    if "referral" in full:
        box.world.free_entries[number.id, person.wa_id] = at
    line = {"direction": "from_person", "wamid": wamid, "at": at.isoformat(), "phone_number_id": number.id}
    show(person, line | {"message": full})
    value: dict[str, Any] = {"messaging_product": "whatsapp", "metadata": metadata(number)}
    if full.get("type") != "system":  # system messages carry no contacts
        value["contacts"] = [contact_of(person, user_ids=behaviour.user_ids)]
    value["messages"] = [full]
    box.world.counts["inbound_messages"] += 1
    box.webhooks.emit(number, value)
    return wamid


def contact_of(person: Person, *, user_ids: bool) -> dict[str, Any]:
    """Return how a webhook introduces the person."""
    profile = {"name": person.name}
    if person.username:
        profile["username"] = person.username
    contact: dict[str, Any] = {"profile": profile}
    if not person.phone_hidden:
        contact["wa_id"] = person.wa_id
    if user_ids:
        contact["user_id"] = person.bsuid
        if person.parent_bsuid:
            contact["parent_user_id"] = person.parent_bsuid
    return contact


def show(person: Person, line: dict[str, Any]) -> None:
    """Add a line to what the person's phone shows."""
    person.thread.append(line)
    if len(person.thread) > _KEPT_IN_THREAD:
        person.received.pop(person.thread.pop(0)["wamid"], None)


def receive(box: Sandbox, sent: Sent) -> None:
    """Show a business's message on the person's phone, and let the person answer as they do."""
    person = sent.person
    if person is None:
        return
    line: dict[str, Any] = {
        "direction": "to_person",
        "wamid": sent.wamid,
        "at": datetime.now(UTC).isoformat(),
        "type": sent.type,
    }
    if sent.type == "template":
        asked = sent.content["template"]
        found = find_template(box.world, sent.number.waba_id, asked["name"], asked["language"]["code"])
        line["template"] = {"components": found.components} if found else {"components": []}
    person.received[sent.wamid] = sent
    person.typing_until.pop(sent.number.id, None)
    show(person, line | {"phone_number_id": sent.number.id, "message": sent.content})
    answer = _answer(box, person, sent)
    if answer:
        box.timeline.after(
            person.reply_delay_ms / 1000, write, box, person, sent.number, text_message(answer)
        )


def start_chatting(box: Sandbox, person: Person) -> None:
    """Let a chatty person write now and then, until their kind changes."""
    number = box.world.numbers.get(person.writes_to)
    if person.kind != "chatty" or number is None or box.world.people.get(person.wa_id) is not person:
        return
    write(box, person, number, text_message(box.world.chance.choice(_OPENERS)))
    pause = person.every_ms / 1000 * (0.5 + box.world.chance.random())
    box.timeline.after(pause, start_chatting, box, person)


def text_message(body: str) -> dict[str, Any]:
    """Return an inbound text message."""
    return {"type": "text", "text": {"body": body}}


def _answer(box: Sandbox, person: Person, sent: Sent) -> str:
    if sent.type == "reaction":
        return ""
    if person.kind == "echo":
        return sent.content["text"]["body"] if sent.type == "text" else f"[{sent.type}]"
    if person.kind == "auto_reply":
        return person.reply_text
    if person.kind == "chatty":
        return box.world.chance.choice(_ANSWERS)
    return ""


@functools.cache
def _file(kind: str) -> bytes:
    return (files("curbe_sandbox") / "files" / _FILES[kind]).read_bytes()


def fill_media(box: Sandbox, number: PhoneNumber, message: dict[str, Any]) -> None:
    """Fill in what only Meta knows of a file in ``message``: its id, type, digest and link."""
    kind = message.get("type", "")
    if kind not in MEDIA_TYPES or not isinstance(message.setdefault(kind, {}), dict):
        return
    part = message[kind] = dict(message[kind])
    media = box.world.media.get(part.get("id", ""))
    if media is None and "id" not in part:
        content = base64.b64decode(part.pop("data")) if "data" in part else _file(kind)
        media = Media(
            id=box.world.new_media_id(),
            phone_number_id=number.id,
            mime_type=part.get("mime_type", MEDIA_TYPES[kind]),
            content=content,
            sha256=hashlib.sha256(content).hexdigest(),
            expires_at=datetime.now(UTC) + _INBOUND_MEDIA_LIVES,
            filename=part.get("filename", ""),
        )
        box.world.media[media.id] = media
    if media is not None:
        digest = base64.b64encode(bytes.fromhex(media.sha256)).decode()
        found = {"id": media.id, "mime_type": media.mime_type, "sha256": digest, "url": box.media_url(media)}
        message[kind] = found | part
    if kind == "audio":
        message[kind].setdefault("voice", True)
