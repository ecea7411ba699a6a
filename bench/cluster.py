"""A PostgreSQL of the run's own, with the product's settings and no shortcut: what is committed is synced."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import asyncpg
import msgspec

from curbe.infra.embedded import ensure_running
from curbe.infra.migrate import migrate

_DURABLE: Final = ("fsync", "synchronous_commit", "full_page_writes")


class Cluster(msgspec.Struct, frozen=True):
    """A running server: how to reach its first database, and its postmaster."""

    dsn: str
    pid: int
    version: str

    def database(self, name: str) -> str:
        """Return the address of another of its databases."""
        return self.dsn.replace("/curbe?", f"/{name}?")

    def fresh(self, name: str, *, migrated: bool = True) -> str:
        """Make a database, with the product's schema unless told otherwise, and return its address."""
        self.run(f"CREATE DATABASE {name}")
        if migrated:
            asyncio.run(migrate(self.database(name)))
            self.run("SELECT keep_webhook_partitions(1, 30)", database=name)
        return self.database(name)

    def drop(self, name: str) -> None:
        """Remove a database."""
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

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
        yield msgspec.structs.replace(started, version=settings["server_version"].split()[0])
