"""Pictures of consent: keywords, lists with their proof, a person's consents beside the conversation."""

from typing import Final

from browser.agent import Agent
from browser.screens.scene import Scene, beside, owner
from browser.screens.world import OCTOBER, World

LUCIA: Final = "34611000001"
# The next month's list: other people, the same mistakes.
NOVEMBER: Final = OCTOBER.replace("100 2", "100 3").replace("1002", "1003").replace("2026-10", "2026-11")


def _tried(agent: Agent, _world: World) -> None:
    agent.go(f"/t/{agent.tenant.id}/settings/keywords")
    agent.page.get_by_role("textbox", name="Alguien escribe").fill("¡Baja!")
    agent.page.get_by_text("Hecho: no te escribiremos más").last.wait_for()
    agent.page.get_by_role("heading", name="Palabras clave", exact=True).scroll_into_view_if_needed()


def _mapped(agent: Agent, _world: World) -> None:
    agent.go(f"/t/{agent.tenant.id}/settings/consents")
    table = {"name": "formulario-web-noviembre.csv", "mimeType": "text/csv", "buffer": NOVEMBER.encode()}
    agent.page.locator("input[type=file]").set_input_files(table)  # type: ignore[arg-type]
    agent.page.get_by_role("button", name="Importar 9 filas").wait_for()


def _brought(agent: Agent, world: World) -> None:
    _mapped(agent, world)
    agent.page.get_by_role("textbox", name="Prueba").fill("Formulario de la web, noviembre de 2026.")
    agent.page.get_by_role("button", name="Importar 9 filas").click()
    agent.page.get_by_role("region", name="Por qué").wait_for()
    agent.page.get_by_role("heading", name="Listas de consentimientos").scroll_into_view_if_needed()


def _said(agent: Agent, world: World) -> None:
    beside(LUCIA)(agent, world)
    agent.page.get_by_role("button", name="Todo lo que ha dicho").click()
    agent.page.get_by_role("button", name="Registrar…").click()
    agent.page.get_by_role("dialog").wait_for()


CONSENTING: Final = (
    Scene(
        "keywords",
        "Keywords",
        "Words by which people stop messages and want them again, what is answered, and a message tried out.",
        _tried,
        who=owner,
    ),
    Scene(
        "consent-list",
        "A list of consents",
        "Its columns, what everybody on it said, and the proof.",
        _mapped,
        who=owner,
    ),
    Scene(
        "consent-imports",
        "What became of a list",
        "Counts that add up, each row that failed with its line and why, and the lists that were brought.",
        _brought,
        who=owner,
    ),
    Scene(
        "consent",
        "A person's consents",
        "What counts now and everything that was said; a no is written down with its proof.",
        _said,
        who=lambda world: world.tomas,
        ways=("light", "dark"),
    ),
)
