"""Notices a database that was restored from a backup. What waits in it may have been sent since, and its logs may have to be renumbered.

The database itself shows that it was restored from a dump (migration 0116). Its logs are numbered by transaction ids and read only up to
the oldest transaction that is still open. In a new cluster, whose ids are lower, nothing in them would be read. So the migration runner
checks that, and renumbers the logs; migration 0007 tells what this means for each of them.
"""

from contextlib import AbstractAsyncContextManager
from typing import Any, Final, Protocol

import structlog

log: Final = structlog.get_logger(__name__)

_AT_HOME: Final = """
SELECT EXISTS (SELECT FROM public.database_home h
                WHERE h.relation = 'public.database_home'::regclass::oid::bigint
                  AND h.xmin::text::bigint = h.xid & 4294967295)"""
_COME_HOME: Final = """
INSERT INTO public.database_home (relation, xid) VALUES ('public.database_home'::regclass::oid::bigint, current_xid())
    ON CONFLICT ((true)) DO UPDATE SET relation = excluded.relation, xid = excluded.xid"""


class _Connection(Protocol):
    async def execute(self, query: str, /) -> str: ...

    async def fetchval(self, query: str, /) -> Any: ...

    def transaction(self) -> AbstractAsyncContextManager[Any]: ...


async def logs_lie_ahead(connection: _Connection) -> bool:
    """Return whether a log has transaction ids that this cluster has yet to reach. ``connection`` is the schema owner's."""
    async with connection.transaction():
        # The owner is held to row-level security like everybody, and no policy shows him a row.
        await connection.execute("SET LOCAL ROLE app_apply")
        return bool(await connection.fetchval("SELECT logs_lie_ahead()"))


async def is_at_home(connection: _Connection) -> bool:
    """Return whether the database is still where :func:`come_home` noted it; False: it was restored. ``connection``: the schema owner's."""
    return bool(await connection.fetchval(_AT_HOME))


async def come_home(connection: _Connection) -> None:
    """Note that the database is at home here. Call it only once nothing is left in it that may have been sent from elsewhere."""
    await connection.execute(_COME_HOME)


async def renumber(connection: _Connection) -> None:
    """Renumber the logs; nothing else may use them meanwhile, and readers of events begin anew. ``connection``: the schema owner's."""
    log.warning("logs_renumbering", reason="the database was restored into a new cluster")
    async with connection.transaction():
        await connection.execute("SET LOCAL lock_timeout = '10s'")
        await connection.execute("SET LOCAL statement_timeout = 0")
        await connection.execute("SELECT renumber_restored_logs()")
        # A dump from before migration 0116 shows only by this numbering that it was restored. That is mended now, so note it as restored.
        await connection.execute("UPDATE public.database_home SET relation = 0")
    log.warning("logs_renumbered")
