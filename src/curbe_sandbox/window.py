"""The customer service window of a number and a person."""

from datetime import UTC, datetime, timedelta
from typing import Final

from curbe_sandbox.state import World

FREE_ENTRY: Final = timedelta(hours=72)  # after a click-to-WhatsApp message, templates and all
WINDOW: Final = timedelta(hours=24)  # since the person last wrote or called [Sep 2026]


def window_is_open(world: World, phone_number_id: str, wa_id: str, *, at: datetime | None) -> bool:
    """Whether free-form messages may be sent at ``at`` (now where None)."""
    last = world.windows.get((phone_number_id, wa_id))
    return last is not None and (at or datetime.now(UTC)) - last < WINDOW


def is_free_entry(world: World, phone_number_id: str, wa_id: str, *, at: datetime | None) -> bool:
    """Whether the person came through an advertisement so lately that messages to them cost nothing."""
    came = world.free_entries.get((phone_number_id, wa_id))
    return came is not None and (at or datetime.now(UTC)) - came < FREE_ENTRY
