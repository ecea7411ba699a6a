"""The world on start, always the same, so that a newcomer can connect by hand from the documentation."""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from curbe_sandbox.state import PORTFOLIO_ID, App, Person, PhoneNumber, Template, Token, Waba, World

WABA_ID: Final = "200000000000001"
TOKEN: Final = "EAAsandboxToken000000000001"  # noqa: S105 - printed in the documentation, opens nothing but the sandbox


@dataclass(frozen=True, slots=True)
class StartApp:
    """The one app the sandbox starts with."""

    app_id: str = "100000000000001"
    app_secret: str = "sandbox-app-secret"  # noqa: S105 - a documented default of a program that guards nothing
    verify_token: str = "sandbox-verify-token"  # noqa: S105 - as above
    callback_url: str = ""


def starting_world(app: StartApp, *, seed: int) -> World:
    """Return a fresh world: one app, one WABA with two numbers, one token, four templates, three people."""
    world = World(seed=seed)
    world.apps[app.app_id] = App(
        id=app.app_id, secret=app.app_secret, callback_url=app.callback_url, verify_token=app.verify_token
    )
    world.wabas[WABA_ID] = Waba(id=WABA_ID, name="Sandbox Business")
    world.numbers["300000000000001"] = PhoneNumber(
        id="300000000000001",
        waba_id=WABA_ID,
        display_phone_number="+34 600 000 001",
        verified_name="Sandbox Spain",
    )
    world.numbers["300000000000002"] = PhoneNumber(
        id="300000000000002",
        waba_id=WABA_ID,
        display_phone_number="+52 55 5000 0001",
        verified_name="Sandbox Mexico",
        country="MX",
        level="HIGH",
    )
    world.tokens[TOKEN] = Token(token=TOKEN, app_id=app.app_id, waba_ids=(WABA_ID,))
    for person in _people():
        person.bsuid = user_id_of(person.wa_id)
        world.add_person(person)
    for template in _templates():
        world.templates[template.id] = template
    return world


def user_id_of(wa_id: str, country: str = "") -> str:
    """Return a BSUID for a phone: always the same one for the same portfolio, as Meta's is."""
    digest = hashlib.sha256(f"{PORTFOLIO_ID}:{wa_id}".encode()).digest()
    return f"{country or _country_of(wa_id)}.{int.from_bytes(digest[:8], 'big') % 10**17:017d}"


def _country_of(wa_id: str) -> str:
    prefixes = {
        "34": "ES",
        "52": "MX",
        "55": "BR",
        "54": "AR",
        "57": "CO",
        "56": "CL",
        "351": "PT",
        "44": "GB",
    }
    return next((country for prefix, country in prefixes.items() if wa_id.startswith(prefix)), "US")


def _people() -> list[Person]:
    return [
        Person(wa_id="34611000001", name="Lucía Romero"),
        Person(wa_id="34611000002", name="Eco", kind="echo"),
        Person(wa_id="5215511000003", name="Diego Flores", username="diegoflores"),
    ]


def _templates() -> list[Template]:
    def body(text: str) -> dict[str, Any]:
        return {"type": "BODY", "text": text}

    rows: list[tuple[str, str, str, list[dict[str, Any]]]] = [
        ("hello_world", "en_US", "UTILITY", [body("Welcome. This message shows that sending works.")]),
        ("order_update", "es", "UTILITY", [body("Hola {{1}}, tu pedido {{2}} va en camino.")]),
        (
            "spring_offer",
            "es",
            "MARKETING",
            [
                {"type": "HEADER", "format": "IMAGE"},
                body("{{1}}, esta semana todo a mitad de precio."),
                {
                    "type": "BUTTONS",
                    "buttons": [
                        {"type": "URL", "text": "Ver ofertas", "url": "https://example.com/o/{{1}}"},
                        {"type": "QUICK_REPLY", "text": "No más ofertas"},
                    ],
                },
            ],
        ),
        (
            "login_code",
            "es",
            "AUTHENTICATION",
            [
                body("{{1}} es tu código."),
                {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copiar"}]},
            ],
        ),
    ]
    return [
        Template(
            id=f"80000000000000{place}",
            waba_id=WABA_ID,
            name=name,
            language=language,
            category=category,
            components=components,
            status="APPROVED",
        )
        for place, (name, language, category, components) in enumerate(rows, start=1)
    ]
