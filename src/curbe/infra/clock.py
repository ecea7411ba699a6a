"""The only clock: shells call ``utc_now()`` and hand ``now`` down; the rest takes time as a parameter."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def carried_on(told: datetime) -> Callable[[], datetime]:
    """Return a clock that goes on from what another one tells now: the database's, where a process's own could decide wrongly."""
    began = time.monotonic()
    return lambda: told + timedelta(seconds=time.monotonic() - began)
