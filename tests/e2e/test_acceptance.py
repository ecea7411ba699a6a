"""The five acceptance criteria of the product's first specification, in its order, on real processes over HTTP.

`curbe init`, `curbe run` with its own PostgreSQL, and the sandbox as Meta; nothing is imported from the product.
"""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bed.memory import in_memory

WABA, NUMBER, TOKEN = "200000000000001", "300000000000001", "EAAsandboxToken000000000001"
PERSON = "34611000001"
BIN = Path(sys.executable).parent
PAUSE = threading.Event()  # never set: waiting for it is a pause

pytestmark = [pytest.mark.xdist_group("acceptance")]


@dataclass(frozen=True)
class Installation:
    """One running Curbe and the Meta it talks to."""

    url: str
    sandbox: str
    key: str

    def ask(
        self, method: str, path: str, body: Any = None, *, key: str | None = None, **headers: str
    ) -> tuple[int, Any]:
        return _ask(method, self.url + path, body, key or self.key, headers)

    def meta(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = _ask(method, self.sandbox + path, body, None, {})
        assert status < 300, answer
        return answer


@pytest.fixture(scope="module")
def curbe() -> Iterator[Installation]:
    home = Path(tempfile.mkdtemp(prefix="curbe-acceptance-", dir=in_memory()))
    home.chmod(0o755)  # PostgreSQL runs as another user where the tests run as root
    web, graph = _free_port(), _free_port()
    env = {**os.environ, "CURBE_DATA_DIR": str(home / "data")}
    for name in [name for name in env if name.startswith(("META_", "TOKEN_", "DATABASE_"))]:
        del env[name]
    sandbox = f"http://127.0.0.1:{graph}"
    init = ["init", "--json", "--port", str(web), "--app-id", "100000000000001", "--graph-base-url", sandbox]
    made = subprocess.run(
        [BIN / "curbe", *init], cwd=home, env=env, capture_output=True, text=True, check=False
    )
    assert made.returncode == 0, made.stderr
    settings = _read_env(home / ".env")
    meta = {
        **env,
        **{name: settings[name] for name in ("META_APP_ID", "META_APP_SECRET", "META_VERIFY_TOKEN")},
    }
    callback = f"http://127.0.0.1:{web}/webhooks/meta/whatsapp"
    try:
        with (
            _process(home, meta, "curbe-sandbox", "--port", str(graph), "--callback-url", callback),
            _process(home, env, "curbe", "run", "--port", str(web)),
        ):
            installation = Installation(
                f"http://127.0.0.1:{web}", sandbox, json.loads(made.stdout)["platform_key"]
            )
            _until(lambda: _ask("GET", f"{sandbox}/sandbox/healthz", None, None, {})[0] == 200, seconds=60)
            _until(lambda: _ask("GET", f"{installation.url}/readyz", None, None, {})[0] == 200, seconds=60)
            yield installation
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="module")
def tenant(curbe: Installation) -> str:
    status, made = curbe.ask("POST", "/api/tenants", {"name": "Clínica Sol"})
    assert status == 201
    return str(made["id"])


def test_1_a_tenant_is_created_and_its_number_connected_and_active(curbe: Installation, tenant: str) -> None:
    body = {"waba_id": WABA, "phone_number_id": NUMBER, "access_token": TOKEN, "country_id": "ES"}

    status, connected = curbe.ask("POST", f"/api/tenants/{tenant}/whatsapp/connect/complete", body)

    assert (status, connected["status"]) == (200, "active")
    status, state = curbe.ask("GET", f"/api/tenants/{tenant}/whatsapp/status")
    assert state["connected"] is True
    assert state["connections"][0]["phone_number_e164"] == "+34600000001"
    assert TOKEN not in json.dumps([connected, state])


def test_2_a_message_sent_from_curbe_reaches_whatsapp_and_is_stored_with_its_provider_id(
    curbe: Installation, tenant: str
) -> None:
    curbe.meta("POST", f"/sandbox/people/{PERSON}/messages", {"text": "Hola", "phone_number_id": NUMBER})
    _until(lambda: bool(_conversations(curbe, tenant)))

    status, sent = curbe.ask(
        "POST",
        f"/api/tenants/{tenant}/whatsapp/messages/send",
        {"to": f"+{PERSON}", "text": "Buenos días"},
        Prefer="wait=10",
    )

    assert status == 200
    assert sent["provider_message_id"].startswith("wamid.")
    _until(lambda: "Buenos días" in json.dumps(_phone(curbe), ensure_ascii=False))
    stored = next(
        each for each in _messages(curbe, tenant, sent["conversation_id"]) if each["id"] == sent["id"]
    )
    assert (stored["direction"], stored["provider_message_id"]) == ("outbound", sent["provider_message_id"])


def test_3_a_reply_from_whatsapp_appears_in_the_right_tenants_inbox(curbe: Installation, tenant: str) -> None:
    _, other = curbe.ask("POST", "/api/tenants", {"name": "Otra"})

    curbe.meta(
        "POST",
        f"/sandbox/people/{PERSON}/messages",
        {"text": "¿Mañana a las 5? 👍", "phone_number_id": NUMBER},
    )

    conversation = _conversations(curbe, tenant)[0]["id"]
    _until(lambda: _messages(curbe, tenant, conversation)[0]["text"] == "¿Mañana a las 5? 👍")
    assert _conversations(curbe, tenant)[0]["unread_count"] >= 1
    assert _conversations(curbe, other["id"]) == []


def test_4_status_updates_reach_the_message_they_belong_to(curbe: Installation, tenant: str) -> None:
    conversation = _conversations(curbe, tenant)[0]["id"]
    _, sent = curbe.ask(
        "POST",
        f"/api/tenants/{tenant}/whatsapp/messages/send",
        {"conversationId": conversation, "text": "Sí"},
    )

    def it() -> Any:
        return next(
            message for message in _messages(curbe, tenant, conversation) if message["id"] == sent["id"]
        )

    _until(lambda: it()["status"] == "read")
    assert it()["sent_at"] <= it()["delivered_at"] <= it()["read_at"]


def test_5_a_webhook_of_an_unknown_number_breaks_nothing_and_reaches_nobody(
    curbe: Installation, tenant: str
) -> None:
    before = _everything(curbe, tenant)
    unknown = {
        "field": "messages",
        "value": {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "15550100", "phone_number_id": "999999999999999"},
            "contacts": [{"profile": {"name": "Nadie"}, "wa_id": "15550199"}],
            "messages": [
                {
                    "from": "15550199",
                    "id": "wamid.UNKNOWN",
                    "timestamp": "1790000000",
                    "type": "text",
                    "text": {"body": "?"},
                }
            ],
        },
    }

    curbe.meta("POST", "/sandbox/deliveries", {"waba_id": "888888888888888", **unknown})

    _until(lambda: _settled(curbe))
    PAUSE.wait(0.5)
    assert _everything(curbe, tenant) == before
    status, _ = curbe.ask("GET", f"/api/tenants/{tenant}/whatsapp/status")
    assert status == 200


def _phone(curbe: Installation) -> Any:
    return curbe.meta("GET", f"/sandbox/people/{PERSON}/messages")


def _settled(curbe: Installation) -> bool:
    deliveries = curbe.meta("GET", "/sandbox/deliveries")
    counts = deliveries.get("counts", deliveries)
    return not counts.get("pending") and not counts.get("failed")


def _everything(curbe: Installation, tenant: str) -> Any:
    return [
        (conversation["id"], conversation["unread_count"], _messages(curbe, tenant, conversation["id"]))
        for conversation in _conversations(curbe, tenant)
    ]


def _conversations(curbe: Installation, tenant: str) -> list[Any]:
    status, page = curbe.ask("GET", f"/api/tenants/{tenant}/inbox/conversations?channel=whatsapp")
    assert status == 200, page
    return list(page["items"])


def _messages(curbe: Installation, tenant: str, conversation: str) -> list[Any]:
    status, page = curbe.ask("GET", f"/api/tenants/{tenant}/inbox/conversations/{conversation}/messages")
    assert status == 200, page
    return list(page["items"])


@contextmanager
def _process(home: Path, env: dict[str, str], program: str, *arguments: str) -> Iterator[None]:
    with (home / f"{program}.log").open("w") as log:
        process = subprocess.Popen(
            [BIN / program, *arguments],
            cwd=home,
            env=env,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield
        finally:
            process.terminate()
            assert process.wait(30) == 0, (home / f"{program}.log").read_text()[-3000:]


def _ask(method: str, url: str, body: Any, key: str | None, headers: dict[str, str]) -> tuple[int, Any]:
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode(), method=method)  # noqa: S310
    request.add_header("Content-Type", "application/json")
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refusal:
        with refusal:
            return refusal.code, json.loads(refusal.read() or b"null")
    except OSError as down:
        return 0, str(down)


def _until(true: Callable[[], bool], *, seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        PAUSE.wait(0.1)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _read_env(file: Path) -> dict[str, str]:
    lines = file.read_text().splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}
