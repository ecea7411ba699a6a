"""The screens there are pictures of: who looks at them, and what they do to see it."""

from collections.abc import Callable
from typing import Final

from browser.agent import Agent
from browser.screens.by_itself import BY_ITSELF
from browser.screens.consenting import CONSENTING
from browser.screens.scene import Scene, at, beside, owner
from browser.screens.selling import CAMPAIGNS, KINDS, REPORTS
from browser.screens.telling import TELLING
from browser.screens.world import World
from browser.site import Account


def _on(path: str) -> Callable[[Agent, World], None]:
    """Go to a page of the installation's."""

    def go(agent: Agent, _world: World) -> None:
        agent.go(path)

    return go


def _written(agent: Agent, _world: World) -> None:
    agent.go(f"/t/{agent.tenant.id}/templates/new")
    page = agent.page
    page.get_by_role("textbox", name="Nombre").fill("recordatorio_cita")
    text = "{{1}}, te esperamos mañana a las {{2}} en *Clínica Sol*. Si no puedes venir, avísanos."
    page.get_by_role("textbox", name="Texto", exact=True).fill(text)
    page.get_by_role("textbox", name="Ejemplo de {{1}}").fill("Chloé")
    page.get_by_role("textbox", name="Ejemplo de {{2}}").fill("10:30")
    page.get_by_role("textbox", name="Pie", exact=True).fill("Clínica Sol")
    page.get_by_role("button", name="Respuesta rápida").click()
    page.get_by_role("textbox", name="En el botón").fill("Confirmo")
    page.get_by_role("textbox", name="Texto", exact=True).scroll_into_view_if_needed()
    page.get_by_text("no puede empezar ni terminar").wait_for()


def _templates(agent: Agent, world: World) -> None:
    at("templates")(agent, world)
    agent.page.get_by_role("list", name="Plantillas").wait_for()


def _template(agent: Agent, world: World) -> None:
    beside(CHLOE)(agent, world)
    agent.page.get_by_role("button", name="Elegir plantilla").click()
    agent.page.get_by_role("dialog").get_by_role("button").filter(has_text="order_update").click()


def _closed(agent: Agent, world: World) -> None:
    beside(CHLOE)(agent, world)


def _searching(agent: Agent, world: World) -> None:
    beside(LUCIA)(agent, world)
    agent.go(f"/t/{agent.tenant.id}/inbox?tab=all")
    agent.page.get_by_role("button", name="Buscar").click()
    agent.page.get_by_role("combobox", name="Buscar mensajes, personas, números").fill("hueco")
    agent.page.get_by_role("listbox", name="Resultados").get_by_role("option").first.wait_for()


def _palette(agent: Agent, world: World) -> None:
    beside(LUCIA)(agent, world)
    agent.page.keyboard.press("Control+KeyK")
    agent.page.get_by_role("dialog").wait_for()


def _wizard(agent: Agent, _world: World) -> None:
    agent.go(f"/t/{agent.tenant.id}/connections")
    agent.page.get_by_role("button", name="Conectar un número").first.click()
    agent.page.get_by_role("dialog").wait_for()


def _operator(world: World) -> Account:
    return world.operator


LUCIA, ALVARO, HUGO, CHLOE = "34611000001", "34611000006", "34611000008", "33611000014"

SCENES: Final = (
    Scene(
        "sign-in",
        "Signing in",
        "With a password, a second factor, a passkey or the company's own sign-in.",
        _on("/"),
        signed_in=False,
    ),
    Scene(
        "list",
        "The list",
        "Mine, nobody's, everybody's; unread, labels, who has it, how long the window stays open.",
        at("inbox?tab=all"),
    ),
    Scene(
        "conversation",
        "A conversation",
        "Messages, notes of colleagues and what they did; the person beside it.",
        beside(LUCIA),
    ),
    Scene(
        "kinds",
        "Every kind of message",
        "Photos, voice, documents, places, cards, orders, ads, and what WhatsApp does not pass on.",
        beside(ALVARO),
    ),
    Scene(
        "failed",
        "What failed says why",
        "In words, with a Retry that really sends.",
        beside(HUGO),
    ),
    Scene("window-closed", "After 24 hours", "The field gives way to the template picker.", _closed),
    Scene(
        "template",
        "A template",
        "Its variables as a form, beside what the person will see.",
        _template,
    ),
    Scene(
        "search",
        "Search",
        "Over words, names and numbers; results stay while one reads and answers.",
        _searching,
    ),
    Scene(
        "palette",
        "The palette",
        "Ctrl+K: every deed and every place by its name.",
        _palette,
    ),
    Scene(
        "connections",
        "Connections",
        "A card for each number: its state, quality, limits, token and last webhook.",
        at("connections"),
        who=owner,
    ),
    Scene(
        "connecting",
        "Connecting a number",
        "By hand, tested before anything is kept; Meta's own sign-up where it is configured.",
        _wizard,
        who=owner,
    ),
    Scene(
        "people",
        "People",
        "Who works here, as what, and since when they were away.",
        at("settings/people"),
        who=owner,
    ),
    Scene(
        "teams",
        "Teams",
        "Who answers together.",
        at("settings/teams"),
        who=owner,
    ),
    Scene(
        "labels",
        "Labels",
        "What conversations are about.",
        at("settings/labels"),
        who=owner,
    ),
    Scene(
        "canned",
        "Canned replies",
        "With variables, and what comes of them.",
        at("settings/canned"),
        who=owner,
    ),
    Scene(
        "templates",
        "Templates",
        "How each stands at Meta, and Meta's own reasons.",
        _templates,
        who=owner,
    ),
    Scene(
        "template-editor",
        "Writing a template",
        "The phone beside it, Meta's rules at the field they are about.",
        _written,
        who=owner,
    ),
    *CONSENTING,
    *KINDS,
    *CAMPAIGNS,
    *REPORTS,
    *BY_ITSELF,
    Scene("keys", "API keys", "Shown once.", at("settings/keys"), who=owner),
    *TELLING,
    Scene(
        "audit",
        "Audit log",
        "Who did what, in sentences.",
        at("settings/audit"),
        who=owner,
    ),
    Scene(
        "settings",
        "Settings",
        "Language, country, and how long what was said is kept.",
        at("settings/general"),
        who=owner,
    ),
    Scene(
        "profile",
        "One's own settings",
        "Name, language, sounds, notifications, keys.",
        at("settings/profile"),
    ),
    Scene(
        "security",
        "Security",
        "Password, authenticator, passkeys, recovery codes.",
        at("settings/security"),
    ),
    Scene(
        "operator",
        "The operator's page",
        "Tenants of the installation; users, quarantine and replays beside it.",
        _on("/operator/tenants"),
        who=_operator,
    ),
    Scene(
        "users",
        "The installation's people",
        "Everybody who has an account, and who may enter every tenant.",
        _on("/operator/users"),
        who=_operator,
    ),
    Scene(
        "quarantine",
        "Quarantine",
        "What could not be applied, and what no tenant had a number for, with replays.",
        _on("/operator/quarantine"),
        who=_operator,
    ),
    Scene(
        "platform-audit",
        "The installation's audit log",
        "What its operators did.",
        _on("/operator/audit"),
        who=_operator,
    ),
)
