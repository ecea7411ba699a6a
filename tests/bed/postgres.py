"""A real PostgreSQL for a test session, and a fresh, migrated database for each test."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from bed.memory import open_folder
from bed.warm import Warm
from curbe.infra.db import Unreachable
from curbe.infra.embedded import Machine, ensure_running
from curbe.infra.migrate import migrate

# What a test may have changed beside rows. It takes four times as long as all the rest of emptying a database ...
_SCHEMA: Final = """
SELECT md5(string_agg(told, ' ' ORDER BY told)) FROM (
    SELECT concat(c.relname, c.relkind, c.relacl, c.relowner, c.relrowsecurity, c.relforcerowsecurity, c.reloptions) AS told
      FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace
     UNION ALL SELECT concat(a.attrelid::regclass, a.attname, a.atttypid, a.attnotnull, a.attacl, pg_get_expr(d.adbin, d.adrelid))
                 FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
                 LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                WHERE c.relnamespace = 'public'::regnamespace
     UNION ALL SELECT concat(i.indexrelid::regclass, i.indkey, i.indisunique, i.indisvalid, pg_get_expr(i.indpred, i.indrelid))
                 FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid WHERE c.relnamespace = 'public'::regnamespace
     UNION ALL SELECT concat(t.tgrelid::regclass, t.tgname, t.tgenabled) FROM pg_trigger t
     UNION ALL SELECT concat(k.conrelid::regclass, k.conname, pg_get_constraintdef(k.oid)) FROM pg_constraint k
                WHERE k.connamespace = 'public'::regnamespace
     UNION ALL SELECT p::text FROM pg_policies p
     UNION ALL SELECT concat(f.proname, f.prosrc, f.proacl, f.proowner, f.prosecdef, f.proconfig) FROM pg_proc f
                WHERE f.pronamespace = 'public'::regnamespace
     UNION ALL SELECT concat(n.nspowner, n.nspacl) FROM pg_namespace n WHERE n.oid = 'public'::regnamespace
) AS everything"""

# ... so it is asked only where a row of the catalogs that it reads was written, which leaves the number of a later transaction, or removed.
_CATALOGS: Final = (
    "pg_class",
    "pg_attribute",
    "pg_attrdef",
    "pg_index",
    "pg_trigger",
    "pg_constraint",
    "pg_policy",
    "pg_proc",
    "pg_namespace",
)
_WRITTEN: Final = " UNION ALL ".join(
    f"SELECT '{catalog}', count(*), max(xmin::text::bigint) FROM {catalog}" for catalog in _CATALOGS
)

_TABLES: Final = """
SELECT quote_ident(c.relname) FROM pg_class c
 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
   AND c.relname NOT IN ('schema_migrations', 'apply_lanes', 'log_epoch', 'database_home')"""

_LARGE: Final = 2  # times the size of an empty one: quicker to drop than to empty
_GOODBYES: Final = 5.0  # seconds that others have to leave a database
Catalogs = list[tuple[str, int, int]]  # name, rows, the last transaction that wrote one


@dataclass
class _Kept:
    """A database that tests take turns in, and the connection that empties it: a new one would first learn the whole catalog."""

    name: str
    connection: asyncpg.Connection | None = None
    catalogs: Catalogs | None = None
    emptying: str = ""

    def let_go(self) -> None:
        """Break the connection off."""
        if self.connection is not None:
            self.connection.terminate()


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
        self._clean: Final[list[_Kept]] = []
        self.warm: Final = Warm()
        self._execute(f"CREATE DATABASE {self._template}")
        self._runner.run(migrate(database(dsn, self._template)))
        self._schema: Final = self._runner.run(self._schema_of_template())

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """Yield the dsn of a database with this build's schema and not a row in it."""
        kept = self._clean.pop() if self._clean else _Kept(self._make(self._template))
        try:
            yield database(self._dsn, kept.name)
        finally:
            # Making one takes ten times as long as emptying one, and most tests leave but a few rows.
            if self._runner.run(self._emptied(kept)):
                self._clean.append(kept)
            else:
                kept.let_go()
                self.warm.forget(database(self._dsn, kept.name))
                self._drop(kept.name)

    @contextmanager
    def empty(self) -> Iterator[str]:
        """Yield the dsn of a database with nothing in it."""
        name = self._make("template1")
        try:
            yield database(self._dsn, name)
        finally:
            self._drop(name)

    def close(self) -> None:
        """Leave nothing behind."""
        for kept in self._clean:
            kept.let_go()
            self._drop(kept.name)
        self._drop(self._template)
        self._runner.run(self._connection.close())
        self._runner.close()

    def _make(self, template: str) -> str:
        self._made += 1
        name = f"{self._prefix}_{self._made}"
        self._execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def _drop(self, name: str) -> None:
        self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _execute(self, sql: str) -> None:
        self._runner.run(self._connection.execute(sql))

    async def _schema_of_template(self) -> str:
        connection = await asyncpg.connect(database(self._dsn, self._template))
        try:
            return str(await connection.fetchval(_SCHEMA))
        finally:
            await connection.close()

    async def _emptied(self, kept: _Kept) -> bool:
        """Empty a database; False where a test made more of it than rows, or threw us out."""
        try:
            if kept.connection is None:
                # As a replica: neither foreign keys nor the triggers of the append-only tables hold the owner up.
                settings = {"session_replication_role": "replica"}
                kept.connection = await asyncpg.connect(
                    database(self._dsn, kept.name), server_settings=settings
                )
            dsn = database(self._dsn, kept.name)
            self.warm.forget(dsn, but=await _alone(kept.connection, spared=self.warm.backends(dsn)))
            return await self._as_made(kept, kept.connection)
        except Unreachable:
            return False

    async def _as_made(self, kept: _Kept, connection: asyncpg.Connection) -> bool:
        size = "SELECT pg_database_size($1) > $2 * pg_database_size($3)"
        if await connection.fetchval(size, kept.name, _LARGE, self._template):
            return False
        catalogs = [tuple(row) for row in await connection.fetch(_WRITTEN)]
        if catalogs != kept.catalogs:
            if await connection.fetchval(_SCHEMA) != self._schema:
                return False
            kept.catalogs, kept.emptying = catalogs, await _emptying(connection)
        await connection.execute(kept.emptying)
        return True


async def _emptying(connection: asyncpg.Connection) -> str:
    """Return the statements that leave a database as migrations do."""
    statements = [f"DELETE FROM {row[0]}" for row in await connection.fetch(_TABLES)]
    statements += [
        "DELETE FROM apply_lanes",
        "INSERT INTO apply_lanes (lane) VALUES (0)",
        "UPDATE log_epoch SET epoch = 1 WHERE epoch <> 1",
        "UPDATE database_home SET relation = 'database_home'::regclass::oid::bigint, xid = current_xid()",
        "SELECT setval(s.seqrelid, s.seqstart, false) FROM pg_sequence s",
    ]
    return ";".join(statements)


async def _alone(connection: asyncpg.Connection, *, spared: list[int]) -> list[int]:
    """Send everybody else out of the database, return once they have left, and tell who of ``spared``, who do nothing, is still there.

    Whoever is on the way out is seen for a moment yet; the wait of pg_terminate_backend would be a tenth of a second for each.
    """
    others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    staying = "pid = ANY ($1::int[]) AND state = 'idle'"
    sent = f"SELECT count(pg_terminate_backend(pid)) {others} AND NOT ({staying})"
    async with asyncio.timeout(_GOODBYES):
        while await connection.fetchval(sent, spared):  # noqa: ASYNC110 - the server has no event for it
            await asyncio.sleep(0.002)
    return [row["pid"] for row in await connection.fetch(f"SELECT pid {others} AND {staying}", spared)]


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
    with open_folder() as folder:
        machine = Machine(shared=folder / "shared", sockets=folder / "sockets")
        with ensure_running(folder / "data", machine=machine) as embedded:
            server = Server(embedded.dsn)
            yield server
            server.close()


def database(dsn: str, name: str) -> str:
    """Return ``dsn`` with another database in it."""
    return urlunsplit(urlsplit(dsn)._replace(path=f"/{name}"))
