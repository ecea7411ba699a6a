"""PostgreSQL: pools bound to a role, transactions that carry their tenant, named queries with typed rows.

The only module that knows the driver, beside the migration runner and what asks each new connection what it began with
(:mod:`curbe.infra.poolers`). A transaction is got from :meth:`Pool.transaction` and from nowhere else, so no statement runs without a
decision about its tenant; what meets no tenant, or looks for work of all, may ask in single statements (:meth:`Pool.looking`).
"""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from functools import cache, partial
from importlib.resources import files
from typing import Any, ClassVar, Final, Generic, TypeAlias, cast
from uuid import UUID

import asyncpg
import msgspec

from curbe.infra.poolers import require_given, told_of_poolers
from curbe.infra.roles import ONE_PLAN, Role, begins_with
from curbe.infra.rows import Row, RowType
from curbe.infra.shares import Shares

# Classes 22 (data exception), 23 (integrity constraint violation) and 54 (a limit of PostgreSQL's own, as of the words that an index holds
# of a text): the statement's data is wrong, and will be wrong again.
DataRefused: Final = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.ProgramLimitExceededError,
)
# The connection or the server failed; the same work may succeed later.
Unreachable: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # what asyncpg says of a statement begun in the moment in which its connection is cut
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.ReadOnlySQLTransactionError,  # a standby, or a server that was told to take no writes for a while
    ConnectionError,
    TimeoutError,
    OSError,
)
# Of two transactions that waited for each other the server ended this one, or it waited for a lock for longer than it may: it is undone,
# and the same work may succeed at once.
GaveWay: Final = (asyncpg.TransactionRollbackError, asyncpg.LockNotAvailableError)
# A statement was cancelled by the server, as it took longer than it may, or by somebody's hand. (Where the server does not even do that,
# the driver gives up with a TimeoutError.) Among the unreachable, too: as a rule the database has too much to do.
TookTooLong: TypeAlias = asyncpg.QueryCanceledError
UniqueViolation: Final = asyncpg.UniqueViolationError
PostgresError: Final = asyncpg.PostgresError

_SHARE_OF_LOCKS: Final = 2 / 3  # of what a statement may take, before it gives up on a lock
_GOODBYES: Final = 2.0  # seconds; what is closed has nothing under way, or was told to end before
_NAME: Final = re.compile(r"^-- name: (\w+)\s*$", re.MULTILINE)
_PARAMETER: Final = re.compile(r"(?<![:\w]):([a-z_][a-z0-9_]*)")


@cache
def queries(package: str) -> dict[str, str]:
    """Return the named statements of a package's ``.sql`` files: name -> SQL. A name given twice is refused."""
    found: dict[str, str] = {}
    for file in sorted(files(package).iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".sql"):
            continue
        parts = _NAME.split(file.read_text(encoding="utf-8"))
        for name, sql in zip(parts[1::2], parts[2::2], strict=True):
            if name in found:
                raise ValueError(f"{package} names the query {name} twice")
            found[name] = sql.strip()
    return found


def numbered(sql: str) -> tuple[str, tuple[str, ...]]:
    """Return ``sql`` with its ``:names`` as ``$1, $2, ...``, and the names in that order. Comments are dropped first."""
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        name = match[1]
        if name not in names:
            names.append(name)
        return f"${names.index(name) + 1}"

    return _PARAMETER.sub(number, re.sub(r"--.*", "", sql)), tuple(names)


class Nothing(msgspec.Struct, frozen=True):
    """The row of a query that returns none."""


class LockTaken(msgspec.Struct, frozen=True):
    """The row of a query that takes a lock of its transaction's: PostgreSQL returns void, which is no text."""

    nothing: str | None


class Id(msgspec.Struct, frozen=True):
    """The row of a query that returns ids and nothing else."""

    id: UUID


class Query(Generic[Row]):
    """A named query and the type of its rows. Every one is prepared and compared with its row type by a test."""

    everyone: ClassVar[list["Query[Any]"]] = []

    def __init__(self, package: str, name: str, row: type[Row] = Nothing) -> None:  # type: ignore[assignment]
        self.package: Final = package
        self.name: Final = name
        self.numbered, self.names = numbered(queries(package)[name])
        self.row: Final = row
        self.rows: Final = RowType(row)
        self.everyone.append(self)

    async def all(self, tx: "Transaction", **params: object) -> list[Row]:
        """Run it and return every row, converted: an enum column arrives as the enum."""
        records = await tx.connection.fetch(self.numbered, *self._arguments(params))
        return self.rows.rows(records[0].keys(), records) if records else []

    async def one(self, tx: "Transaction", **params: object) -> Row | None:
        """Run it and return its first row, or None."""
        record = await tx.connection.fetchrow(self.numbered, *self._arguments(params))
        return None if record is None else msgspec.convert(dict(record), self.row)

    async def run(self, tx: "Transaction", **params: object) -> int:
        """Run it and return how many rows it touched."""
        status = await tx.connection.execute(self.numbered, *self._arguments(params))
        return int(status.rpartition(" ")[2]) if status[-1:].isdigit() else 0

    def _arguments(self, params: dict[str, object]) -> list[object]:
        if params.keys() != set(self.names):
            raise TypeError(f"{self.package}:{self.name} takes {self.names}, not {tuple(params)}")
        return [params[name] for name in self.names]


_CHANNEL: Final = re.compile(r"curbe_[a-z_]+")
_TOLD: Final = re.compile(r"[0-9A-Za-z_*:,-]{0,7900}")  # PostgreSQL takes less than 8,000 bytes


class Transaction:
    """One open transaction. ``tenant_id`` is what row-level security lets it see; None sees no tenant's rows."""

    def __init__(self, connection: asyncpg.Connection, tenant_id: UUID | None) -> None:
        self.connection: Final = connection
        self.tenant_id: Final = tenant_id
        self._told: Final[dict[tuple[str, str], None]] = {}

    def notify(self, channel: str, payload: str) -> None:
        """Tell listeners of ``channel`` once this transaction has committed; the same twice is told once.

        Delivered then in any case, so it travels with the COMMIT and costs no round trip. What was told since a savepoint that is
        rolled back is told all the same: a listener looks for itself, and finds nothing.

        Args:
            channel: ours, by name.
            payload: ids and words, commas and colons between them; nothing a person wrote.
        """
        if not _CHANNEL.fullmatch(channel) or not _TOLD.fullmatch(payload):
            raise ValueError(f"not to be told on {channel}: {payload[:80]!r}")
        self._told[channel, payload] = None

    async def now(self) -> datetime:
        """Return the database's time. What deletes asks for it: a process whose own clock is wrong would delete what is young."""
        return cast("datetime", await self.connection.fetchval("SELECT now()"))

    def ending(self) -> str:
        """Return the statements that end it well."""
        told = [f"SELECT pg_notify('{channel}', '{payload}')" for channel, payload in self._told]
        return "; ".join([*told, "COMMIT"])

    @asynccontextmanager
    async def by_key(self) -> AsyncIterator[None]:
        """Within the block every statement finds its rows by their whole keys: one plan is right for each tenant, and kept.

        Two round trips, for batches: otherwise a foreign key is planned anew for each row that is checked, which costs more than the row.
        """
        await self.connection.execute(
            "; ".join(f"SET LOCAL {name} = {value}" for name, value in ONE_PLAN.items())
        )
        yield
        await self.connection.execute("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in ONE_PLAN))

    async def savepoint(self, name: str = "item") -> None:
        """Mark a point to come back to with :meth:`rollback_to`."""
        await self.connection.execute(f"SAVEPOINT {name}")

    async def rollback_to(self, name: str = "item") -> None:
        """Undo everything since :meth:`savepoint`; the transaction goes on."""
        await self.connection.execute(f"ROLLBACK TO SAVEPOINT {name}")


class Pool:
    """Connections of one role. ``statement_seconds`` is how long a statement may take."""

    def __init__(
        self, pool: asyncpg.Pool, role: Role, *, statement_seconds: float, share: int | None = None
    ) -> None:
        self._pool: Final = pool
        self.role: Final = role
        self.statement_seconds: Final = statement_seconds
        self._shares: Final = Shares(share)

    @classmethod
    async def open(
        cls,
        dsn: str,
        role: Role,
        *,
        size: int = 10,
        share: int | None = None,
        statement_timeout_ms: int = 30_000,
        idle: int = 1,
    ) -> "Pool":
        """Connect as ``role``.

        ``size`` is the most connections held, ``share`` how many of them work for one tenant (None: any number), ``idle`` how many are
        opened at once.
        """
        settings = begins_with(role, statement_timeout_ms=statement_timeout_ms)
        with told_of_poolers():
            pool = await asyncpg.create_pool(
                dsn,
                min_size=idle,
                max_size=size,
                server_settings=settings,
                init=partial(require_given, settings=settings),
                command_timeout=statement_timeout_ms / 1000 + 1,
                timeout=10,
                # Nothing of a session survives its transaction here (set_config is local), so the round trip of a reset buys nothing.
                reset=_no_reset,
            )
        return cls(
            cast("asyncpg.Pool", pool), role, statement_seconds=statement_timeout_ms / 1000, share=share
        )

    @asynccontextmanager
    async def transaction(
        self,
        tenant_id: UUID | None = None,
        *,
        context: dict[str, str] | None = None,
        by_key: bool = False,
        tell_locks: bool = False,
    ) -> AsyncIterator[Transaction]:
        """Open a transaction that sees ``tenant_id``'s rows; commit at the end of the block, roll back on an exception.

        Args:
            tenant_id: whose.
            context: further ``app.*`` settings that policies read (``{"app.platform": "on"}``).
            by_key: every statement in it finds its rows by their whole keys, so one plan is right for each tenant, and kept.
            tell_locks: whoever waits for a lock gives up before a statement takes too long, so that it is told which of them it was.
        """
        settings = dict(ONE_PLAN) if by_key else {}
        if tell_locks:
            settings["lock_timeout"] = f"{int(self.statement_seconds * _SHARE_OF_LOCKS * 1000)}ms"
        async with self._shares.taken(tenant_id), self._pool.acquire() as connection:
            await connection.execute(_begin(tenant_id, settings | (context or {})))
            tx = Transaction(cast("asyncpg.Connection", connection), tenant_id)
            try:
                yield tx
                _require_commit(await connection.execute(tx.ending()))
            except BaseException:
                await _roll_back(cast("asyncpg.Connection", connection))
                raise

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[Transaction]:
        """Open what looks whether there is work, with no tenant: each statement is a transaction of its own, in one round trip, not three.

        What is to be told by it, or holds a lock until its end, needs :meth:`transaction`.
        """
        async with self._pool.acquire() as connection:
            yield Transaction(cast("asyncpg.Connection", connection), None)

    async def ask(self, query: Query[Row], **params: object) -> Row | None:
        """Run a query that reads as its own transaction, in one round trip and with no tenant, and return its first row."""
        async with self._pool.acquire() as connection:
            return await query.one(Transaction(cast("asyncpg.Connection", connection), None), **params)

    async def execute(self, sql: str, *arguments: object, timeout: float | None = None) -> str:  # noqa: ASYNC109 - cancels on the server too
        """Run one statement as its own transaction, with no tenant: for roles that have none."""
        return await self._pool.execute(sql, *arguments, timeout=timeout)

    async def value(self, sql: str, *arguments: object, timeout: float | None = None) -> object:  # noqa: ASYNC109 - likewise
        """Run one statement as :meth:`execute` does, and return the first column of its first row."""
        return await self._pool.fetchval(sql, *arguments, timeout=timeout)

    @asynccontextmanager
    async def session(self, *, silent: timedelta | None = None) -> AsyncIterator["Session"]:
        """Take one connection for long: session locks and notifications, given back by closing it.

        ``silent``: the server ends it, and its locks, where nothing is asked on it for so long, as a process that hangs asks nothing;
        None: never.
        """
        async with self._pool.acquire() as connection:
            taken = cast("asyncpg.Connection", connection)
            try:
                if silent is not None:
                    await taken.execute(f"SET idle_session_timeout = {silent // timedelta(milliseconds=1)}")
                yield Session(taken)
            finally:
                _close(taken)

    async def close(self) -> None:
        """Give every connection back; those still working are cut after two seconds."""
        try:
            async with asyncio.timeout(_GOODBYES):
                await self._pool.close()
        except TimeoutError:
            self.cut()

    def cut(self) -> None:
        """Break off every connection at once: who still waits for the server learns that there is no answer.

        Without it a statement that was cancelled waits for the server's word on that, for half a minute where the server is gone.
        """
        self._pool.terminate()


async def close_all(*pools: Pool) -> None:
    """Close pools side by side: a server that does not answer is waited for once."""
    await asyncio.gather(*(pool.close() for pool in pools))


class Session:
    """A connection held for long: advisory locks and LISTEN."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection: Final = connection

    async def try_lock(self, key: int) -> bool:
        """Take the session's advisory lock ``key``; False where another session holds it."""
        return bool(await self._connection.fetchval("SELECT pg_try_advisory_lock($1)", key))

    async def unlock(self, key: int) -> None:
        """Give the advisory lock ``key`` back."""
        await self._connection.execute("SELECT pg_advisory_unlock($1)", key)

    async def listen(self, channel: str, heard: Callable[[str], None]) -> None:
        """Call ``heard(payload)`` for each notification on ``channel``."""

        def deliver(_connection: object, _pid: int, _channel: str, payload: object) -> None:
            heard(str(payload))

        await self._connection.add_listener(channel, deliver)

    async def alive(self) -> bool:
        """Return whether the server still answers on this connection."""
        if self._connection.is_closed():
            return False
        try:
            await self._connection.execute("SELECT 1", timeout=5)
        except (*Unreachable, asyncpg.PostgresError):
            return False
        return True


def _begin(tenant_id: UUID | None, context: dict[str, str]) -> str:
    """Return BEGIN and its settings as one round trip. Values are our own UUIDs, hex and words, checked here all the same."""
    settings = dict(context)
    if tenant_id is not None:
        settings["app.tenant_id"] = str(UUID(str(tenant_id)))
    statements = ["BEGIN"]
    for name, value in settings.items():
        if not (
            name in ONE_PLAN or name == "lock_timeout" or re.fullmatch(r"app\.[a-z_]+", name)
        ) or not re.fullmatch(r"[0-9A-Za-z_-]*", value):
            raise ValueError(f"not a transaction setting: {name}")
        statements.append(f"SELECT set_config('{name}', '{value}', true)")
    return "; ".join(statements)


def _require_commit(answer: str) -> None:
    """Raise unless it is committed: PostgreSQL takes the COMMIT of a transaction in which a statement failed, and rolls it back."""
    if answer != "COMMIT":
        raise RuntimeError("a statement failed, and nobody was told: nothing of this transaction is kept")


async def _roll_back(connection: asyncpg.Connection) -> None:
    """Undo the transaction, or close the connection where even that is impossible: it must not go back to the pool half-way."""
    try:
        if not connection.is_closed():
            await connection.execute("ROLLBACK", timeout=5)
    except (*Unreachable, asyncpg.PostgresError):
        _close(connection)


def _close(connection: asyncpg.Connection) -> None:
    """Close a connection at once. One that was cut with its pool is gone, and says so of whatever it is asked.

    Nobody may hear that in the place of what really happened: a task that was told to stop would take it for a database that is away.
    """
    with suppress(asyncpg.InterfaceError):
        connection.terminate()


async def _no_reset(_connection: object) -> None:
    """Leave the session as it is."""
