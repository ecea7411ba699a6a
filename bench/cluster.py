"""A PostgreSQL of the run's own, with the product's settings and no shortcut: what is committed is synced."""

import asyncio
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import asyncpg
import msgspec

from curbe.infra.embedded import ensure_running
from curbe.infra.migrate import migrate

_SCHEMA: Final = "bench_schema"
_DURABLE: Final = ("fsync", "synchronous_commit", "full_page_writes")


class Cluster(msgspec.Struct, frozen=True):
    """A running server: how to reach its first database, its postmaster, and its version, with a word where it has huge pages."""

    dsn: str
    pid: int
    version: str

    def database(self, name: str) -> str:
        """Return the address of another of its databases."""
        return self.dsn.replace("/curbe?", f"/{name}?")

    def fresh(self, name: str, *, migrated: bool = True) -> str:
        """Make a database, with the product's schema unless told otherwise, and return its address."""
        self.run(f"CREATE DATABASE {name} TEMPLATE {self._migrated() if migrated else 'template1'}")
        return self.database(name)

    def _migrated(self) -> str:
        """Return the name of a database that has the schema and nothing else; the migrations run once a run."""
        if not self.run(f"SELECT FROM pg_database WHERE datname = '{_SCHEMA}'"):
            self.run(f"CREATE DATABASE {_SCHEMA}")
            asyncio.run(migrate(self.database(_SCHEMA)))
            self.run("SELECT keep_webhook_partitions(1, 30)", database=_SCHEMA)
        return _SCHEMA

    def drop(self, name: str) -> None:
        """Remove a database."""
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def program(self, name: str) -> Path | None:
        """Return one of PostgreSQL's programs: the server's own, or else one on the PATH; None where there is none."""
        beside = Path(f"/proc/{self.pid}/exe").readlink().with_name(name)
        elsewhere = shutil.which(name)
        return beside if beside.exists() else Path(elsewhere) if elsewhere else None

    def settle(self) -> None:
        """Write out what earlier scenarios left to be written, so that the next one does not pay for it."""
        self.run("CHECKPOINT")

    def run(self, sql: str, *, database: str = "curbe") -> list[dict[str, Any]]:
        """Run one statement as the owner of everything."""

        async def ask() -> list[dict[str, Any]]:
            connection = await asyncpg.connect(self.database(database))
            try:
                return [dict(row) for row in await connection.fetch(sql)]
            finally:
                await connection.close()

        return asyncio.run(ask())


@contextmanager
def cluster(folder: Path) -> Iterator[Cluster]:
    """Start a server in ``folder`` and stop it at the end of the block.

    Raises:
        RuntimeError: it does not sync what it commits.
    """
    with ensure_running(folder / "data") as server:
        started = Cluster(dsn=server.dsn, pid=server.pid or 0, version="")
        settings = {
            row["name"]: row["setting"] for row in started.run("SELECT name, setting FROM pg_settings")
        }
        loose = [name for name in _DURABLE if settings[name] != "on"]
        if loose:
            raise RuntimeError(f"this PostgreSQL is not durable: {', '.join(loose)}")
        huge = " with huge pages" if settings.get("huge_pages_status") == "on" else ""
        yield msgspec.structs.replace(started, version=settings["server_version"].split()[0] + huge)
