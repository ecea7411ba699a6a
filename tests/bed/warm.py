"""Connections that outlive the test that made them: a new one first learns the whole catalog, for longer than most tests ask it.

They stay with their database, on one event loop, and each is one test's at a time.
"""

import asyncio
from collections import defaultdict
from collections.abc import Container
from typing import Any, Final, cast

import asyncpg
from anyio import pytest_plugin

from curbe.infra.db import Pool, Role, close_all

# What a session keeps beyond a transaction, but for its prepared statements. (RESET ALL leaves the role as it is.)
_AS_BEGUN: Final = """
RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL;
UNLISTEN *; CLOSE ALL; DISCARD TEMP;
SELECT pg_advisory_unlock_all()"""


class Warm:
    """Pools and owners' connections by database, those that no test uses at the moment."""

    def __init__(self) -> None:
        self._owners: Final[dict[str, asyncpg.Connection]] = {}
        self._pools: Final[defaultdict[str, dict[Role, Pool]]] = defaultdict(dict)

    async def owner(self, dsn: str) -> asyncpg.Connection:
        """Return a connection of the schema's owner: one that was given back, else a new one."""
        owner = self._owners.pop(dsn, None)
        return await asyncpg.connect(dsn) if owner is None or owner.is_closed() else owner

    async def owner_back(self, dsn: str, owner: asyncpg.Connection) -> None:
        """Keep an owner's connection for the next test, or close it where this one left it amid something."""
        if owner.is_closed() or owner.is_in_transaction() or dsn in self._owners:
            await owner.close()
        else:
            await owner.execute(_AS_BEGUN)
            self._owners[dsn] = owner

    async def pool(self, dsn: str, role: Role) -> Pool:
        """Return a pool of a role: one that was given back, else a new one."""
        return self._pools[dsn].pop(role, None) or await Pool.open(dsn, role)

    async def pool_back(self, dsn: str, pool: Pool) -> None:
        """Keep a pool for the next test, or close it where somebody still has one of its connections."""
        if _idle(pool) and pool.role not in self._pools[dsn]:
            _connected_first(pool)
            self._pools[dsn][pool.role] = pool
        else:
            await pool.close()

    def backends(self, dsn: str) -> list[int]:
        """Return the process ids of the server behind the kept connections to a database."""
        owners = [self._owners[dsn].get_server_pid()] if dsn in self._owners else []
        return [*owners, *(pid for pool in self._pools[dsn].values() for pid in _backends(pool))]

    def forget(self, dsn: str, *, but: Container[int] = ()) -> None:
        """Break off the connections to a database, but for those behind which these processes of the server are."""
        if dsn in self._owners and self._owners[dsn].get_server_pid() not in but:
            self._owners.pop(dsn).terminate()
        for role, pool in list(self._pools[dsn].items()):
            if any(pid not in but for pid in _backends(pool)):
                self._pools[dsn].pop(role).cut()

    async def close(self) -> None:
        """Give every connection back."""
        for owner in self._owners.values():
            await owner.close()
        await close_all(*(pool for pools in self._pools.values() for pool in pools.values()))
        self._owners.clear()
        self._pools.clear()


def end_what_hangs() -> None:
    """End the task in which anyio runs every test of a loop, if a test still waits in it; the next one gets a task of its own."""
    runner = cast("Any", pytest_plugin)._current_runner
    if runner is not None and (task := runner._runner_task) is not None:
        task.cancel()
        runner.get_loop().run_until_complete(asyncio.wait([task]))
        runner._runner_task = None


def _backends(pool: Pool) -> list[int]:
    holders = cast("Any", pool)._pool._holders
    return [holder._con.get_server_pid() for holder in holders if holder.is_connected()]


def _idle(pool: Pool) -> bool:
    held = cast("Any", pool)._pool
    return not held.is_closing() and held.get_idle_size() == held.get_size()


def _connected_first(pool: Pool) -> None:
    """Have a connection taken before one is made: of what was given back, the last would be the first, a closed one too."""
    cast("Any", pool)._pool._queue._queue.sort(key=lambda holder: holder.is_connected())
