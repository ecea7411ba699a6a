"""Outgoing webhooks as an administrator sets them up: made, tried, refused, sent again, on from where it stopped."""

import base64
import hashlib
import hmac
import json
import re

import pytest
from playwright.sync_api import Locator, Page, expect

from .agent import Agent, press
from .conftest import Enter
from .receiver import Receiver, Request
from .site import Account, Tenant, until

pytestmark = pytest.mark.xdist_group("telling_servers")


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def deliveries(page: Page) -> Locator:
    return page.get_by_role("list", name="Deliveries").get_by_role("listitem")


def is_signed(request: Request, secret: str) -> bool:
    """Verify as a server would: Standard Webhooks, by hand."""
    name, at = request.headers["webhook-id"], request.headers["webhook-timestamp"]
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mac = hmac.digest(key, f"{name}.{at}.".encode() + request.body, hashlib.sha256)
    return f"v1,{base64.b64encode(mac).decode()}" in request.headers["webhook-signature"].split()


def makes(agent: Agent, url: str) -> str:
    """Make a webhook from the page of them; returns its secret."""
    page = agent.page
    press(page, "New webhook")
    dialog(page).get_by_label("Address").fill(url)
    dialog(page).get_by_label("Description").fill("CRM")
    press(dialog(page), "Make webhook")
    secret = dialog(page).get_by_label("Secret", exact=True).input_value()
    press(dialog(page), "I have copied it")
    expect(page.get_by_role("heading", name="CRM")).to_be_visible()
    return secret


def test_a_server_is_told_signed_tested_and_told_again(
    visit: Enter, olga: Account, clinic: Tenant, crm: Receiver
) -> None:
    agent = visit(olga, clinic)
    agent.sign_in()  # lately, as who makes one must have
    page = agent.page
    agent.go(f"/t/{clinic.id}/settings/webhooks")
    expect(page.get_by_text("No server is told yet")).to_be_visible()
    secret = makes(agent, f"{crm.origin}/curbe")
    assert secret not in page.content()

    press(page, "Send a test")
    expect(page.get_by_text(re.compile("The test arrived: answered 200"))).to_be_visible()
    ping = next(one for one in crm.told if json.loads(one.body)["type"] == "ping")
    assert is_signed(ping, secret)
    expect(page.get_by_text("Healthy")).to_be_visible()

    name = ping.headers["webhook-id"]
    press(deliveries(page).filter(has_text=name), f"Send again: {name}")
    until(lambda: len(crm.named(name)) == 2)

    crm.status = 500
    press(page, "Send a test")
    expect(page.get_by_text(re.compile("The test was not taken: it answered 500"))).to_be_visible()
    crm.status = 200

    press(page, "More about CRM")
    page.get_by_role("menuitem", name="Change the secret…").click()
    press(dialog(page), "Change secret")
    changed = dialog(page).get_by_label("Secret", exact=True).input_value()
    press(dialog(page), "I have copied it")
    before = len(crm.told)
    press(page, "Send a test")
    until(lambda: len(crm.told) > before)
    assert changed != secret
    assert is_signed(crm.told[-1], secret)
    assert is_signed(crm.told[-1], changed)

    press(page, "More about CRM")
    page.get_by_role("menuitem", name="Delete…").click()
    press(dialog(page), "Delete webhook")
    expect(page.get_by_text("No server is told yet")).to_be_visible()
