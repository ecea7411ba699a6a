"""How fast a number may send: Meta's throughput and pair limits, and what was really reached."""

from collections import defaultdict, deque
from dataclasses import dataclass, field
from typing import Final

PAIR_BURST: Final = 45  # [about-the-platform, Sep 2026]
PAIR_SECONDS: Final = 6.0  # one message per person in this time
_SWEEP_ABOVE: Final = 100_000  # pairs remembered before the rested ones are forgotten


@dataclass(slots=True)
class Bucket:
    """A token bucket; times are seconds of any steady clock."""

    capacity: float
    per_second: float
    tokens: float
    at: float

    def take(self, now: float) -> bool:
        """Take one token; False where there is none, and then nothing is taken."""
        self.tokens = min(self.capacity, self.tokens + (now - self.at) * self.per_second)
        self.at = now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True

    def give_back(self) -> None:
        """Return a token that was taken for a message refused later."""
        self.tokens = min(self.capacity, self.tokens + 1)


@dataclass(slots=True)
class SlidingCount:
    """The most events ever seen within one window of ``seconds``."""

    seconds: float
    times: deque[float] = field(default_factory=deque)
    peak: int = 0

    def add(self, now: float) -> None:
        """Count one event."""
        self.times.append(now)
        while self.times[0] <= now - self.seconds:
            self.times.popleft()
        self.peak = max(self.peak, len(self.times))


@dataclass(slots=True)
class Pace:
    """The buckets of every number and pair, and the measured peaks per number."""

    numbers: dict[str, Bucket] = field(default_factory=dict)
    pairs: dict[tuple[str, str], Bucket] = field(default_factory=dict)
    reached: defaultdict[str, SlidingCount] = field(
        default_factory=lambda: defaultdict(lambda: SlidingCount(1.0))
    )

    def number_allows(self, phone_number_id: str, *, limit: int, now: float) -> bool:
        """Whether the number may send one more; takes its token if so."""
        bucket = self.numbers.get(phone_number_id)
        if bucket is None or bucket.capacity != limit:
            bucket = self.numbers[phone_number_id] = Bucket(limit, limit, limit, now)
        return bucket.take(now)

    def pair_allows(self, phone_number_id: str, wa_id: str, *, now: float) -> bool:
        """Whether the number may write to this person once more; takes the token if so."""
        bucket = self.pairs.get((phone_number_id, wa_id))
        if bucket is None:
            if len(self.pairs) > _SWEEP_ABOVE:
                self._forget_rested(now)
            bucket = self.pairs[phone_number_id, wa_id] = Bucket(
                PAIR_BURST, 1 / PAIR_SECONDS, PAIR_BURST, now
            )
        return bucket.take(now)

    def _forget_rested(self, now: float) -> None:
        self.pairs = {
            pair: bucket
            for pair, bucket in self.pairs.items()
            if bucket.tokens + (now - bucket.at) * bucket.per_second < PAIR_BURST
        }
