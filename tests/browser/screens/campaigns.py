"""The clinic's campaigns: one that is over, one under way, one that waits for its hour, one that is still being written."""

import random  # noqa: TID251 - seeded: the same picture each time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final
from urllib.parse import quote

from browser.screens.world import World
from browser.site import WABA, Hand, Site, until

_NAMES: Final = [
    "Lucía",
    "Marc",
    "Inés",
    "Álvaro",
    "Carmen",
    "Hugo",
    "Elena",
    "Bruno",
    "Noa",
    "Pablo",
    "Sofía",
    "Javier",
    "Marta",
    "Daniel",
    "Paula",
    "Adrián",
    "Irene",
    "Sergio",
    "Laura",
    "Raúl",
    "Nuria",
    "Óscar",
    "Alba",
    "Iván",
    "Clara",
    "Rubén",
    "Eva",
    "Jorge",
    "Rocío",
    "Manuel",
    "Teresa",
    "Andrés",
    "Silvia",
    "Gabriel",
    "Miriam",
    "Víctor",
    "Julia",
    "Tomás",
    "Aitana",
    "Diego",
]
_SURNAMES: Final = [
    "García",
    "Romero",
    "Vidal",
    "Carrasco",
    "Peña",
    "Ortega",
    "Marín",
    "Duarte",
    "Casas",
    "Ferrer",
    "Molina",
    "Soto",
    "Prieto",
    "Cano",
    "Gil",
    "Rey",
    "Mora",
    "Bravo",
    "Nieto",
    "Vega",
]
_TEXTS: Final = {
    "revision_anual": (
        "UTILITY",
        "Hola {{1}}, hace un año de tu última revisión en *Clínica Sol*. Con {{2}} no te cuesta nada: ¿te buscamos hora?",
    ),
    "vacuna_gripe": (
        "UTILITY",
        "Hola {{1}}, ya tenemos la vacuna de la gripe. Puedes venir sin cita, de lunes a viernes, a nuestro centro de {{2}}.",
    ),
    "felices_fiestas": (
        "MARKETING",
        "Hola {{1}}, en enero el blanqueamiento dental te sale por {{2}}. Solo para pacientes de Clínica Sol.",
    ),
}
_EXAMPLES: Final = ["Lucía", "Sanitas"]
_REPLIES: Final = ["Sí, pide hora", "Más tarde"]
# Meta's code, and of how many it is said.
_FAILURES: Final = ((131026, 7), (131049, 4), (130472, 2))
_READERS: Final = 0.74
_ANSWERS: Final = 0.16


def held(world: World) -> dict[str, str]:
    """Hold the campaigns, and return each one's id by what is shown of it."""
    _templates(world.site)
    desk = _Desk(world)
    return {
        "over": desk.over(),
        "smaller": desk.smaller(),
        "running": desk.running(),
        "waiting": desk.waiting(),
        "written": desk.written(),
    }


def _templates(site: Site) -> None:
    for name, (category, text) in _TEXTS.items():
        body = {"type": "BODY", "text": text, "example": {"body_text": [_EXAMPLES]}}
        buttons = {
            "type": "BUTTONS",
            "buttons": [{"type": "QUICK_REPLY", "text": one} for one in _REPLIES],
        }
        told = {
            "waba_id": WABA,
            "name": name,
            "language": "es",
            "category": category,
            "components": [body, buttons],
        }
        site.meta("POST", "templates", told)


def draft(world: World) -> str:
    """Begin one more campaign, with nobody in it, and return its id."""
    return _Desk(world).draft()


class _Desk:
    def __init__(self, world: World) -> None:
        self._world: Final = world
        self._site: Final = world.site
        self._home: Final = f"/api/tenants/{world.tenant.id}/campaigns"
        self._chance: Final = random.Random(7)  # noqa: S311 - no secret
        self._last = 0
        self._site.ask("POST", f"/api/tenants/{world.tenant.id}/templates/sync")

    def over(self) -> str:
        """Most read it, some answered, and a few could not be reached."""
        people = self._people(246, ["Sanitas", "Adeslas", "DKV", "Mapfre"])
        made = self._made("Revisión anual, noviembre", "revision_anual", people)
        self._live(people)
        self._ends(made)
        return made

    def smaller(self) -> str:
        """One more that is over."""
        people = self._people(58, ["Chamberí"])
        made = self._made("Vacuna de la gripe, personal", "vacuna_gripe", people)
        self._ends(made)
        return made

    def _live(self, people: Sequence[dict[str, Any]]) -> None:
        """Let people be as people are: some cannot be reached, some never look, some answer."""
        phones = [one["phone"].lstrip("+") for one in people]
        codes = [code for code, count in _FAILURES for _ in range(count)]
        # Spread, or so many of the first that the campaign would pause.
        failing = dict(zip(phones[:: len(phones) // len(codes)], codes, strict=False))
        for wa_id, code in failing.items():
            self._site.meta("POST", "faults", {"kind": "error", "code": code, "to": wa_id, "count": 1})
        for wa_id in (one for one in phones if one not in failing):
            self._site.meta("POST", "people", {"wa_id": wa_id, "reads": self._chance.random() < _READERS})
            if self._chance.random() < _ANSWERS:
                behaviour = {"kind": "auto_reply", "reply_text": "Sí, por favor 🙏", "reply_delay_ms": 1500}
                self._site.meta("POST", f"people/{wa_id}/behaviour", behaviour)

    def _ends(self, campaign: str) -> None:
        self._does(campaign, "start")
        until(lambda: self._state(campaign) == "finished", within=180)
        self._site.settle()

    def running(self) -> str:
        """It goes slowly, so that there is something to see."""
        people = self._people(1840, ["Atocha", "Chamberí", "Vallecas"])
        made = self._made(
            "Vacuna de la gripe", "vacuna_gripe", people, ramp_up={"first_hour": 5400, "factor": 1}
        )
        self._does(made, "start")
        return made

    def waiting(self) -> str:
        """Looked over, with its hour, its quiet hours and a slow beginning; everybody in it said yes to offers."""
        people = self._people(620, ["129 €"])
        self._said_yes(people)
        rules = {
            "quiet_hours": {"start": "21:00", "end": "09:00"},
            "ramp_up": {"first_hour": 200, "factor": 2},
        }
        made = self._made("Blanqueamiento de enero", "felices_fiestas", people, **rules)
        at = (self._site.now() + timedelta(days=12)).strftime("%Y-%m-%dT10:00")
        self._site.ask("POST", f"{self._home}/{made}/schedule", {"at": at, "time_zone": "Europe/Madrid"})
        return made

    def _said_yes(self, people: Sequence[dict[str, Any]]) -> None:
        proof = quote("Formulario de la web: «Quiero ofertas por WhatsApp».")
        path = f"/api/tenants/{self._world.tenant.id}/consents/import?proof={proof}&filename=ofertas-de-enero.csv"
        phones = "\n".join(one["phone"] for one in people)
        Hand(self._site.url, self._world.olga).bring(path, f"Teléfono\n{phones}\n")

    def written(self) -> str:
        """Looked over, and not begun."""
        people = self._people(312, ["Sanitas", "Adeslas", "DKV"])
        return self._made("Revisión anual, diciembre", "revision_anual", people)

    def draft(self) -> str:
        return self._made("Revisión anual, enero", "revision_anual", [])

    def _made(self, name: str, template: str, people: Sequence[dict[str, Any]], **rules: Any) -> str:
        gaps = [{"type": "text", "text": "{{nombre|cliente}}"}, {"type": "text", "text": "{{seguro}}"}]
        content = {
            "name": template,
            "language": {"code": "es"},
            "components": [{"type": "body", "parameters": gaps}],
        }
        body = {
            "name": name,
            "template": content,
            "time_zone": "Europe/Madrid",
            "country_id": "ES",
            "pause_at_failures": 20,
            **rules,
        }
        made: str = self._site.ask("POST", self._home, body)["id"]
        if people:
            self._site.ask("POST", f"{self._home}/{made}/audience/list", {"recipients": list(people)})
            self._does(made, "dry-run")
        return made

    def _people(self, count: int, details: Sequence[str]) -> list[dict[str, Any]]:
        first = self._last + 1
        self._last += count
        return [
            {
                "phone": f"+346{20000000 + n * 137:08}",
                "variables": {"nombre": self._chance.choice(_NAMES), "seguro": self._chance.choice(details)},
            }
            for n in range(first, first + count)
        ]

    def _does(self, campaign: str, deed: str) -> None:
        self._site.ask("POST", f"{self._home}/{campaign}/{deed}")

    def _state(self, campaign: str) -> str:
        state: str = self._site.ask("GET", f"{self._home}/{campaign}")["state"]
        return state


def table(rows: int = 60) -> str:
    """Return a list as a clinic's spreadsheet would have it, with the mistakes that people make."""
    chance = random.Random(3)  # noqa: S311 - no secret
    lines = ["Paciente;Móvil;Seguro;Última visita"]
    for n in range(rows):
        name = f"{chance.choice(_NAMES)} {chance.choice(_SURNAMES)}"
        insurer = chance.choice(["Sanitas", "Adeslas", "DKV"])
        phone = f"6{30000000 + n * 91357:08}"[:9]
        lines.append(f"{name};{phone[:3]} {phone[3:6]} {phone[6:]};{insurer};{1 + n % 28:02}/11/2025")
    lines[7] = "Rosa Nieto;;Sanitas;06/11/2025"
    lines[12] = "Julia Vega;3,46E+10;DKV;12/11/2025"
    lines[19] = "Andrés Soto;91 555;Adeslas;18/11/2025"
    lines[24] = "Teresa Cano;preguntar a su hija;DKV;23/11/2025"
    lines[33] = lines[3].replace(lines[3].split(";")[0], lines[3].split(";")[0].upper())
    lines[41] = "Miriam Bravo;630 412 991;;12/11/2025"
    return "\n".join(lines)
