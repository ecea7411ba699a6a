"""The only clock: shells call ``utc_now()`` and hand ``now`` down; the rest takes time as a parameter."""

from datetime import UTC, datetime


def utc_now() -> datetime:
    """Return the present moment, aware, in UTC."""
    return datetime.now(UTC)
