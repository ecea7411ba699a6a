"""How fast one number may send: evenly spaced starts, slower after a throttling answer, back up again with time. Pure."""

from typing import Final

# A little under what Meta counts, so that the jitter of the way there does not push a second over the limit.
_SAFETY: Final = 0.98
_SLOWEST: Final = 1.0  # messages per second
_RECOVERY: Final = 0.1  # of the full rate, gained back per second


class Pace:
    """The right to start sends: one each ``1/rate`` seconds. Time is a monotonic clock in seconds."""

    def __init__(self, per_second: float, *, now: float) -> None:
        self.full: Final = per_second * _SAFETY
        self._rate = self.full
        self._rate_at = now
        self._next = now

    def take(self, most: int, *, now: float, horizon: float) -> int:
        """Return how many sends may start within ``horizon`` seconds from ``now``, at most ``most``, and count them as started."""
        rate = self._current(now)
        self._next = max(self._next, now)
        allowed = min(most, max(0, int((now + horizon - self._next) * rate)))
        self._next += allowed / rate
        return allowed

    def give_back(self, unused: int) -> None:
        """Return starts that :meth:`take` granted and nobody used."""
        self._next -= unused / self._rate

    def spacing(self, *, now: float) -> float:
        """Return the seconds between two starts."""
        return 1 / self._current(now)

    def slow_down(self, *, now: float) -> None:
        """Halve the rate: the provider said that this number is too fast."""
        self._rate = max(_SLOWEST, self._current(now) / 2)
        self._rate_at = now

    def _current(self, now: float) -> float:
        self._rate = min(self.full, self._rate + (now - self._rate_at) * self.full * _RECOVERY)
        self._rate_at = now
        return self._rate
