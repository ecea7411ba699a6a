"""A server of a tenant's, which outgoing webhooks tell what happens."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final


@dataclass(frozen=True)
class Request:
    """What it was told."""

    headers: dict[str, str]
    body: bytes


@dataclass(eq=False)
class Receiver:
    """It keeps what it is told, and answers as it is set to; at /refuses it takes nothing."""

    origin: str
    told: list[Request] = field(default_factory=list)
    status: int = 200

    def named(self, webhook_id: str) -> list[Request]:
        """Return the requests for one delivery."""
        return [one for one in self.told if one.headers["webhook-id"] == webhook_id]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """Listen on a port of this machine's own."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.told.append(Request(headers=headers, body=body))
            self.send_response(503 if self.path == "/refuses" else receiver.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver: Final = Receiver(origin=f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join()
