"""How fast one number may send: evenly spaced, never more in any second than Meta counts, slower after a throttling answer. Pure.

Time is a monotonic clock in seconds. docs/explanation/pace.md says why each rule is as it is.
"""

from collections import deque
from typing import Final

import msgspec

_SECOND: Final = 1.0  # the window in which Meta counts a number's messages [throughput, Sep 2026]
_SLOWEST: Final = 1.0  # messages per second
_RECOVERY: Final = 0.1  # of the full rate, gained back per second ...
_CAUTIOUS: Final = 0.01  # ... and once near the rate that was refused
_NEAR: Final = 0.9  # of the refused rate
_LATE: Final = 0.25  # seconds; more than a claim takes where the machine is busy
_LEARNT: Final = 100  # answers after which the shortest round trip is known


class Grant(msgspec.Struct, frozen=True):
    """The right to start ``count`` sends: the first at ``first_at``, the others ``spacing`` seconds apart."""

    count: int
    first_at: float
    spacing: float


class Pace:
    """The right to start sends from one number.

    Two rules meet. :meth:`take` grants starts evenly spaced, which sets the rate. :meth:`may_start` is asked before each start and
    looks at what really happened: Meta counts a message at some moment between its start and its answer, so each one counts from its
    start until a second after it. However late and bunched requests arrive there, no second holds more than ``limit``.
    """

    def __init__(self, per_second: int, *, headroom: float = 0.0, now: float) -> None:
        """``headroom`` is the share of ``per_second`` that is left to inbound messages, which Meta counts as well."""
        self.limit: Final = per_second
        self._full: Final = max(_SLOWEST, per_second * (1 - headroom))
        self._rate = self._full
        self._rate_at = now
        self._refused_rate = self._full / _NEAR
        self._slowed_at = -_SECOND
        self._next = now  # the earliest moment of the next start
        self._under_way = 0
        self._answered: Final[deque[float]] = deque()  # until when each answered one still counts
        self._seen = 0  # answers
        self._shortest = float("inf")  # round trip, seconds

    def take(self, most: int, *, now: float, horizon: float) -> Grant:
        """Grant the starts that lie within ``horizon`` seconds from ``now``, at most ``most``."""
        rate = self._current(now)
        # Who comes a little late for the next start has lost nothing; who was idle has saved nothing up.
        first_at = self._next if now - self._next <= _LATE else now
        last_at = now + horizon
        count = min(most, int((last_at - first_at) * rate) + 1) if first_at <= last_at and most > 0 else 0
        self._next = first_at + count / rate
        return Grant(count, first_at, 1 / rate)

    def give_back(self, unused: int) -> None:
        """Return starts that :meth:`take` granted and nobody used."""
        self._next -= unused / self._rate

    def ready(self, *, now: float, horizon: float) -> int:
        """Return how many starts fit into ``horizon`` seconds, one at least."""
        return int(horizon * self._current(now)) + 1

    def wait(self, *, now: float) -> float:
        """Return the seconds until the next start may be granted."""
        return max(0.0, self._next - now)

    def may_start(self, *, now: float) -> bool:
        """Tell whether one more, started now, keeps every second within the limit; count it as started if so."""
        while self._answered and self._answered[0] <= now:
            self._answered.popleft()
        if self._under_way + len(self._answered) >= self.limit:
            return False
        self._under_way += 1
        return True

    def forgo(self) -> None:
        """Take note that what was counted as started asked for nothing."""
        self._under_way -= 1

    def answered(self, *, started_at: float, now: float) -> None:
        """Take note that what was started then has its answer, whatever it says."""
        self._seen += 1
        self._shortest = min(self._shortest, now - started_at)
        self._under_way -= 1
        # It was counted before its answer left there, and no answer comes back quicker than half of the shortest round trip.
        back = self._shortest / 2 if self._seen >= _LEARNT else 0.0
        self._answered.append(now + _SECOND - back)

    def slow_down(self, *, started_at: float, now: float) -> None:
        """Halve the rate: the provider said that this number is too fast. What was started before the last time says the same once more."""
        if started_at <= self._slowed_at:
            return
        self._refused_rate = self._current(now)
        self._rate = max(_SLOWEST, self._refused_rate / 2)
        self._slowed_at = now
        self._next = max(self._next, now + 1 / self._rate)

    def rest(self, *, until: float) -> None:
        """Grant nothing before that moment."""
        self._next = max(self._next, until)

    def _current(self, now: float) -> float:
        """Return the rate, which comes back quickly to near where it was refused, and slowly from there."""
        elapsed, self._rate_at = now - self._rate_at, now
        near = min(self._full, self._refused_rate * _NEAR)
        if self._rate < near:
            quickly = min(elapsed, (near - self._rate) / (self._full * _RECOVERY))
            self._rate += quickly * self._full * _RECOVERY
            elapsed -= quickly
        self._rate = min(self._full, self._rate + elapsed * self._full * _CAUTIOUS)
        return self._rate
