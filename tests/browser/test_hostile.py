"""Whatever a customer writes is shown, and nothing of it runs: every hostile text in every field, wherever the inbox shows one."""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from .agent import Agent
from .conftest import Enter
from .hostile import attack, person
from .payloads import PAYLOADS
from .site import WABA, Account, Site, Tenant, until
from .watched import violations

TALL = {"width": 1440, "height": 5000}  # a whole conversation is on the screen, and so in the page
# Wait for the lines of another conversation than the one that begins with this message, and tell its first and how many they are.
ANOTHER = """
(before) => new Promise((done, fail) => {
  const end = Date.now() + 15000;
  let last = 0;
  const look = () => {
    const lines = document.querySelectorAll('[role=log] [data-message]');
    const first = lines[0]?.dataset.message;
    if (first && first !== before && lines.length >= 15 && lines.length === last) return done([first, lines.length]);
    last = first === before ? 0 : lines.length;
    if (Date.now() > end) fail(new Error(`only ${lines.length} lines of another conversation`));
    else setTimeout(look, 15);
  };
  look();
})
"""
NUMBER = "300000000000009"  # nobody else's, ever: what is said here is of before it was connected
# How many conversations are opened: every sixteenth, so that of every kind there are some; `make security` opens all. The list shows all.
EACH = 1 if os.environ.get("CURBE_OPEN_ALL_HOSTILE") else 16
OPENED = len(PAYLOADS[::EACH])
SAID = sorted(
    PAYLOADS, key=PAYLOADS[::EACH].__contains__
)  # those last, so that they are the first of the list
BEFORE = 3600  # seconds ago: the customer service window is open


@pytest.fixture(scope="module")
def victim(site: Site) -> Tenant:
    """A tenant to whom three hundred people write, each with one text in every field."""
    site.meta("POST", "numbers", {"id": NUMBER, "waba_id": WABA, "display_phone_number": "+52 55 5000 0009"})
    tenant = site.tenant("Diana S.L.", phone_number_id=NUMBER, country="MX")
    now = int(site.now().timestamp())
    for number, text in enumerate(SAID):
        site.webhook(*attack(number, text, at=now - BEFORE + number, to=NUMBER))
    # The last one's last word, and with it everybody's.
    last = site.conversation_of(tenant, person(len(PAYLOADS) - 1))
    until(lambda: any(one["status"] == "failed" for one in site.messages_of(tenant, last["id"])))
    return tenant


@pytest.fixture(scope="module")
def vera(site: Site, victim: Tenant) -> Account:
    return site.account("Vera Font", tenant=victim)


@pytest.fixture
def agent(enter: Enter, victim: Tenant, vera: Account) -> Iterator[Agent]:
    agent = enter(vera, tenant=victim, viewport=TALL, permissions=["notifications"])
    # Files and cards of theirs are not there: nobody fetches what a customer names.
    agent.page.on("dialog", lambda dialog: agent.watch.complaints.append(f"dialog: {dialog.message}"))
    agent.shows("All")
    expect(agent.rows.first).to_be_visible()
    yield agent
    unharmed(agent.page)
    assert agent.page.url.startswith(agent.site.url)


def unharmed(page: Page) -> None:
    """Nothing of theirs ran, was tried to run, or became an element of the page."""
    assert page.evaluate("typeof window.__pwned") == "undefined"
    assert violations(page) == []


def test_the_list_shows_their_names_and_words(agent: Agent) -> None:
    seen: set[str] = set()
    for _ in range(len(PAYLOADS)):
        before = len(seen)
        seen |= set(agent.rows.locator("bdi").all_inner_texts())
        agent.rows.last.scroll_into_view_if_needed()
        agent.page.wait_for_timeout(60)
        if len(seen) == before and len(seen) >= 300:
            break
        unharmed(agent.page)

    assert len(seen) >= 300


def test_threads_and_contacts_show_them(agent: Agent) -> None:
    seen: dict[str, int] = {}  # how many lines each conversation showed, by its first one
    agent.rows.first.click()
    for _ in range(OPENED):
        first, lines = agent.page.evaluate(ANOTHER, next(reversed(seen), None))
        seen[first] = lines
        unharmed(agent.page)
        agent.page.keyboard.press("Alt+KeyJ")

    assert len(seen) == OPENED
    # Of each some twenty: those that react and edit are part of others.
    assert min(seen.values()) >= 15


def test_a_search_for_them_finds_and_marks_them(agent: Agent) -> None:
    for text in PAYLOADS[::12]:
        agent.searches(text)
        agent.page.wait_for_timeout(150)
        unharmed(agent.page)


def test_they_are_told_of_when_they_write_again(agent: Agent, site: Site) -> None:
    agent.rows.first.click()
    now = int(site.now().timestamp())
    for number, text in enumerate(PAYLOADS[::20]):
        site.webhook(*attack(1000 + number, text, at=now, to=NUMBER))
    agent.page.wait_for_timeout(1500)

    unharmed(agent.page)
