"""A whole installation for a browser to visit: PostgreSQL, web, worker, the sandbox in Meta's place, tenants and people."""

import hashlib
import hmac
import json
import os
import subprocess
import sys
import threading
import time
import unicodedata
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

from bed.installation import SETTINGS, Installation, installed

WABA: Final = "200000000000001"
SPAIN: Final = "300000000000001"
MEXICO: Final = "300000000000002"
TOKEN: Final = "EAAsandboxToken000000000001"
PASSWORD: Final = "correct horse battery staple"
_PATIENCE: Final = 30.0  # seconds
_PAUSE: Final = threading.Event()  # never set: waiting for it is a pause
_people = count(1)


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in."""

    id: str
    email: str
    name: str
    password: str = PASSWORD


@dataclass(frozen=True)
class Tenant:
    """A tenant with a connected number."""

    id: str
    name: str
    phone_number_id: str = SPAIN


@dataclass(eq=False)
class Site:
    """What runs, and how to have things happen in it."""

    installation: Installation
    url: str
    sandbox: str
    key: str
    given_up: set[str] = field(default_factory=set)  # numbers that somebody had

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Ask the API as the platform's operator."""
        return _asked(method, self.url + path, body, {"Authorization": f"Bearer {self.key}", **headers})

    def meta(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the sandbox."""
        return _asked(method, f"{self.sandbox}/sandbox/{path}", body, {})

    def tenant(self, name: str, *, phone_number_id: str = SPAIN, country: str = "ES") -> Tenant:
        """Make a tenant and connect a number to it."""
        made = self.ask("POST", "/api/tenants", {"name": name, "default_country": country})
        self.connect(made["id"], phone_number_id, country=country)
        return Tenant(id=made["id"], name=name, phone_number_id=phone_number_id)

    def connect(self, tenant_id: str, phone_number_id: str, *, country: str) -> None:
        """Connect a number of the sandbox's to a tenant."""
        body = {
            "waba_id": WABA,
            "phone_number_id": phone_number_id,
            "access_token": TOKEN,
            "country_id": country,
        }
        self.ask("POST", f"/api/tenants/{tenant_id}/whatsapp/connect/complete", body)
        if phone_number_id in self.given_up:
            self.lets_a_second_pass()

    def lets_a_second_pass(self) -> None:
        """Wait for the next second: Meta dates by it, and nobody gets what is of the one in which a number came to another tenant."""
        _PAUSE.wait(1.01 - self.now().microsecond / 1e6)

    def disconnect(self, phone_number_id: str) -> None:
        """Take a number of the sandbox's from whoever has it connected."""
        for tenant in self.ask("GET", "/api/tenants")["items"]:
            path = f"/api/tenants/{tenant['id']}/whatsapp"
            for one in self.ask("GET", f"{path}/status")["connections"]:
                if one["phone_number_id"] == phone_number_id and one["status"] != "disconnected":
                    self.ask("POST", f"{path}/disconnect", {"phone_number_id": phone_number_id})
                    self.given_up.add(phone_number_id)

    def account(self, name: str, *, tenant: Tenant | None, role: str = "agent") -> Account:
        """Make somebody who can sign in: of a tenant, by an invitation, or (None) the platform's operator, at the command line."""
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
        email = f"{plain.split()[0].lower()}-{os.getpid()}-{next(_people)}@example.com"
        if tenant is None:
            made = self.installation.answer(
                *("user", "create", email, "--name", name, "--operator", "--password-stdin"), typed=PASSWORD
            )
            return Account(id=made["id"], email=email, name=name)
        invited = self.ask("POST", f"/api/tenants/{tenant.id}/people/invites", {"email": email, "role": role})
        accepted = {"token": invited["link"].rsplit("/", 1)[1], "name": name, "password": PASSWORD}
        _asked("POST", f"{self.url}/api/auth/invites/accept", accepted, {"Origin": self.url})
        return Account(id=invited["user_id"], email=email, name=name)

    def writes(
        self, wa_id: str, text: str | None = None, *, to: str = SPAIN, name: str | None = None, **message: Any
    ) -> Any:
        """Let a person write to a number; somebody new becomes a person, by ``name`` where one is given."""
        if name is not None:
            self.meta("POST", "people", {"wa_id": wa_id, "name": name})
        said = {"text": text} if text is not None else {}
        return self.meta("POST", f"people/{wa_id}/messages", {**said, "phone_number_id": to, **message})

    def webhook(self, *changes: dict[str, Any], waba_id: str = WABA) -> None:
        """Deliver a webhook, signed as Meta signs."""
        entry = {"id": waba_id, "changes": list(changes)}
        body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
        signature = hmac.digest(SETTINGS["META_APP_SECRET"].encode(), body, hashlib.sha256).hex()
        request = urllib.request.Request(f"{self.url}/webhooks/meta/whatsapp", body)  # noqa: S310 - our own http address
        request.add_header("Content-Type", "application/json")
        request.add_header("X-Hub-Signature-256", f"sha256={signature}")
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310 - the same
            assert answer.status == 200

    def conversation_of(self, tenant: Tenant, wa_id: str) -> dict[str, Any]:
        """Return the conversation a person has with a tenant, waiting until it is there."""

        def found() -> dict[str, Any] | None:
            page = self.ask("GET", f"/api/tenants/{tenant.id}/inbox/conversations?limit=200")
            return next((one for one in page["items"] if one["contact"]["wa_id"] == wa_id), None)

        return until(found)

    def messages_of(self, tenant: Tenant, conversation_id: str) -> list[dict[str, Any]]:
        """Return a conversation's newest messages, newest first."""
        path = f"/api/tenants/{tenant.id}/inbox/conversations/{conversation_id}/messages?limit=200"
        return self.ask("GET", path)["items"]

    def phone(self, wa_id: str) -> str:
        """Return all that a person's phone shows, as JSON text to look for words in."""
        return json.dumps(self.meta("GET", f"people/{wa_id}/messages"), ensure_ascii=False)

    def now(self) -> datetime:
        """Return the time, as the sandbox and the installation have it."""
        return datetime.fromtimestamp(time.clock_gettime(time.CLOCK_REALTIME), UTC)

    def settle(self) -> None:
        """Wait until the sandbox has delivered everything."""
        assert self.meta("POST", "settle?timeout_s=20")["quiet"]


class Hand:
    """Somebody's session without a page: for what a test needs to have happened."""

    def __init__(self, url: str, account: Account) -> None:
        self._url: Final = url
        self._opener: Final = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        self._headers = {"Origin": url}
        told = self.ask("POST", "/api/auth/sign-in", {"email": account.email, "password": account.password})
        self._headers["X-CSRF-Token"] = told["csrf_token"]

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the API."""
        return self._sent(method, path, None if body is None else json.dumps(body).encode())

    def bring(self, path: str, table: str) -> Any:
        """Post a CSV."""
        return self._sent("POST", path, table.encode(), "text/csv")

    def _sent(self, method: str, path: str, data: bytes | None, kind: str = "application/json") -> Any:
        headers = {**self._headers, "Content-Type": kind}
        request = urllib.request.Request(self._url + path, data, headers, method=method)  # noqa: S310 - our own http address
        try:
            with self._opener.open(request, timeout=_PATIENCE) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as refusal:
            with refusal:
                raise AssertionError(
                    f"{method} {path}: {refusal.code} {refusal.read().decode()}"
                ) from refusal


@contextmanager
def running_site(**environment: str) -> Iterator[Site]:
    """Start everything, and leave nothing behind."""
    with (
        _sandbox() as sandbox,
        installed(**SETTINGS, META_GRAPH_BASE_URL=sandbox, **environment) as installation,
    ):
        url = installation.start("run", "--port", "0").ready()
        key = installation.answer("key", "create", "--platform", "--scope", "all")["key"]
        site = Site(installation=installation, url=url, sandbox=sandbox, key=key)
        until(lambda: _ready(url))
        site.meta(
            "POST",
            f"apps/{SETTINGS['META_APP_ID']}/callback",
            {"callback_url": f"{url}/webhooks/meta/whatsapp"},
        )
        site.meta("PUT", "behaviour", {"delay_min_ms": 5, "delay_max_ms": 20})
        # A test writes faster than a person would.
        site.meta("PATCH", "settings", {"enforce_pair_rate": False})
        yield site


def until(true: Callable[[], Any], *, within: float = _PATIENCE) -> Any:
    """Wait until a condition holds, and return what it gave."""
    end = time.monotonic() + within
    while not (met := true()):
        assert time.monotonic() < end, "what was waited for did not come"
        _PAUSE.wait(0.05)
    return met


@contextmanager
def _sandbox() -> Iterator[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("META_")}
    told = {name: SETTINGS[name] for name in ("META_APP_ID", "META_APP_SECRET", "META_VERIFY_TOKEN")}
    command = [sys.executable, "-P", "-c", "from curbe_sandbox.cli import main; main()", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**clean, **told}) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            assert "ready at http://" in line, line
            yield "http://" + line.split("http://")[1].split()[0]
        finally:
            process.terminate()


def _ready(url: str) -> bool:
    try:
        return bool(_asked("GET", f"{url}/readyz", None, {})["status"] == "ready")
    except (OSError, AssertionError):
        return False


def _asked(method: str, url: str, body: Any, headers: dict[str, str]) -> Any:
    data = None if body is None else json.dumps(body).encode()
    told = {"Content-Type": "application/json", **headers}
    request = urllib.request.Request(url, data, told, method=method)  # noqa: S310 - our own http address
    try:
        with urllib.request.urlopen(request, timeout=_PATIENCE) as answer:  # noqa: S310 - the same
            return json.loads(answer.read() or b"null")
    except urllib.error.HTTPError as refusal:
        with refusal:
            raise AssertionError(f"{method} {url}: {refusal.code} {refusal.read().decode()}") from refusal
