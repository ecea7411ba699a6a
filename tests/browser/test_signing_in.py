"""Signing in and out, and what of a session a page could lose."""

import json

from playwright.sync_api import expect

from .conftest import Enter
from .site import Account, Site, Tenant

STORED = """
async () => {
  const databases = [];
  for (const { name } of await indexedDB.databases()) {
    databases.push(await new Promise((done, fail) => {
      const asked = indexedDB.open(name);
      asked.onerror = () => fail(asked.error);
      asked.onsuccess = async () => {
        const kept = {};
        for (const store of asked.result.objectStoreNames) {
          const all = asked.result.transaction(store).objectStore(store).getAll();
          kept[store] = await new Promise((got) => { all.onsuccess = () => got(all.result); });
        }
        asked.result.close();
        done(kept);
      };
    }));
  }
  return JSON.stringify([{ ...localStorage }, { ...sessionStorage }, databases, document.cookie, document.documentElement.outerHTML]);
}
"""


def test_one_signs_in_stays_in_and_signs_out(visit: Enter, site: Site, clinic: Tenant) -> None:
    nuria = visit(site.account("Núria Puig", tenant=clinic), clinic)

    nuria.sign_in()
    nuria.page.reload()
    expect(nuria.page.get_by_role("button", name="Your account: Núria Puig")).to_be_visible()
    nuria.sign_out()
    nuria.go()

    expect(nuria.page.get_by_label("E-mail")).to_be_visible()
    assert nuria.page.context.request.get(f"{site.url}/api/auth/session").status == 401


def test_a_wrong_password_is_said_in_words_and_the_right_one_still_opens(
    visit: Enter, clinic: Tenant, tomas: Account
) -> None:
    agent = visit(tomas, clinic)
    agent.watch.expect(r"answer 401: POST .*/api/auth/sign-in")
    agent.go("/")

    agent.fill_in("not my password")
    expect(agent.page.get_by_role("alert")).to_be_visible()
    agent.fill_in()

    expect(agent.page).to_have_url(agent.inbox)


def test_a_link_leads_where_it_points_once_one_has_signed_in(
    visit: Enter, clinic: Tenant, sara: Account
) -> None:
    agent = visit(sara, clinic)
    path = f"/t/{clinic.id}/settings/profile"

    agent.go(path)
    agent.fill_in()

    expect(agent.page).to_have_url(agent.site.url + path)


def test_a_session_is_nowhere_that_a_script_could_read(enter: Enter, sara: Account) -> None:
    agent = enter(sara)

    (cookie,) = [one for one in agent.page.context.cookies() if one["name"].endswith("curbe")]
    stored = agent.page.evaluate(STORED)

    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Lax"
    assert cookie["value"] not in stored
    assert len(json.loads(stored)) == 5
    assert json.loads(stored)[3] == ""


def test_who_signs_out_in_one_tab_is_out_in_all(visit: Enter, site: Site, clinic: Tenant) -> None:
    agent = visit(site.account("Pau Mir", tenant=clinic), clinic)
    agent.sign_in()
    other = agent.page.context.new_page()
    other.goto(agent.inbox)
    expect(other.get_by_role("button", name="Your account: Pau Mir")).to_be_visible()

    agent.sign_out()

    expect(other.get_by_label("E-mail")).to_be_visible()
