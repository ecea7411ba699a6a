"""Automations as an administrator sets them up: tried out before they act, and acting when a customer writes."""

from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from .agent import Agent, press
from .conftest import Enter
from .site import MEXICO, Account, Site, Tenant, until

pytestmark = pytest.mark.xdist_group("automating")  # from the empty page to a team that shares out

_customers = count(5215577000001)


@pytest.fixture(scope="module")
def desk(site: Site) -> Any:
    """A tenant with a number of its own, whose customers nobody else answers."""
    site.disconnect(MEXICO)
    tenant = site.tenant("Mesa Norte", phone_number_id=MEXICO, country="MX")
    yield tenant
    site.disconnect(MEXICO)


@pytest.fixture(scope="module")
def ada(site: Site, desk: Tenant) -> Account:
    return site.account("Ada Soler", tenant=desk, role="admin")


@pytest.fixture
def at_desk(known: Enter, ada: Account, desk: Tenant) -> Agent:
    agent = known(ada, tenant=desk, timezone_id="Europe/Madrid")
    agent.go(f"/t/{desk.id}/automations")
    return agent


def trial(page: Page) -> Locator:
    return page.get_by_role("region", name="Try it out").first


def asks(page: Page, text: str, at: str | None = None) -> Locator:
    """Try a message, and return what is told of it."""
    trial(page).get_by_label("What somebody writes").fill(text)
    if at is not None:
        trial(page).get_by_label("When").fill(at)
    press(trial(page), "What would happen?")
    return trial(page).get_by_role("status")


def keeps(page: Page) -> None:
    press(page, "Create automation")
    expect(page.get_by_role("heading", name="Automations", exact=True)).to_be_visible()


def test_an_away_message_and_a_keyword_reply_are_tried_and_then_answer_a_customer(
    at_desk: Agent, site: Site
) -> None:
    page = at_desk.page
    page.get_by_role("link", name="Say when you are closed").click()
    page.get_by_label("Message", exact=True).fill("Cerrado")
    page.go_back()
    press(page.get_by_role("dialog", name="Leave without saving?"), "Leave")
    page.get_by_role("link", name="Say when you are closed").click()
    page.get_by_label("Message", exact=True).fill("Cerrado ahora, hasta mañana.")
    page.go_back()
    press(page.get_by_role("dialog", name="Leave without saving?"), "Cancel")
    expect(page.get_by_label("Message", exact=True)).to_have_value("Cerrado ahora, hasta mañana.")
    expect(asks(page, "Hola", "2026-11-25T10:00")).to_contain_text("You are open then.")
    expect(asks(page, "Hola", "2026-11-25T21:00")).to_contain_text("Cerrado ahora, hasta mañana.")
    expect(asks(page, "STOP", "2026-11-25T21:00")).to_contain_text("about consent")
    for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday"):
        press(page, f"Take these hours from {day}")
    keeps(page)
    expect(page.get_by_role("list", name="Away messages")).to_contain_text("Closed all day, every day")

    page.get_by_role("link", name="New automation").click()
    page.get_by_role("link", name="Answer a question").click()
    words = page.get_by_label("Words", exact=True).first
    words.fill("tarifa")
    words.press("Enter")
    page.get_by_label("Answer", exact=True).fill("La visita cuesta 10 euros.")
    page.go_back()  # to the starting points, at another query of the same page
    press(page.get_by_role("dialog", name="Leave without saving?"), "Cancel")
    expect(asks(page, "¿Qué TARIFA tenéis?")).to_contain_text("La visita cuesta 10 euros.")
    expect(asks(page, "Buenas tardes")).to_contain_text("None of the words is in the message.")
    keeps(page)

    customer = str(next(_customers))
    site.writes(customer, "¿Qué tarifa tenéis?", to=MEXICO, name="Rosa Luna")
    until(lambda: "La visita cuesta 10 euros." in site.phone(customer))
    assert "Cerrado ahora" not in site.phone(customer)
    site.writes(customer, "¿Y mañana?", to=MEXICO)
    until(lambda: "Cerrado ahora, hasta mañana." in site.phone(customer))
    at_desk.go()
    at_desk.shows("All")
    at_desk.opens("Rosa Luna")
    expect(at_desk.bubble("La visita cuesta 10 euros.")).to_be_visible()


def test_automations_are_moved_switched_off_and_deleted(at_desk: Agent, site: Site, desk: Tenant) -> None:
    for word, answer in (("uno", "Primera"), ("dos", "Segunda")):
        rule = {"kind": "keyword_reply", "words": [word], "match": "exact", "answer": answer}
        site.ask("POST", f"/api/tenants/{desk.id}/automations", {"rule": rule, "place": 50})
    page = at_desk.page
    page.reload()
    rows = page.get_by_role("list", name="Keyword replies").get_by_role("listitem")
    expect(rows.last).to_contain_text("dos")

    press(page, "Look at “dos” earlier")
    expect(rows.last).to_contain_text("uno")
    page.get_by_role("switch", name="“uno” is on").click(force=True)
    expect(page.get_by_text("“uno” is off")).to_be_visible()
    press(page, "Delete “uno”")
    press(page.get_by_role("dialog"), "Delete automation")

    expect(rows.filter(has_text="Primera")).to_have_count(0)
    page.reload()
    expect(rows.last).to_contain_text("dos")


def test_conversations_are_shared_out_and_the_trial_says_to_whom(
    at_desk: Agent, site: Site, desk: Tenant, ada: Account
) -> None:
    page = at_desk.page
    page.get_by_role("link", name="New automation").click()
    page.get_by_role("link", name="Share out among the team").click()
    press(page, "Create automation")
    expect(page.get_by_text("Choose people, a team, or both")).to_be_visible()
    page.get_by_label("To whom, in turn").first.click()
    page.get_by_role("option", name="Ada Soler").click()
    page.keyboard.press("Escape")
    expect(asks(page, "Hola")).to_contain_text("The conversation is given to Ada Soler")
    keeps(page)

    customer = str(next(_customers))
    site.writes(customer, "Hola", to=MEXICO, name="Luis Paz")
    until(lambda: site.conversation_of(desk, customer)["assignee_id"] == ada.id)


def test_an_agent_has_no_way_to_automations(enter: Enter, sara: Account, clinic: Tenant) -> None:
    page = enter(sara, tenant=clinic).page

    expect(page.get_by_role("link", name="Connections", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Automations", exact=True)).to_have_count(0)
