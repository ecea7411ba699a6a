"""What is too old, and when to look. No I/O."""

from datetime import datetime, timedelta
from typing import Final

import msgspec

EVERY: Final = timedelta(hours=20)  # about once a night, whenever the night is
# For an idempotency key that comes again: longer than anybody repeats a request.
ANSWERS_KEPT: Final = timedelta(days=7)


class Purged(msgspec.Struct, frozen=True, kw_only=True):
    """What was deleted, by kind."""

    messages: int = 0
    notes: int = 0  # and lines of what was done to a conversation
    files: int = 0
    events: int = 0
    notices: int = 0
    others: int = 0  # reactions and amendments without a message, calls
    notifications: int = 0  # events of their own systems, with what followed
    deeds: int = 0  # of automations
    recipients: int = 0  # of campaigns, and the files they came in
    answers: int = 0  # to idempotency keys, which repeat what was sent
    deliveries: int = 0  # to outgoing webhooks
    tombstones: int = 0  # of what was erased and can come again no more

    def __add__(self, more: "Purged") -> "Purged":
        return Purged(**{name: getattr(self, name) + getattr(more, name) for name in self.__struct_fields__})

    def __bool__(self) -> bool:
        return any(msgspec.structs.astuple(self))


def limit(*, retention_days: int, now: datetime) -> datetime:
    """Return the moment before which a tenant keeps nothing."""
    return now - timedelta(days=retention_days)
