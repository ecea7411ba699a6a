"""The customer service window of a number and a person."""

from datetime import UTC, datetime, timedelta
from typing import Final

from curbe_sandbox.state import World

WINDOW: Final = timedelta(hours=24)  # since the person last wrote or called [Sep 2026]


def window_is_open(world: World, phone_number_id: str, wa_id: str, *, at: datetime | None) -> bool:
    """Whether free-form messages may be sent at ``at`` (now where None)."""
    last = world.windows.get((phone_number_id, wa_id))
    return last is not None and (at or datetime.now(UTC)) - last < WINDOW
