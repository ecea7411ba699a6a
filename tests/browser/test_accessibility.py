"""Every screen, with what opens over it, under axe-core: nothing serious or critical, in light and dark, at a desk and on a phone."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from .agent import Agent
from .conftest import USUAL, Enter
from .site import Account, Site, Tenant
from .watched import watched

AXE = Path(__file__).parents[2] / "web/node_modules/axe-core/axe.min.js"
RULES = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
}
OF_COLORS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
# Read beforehand: what plays by itself. The stylesheets are read for no rule of these, and that takes as long as all the rules.
READ = {"assets": ["media"]}
GRAVE = {"serious", "critical"}
PERSON = "34611000031"
DARK = {"color_scheme": "dark", "reduced_motion": "reduce"}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "reduced_motion": "reduce",
}


def unhindered_in_both(agent: Agent) -> None:
    """Look in the scheme that the page is in, dark at first, and in the other, which it then follows the system to and stays in: there
    only its colors are others."""
    page = agent.page
    unhindered(agent)
    scheme = "light" if in_dark(page) else "dark"
    page.emulate_media(color_scheme=scheme)
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", scheme)
    unhindered(agent, OF_COLORS)


def in_dark(page: Page) -> bool:
    """Tell whether the page follows a system that is dark."""
    system: bool = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    expect(page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark" if system else "light")
    return system


def unhindered(agent: Agent, rules: dict[str, Any] = RULES) -> None:
    agent.watch.rest(agent.page)  # an overlay that fades in has no contrast yet
    if found := grave(agent.page, rules):
        pytest.fail("\n".join(found), pytrace=False)


def grave(page: Page, rules: dict[str, Any]) -> list[str]:
    """Return what axe-core finds serious or critical, each with the first element it is about."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE.read_text(encoding="utf-8"))
    scheme, found = page.evaluate(
        """async ([rules, preload]) => {
          const told = await axe.run(document, { runOnly: rules, resultTypes: ['violations'], preload });
          return [document.documentElement.dataset.mantineColorScheme, told.violations];
        }""",
        [rules, READ],
    )
    return [
        f"{scheme}: {one['impact']} {one['id']}: {first['html'][:200]} ({len(one['nodes'])}) {first['failureSummary'][:300]}"
        for one in found
        if one["impact"] in GRAVE and (first := one["nodes"][0])
    ]


@pytest.fixture(scope="module")
def pages(chromium: Browser, site: Site, clinic: Tenant) -> Iterator[Enter]:
    """Call it with somebody to get the page that is theirs from test to test: a new one costs more than all that is done on it."""
    there: dict[str, Agent] = {}
    with ExitStack() as open_pages:

        def come(account: Account, **where: Any) -> Agent:
            whose = f"{account.email} {where}"
            if whose not in there:
                context, watch = open_pages.enter_context(watched(chromium, **{**USUAL, **where}))
                there[whose] = Agent(context.new_page(), site, account, clinic, watch)
                there[whose].comes_in()
            return there[whose]

        yield come


@pytest.fixture
def known(pages: Enter) -> Iterator[Enter]:
    """Call it to get somebody who has signed in, and shall open a page; what was wrong on it fails the test."""
    came: list[Agent] = []

    def come(account: Account, **where: Any) -> Agent:
        agent = pages(account, **where)
        came.append(agent)
        agent.page.mouse.move(0, 0)  # nothing is pointed at since the test before
        return agent

    yield come
    for agent in came:
        agent.watch.judge(agent.page)


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
    agent.go()
    agent.shows("All")
    expect(agent.row("Gema Soler")).to_be_visible()


def thread(agent: Agent) -> None:
    inbox(agent)
    agent.opens("Gema Soler")
    expect(agent.bubble("¿tenéis hueco mañana?")).to_be_visible()


def filters(agent: Agent) -> None:
    inbox(agent)
    agent.page.get_by_role("button", name="Filter").click()
    expect(
        agent.page.get_by_role("dialog").filter(has=agent.page.get_by_label("Unread only"))
    ).to_be_visible()


def searching(agent: Agent) -> None:
    inbox(agent)
    agent.searches("hueco")
    expect(agent.found.first).to_be_visible()


def writing_first(agent: Agent) -> None:
    inbox(agent)
    agent.page.get_by_role("button", name="New conversation").click()
    expect(agent.page.get_by_role("dialog")).to_be_visible()


def account_menu(agent: Agent) -> None:
    agent.go()
    agent.page.get_by_role("button", name=f"Your account: {agent.account.name}").click()
    expect(agent.page.get_by_role("menuitem", name="Sign out")).to_be_visible()


def more(agent: Agent) -> None:
    agent.go()
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


@pytest.mark.parametrize("screen", SCREENS, ids=lambda screen: screen.__name__)
def test_an_agents_screen_is_accessible(known: Enter, sara: Account, screen: Any) -> None:
    agent = known(sara, **DARK)

    screen(agent)

    unhindered_in_both(agent)


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


@pytest.mark.parametrize("page", OPERATORS)
def test_an_operators_page_is_accessible(known: Enter, operator: Account, page: str) -> None:
    agent = known(operator, **DARK)

    agent.go(f"/operator/{page}")
    expect(agent.page.get_by_role("main").get_by_role("heading").first).to_be_visible()

    unhindered_in_both(agent)


@pytest.mark.parametrize("screen", [*DIALOGS, *PAGES], ids=lambda screen: screen.__name__)
def test_a_page_of_settings_and_what_opens_over_it_is_accessible(
    known: Enter, olga: Account, screen: Any
) -> None:
    agent = known(olga, **DARK)

    screen(agent)

    unhindered_in_both(agent)


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


@pytest.mark.parametrize(
    ("where", "unhindered"), [(DARK, unhindered_in_both), (PHONE, unhindered)], ids=["desk", "phone"]
)
def test_writing_and_watching_a_campaign_is_accessible(
    known: Enter,
    olga: Account,
    campaign: str,
    where: Any,
    unhindered: Callable[[Agent], None],
    tmp_path: Path,
) -> None:
    agent = known(olga, **where)
    page = agent.page

    for step in ("message", "people", "timing", "check"):
        page_at(f"{campaign}?step={step}")(agent)
        expect(page.get_by_role("navigation", name="Steps").locator("[aria-current=step]")).to_be_visible()
        if step == "people":
            list_ = tmp_path / "people.csv"
            list_.write_text("Phone,Name\n+34600550020,Eva\n12,Bea\n", encoding="utf-8")
            page.locator("input[type=file]").set_input_files(list_)
            expect(page.get_by_role("button", name="Add these people")).to_be_visible()
            unhindered(agent)
            page.get_by_role("combobox", name="“name” is in").click()
            unhindered(agent)
            page.keyboard.press("Escape")
            page.get_by_role("button", name="Add these people").click()
            expect(page.get_by_role("region", name="Why")).to_be_visible()
        if step == "check":
            expect(page.get_by_text("people get it")).to_be_visible()
            page.get_by_text("At a time").click()
        unhindered(agent)

    page.get_by_label("Begin", exact=True).fill("2099-12-24T10:00")
    page.get_by_role("button", name="Schedule", exact=True).click()
    expect(page.get_by_role("region", name="Person by person").get_by_role("row").nth(1)).to_be_visible()
    unhindered(agent)
    page.get_by_role("button", name="Cancel campaign").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    unhindered(agent)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Unschedule and edit").click()
    expect(page.get_by_role("navigation", name="Steps")).to_be_visible()


@pytest.mark.parametrize("screen", [inbox, thread, more], ids=lambda screen: screen.__name__)
def test_a_phones_screen_is_accessible(known: Enter, sara: Account, screen: Any) -> None:
    agent = known(sara, **PHONE)

    screen(agent)

    unhindered(agent)


def test_the_sign_in_page_is_accessible(visit: Enter, clinic: Tenant, sara: Account) -> None:
    agent = visit(sara, clinic, **DARK)

    agent.go("/")
    expect(agent.page.get_by_label("E-mail")).to_be_visible()

    unhindered_in_both(agent)
