"""A host name in the office's network without HTTPS: no secure context, so half of a browser's newer abilities are not there."""

import socket
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Playwright, expect

from .agent import Agent
from .chromium import launched
from .site import Account, Site, Tenant
from .watched import watched

HOST = "inbox.office.test"
# No session over plain HTTP is a secure one: the browser says so on each of Curbe's answers, and that is what the page warns of.
KNOWN = r"Cross-Origin-Opener-Policy header has been ignored"


@pytest.fixture(scope="module")
def office(site: Site) -> Site:
    """The same installation as colleagues reach it by a name of their network."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://{HOST}:{port}"
    settings = {"CURBE_ALLOW_HTTP": "true", "CURBE_PUBLIC_BASE_URL": url}
    site.installation.start("serve", "--port", str(port), **settings).ready()
    return replace(site, url=url)


@pytest.fixture
def agent(playwright: Playwright, office: Site, clinic: Tenant, sara: Account) -> Iterator[Agent]:
    with (
        launched(playwright, f"--host-resolver-rules=MAP {HOST} 127.0.0.1") as browser,
        watched(browser, locale="en-US") as (context, watch),
    ):
        watch.expect(KNOWN)
        yield Agent(context.new_page(), office, sara, clinic, watch)


def test_the_inbox_works_without_a_secure_context_and_says_that_it_has_none(agent: Agent) -> None:
    agent.sign_in()

    assert agent.page.evaluate("window.isSecureContext") is False
    expect(agent.page.get_by_text("This page came over plain HTTP")).to_be_visible()
    (cookie,) = agent.page.context.cookies()
    assert cookie["httpOnly"]


def test_one_reads_and_answers_without_a_secure_context(agent: Agent, site: Site, clinic: Tenant) -> None:
    site.writes("34646000001", "¿Funciona por la red?", name="Unai Rey")
    site.conversation_of(clinic, "34646000001")
    agent.sign_in()
    agent.shows("All")

    agent.opens("Unai Rey")
    agent.replies("Perfectamente")

    expect(agent.bubble("Perfectamente").get_by_role("img", name="Read")).to_be_visible()
    site.writes("34646000001", "Estupendo")
    expect(agent.bubble("Estupendo")).to_be_visible()

    agent.page.set_viewport_size({"width": 1440, "height": 900})  # with the contact beside it
    agent.page.get_by_role("button", name="Copy number").click()
    expect(agent.page.get_by_text("Copied", exact=True)).to_be_visible()
    agent.field.press("Control+KeyV")
    expect(agent.field).to_have_value("+34646000001")
