"""Quiet hours: when nobody is written to, by the clock of whoever would be."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec


class Quiet(msgspec.Struct, frozen=True):
    """Nobody is written to from ``start`` to ``end``, by their own clock; the span may go over midnight."""

    start: time
    end: time

    def holds(self, local: time) -> bool:
        """Tell whether it is quiet at that time of day."""
        if self.start <= self.end:
            return self.start <= local < self.end
        return local >= self.start or local < self.end

    def ends_at(self, zone: str, *, now: datetime) -> datetime | None:
        """Return when somebody in the IANA time zone ``zone`` may be written to again; None where they may at ``now``."""
        local = now.astimezone(ZoneInfo(zone))
        if not self.holds(local.time()):
            return None
        today = datetime.combine(local.date(), self.end, tzinfo=local.tzinfo)
        return (today if today > local else today + timedelta(days=1)).astimezone(UTC)
