"""A database that was restored: what waits in it may have been sent since, and in a new cluster its logs do not move.

That it was restored from a dump, it tells by itself (migration 0116). In a new cluster its logs are numbered by transactions that this one
has yet to reach. They are read up to the oldest transaction still open, so nothing in them would move. The migration runner looks, and
renumbers them; what that means for each log is told in migration 0007.
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
    """Return whether a log of the database is numbered ahead of its cluster. ``connection`` is the schema owner's."""
    async with connection.transaction():
        # The owner is held to row-level security like everybody, and no policy shows him a row.
        await connection.execute("SET LOCAL ROLE app_apply")
        return bool(await connection.fetchval("SELECT logs_lie_ahead()"))


async def is_at_home(connection: _Connection) -> bool:
    """Return whether the database lies where it was last seen to; False: it was restored. ``connection`` is the schema owner's."""
    return bool(await connection.fetchval(_AT_HOME))


async def come_home(connection: _Connection) -> None:
    """Note that the database lies here, now that nothing in it goes out that may have gone out elsewhere."""
    await connection.execute(_COME_HOME)


async def renumber(connection: _Connection) -> None:
    """Renumber the logs, alone with them; readers of events begin anew. ``connection`` is the schema owner's."""
    log.warning("logs_renumbering", reason="the database was restored into a new cluster")
    async with connection.transaction():
        await connection.execute("SET LOCAL lock_timeout = '10s'")
        await connection.execute("SET LOCAL statement_timeout = 0")
        await connection.execute("SELECT renumber_restored_logs()")
        # A dump from before migration 0116 tells by nothing else that it was restored, and its logs lie ahead no longer.
        await connection.execute("UPDATE public.database_home SET relation = 0")
    log.warning("logs_renumbered")
