"""Every screen, with what opens over it, under axe-core: nothing serious or critical, in light and dark, at a desk and on a phone."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .agent import Agent
from .conftest import Enter
from .site import Account, Site, Tenant

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
GRAVE = {"serious", "critical"}
PERSON = "34611000031"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@pytest.fixture(scope="module", autouse=True)
def talk(site: Site, clinic: Tenant) -> None:
    """A conversation with something of every kind in it, which is urgent."""
    site.writes(PERSON, "Hola, ¿tenéis hueco mañana? Miradlo en https://example.com", name="Gema Soler")
    for sample in ("image", "voice", "document", "location", "contacts", "order", "referral", "unsupported"):
        site.meta(
            "POST", f"people/{PERSON}/messages", {"sample": sample, "phone_number_id": clinic.phone_number_id}
        )
    conversation = site.conversation_of(clinic, PERSON)["id"]
    site.ask("PATCH", f"/api/tenants/{clinic.id}/inbox/conversations/{conversation}", {"priority": "urgent"})


def inbox(agent: Agent) -> None:
    agent.shows("All")
    expect(agent.row("Gema Soler")).to_be_visible()


def thread(agent: Agent) -> None:
    inbox(agent)
    agent.opens("Gema Soler")
    expect(agent.bubble("¿tenéis hueco mañana?")).to_be_visible()


def filters(agent: Agent) -> None:
    inbox(agent)
    agent.page.get_by_role("button", name="Filter").click()


def searching(agent: Agent) -> None:
    inbox(agent)
    agent.searches("hueco")


def writing_first(agent: Agent) -> None:
    inbox(agent)
    agent.page.get_by_role("button", name="New conversation").click()
    expect(agent.page.get_by_role("dialog")).to_be_visible()


def account_menu(agent: Agent) -> None:
    agent.page.get_by_role("button", name=f"Your account: {agent.account.name}").click()
    expect(agent.page.get_by_role("menuitem", name="Sign out")).to_be_visible()


def more(agent: Agent) -> None:
    agent.page.get_by_role("navigation", name="Navigation").get_by_role("button", name="More").tap()
    expect(agent.page.get_by_role("dialog").get_by_role("link", name="Profile")).to_be_visible()


def message_menu(agent: Agent) -> None:
    thread(agent)
    bubble = agent.bubble("¿tenéis hueco mañana?")
    bubble.hover()
    bubble.get_by_role("button", name="More").click()
    expect(agent.page.get_by_role("menu")).to_be_visible()


def message_info(agent: Agent) -> None:
    message_menu(agent)
    agent.page.get_by_role("menuitem", name="Message info").click()
    expect(agent.page.get_by_role("dialog")).to_be_visible()


def lightbox(agent: Agent) -> None:
    thread(agent)
    agent.thread.get_by_role("button", name="Open").first.click()
    expect(agent.page.get_by_role("dialog")).to_be_visible()


def page_at(path: str) -> Callable[[Agent], None]:
    def go(agent: Agent) -> None:
        agent.go(f"/t/{agent.tenant.id}/{path}")
        expect(agent.page.get_by_role("main").get_by_role("heading").first).to_be_visible()

    go.__name__ = path.replace("/", " ")
    return go


SETTINGS = (
    "profile",
    "security",
    "people",
    "teams",
    "labels",
    "canned",
    "keys",
    "webhooks",
    "audit",
    "general",
)
SCREENS = (
    inbox,
    thread,
    filters,
    searching,
    writing_first,
    account_menu,
    message_menu,
    message_info,
    lightbox,
)
PAGES = tuple(
    page_at(path)
    for path in (
        "connections",
        "templates",
        "templates/new",
        "campaigns",
        "campaigns/new",
        "reports",
        *(f"settings/{name}" for name in SETTINGS),
    )
)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.__name__)
def test_an_agents_screen_is_accessible(enter: Enter, sara: Account, screen: Any, scheme: str) -> None:
    agent = enter(sara, color_scheme=scheme, reduced_motion="reduce")

    screen(agent)

    unhindered(agent.page)


def dialog_at(path: str, button: str) -> Callable[[Agent], None]:
    def open_it(agent: Agent) -> None:
        page_at(path)(agent)
        agent.page.get_by_role("button", name=button, exact=True).first.click()
        expect(agent.page.get_by_role("dialog")).to_be_visible()

    open_it.__name__ = f"{path.replace('/', ' ')}, {button.lower()}"
    return open_it


def refused_token(agent: Agent) -> None:
    dialog_at("connections", "Connect a number")(agent)
    agent.page.get_by_role("dialog").get_by_role("button", name="Test connection").click()
    expect(agent.page.get_by_label("Access token")).to_have_attribute("aria-invalid", "true")


DIALOGS = (
    dialog_at("connections", "Connect a number"),
    refused_token,
    dialog_at("settings/people", "Invite"),
    dialog_at("settings/teams", "New team"),
    dialog_at("settings/labels", "New label"),
    dialog_at("settings/canned", "New reply"),
    dialog_at("settings/keys", "New key"),
    dialog_at("settings/webhooks", "New webhook"),
)
OPERATORS = ("tenants", "users", "quarantine", "audit")


@pytest.fixture(scope="module")
def operator(site: Site) -> Account:
    return site.account("Oscar Mena", tenant=None)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", OPERATORS)
def test_an_operators_page_is_accessible(
    visit: Enter, clinic: Tenant, operator: Account, sessions: Any, page: str, scheme: str
) -> None:
    known = {"storage_state": sessions[operator.email]} if operator.email in sessions else {}
    agent = visit(operator, clinic, color_scheme=scheme, reduced_motion="reduce", **known)
    if not known:
        agent.go("/")
        agent.fill_in()
        expect(agent.page).to_have_url(re.compile("/operator/tenants$"))
        sessions[operator.email] = agent.page.context.storage_state()

    agent.go(f"/operator/{page}")
    expect(agent.page.get_by_role("main").get_by_role("heading").first).to_be_visible()

    unhindered(agent.page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", DIALOGS, ids=lambda screen: screen.__name__)
def test_what_opens_over_settings_is_accessible(
    enter: Enter, olga: Account, screen: Any, scheme: str
) -> None:
    agent = enter(olga, color_scheme=scheme, reduced_motion="reduce")

    screen(agent)

    unhindered(agent.page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", PAGES, ids=lambda screen: screen.__name__)
def test_a_page_of_settings_is_accessible(enter: Enter, olga: Account, screen: Any, scheme: str) -> None:
    agent = enter(olga, color_scheme=scheme, reduced_motion="reduce")

    screen(agent)

    unhindered(agent.page)


@pytest.fixture(scope="module")
def campaign(site: Site, clinic: Tenant) -> str:
    """A campaign of two people that was looked over; the path of its page."""
    home = f"/api/tenants/{clinic.id}/campaigns"
    site.ask("POST", f"/api/tenants/{clinic.id}/templates/sync")
    gaps = [{"type": "text", "text": "{{name}}"}, {"type": "text", "text": "{{pedido|de hoy}}"}]
    template = {
        "name": "order_update",
        "language": {"code": "es"},
        "components": [{"type": "body", "parameters": gaps}],
    }
    made = site.ask("POST", home, {"name": "Pedidos", "template": template})
    people = [{"phone": f"+3460055001{n}", "variables": {"name": "Ana"}} for n in (1, 2)]
    site.ask("POST", f"{home}/{made['id']}/audience/list", {"recipients": people})
    site.ask("POST", f"{home}/{made['id']}/dry-run")
    return f"campaigns/{made['id']}"


@pytest.mark.parametrize("scheme", ["light", "dark", "phone"])
def test_writing_and_watching_a_campaign_is_accessible(
    enter: Enter, olga: Account, campaign: str, scheme: str, tmp_path: Path
) -> None:
    looks: dict[str, Any] = PHONE if scheme == "phone" else {"color_scheme": scheme}
    agent = enter(olga, reduced_motion="reduce", **looks)
    page = agent.page

    for step in ("message", "people", "timing", "check"):
        page_at(f"{campaign}?step={step}")(agent)
        expect(page.get_by_role("navigation", name="Steps").locator("[aria-current=step]")).to_be_visible()
        if step == "people":
            list_ = tmp_path / "people.csv"
            list_.write_text("Phone,Name\n+34600550020,Eva\n12,Bea\n", encoding="utf-8")
            page.locator("input[type=file]").set_input_files(list_)
            expect(page.get_by_role("button", name="Add these people")).to_be_visible()
            unhindered(page)
            page.get_by_role("combobox", name="“name” is in").click()
            unhindered(page)
            page.keyboard.press("Escape")
            page.get_by_role("button", name="Add these people").click()
            expect(page.get_by_role("region", name="Why")).to_be_visible()
        if step == "check":
            expect(page.get_by_text("people get it")).to_be_visible()
            page.get_by_text("At a time").click()
        unhindered(page)

    page.get_by_label("Begin", exact=True).fill("2099-12-24T10:00")
    page.get_by_role("button", name="Schedule", exact=True).click()
    expect(page.get_by_role("region", name="Person by person").get_by_role("row").nth(1)).to_be_visible()
    unhindered(page)
    page.get_by_role("button", name="Cancel campaign").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    unhindered(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Unschedule and edit").click()
    expect(page.get_by_role("navigation", name="Steps")).to_be_visible()


@pytest.mark.parametrize("screen", [inbox, thread, more], ids=lambda screen: screen.__name__)
def test_a_phones_screen_is_accessible(enter: Enter, sara: Account, screen: Any) -> None:
    agent = enter(sara, reduced_motion="reduce", **PHONE)

    screen(agent)

    unhindered(agent.page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sign_in_page_is_accessible(visit: Enter, clinic: Tenant, sara: Account, scheme: str) -> None:
    agent = visit(sara, clinic, color_scheme=scheme, reduced_motion="reduce")

    agent.go("/")
    expect(agent.page.get_by_label("E-mail")).to_be_visible()

    unhindered(agent.page)


def unhindered(page: Page) -> None:
    if found := grave(page):
        pytest.fail("\n".join(found), pytrace=False)


def grave(page: Page) -> list[str]:
    """Return what axe-core finds serious or critical, each with the first element it is about."""
    page.wait_for_timeout(300)  # an overlay that fades in has no contrast yet
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate(
        "(rules) => axe.run(document, { runOnly: rules, resultTypes: ['violations'] }).then((told) => told.violations)",
        RULES,
    )
    return [
        f"{one['impact']} {one['id']}: {one['nodes'][0]['html'][:200]} ({len(one['nodes'])}) {one['nodes'][0]['failureSummary'][:300]}"
        for one in found
        if one["impact"] in GRAVE
    ]
