"""A real PostgreSQL for a test session, and a fresh, migrated database for each test."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from curbe.infra.embedded import Machine, ensure_running
from curbe.infra.migrate import migrate


class Server:
    """A PostgreSQL on which databases are made and dropped; as an owner, past every role and policy."""

    def __init__(self, dsn: str) -> None:
        self._dsn: Final = dsn
        # A loop of its own: databases are made between tests, while the tests' own loop stands still.
        self._runner: Final = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._connection: Final[asyncpg.Connection] = self._runner.run(asyncpg.connect(dsn))
        self._prefix: Final = f"curbe_test_{os.getpid()}"
        self._template: Final = f"{self._prefix}_template"
        self._made = 0
        self._execute(f"CREATE DATABASE {self._template}")
        self._runner.run(migrate(database(dsn, self._template)))

    @contextmanager
    def fresh(self, *, migrated: bool = True) -> Iterator[str]:
        """Yield the dsn of a database nobody has used, with this build's schema, or empty."""
        self._made += 1
        name = f"{self._prefix}_{self._made}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {self._template if migrated else 'template1'}")
        try:
            yield database(self._dsn, name)
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def close(self) -> None:
        """Leave nothing behind."""
        self._execute(f"DROP DATABASE {self._template} WITH (FORCE)")
        self._runner.run(self._connection.close())
        self._runner.close()

    def _execute(self, sql: str) -> None:
        self._runner.run(self._connection.execute(sql))


@contextmanager
def running() -> Iterator[Server]:
    """Yield the server that ``DATABASE_URL`` names, else an embedded one that lives as long as this block.

    Each process of a parallel run has an embedded server of its own: who reads the logs waits for the oldest
    writer of the whole server, so tests that hold transactions open would hold up their neighbours.
    """
    if given := os.environ.get("DATABASE_URL"):
        server = Server(given)
        yield server
        server.close()
        return
    folder = Path(tempfile.mkdtemp(prefix="curbe-test-"))
    folder.chmod(0o711)  # PostgreSQL's own user must pass through it
    try:
        machine = Machine(shared=folder / "shared", sockets=folder / "sockets")
        with ensure_running(folder / "data", machine=machine) as embedded:
            server = Server(embedded.dsn)
            yield server
            server.close()
    finally:
        shutil.rmtree(folder)


def database(dsn: str, name: str) -> str:
    """Return ``dsn`` with another database in it."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))
