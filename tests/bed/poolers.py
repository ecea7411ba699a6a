"""What people put between a program and PostgreSQL: PgBouncer, and a pooler that says nothing of what it leaves out."""

import asyncio
import contextlib
import os
import pwd
import shutil
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

PGBOUNCER: Final = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
_PASSED_ON: Final = frozenset({b"user", b"database"})
_SSL_REQUEST: Final = 80877103  # https://www.postgresql.org/docs/current/protocol-message-formats.html
_STARTED_WITHIN: Final = 10.0  # seconds


@asynccontextmanager
async def silent_pooler(dsn: str) -> AsyncIterator[str]:
    """Yield the dsn of a relay that passes everything on but what a connection begins with."""

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kept = await _first_words(reader, writer)
        server, to_server = await _server_of(dsn).connect()
        to_server.write(kept)
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(_pass_on(reader, to_server), _pass_on(server, writer))

    listening = await asyncio.start_server(relay, "127.0.0.1", 0)
    try:
        yield _through(dsn, listening.sockets[0].getsockname()[1])
    finally:
        listening.close()


@contextmanager
def pgbouncer(dsn: str, *, mode: str, ignores: str = "") -> Iterator[str]:
    """Yield the dsn of a PgBouncer that pools by ``mode`` and ignores the parameters of a connection that are named, between commas."""
    assert PGBOUNCER is not None
    folder = Path(tempfile.mkdtemp(prefix="curbe-pooler-"))
    folder.chmod(0o755)
    there = _server_of(dsn)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    lines = [
        "[databases]", f"* = host={there.host} port={there.port}",
        "[pgbouncer]", "listen_addr = 127.0.0.1", f"listen_port = {port}", "unix_socket_dir =",
        "auth_type = trust", f"auth_file = {folder}/users", f"pool_mode = {mode}", f"ignore_startup_parameters = {ignores}",
    ]  # fmt: skip
    (folder / "pooler.ini").write_text("\n".join(lines))
    (folder / "users").write_text(f'"{there.username}" "{there.password}"\n')
    command = [
        PGBOUNCER,
        "--quiet",
        *(["--user", there.user()] if os.getuid() == 0 else []),  # it refuses to be root
        str(folder / "pooler.ini"),
    ]
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield _through(dsn, port)
    finally:
        running.terminate()
        running.wait()
        shutil.rmtree(folder)


@dataclass(frozen=True)
class _Server:
    """Where PostgreSQL listens: ``host`` is a name or an address, or the folder of its socket."""

    host: str
    port: int
    username: str
    password: str

    @property
    def socket(self) -> Path | None:
        return Path(self.host) / f".s.PGSQL.{self.port}" if self.host.startswith("/") else None

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self.socket is not None:
            return await asyncio.open_unix_connection(str(self.socket))
        return await asyncio.open_connection(self.host, self.port)

    def user(self) -> str:
        """Return who reaches it: the folder of a cluster's socket may be open to its own user alone."""
        return pwd.getpwuid(self.socket.stat().st_uid).pw_name if self.socket is not None else "nobody"


def _server_of(dsn: str) -> _Server:
    parts = urlsplit(dsn)
    asked = parse_qs(parts.query)
    host = asked["host"][0] if "host" in asked else parts.hostname
    port = int(asked["port"][0]) if "port" in asked else parts.port
    who = [unquote(word or "") for word in (parts.username, parts.password)]
    return _Server(host or "localhost", port or 5432, *who)


def _through(dsn: str, port: int) -> str:
    parts = urlsplit(dsn)
    who, _, _ = parts.netloc.rpartition("@")
    return f"postgresql://{who}@127.0.0.1:{port}{parts.path}"


async def _first_words(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """Return a connection's first message with the user and the database alone; TLS is declined."""
    while True:
        (length,) = struct.unpack("!i", await reader.readexactly(4))
        body = await reader.readexactly(length - 4)
        (code,) = struct.unpack_from("!i", body)
        if code != _SSL_REQUEST:
            break
        writer.write(b"N")
    words = body[4:].rstrip(b"\0").split(b"\0")
    kept = [
        word for pair in zip(words[::2], words[1::2], strict=True) if pair[0] in _PASSED_ON for word in pair
    ]
    said = body[:4] + b"\0".join(kept) + b"\0\0"
    return struct.pack("!i", len(said) + 4) + said


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(65_536):
            writer.write(piece)
            await writer.drain()
    finally:
        writer.close()


def _wait_for(port: int) -> None:
    until = time.monotonic() + _STARTED_WITHIN
    while True:
        with socket.socket() as trying:
            if trying.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < until, "PgBouncer did not begin"
        threading.Event().wait(0.05)
