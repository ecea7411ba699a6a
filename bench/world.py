"""Fifty businesses, their numbers, the people who write to them, and what Meta would deliver about all that.

Bodies have the shape and size of Meta's (about 530 bytes), one event each, a quarter inbound texts and three quarters
statuses: each message that was sent is reported sent, delivered and read. Everything comes from a seed.
"""

import base64
import hashlib
import hmac
import json
import random
from collections.abc import Iterable, Iterator, Sequence
from typing import Final
from uuid import UUID

import msgspec
from uuid_utils.compat import uuid7

from bench import kinds

APP_ID: Final = "100000000000001"
APP_SECRET: Final = "bench-app-secret"  # noqa: S105 - signs nothing but the benchmark's own bodies
VERIFY_TOKEN: Final = "bench-verify-token"  # noqa: S105 - as above
ENCRYPTION_KEY: Final = base64.b64encode(bytes(range(7, 39))).decode()
TENANTS: Final = 50
PEOPLE: Final = 10_000  # whom they know, together
STRANGERS: Final = 0.02  # of inbound texts come from somebody new
_STATUSES: Final = ("sent", "delivered", "read")
_WORDS: Final = (  # noqa: SIM905 - a sentence is easier to read than 35 strings
    "hola buenos días quería saber si mi pedido llega hoy porque mañana no estoy en casa y el portero no recibe "
    "paquetes gracias perfecto entonces espero ¿cuánto cuesta el envío a Sevilla? ¿tienen talla 42 en azul? vale"
).split()


class Number(msgspec.Struct, frozen=True):
    """A business's number and the row of its connection."""

    tenant_id: UUID
    connection_id: UUID
    waba_id: str
    phone_number_id: str
    display: str


class Somebody(msgspec.Struct, frozen=True):
    """A person in one business's inbox."""

    number: Number
    contact_id: UUID
    conversation_id: UUID
    wa_id: str
    name: str

    @property
    def user_id(self) -> str:
        """The business-scoped id that Meta sends beside the phone."""
        return f"ES.{int.from_bytes(hashlib.sha256(self.wa_id.encode()).digest()[:8], 'big') % 10**17:017d}"


class SentMessage(msgspec.Struct, frozen=True):
    """A message that was accepted by Meta before the measurement, and whose statuses come in it."""

    id: UUID
    to: Somebody
    wamid: str
    callback: str


def numbers(*, tenants: int = TENANTS) -> list[Number]:
    """Return one number for each of ``tenants`` businesses."""
    return [
        Number(
            tenant_id=uuid7(),
            connection_id=uuid7(),
            waba_id=f"2{place:014d}",
            phone_number_id=f"3{place:014d}",
            display=f"3460{place:07d}",
        )
        for place in range(1, tenants + 1)
    ]


def people(owners: Sequence[Number], *, each: int = PEOPLE // TENANTS, first: int = 0) -> list[Somebody]:
    """Return ``each`` persons for every number; ``first`` keeps several calls apart."""
    return [
        Somebody(
            number=owner,
            contact_id=uuid7(),
            conversation_id=uuid7(),
            wa_id=f"346{first + place * len(owners) + at:08d}",
            name=f"Lucía Núñez {place}",
        )
        for at, owner in enumerate(owners)
        for place in range(each)
    ]


def wamid(chance: random.Random) -> str:
    """Return an id as Meta forms them: about 58 characters."""
    return "wamid.HBgL" + base64.b64encode(chance.randbytes(36)).decode()


def inbound(somebody: Somebody, *, chance: random.Random, at: int) -> bytes:
    """Return the body of a text that ``somebody`` wrote at ``at`` (seconds since 1970)."""
    text = " ".join(chance.choices(_WORDS, k=chance.randint(3, 14)))
    return said(somebody, {"text": {"body": text}, "type": "text"}, name=wamid(chance), at=at)


def said(somebody: Somebody, content: dict[str, object], *, name: str, at: int) -> bytes:
    """Return the body of a message that ``somebody`` wrote, under the wamid ``name``."""
    message = {
        "from": somebody.wa_id,
        "from_user_id": somebody.user_id,
        "id": name,
        "timestamp": str(at),
        **content,
    }
    contact = {"profile": {"name": somebody.name}, "wa_id": somebody.wa_id, "user_id": somebody.user_id}
    return _body(somebody.number, {"contacts": [contact], "messages": [message]})


def status(sent: SentMessage, name: str, *, at: int) -> bytes:
    """Return the body that reports one status of a message."""
    report: dict[str, object] = {
        "id": sent.wamid,
        "status": name,
        "timestamp": str(at),
        "recipient_id": sent.to.wa_id,
        "recipient_user_id": sent.to.user_id,
    }
    if name != "read":
        report["pricing"] = {
            "billable": True,
            "pricing_model": "PMP",
            "category": "service",
            "type": "regular",
        }
    report["biz_opaque_callback_data"] = sent.callback
    return _body(sent.to.number, {"statuses": [report]})


def mixed(
    everybody: Sequence[Somebody],
    sent: Sequence[SentMessage],
    *,
    at: int,
    chance: random.Random,
    of_any_kind: bool = False,
) -> Iterator[bytes]:
    """Yield four bodies for each message of ``sent``: its three statuses in their order, and one from somebody.

    That one is a text, or ``of_any_kind``. A message's statuses lie a few hundred bodies apart, as they do on a busy number.
    """
    texts: dict[str, str] = {}  # the latest of each person, which may be edited or reacted to
    waiting: list[tuple[float, bytes]] = []
    for place, message in enumerate(sent):
        for step, name in enumerate(_STATUSES):
            waiting.append((place + step * 80 + chance.random(), status(message, name, at=at + step)))
        writer = chance.choice(everybody)
        if chance.random() < STRANGERS:
            writer = msgspec.structs.replace(
                writer, wa_id=f"349{chance.randrange(10**8):08d}", name="Nadie Todavía"
            )
        if of_any_kind:
            waiting.append((place + 200 * chance.random(), _of_any_kind(writer, texts, chance=chance, at=at)))
        else:
            waiting.append((place + 200 * chance.random(), inbound(writer, chance=chance, at=at)))
    yield from (body for _, body in sorted(waiting, key=lambda item: item[0]))


def _of_any_kind(writer: Somebody, texts: dict[str, str], *, chance: random.Random, at: int) -> bytes:
    content = kinds.some_content(chance, target=texts.get(writer.wa_id))
    name = wamid(chance)
    if content["type"] == "text":
        texts[writer.wa_id] = name
    return said(writer, content, name=name, at=at)


def together(bodies: Iterable[bytes], *, updates: int) -> Iterator[bytes]:
    """Yield bodies of exactly ``updates`` changes of one number each; what does not fill a body is left out."""
    waiting: dict[str, list[object]] = {}
    for body in bodies:
        whole = json.loads(body)
        entry = whole["entry"][0]
        changes = waiting.setdefault(entry["id"], [])
        changes += entry["changes"]
        if len(changes) == updates:
            yield written({**whole, "entry": [{"id": entry["id"], "changes": changes}]})
            waiting[entry["id"]] = []


def signature(body: bytes) -> str:
    """Return the value of X-Hub-Signature-256."""
    return "sha256=" + hmac.digest(APP_SECRET.encode(), body, hashlib.sha256).hex()


def _body(number: Number, value: dict[str, object]) -> bytes:
    metadata = {"display_phone_number": number.display, "phone_number_id": number.phone_number_id}
    change = {"value": {"messaging_product": "whatsapp", "metadata": metadata, **value}, "field": "messages"}
    whole = {"object": "whatsapp_business_account", "entry": [{"id": number.waba_id, "changes": [change]}]}
    return written(whole)


def written(whole: object) -> bytes:
    """Return a body as Meta writes JSON."""
    # Meta escapes what is not ASCII, and slashes.
    return json.dumps(whole, separators=(",", ":")).replace("/", "\\/").encode()
