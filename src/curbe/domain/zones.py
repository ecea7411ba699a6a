"""Time zones by their names in the IANA database, as people write them: Europe/Madrid."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones


def zone(name: str) -> ZoneInfo | None:
    """Return a time zone by its name; None where there is no such zone."""
    return ZoneInfo(name) if name in _names() else None


@cache  # asked for anew, it is looked for file by file
def _names() -> frozenset[str]:
    return frozenset(available_timezones())
