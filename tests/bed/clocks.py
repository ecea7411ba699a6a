"""Clocks for tests."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from curbe.infra.db import Transaction


def stopped_at(moment: datetime) -> Callable[[Transaction], Awaitable[datetime]]:
    """Return a database's clock that stands still."""

    async def now(_tx: Transaction) -> datetime:
        return moment

    return now
