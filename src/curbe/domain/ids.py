"""Our ids are UUIDs that sort by time; what Meta names is opaque text, never parsed."""

from datetime import datetime
from typing import Final
from uuid import UUID

FIRST_ID: Final = UUID(int=0)  # before every other: where a list by ids begins
LAST_ID: Final = UUID(int=2**128 - 1)


def first_id(moment: datetime) -> UUID:
    """Return the least UUIDv7 of a moment: its first 48 bits are milliseconds since 1970, before which there is no id."""
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)
