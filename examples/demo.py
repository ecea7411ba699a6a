"""`make demo`: a newcomer's first minute.

Starts the sandbox (a local Graph API) and `curbe run`, connects one tenant's number by the public API, makes three people who sign in
(`curbe user create`), lets customers write, and has two colleagues answer theirs (demo_scene.py). The inbox is at the address it prints; in
the terminal one sees what happens as the event log tells it. Everything goes over HTTP and the command line, as an integration would do
it; nothing here imports the product. Ctrl-C ends it; DEMO_SECONDS=N ends it after N seconds. Each time begins anew.
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

from demo_scene import COLLEAGUES, NUMBER, OWNER, PASSWORD, Colleague, Person, Talk, write_first

ROOT = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("CURBE_DEMO_DIR", ROOT / "var" / "demo"))
WABA, TOKEN = "200000000000001", "EAAsandboxToken000000000001"
STARTUP = 120  # seconds


def main() -> int:
    """Run the demo; return the process's exit code."""
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
    people = {one.email: _colleague(base, tenant, one) for one in COLLEAGUES}
    talk = Talk(tenant=tenant, colleagues=people)
    talk.furnish()
    cursor = _get(f"{base}/api/tenants/{tenant}/events?limit=1", key)["next_cursor"]
    write_first(lambda path, body: _post(f"{sandbox}/sandbox/{path}", body, None))
    talk.hand_out()
    _welcome(base, sandbox, tenant, key, connection)
    return _watch(base, tenant, key, cursor, talk)


def _colleague(base: str, tenant: str, who: Colleague) -> tuple[str, Person]:
    """Make somebody who signs in, and sign in as them, as their browser would."""
    places = [["--tenant", tenant, "--role", who.role], *([["--operator"]] if who is OWNER else [])]
    for place in places:
        command = [_program("curbe"), "user", "create", who.email, "--name", who.name, *place]
        done = subprocess.run(
            [*command, "--password-stdin", "--json"],
            cwd=DATA,
            env=_environment({}),
            input=PASSWORD,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            sys.exit(f"curbe user create failed:\n{done.stderr or done.stdout}")
    user_id = json.loads(done.stdout)["id"]
    return user_id, _signed_in(base, who.email)


def _signed_in(base: str, email: str) -> Person:
    credentials = json.dumps({"email": email, "password": PASSWORD}).encode()
    headers = {"Origin": base, "Content-Type": "application/json"}
    request = urllib.request.Request(f"{base}/api/auth/sign-in", credentials, headers)  # noqa: S310 - our own http address
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
        cookie = answer.headers["Set-Cookie"].partition(";")[0]
        csrf: str = json.load(answer)["csrf_token"]
    return _asking(base, {"Cookie": cookie, "Origin": base, "X-CSRF-Token": csrf})


def _asking(base: str, headers: dict[str, str]) -> Person:
    def ask(method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        return _ask(urllib.request.Request(base + path, data, headers, method=method), None)  # noqa: S310

    return ask


def _watch(base: str, tenant: str, key: str, cursor: str, talk: Talk) -> int:
    """Print what happens as it happens, and let the colleagues answer."""
    seconds = float(os.environ.get("DEMO_SECONDS", "0"))
    until = time.monotonic() + seconds if seconds else None
    while until is None or time.monotonic() < until:
        page = _get(f"{base}/api/tenants/{tenant}/events?since={cursor}&limit=100", key)
        cursor = page["next_cursor"]
        for event in page["items"]:
            conversation = event["conversation_id"] or ""
            _show(event, talk.names.get(conversation, "somebody"))
            if event["type"] == "message_received":
                talk.heard_from(conversation)
        talk.go_on()
        time.sleep(0.3)
    print(f"\n{talk.answered} messages answered; the demo ends here.")
    return 0 if talk.answered else 1


def _show(event: dict[str, Any], name: str) -> None:
    data, at = event["data"], event["created_at"][11:19]
    marks = {"message_sent": "✓", "message_delivered": "✓✓", "message_read": "✓✓ read", "message_failed": "✗"}
    if event["type"] == "message_received":
        print(f"  {at}  {name}: {data.get('text') or data.get('type')}", flush=True)
    elif event["type"] == "message_queued":
        print(f"  {at}      to {name}: {data.get('text')}", flush=True)
    elif event["type"] in marks:
        print(f"  {at}      {marks[event['type']]:8} {name}", flush=True)


def _welcome(base: str, sandbox: str, tenant: str, key: str, connection: dict[str, Any]) -> None:
    number = connection.get("phone_number_e164") or connection.get("display_phone_number") or NUMBER
    agents = "\n".join(
        f"      {one.email:26}{one.name}, {one.role}" for one in COLLEAGUES if one is not OWNER
    )
    print(
        f"""
  Curbe is running. Open the inbox and sign in:

    {base}

      {OWNER.email:26}{OWNER.name}, owner and the platform's operator
{agents}
      password for all          {PASSWORD}

  Leo and Sofía answer their customers by themselves; the others wait for you. To be a customer yourself:

    {sandbox}/sandbox/

  For programs: the API is described at {base}/schema, tenant {tenant}
  (Clínica Demo, number {number}), platform key {key}

  What happens (Ctrl-C ends it):
""",
        flush=True,
    )


def _init(port: int, sandbox: str) -> str:
    """Write the demo's settings and return its platform key."""
    command = [
        "init",
        "--json",
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
