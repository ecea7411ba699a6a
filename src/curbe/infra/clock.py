"""The only clock: shells call ``utc_now()`` and hand ``now`` down; the rest takes time as a parameter."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)


def carried_on(told: datetime) -> Callable[[], datetime]:
    """Return a clock that starts at ``told`` and runs on from there.

    For times of the database: decisions made by it do not depend on whether this process's own clock is right.
    """
    began = time.monotonic()
    return lambda: told + timedelta(seconds=time.monotonic() - began)
