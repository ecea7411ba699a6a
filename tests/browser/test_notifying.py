"""Notifications as an administrator sets them up: a rule from a pasted event, tried, told of by another system, followed to the inbox."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from .agent import Agent, press
from .conftest import Enter
from .site import MEXICO, Account, Site, Tenant

pytestmark = pytest.mark.xdist_group("notifying")  # a rule is made, tried, followed, changed

CUSTOMER = "5215511000003"  # as Meta names them
SAMPLE = {
    "event": "order.shipped",
    "id": "A-1",
    "data": {
        "customer": {"phone": "+5215511000003", "name": "Diego", "vip": True},
        "lines": [{"sku": "1042"}, {"sku": "1043"}],
        "total": 45,
    },
}


@pytest.fixture(scope="module")
def shop(site: Site) -> Any:
    """A tenant with a number of its own and Meta's templates."""
    site.disconnect(MEXICO)
    tenant = site.tenant("Tienda Sur", phone_number_id=MEXICO, country="MX")
    site.ask("POST", f"/api/tenants/{tenant.id}/templates/sync")
    yield tenant
    site.disconnect(MEXICO)


@pytest.fixture(scope="module")
def ana(site: Site, shop: Tenant) -> Account:
    return site.account("Ana Mora", tenant=shop, role="admin")


@pytest.fixture
def tell(site: Site, shop: Tenant) -> Any:
    """Call it as the shop's own system does: with a key that may only tell of events."""
    made = site.ask("POST", f"/api/tenants/{shop.id}/keys", {"scopes": ["notifications:send"]})

    def event(id_: str, data: dict[str, Any], *, event: str = "order.shipped") -> Any:
        path = f"/api/tenants/{shop.id}/notifications/events"
        told = {"event": event, "id": id_, "data": data}
        return site.ask("POST", path, told, Authorization=f"Bearer {made['key']}")

    return event


def gap(page: Page, variable: str) -> Locator:
    return page.get_by_role("group", name=f"In the text: {{{{{variable}}}}}")


def pick(where: Page | Locator, label: str, path: str) -> None:
    """Choose a value of the sample by clicking it."""
    field = where.get_by_role("combobox", name=label, exact=True)
    field.click()
    page = where if isinstance(where, Page) else where.page
    page.get_by_role("option", name=re.compile(rf"^{re.escape(path)}")).click()
    expect(field).to_have_value(path)


def phone(page: Page) -> Locator:
    return page.get_by_role("region", name="On the phone")


def writes(agent: Agent) -> None:
    """From the empty page to a rule, by the sample alone."""
    page = agent.page
    page.get_by_role("link", name="Notifications", exact=True).click()
    expect(page.get_by_text("No rule yet")).to_be_visible()
    page.get_by_role("link", name="New rule").click()
    page.get_by_label("A sample of the event").fill(json.dumps(SAMPLE))
    expect(page.get_by_label("Event", exact=True)).to_have_value("order.shipped")
    expect(page.get_by_role("combobox", name="Where the phone number stands")).to_have_value(
        "$.customer.phone"
    )
    expect(page.get_by_text("In the sample: +5215511000003")).to_be_visible()
    page.get_by_role("combobox", name="Which template?").click()
    page.get_by_role("option", name=re.compile("^order_update")).click()


def test_a_rule_is_made_from_a_sample_and_an_event_reaches_history_and_inbox(
    enter: Enter, ana: Account, shop: Tenant, site: Site, tell: Any
) -> None:
    agent = enter(ana, tenant=shop)
    page = agent.page
    writes(agent)
    press(page, "Create rule")
    expect(gap(page, "1").get_by_text("This is missing")).to_be_visible()
    pick(gap(page, "1"), "Path in the event", "$.customer.name")
    pick(gap(page, "2"), "Path in the event", "$.lines[1].sku")
    expect(phone(page)).to_contain_text("Hola Diego, tu pedido 1043 va en camino.")

    press(page, "Add a condition")
    pick(page, "What is looked at", "$.total")
    page.get_by_role("combobox", name="How").click()
    page.get_by_role("option", name="is more than", exact=True).click()
    page.get_by_label("With what").fill("50")
    expect(page.get_by_text("Does not hold for the sample")).to_be_visible()
    page.get_by_label("With what").fill("20")
    expect(page.get_by_text("Holds for the sample", exact=True)).to_be_visible()
    press(page, "Try with the sample")
    expect(page.get_by_text("It would go to +525511000003")).to_be_visible()
    press(page, "Create rule")
    expect(page.get_by_role("link", name="order.shipped", exact=True)).to_be_visible()
    assert '"text": "1043"' not in site.phone(CUSTOMER)

    told = tell("A-7", SAMPLE["data"])  # type: ignore[arg-type]
    assert [one["state"] for one in told["notifications"]] == ["waiting"]

    page.get_by_role("link", name="History", exact=True).click()
    entry = page.get_by_role("list", name="What followed from events").get_by_role("listitem")
    expect(entry.filter(has_text="A-7")).to_contain_text("+525511000003")
    expect(entry.filter(has_text="A-7")).to_contain_text(re.compile("Read|Delivered|Sent|Taken"))
    page.get_by_role("link", name="Open the conversation with +525511000003").click()
    expect(agent.bubble("Hola Diego, tu pedido 1043 va en camino.")).to_be_visible()
    site.settle()
    assert '"text": "1043"' in site.phone(CUSTOMER)  # Meta was told the values; the words are the template's


def test_what_is_not_sent_says_why_and_the_history_is_narrowed(
    known: Enter, ana: Account, shop: Tenant, tell: Any
) -> None:
    customer, lines = {"name": "Eva"}, [{"sku": "1"}, {"sku": "2"}]
    tell("A-8", {"customer": {**customer, "phone": "no phone"}, "lines": lines, "total": 45})
    tell("A-9", {"customer": {**customer, "phone": "+525511000003"}, "lines": lines, "total": 3})
    tell("A-10", {"customer": {**customer, "phone": "+525511000003"}, "lines": [], "total": 45})
    agent = known(ana, tenant=shop)
    page = agent.page
    agent.go(f"/t/{shop.id}/notifications/history")
    entry = page.get_by_role("list", name="What followed from events").get_by_role("listitem")

    expect(entry.filter(has_text="A-9")).to_contain_text("A condition does not hold")
    expect(entry.filter(has_text="A-10")).to_contain_text("The event lacks a value")
    for _ in range(30):  # the worker looks at the number when its turn comes
        press(page, "Refresh")
        if entry.filter(has_text="A-8").filter(has_text="cannot be used").count():
            break
        page.wait_for_timeout(500)
    expect(entry.filter(has_text="A-8")).to_contain_text("The phone number or a value cannot be used")
    expect(entry.filter(has_text="A-8")).to_contain_text("no phone")

    page.get_by_role("combobox", name="State").click()
    page.get_by_role("option", name="Skipped").click()
    expect(entry).to_have_count(1)
    page.get_by_label("Id of the event").fill("A-nothing")
    expect(page.get_by_text("Nothing fits these filters")).to_be_visible()
    press(page, "Clear filters")
    expect(entry.filter(has_text="A-8")).to_be_visible()


def test_a_rule_is_opened_again_changed_and_switched_off(
    known: Enter, ana: Account, shop: Tenant, tell: Any
) -> None:
    agent = known(ana, tenant=shop)
    page = agent.page
    agent.go(f"/t/{shop.id}/notifications")
    page.get_by_role("link", name="order.shipped", exact=True).click()
    expect(gap(page, "2").get_by_role("combobox", name="Path in the event")).to_have_value("$.lines[1].sku")
    expect(page.get_by_label("With what")).to_have_value("20")
    page.set_viewport_size({"width": 390, "height": 844})
    box = page.get_by_label("With what").bounding_box()
    assert box is not None
    assert box["width"] > 200  # a phone has a line for each
    page.set_viewport_size({"width": 1280, "height": 800})
    page.get_by_label("What your team calls the rule").fill("Left the shop")
    page.get_by_role("combobox", name="Where the phone number stands").fill("customer")
    press(page, "Save rule")
    expect(page.get_by_text("This is no path")).to_be_visible()
    page.get_by_role("combobox", name="Where the phone number stands").fill("$.customer.phone")
    press(page, "Save rule")

    page.get_by_role("switch", name="Rule “Left the shop” is on").click(force=True)
    expect(page.get_by_text("“Left the shop” is off")).to_be_visible()
    assert tell("A-11", {})["notifications"] == []


def test_the_request_for_ones_own_system_is_ready_to_be_copied(
    known: Enter, ana: Account, shop: Tenant, site: Site
) -> None:
    agent = known(ana, tenant=shop)
    agent.go(f"/t/{shop.id}/notifications/connect")
    request = agent.page.locator("pre")

    expect(request).to_contain_text(f"{site.url}/api/tenants/{shop.id}/notifications/events")
    expect(request).to_contain_text('"event": "order.shipped"')
    expect(request).to_contain_text('"phone": "+34600000001"')
    expect(agent.page.get_by_role("link", name="Make a key")).to_be_visible()


def test_an_agent_has_no_way_to_notifications(enter: Enter, sara: Account, clinic: Tenant) -> None:
    page = enter(sara, tenant=clinic).page

    expect(page.get_by_role("link", name="Connections", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="Notifications", exact=True)).to_have_count(0)
