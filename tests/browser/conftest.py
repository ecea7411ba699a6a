"""One Chromium and one installation for all tests here; for each test a context of its own, watched.

Playwright keeps an event loop running in its thread, which other tests' loops would meet: these tests are a run of their own
(`pytest tests/browser`, the second half of `make test`).
"""

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from .chromium import CHROMIUM, MISSING, launched
from .site import Site, running_site


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with launched() as browser:
        yield browser


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with running_site() as site:
        yield site
