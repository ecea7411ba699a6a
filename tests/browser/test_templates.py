"""A template from the first word to Meta's approval, as an administrator writes it; and what agents see of templates."""

import re
from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from .agent import Agent, press
from .conftest import Enter
from .site import Account, Site, Tenant

_names = count(1)


@pytest.fixture
def at(known: Enter, olga: Account, clinic: Tenant) -> Callable[[str], Agent]:
    """Call it with a page's path to be there as the clinic's owner."""

    def go(path: str) -> Agent:
        agent = known(olga, tenant=clinic)
        agent.go(f"/t/{clinic.id}/templates{path}")
        return agent

    return go


def write(page: Page, label: str, words: str) -> None:
    page.get_by_role("textbox", name=label, exact=True).fill(words)


def phone(page: Page) -> Locator:
    return page.get_by_role("region", name="How it looks")


def template(site: Site, tenant: Tenant, **fields: Any) -> str:
    """Make one at Meta and have it read; return its name."""
    name = f"made_{next(_names)}"
    body = [{"type": "BODY", "text": "Hola {{1}}, tu cita es mañana.", "example": {"body_text": [["Ana"]]}}]
    told = {"waba_id": "200000000000001", "name": name, "language": "es", "components": body, **fields}
    site.meta("POST", "templates", told)
    site.ask("POST", f"/api/tenants/{tenant.id}/templates/sync")
    return name


def test_a_template_is_written_judged_at_its_fields_handed_in_and_approved(at: Any) -> None:
    agent = at("")
    page = agent.page
    page.locator("header").get_by_role("link", name="New template").click()
    write(page, "Name", "Recordatorio de Cita")
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("recordatorio_de_cita")

    write(page, "Text", "{{1}}, tu cita es mañana")
    page.get_by_role("textbox", name="Footer", exact=True).click()
    expect(page.get_by_text("The text may not begin or end with a variable")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile(r"^Meta.s rule")).first).to_have_attribute(
        "href", re.compile(r"^https://developers\.facebook\.com/")
    )
    write(page, "Text", "Hola {{1}}, te esperamos mañana a las {{2}} en la clínica.")
    expect(page.get_by_text("The text may not begin or end with a variable")).to_be_hidden()
    write(page, "Example of {{1}}", "Ana")
    expect(phone(page)).to_contain_text("Hola Ana, te esperamos mañana a las {{2}}")

    press(page, "Quick reply")
    page.get_by_role("textbox", name="On the button").fill("Confirmo")
    press(page, "Send to Meta for review")
    expect(page.get_by_text("There are 1 examples for 2 variables.")).to_be_visible()
    write(page, "Example of {{2}}", "10:30")
    expect(page.get_by_text("rules are kept")).to_be_visible()
    press(page, "Send to Meta for review")

    expect(page.get_by_role("heading", name="recordatorio_de_cita")).to_be_visible()
    expect(page.get_by_text("Approved", exact=True)).to_be_visible(
        timeout=30_000
    )  # by webhook, without a reload
    expect(phone(page)).to_contain_text("Hola Ana, te esperamos mañana a las 10:30 en la clínica.")
    expect(phone(page).get_by_text("Confirmo")).to_be_visible()


def test_the_list_tells_how_each_template_stands_and_is_searched(at: Any, site: Site, clinic: Tenant) -> None:
    refused = template(site, clinic, status="REJECTED")
    offer = template(site, clinic, category="MARKETING")
    agent = at("")
    rows = agent.page.get_by_role("list", name="Templates").get_by_role("listitem")

    expect(rows.filter(has_text=refused)).to_contain_text("Rejected")
    expect(rows.filter(has_text=offer)).to_contain_text("Marketing")
    agent.page.get_by_label("Search by name or words").fill(offer)
    expect(rows).to_have_count(1)
    agent.page.get_by_label("Search by name or words").fill("nothing like this")
    expect(agent.page.get_by_text("No template fits")).to_be_visible()
    press(agent.page, "Clear filters")
    expect(rows.filter(has_text=refused)).to_be_visible()
    expect(agent.page.get_by_text("Read from Meta", exact=False).first).to_be_visible()


def test_a_rejected_template_is_mended_and_one_is_deleted(at: Any, site: Site, clinic: Tenant) -> None:
    name = template(site, clinic, status="REJECTED")
    agent = at("")
    agent.page.get_by_role("link", name=re.compile(name)).click()
    agent.page.get_by_role("link", name="Edit", exact=True).click()
    expect(agent.page.get_by_role("textbox", name="Text", exact=True)).to_have_value(
        "Hola {{1}}, tu cita es mañana."
    )
    write(agent.page, "Text", "Hola {{1}}, tu cita es el lunes.")
    press(agent.page, "Send the change to Meta")

    expect(phone(agent.page)).to_contain_text("Hola Ana, tu cita es el lunes.")
    expect(agent.page.get_by_text("Approved", exact=True)).to_be_visible(timeout=30_000)
    press(agent.page, "Delete")
    press(agent.page.get_by_role("dialog"), "Delete template")
    expect(agent.page.get_by_role("heading", name="Templates", exact=True)).to_be_visible()
    expect(agent.page.get_by_role("link", name=re.compile(name))).to_have_count(0)


def test_the_cover_is_chosen_once_for_every_template(at: Any) -> None:
    agent = at("")
    agent.watch.expect("answer 422")
    press(agent.page, "Cover")
    dialog = agent.page.get_by_role("dialog")
    dialog.get_by_label("Or the address of an image").fill("http://example.org/cover.png")
    press(dialog, "Save")
    expect(dialog.get_by_role("alert")).to_be_visible()
    dialog.get_by_label("Or the address of an image").fill("https://example.org/cover.png")
    press(dialog, "Save")

    expect(dialog).to_be_hidden()
    press(agent.page, "Cover")
    expect(dialog.get_by_label("Or the address of an image")).to_have_value("https://example.org/cover.png")


def test_an_agent_reads_templates_and_changes_none(
    known: Enter, sara: Account, clinic: Tenant, site: Site
) -> None:
    name = template(site, clinic)
    agent = known(sara, tenant=clinic)
    agent.go(f"/t/{clinic.id}/templates")
    agent.page.get_by_role("link", name=re.compile(name)).click()

    expect(phone(agent.page)).to_contain_text("Hola Ana, tu cita es mañana.")
    expect(agent.page.get_by_role("link", name="Edit", exact=True)).to_have_count(0)
    expect(agent.page.get_by_role("button", name="Delete", exact=True)).to_have_count(0)
