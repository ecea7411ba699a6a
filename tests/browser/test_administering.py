"""An administrator's day: connect a number, invite somebody, make a key, keep things for a while.

And the operator's: replay what nobody had.
"""

import re
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, expect

from .agent import Agent, press
from .conftest import Enter
from .site import MEXICO, TOKEN, WABA, Account, Site, Tenant, until

UNKNOWN = "399000000000001"


@pytest.fixture(scope="module")
def studio(site: Site) -> Iterator[Tenant]:
    """A tenant whose number is Mexico's, while the tests here run."""
    made = site.ask("POST", "/api/tenants", {"name": "Estudio Norte"})
    yield Tenant(id=made["id"], name=made["name"], phone_number_id=MEXICO)
    site.disconnect(MEXICO)


@pytest.fixture(scope="module")
def nora(site: Site, studio: Tenant) -> Account:
    return site.account("Nora Paz", tenant=studio, role="owner")


@pytest.fixture(scope="module")
def operator(site: Site) -> Account:
    return site.account("Oscar Mena", tenant=None)


@pytest.fixture
def at(known: Enter, nora: Account, studio: Tenant) -> Callable[[str], Agent]:
    """Call it with a page's path to be there as the studio's owner."""

    def go(path: str) -> Agent:
        agent = known(nora, tenant=studio)
        agent.go(f"/t/{studio.id}/{path}")
        return agent

    return go


def dialog(agent: Agent) -> Locator:
    return agent.page.get_by_role("dialog")


def test_a_number_is_connected_by_hand_and_a_message_to_it_arrives(
    at: Any, site: Site, studio: Tenant
) -> None:
    site.disconnect(MEXICO)
    agent = at("connections")
    press(agent.page, "Connect a number")
    form = dialog(agent)
    form.get_by_label("Access token").fill("EAAthisIsNotTheRightToken000")
    form.get_by_label("WhatsApp Business account ID").fill(WABA)
    form.get_by_label("Phone number ID").fill(MEXICO)

    press(form, "Test connection")
    expect(form.get_by_label("Access token")).to_have_attribute("aria-invalid", "true")
    expect(form.get_by_text("Meta does not accept this access token")).to_be_visible()
    form.get_by_label("Access token").fill(TOKEN)
    press(form, "Test connection")

    expect(form.get_by_text("+52 55 5000 0001")).to_be_visible()
    expect(form.get_by_role("combobox", name="Country")).to_have_value("Mexico")
    press(form, "Connect this number")
    expect(form.get_by_text(re.compile("is connected$"))).to_be_visible()
    expect(form.get_by_role("textbox", name="Callback URL")).to_have_value(
        re.compile("/webhooks/meta/whatsapp$")
    )
    press(form, "Done")

    card = agent.page.get_by_role("article")
    expect(card.get_by_text("Connected", exact=True)).to_be_visible()
    expect(card.get_by_text("None yet")).to_be_visible()
    assert TOKEN not in agent.page.content()
    site.lets_a_second_pass()
    site.writes("5215512340001", "¿Abren hoy?", to=MEXICO, name="Lupita Cruz")
    site.conversation_of(studio, "5215512340001")
    agent.page.reload()
    expect(card.get_by_text(re.compile("seconds? ago|minutes? ago|now"))).to_be_visible()


def test_a_connection_is_tested_and_given_up_with_what_it_means(at: Any, site: Site, studio: Tenant) -> None:
    site.disconnect(MEXICO)
    site.connect(studio.id, MEXICO, country="MX")
    agent = at("connections")
    card = agent.page.get_by_role("article")

    press(card, "Test connection")
    expect(card.get_by_text("The connection works")).to_be_visible()

    card.get_by_role("button", name=re.compile("^More about")).click()
    agent.page.get_by_role("menuitem", name="Disconnect…").click()
    expect(dialog(agent).get_by_text("Its access token is wiped")).to_be_visible()
    press(dialog(agent), "Disconnect")

    expect(card.get_by_text("Disconnected", exact=True)).to_be_visible()
    press(card, "Connect again")
    expect(dialog(agent).get_by_label("Phone number ID")).to_have_value(MEXICO)


def test_somebody_invited_by_a_link_comes_in_and_is_shut_out_at_once(
    at: Any, visit: Enter, site: Site, studio: Tenant
) -> None:
    agent = at("settings/people")
    agent.page.get_by_role("button", name="Invite", exact=True).first.click()
    form = dialog(agent)
    form.get_by_label("E-mail address").fill("iris@example.com")
    form.get_by_label("Name", exact=True).fill("Iris Sol")
    form.get_by_role("radio", name=re.compile("^Supervisor")).check()
    press(form, "Invite")
    link = dialog(agent).get_by_role("textbox", name="Invitation link").input_value()
    press(dialog(agent), "Done")
    row = agent.page.get_by_role("listitem").filter(has_text="Iris Sol")
    expect(row.get_by_text("Invited")).to_be_visible()

    iris = Account(id="", email="iris@example.com", name="Iris Sol")
    guest = visit(iris, studio)
    guest.page.goto(link.replace("http://127.0.0.1:8080", site.url))
    guest.page.get_by_label("Your name").fill(iris.name)
    guest.page.get_by_label("Password", exact=True).fill(iris.password)
    press(guest.page, "Join")
    expect(guest.page).to_have_url(re.compile(f"/t/{studio.id}/inbox"))

    guest.watch.expect("answer 40[134]")
    agent.page.reload()
    expect(row.get_by_role("combobox", name="Role of Iris Sol")).to_have_value("Supervisor")
    row.get_by_role("button", name="More about Iris Sol").click()
    agent.page.get_by_role("menuitem", name="Shut out…").click()
    press(dialog(agent), "Shut out")
    expect(row.get_by_text("Shut out")).to_be_visible()
    assert guest.page.context.request.get(f"{site.url}/api/tenants/{studio.id}/people").status in {401, 404}


def test_a_key_is_shown_once_works_and_opens_nothing_when_revoked(
    at: Any, site: Site, studio: Tenant
) -> None:
    agent = at("settings/keys")
    press(agent.page, "New key")
    form = dialog(agent)
    form.get_by_label("Name").fill("Reports")
    press(form, "Only read")
    press(form, "Make key")
    key = dialog(agent).get_by_label("API key", exact=True).input_value()
    press(dialog(agent), "I have copied it")

    row = agent.page.get_by_role("listitem").filter(has_text="Reports")
    expect(row.get_by_text(f"…{key[-4:]}")).to_be_visible()
    assert key not in agent.page.content()
    conversations = f"{site.url}/api/tenants/{studio.id}/inbox/conversations"
    assert status_with(key, conversations) == 200
    assert status_with(key, f"{site.url}/api/tenants/{studio.id}/keys") == 403

    press(row, "Revoke Reports")
    press(dialog(agent), "Revoke key")
    expect(agent.page.get_by_text(re.compile(r"Keys that open nothing any more \(\d"))).to_be_visible()
    assert status_with(key, conversations) == 401


def test_a_shorter_retention_asks_first_and_is_then_on_record(at: Any, site: Site, studio: Tenant) -> None:
    agent = at("settings/general")
    keep = agent.page.get_by_role("combobox", name="Keep")
    keep.click()
    agent.page.get_by_role("option", name="90 days").click()
    expect(dialog(agent).get_by_text(re.compile("Nothing here is older|messages are older"))).to_be_visible()
    press(dialog(agent), "Cancel")
    expect(keep).to_have_value("Everything, for ever")
    assert site.ask("GET", f"/api/tenants/{studio.id}")["retention_days"] is None

    keep.click()
    agent.page.get_by_role("option", name="90 days").click()
    press(dialog(agent), "Delete what is older")
    expect(dialog(agent)).not_to_be_visible()
    assert site.ask("GET", f"/api/tenants/{studio.id}")["retention_days"] == 90

    agent.go(f"/t/{studio.id}/settings/audit")
    expect(agent.page.get_by_text("Nora Paz changed the settings").first).to_be_visible()


def test_teams_labels_and_canned_replies_are_made_by_keyboard_alone(
    at: Any, site: Site, studio: Tenant
) -> None:
    agent = at("settings/labels")
    keyboard = agent.page.keyboard
    agent.page.get_by_role("button", name="New label").focus()
    keyboard.press("Enter")
    expect(dialog(agent).get_by_label("Name")).to_be_focused()
    name = f"Urgent {uuid4().hex[:4]}"
    keyboard.type(name)
    keyboard.press("Tab")
    keyboard.press("ArrowRight")
    keyboard.press("Enter")
    expect(agent.page.get_by_role("listitem").filter(has_text=name)).to_be_visible()

    agent.go(f"/t/{studio.id}/settings/canned")
    agent.page.get_by_role("button", name="New reply").focus()
    keyboard.press("Enter")
    expect(dialog(agent).get_by_label("Shortcut")).to_be_focused()
    keyboard.type("/hello")
    keyboard.press("Tab")
    keyboard.type("Greeting")
    keyboard.press("Tab")
    keyboard.type("Hello ")
    press(dialog(agent), "Name of the contact")
    expect(dialog(agent).get_by_text("Hello Lucía Romero")).to_be_visible()
    press(dialog(agent), "Create reply")
    expect(agent.page.get_by_text("/hello")).to_be_visible()
    made = site.ask("GET", f"/api/tenants/{studio.id}/canned-replies")["items"]
    assert [one["body"] for one in made] == ["Hello {{contact_name}}"]


def test_what_nobody_had_is_replayed_to_who_connects_it(
    visit: Enter, site: Site, operator: Account, clinic: Tenant
) -> None:
    message = {"from": "34600000077", "id": f"wamid.{uuid4()}", "timestamp": "1795780800", "type": "text"}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "34900000077", "phone_number_id": UNKNOWN},
        "messages": [message | {"text": {"body": "a secret of mine"}}],
    }
    site.webhook({"field": "messages", "value": value})
    until(lambda: site.ask("GET", "/api/operator/unrouted")["items"])
    agent = visit(operator, clinic)
    agent.go("/")
    agent.fill_in()
    expect(agent.page).to_have_url(re.compile("/operator/tenants$"))
    expect(agent.page.get_by_role("link", name=f"Open {clinic.name}")).to_be_visible()
    agent.go("/operator/quarantine")
    row = agent.page.get_by_role("listitem").filter(has_text=UNKNOWN)
    expect(row.get_by_text("Nobody has connected it")).to_be_visible()

    press(row, f"Replay what names {UNKNOWN}")

    expect(agent.page.get_by_text("The replay is done")).to_be_visible()
    expect(agent.page.get_by_text("Items still set aside")).to_be_visible()
    agent.page.get_by_text("Everything set aside").click()
    agent.page.get_by_role("button", name="Look into it").first.click()
    expect(dialog(agent).get_by_text("written into the audit log")).to_be_visible()
    expect(dialog(agent).get_by_text("a secret of mine")).not_to_be_visible()
    press(dialog(agent), "Show it")
    expect(dialog(agent).get_by_text("a secret of mine")).to_be_visible()
    agent.go("/operator/audit")
    expect(agent.page.get_by_text("Oscar Mena looked into an item in quarantine").first).to_be_visible()


def status_with(key: str, url: str) -> int:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {key}"})  # noqa: S310 - our own http address
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the same
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code
