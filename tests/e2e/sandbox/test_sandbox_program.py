"""The program itself: its record outlives it, it starts anew on demand, it says how it ended."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

from .harness import APP, LUCIA, NUMBER, WABA, Callback, Sandbox, start_sandbox

MAIN = [sys.executable, "-c", "from curbe_sandbox.cli import main; main()"]


def test_the_record_holds_what_was_accepted_and_only_that(sandbox: Sandbox) -> None:
    sandbox.writes()
    accepted = sandbox.send(f"+{LUCIA}", biz_opaque_callback_data="ours-1").json["messages"][0]["id"]
    sandbox.send("+15550131031")
    sandbox.send(f"+{LUCIA}", "")

    (entry,) = sandbox.entries()
    assert entry["wamid"] == accepted
    assert entry["phone_number_id"] == NUMBER
    assert entry["waba_id"] == WABA
    assert entry["app_id"] == APP
    assert entry["biz_opaque_callback_data"] == "ours-1"
    assert entry["body"]["text"] == {"body": "hola"}


def test_the_record_is_read_from_where_one_left_off(sandbox: Sandbox) -> None:
    sandbox.writes()
    first = sandbox.control("GET", "record")["last_seq"]
    for _ in range(5):
        sandbox.send(f"+{LUCIA}")

    page = sandbox.control("GET", f"record?since={first}&limit=2")
    rest = sandbox.control("GET", f"record?since={page['last_seq']}")

    assert [entry["seq"] for entry in page["entries"] + rest["entries"]] == list(range(first + 1, first + 6))
    assert sandbox.control("GET", f"record?since={rest['last_seq']}")["entries"] == []


def test_killing_the_sandbox_loses_nothing_it_answered(tmp_path: Path) -> None:
    process, sandbox = start_sandbox(tmp_path / "record.jsonl")
    sandbox.writes()
    wamids = [sandbox.send(f"+{LUCIA}").json["messages"][0]["id"] for _ in range(30)]
    process.send_signal(signal.SIGKILL)
    process.wait(10)
    assert process.stdout is not None
    process.stdout.close()

    lines = [json.loads(line) for line in (tmp_path / "record.jsonl").read_text().splitlines()]
    assert [line["wamid"] for line in lines] == wamids


def test_a_reset_brings_back_the_first_day_and_keeps_the_file(sandbox: Sandbox, callback: Callback) -> None:
    fresh = {
        name: value
        for name, value in sandbox.control("GET", "state").items()
        if name in {"people", "numbers"}
    }
    sandbox.writes("34699000000")
    sandbox.send("+15559000012", number="300000000000002")
    sandbox.control("POST", "faults", {"kind": "refuse"})
    before = sandbox.record.read_bytes()

    sandbox.control("POST", "reset")

    state = sandbox.control("GET", "state")
    assert {name: state[name] for name in fresh} == fresh
    assert state["wabas"][0]["subscribed"] == {}
    assert sandbox.control("GET", "faults") == []
    assert sandbox.entries() == []
    assert sandbox.record.read_bytes().startswith(before)
    assert callback.wrongly_signed == 0


def test_message_ids_never_come_again_after_a_reset(sandbox: Sandbox) -> None:
    seen = set()
    for _ in range(3):
        sandbox.control("POST", "reset")
        seen |= set(sandbox.writes(times=3)["wamids"])

    assert len(seen) == 9


def test_being_stopped_is_no_failure(tmp_path: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        process, sandbox = start_sandbox(tmp_path / "record.jsonl")
        sandbox.control("POST", "faults", {"kind": "silent", "operation": "any"})
        held = socket.create_connection((sandbox.host, sandbox.port))
        held.sendall(b"GET /v25.0/1 HTTP/1.1\r\nHost: x\r\n\r\n")
        process.send_signal(number)
        assert process.wait(10) == 0
        held.close()
        assert process.stdout is not None
        process.stdout.close()


def test_a_port_in_use_is_a_failure_and_a_wrong_option_is_misuse(sandbox: Sandbox) -> None:
    def exit_code(*options: str) -> int:
        return subprocess.run([*MAIN, *options], capture_output=True, check=False, timeout=30).returncode

    assert exit_code("--port", str(sandbox.port)) == 1
    assert exit_code("--port", "ninety") == 2
    assert exit_code("--colour", "red") == 2
    assert exit_code("--app-id", "not digits") == 2


def test_the_app_comes_from_the_environment(tmp_path: Path) -> None:
    names = {
        "META_APP_ID": "123456789012345",
        "META_APP_SECRET": "from-env",
        "META_VERIFY_TOKEN": "token-from-env",
    }
    environment = {**os.environ, **names}
    command = [
        *MAIN,
        "--port",
        "0",
        "--callback-url",
        "http://127.0.0.1:9/x",
        "--record",
        str(tmp_path / "r"),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline().split("http://127.0.0.1:")[1].split()[0])
        (app,) = Sandbox("127.0.0.1", port, tmp_path / "r").control("GET", "state")["apps"]
        process.terminate()

    assert (app["id"], app["secret"], app["verify_token"]) == tuple(names.values())
    assert app["callback_url"] == "http://127.0.0.1:9/x"


def test_settings_that_do_not_exist_are_refused(sandbox: Sandbox) -> None:
    for change in ({"nonsense": 1}, {"enforce_window": "yes"}):
        assert sandbox.call("PATCH", "/sandbox/settings", change).status == 400
    assert sandbox.call("PUT", "/sandbox/behaviour", {"batch_size": "many"}).status == 400
    assert sandbox.call("PATCH", f"/sandbox/numbers/{NUMBER}", {"id": "1"}).status == 400
