"""Plain-SQL migrations under an advisory lock, and the check that a process knows the schema it meets (docs/adr/0002)."""

import asyncio
import hashlib
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from importlib.resources import files
from typing import Final

import asyncpg
import msgspec
import structlog

from curbe.infra import restored
from curbe.infra.poolers import require_given, told_of_poolers

log: Final = structlog.get_logger(__name__)

_LOCK: Final = 0x6375726265  # "curbe": one migration run at a time on a database
_FILE: Final = re.compile(r"^(\d{4})_(\w+)\.sql$")
_OLDEST_POSTGRES: Final = 150009  # row-level security fix of CVE-2024-10976
_LOOK: Final = 10  # seconds that each step of a look at the schema may take
_IN_USE: Final = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)
# Seconds that a migration waits for a table, try after try, and then leaves it in peace for: whoever comes meanwhile waits behind it. Less
# than the second after which PostgreSQL ends one of those who wait for each other (deadlock_timeout): it could be another.
_WAITS: Final = (*[0.3] * 10, *[0.8] * 50)
_BEGINS_WITH: Final = {"search_path": "public"}
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    version integer PRIMARY KEY,
    name text NOT NULL,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)"""


class Migration(msgspec.Struct, frozen=True):
    """One file of ``curbe/migrations``."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, hex: a migration that has run must not change."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


class SchemaMismatch(Exception):
    """The database's schema is not the one this build knows; the message says what to do."""


def known_migrations() -> list[Migration]:
    """Return this build's migrations in order."""
    found = [
        Migration(version=int(match[1]), name=match[2], sql=file.read_text(encoding="utf-8"))
        for file in files("curbe.migrations").iterdir()
        if (match := _FILE.match(file.name))
    ]
    return sorted(found, key=lambda migration: migration.version)


async def migrate(dsn: str) -> list[Migration]:
    """Bring the database to this build's schema and return the migrations that ran.

    Raises:
        SchemaMismatch: PostgreSQL is too old, or the database holds a migration that this build does not know or knows differently.
    """
    connection = await _connected(dsn, within=30)
    try:
        if await _server_number(connection) < _OLDEST_POSTGRES:
            raise SchemaMismatch("PostgreSQL 15.9 or newer is needed; upgrade the server and start again")
        await _be_the_only_one(connection)
        await connection.execute(_TABLE)
        applied = await _applied(connection)
        _compare(applied, known_migrations())
        todo = [migration for migration in known_migrations() if migration.version not in applied]
        for migration in todo:
            await _apply(connection, migration)
        if await restored.logs_lie_ahead(connection):
            await restored.renumber(connection)
        await _make_days(connection)
        return todo
    finally:
        # What is broken off is taken back first, where the server still listens.
        await connection.close(timeout=_LOOK)


async def settle_restored(dsn: str, hold: Callable[[str], Awaitable[object]]) -> None:
    """Where the database was restored from a dump, let ``hold`` see to what waits in it, and note that it lies here.

    Alone with the database, as migrations are. Broken off, it is as before: no process begins until all of that was done.
    """
    connection = await _connected(dsn, within=30)
    try:
        await _be_the_only_one(connection)
        if not await restored.is_at_home(connection):
            log.warning("database_restored", reason="a dump was restored")
            await hold(dsn)
            await restored.come_home(connection)
    finally:
        await connection.close(timeout=_LOOK)


async def _be_the_only_one(connection: asyncpg.Connection) -> None:
    """Take the lock that migrations run under, after whoever has it; that one waits is said, as it may be for minutes."""
    if not await connection.fetchval("SELECT pg_try_advisory_lock($1)", _LOCK):
        log.warning("migration_waits", reason="another process migrates this database")
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)


async def require_known_schema(dsn: str) -> None:
    """Return where the schema is exactly this build's.

    Raises:
        SchemaMismatch: it is older or newer; the process must not serve.
    """
    async with _looking(dsn) as connection:
        exists = await connection.fetchval("SELECT to_regclass('schema_migrations') IS NOT NULL")
        applied = await _applied(connection) if exists else {}
    if not applied:
        raise SchemaMismatch(
            "the database has no tables of Curbe's. If it is the one that is meant (DATABASE_URL, or CURBE_DATA_DIR, which "
            "begins in this folder where it is relative), run `curbe migrate`, then start again"
        )
    _compare(applied, known_migrations())
    missing = [migration.version for migration in known_migrations() if migration.version not in applied]
    if missing:
        raise SchemaMismatch(
            f"the database lacks migrations {missing}; run `curbe migrate`, then start again"
        )


async def require_logs_in_step(dsn: str) -> None:
    """Return where the database's logs are of this cluster, and its queue is its own; asked once, before a process begins.

    Raises:
        SchemaMismatch: it was restored; nothing in its logs would move, or what waits would be sent again, so the process must not begin.
    """
    async with _looking(dsn) as connection:
        settled = await restored.is_at_home(connection) and not await restored.logs_lie_ahead(connection)
    if not settled:
        raise SchemaMismatch("the database was restored from a backup; run `curbe migrate`, then start again")


@asynccontextmanager
async def _looking(dsn: str) -> AsyncIterator[asyncpg.Connection]:
    """Yield a connection for a look that ends, answered or not: running processes look again and again, and must be able to stop."""
    connection = await _connected(dsn, within=_LOOK, command_timeout=_LOOK)
    try:
        yield connection
        await connection.close(timeout=_LOOK)
    except BaseException:
        connection.terminate()  # a server that is gone would be asked for its leave, and waited for
        raise


async def _connected(dsn: str, *, within: int, command_timeout: float | None = None) -> asyncpg.Connection:
    with told_of_poolers():
        connection = await asyncpg.connect(
            dsn, timeout=within, command_timeout=command_timeout, server_settings=_BEGINS_WITH
        )
    try:
        await require_given(connection, _BEGINS_WITH)
    except BaseException:
        connection.terminate()
        raise
    return connection


async def _make_days(connection: asyncpg.Connection) -> None:
    """Make the days of the webhook log that lie ahead; left to the worker where a dump, say, reads the log for long."""
    try:
        await connection.execute("SELECT keep_webhook_partitions(7, 3650)")
    except asyncpg.LockNotAvailableError:
        log.warning("webhook_days_not_made", reason="somebody holds the log for long, as a dump does")


async def _server_number(connection: asyncpg.Connection) -> int:
    return int(str(await connection.fetchval("SHOW server_version_num")))


async def _applied(connection: asyncpg.Connection) -> dict[int, str]:
    rows = await connection.fetch("SELECT version, checksum FROM schema_migrations")
    return {row["version"]: row["checksum"] for row in rows}


def _compare(applied: dict[int, str], known: list[Migration]) -> None:
    checksums = {migration.version: migration.checksum for migration in known}
    for version, checksum in sorted(applied.items()):
        if version not in checksums:
            raise SchemaMismatch(
                f"the database is at migration {version}, which this build does not know; start a build at least as new"
            )
        if checksums[version] != checksum:
            raise SchemaMismatch(
                f"migration {version} ran with another text than this build holds, and one that has run is never edited: "
                "start the build that ran it"
            )


async def _apply(connection: asyncpg.Connection, migration: Migration) -> None:
    """Run a migration; where others hold its tables it gives way to them, and comes back.

    It takes table after table, and of those who work with the same ones some have them the other way round: one of the two has to give
    way, and it is not those who serve people.
    """
    for seconds in _WAITS:
        try:
            return await _run(connection, migration, waits=seconds)
        except _IN_USE as held:
            log.warning("migration_waits", version=migration.version, reason=str(held))
            await asyncio.sleep(seconds)
    return await _run(connection, migration, waits=_WAITS[-1])


async def _run(connection: asyncpg.Connection, migration: Migration, *, waits: float) -> None:
    began = time.monotonic()
    async with connection.transaction():
        await connection.execute(f"SET LOCAL lock_timeout = '{int(waits * 1000)}ms'")
        await connection.execute(migration.sql)
        await connection.execute(
            "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)",
            migration.version,
            migration.name,
            migration.checksum,
        )
    log.info("migrated", version=migration.version, ms=round((time.monotonic() - began) * 1000))
