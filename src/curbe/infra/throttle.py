"""Token buckets by key, in memory: for slowing those who fail, never for counting those who succeed."""

from collections import OrderedDict
from typing import Final


class Throttle:
    """At most ``burst`` failures at once and ``per_second`` in the long run for each key; remembers the ``keys`` seen last."""

    def __init__(self, *, per_second: float, burst: float, keys: int = 10_000) -> None:
        self._per_second: Final = per_second
        self._burst: Final = burst
        self._keys: Final = keys
        self._buckets: Final[OrderedDict[str, tuple[float, float]]] = OrderedDict()

    def allow(self, key: str, *, now: float) -> bool:
        """Take one token of ``key``; False where none is left. ``now`` is a monotonic clock in seconds."""
        tokens, at = self._buckets.pop(key, (self._burst, now))
        tokens = min(self._burst, tokens + (now - at) * self._per_second)
        allowed = tokens >= 1
        self._buckets[key] = (tokens - 1 if allowed else tokens, now)
        if len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        return allowed

    def give_back(self, key: str) -> None:
        """Return a token that ``allow`` took for what turned out to be no failure."""
        if key in self._buckets:
            tokens, at = self._buckets[key]
            self._buckets[key] = (min(self._burst, tokens + 1), at)

    def wait(self, key: str, *, now: float) -> float:
        """Return in how many seconds ``key`` has a token again; 0 where it has one now."""
        tokens, at = self._buckets.get(key, (self._burst, now))
        return max(0.0, (1 - tokens) / self._per_second - (now - at))
