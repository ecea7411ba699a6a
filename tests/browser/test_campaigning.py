"""A supervisor's campaign: a list full of mistakes, looked over, tried, scheduled, watched, stopped and gone on with, read afterwards."""

import csv
import io
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from .agent import Agent, press
from .conftest import Enter
from .site import MEXICO, Account, Site, Tenant, until

NOBODY = "+15570131026"  # the sandbox says of this number that it is not on WhatsApp
GOOD = [f"+34 600 30 {n:02} {n:02}" for n in range(10, 34)]
# Each kind of mistake that people's tables have, with the words that it gets.
BROKEN = (
    (";Ana;A100", "It has no phone number."),
    ("no tiene;Ana;A101", "has letters"),
    ("123;Ana;A102", "too few digits"),
    ("+34600111222333444;Ana;A103", "too many digits"),
    ("3,46E+10;Ana;A104", "rounded"),
    ("+999 555 123 456;Ana;A105", "country code"),
    (f"{'6' * 45};Ana;A106", "too long"),
    ("+34 600 31 00 01;;A107", "no value for “nombre”"),
    ("+34 600 31 00 02;Ana;", "no value for “pedido”"),
    ('+34 600 31 00 03;"Ana\nMaría";A109', "line break"),
    (f"+34 600 31 00 04;{'a' * 1100};A110", "longer than WhatsApp allows"),
    ("+34 600 30 10 10;Otra vez;A111", "same number as line 2"),
    ("0034600301111;Con ceros;A112", "same number as line 3"),
)


@pytest.fixture(scope="module")
def shop(site: Site) -> Any:
    """A tenant with a number of its own and Meta's templates."""
    site.disconnect(MEXICO)
    tenant = site.tenant("Librería Norte", phone_number_id=MEXICO)
    site.ask("POST", f"/api/tenants/{tenant.id}/templates/sync")
    yield tenant
    site.disconnect(MEXICO)


@pytest.fixture(scope="module")
def silvia(site: Site, shop: Tenant) -> Account:
    return site.account("Silvia Mora", tenant=shop, role="supervisor")


def table(path: Path) -> Path:
    """Write the list as somebody's spreadsheet would save it."""
    good = [f"{phone};Persona {n};P{n}" for n, phone in enumerate(GOOD)]
    rows = [*good, f"{NOBODY};Nadie;P99", *(row for row, _ in BROKEN)]
    path.write_text("\n".join(["Teléfono;Nombre;Pedido", *rows]), encoding="utf-8")
    return path


def choose(page: Page, field: str, option: str) -> None:
    page.get_by_role("combobox", name=field).click()
    page.get_by_role("option", name=re.compile(rf"^{re.escape(option)}")).first.click()


def shows(page: Page, state: str) -> None:
    expect(page.get_by_role("status").get_by_text(state, exact=True)).to_be_visible()


def begins(agent: Agent) -> Page:
    """Go to the campaigns by the navigation, and begin one."""
    page = agent.page
    page.get_by_role("link", name="Campaigns", exact=True).click()
    expect(page.get_by_role("heading", name="Campaigns")).to_be_visible()
    page.get_by_role("link", name="New campaign").first.click()
    return page


def writes(page: Page, name: str) -> None:
    """The first step: what it says, and whose words stand in its gaps."""
    page.get_by_label("What is it called?").fill(name)
    choose(page, "Which template?", "order_update")
    columns = page.get_by_label("Name of the column")
    columns.nth(0).fill("Nombre")
    columns.nth(1).fill("Pedido")
    expect(page.get_by_role("region", name="On the phone")).to_contain_text("tu pedido [pedido] va en camino")
    press(page, "Save and go on")


def campaign_on(page: Page) -> str:
    return page.url.split("/campaigns/")[1].split("?")[0]


def downloaded(page: Page, button: str) -> list[list[str]]:
    with page.expect_download() as coming:
        press(page, button)
    return list(csv.reader(io.StringIO(Path(coming.value.path()).read_text(encoding="utf-8-sig"))))


def adds_a_broken_list(page: Page, path: Path) -> None:
    """The second step: every row is somebody, or has its line and its reason."""
    page.locator("input[type=file]").set_input_files(path)
    expect(page.get_by_role("combobox", name="The phone number is in")).to_have_value("Teléfono")
    expect(page.get_by_role("combobox", name="“pedido” is in")).to_have_value("Pedido")
    press(page, "Add these people")
    people, all_rows = len(GOOD) + 1, len(GOOD) + 1 + len(BROKEN)
    expect(page.get_by_text(f"{people} of {all_rows} rows are people who can get it")).to_be_visible()
    faults = page.get_by_role("region", name="Why").get_by_role("row")
    expect(faults).to_have_count(len(BROKEN) + 1)
    for place, (_, words) in enumerate(BROKEN, start=1):
        expect(faults.nth(place)).to_contain_text(words)
    refused = downloaded(page, "Download these rows")
    assert len(refused) == len(BROKEN) + 1
    assert [line[2] for line in refused[1:3]] == ["phone_missing", "phone_invalid"]


def starts_slowly(page: Page, name: str, path: Path) -> None:
    """All four steps at once, so slowly that nearly everybody still waits."""
    writes(page, name)
    page.locator("input[type=file]").set_input_files(path)
    press(page, "Add these people")
    press(page, "Go on")
    page.get_by_role("switch", name="Let people sleep").click()
    page.get_by_role("switch", name="Begin slowly").click()
    page.get_by_label("In the first hour").fill("60")
    press(page, "Save and go on")
    press(page, "Start now")
    press(page.get_by_role("dialog"), "Start now")
    shows(page, "Running")


def test_a_campaign_from_a_broken_list_to_its_report(
    enter: Enter, silvia: Account, shop: Tenant, site: Site, tmp_path: Path
) -> None:
    page = begins(enter(silvia, tenant=shop))
    writes(page, "Pedidos de Navidad")

    adds_a_broken_list(page, table(tmp_path / "clientes.csv"))
    press(page, "Go on")

    # Day and night, and slowly, so that there is something to watch.
    page.get_by_role("switch", name="Let people sleep").click()
    page.get_by_role("switch", name="Begin slowly").click()
    page.get_by_label("In the first hour").fill("7200")
    choose(page, "Then each hour", "as many")
    press(page, "Save and go on")

    # Looked over, and tried on one's own phone.
    expect(page.get_by_text(f"{len(GOOD) + 1} people get it")).to_be_visible()
    expect(page.get_by_text("By Meta's rate card of")).to_be_visible()
    expect(page.get_by_role("region", name="On the phone")).to_contain_text("Hola Persona 0, tu pedido P0")
    page.get_by_label("Phone number").fill("+34 611 000 001")
    press(page, "Send a test")
    expect(page.get_by_text("On its way.")).to_be_visible()
    until(lambda: "Persona 0" in site.phone("34611000001"))

    page.get_by_text("At a time").click()
    page.get_by_label("Begin", exact=True).fill("2099-12-24T10:00")
    press(page, "Schedule")
    shows(page, "Scheduled")
    expect(page.get_by_text("December 24, 2099 at 10:00")).to_be_visible()
    press(page, "Start now")
    shows(page, "Running")

    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("aria-valuetext", re.compile(r"(Read|Delivered|Sent): \d"))
    press(page, "Pause")
    shows(page, "Paused")
    figures = f"/api/tenants/{shop.id}/campaigns/{campaign_on(page)}/progress"
    standing = site.ask("GET", figures)["waiting"]
    page.wait_for_timeout(2500)
    assert site.ask("GET", figures)["waiting"] == standing > 0, "what is paused goes on"
    press(page, "Resume")
    shows(page, "Running")
    expect(page.get_by_role("status").get_by_text("Finished", exact=True)).to_be_visible(timeout=60_000)

    # The report says of everybody what became of them, and why.
    expect(page.get_by_role("heading", name="100% done")).to_be_visible()
    page.get_by_role("combobox", name="Show").click()
    page.get_by_role("option", name="Failed (1)").click()
    rows = page.get_by_role("region", name="Person by person").get_by_role("row")
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_contain_text(NOBODY)
    expect(rows.nth(1)).to_contain_text("Not on WhatsApp, or with an app too old")
    assert [line[0] for line in downloaded(page, "Export as CSV")[1:]] == [NOBODY]
    assert len(downloaded(page, "Unusable rows of the list")) == len(BROKEN) + 1


def test_a_campaign_that_was_cancelled_sends_nothing_more(
    enter: Enter, silvia: Account, shop: Tenant, tmp_path: Path
) -> None:
    page = begins(enter(silvia, tenant=shop))
    starts_slowly(page, "Nunca más", table(tmp_path / "clientes.csv"))

    press(page, "Cancel campaign")
    press(page.get_by_role("dialog"), "Cancel campaign")

    shows(page, "Cancelled")
    page.get_by_role("link", name="All campaigns").click()
    row = page.get_by_role("list", name="Campaigns").get_by_role("link").filter(has_text="Nunca más")
    expect(row).to_contain_text("Cancelled")


def test_what_a_paused_campaign_says_is_changed_for_whom_it_has_not_written_to(
    enter: Enter, silvia: Account, shop: Tenant, site: Site, tmp_path: Path
) -> None:
    agent = enter(silvia, tenant=shop)
    agent.watch.expect("answer 422: PATCH .*/campaigns/")
    page = begins(agent)
    starts_slowly(page, "Con una errata", table(tmp_path / "clientes.csv"))
    press(page, "Pause")
    shows(page, "Paused")

    page.get_by_role("link", name="Change what stands in the gaps").click()
    expect(page.get_by_role("heading", name="What stands in the gaps", exact=True)).to_be_visible()
    page.get_by_label("Name of the column").nth(1).fill("Referencia")
    press(page, "Save")
    expect(page.get_by_text("its recipients were taken without a value for referencia")).to_be_visible()
    page.get_by_label("Name of the column").nth(1).fill("Pedido")
    page.get_by_label("Where somebody has none").nth(0).fill("hola")
    press(page, "Save")

    shows(page, "Paused")
    campaign = site.ask("GET", f"/api/tenants/{shop.id}/campaigns/{campaign_on(page)}")
    assert "{{nombre|hola}}" in str(campaign["template"])
    press(page, "Resume")
    shows(page, "Running")
    press(page, "Cancel campaign")
    press(page.get_by_role("dialog"), "Cancel campaign")
    shows(page, "Cancelled")


def test_an_agent_has_no_campaigns(enter: Enter, sara: Account) -> None:
    page = enter(sara).page

    expect(page.get_by_role("link", name="Connections", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Campaigns", exact=True)).to_have_count(0)
