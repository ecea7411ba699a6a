"""When a business is open, in its own time zone, through changes of the clock. Pure."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final
from zoneinfo import ZoneInfo

import msgspec

# Since when a business that never opens is closed: always the same moment.
_NEVER_OPEN: Final = datetime(2000, 1, 1, tzinfo=UTC)
ClockTime = Annotated[
    str,
    msgspec.Meta(
        pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$", description="Such as 09:00; 24:00 ends a day."
    ),
]


class Hours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Open on a ``day`` (0 is Monday) from ``opens`` until ``closes``; over midnight they are two."""

    day: Annotated[int, msgspec.Meta(ge=0, le=6)]
    opens: ClockTime
    closes: ClockTime

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError("a day's hours end after they begin; hours over midnight are those of two days")


def closed_since(
    hours: Sequence[Hours], holidays: Sequence[date], zone: ZoneInfo, *, now: datetime
) -> datetime | None:
    """Return since when the business has been closed at ``now``; None if it is open.

    For hours that never open this is always the same moment.
    """
    closed = set(holidays)
    today = now.astimezone(zone).date()
    # Go back to the last day on which it closed. Each holiday may remove one opening of a business that opens once a week, so look back
    # that many weeks.
    for back in range(7 * (len(closed) + 2)):
        spans = list(_spans(hours, closed, zone, today - timedelta(days=back)))
        if any(opens <= now < closes for opens, closes in spans):
            return None
        if ended := [closes for _, closes in spans if closes <= now]:
            return max(ended)
    return _NEVER_OPEN


def _spans(
    hours: Sequence[Hours], holidays: set[date], zone: ZoneInfo, day: date
) -> Iterator[tuple[datetime, datetime]]:
    if day in holidays:
        return
    for one in hours:
        if one.day == day.weekday():
            yield _moment(day, one.opens, zone), _moment(day, one.closes, zone)


def _moment(day: date, clock: str, zone: ZoneInfo) -> datetime:
    if clock == "24:00":
        return _moment(day + timedelta(days=1), "00:00", zone)
    at = time(int(clock[:2]), int(clock[3:]))
    return datetime.combine(day, at, zone).astimezone(UTC)
