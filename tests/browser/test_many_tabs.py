"""Seven tabs of one browser, as somebody with many things to do has them open: each is alive."""

from playwright.sync_api import expect

from .conftest import Enter
from .site import Account, Site, Tenant

TABS = 7  # HTTP/1.1 gives a host six connections: what hung here would hang with the seventh


def test_seven_tabs_are_all_told_of_a_message(
    known: Enter, site: Site, clinic: Tenant, sara: Account
) -> None:
    site.writes("34645000001", "Hola", name="Gil Amat")
    path = f"/t/{clinic.id}/inbox/{site.conversation_of(clinic, '34645000001')['id']}"
    agent = known(sara)
    pages = [agent.page, *(agent.page.context.new_page() for _ in range(TABS - 1))]
    for page in pages:
        page.goto(site.url + path)
        expect(page.get_by_role("log").get_by_text("Hola")).to_be_visible()

    site.writes("34645000001", "¿Sigue ahí?")

    for page in pages:
        expect(page.get_by_role("log").get_by_text("¿Sigue ahí?")).to_be_visible()
