"""`make demo`: a newcomer's first minute.

Starts the sandbox (a local Graph API) and `curbe run`, connects one tenant's number by the public API, lets
people write to it, answers them as an agent would, and prints what happens as the event log tells it.
Everything goes over HTTP, as an integration would do it; nothing here
imports the product. Ctrl-C ends it; DEMO_SECONDS=N ends it after N seconds; DEMO_KEEP=1 keeps the data for the next time.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("CURBE_DEMO_DIR", ROOT / "var" / "demo"))
WABA, NUMBER, TOKEN = "200000000000001", "300000000000001", "EAAsandboxToken000000000001"
PEOPLE = {
    "34611000001": ("Lucía Romero", "¿Tenéis hueco mañana por la tarde?"),
    "34611000004": ("Marc Vidal", "Hola, ¿hacéis envíos a Andorra?"),
    "5511987654321": ("João Pereira", "Oi! O pedido 1042 já saiu? 📦"),
}
REPLIES = (
    "¡Hola! Sí, mañana a las 17:00 te va bien?",
    "Ahora mismo lo miramos.",
    "Gracias por escribir. Te contestamos enseguida 👋",
)
STARTUP = 120  # seconds


def main() -> int:
    """Run the demo; return the process's exit code."""
    if not os.environ.get("DEMO_KEEP"):
        shutil.rmtree(DATA, ignore_errors=True)
    DATA.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, _interrupt)
    with contextlib.ExitStack() as stack:
        try:
            return _demo(stack)
        except KeyboardInterrupt:
            print("\nStopping ...")
            return 0


def _demo(stack: contextlib.ExitStack) -> int:
    web, graph = _free_port(8080), _free_port(8090)
    base, sandbox = f"http://127.0.0.1:{web}", f"http://127.0.0.1:{graph}"
    print("Setting up (the first time takes a little longer) ...", flush=True)
    key = _init(web, sandbox)
    env = _settings()
    _start(
        stack,
        "curbe-sandbox",
        ["--port", str(graph), "--callback-url", f"{base}/webhooks/meta/whatsapp"],
        env={name: env[name] for name in ("META_APP_ID", "META_APP_SECRET", "META_VERIFY_TOKEN")},
        ready=f"{sandbox}/sandbox/healthz",
    )
    _start(stack, "curbe", ["run", "--port", str(web)], env={}, ready=f"{base}/readyz")
    tenant = _post(f"{base}/api/tenants", {"name": "Clínica Demo"}, key)["id"]
    connection = _post(
        f"{base}/api/tenants/{tenant}/whatsapp/connect/complete",
        {"waba_id": WABA, "phone_number_id": NUMBER, "access_token": TOKEN, "country_id": "ES"},
        key,
    )
    cursor = _get(f"{base}/api/tenants/{tenant}/events?limit=1", key)["next_cursor"]
    for wa_id, (name, text) in PEOPLE.items():
        _post(f"{sandbox}/sandbox/people", {"wa_id": wa_id, "name": name, "read_after_ms": 1500}, None)
        _post(f"{sandbox}/sandbox/people/{wa_id}/messages", {"text": text, "phone_number_id": NUMBER}, None)
    for wa_id in PEOPLE:
        behaviour = {"kind": "chatty", "every_ms": 30_000, "reply_delay_ms": 6_000, "phone_number_id": NUMBER}
        _post(f"{sandbox}/sandbox/people/{wa_id}/behaviour", behaviour, None)
    _welcome(base, sandbox, tenant, key, connection)
    return _watch(base, tenant, key, cursor)


def _watch(base: str, tenant: str, key: str, cursor: str) -> int:
    """Print the conversations as they happen, and answer each person like somebody who has to type."""
    seconds = float(os.environ.get("DEMO_SECONDS", "0"))
    until = time.monotonic() + seconds if seconds else None
    due: dict[str, float] = {}  # conversation: when its answer is written
    names: dict[str, str] = {}
    replies = 0
    while until is None or time.monotonic() < until:
        page = _get(f"{base}/api/tenants/{tenant}/events?since={cursor}&limit=100", key)
        cursor = page["next_cursor"]
        for event in page["items"]:
            conversation = event["conversation_id"]
            if conversation and conversation not in names:
                listed = _get(f"{base}/api/tenants/{tenant}/inbox/conversations/{conversation}", key)
                names[conversation] = listed["contact"]["name"] or listed["contact"]["phone"]
            _show(event, names.get(conversation, ""))
            if event["type"] == "message_received":
                due.setdefault(conversation, time.monotonic() + 2)
        for conversation in [name for name, at in due.items() if at <= time.monotonic()]:
            body = {"conversationId": conversation, "text": REPLIES[replies % len(REPLIES)]}
            _post(f"{base}/api/tenants/{tenant}/whatsapp/messages/send", body, key)
            del due[conversation]
            replies += 1
        time.sleep(0.3)
    print(f"\n{replies} messages answered; the demo ends here.")
    return 0 if replies else 1


def _show(event: dict[str, Any], name: str) -> None:
    data, at = event["data"], event["created_at"][11:19]
    marks = {"message_sent": "✓", "message_delivered": "✓✓", "message_read": "✓✓ read", "message_failed": "✗"}
    if event["type"] == "message_received":
        print(f"  {at}  {name}: {data.get('text')}", flush=True)
    elif event["type"] == "message_queued":
        print(f"  {at}      you to {name}: {data.get('text')}", flush=True)
    elif event["type"] in marks:
        print(f"  {at}      {marks[event['type']]:8} {name}", flush=True)


def _welcome(base: str, sandbox: str, tenant: str, key: str, connection: dict[str, Any]) -> None:
    number = connection.get("phone_number_e164") or connection.get("display_phone_number") or NUMBER
    print(
        f"""
  Curbe is running.

    API and its documentation   {base}/schema
    Platform key (sign-in)      {key}
    Tenant                      {tenant}  Clínica Demo, number {number}, connected to the sandbox
    Inbox                       curl -H 'Authorization: Bearer {key}' {base}/api/tenants/{tenant}/inbox/conversations
    Be a customer               {sandbox}/sandbox/  (a page; see docs/reference/sandbox.md)

  A conversation is going on (Ctrl-C ends it):
""",
        flush=True,
    )


def _init(port: int, sandbox: str) -> str:
    """Write the demo's settings and return its platform key."""
    kept = DATA / "platform.key"
    if kept.exists():
        return kept.read_text()
    command = [
        "init",
        "--json",
        "--force",
        "--port",
        str(port),
        "--app-id",
        "100000000000001",
        "--graph-base-url",
        sandbox,
    ]
    done = subprocess.run(
        [_program("curbe"), *command],
        cwd=DATA,
        env=_environment({}),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        sys.exit(f"curbe init failed:\n{done.stderr or done.stdout}")
    key: str = json.loads(done.stdout)["platform_key"]
    kept.touch(mode=0o600)
    kept.write_text(key)
    return key


def _start(
    stack: contextlib.ExitStack, program: str, arguments: list[str], *, env: dict[str, str], ready: str
) -> None:
    log = stack.enter_context((DATA / f"{program}.log").open("w"))
    process = subprocess.Popen(
        [_program(program), *arguments],
        cwd=DATA,
        env=_environment(env),
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    stack.callback(_stop, process)
    until = time.monotonic() + STARTUP
    while not _answers(ready):
        if process.poll() is not None or time.monotonic() > until:
            tail = (DATA / f"{program}.log").read_text()[-2000:]
            sys.exit(f"{program} did not start:\n{tail}")
        time.sleep(0.2)


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(timeout=25)
        except subprocess.TimeoutExpired:
            process.kill()


def _settings() -> dict[str, str]:
    """Return what `curbe init` wrote: the sandbox plays the Meta app with the same secret and verify token."""
    lines = (DATA / ".env").read_text().splitlines()
    pairs = (line.partition("=") for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


def _environment(extra: dict[str, str]) -> dict[str, str]:
    inherited = {
        k: v for k, v in os.environ.items() if not k.startswith(("META_", "CURBE_", "TOKEN_", "DATABASE_"))
    }
    return {**inherited, "CURBE_DATA_DIR": str(DATA / "data"), **extra}


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    sys.exit("no free port on this machine")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:  # noqa: S310 - our own http address
            return bool(answer.status == 200)
    except OSError:
        return False


def _post(url: str, body: dict[str, Any], key: str | None) -> dict[str, Any]:
    return _ask(urllib.request.Request(url, json.dumps(body).encode(), method="POST"), key)  # noqa: S310


def _get(url: str, key: str) -> dict[str, Any]:
    return _ask(urllib.request.Request(url), key)  # noqa: S310


def _ask(request: urllib.request.Request, key: str | None) -> dict[str, Any]:
    request.add_header("Content-Type", "application/json")
    if key:
        request.add_header("Authorization", f"Bearer {key}")
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310
            return dict(json.load(answer))
    except urllib.error.HTTPError as refusal:
        sys.exit(f"{request.get_method()} {request.full_url}: {refusal.code}\n{refusal.read().decode()}")


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
