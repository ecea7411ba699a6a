"""Shares of something that there is little of: nobody has all of it, however much they ask for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final
from uuid import UUID


class Shares:
    """Lets each tenant have ``most`` at a time (None: any number). One that wants more waits for its own; no other waits for it."""

    def __init__(self, most: int | None) -> None:
        self._most: Final = most
        self._turns: Final[dict[UUID, asyncio.Semaphore]] = {}
        self._asking: Final[dict[UUID, int]] = {}  # who has one, and who waits

    @asynccontextmanager
    async def taken(self, tenant_id: UUID | None) -> AsyncIterator[None]:
        """Have one while the block lasts; without a tenant, nothing is counted."""
        if self._most is None or tenant_id is None:
            yield
            return
        turns = self._turns.setdefault(tenant_id, asyncio.Semaphore(self._most))
        self._asking[tenant_id] = self._asking.get(tenant_id, 0) + 1
        try:
            async with turns:
                yield
        finally:
            self._asking[tenant_id] -= 1
            if not self._asking[tenant_id]:
                del self._asking[tenant_id], self._turns[tenant_id]
