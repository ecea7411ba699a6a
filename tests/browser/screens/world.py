"""A clinic in the middle of its day: people, numbers, conversations of every kind, and what colleagues did with them."""

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from browser.receiver import Receiver
from browser.site import MEXICO, SPAIN, Account, Hand, Site, Tenant, until

# Who writes, from where, and to which number.
PEOPLE: Final = {
    "34611000001": "Lucía Romero",
    "34611000004": "Marc Vidal",
    "34611000005": "Inés Carrasco",
    "34611000006": "Álvaro Peña",
    "34611000007": "Carmen Ortega Ruiz",
    "34611000008": "Hugo Marín",
    "34611000009": "Elena Duarte",
    "34611000010": "Bruno Casas",
    "34611000011": "Noa Ferrer",
    "5215511000003": "Diego Flores",
    "5215511000012": "Ximena Torres",
    "5511987654321": "João Pereira",
    "351911000013": "Beatriz Sousa",
    "33611000014": "Chloé Martin",
}

# A list as somebody's form writes it: names, phones and days, with the usual mistakes.
OCTOBER: Final = """Nombre;Teléfono;Fecha
Marina Soler;+34 622 100 201;2026-10-02
Iván Prieto;622100202;2026-10-02
Rosa Amat;622 100 203;2026-10-05
Lucía Romero;+34 611 000 001;2026-08-30
Pau Ferrer;62210;2026-10-07
Clara Ibáñez;;2026-10-08
Nil Bosch;+34 622 100 206;ayer
Marina Soler;0034622100201;2026-10-11
Omar Haddad;+34 622 100 208;2026-10-12
"""

_LATE: Final = "33611000014"  # wrote so long ago that only a template may answer
_LONG_AGO: Final = "2026-11-20T09:30:00Z"


@dataclass(frozen=True)
class World:
    """What was made, to be found on the screens."""

    site: Site
    tenant: Tenant
    sara: Account  # an agent, whose screens these are
    tomas: Account
    olga: Account  # the owner
    operator: Account
    receiver: Receiver  # a server of the clinic's own

    def conversation(self, wa_id: str) -> dict[str, Any]:
        """Return somebody's conversation."""
        return self.site.conversation_of(self.tenant, wa_id)


def begun(site: Site, receiver: Receiver) -> World:
    """Make the clinic and let its day begin."""
    tenant = site.tenant("Clínica Sol")
    site.connect(tenant.id, MEXICO, country="MX")
    world = World(
        site=site,
        tenant=tenant,
        sara=site.account("Sara Gil", tenant=tenant),
        tomas=site.account("Tomás Rey", tenant=tenant, role="supervisor"),
        olga=site.account("Olga Prats", tenant=tenant, role="owner"),
        operator=site.account("Marta Operaciones", tenant=None),
        receiver=receiver,
    )
    for wa_id, name in PEOPLE.items():
        site.meta("POST", "people", {"wa_id": wa_id, "name": name})
    _Day(world).begin()
    return world


class _Day:
    """What happens, in its order: the last conversations are the first in the list."""

    def __init__(self, world: World) -> None:
        self._world: Final = world
        self._site: Final = world.site
        self._base: Final = f"/api/tenants/{world.tenant.id}"
        self._sara: Final = Hand(world.site.url, world.sara)
        self._tomas: Final = Hand(world.site.url, world.tomas)
        self._olga: Final = Hand(world.site.url, world.olga)

    def begin(self) -> None:
        """Let all of it happen."""
        self._shelves()
        self._rules_of_consent()
        self._sara.ask("POST", f"{self._base}/templates/sync")
        self._earlier()
        self._failures()
        self._of_every_kind()
        self._a_long_talk()
        self._just_now()
        self._of_nobody()
        self._consents()

    def _shelves(self) -> None:
        """Teams, labels, canned replies."""
        for name, members in (
            ("Recepción", [self._world.sara.id, self._world.tomas.id]),
            ("Facturación", [self._world.tomas.id]),
        ):
            self._olga.ask("POST", f"{self._base}/teams", {"name": name, "member_ids": members})
        labels = (("Cita", "#1c7ed6"), ("Factura", "#e8590c"), ("Urgente", "#e03131"), ("Nueva", "#2f9e44"))
        self._labels = {
            name: self._olga.ask("POST", f"{self._base}/labels", {"name": name, "color": color})["id"]
            for name, color in labels
        }
        replies = (
            (
                "hola",
                "Saludo",
                "Hola {{contact_name}}, soy {{agent_name}} de {{business_name}}. ¿En qué puedo ayudarte?",
            ),
            ("horario", "Horario", "Abrimos de lunes a viernes de 9 a 20 h y los sábados de 10 a 14 h."),
            ("cita", "Pedir cita", "¿Qué día y a qué hora te viene bien, {{contact_name}}?"),
        )
        for shortcut, title, body in replies:
            self._olga.ask(
                "POST", f"{self._base}/canned-replies", {"shortcut": shortcut, "title": title, "body": body}
            )

    def _rules_of_consent(self) -> None:
        """Words that end messages and bring them back, with answers."""
        rules = self._olga.ask("GET", f"{self._base}/consent-rules")
        no, yes = rules["keywords"]
        keywords = [
            no | {"answer": "Hecho: no te escribiremos más. Si cambias de idea, escribe ALTA."},
            yes | {"answer": "¡Qué bien! Te avisaremos de novedades y ofertas."},
            {"words": ["SIN OFERTAS", "NO MÁS OFERTAS"], "state": "out", "about": "marketing"},
        ]
        self._olga.ask("PUT", f"{self._base}/consent-rules", rules | {"keywords": keywords})

    def _consents(self) -> None:
        """What people said elsewhere, and a list of it with mistakes."""
        lucia = self._world.conversation("34611000001")["contact"]["id"]
        for category, state, proof, at in (
            ("all", "in", "Hoja de bienvenida n.º 118, firmada en recepción.", "2026-02-03T10:00:00Z"),
            ("marketing", "out", "Por teléfono: «no más ofertas, por favor».", "2026-09-14T16:20:00Z"),
        ):
            said = {"category": category, "state": state, "proof": proof, "at": at}
            self._tomas.ask("POST", f"{self._base}/contacts/{lucia}/consents", said)
        proof = quote(
            "Formulario de la web: «Quiero ofertas por WhatsApp». Guardado en Drive, carpeta 2026-10."
        )
        path = f"{self._base}/consents/import?proof={proof}&filename=formulario-web-octubre.csv"
        self._olga.bring(path, OCTOBER)

    def _earlier(self) -> None:
        talks = (
            (_LATE, SPAIN, "Bonjour, vous êtes ouverts le samedi ?", "", {}),
            (
                "351911000013",
                SPAIN,
                "Bom dia! Posso remarcar a minha consulta?",
                "Claro, que dia prefere?",
                {"state": "waiting"},
            ),
            ("34611000011", SPAIN, "Muchísimas gracias por todo 🙏", "¡A ti, Noa!", {"state": "resolved"}),
            (
                "34611000010",
                SPAIN,
                "¿Me podéis enviar la factura de octubre?",
                "",
                {"label_ids": [self._labels["Factura"]]},
            ),
            (
                "34611000009",
                SPAIN,
                "Llamadme cuando podáis",
                "Te llamamos mañana a primera hora.",
                {"state": "snoozed"},
            ),
            ("5215511000012", MEXICO, "Buenas tardes, ¿tienen sucursal en Polanco?", "", {}),
        )
        for wa_id, number, text, answer, change in talks:
            long_ago = {"at": _LONG_AGO} if wa_id == _LATE else {}
            self._site.writes(wa_id, text, to=number, **long_ago)
            conversation = self._world.conversation(wa_id)
            if answer:
                self._says(self._tomas, conversation, answer)
            if change:
                self._changes(self._tomas, conversation, change)

    def _failures(self) -> None:
        """One that did not arrive, said in words, with its Retry."""
        self._site.writes("34611000008", "¿Sigue en pie lo de mañana?")
        conversation = self._world.conversation("34611000008")
        self._changes(self._sara, conversation, {"assignee_id": self._world.sara.id})
        self._site.meta("POST", "faults", {"kind": "error", "code": 131026, "to": "34611000008", "count": 1})
        self._says(self._sara, conversation, "Sí, a las 17:00. ¡Te esperamos!", ends="failed")

    def _of_every_kind(self) -> None:
        samples = (
            "image",
            "voice",
            "document",
            "location",
            "contacts",
            "sticker",
            "order",
            "referral",
            "unsupported",
        )
        for sample in samples:
            self._site.meta(
                "POST", "people/34611000006/messages", {"sample": sample, "phone_number_id": SPAIN}
            )
        conversation = self._world.conversation("34611000006")
        self._changes(self._sara, conversation, {"assignee_id": self._world.sara.id})

    def _a_long_talk(self) -> None:
        """The conversation that most pictures show."""
        wa_id = "34611000001"
        self._site.writes(wa_id, "Hola, buenos días ☀️ ¿Tenéis hueco mañana por la tarde para una revisión?")
        conversation = self._world.conversation(wa_id)
        change = {
            "assignee_id": self._world.sara.id,
            "label_ids": [self._labels["Cita"], self._labels["Nueva"]],
        }
        self._changes(self._tomas, conversation, change)
        self._notes(self._tomas, conversation, "Viene recomendada por el Dr. Salas. Prefiere las tardes.")
        self._says(
            self._sara,
            conversation,
            "¡Hola, Lucía! Mañana tenemos a las *16:30* y a las *18:00*. ¿Cuál prefieres?",
        )
        self._site.writes(wa_id, "La de las 18:00 perfecto 🙌")
        self._site.meta(
            "POST",
            f"people/{wa_id}/messages",
            {
                "sample": "image",
                "phone_number_id": SPAIN,
                "image": {"caption": "Este es el informe del año pasado"},
            },
        )
        self._says(self._sara, conversation, "Recibido, gracias. Lo dejo en tu historial.")
        self._site.writes(wa_id, "¿Tengo que ir en ayunas?")

    def _just_now(self) -> None:
        self._site.writes("5511987654321", "Oi! O pedido 1042 já saiu? 📦")
        self._site.writes("34611000005", "¿Aceptáis mi seguro? Es Sanitas")
        self._site.writes("34611000007", "Quería cambiar la cita del jueves")
        self._site.writes("34611000007", "Si puede ser por la mañana mejor")
        conversation = self._world.conversation("34611000007")
        self._changes(
            self._tomas,
            conversation,
            {"assignee_id": self._world.tomas.id, "label_ids": [self._labels["Urgente"]]},
        )
        self._site.writes("5215511000003", "Hola, ¿cuánto cuesta la limpieza dental?", to=MEXICO)
        self._site.writes("34611000004", "Hola, ¿hacéis envíos a Andorra?")
        self._world.conversation("34611000004")
        self._site.settle()

    def _of_nobody(self) -> None:
        """A message to a number that no tenant has connected."""
        message = {"from": "34611000099", "id": "wamid.of-nobody", "timestamp": "1795850000", "type": "text"}
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "34600000099", "phone_number_id": "399000000000001"},
            "messages": [{**message, "text": {"body": "Hola"}}],
        }
        self._site.webhook({"field": "messages", "value": value})

    def _says(self, who: Hand, conversation: dict[str, Any], text: str, *, ends: str = "read") -> None:
        sent = who.ask(
            "POST",
            f"{self._base}/whatsapp/messages/send",
            {"conversation_id": conversation["id"], "text": text},
        )

        def there() -> bool:
            seen = self._site.messages_of(self._world.tenant, conversation["id"])
            return any(one["id"] == sent["id"] and one["status"] == ends for one in seen)

        until(there)

    def _changes(self, who: Hand, conversation: dict[str, Any], change: dict[str, Any]) -> None:
        who.ask("PATCH", f"{self._base}/inbox/conversations/{conversation['id']}", change)

    def _notes(self, who: Hand, conversation: dict[str, Any], body: str) -> None:
        who.ask(
            "POST",
            f"{self._base}/inbox/conversations/{conversation['id']}/notes",
            {"body": body, "mentions": []},
        )
