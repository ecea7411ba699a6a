"""Pictures of what is sent to many: the kinds of templates, campaigns from the first word to the report, the reports."""

import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Final

from PIL import Image, ImageDraw
from playwright.sync_api import Page

from browser.agent import Agent
from browser.screens import campaigns
from browser.screens.months import past
from browser.screens.scene import Scene, at, owner
from browser.screens.world import World

_COLOURS: Final = (("#c8d9c4", "#7f9f78"), ("#e6cfb2", "#b98a56"), ("#bcd0e0", "#6d91b0"))


@cache
def _held(world: World) -> dict[str, str]:
    """Hold the campaigns once for all pictures."""
    held = campaigns.held(world)
    past(world, [held["over"], held["smaller"]])
    return held


def _with_campaigns(path: str) -> Callable[[Agent, World], None]:
    """Go to a page that tells of the campaigns."""

    def go(agent: Agent, world: World) -> None:
        _held(world)
        at(path)(agent, world)

    return go


def _campaign(which: str, query: str = "") -> Callable[[Agent, World], None]:
    """Go to one of the campaigns."""

    def go(agent: Agent, world: World) -> None:
        at(f"campaigns/{_held(world)[which]}{query}")(agent, world)
        agent.page.get_by_role("main").get_by_role("heading").first.wait_for()

    return go


def _columns(agent: Agent, world: World) -> None:
    """Drop a spreadsheet into a campaign that has nobody yet."""
    _held(world)
    at(f"campaigns/{campaigns.draft(world)}?step=people")(agent, world)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "pacientes.csv")
        file.write_text(campaigns.table(), encoding="utf-8")
        agent.page.locator("input[type=file]").set_input_files(file)
        agent.page.get_by_role("button", name="Añadir").last.wait_for()


def _faults(agent: Agent, world: World) -> None:
    _columns(agent, world)
    agent.page.get_by_role("button", name="Añadir").last.click()
    agent.page.get_by_role("table").first.wait_for()


def _figures(agent: Agent, world: World) -> None:
    """Go to the reports and wait until everything is there, what the figures are compared with too."""
    _with_campaigns("reports")(agent, world)
    agent.page.get_by_role("table").last.wait_for()
    agent.page.wait_for_load_state("networkidle")


def _lower(agent: Agent, world: World) -> None:
    """Look at what stands further down in the reports."""
    _figures(agent, world)
    agent.page.get_by_role("table").last.scroll_into_view_if_needed()


def _picture(folder: str, n: int) -> Path:
    """Draw something that could stand in a clinic's message."""
    back, front = _COLOURS[n % len(_COLOURS)]
    image = Image.new("RGB", (640, 360), back)
    draw = ImageDraw.Draw(image)
    draw.ellipse((220, 60, 420, 260), fill=front)
    draw.rectangle((0, 270, 640, 360), fill=front)
    file = Path(folder, f"imagen-{n + 1}.png")
    image.save(file)
    return file


def _new(page: Page, agent: Agent, kind: str, name: str) -> None:
    agent.go(f"/t/{agent.tenant.id}/templates/new")
    page.get_by_role("radio", name=kind, exact=True).check(force=True)
    page.get_by_role("textbox", name="Nombre", exact=True).fill(name)


def _carousel(agent: Agent, _world: World) -> None:
    page = agent.page
    _new(page, agent, "Carrusel", "tratamientos_enero")
    page.get_by_role("textbox", name="Texto", exact=True).fill(
        "Hola {{1}}, en enero estrenamos tratamientos. ¿Cuál te interesa?"
    )
    page.get_by_role("textbox", name="Ejemplo de {{1}}").fill("Lucía")
    texts = ("*Blanqueamiento* en una sola visita", "*Alineadores* invisibles, desde 49 € al mes")
    with tempfile.TemporaryDirectory() as folder:
        for n, text in enumerate(texts):
            card = page.get_by_role("group", name=f"Tarjeta {n + 1}", exact=True)
            card.locator("input[type=file]").set_input_files(_picture(folder, n))
            card.get_by_text(f"imagen-{n + 1}.png").wait_for()
            card.get_by_role("textbox", name="Texto de la tarjeta").fill(text)
            card.get_by_role("textbox", name="En el botón").fill("Pedir cita")
            card.get_by_role("textbox", name="Dirección").fill(f"https://clinicasol.example/citas/{n + 1}")
    page.get_by_text("Cumple las reglas de Meta").wait_for()
    page.get_by_role("group", name="Tarjeta 1", exact=True).scroll_into_view_if_needed()


def _offer(agent: Agent, _world: World) -> None:
    page = agent.page
    _new(page, agent, "Oferta con fin", "revision_menos")
    with tempfile.TemporaryDirectory() as folder:
        page.locator("input[type=file]").set_input_files(_picture(folder, 1))
        page.get_by_text("imagen-2.png").wait_for()
    page.get_by_role("textbox", name="Qué se ofrece").fill("20 % menos en la revisión")
    page.get_by_role("textbox", name="Texto", exact=True).fill(
        "Hola {{1}}, este mes la revisión completa te sale por menos. Enséñanos el código en recepción."
    )
    page.get_by_role("textbox", name="Ejemplo de {{1}}").fill("Lucía")
    page.get_by_role("textbox", name="Ejemplo del código").fill("SOL20")
    page.get_by_role("textbox", name="En el botón").fill("Pedir cita")
    page.get_by_role("textbox", name="Dirección").fill("https://clinicasol.example/citas")
    page.get_by_role("region", name="Oferta").scroll_into_view_if_needed()
    page.get_by_role("region", name="Oferta").get_by_role("listitem").wait_for()


def _code(agent: Agent, _world: World) -> None:
    page = agent.page
    _new(page, agent, "Código", "codigo_acceso")
    page.get_by_text("Un toque", exact=True).click()  # the input itself may lie under the bar at the foot
    page.get_by_role("textbox", name="Nombre del paquete").fill("com.clinicasol.pacientes")
    page.get_by_role("textbox", name="Hash de su clave de firma").fill("K8a/AINcGX7")
    page.get_by_text("Cumple las reglas de Meta").wait_for()


KINDS: Final = (
    Scene(
        "template-carousel",
        "A carousel",
        "Card by card, with all of them on the phone.",
        _carousel,
        who=owner,
    ),
    Scene(
        "template-offer",
        "An offer that ends",
        "With its code, and Meta's rule where it is broken.",
        _offer,
        who=owner,
    ),
    Scene("template-code", "A code to sign in with", "Copied, with one tap, or with none.", _code, who=owner),
)
CAMPAIGNS: Final = (
    Scene(
        "campaigns",
        "Campaigns",
        "How far each is, and what became of it.",
        _with_campaigns("campaigns"),
        who=owner,
    ),
    Scene(
        "campaign-message",
        "A campaign's message",
        "The template, and what stands in its gaps.",
        _campaign("written", "?step=message"),
        who=owner,
    ),
    Scene(
        "campaign-columns",
        "A list of people",
        "A spreadsheet's columns, read and matched.",
        _columns,
        who=owner,
    ),
    Scene(
        "campaign-faults",
        "Every unusable row",
        "With its line and its reason, to be mended and added again.",
        _faults,
        who=owner,
    ),
    Scene(
        "campaign-timing",
        "When",
        "People's nights, and a slow beginning.",
        _campaign("written", "?step=timing"),
        who=owner,
    ),
    Scene(
        "campaign-check",
        "Looked over",
        "Who gets it, who does not and why, what it costs; a test on one's own phone.",
        _campaign("written", "?step=check"),
        who=owner,
    ),
    Scene(
        "campaign-running", "Under way", "Live, and stopped with one press.", _campaign("running"), who=owner
    ),
    Scene(
        "campaign-report",
        "What came of it",
        "Read, answered, failed and why, person by person.",
        _campaign("over"),
        who=owner,
    ),
)
REPORTS: Final = (
    Scene(
        "reports",
        "Reports",
        "What messages came to: figures with what changed, days as charts with the table behind each.",
        _figures,
        who=owner,
    ),
    Scene(
        "reports-tables",
        "Reports, further down",
        "By agent, template, campaign and country.",
        _lower,
        who=owner,
    ),
)
