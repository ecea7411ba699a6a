"""An agent who goes from one conversation to the next: what they began waits for them, and what failed behind them is told."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Dialog, Route, expect

from .agent import Agent
from .conftest import Enter
from .site import Account, Tenant
from .test_agents_day import PHOTO, Customer, customer


@pytest.fixture
def agent(enter: Enter, sara: Account) -> Agent:
    agent = enter(sara)
    agent.shows("All")
    return agent


def choose(agent: Agent, file: Path) -> None:
    agent.composer.locator("xpath=..").locator("input[type=file]").set_input_files(file)


def test_what_is_refused_behind_ones_back_is_told_of_until_it_is_looked_at(
    agent: Agent, known: Enter, tomas: Account, clinic: Tenant
) -> None:
    pilar = customer(agent, "Pilar Soto", "¿Tenéis hora?")
    customer(agent, "Gema Rico")
    agent.opens("Pilar Soto")
    expect(agent.bubble("¿Tenéis hora?")).to_be_visible()
    agent.watch.expect("answer 409: POST .*/messages/send")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    agent.page.route("**/messages/send", hold)
    agent.field.fill("A las nueve")
    colleague = known(tomas)
    colleague.go(f"/t/{clinic.id}/inbox/{pilar.conversation['id']}")
    colleague.replies("A las diez")
    pilar.reads("A las diez")

    agent.field.press("Enter")
    agent.opens("Gema Rico")
    held[0].continue_()

    told = agent.page.get_by_role("alert").filter(has_text="Not sent to Pilar Soto")
    expect(told).to_be_visible()
    expect(agent.row("Pilar Soto")).to_contain_text("Not sent: A las nueve")
    expect(agent.page).to_have_title(re.compile("^1 not sent · "))
    told.get_by_role("button", name="Open").click()
    expect(told).to_be_hidden()
    asked = agent.page.get_by_role("dialog")
    expect(asked).to_contain_text("Tomás Rey answered")
    asked.get_by_role("button", name="Back to the field").click()
    expect(agent.row("Pilar Soto")).not_to_contain_text("Not sent")
    assert "A las nueve" not in pilar.site.phone(pilar.wa_id)


def test_a_file_waits_with_its_caption_while_one_looks_elsewhere(agent: Agent) -> None:
    elsa: Customer = customer(agent, "Elsa Puig")
    other = customer(agent, "Noé Font")
    agent.opens("Elsa Puig")
    choose(agent, PHOTO)
    agent.composer.get_by_label("Caption").fill("Como le decía")

    agent.opens("Noé Font")
    expect(agent.row("Elsa Puig")).to_contain_text("1 file")
    expect(agent.composer.get_by_label("Caption")).to_be_hidden()
    agent.replies("Ahora mismo")
    other.reads("Ahora mismo")

    agent.opens("Elsa Puig")
    expect(agent.composer.get_by_label("Caption")).to_have_value("Como le decía")
    agent.composer.get_by_role("button", name="Send file").click()
    elsa.reads("Como le decía")
    assert "Como le decía" not in other.site.phone(other.wa_id)


def test_a_photo_is_forwarded_from_its_menu_and_arrives_at_who_was_chosen(agent: Agent) -> None:
    ona, teo = customer(agent, "Ona Ribas"), customer(agent, "Teo Prat")
    photo = {"sample": "image", "image": {"caption": "Así ha llegado"}}
    number = {"phone_number_id": ona.tenant.phone_number_id}
    ona.site.meta("POST", f"people/{ona.wa_id}/messages", {**photo, **number})
    agent.opens("Ona Ribas")
    expect(agent.bubble("Así ha llegado").locator("img").first).to_be_visible()
    agent.bubble("Así ha llegado").hover()

    agent.bubble("Así ha llegado").get_by_role("button", name="More").click()
    agent.page.get_by_role("menuitem", name="Forward").click()
    agent.page.get_by_role("dialog").get_by_role("button", name="Teo Prat").click()

    expect(agent.thread).to_have_attribute("aria-label", "Conversation with Teo Prat")
    expect(agent.composer.get_by_label("Caption")).to_have_value("Así ha llegado")
    assert "Así ha llegado" not in teo.site.phone(teo.wa_id)  # nothing goes before it was looked at
    agent.composer.get_by_role("button", name="Send file").click()
    teo.reads("Así ha llegado")
    expect(agent.bubble("Así ha llegado").locator("img").first).to_be_visible()


def test_a_reload_that_would_lose_a_file_is_asked_about(agent: Agent) -> None:
    customer(agent, "Biel Mas")
    agent.opens("Biel Mas")
    agent.field.click()  # browsers ask only where somebody has done something
    choose(agent, PHOTO)
    expect(agent.composer.get_by_label("Caption")).to_be_visible()
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    agent.page.on("dialog", leave)
    agent.page.reload()

    expect(agent.field).to_be_visible()
    assert asked == ["beforeunload"]


def test_a_draft_that_is_sent_in_one_tab_is_gone_from_the_other(agent: Agent) -> None:
    ivo = customer(agent, "Ivo Serra")
    agent.opens("Ivo Serra")
    other = Agent(agent.page.context.new_page(), agent.site, agent.account, agent.tenant, agent.watch)
    other.go(f"/t/{agent.tenant.id}/inbox/{ivo.conversation['id']}")

    agent.field.fill("Le espero a las cinco")
    expect(other.field).to_have_value("Le espero a las cinco")
    agent.field.press("Enter")

    ivo.reads("Le espero a las cinco")
    expect(other.field).to_have_value("")
