"""A database restored into a new cluster: its logs are numbered by transactions that this cluster has yet to reach.

The logs are read up to the oldest transaction still open, so nothing in them would move. The migration runner looks, and renumbers
them; what that means for each log is told in migration 0007.
"""

from contextlib import AbstractAsyncContextManager
from typing import Any, Final, Protocol

import structlog

log: Final = structlog.get_logger(__name__)


class _Connection(Protocol):
    async def execute(self, query: str, /) -> str: ...

    async def fetchval(self, query: str, /) -> Any: ...

    def transaction(self) -> AbstractAsyncContextManager[Any]: ...


async def logs_lie_ahead(connection: _Connection) -> bool:
    """Return whether a log of the database is numbered ahead of its cluster. ``connection`` is the schema owner's."""
    async with connection.transaction():
        # The owner is held to row-level security like everybody, and no policy shows him a row.
        await connection.execute("SET LOCAL ROLE app_apply")
        return bool(await connection.fetchval("SELECT logs_lie_ahead()"))


async def renumber(connection: _Connection) -> None:
    """Renumber the logs, alone with them; readers of events begin anew. ``connection`` is the schema owner's."""
    log.warning("logs_renumbering", reason="the database was restored into a new cluster")
    async with connection.transaction():
        await connection.execute("SET LOCAL lock_timeout = '10s'")
        await connection.execute("SET LOCAL statement_timeout = 0")
        await connection.execute("SELECT renumber_restored_logs()")
    log.warning("logs_renumbered")
