"""A Graph API for tests: the sandbox as a program of its own, and worlds in it that no other test shares."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx

APP_ID: Final = "100000000000001"
_APP_SECRET: Final = "sandbox-app-secret"
_numbers: Final = count(1)


@dataclass(frozen=True, slots=True)
class World:
    """A WABA with one number, and a token that may do everything with both."""

    waba_id: str
    phone_number_id: str
    token: str

    def body(self, **changes: Any) -> dict[str, Any]:
        """Return what connects it."""
        mine = {"waba_id": self.waba_id, "phone_number_id": self.phone_number_id, "access_token": self.token}
        return {**mine, **changes}


class Graph:
    """A running sandbox."""

    def __init__(self, url: str) -> None:
        self.url: Final = url
        self._client: Final = httpx.Client(base_url=f"{url}/sandbox", timeout=10)

    @property
    def environ(self) -> dict[str, str]:
        """The settings of an installation that talks to it."""
        return {
            "META_APP_ID": APP_ID,
            "META_APP_SECRET": _APP_SECRET,
            "META_GRAPH_BASE_URL": self.url,
        }

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the control API."""
        answer = self._client.request(method, path, json=body)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def world(self, **number: Any) -> World:
        """Make a WABA with one number (``number``: its fields) and a token."""
        waba_id = self.waba()
        phone_number_id = self.number(waba_id, **number)
        return World(waba_id, phone_number_id, self.token(waba_ids=[waba_id])["token"])

    def waba(self) -> str:
        """Make a WABA."""
        return self.control("POST", "/wabas", {})["id"]

    def number(self, waba_id: str, **fields: Any) -> str:
        """Make a number on a WABA."""
        shown = f"+34 610 {next(_numbers):06}"
        return self.control(
            "POST", "/numbers", {"waba_id": waba_id, "display_phone_number": shown, **fields}
        )["id"]

    def token(self, **fields: Any) -> dict[str, Any]:
        """Make a token; with ``code=True`` also a code of Embedded Signup for it."""
        return self.control("POST", "/tokens", fields)

    def delete_template(self, world: World, name: str) -> None:
        """Delete a template as its owner does, at Meta's."""
        url = f"{self.url}/v25.0/{world.waba_id}/message_templates"
        headers = {"Authorization": f"Bearer {world.token}"}
        answer = self._client.delete(url, params={"name": name}, headers=headers)
        assert answer.status_code < 300, answer.text

    def revoke(self, token: str) -> None:
        """Revoke a token."""
        self.control("DELETE", f"/tokens/{token}")

    def subscribed(self, waba_id: str) -> list[str]:
        """Return the ids of the apps that get a WABA's webhooks."""
        return list(self.subscriptions(waba_id))

    def subscriptions(self, waba_id: str) -> dict[str, str | None]:
        """Return the apps that get a WABA's webhooks, and where, if not at their own callbacks."""
        shown = next(waba for waba in self.control("GET", "/state")["wabas"] if waba["id"] == waba_id)
        return shown["subscribed"]

    def call(self, method: str, path: str, world: World, body: Any = None) -> Any:
        """Call the Graph API with a world's token."""
        headers = {"Authorization": f"Bearer {world.token}"}
        answer = self._client.request(method, f"{self.url}/v25.0{path}", json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json()

    def callback(self, url: str) -> None:
        """Set the app's own callback without Meta's handshake."""
        self.control("POST", f"/apps/{APP_ID}/callback", {"callback_url": url, "verify": False})

    def close(self) -> None:
        """Let go of the connection."""
        self._client.close()


@contextmanager
def running() -> Iterator[Graph]:
    """Yield a sandbox on a free port."""
    process = subprocess.Popen(
        [Path(sys.executable).with_name("curbe-sandbox"), "--port", "0"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        found = re.search(r"http://[\w.:]+", line)
        assert found is not None, line
        graph = Graph(found[0])
        yield graph
        graph.close()
    finally:
        process.terminate()
        process.communicate(timeout=20)
