"""The nginx configuration that is shipped, before a real Curbe: who is slow waits there, who is honest notices nothing."""

import hashlib
import hmac
import os
import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from uuid_utils.compat import uuid7

from bed.installation import SETTINGS, installed
from curbe.infra.clock import utc_now

SHIPPED = Path(__file__).parents[2] / "deploy/nginx"
NGINX = os.environ.get("NGINX") or shutil.which("nginx")
NAME = "curbe.example.org"
WEBHOOK = "/webhooks/meta/whatsapp"

pytestmark = pytest.mark.skipif(
    NGINX is None, reason="nginx is not installed (NGINX=/path/to/it says where it is)"
)


@dataclass(frozen=True, slots=True)
class Front:
    """nginx before a Curbe."""

    port: int
    plain: int  # http
    log: Path
    key: str

    def connect(self) -> ssl.SSLSocket:
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        return context.wrap_socket(raw, server_hostname=NAME)

    def client(self) -> httpx.Client:
        """Return a client that keeps its connection, and believes the certificate of this test."""
        trusted = ssl.create_default_context(cafile=str(self.log.parent / "fullchain.pem"))
        trusted.check_hostname = False
        return httpx.Client(
            base_url=f"https://127.0.0.1:{self.port}", headers={"Host": NAME}, verify=trusted, timeout=30
        )

    def ask(self, head: str, *headers: str, body: bytes = b"") -> tuple[int, bytes]:
        """Send one request on a connection of its own; return its status and all that came."""
        lines = [
            f"{head} HTTP/1.1",
            f"Host: {NAME}",
            "Connection: close",
            f"Content-Length: {len(body)}",
            *headers,
        ]
        with self.connect() as connection:
            connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
            said = b""
            while chunk := connection.recv(65536):
                said += chunk
        return int(said.split(b" ", 2)[1]), said

    def deliver(self, body: bytes) -> int:
        digest = hmac.new(SETTINGS["META_APP_SECRET"].encode(), body, hashlib.sha256).hexdigest()
        return self.ask(f"POST {WEBHOOK}", f"X-Hub-Signature-256: sha256={digest}", body=body)[0]


@pytest.fixture(scope="module")
def front(postgres_server: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    folder = tmp_path_factory.mktemp("nginx")
    with postgres_server.fresh() as dsn, installed(**SETTINGS, DATABASE_URL=dsn) as curbe:  # type: ignore[attr-defined]
        key = curbe.answer("key", "create", "--platform", "--scope", "all")["key"]
        url = curbe.start("serve", "--port", "0").ready()
        with before(url.removeprefix("http://"), folder=folder, key=key) as front:
            yield front


@contextmanager
def before(upstream: str, *, folder: Path, key: str = "") -> Iterator[Front]:
    """Run nginx before what listens at ``upstream``."""
    port, plain = free_port(), free_port()
    configure(folder, upstream=upstream, port=port, plain=plain)
    process = subprocess.Popen(
        [str(NGINX), "-p", folder, "-e", folder / "error.log", "-c", "nginx.conf", "-g", "daemon off;"]
    )
    try:
        until_listening(port)
        yield Front(port=port, plain=plain, log=folder / "curbe.log", key=key)
    finally:
        process.terminate()
        process.wait(timeout=20)


def configure(folder: Path, *, upstream: str, port: int, plain: int) -> None:
    """Write the shipped configuration with other addresses, and what surrounds it on any machine."""
    text = (SHIPPED / "curbe-http.conf").read_text() + (SHIPPED / "curbe.conf").read_text()
    for before, after in (
        ("127.0.0.1:8080", upstream),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen [::]:80;", ""),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{port} ssl http2;"),
        ("listen [::]:443 ssl http2;", ""),
        ("/etc/letsencrypt/live/curbe.example.org", str(folder)),
        ("/var/log/nginx/curbe.log", str(folder / "curbe.log")),
        ("/var/www/letsencrypt", str(folder / "proofs")),
        ("rate=50r/s", "rate=10r/s"),  # a busy machine asks no faster than that
    ):
        assert before in text, f"the shipped configuration no longer says {before}"
        text = text.replace(before, after)
    (folder / "curbe.conf").write_text(text)
    spools = "".join(
        f"{name}_temp_path {folder / name};" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"pid {folder / 'pid'}; error_log {folder / 'error.log'}; worker_processes 1; {user}"
        f"events {{ worker_connections 4096; }} http {{ access_log {folder / 'access.log'}; {spools} include {folder / 'curbe.conf'}; }}"
    )
    write_certificate(folder)


def write_certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(utc_now() - timedelta(days=1))
        .not_valid_after(utc_now() + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "privkey.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until_listening(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            threading.Event().wait(0.05)
        else:
            return
    raise AssertionError("nginx does not listen")


def test_port_80_leads_to_https_and_shows_the_proofs_that_a_certificate_asks_for(front: Front) -> None:
    proofs = front.log.parent / "proofs/.well-known/acme-challenge"
    proofs.mkdir(parents=True, exist_ok=True)
    (proofs / "token").write_text("token.thumbprint")
    headers = {"Host": NAME}

    shown = httpx.get(
        f"http://127.0.0.1:{front.plain}/.well-known/acme-challenge/token", headers=headers, timeout=10
    )
    led = httpx.get(f"http://127.0.0.1:{front.plain}/t/1/inbox?x=1", headers=headers, timeout=10)

    assert (shown.status_code, shown.text) == (200, "token.thumbprint")
    assert (led.status_code, led.headers["location"]) == (308, f"https://{NAME}/t/1/inbox?x=1")


def test_who_asks_without_end_is_held_back_and_neither_a_key_nor_meta_is(front: Front) -> None:
    body = b'{"object":"whatsapp_business_account","entry":[]}'
    digest = hmac.new(SETTINGS["META_APP_SECRET"].encode(), body, hashlib.sha256).hexdigest()
    keyed = {"Authorization": f"Bearer {front.key}"}
    signed = {"X-Hub-Signature-256": f"sha256={digest}"}

    with front.client() as client:
        nobody = [client.get("/healthz").status_code for _ in range(600)]
        known = {client.get("/api/tenants", headers=keyed).status_code for _ in range(400)}
        metas = {client.post(WEBHOOK, content=body, headers=signed).status_code for _ in range(400)}

    assert 429 in nobody
    assert nobody[:250].count(429) == 0, "a page with all its files is let through at once"
    assert (known, metas) == ({200}, {200})


def test_a_signed_webhook_is_taken_and_an_unsigned_one_is_not(front: Front) -> None:
    assert front.deliver(b'{"object":"whatsapp_business_account","entry":[]}') == 200
    assert front.ask(f"POST {WEBHOOK}", body=b"{}")[0] == 401


def test_a_body_of_three_megabytes_is_taken_and_one_of_five_is_refused_unread(front: Front) -> None:
    assert front.deliver(b'{"object":"x","entry":[],"x":"' + b"x" * (3 * 10**6) + b'"}') == 200

    with front.connect() as connection:
        head = f"POST {WEBHOOK} HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 5000000\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(100).split(b" ")[1] == b"413"


@pytest.mark.parametrize("path", ["/metrics", "//metrics", "/%6detrics", "/x/../metrics"])
def test_the_metrics_are_not_for_the_world(front: Front, path: str) -> None:
    status, said = front.ask(f"GET {path}")

    assert status in {401, 404}
    assert b"curbe_webhooks" not in said


def test_the_api_answers_through_it(front: Front) -> None:
    status, said = front.ask("GET /api/tenants", f"Authorization: Bearer {front.key}")

    assert status == 200
    assert b"x-request-id" in said.lower()


def test_an_address_of_200_ids_passes_through_it(front: Front) -> None:
    ids = "&".join(f"ids={uuid7()}" for _ in range(200))
    path = f"/api/tenants/{made_tenant(front)}/inbox/conversations?channel=whatsapp&{ids}"

    assert front.ask(f"GET {path}", f"Authorization: Bearer {front.key}")[0] == 200


def made_tenant(front: Front) -> str:
    _, said = front.ask(
        "POST /api/tenants",
        f"Authorization: Bearer {front.key}",
        "Content-Type: application/json",
        body=b'{"name":"Sol"}',
    )
    return said.partition(b'"id":"')[2][:36].decode()


def test_a_socket_for_events_is_opened_through_it(front: Front) -> None:
    tenant = made_tenant(front)

    with front.connect() as connection:
        head = (
            f"GET /api/tenants/{tenant}/events/ws HTTP/1.1\r\nHost: {NAME}\r\nConnection: Upgrade\r\n"
            "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            f"Authorization: Bearer {front.key}\r\n\r\n"
        )
        connection.sendall(head.encode())
        assert connection.recv(4096).split(b" ")[1] == b"101"


def test_hundreds_of_slow_clients_cost_an_honest_one_nothing_and_are_let_go(front: Front) -> None:
    slow_heads = [front.connect() for _ in range(150)]
    slow_bodies = [front.connect() for _ in range(150)]
    began = time.monotonic()
    try:
        for connection in slow_heads:
            connection.sendall(b"POST /webhooks")
        for connection in slow_bodies:
            connection.sendall(
                f"POST {WEBHOOK} HTTP/1.1\r\nHost: {NAME}\r\nContent-Length: 9\r\n\r\n{{".encode()
            )

        assert front.deliver(b'{"object":"x","entry":[]}') == 200
        assert time.monotonic() - began < 4, "it did not wait until the slow ones were gone"
        for connection in (slow_heads[0], slow_bodies[0]):
            connection.settimeout(12)
            try:
                assert connection.recv(100)[:12] in {b"", b"HTTP/1.1 408"}
            except ConnectionResetError:
                continue
        assert time.monotonic() - began < 12
    finally:
        for connection in (*slow_heads, *slow_bodies):
            connection.close()


def test_the_verify_token_of_metas_handshake_is_in_no_access_line(front: Front) -> None:
    query = f"hub.mode=subscribe&hub.challenge=42&hub.verify_token={SETTINGS['META_VERIFY_TOKEN']}"
    status, said = front.ask(f"GET {WEBHOOK}?{query}")
    assert (status, said.rpartition(b"\r\n\r\n")[2]) == (200, b"42")

    lines = until_logged(front, f'"GET {WEBHOOK}" 200')
    assert SETTINGS["META_VERIFY_TOKEN"] not in lines


def test_what_opens_an_invitation_is_in_no_access_line(front: Front) -> None:
    token = "opens-an-account-" + "a" * 26
    page, _ = front.ask(f"GET /invite/{token}")
    shown, _ = front.ask(f"GET /api/auth/invites/{token}")
    front.ask("POST /api/auth/invites/accept", "Content-Type: application/json", body=b"{}")
    httpx.get(f"http://127.0.0.1:{front.plain}/invite/{token}", headers={"Host": NAME}, timeout=10)
    front.ask("GET /api/auth/session")
    lines = until_logged(front, '"GET /api/auth/session"')

    assert (page, shown) == (200, 410)
    for told in ('"GET /invite/-" 200', '"GET /api/auth/invites/-" 410', '"POST /api/auth/invites/accept"'):
        assert told in lines
    assert token not in lines
    assert token not in (front.log.parent / "access.log").read_text(), (
        "nor where nginx logs what nobody speaks of"
    )


class Version(BaseHTTPRequestHandler):
    """A web process of one version: it has its own code of the screens, and no other's."""

    assets: frozenset[str] = frozenset()
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200 if self.path in self.assets else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_told: object) -> None:
        """Say nothing."""


@contextmanager
def version(*assets: str) -> Iterator[tuple[str, list[str]]]:
    """Serve as such a process; yield where, and what it is asked."""
    asked: list[str] = []
    of_it = type("OfIt", (Version,), {"assets": frozenset(assets), "asked": asked})
    with ThreadingHTTPServer(("127.0.0.1", 0), of_it) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"127.0.0.1:{server.server_port}", asked
        server.shutdown()


def test_a_page_of_either_version_finds_its_code_while_one_takes_the_place_of_the_other(
    tmp_path: Path,
) -> None:
    with (
        version("/assets/old.js") as (old, by_old),
        version("/assets/new.js") as (new, by_new),
        before(f"{old}; server {new}", folder=tmp_path) as front,
    ):
        found = [
            front.ask(f"GET /assets/{name}.js")[0] for name in ("old", "new") for _ in range(4)
        ]  # they take turns
        gone = front.ask("GET /assets/of-nobody.js")[0]
        front.ask("GET /api/tenants/none")

    assert (found, gone) == ([200] * 8, 404)
    assert (by_old + by_new).count("/api/tenants/none") == 1, "what is no file is asked once"


def until_logged(front: Front, told: str) -> str:
    """Return the access log once it tells something."""
    end = time.monotonic() + 5
    while told not in front.log.read_text() and time.monotonic() < end:
        threading.Event().wait(0.05)
    lines = front.log.read_text()
    assert told in lines
    return lines
