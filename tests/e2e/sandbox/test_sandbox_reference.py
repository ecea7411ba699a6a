"""The reference page names what the program has: every route, setting, fault and magic recipient."""

import re
import shlex
from pathlib import Path

from curbe_sandbox.faults import AFTER_KINDS, BEFORE_KINDS
from curbe_sandbox.graph.route import ROUTES
from curbe_sandbox.magic import NUMBERS
from curbe_sandbox.state import Settings, WebhookBehaviour

from .harness import TOKEN, Callback, Sandbox

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "sandbox.md"


def test_every_route_of_the_control_api_has_a_curl(sandbox: Sandbox) -> None:
    page = PAGE.read_text(encoding="utf-8")
    called = {
        (method or ("POST" if " -d " in line else "GET"), re.sub(r"\?.*", "", path))
        for line in page.splitlines()
        for method, path in re.findall(r"curl (?:-X (\w+) )?\"?\$S(/sandbox/[^\s\";]+)", line)
    }
    paths = sandbox.call("GET", "/sandbox/schema/openapi.json").json["paths"]
    wanted = {(method.upper(), path) for path, methods in paths.items() for method in methods}

    def is_called(method: str, path: str) -> bool:
        pattern = re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path))
        return any(one == method and pattern.fullmatch(called_path) for one, called_path in called)

    missing = {place for place in wanted if not is_called(*place)}
    assert missing <= {("DELETE", "/sandbox/faults/{fault_id}")}, missing
    assert len(wanted) > 30


def test_every_name_stands_on_the_page() -> None:
    page = PAGE.read_text(encoding="utf-8")
    digits = re.sub(r"[ +]", "", page)
    names = [*BEFORE_KINDS, *AFTER_KINDS, *Settings.__struct_fields__, *WebhookBehaviour.__struct_fields__]

    assert [name for name in names if f"`{name}`" not in page] == []
    assert [number for number in NUMBERS if number not in digits] == []
    assert [edge for _, edge, _ in ROUTES if edge and f"/{edge}`" not in page] == []


def test_every_curl_on_the_page_works_as_written(sandbox: Sandbox, callback: Callback) -> None:
    page = PAGE.read_text(encoding="utf-8").replace("\\\n", " ")
    page = page.replace("http://127.0.0.1:8080/webhooks/meta/whatsapp", callback.url)
    commands = [
        part for line in page.splitlines() if line.startswith("curl ") for part in line.split("; curl")
    ]

    failed = {}
    for command in commands:
        words = shlex.split(command.removeprefix("curl "), comments=True)
        method = words[words.index("-X") + 1] if "-X" in words else "POST" if "-d" in words else "GET"
        path = next(word for word in words if word.startswith("$S/")).removeprefix("$S")
        body = words[words.index("-d") + 1].encode() if "-d" in words else None
        answer = sandbox.call(method, path, body, headers={"Authorization": f"Bearer {TOKEN}"})
        if answer.status >= 300:
            failed[command] = answer.body

    assert failed == {}
    assert len(commands) > 40
