"""The network goes for three seconds while three hundred things happen: soon after it is back, the screen is the server's."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .agent import Agent
from .cable import Cable, cable_to
from .conftest import Enter
from .hostile import Json
from .site import SPAIN, Account, Site, Tenant, until

CUT = 3000  # milliseconds
EQUAL_WITHIN = 5000  # milliseconds after the network is back
BUSY = "34622000000"  # whose conversation is open
OTHERS = [f"3462200000{number}" for number in range(1, 10)]
EVENTS = 300
NETWORK = r"ERR_|WebSocket connection to|request failed"


@pytest.fixture
def cable(site: Site) -> Iterator[Cable]:
    with cable_to(site.url) as cable:
        yield cable


@pytest.fixture
def agent(visit: Enter, site: Site, clinic: Tenant, sara: Account, cable: Cable) -> Agent:
    for number, wa_id in enumerate((BUSY, *OTHERS)):
        site.writes(wa_id, "Hola", name=f"Persona {number}")
        site.conversation_of(clinic, wa_id)
    agent = visit(sara, clinic, viewport={"width": 1280, "height": 8000})
    agent.site = replace(site, url=cable.url)
    agent.watch.expect(NETWORK)
    agent.comes_in()
    agent.go()
    agent.shows("All")
    agent.opens("Persona 0")
    expect(agent.bubble("Hola").last).to_be_visible()
    return agent


def test_after_a_cut_the_screen_equals_the_server(
    agent: Agent, cable: Cable, site: Site, clinic: Tenant
) -> None:
    agent.page.evaluate("window.__same = true")
    wait(agent.page, 500)

    cable.pull()
    publish(site)
    wait(agent.page, CUT)
    until(lambda: texts_at_the_server(site, clinic, BUSY)[-1] == f"Noticia {EVENTS - 1}")
    cable.plug_in()
    wait(agent.page, EQUAL_WITHIN)

    assert shown(agent.page) == texts_at_the_server(site, clinic, BUSY)
    assert rows(agent.page) == rows_at_the_server(site, clinic)
    assert agent.page.evaluate("window.__same") is True


def test_somebody_on_a_phone_sees_in_a_conversation_that_the_network_is_gone(
    agent: Agent, cable: Cable
) -> None:
    agent.page.set_viewport_size({"width": 390, "height": 844})
    expect(agent.row("Persona 0")).to_be_hidden()
    wait(agent.page, 500)

    cable.pull()
    told = agent.page.get_by_role("status").filter(has_text=re.compile("Connection lost|No connection"))
    expect(told).to_be_visible()
    cable.plug_in()

    expect(told).to_be_hidden()


def wait(page: Page, milliseconds: int) -> None:
    page.wait_for_timeout(milliseconds)


def publish(site: Site) -> None:
    """A third of everything in the open conversation, the rest spread over the others; the last in the open one."""
    now = int(site.now().timestamp())
    for number in range(EVENTS):
        wa_id = BUSY if number % 3 == 2 else OTHERS[number % len(OTHERS)]
        site.webhook(arrival(wa_id, f"Noticia {number}", number=number, at=now - EVENTS + number))


def arrival(wa_id: str, text: str, *, number: int, at: int) -> Json:
    message = {
        "from": wa_id,
        "id": f"wamid.cut.{at}.{number}",
        "timestamp": str(at),
        "type": "text",
        "text": {"body": text},
    }
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "34600000001", "phone_number_id": SPAIN},
        "messages": [message],
    }
    return {"field": "messages", "value": value}


def shown(page: Page) -> list[str]:
    """Return the words of the open thread, from first to last."""
    script = """(lines) => lines.map((line) => {
      const copy = line.querySelector('[dir=auto]').cloneNode(true);
      copy.querySelectorAll('[aria-hidden]').forEach((one) => one.remove());
      return copy.textContent.trim();
    })"""
    told: list[str] = page.locator("[role=log] [data-message]").evaluate_all(script)
    return told


def texts_at_the_server(site: Site, tenant: Tenant, wa_id: str) -> list[str]:
    conversation = site.conversation_of(tenant, wa_id)
    return [str(one["text"]).strip() for one in reversed(site.messages_of(tenant, conversation["id"]))]


def rows(page: Page) -> list[tuple[str, int]]:
    """Return who is in the list, in its order, and how much of each is unread."""
    script = """(rows) => rows.map((row) => [row.querySelector('bdi').textContent,
        Number(row.querySelector('[role=img][aria-label*=unread]')?.textContent.replace('+', '') ?? 0)])"""
    return [
        (name, unread)
        for name, unread in page.get_by_role("listbox", name="Conversations")
        .locator("[role=option]")
        .evaluate_all(script)
    ]


def rows_at_the_server(site: Site, tenant: Tenant) -> list[tuple[str, int]]:
    page: Any = site.ask("GET", f"/api/tenants/{tenant.id}/inbox/conversations?state=active&limit=200")
    return [
        (one["contact"]["name"] or one["contact"]["phone"], min(99, one["unread_count"]))
        for one in page["items"]
    ]
