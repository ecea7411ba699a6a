"""Templates beyond a message: carousels, offers with an end, the catalogue, codes, forms; each handed in and reviewed."""

import re
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from .conftest import Enter
from .site import TOKEN, WABA, Account, Site, Tenant, until


@pytest.fixture
def page(known: Enter, olga: Account, clinic: Tenant) -> Page:
    """The editor with nothing written yet, as the clinic's owner sees it."""
    agent = known(olga, tenant=clinic)
    agent.go(f"/t/{clinic.id}/templates/new")
    return agent.page


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    file = tmp_path / "casa.png"
    Image.new("RGB", (320, 180), "#0b7a4f").save(file)
    return file


def choose(page: Page | Locator, name: str | re.Pattern[str]) -> None:
    page.get_by_role("radio", name=name, exact=isinstance(name, str)).check(
        force=True
    )  # its words lie over it


def write(where: Page | Locator, label: str, words: str) -> None:
    where.get_by_role("textbox", name=label, exact=True).fill(words)


def hand_in(page: Page, name: str) -> None:
    expect(page.get_by_text("rules are kept")).to_be_visible()
    page.get_by_role("button", name="Send to Meta for review").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(page.get_by_text("Approved", exact=True)).to_be_visible(timeout=30_000)


def at_meta(page: Page, site: Site, name: str) -> dict[str, Any]:
    """Return a template as Meta lists it."""
    url = f"{site.sandbox}/v25.0/{WABA}/message_templates?limit=100"
    told = page.request.get(url, headers={"Authorization": f"Bearer {TOKEN}"}).json()
    return next(one for one in told["data"] if one["name"] == name)


def test_a_carousel_is_written_card_by_card_and_approved(page: Page, picture: Path, site: Site) -> None:
    choose(page, "Carousel")
    write(page, "Name", "casas_nuevas")
    write(page, "Text", "Hola {{1}}, mira las casas de esta semana.")
    write(page, "Example of {{1}}", "Ana")
    page.get_by_role("button", name="Quick reply").click()
    page.get_by_role("button", name="Send to Meta for review").click()
    first = page.get_by_role("group", name="Card 1", exact=True)
    expect(first.get_by_text("Upload a sample file")).to_be_visible()  # at the card that lacks it

    for n in (1, 2):
        card = page.get_by_role("group", name=f"Card {n}", exact=True)
        card.locator("input[type=file]").set_input_files(picture)
        expect(card.get_by_text("casa.png")).to_be_visible()
        write(card, "Text of the card", f"Casa {n}, con jardín")
        link = card.get_by_role("group", name="Link")
        write(link, "On the button", "Ver")
        write(link, "Address", f"https://example.org/casas/{n}")
        write(card.get_by_role("group", name="Quick reply"), "On the button", "Me interesa")
    page.get_by_role("button", name="Move card 2 forward").click()
    look = page.get_by_role("region", name="How it looks")
    expect(look.get_by_role("listitem", name="Card 1 of 2")).to_contain_text("Casa 2, con jardín")
    hand_in(page, "casas_nuevas")

    cards = at_meta(page, site, "casas_nuevas")["components"][1]["cards"]
    assert [card["components"][1]["text"] for card in cards] == ["Casa 2, con jardín", "Casa 1, con jardín"]
    expect(look.get_by_role("listitem", name="Card 2 of 2")).to_contain_text("Me interesa")


def test_an_offer_that_ends_is_written_and_approved(page: Page, picture: Path, site: Site) -> None:
    write(page, "Text", "Hola, este mes la revisión te sale por menos.")
    choose(page, "Offer with end")
    expect(page.get_by_role("textbox", name="Text", exact=True)).to_have_value(re.compile("^Hola"))
    write(page, "Name", "revision_menos")
    write(page, "What is on offer", "20 % menos en la revisión")
    page.get_by_role("textbox", name="Example of the code").click()
    expect(page.get_by_text("16 characters")).to_be_visible()
    write(page, "What is on offer", "20 % menos")
    write(page, "Example of the code", "SOL20")
    write(page, "On the button", "Pedir cita")
    write(page, "Address", "https://example.org/cita")
    page.locator("input[type=file]").set_input_files(picture)
    look = page.get_by_role("region", name="How it looks")
    expect(look).to_contain_text("Ends in 2 days")
    expect(look).to_contain_text("Code: SOL20")
    hand_in(page, "revision_menos")

    made = at_meta(page, site, "revision_menos")
    assert made["category"] == "MARKETING"
    assert made["components"][1]["limited_time_offer"] == {"text": "20 % menos", "has_expiration": True}


def test_a_code_is_handed_in_and_edited_to_come_with_one_tap(page: Page, site: Site) -> None:
    choose(page, "Code")
    write(page, "Name", "codigo_de_entrada")
    write(page, "The code expires after (minutes)", "5")
    expect(page.get_by_role("region", name="How it looks")).to_contain_text("expires in 5 minutes")
    hand_in(page, "codigo_de_entrada")

    page.get_by_role("link", name="Edit", exact=True).click()
    expect(page.get_by_role("textbox", name="The code expires after (minutes)")).to_have_value("5")
    choose(page, re.compile("^One tap"))
    write(page, "Package name", "com.example.sol")
    write(page, "Hash of its signing key", "short")
    page.get_by_role("button", name="Send the change to Meta").click()
    apps = page.get_by_role("group", name="Android apps that may take it")
    expect(apps.get_by_text("11")).to_be_visible()
    write(page, "Hash of its signing key", "K8a/AINcGX7")
    page.get_by_role("button", name="Send the change to Meta").click()

    expect(page.get_by_role("heading", name="codigo_de_entrada", exact=True)).to_be_visible()
    button = until(lambda: _otp(page, site, "ONE_TAP"))
    assert button["supported_apps"] == [{"package_name": "com.example.sol", "signature_hash": "K8a/AINcGX7"}]


def _otp(page: Page, site: Site, kind: str) -> dict[str, Any] | None:
    [button] = at_meta(page, site, "codigo_de_entrada")["components"][-1]["buttons"]
    return button if button["otp_type"] == kind else None


def test_the_catalogue_and_a_form_are_a_button_each(page: Page, site: Site) -> None:
    choose(page, "Catalogue")
    write(page, "Name", "catalogo_sol")
    write(page, "Text", "Todo lo que tenemos para cuidarte, sin salir del chat.")
    choose(page, "Some products")
    expect(page.get_by_role("region", name="How it looks")).to_contain_text("View items")
    hand_in(page, "catalogo_sol")
    assert at_meta(page, site, "catalogo_sol")["components"][-1]["buttons"][0]["type"] == "MPM"

    page.get_by_role("link", name="All templates").click()
    page.locator("header").get_by_role("link", name="New template").click()
    write(page, "Name", "formulario_sol")
    write(page, "Text", "Pide tu cita en un minuto, sin llamar.")
    page.get_by_role("button", name="Form").click()
    write(page, "On the button", "Pedir cita")
    page.get_by_role("button", name="Send to Meta for review").click()
    expect(page.get_by_role("group", name="Form").get_by_role("listitem").first).to_be_visible()
    write(page, "Id of the form (flow) at Meta", "1234567890")
    hand_in(page, "formulario_sol")

    [button] = at_meta(page, site, "formulario_sol")["components"][-1]["buttons"]
    assert (button["type"], button["flow_id"]) == ("FLOW", "1234567890")
