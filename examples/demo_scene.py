"""Who is in the demo, what they write, and the talk that goes on: colleagues answer their own customers, the others wait for you."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any, Protocol

PASSWORD = "clinica-demo"  # noqa: S105 - of a sandbox that listens on this machine alone
TYPING = 4.0  # seconds that a colleague takes to answer
NUMBER = "300000000000001"

LABELS = {"Presupuesto": "#1a73e8", "Envío": "#c2410c", "Cita": "#0b7a4f"}
CANNED = (
    ("hola", "Saludo", "¡Hola {{contact_name}}! Soy {{agent_name}}, de {{business_name}}. ¿En qué te ayudo?"),
    ("horario", "Horario", "Abrimos de lunes a viernes, de 9 a 14 h y de 16 a 20 h."),
    ("envio", "Envíos", "Enviamos en 24 horas, también a Andorra y a Portugal."),
)


@dataclass(frozen=True)
class Colleague:
    """Somebody who signs in."""

    email: str
    name: str
    role: str
    answers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Customer:
    """Somebody who writes: their messages as the sandbox takes them, whose customer they are, and what they say when answered."""

    wa_id: str
    name: str
    writes: tuple[dict[str, Any], ...]
    colleague: str | None = None  # the one whose conversation it is; None: nobody's yet
    thanks: str = ""
    talks_on: bool = False  # goes on writing by themselves
    days_ago: int = 0
    labels: tuple[str, ...] = ()
    note: str = ""  # what Leo tells Ana about it


OWNER = Colleague("ana@demo.example", "Ana Torres", "owner")
COLLEAGUES = (
    OWNER,
    Colleague(
        "leo@demo.example",
        "Leo Martín",
        "agent",
        (
            "¡Hola! Sí, mañana a las 17:00. ¿Te va bien?",
            "Claro, te lo apunto ahora mismo.",
            "Perfecto. Si necesitas cambiarla, escríbenos por aquí 👋",
        ),
    ),
    Colleague(
        "sofia@demo.example",
        "Sofía Ríos",
        "agent",
        (
            "Oi! Já saiu, chega amanhã de manhã 📦",
            "Deixa eu ver com a transportadora.",
            "Combinado, qualquer coisa é só chamar 🙂",
        ),
    ),
)
CUSTOMERS = (
    Customer(
        "34611000021",
        "Pilar Sanz",
        ({"text": "Buenos días, ¿me podéis mandar el presupuesto?"},),
        days_ago=3,
        labels=("Presupuesto",),
    ),
    Customer(
        "34611000001",
        "Lucía Romero",
        ({"text": "¿Tenéis hueco mañana por la tarde?"},),
        colleague="leo@demo.example",
        labels=("Cita",),
        talks_on=True,
    ),
    Customer(
        "5511987654321",
        "João Pereira",
        ({"text": "Oi! O pedido 1042 já saiu? 📦"},),
        colleague="sofia@demo.example",
        talks_on=True,
    ),
    Customer(
        "34611000022",
        "Marta Gil",
        ({"sample": "voice"}, {"text": "Perdona el audio, iba con prisa 😅"}),
        thanks="¡Ah, genial! Muchas gracias 🙏",
    ),
    Customer(
        "447700900123",
        "Emma Clarke",
        ({"sample": "document"}, {"text": "Here is the form you asked for. Is anything missing?"}),
        colleague="ana@demo.example",
        thanks="Lovely, thank you!",
    ),
    Customer(
        "5215511000003",
        "Diego Flores",
        ({"text": "¿Llegáis hasta aquí?"}, {"sample": "location"}),
        thanks="Va, los espero. ¡Gracias!",
    ),
    Customer(
        "34611000004",
        "Marc Vidal",
        ({"text": "Hola, ¿hacéis envíos a Andorra?"}, {"sample": "image"}),
        thanks="Perfecto, pues lo pido hoy mismo.",
        labels=("Envío",),
        note="Es cliente de los buenos. ¿Le ofrecemos el envío gratis?",
    ),
)


class Person(Protocol):
    """A signed-in colleague: asks the API and returns what it answers."""

    def __call__(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]: ...


def write_first(sandbox: Callable[[str, dict[str, Any]], Any]) -> None:
    """Let every customer write what they have to say, and be as they are from then on."""
    for customer in CUSTOMERS:
        sandbox("people", {"wa_id": customer.wa_id, "name": customer.name, "read_after_ms": 1500})
        when = {}
        if customer.days_ago:
            wrote = datetime.now(UTC) - timedelta(days=customer.days_ago)
            when = {"at": wrote.isoformat()}
        for message in customer.writes:
            sandbox(f"people/{customer.wa_id}/messages", {"phone_number_id": NUMBER, **message, **when})
    for customer in CUSTOMERS:
        if customer.talks_on:
            manner = {"kind": "chatty", "every_ms": 90_000, "reply_delay_ms": 25_000}
        elif customer.thanks:
            manner = {"kind": "auto_reply", "reply_text": customer.thanks, "reply_delay_ms": 5_000}
        else:
            continue
        sandbox(f"people/{customer.wa_id}/behaviour", {**manner, "phone_number_id": NUMBER})


class Talk:
    """What the colleagues do: take their conversations and answer in them."""

    def __init__(self, *, tenant: str, colleagues: dict[str, tuple[str, Person]]) -> None:
        """``colleagues``: by e-mail address their id and how they ask."""
        self._tenant = f"/api/tenants/{tenant}"
        self._inbox = f"{self._tenant}/inbox/conversations"
        self._send = f"{self._tenant}/whatsapp/messages/send"
        self._owner = colleagues[OWNER.email][1]
        self._colleagues = colleagues
        self._lines = {one.email: cycle(one.answers) for one in COLLEAGUES if one.answers}
        self._labels: dict[str, str] = {}  # name: id
        self._whose: dict[str, str] = {}  # conversation: e-mail address of its colleague
        self._due: dict[str, float] = {}  # conversation: when its answer is written
        self.names: dict[str, str] = {}
        self.answered = 0

    def furnish(self) -> None:
        """Make what a desk has: labels, canned replies, a team; and read the number's templates from Meta."""
        for name, color in LABELS.items():
            made = self._owner("POST", f"{self._tenant}/labels", {"name": name, "color": color})
            self._labels[name] = made["id"]
        for shortcut, title, body in CANNED:
            canned = {"shortcut": shortcut, "title": title, "body": body}
            self._owner("POST", f"{self._tenant}/canned-replies", canned)
        members = [self._colleagues[email][0] for email in self._lines]
        self._owner("POST", f"{self._tenant}/teams", {"name": "Recepción", "member_ids": members})
        self._owner("POST", f"{self._tenant}/templates/sync", {})

    def hand_out(self) -> None:
        """Give each conversation to the colleague whose it is, once it is there."""
        waiting = {one.wa_id: one for one in CUSTOMERS}
        end = time.monotonic() + 30
        while waiting and time.monotonic() < end:
            for conversation in self._owner("GET", f"{self._inbox}?limit=100")["items"]:
                customer = waiting.pop(conversation["contact"]["wa_id"], None)
                if customer is None:
                    continue
                self._take(conversation["id"], customer)
            time.sleep(0.3)

    def _take(self, conversation: str, customer: Customer) -> None:
        self.names[conversation] = customer.name
        change: dict[str, Any] = {"label_ids": [self._labels[name] for name in customer.labels]}
        if customer.colleague:
            change["assignee_id"] = self._colleagues[customer.colleague][0]
            self._whose[conversation] = customer.colleague
        self._owner("PATCH", f"{self._inbox}/{conversation}", change)
        if customer.note:
            _, leo = self._colleagues["leo@demo.example"]
            note = {"body": customer.note, "mentions": [self._colleagues[OWNER.email][0]]}
            leo("POST", f"{self._inbox}/{conversation}/notes", note)
        self.heard_from(conversation)

    def heard_from(self, conversation: str) -> None:
        """Have an answer written where one of the colleagues answers by themselves: they look at once, and then it takes them a while."""
        if self._whose.get(conversation) in self._lines:
            self._read(conversation)
            self._due.setdefault(conversation, time.monotonic() + TYPING)

    def go_on(self) -> None:
        """Write the answers that are due."""
        for conversation in [one for one, at in self._due.items() if at <= time.monotonic()]:
            del self._due[conversation]
            email = self._whose[conversation]
            _, person = self._colleagues[email]
            person("POST", self._send, {"conversationId": conversation, "text": next(self._lines[email])})
            self._read(conversation)  # what came while they wrote stands before their eyes
            self.answered += 1

    def _read(self, conversation: str) -> None:
        _, person = self._colleagues[self._whose[conversation]]
        person("POST", f"{self._inbox}/{conversation}/read", {})
