"""The customer service window: 24 hours from a person's last message or call [Meta: send messages, Sep 2026]."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

LENGTH: Final = timedelta(hours=24)


class OpenWindow(msgspec.Struct, frozen=True):
    """Proof that a free-form message may be sent until ``closes_at`` (aware, UTC)."""

    closes_at: datetime


def closing_time(last_inbound_at: datetime | None) -> datetime | None:
    """Return when the window of a person who last wrote at ``last_inbound_at`` closes or closed; None if they never wrote."""
    return None if last_inbound_at is None else last_inbound_at + LENGTH


def customer_service_window(last_inbound_at: datetime | None, *, now: datetime) -> OpenWindow | None:
    """Return the window open at ``now``, or None where only a template may be sent.

    Args:
        last_inbound_at: when the person last wrote, by Meta's clock; None if they never did.
        now: the moment of sending. Both aware.
    """
    closes_at = closing_time(last_inbound_at)
    return OpenWindow(closes_at=closes_at) if closes_at is not None and now < closes_at else None
