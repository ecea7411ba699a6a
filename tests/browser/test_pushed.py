"""A phone with no page of ours open: what is pushed reaches the browser's worker, which shows it; a page that is awake tells alone."""

import json

from playwright.sync_api import expect

from bed.browsers import Browser

from .conftest import Enter
from .receiver import Receiver
from .site import Site, Tenant, until
from .test_phone import ANDROID, PHONE, SHOWN

# No push service of a browser's maker can be reached from here: this one is the tests' own.
SUBSCRIBED = """
PushManager.prototype.getSubscription = async () => null;
PushManager.prototype.subscribe = async ({ applicationServerKey }) => ({
  options: { applicationServerKey: applicationServerKey.buffer },
  toJSON: () => (%s),
  unsubscribe: async () => true,
});
"""


def test_a_phone_with_no_page_open_shows_who_wrote_and_a_page_that_is_awake_is_not_doubled(
    visit: Enter, site: Site, clinic: Tenant, push_service: Receiver
) -> None:
    phone = Browser(push_service, "/push")
    told = phone.subscription("")
    keys = {"endpoint": told["endpoint"], "keys": {"p256dh": told["p256dh"], "auth": told["auth"]}}
    agent = visit(site.account("Pau Roig", tenant=clinic), clinic, permissions=["notifications"], **PHONE)
    page = agent.page
    page.add_init_script(ANDROID + SUBSCRIBED % json.dumps(keys))
    agent.comes_in()
    agent.go(f"/t/{clinic.id}/settings/profile")
    page.get_by_role("switch", name="Also while no page is open").tap()
    expect(page.get_by_text("(this one)")).to_be_visible()
    page.get_by_role("switch", name="Say who wrote, and what").tap()
    browsers = page.context.new_cdp_session(page)
    registrations: list[str] = []
    browsers.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda found: registrations.extend(one["registrationId"] for one in found["registrations"]),
    )
    browsers.send("ServiceWorker.enable")
    page.evaluate("async () => void await navigator.serviceWorker.ready")
    until(lambda: page.evaluate("1") and registrations)

    def arrives(payload: bytes) -> None:
        message = {"origin": site.url, "registrationId": registrations[-1], "data": payload.decode()}
        browsers.send("ServiceWorker.deliverPushMessage", message)

    page.goto("about:blank")
    site.writes("34644000077", "¿Tienen hora?", name="Mar Vila")
    path = f"/t/{clinic.id}/inbox/{site.conversation_of(clinic, '34644000077')['id']}"
    until(lambda: pushes(push_service))
    payload = phone.opened(pushes(push_service)[-1])
    arrives(payload)
    page.wait_for_timeout(1000)
    page.goto(f"{site.url}/robots.txt")  # of our origin, and no page of ours
    until(lambda: page.evaluate(SHOWN) == [["Mar Vila", "¿Tienen hora?", path]])

    agent.go()
    expect(agent.row("Mar Vila")).to_be_visible()
    page.evaluate(
        "async () => { for (const one of await (await navigator.serviceWorker.ready).getNotifications()) one.close(); }"
    )
    arrives(payload)
    page.wait_for_timeout(1000)
    assert page.evaluate(SHOWN) == []


def pushes(service: Receiver) -> list[bytes]:
    return [one.body for one in service.told if one.headers.get("content-encoding") == "aes128gcm"]
