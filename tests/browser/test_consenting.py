"""Consent on the screen: keywords that a tenant changes, a list full of mistakes, and a no that is written down and counts."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from .agent import Agent, press
from .conftest import Enter
from .site import MEXICO, WABA, Account, Site, Tenant, until

VERA = "5215512340077"
# Each kind of mistake that people's lists have, with the words that it gets.
BROKEN = (
    ("Carl;12;", "too few digits"),
    ("Dora;;2026-10-08", "It has no phone number."),
    ("Nil;+34 622 300 106;ayer", "This is not a past date"),
    ("=Fred;letras;", "letters in it"),
)
GOOD = ("Ana;+34 622 300 101;2026-10-02", "Berta;0034622300102;", "Iván;622300103;2026-10-05")
TWICE = "Ana otra vez;622 300 101;"


@pytest.fixture(scope="module")
def shop(site: Site) -> Iterator[Tenant]:
    """A tenant with a number of its own, while the tests here run."""
    site.disconnect(MEXICO)
    tenant = site.tenant("Librería Sur", phone_number_id=MEXICO)
    yield tenant
    site.disconnect(MEXICO)


@pytest.fixture(scope="module")
def alma(site: Site, shop: Tenant) -> Account:
    return site.account("Alma Rius", tenant=shop, role="admin")


@pytest.fixture
def at(known: Enter, alma: Account, shop: Tenant) -> Callable[[str], Page]:
    """Call it with a page's path to be there as the shop's administrator."""

    def go(path: str) -> Page:
        agent = known(alma, tenant=shop)
        agent.go(f"/t/{shop.id}/{path}")
        return agent.page

    return go


def rules_of(site: Site, tenant: Tenant) -> list[dict[str, Any]]:
    return site.ask("GET", f"/api/tenants/{tenant.id}/consent-rules")["keywords"]


def test_a_keyword_is_changed_tried_out_and_answers_who_writes_it(
    at: Callable[[str], Page], site: Site, shop: Tenant
) -> None:
    page = at("settings/profile")
    page.get_by_role("link", name="Keywords", exact=True).click()
    rows = page.get_by_role("list", name="Keywords").get_by_role("listitem")
    expect(rows).to_have_count(2)

    rows.filter(has_text="STOP").get_by_role("button", name=re.compile("^Change")).click()
    form = page.get_by_role("dialog", name="Change rule")
    words = form.get_by_role("textbox", name="Words")
    words.fill("STOP, baja, alta")
    expect(form.get_by_text(re.compile("Another rule has this already.*alta"))).to_be_visible()
    words.fill("STOP, baja, no más")
    form.get_by_role("textbox", name="Answer").fill("Hecho: no te escribiremos más.")
    press(form, "Cancel")
    press(page.get_by_role("dialog", name="Leave without saving?"), "Cancel")
    press(form, "Save")

    expect(form).to_be_hidden()
    expect(rows.first).to_contain_text("no más")
    assert rules_of(site, shop)[0] == {
        "words": ["STOP", "baja", "no más"],
        "state": "out",
        "about": "all",
        "answer": "Hecho: no te escribiremos más.",
    }
    page.get_by_role("textbox", name="Somebody writes").fill("¡NO MAS!")
    expect(page.get_by_role("status").get_by_text("no to everything")).to_be_visible()
    page.get_by_role("textbox", name="Somebody writes").fill("no más preguntas")
    expect(page.get_by_text("no keyword")).to_be_visible()

    site.writes(VERA, "No más!", to=MEXICO, name="Vera Luz")
    until(lambda: "no te escribiremos más" in site.phone(VERA))
    contact = site.conversation_of(shop, VERA)["contact"]["id"]
    ledger = site.ask("GET", f"/api/tenants/{shop.id}/contacts/{contact}/consents")
    assert ledger["standing"]["all"] == "out"
    assert "keyword" in {one["source"] for one in ledger["items"]}


def test_keywords_are_all_taken_out_and_the_usual_ones_come_back(
    at: Callable[[str], Page], site: Site, shop: Tenant
) -> None:
    page = at("settings/keywords")
    rows = page.get_by_role("list", name="Keywords").get_by_role("listitem")
    for left in (1, 0):
        rows.first.get_by_role("button", name=re.compile("^Delete")).click()
        press(page.get_by_role("dialog"), "Delete rule")
        expect(rows).to_have_count(left)
    expect(page.get_by_text("No keyword is heard")).to_be_visible()
    assert rules_of(site, shop) == []

    press(page, "Restore the usual words")
    press(page.get_by_role("dialog"), "Restore")

    expect(rows).to_have_count(2)
    assert "BAJA" in rules_of(site, shop)[0]["words"]


def test_a_list_with_mistakes_is_brought_and_the_rows_that_failed_are_downloaded(
    at: Callable[[str], Page], site: Site, shop: Tenant, tmp_path: Path
) -> None:
    table = tmp_path / "formulario.csv"
    rows = ["Cliente;Contacto;Firmado", *GOOD, TWICE, *(row for row, _ in BROKEN)]
    table.write_text("\n".join(rows), encoding="utf-8")
    page = at("settings/consents")
    expect(page.get_by_text("No list was brought yet.")).to_be_visible()
    page.locator("input[type=file]").set_input_files(table)

    # Nobody could tell which column is which: the list is brought once that and the proof are told.
    bring = f"Bring {len(rows) - 1} rows"
    press(page, bring)
    expect(page.get_by_text("Fill this in.")).to_have_count(2)
    for field, column in (("The phone number is in", "Contacto"), ("When they said it is in", "Firmado")):
        page.get_by_role("combobox", name=field).click()
        page.get_by_role("option", name=column).click()
    page.get_by_role("combobox", name="Numbers without a country code are from").fill("Spain")
    page.get_by_role("option", name="Spain").click()
    page.get_by_role("textbox", name="Proof").fill("Form of October 2026, kept in the archive.")
    press(page, bring)

    expect(page.get_by_text(f"{len(GOOD)} of {len(rows) - 1} rows are in the consents now")).to_be_visible()
    faults = page.get_by_role("region", name="Why").get_by_role("row")
    expect(faults).to_have_count(len(BROKEN) + 1)
    for place, (_, words) in enumerate(BROKEN, start=1):
        expect(faults.nth(place)).to_contain_text(words)
    with page.expect_download() as coming:
        press(page, "Download these rows")
    assert coming.value.suggested_filename == "formulario-failed-rows.csv"
    header, *failed = csv.reader(io.StringIO(Path(coming.value.path()).read_text(encoding="utf-8-sig")))
    assert header == ["line", "reason", "about", "detail", "Cliente", "Contacto", "Firmado"]
    assert [row[:2] for row in failed] == [
        ["6", "phone_invalid"],
        ["7", "phone_missing"],
        ["8", "date_invalid"],
        ["9", "phone_invalid"],
    ]
    brought = page.get_by_role("list", name="Lists that were brought").get_by_role("listitem")
    expect(brought).to_contain_text(f"{len(GOOD)} added · 1 said already · {len(BROKEN)} failed")
    expect(brought).to_contain_text("by Alma Rius")
    (kept,) = site.ask("GET", f"/api/tenants/{shop.id}/consents/imports")["items"]
    assert kept["total_count"] == kept["added_count"] + kept["repeated_count"] + kept["failed_count"] == 8


def with_vera(agent: Agent, site: Site, tenant: Tenant) -> Locator:
    """Open Vera's conversation; return her consents beside it."""
    agent.go(f"/t/{tenant.id}/inbox/{site.conversation_of(tenant, VERA)['id']}?tab=all")
    return agent.page.get_by_role("region", name="Consent", exact=True)


def test_a_no_that_is_written_down_refuses_the_next_offer_in_words(
    known: Enter, alma: Account, site: Site, shop: Tenant
) -> None:
    body = [{"type": "BODY", "text": "Rebajas desde el lunes en toda la tienda."}]
    offer = {"waba_id": WABA, "name": "rebajas", "language": "es", "category": "MARKETING"}
    site.meta("POST", "templates", {**offer, "components": body})
    site.ask("POST", f"/api/tenants/{shop.id}/templates/sync")
    site.writes(VERA, "¿Tenéis novelas?", to=MEXICO, name="Vera Luz")
    agent = known(alma, tenant=shop, viewport={"width": 1440, "height": 900})
    consent = with_vera(agent, site, shop)
    press(consent, "Record…")
    form = agent.page.get_by_role("dialog", name="What Vera Luz said")
    press(form, "Record it")
    expect(form.get_by_text("Fill this in.")).to_be_visible()
    form.get_by_role("textbox", name="Where, and in which words").fill("In the shop: “no offers, please”.")
    press(form, "Record it")

    expect(form).to_be_hidden()
    marketing = consent.get_by_role("definition").first
    expect(marketing).to_contain_text(re.compile("^No.*since"))
    consent.get_by_role("button", name=re.compile("^Everything they said")).click()
    latest = consent.get_by_role("list", name="Everything they said").get_by_role("listitem").first
    expect(latest).to_contain_text("No to marketing")
    expect(latest).to_contain_text("Written down by Alma Rius")
    expect(latest).to_contain_text("In the shop")

    agent.watch.expect("answer 409")
    agent.page.keyboard.press("Alt+KeyI")
    picker = agent.page.get_by_role("dialog")
    picker.get_by_role("button").filter(has_text="rebajas").click()
    press(picker, "Send template")
    refused = agent.page.get_by_role("alert").filter(has_text="does not want to receive this kind of message")
    expect(refused).to_be_visible()
    expect(refused).to_contain_text("Nothing, until the person says otherwise; then record their consent.")
    assert "Rebajas" not in site.phone(VERA)


def test_an_agent_sees_what_people_said_and_writes_nothing_down(
    known: Enter, site: Site, shop: Tenant
) -> None:
    paco = site.account("Paco Lima", tenant=shop)
    site.writes(VERA, "Hola", to=MEXICO, name="Vera Luz")
    agent = known(paco, tenant=shop, viewport={"width": 1440, "height": 900})
    consent = with_vera(agent, site, shop)

    expect(consent.get_by_text("Marketing", exact=True)).to_be_visible()
    expect(consent.get_by_role("button", name="Record…")).to_have_count(0)
    agent.go(f"/t/{shop.id}/settings/profile")
    expect(agent.page.get_by_role("link", name="Profile", exact=True).first).to_be_visible()
    expect(agent.page.get_by_role("link", name="Keywords", exact=True)).to_have_count(0)
