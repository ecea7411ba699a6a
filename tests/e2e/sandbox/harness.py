"""A client for both sides of the sandbox, a callback for its webhooks, and how to start the program."""

import hashlib
import hmac
import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

NUMBER = "300000000000001"
MEXICO = "300000000000002"
WABA = "200000000000001"
APP = "100000000000001"
SECRET = "sandbox-app-secret"
VERIFY = "sandbox-verify-token"
TOKEN = "EAAsandboxToken000000000001"
LUCIA = "34611000001"
CORPUS = Path(__file__).parents[4] / "shared" / "corpus"


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def code(self) -> int:
        return self.json["error"]["code"]


@dataclass
class Sandbox:
    host: str
    port: int
    record: Path

    @property
    def origin(self) -> str:
        return f"http://{self.host}:{self.port}"

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        headers: dict[str, str] | None = None,
        timeout: float = 10,
    ) -> Answer:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout)
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        kinds = {"Content-Type": "application/json"} if raw is not None else {}
        try:
            connection.request(method, path, raw, {**kinds, **(headers or {})})
            answer = connection.getresponse()
            return Answer(answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()})
        finally:
            connection.close()

    def graph(
        self, method: str, path: str, body: Any = None, *, token: str = TOKEN, timeout: float = 10
    ) -> Answer:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.call(method, f"/v25.0/{path}", body, headers=headers, timeout=timeout)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        answer = self.call(method, f"/sandbox/{path}", body)
        assert answer.status < 300, answer.body
        return answer.json

    def send(
        self, to: str, text: str = "hola", *, number: str = NUMBER, timeout: float = 10, **more: Any
    ) -> Answer:
        body = {"messaging_product": "whatsapp", "to": to, "type": "text", "text": {"body": text}, **more}
        return self.graph("POST", f"{number}/messages", body, timeout=timeout)

    def message(self, body: dict[str, Any], *, to: str = f"+{LUCIA}", number: str = NUMBER) -> Answer:
        return self.graph("POST", f"{number}/messages", {"messaging_product": "whatsapp", "to": to, **body})

    def writes(self, who: str = LUCIA, text: str = "Hola", **more: Any) -> Any:
        return self.control("POST", f"people/{who}/messages", {"text": text, **more})

    def settle(self) -> None:
        assert self.control("POST", "settle?timeout_s=20")["quiet"]

    def entries(self) -> list[dict[str, Any]]:
        return self.control("GET", "record")["entries"]


@dataclass
class Callback:
    """A receiver of webhooks that checks each signature and keeps what came, in order."""

    url: str
    bodies: list[bytes] = field(default_factory=list)
    wrongly_signed: int = 0
    unsigned: int = 0
    challenge_answer: Callable[[str], str] = lambda challenge: challenge
    closes: bool = False  # end the connection after each answer
    statuses: list[int] = field(default_factory=list)  # answers for the next bodies; 200 when empty
    arrived_at: list[float] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    news: threading.Event = field(default_factory=threading.Event)  # never set: it only waits

    def values(self, name: str = "messages") -> list[dict[str, Any]]:
        changes = [
            change
            for body in list(self.bodies)
            for entry in json.loads(body)["entry"]
            for change in entry["changes"]
        ]
        return [change["value"] for change in changes if change["field"] == name]

    def status_names(self, wamid: str) -> list[str]:
        return [s["status"] for v in self.values() for s in v.get("statuses", []) if s["id"] == wamid]

    def statuses_of(self, wamid: str) -> list[dict[str, Any]]:
        return [s for v in self.values() for s in v.get("statuses", []) if s["id"] == wamid]

    def messages(self) -> list[dict[str, Any]]:
        return [m for v in self.values() for m in v.get("messages", [])]

    def wait(self, condition: Callable[[], bool], *, seconds: float = 5) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "what the test waits for did not come"
            self.news.wait(0.005)


def receiver(callback: Callback, lock: threading.Lock) -> type[BaseHTTPRequestHandler]:
    class Receiver(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            asked = parse_qs(urlsplit(self.path).query)
            right = asked["hub.mode"] == ["subscribe"] and asked["hub.verify_token"] == [VERIFY]
            text = callback.challenge_answer(asked["hub.challenge"][0]) if right else "no"
            self._answer(200 if right else 403, text.encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            signature = self.headers.get("X-Hub-Signature-256")
            right = "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
            with lock:
                callback.unsigned += signature is None
                callback.wrongly_signed += signature not in {None, right}
                status = callback.statuses.pop(0) if callback.statuses else 200
                if status == 200:
                    callback.bodies.append(body)
                callback.arrived_at.append(time.monotonic())
                callback.headers.append(dict(self.headers))
            self._answer(status, b"")

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            if callback.closes:
                self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(body)
            if callback.closes:
                callback.news.wait(0.05)  # still open, and deaf

        def log_message(self, *_: object) -> None:
            """Keep the test's output clean."""

    return Receiver


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 256


def start_sandbox(record: Path, *options: str) -> tuple[subprocess.Popen[str], Sandbox]:
    command = [
        sys.executable,
        "-c",
        "from curbe_sandbox.cli import main; main()",
        "--port",
        "0",
        "--record",
        str(record),
    ]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("META_")}
    process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True, env=clean)
    assert process.stdout is not None
    line = process.stdout.readline()
    assert "ready at http://127.0.0.1:" in line, line
    port = int(line.split("http://127.0.0.1:")[1].split()[0])
    return process, Sandbox("127.0.0.1", port, record)
