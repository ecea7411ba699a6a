"""Days by a tenant's clock, which of them are due to be counted, and what a histogram says. No I/O."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from curbe.domain.errors import InvalidRequest

WEEK: Final = timedelta(days=7)  # an answer that comes later does not count as one
MOST_DAYS: Final = 400  # in one report
USUAL_DAYS: Final = 30
_STEP: Final = 1.1  # each bucket of the histogram is this many times as wide as the one before
# A day is first counted this long after its end; changes before that are not marked.
_OVER: Final = timedelta(hours=2)
_SETTLED: Final = timedelta(days=8)  # after this long no answer to a message of that day is counted any more
_AGAIN: Final = timedelta(hours=3)  # until a day is settled, it is counted again this often
_DAY: Final = timedelta(days=1)
# No messages are older than this, and Python's calendar does not end near it.
_OLDEST: Final = date(1970, 1, 1)


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """A day that is counted."""

    day: date
    time_zone: str
    counted_at: datetime
    partial: bool
    closed_at: datetime | None


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """How long something took, so many times.

    The mean is exact. The median and the time within which nine of ten were done are read off a histogram: they are right within a
    twentieth. All are null where it never happened.
    """

    count: int = 0
    mean_seconds: float | None = None
    median_seconds: float | None = None
    p90_seconds: float | None = None


def bounds(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when a day begins and when the next one does; a day has 23 or 25 hours when clocks are changed."""
    begins, ends = (datetime.combine(one, time(), zone).astimezone(UTC) for one in (day, day + _DAY))
    return begins, ends


def day_of(at: datetime, zone: ZoneInfo) -> date:
    """Return the day a moment belongs to."""
    return at.astimezone(zone).date()


def last_day_over(now: datetime, zone: ZoneInfo) -> date:
    """Return the latest day that ended long enough ago to be counted."""
    return day_of(now - _OVER, zone) - _DAY


def days_between(first: date, last: date) -> Iterator[date]:
    """Yield the days from one to another, both included."""
    for n in range((last - first).days + 1):
        yield first + timedelta(days=n)


def due(
    days: Iterable[date],
    *,
    counted: Mapping[date, Counted],
    marked: Iterable[date],
    zone: ZoneInfo,
    now: datetime,
) -> list[date]:
    """Return which of ``days`` are due, the latest first: new ones, those that changed, and those whose messages may still be answered."""
    changed = set(marked)

    def stale(day: date) -> bool:
        known = counted.get(day)
        if known is None:
            return True
        if known.closed_at is not None:
            return False
        settled_at = bounds(day, zone)[1] + _SETTLED
        again = known.counted_at < min(settled_at, now - _AGAIN)
        return again or day in changed or known.time_zone != zone.key

    return sorted((day for day in set(days) if stale(day)), reverse=True)


def checked_range(first: date | None, last: date | None, *, today: date) -> tuple[date, date]:
    """Return the first and last day of a report; the last 30 days if none are named.

    Raises:
        InvalidRequest: the last day is before the first, there are too many days, or they are in the future or too long ago.
    """
    for field, day in (("from", first), ("to", last)):
        if day is not None and day < _OLDEST:
            raise InvalidRequest(
                f"There are no messages of {day}.", fix=f"Send a day since {_OLDEST}.", field=field
            )
    end = today if last is None else last
    begin = end - timedelta(days=USUAL_DAYS - 1) if first is None else first
    if end > today:
        raise InvalidRequest(
            f"A report cannot be about days to come: today is {today}.",
            fix="Send a `to` up to today.",
            field="to",
        )
    if begin > end:
        raise InvalidRequest(
            "The report would end before it begins.", fix="Send a `from` up to `to`.", field="from"
        )
    if (end - begin).days >= MOST_DAYS:
        raise InvalidRequest(
            f"A report has at most {MOST_DAYS} days.",
            fix="Ask for a shorter time, several times.",
            field="from",
        )
    return begin, end


def spread(steps: Mapping[int, int], *, seconds: int) -> Spread:
    """Return mean, median and 90th percentile of a histogram; ``seconds``: the exact sum of its values."""
    count = sum(steps.values())
    if not count:
        return Spread()
    return Spread(
        count=count,
        mean_seconds=round(seconds / count, 1),
        median_seconds=_within(steps, (count + 1) // 2),
        p90_seconds=_within(steps, -(-count * 9 // 10)),
    )


def _within(steps: Mapping[int, int], rank: int) -> float:
    """Return about how long the ``rank``-th shortest took: the middle of its bucket."""
    seen = 0
    for step in sorted(steps):
        seen += steps[step]
        if seen >= rank:
            return round(_STEP ** (step + 0.5), 1)
    raise ValueError("the rank is beyond the histogram")
