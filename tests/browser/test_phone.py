"""An agent on a phone: one pane at a time, everything within reach of a thumb."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Enter
from .site import Account, Site, Tenant, until

PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
SMALL = {**PHONE, "viewport": {"width": 320, "height": 568}}
ON_ITS_SIDE = {**PHONE, "viewport": {"width": 844, "height": 390}}
ZOOMED = {"viewport": {"width": 960, "height": 470}}  # a desk of 1920 x 1080 at 200 %
MORE = {"en-US": "More", "es-ES": "Más", "pt-BR": "Mais"}
TOUCH = 44  # px, the least that a thumb hits


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
    agent.bubble("¿Puedo ir hoy?").get_by_text(
        "¿Puedo ir hoy?"
    ).hover()  # as what was touched last counts: its tools would lie over its words
    agent.page.wait_for_timeout(300)
    tools = agent.bubble("¿Puedo ir hoy?").get_by_role("button", name="Reply", include_hidden=True)
    expect(tools.locator("..")).to_have_css("opacity", "0")
    agent.field.fill("Sí, a las cinco")
    agent.composer.get_by_role("button", name="Send", exact=True).tap()
    expect(agent.bubble("Sí, a las cinco")).to_be_visible()
    agent.page.get_by_role("link", name="Back").tap()

    expect(agent.row("Laia Font")).to_contain_text("Sí, a las cinco")


# As Chrome on Android is: no page shows a notification, a worker may; and as a phone in a pocket is: nobody looks.
ANDROID = """
window.Notification = class {
  static permission = 'granted';
  constructor() { throw new TypeError('Illegal constructor'); }
};
document.hasFocus = () => false;
"""
SHOWN = """
async () => (await (await navigator.serviceWorker.getRegistration())?.getNotifications() ?? [])
  .map((one) => [one.title, one.body, one.data.path])
"""


def test_a_phone_in_a_pocket_is_notified_until_its_owner_signs_out(
    visit: Enter, site: Site, clinic: Tenant
) -> None:
    owner = site.account("Nil Pons", tenant=clinic)
    site.writes("34644000002", "Hola", name="Ona Mir")
    site.conversation_of(clinic, "34644000002")
    agent = visit(owner, clinic, permissions=["notifications"], **PHONE)
    agent.page.add_init_script(ANDROID)
    agent.comes_in()
    agent.go()
    expect(agent.row("Ona Mir")).to_be_visible()
    agent.page.evaluate("async () => void await navigator.serviceWorker.ready")

    site.writes("34644000002", "¿Está ahí?")

    path = f"/t/{clinic.id}/inbox/{site.conversation_of(clinic, '34644000002')['id']}"
    until(lambda: agent.page.evaluate(SHOWN) == [["Ona Mir", "¿Está ahí?", path]])
    agent.go(f"/t/{clinic.id}/settings/profile")
    agent.page.get_by_role("button", name="More").tap()
    agent.page.get_by_role("button", name="Sign out", exact=True).tap()
    agent.page.wait_for_url(f"{site.url}/sign-in")
    assert agent.page.evaluate(SHOWN) == []


@pytest.fixture(scope="module")
def two_figures(site: Site, clinic: Tenant) -> None:
    """More unread conversations than one figure tells."""
    people = [f"346440001{n:02}" for n in range(10)]
    for phone in people:
        site.writes(phone, "¿Hay alguien?", name=f"Vecina {phone[-2:]}")
    for phone in people:
        site.conversation_of(clinic, phone)


@pytest.mark.usefixtures("two_figures")
@pytest.mark.parametrize("role", ["owner", "supervisor", "agent"])
@pytest.mark.parametrize("locale", MORE)
def test_the_bar_of_the_smallest_phone_cuts_no_word_and_leads_everywhere(
    visit: Enter, site: Site, clinic: Tenant, role: str, locale: str
) -> None:
    agent = visit(site.account(f"Eva {role}", tenant=clinic, role=role), clinic, locale=locale, **SMALL)
    agent.comes_in()
    agent.go()
    page = agent.page
    bar = page.get_by_role("navigation").filter(has=page.get_by_role("button", name=MORE[locale]))
    expect(bar).to_be_visible()
    shown = [one for one in bar.locator("a, button").all() if one.is_visible()]

    assert len(shown) <= 5
    assert narrow(page)
    whole(shown)
    bar.get_by_role("button", name=MORE[locale]).tap()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("listitem").last).to_be_visible()
    rows = sheet.get_by_role("link").all()
    whole(rows)
    hrefs = {one.get_attribute("href") or "" for one in [*shown, *rows]}
    desk = {one.get_attribute("href") or "" for one in bar.locator("a").all()}
    assert desk <= hrefs
    page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()


def test_what_the_bar_has_no_room_for_is_behind_more(enter: Enter, olga: Account) -> None:
    page = enter(olga, **SMALL).page
    more = page.get_by_role("navigation", name="Navigation").get_by_role("button", name="More")
    more.tap()
    page.get_by_role("dialog").get_by_role("link", name="Connections").tap()

    expect(page).to_have_url(re.compile("/connections$"))
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("heading", name="Connections")).to_be_visible()
    assert narrow(page)


def test_the_filter_is_still_there_when_one_comes_back_from_a_conversation(
    known: Enter, site: Site, clinic: Tenant, sara: Account
) -> None:
    site.writes("34644000002", "¿Hay sitio?", name="Noa Vidal")
    site.conversation_of(clinic, "34644000002")
    agent = known(sara, **PHONE)
    agent.go(f"/t/{clinic.id}/inbox?tab=all&unread=1")

    agent.row("Noa Vidal").tap()
    expect(agent.bubble("¿Hay sitio?")).to_be_visible()
    agent.page.get_by_role("link", name="Back").tap()

    expect(agent.page.get_by_role("button", name="Remove filter: Unread only")).to_be_visible()


def test_what_is_done_with_many_is_large_enough_for_a_thumb_on_the_smallest_phone(
    enter: Enter, site: Site, clinic: Tenant, sara: Account
) -> None:
    site.writes("34644000004", "¿Me llamáis?", name="Pol Vives")
    site.conversation_of(clinic, "34644000004")
    agent = enter(sara, **SMALL)
    agent.shows("All")

    agent.row("Pol Vives").get_by_title("Select").tap()

    bar = agent.page.get_by_role("toolbar", name="Actions")
    expect(bar.get_by_text("1 selected")).to_be_visible()
    whole(bar.get_by_role("button").all())
    assert narrow(agent.page)


def test_every_filter_is_within_reach_on_a_low_screen(enter: Enter, sara: Account) -> None:
    agent = enter(sara, **SMALL)
    agent.page.get_by_role("button", name="Filter").tap()
    panel = agent.page.get_by_role("dialog").filter(has=agent.page.get_by_label("Unread only"))
    expect(panel).to_be_visible()

    last = panel.get_by_role("combobox").last
    last.scroll_into_view_if_needed()

    box, touched = panel.bounding_box(), last.bounding_box()
    assert box is not None
    assert touched is not None
    assert max(box["y"] + box["height"], touched["y"] + touched["height"]) <= 568


@pytest.mark.parametrize("size", [PHONE, {"viewport": {"width": 1280, "height": 800}}], ids=["phone", "desk"])
def test_what_is_told_of_a_deed_lies_over_neither_the_deeds_nor_the_field(
    enter: Enter, site: Site, clinic: Tenant, sara: Account, size: dict[str, Any]
) -> None:
    site.writes("34644000003", "Gracias por todo", name="Unai Soler")
    site.conversation_of(clinic, "34644000003")
    agent = enter(sara, **size)
    agent.shows("All")
    agent.opens("Unai Soler") if size is not PHONE else agent.row("Unai Soler").tap()
    deeds = agent.page.get_by_role("toolbar", name="Actions")

    deeds.get_by_role("button", name="Resolve", exact=True).click()
    undo = agent.page.get_by_role("button", name="Undo")
    expect(undo).to_be_visible()
    agent.page.wait_for_timeout(500)  # until it has come to rest

    told = undo.locator("xpath=ancestor::*[@role='alert']")
    assert not overlap(told, deeds)
    assert not overlap(told, agent.composer)
    undo.click()


def overlap(one: Locator, other: Locator) -> bool:
    """Whether a part of the one lies over the other."""
    a, b = one.bounding_box(), other.bounding_box()
    assert a is not None
    assert b is not None
    beside = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
    return not (beside or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"])


@pytest.mark.parametrize("size", [ON_ITS_SIDE, ZOOMED], ids=["on its side", "at 200 %"])
def test_a_low_window_shows_all_of_the_field_and_leads_everywhere(
    enter: Enter, site: Site, clinic: Tenant, olga: Account, size: dict[str, Any]
) -> None:
    site.writes("34644000005", "¿Abrís el lunes?", name="Ona Ferrer")
    site.conversation_of(clinic, "34644000005")
    agent = enter(olga, **size)
    page = agent.page
    agent.shows("All")
    agent.row("Ona Ferrer").click()
    expect(agent.bubble("¿Abrís el lunes?").last).to_be_visible()
    agent.field.fill("Sí")

    rail = page.get_by_role("navigation", name="Navigation")
    shown = [one for one in rail.locator("a, button").all() if one.is_visible()]
    for one in [agent.composer.get_by_role("button", name="Send", exact=True), *shown]:
        box = one.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= size["viewport"]["height"]
    rail.get_by_role("button", name="More").click()
    sheet = page.get_by_role("dialog")
    for name in ("Settings", "Connections", "Profile"):
        expect(sheet.get_by_role("link", name=name, exact=True)).to_be_attached()
    expect(sheet.get_by_role("button", name="Sign out")).to_be_attached()


def test_no_field_is_so_small_that_a_phone_zooms_into_it(
    enter: Enter, site: Site, clinic: Tenant, sara: Account
) -> None:
    site.writes("34644000006", "¿Y el martes?", name="Iu Mas")
    site.conversation_of(clinic, "34644000006")
    agent = enter(sara, **PHONE)
    page = agent.page

    def sizes() -> list[str]:
        fields = page.locator("input:not([type=checkbox], [type=radio], [type=file]), textarea, select")
        return [
            one.evaluate("field => getComputedStyle(field).fontSize")
            for one in fields.all()
            if one.is_visible()
        ]

    page.get_by_role("button", name="Search").tap()
    expect(page.get_by_role("combobox")).to_be_visible()
    assert set(sizes()) == {"16px"}
    page.get_by_role("button", name="Close search").tap()
    agent.shows("All")
    agent.row("Iu Mas").tap()
    expect(agent.field).to_be_visible()
    assert set(sizes()) == {"16px"}


def test_what_one_writes_with_is_large_enough_for_a_thumb_on_the_smallest_phone(
    enter: Enter, site: Site, clinic: Tenant, sara: Account
) -> None:
    site.writes("34644000007", "¿Y el jueves?", name="Roc Bosch")
    site.conversation_of(clinic, "34644000007")
    agent = enter(sara, **SMALL)
    agent.shows("All")
    agent.row("Roc Bosch").tap()
    agent.field.fill("Sí, a las diez")

    targets = [*agent.composer.get_by_role("button").all(), *agent.composer.get_by_role("tab").all()]
    boxes = [box for one in targets if (box := one.bounding_box())]
    assert len(boxes) >= 7
    assert all(box["width"] >= TOUCH and box["height"] >= TOUCH for box in boxes), boxes
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= 320 for box in boxes), boxes
    assert narrow(agent.page)


def whole(targets: list[Locator]) -> None:
    """Each is as large as a thumb, shows all of its words, and none lies over the next."""
    boxes = [box for one in targets if (box := one.bounding_box())]
    assert len(boxes) == len(targets)
    assert all(box["width"] >= TOUCH and box["height"] >= TOUCH for box in boxes), boxes
    for one in targets:
        assert one.evaluate(
            """(link) => [...link.querySelectorAll("span")].every((word) => {
                const [at, room] = [word.getBoundingClientRect(), link.getBoundingClientRect()];
                return word.scrollWidth <= word.clientWidth + 1 && at.left >= room.left && at.right <= room.right;
            })"""
        ), one.inner_text()


def narrow(page: Page) -> bool:
    """Whether nothing sticks out of the screen at its side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))
