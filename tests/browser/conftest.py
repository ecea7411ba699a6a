"""One Chromium and one installation for all tests here; for each test contexts of its own, watched.

Playwright keeps an event loop running in its thread, which other tests' loops would meet: these tests are a run of their own
(`pytest tests/browser`, which `make test` has beside the others).
"""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, Playwright, StorageState, expect, sync_playwright

from .agent import Agent
from .chromium import CHROMIUM, MISSING, launched
from .receiver import Receiver, receiving
from .site import Account, Site, Tenant, running_site
from .watched import watched

Enter = Callable[..., Agent]

USUAL: Final = {"locale": "en-US", "viewport": {"width": 1280, "height": 800}}

# A machine that does other work beside is given time; how fast things are is measured by `make budgets`.
expect.set_options(timeout=15_000)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    with launched(playwright) as browser:
        yield browser


@pytest.fixture(scope="session")
def crm() -> Iterator[Receiver]:
    """A tenant's server within the operator's own network."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def push_service() -> Iterator[Receiver]:
    """Stands where the service of a browser's maker does: it goes on getting pushes for as long as a browser of a test is known."""
    with receiving() as receiver:
        yield receiver


@pytest.fixture(scope="session")
def site(crm: Receiver, push_service: Receiver) -> Iterator[Site]:
    services = {"CURBE_OUTGOING_WEBHOOK_ORIGINS": crm.origin, "CURBE_PUSH_SERVICES": push_service.origin}
    with running_site(**services) as site:
        yield site


@pytest.fixture(scope="session")
def clinic(site: Site) -> Tenant:
    """The tenant that most tests work in."""
    return site.tenant("Clínica Sol")


@pytest.fixture(scope="session")
def sara(site: Site, clinic: Tenant) -> Account:
    return site.account("Sara Gil", tenant=clinic)


@pytest.fixture(scope="session")
def tomas(site: Site, clinic: Tenant) -> Account:
    return site.account("Tomás Rey", tenant=clinic)


@pytest.fixture(scope="session")
def olga(site: Site, clinic: Tenant) -> Account:
    return site.account("Olga Prats", tenant=clinic, role="owner")


@pytest.fixture(scope="session")
def sessions() -> dict[str, StorageState]:
    """Cookies of those who signed in already, by e-mail: nobody signs in a hundred times from one place."""
    return {}


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Enter]:
    """Call it to get somebody with a page of their own, who has not signed in; what was wrong on it fails the test."""
    with ExitStack() as open_pages:

        def come(account: Account, tenant: Tenant, **options: Any) -> Agent:
            context, watch = open_pages.enter_context(watched(chromium, **{**USUAL, **options}))
            return Agent(context.new_page(), site, account, tenant, watch)

        yield come


@pytest.fixture
def known(visit: Enter, clinic: Tenant, sessions: dict[str, StorageState]) -> Enter:
    """Call it to get somebody of the clinic (or of ``tenant``) who has signed in, with a page that shows nothing yet."""

    def come(account: Account, *, tenant: Tenant = clinic, **options: Any) -> Agent:
        state = sessions.get(account.email)
        agent = visit(account, tenant, **({"storage_state": state} if state else {}), **options)
        if state is None:
            agent.comes_in()
            sessions[account.email] = agent.page.context.storage_state()
        return agent

    return come


@pytest.fixture
def enter(known: Enter) -> Enter:
    """Call it to get somebody of the clinic (or of ``tenant``) who is in the inbox; what was wrong on their pages fails the test."""

    def come(account: Account, **options: Any) -> Agent:
        agent = known(account, **options)
        agent.go()
        return agent

    return come
