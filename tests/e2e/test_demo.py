"""`make demo`: what it prints opens the inbox, and a conversation moves in it."""

import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from bed.installation import Running
from bed.memory import in_memory

ROOT = Path(__file__).parents[2]
LONG = 120.0  # seconds


@pytest.fixture
def demo() -> Iterator[Running]:
    with tempfile.TemporaryDirectory(prefix="curbe-demo-", dir=in_memory()) as folder:
        Path(folder).chmod(0o711)  # PostgreSQL runs as another user where the tests run as root
        process = subprocess.Popen(
            [sys.executable, ROOT / "examples/demo.py"],
            env={**os.environ, "CURBE_DEMO_DIR": folder, "DEMO_SECONDS": "20", "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running = Running(process)
        yield running
        if process.poll() is None:
            process.terminate()
        running.ended(within=LONG)


def test_who_signs_in_with_what_the_demo_prints_sees_conversations_that_are_answered(demo: Running) -> None:
    demo.until(lambda: any("What happens" in line for line in demo.said), within=LONG)
    told = "".join(demo.said)
    base = re.findall(r"(http://127\.0\.0\.1:\d+)\n", told)[0]
    email = re.findall(r"(\S+@\S+) .*owner", told)[0]
    password = re.findall(r"password for all +(\S+)", told)[0]
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    page = browser.open(f"{base}/", timeout=30).read().decode()
    credentials = json.dumps({"email": email, "password": password}).encode()
    headers = {"Content-Type": "application/json", "Origin": base}
    session = json.load(
        browser.open(urllib.request.Request(f"{base}/api/auth/sign-in", credentials, headers), timeout=30)  # noqa: S310 - our own http address
    )
    tenant = session["memberships"][0]["tenant_id"]
    inbox = json.load(browser.open(f"{base}/api/tenants/{tenant}/inbox/conversations", timeout=30))

    assert '<div id="root"></div>' in page
    assert session["user"]["is_operator"]
    assert len(inbox["items"]) >= 5
    assert {one["assignee_id"] for one in inbox["items"]} > {None}
    assert demo.ended(within=LONG) == 0, "".join(demo.logged)
    assert any("✓✓" in line for line in demo.said)
