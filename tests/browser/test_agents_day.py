"""An agent's day: what somebody at the inbox does from morning to evening, each with a customer of its own."""

import re
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .agent import Agent
from .conftest import Enter
from .site import Account, Site, Tenant, until

PHOTO = Path(__file__).parents[2] / "src/curbe_sandbox/files/photo.jpg"
LONG_AGO = "2026-11-01T09:00:00Z"
_numbers = count(1)


class Customer:
    """Somebody who wrote."""

    def __init__(self, site: Site, tenant: Tenant, name: str) -> None:
        self.site = site
        self.tenant = tenant
        self.name = name
        self.wa_id = f"3463300{next(_numbers):04d}"

    def writes(self, text: str) -> None:
        self.site.writes(self.wa_id, text, name=self.name)

    @property
    def conversation(self) -> dict[str, object]:
        return self.site.conversation_of(self.tenant, self.wa_id)

    def reads(self, text: str) -> None:
        """Their phone shows what was sent."""
        until(lambda: text in self.site.phone(self.wa_id))


@pytest.fixture
def agent(enter: Enter, sara: Account) -> Agent:
    agent = enter(sara)
    agent.shows("All")
    return agent


def customer(agent: Agent, name: str, text: str = "Hola, buenos días") -> Customer:
    one = Customer(agent.site, agent.tenant, name)
    one.writes(text)
    expect(agent.row(name)).to_be_visible()
    return one


def test_one_reads_what_somebody_wrote_and_answers(agent: Agent) -> None:
    ana = customer(agent, "Ana Belmonte", "¿Abrís el sábado?")
    expect(agent.row("Ana Belmonte").get_by_label("1 unread message")).to_be_visible()

    agent.opens("Ana Belmonte")
    expect(agent.bubble("¿Abrís el sábado?")).to_be_visible()
    expect(agent.row("Ana Belmonte").get_by_label("1 unread message")).to_be_hidden()
    agent.replies("Sí, de 10 a 14 h.")

    expect(agent.bubble("Sí, de 10 a 14 h.")).to_be_visible()
    expect(agent.field).to_have_value("")
    ana.reads("Sí, de 10 a 14 h.")
    agent.shows_tick("Sí, de 10 a 14 h.", "Read")


def test_what_somebody_writes_next_comes_by_itself(agent: Agent) -> None:
    luis = customer(agent, "Luis Cano")
    agent.opens("Luis Cano")

    luis.writes("Se me olvidaba una cosa")

    expect(agent.bubble("Se me olvidaba una cosa")).to_be_visible()


# As a window behind another is; every page that Playwright opens thinks that it is in front.
AWAY = "() => { document.hasFocus = () => false; dispatchEvent(new Event('blur')); }"
BACK = "() => { document.hasFocus = () => true; dispatchEvent(new Event('focus')); }"


def test_what_came_while_one_was_elsewhere_stands_below_a_line_until_one_answers(agent: Agent) -> None:
    nora = customer(agent, "Nora Gil")
    agent.opens("Nora Gil")
    expect(agent.bubble("Hola, buenos días")).to_be_visible()
    expect(agent.row("Nora Gil").get_by_label("1 unread message")).to_be_hidden()

    agent.page.evaluate(AWAY)
    for n in range(1, 31):
        nora.writes(f"Y otra cosa, la {n}.")

    line = agent.thread.get_by_role("separator", name="30 new messages")
    expect(line).to_be_in_viewport()
    expect(agent.bubble("la 1.")).to_be_in_viewport()
    agent.page.evaluate(BACK)
    expect(line).to_be_in_viewport()
    expect(agent.page.get_by_role("button", name=re.compile("^Jump to the latest"))).to_be_visible()
    agent.replies("Todo a la vez no puedo")
    expect(agent.bubble("Todo a la vez no puedo")).to_be_visible()
    expect(agent.thread.get_by_role("separator")).to_have_count(0)


def test_a_photo_with_a_caption_is_sent(agent: Agent) -> None:
    eva = customer(agent, "Eva Rius")
    agent.opens("Eva Rius")

    agent.composer.locator("xpath=..").locator("input[type=file]").set_input_files(PHOTO)
    agent.composer.get_by_label("Caption").fill("Así queda")
    agent.composer.get_by_role("button", name="Send file").click()

    expect(agent.bubble("Así queda").locator("img").first).to_be_visible()
    eva.reads("Así queda")


def test_after_the_window_has_closed_a_template_is_sent(agent: Agent) -> None:
    raul = Customer(agent.site, agent.tenant, "Raúl Tena")
    raul.site.meta("POST", "people", {"wa_id": raul.wa_id, "name": raul.name})
    raul.site.meta(
        "POST",
        f"people/{raul.wa_id}/messages",
        {"text": "Quedo a la espera", "at": LONG_AGO, "phone_number_id": raul.tenant.phone_number_id},
    )
    agent.go(f"/t/{agent.tenant.id}/inbox/{raul.conversation['id']}")  # long ago: far down the list
    expect(agent.composer.get_by_text("The 24-hour window is closed")).to_be_visible()

    agent.composer.get_by_role("button", name="Choose a template").click()
    picker = agent.page.get_by_role("dialog", name="Choose a template")
    synchronised = picker.get_by_role("button", name=re.compile("order_update"))
    if not synchronised.is_visible():
        picker.get_by_role("button", name="Synchronise").click()
    expect(synchronised).to_be_visible()
    agent.page.set_viewport_size({"width": 1280, "height": 420})
    picker.get_by_role("listitem").last.scroll_into_view_if_needed()
    picker.get_by_role("searchbox").click()  # it stays while the list scrolls
    synchronised.click()
    for place, words in enumerate(("Raúl", "mañana")):
        picker.get_by_role("textbox").nth(place).fill(words)
    picker.get_by_role("button", name="Send template").click()

    expect(picker).to_be_hidden()
    raul.reads("order_update")
    agent.shows_tick("mañana", "Read")


def test_a_note_is_for_colleagues_alone(agent: Agent) -> None:
    nora = customer(agent, "Nerea Gil")
    agent.opens("Nerea Gil")

    agent.page.keyboard.press("Control+KeyK")
    expect(agent.page.get_by_role("dialog")).to_be_visible()
    agent.page.keyboard.press("Escape")
    agent.notes("Ojo: es alérgica")  # at once: what is closed has no keys any more

    expect(agent.thread.get_by_text("Ojo: es alérgica")).to_be_visible()
    assert "alérgica" not in nora.site.phone(nora.wa_id)


def test_one_takes_a_conversation_and_finds_it_among_ones_own(agent: Agent) -> None:
    customer(agent, "Joel Sans")
    agent.opens("Joel Sans")

    agent.page.get_by_role("button", name="Assign", exact=True).click()
    agent.page.get_by_role("option", name="Sara Gil (me)").click()

    expect(agent.page.get_by_role("button", name=re.compile("Assign"))).to_contain_text("Sara Gil")
    agent.shows("Mine")
    expect(agent.row("Joel Sans")).to_be_visible()


def test_what_is_done_is_resolved_and_opens_when_they_write_again(agent: Agent) -> None:
    iris = customer(agent, "Iris Mata")
    agent.opens("Iris Mata")

    agent.page.keyboard.press("Alt+KeyE")
    expect(agent.row("Iris Mata")).to_be_hidden()
    iris.writes("Una cosa más")

    expect(agent.row("Iris Mata")).to_be_visible()
    expect(agent.row("Iris Mata")).to_contain_text("Una cosa más")


def test_a_word_is_found_wherever_it_was_said(agent: Agent) -> None:
    customer(agent, "Óscar Lago", "El código es zarzamora")

    agent.searches("zarzam")
    agent.found.filter(has_text="Óscar Lago").click()

    expect(agent.bubble("zarzamora")).to_be_visible()
    expect(agent.found.first).to_be_visible()


def test_a_search_is_gone_through_with_the_arrows_beyond_its_first_page(agent: Agent) -> None:
    gil = customer(agent, "Gil Pardo", "madreselva 0")
    for number in range(1, 40):
        gil.writes(f"madreselva {number}")
    gil.site.settle()

    agent.searches("madresel")
    expect(agent.found.nth(20)).to_be_attached()
    for _ in range(30):
        agent.page.keyboard.press("ArrowDown")
        agent.page.wait_for_timeout(50)

    expect(agent.found.nth(30)).to_have_attribute("aria-selected", "true")
    expect(agent.found.nth(30)).to_be_in_viewport()
    agent.page.keyboard.press("Enter")
    agent.page.get_by_role("button", name="Actions").focus()
    agent.page.keyboard.press("/")
    expect(agent.page.get_by_role("combobox", name="Search messages, people, numbers")).to_be_focused()


def test_somebody_new_is_written_to_with_a_template_that_has_a_photo(agent: Agent) -> None:
    agent.page.get_by_role("button", name="New conversation").click()
    dialog = agent.page.get_by_role("dialog")
    dialog.get_by_label("To", exact=True).fill("+34633999001")
    which = dialog.get_by_label("Which template?")
    expect(which).to_be_visible()
    if which.is_disabled():
        dialog.get_by_role("button", name="Synchronise templates").click()
    which.click()
    agent.page.get_by_role("option").filter(has_text="spring_offer").click()
    dialog.get_by_role("button", name="Continue").click()

    dialog.locator("input[type=file]").set_input_files(PHOTO)
    expect(dialog.get_by_text(PHOTO.name)).to_be_visible()
    for place, words in enumerate(("Berta", "primavera")):
        dialog.get_by_role("textbox").nth(place).fill(words)
    dialog.get_by_role("button", name="Send template").click()

    expect(dialog).to_be_hidden()
    expect(agent.bubble("Berta, esta semana")).to_be_visible()


def test_what_failed_says_why_and_is_really_sent_again(agent: Agent) -> None:
    teo = customer(agent, "Teo Roca")
    agent.opens("Teo Roca")
    fault = {"kind": "error", "code": 131026, "to": teo.wa_id, "count": 1}
    teo.site.meta("POST", "faults", fault)

    agent.replies("Le llamo ahora")
    agent.shows_tick("Le llamo ahora", "Not sent")
    agent.bubble("Le llamo ahora").get_by_role("button", name="Retry").click()

    teo.reads("Le llamo ahora")
    expect(agent.bubble("Le llamo ahora").get_by_role("img", name="Read")).to_be_visible()


def test_a_draft_is_there_after_a_reload_of_each_kind(agent: Agent) -> None:
    customer(agent, "Olga Vera")
    agent.opens("Olga Vera")
    agent.field.fill("Le decía que")
    agent.page.keyboard.press("Alt+KeyP")
    agent.note_field.fill("Preguntar a Tomás")
    agent.page.wait_for_timeout(600)

    agent.page.reload()

    expect(agent.field).to_have_value("Le decía que")
    expect(agent.row("Olga Vera")).to_contain_text("Draft")
    agent.page.keyboard.press("Alt+KeyP")
    expect(agent.note_field).to_have_value("Preguntar a Tomás")


def test_an_answer_that_a_colleague_was_quicker_with_asks_first(
    agent: Agent, known: Enter, tomas: Account, clinic: Tenant
) -> None:
    marta = customer(agent, "Marta Coll", "¿Hay sitio para aparcar?")
    agent.opens("Marta Coll")
    expect(agent.bubble("¿Hay sitio para aparcar?")).to_be_visible()
    colleague = known(tomas)
    colleague.go(f"/t/{clinic.id}/inbox/{marta.conversation['id']}")
    expect(colleague.bubble("¿Hay sitio para aparcar?")).to_be_visible()
    agent.watch.expect("answer 409: POST .*/messages/send")

    agent.field.fill("No, lo siento")
    colleague.replies("Sí, en la puerta")
    marta.reads("Sí, en la puerta")
    agent.field.press("Enter")

    asked = agent.page.get_by_role("dialog")
    expect(asked).to_contain_text("Tomás Rey answered")
    asked.get_by_role("button", name="Back to the field").click()
    expect(agent.field).to_have_value("No, lo siento")
    assert "No, lo siento" not in marta.site.phone(marta.wa_id)


def test_a_colleague_who_looks_and_types_is_seen(
    agent: Agent, known: Enter, tomas: Account, clinic: Tenant
) -> None:
    rosa = customer(agent, "Rosa Alba")
    agent.opens("Rosa Alba")
    colleague = known(tomas)

    colleague.go(f"/t/{clinic.id}/inbox/{rosa.conversation['id']}")
    expect(agent.page.get_by_role("img", name=re.compile("Tomás Rey")).first).to_be_visible()
    colleague.field.press_sequentially("Un momento", delay=30)

    expect(agent.composer.get_by_text("Tomás Rey is typing…")).to_be_visible()
