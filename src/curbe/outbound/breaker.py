"""Whether the provider answers at all: after some requests in a row without a clear answer, one is tried now and then. Pure.

Time is a monotonic clock in seconds. docs/explanation/pace.md says why each rule is as it is.
"""

from collections import Counter
from enum import Enum, StrEnum
from typing import Final
from uuid import UUID

import msgspec

_IN_A_ROW: Final = 5  # requests without one clear answer
_FIRST_PAUSE: Final = 1.0  # seconds
_LONGEST_PAUSE: Final = 60.0
_PROBE_UNDER_WAY: Final = 0.5  # how soon to look again; its answer may come at any moment


class Heard(Enum):
    """What a request to the provider came back with."""

    CLEAR = "clear"  # a yes, or a no
    SILENCE = "silence"  # no connection, no answer, or one that says neither yes nor no
    NOT_ASKED = "not_asked"  # it never came to a request


class Leave(Enum):
    """What may be asked of the provider now."""

    ANY = "any"
    PROBE = "probe"  # one request, to see whether it answers again
    NONE = "none"


class Reach(StrEnum):
    """Of whom the provider says nothing."""

    NUMBER = "number"
    PROVIDER = "provider"


class Change(msgspec.Struct, frozen=True):
    """A circuit has opened (little is asked any more), or closed."""

    reach: Reach
    opened: bool


class _Circuit:
    """Open while nothing clear is heard. Who probes it is named: answers to requests that began before it opened still come in."""

    def __init__(self, reach: Reach) -> None:
        self._reach: Final = reach
        self._pause = 0.0
        self._due_at = 0.0
        self._probing: UUID | None = None

    @property
    def is_open(self) -> bool:
        return self._pause > 0

    def open(self, *, now: float) -> list[Change]:
        self._wait_for(_FIRST_PAUSE, now=now)
        return [Change(self._reach, opened=True)]

    def close(self) -> list[Change]:
        was_open, self._pause, self._probing = self.is_open, 0.0, None
        return [Change(self._reach, opened=False)] if was_open else []

    def probe(self, number: UUID) -> None:
        self._probing = number

    def probed_by(self, number: UUID) -> bool:
        return self._probing == number

    def wait(self, now: float) -> float:
        return _PROBE_UNDER_WAY if self._probing is not None else max(0.0, self._due_at - now)

    def heard_nothing_clear(self, heard: Heard, *, now: float) -> None:
        """Take note that a probe has ended, and has not closed this."""
        self._probing = None
        if heard is Heard.SILENCE:
            self._wait_for(min(self._pause * 2, _LONGEST_PAUSE), now=now)

    def _wait_for(self, pause: float, *, now: float) -> None:
        self._pause, self._due_at = pause, now + pause


class Breaker:
    """A circuit breaker: stops sending while the provider does not answer, so that the queue is not spent on it.

    Each request without a clear answer leaves a message that nobody may send again. So after five such requests in a row the circuit opens:
    only one request is made as a probe, after a pause that doubles up to a minute, until one is answered clearly.

    Each number has a circuit of its own. If the five requests are of several numbers, the provider as a whole is silent, and a single probe
    serves all numbers. A number whose own circuit is open probes for itself, and its silence does not count against the provider; a clear
    answer to it closes both.
    """

    def __init__(self) -> None:
        self._provider = _Circuit(Reach.PROVIDER)
        self._halted: dict[UUID, _Circuit] = {}  # each open
        self._silences: Counter[UUID] = Counter()  # of a number, since it heard anything clear
        # Of the numbers that are not halted, since anybody heard anything clear.
        self._lately: Counter[UUID] = Counter()

    def may_claim(self, number: UUID, *, now: float) -> Leave:
        """Tell how much it makes sense to claim now. Whether a request may be made is decided only by :meth:`ask`."""
        circuit = self._circuit(number)
        if circuit is None:
            return Leave.ANY
        return Leave.NONE if circuit.wait(now) > 0 else Leave.PROBE

    def ask(self, number: UUID, *, now: float) -> Leave:
        """Tell whether a request may begin now. PROBE is given to one caller at a time, who must tell :meth:`heard` what came of it."""
        leave = self.may_claim(number, now=now)
        circuit = self._circuit(number)
        if leave is Leave.PROBE and circuit is not None:
            circuit.probe(number)
        return leave

    def wait(self, number: UUID, *, now: float) -> float:
        """Return in how many seconds to look again."""
        circuit = self._circuit(number)
        return 0.0 if circuit is None else circuit.wait(now)

    def heard(self, number: UUID, heard: Heard, *, leave: Leave, now: float) -> list[Change]:
        """Note what came of a request that began with ``leave``; return the circuits that opened or closed by it."""
        circuit = self._circuit(number)
        if circuit is not None:
            if leave is not Leave.PROBE or not circuit.probed_by(number):
                return []
            if heard is Heard.CLEAR:
                return self._answered(number)
            circuit.heard_nothing_clear(heard, now=now)
        elif heard is Heard.CLEAR:
            self._answered(number)
        elif heard is Heard.SILENCE:
            return self._silent(number, now=now)
        return []

    def open_count(self, reach: Reach) -> int:
        """Return how many circuits are open."""
        return int(self._provider.is_open) if reach is Reach.PROVIDER else len(self._halted)

    def forget(self, number: UUID) -> None:
        """Forget a number that does not send any more."""
        self._halted.pop(number, None)
        self._silences.pop(number, None)
        self._lately.pop(number, None)

    def _circuit(self, number: UUID) -> _Circuit | None:
        """Return what keeps a number from asking: its own circuit before that of all."""
        return self._halted.get(number) or (self._provider if self._provider.is_open else None)

    def _answered(self, number: UUID) -> list[Change]:
        self._silences.pop(number, None)
        self._lately.clear()
        own = self._halted.pop(number, None)
        return [*(own.close() if own is not None else ()), *self._provider.close()]

    def _silent(self, number: UUID, *, now: float) -> list[Change]:
        self._silences[number] += 1
        self._lately[number] += 1
        if self._silences[number] >= _IN_A_ROW:
            self.forget(number)
            own = self._halted[number] = _Circuit(Reach.NUMBER)
            return own.open(now=now)
        if self._lately.total() >= _IN_A_ROW:  # of several: one number alone is halted before
            self._lately.clear()
            return self._provider.open(now=now)
        return []
