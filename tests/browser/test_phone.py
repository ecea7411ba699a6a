"""An agent on a phone: one pane at a time, everything within reach of a thumb."""

from playwright.sync_api import Page, expect

from .conftest import Enter
from .site import Account, Site, Tenant

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def test_a_conversation_is_read_answered_and_left_on_a_phone(
    enter: Enter, site: Site, clinic: Tenant, sara: Account
) -> None:
    site.writes("34644000001", "¿Puedo ir hoy?", name="Laia Font")
    site.conversation_of(clinic, "34644000001")
    agent = enter(sara, **PHONE)
    agent.shows("All")
    assert narrow(agent.page)

    agent.row("Laia Font").tap()
    expect(agent.bubble("¿Puedo ir hoy?")).to_be_visible()
    expect(agent.row("Laia Font")).to_be_hidden()
    assert narrow(agent.page)
    agent.field.fill("Sí, a las cinco")
    agent.composer.get_by_role("button", name="Send", exact=True).tap()
    expect(agent.bubble("Sí, a las cinco")).to_be_visible()
    agent.page.get_by_role("link", name="Back").tap()

    expect(agent.row("Laia Font")).to_contain_text("Sí, a las cinco")


def narrow(page: Page) -> bool:
    """Whether nothing sticks out of the screen at its side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
