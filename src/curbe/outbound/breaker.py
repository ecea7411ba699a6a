"""Whether the provider answers at all: after some requests in a row without a clear answer, one is tried now and then. Pure.

Time is a monotonic clock in seconds. docs/explanation/pace.md says why each rule is as it is.
"""

from enum import Enum, StrEnum
from typing import Final
from uuid import UUID

import msgspec

_IN_A_ROW: Final = 5  # requests without one clear answer
_FIRST_PAUSE: Final = 1.0  # seconds
_LONGEST_PAUSE: Final = 60.0
_PROBE_UNDER_WAY: Final = 0.5  # how soon to look again; its answer may come at any moment
_NUMBERS: Final = 2  # of how many numbers the requests are, where all of the provider is meant


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
        self._silences = 0
        self._pause = 0.0
        self._due_at = 0.0
        self._probing: UUID | None = None

    @property
    def open(self) -> bool:
        return self._pause > 0

    @property
    def untroubled(self) -> bool:
        return not self.open and not self._silences

    def probe(self, number: UUID) -> None:
        self._probing = number

    def wait(self, now: float) -> float:
        return _PROBE_UNDER_WAY if self._probing is not None else max(0.0, self._due_at - now)

    def heard(
        self, number: UUID, heard: Heard, *, leave: Leave, may_open: bool = True, now: float
    ) -> list[Change]:
        if self.open:
            probed = leave is Leave.PROBE and self._probing == number
            return self._heard_probe(heard, now=now) if probed else []
        if heard is Heard.CLEAR:
            self._silences = 0
        elif heard is Heard.SILENCE:
            self._silences += 1
            if self._silences >= _IN_A_ROW and may_open:
                self._wait_for(_FIRST_PAUSE, now=now)
                return [Change(self._reach, opened=True)]
        return []

    def _heard_probe(self, heard: Heard, *, now: float) -> list[Change]:
        self._probing = None
        if heard is Heard.SILENCE:
            self._wait_for(min(self._pause * 2, _LONGEST_PAUSE), now=now)
        elif heard is Heard.CLEAR:
            self._silences, self._pause = 0, 0.0
            return [Change(self._reach, opened=False)]
        return []

    def _wait_for(self, pause: float, *, now: float) -> None:
        self._pause, self._due_at = pause, now + pause


class Breaker:
    """Keeps a queue from being spent on a provider that does not answer.

    Each request without a clear answer leaves a message that nobody may send again. So after five in a row nothing more is asked, but
    for one request after a pause that doubles up to a minute, until one is answered clearly. A number has a circuit of its own; where
    the five are of several numbers, it is the provider that is silent, and one probe serves all of them.
    """

    def __init__(self) -> None:
        self._provider = _Circuit(Reach.PROVIDER)
        self._numbers: dict[UUID, _Circuit] = {}
        self._silent: set[UUID] = set()  # numbers that heard nothing clear since anybody did

    def may_claim(self, number: UUID, *, now: float) -> Leave:
        """Tell what it makes sense to claim; nothing is promised before :meth:`ask`."""
        if not self._open(number):
            return Leave.ANY
        return Leave.NONE if self.wait(number, now=now) > 0 else Leave.PROBE

    def ask(self, number: UUID, *, now: float) -> Leave:
        """Tell whether a request may begin now. Who is given PROBE has it alone, and says by :meth:`heard` what came of it."""
        leave = self.may_claim(number, now=now)
        if leave is Leave.PROBE:
            for circuit in self._open(number):
                circuit.probe(number)
        return leave

    def wait(self, number: UUID, *, now: float) -> float:
        """Return in how many seconds to look again."""
        return max((circuit.wait(now) for circuit in self._open(number)), default=0.0)

    def heard(self, number: UUID, heard: Heard, *, leave: Leave, now: float) -> list[Change]:
        """Take note of what came of a request that began with ``leave``; return what has changed by it."""
        own = self._numbers.setdefault(number, _Circuit(Reach.NUMBER))
        if heard is Heard.SILENCE:
            self._silent.add(number)
        several = len(self._silent) >= _NUMBERS
        changes = own.heard(number, heard, leave=leave, now=now)
        changes += self._provider.heard(number, heard, leave=leave, may_open=several, now=now)
        if self._provider.untroubled:
            self._silent.clear()
        if own.untroubled:
            del self._numbers[number]
        return changes

    def open_count(self, reach: Reach) -> int:
        """Return how many circuits are open."""
        if reach is Reach.PROVIDER:
            return int(self._provider.open)
        return sum(circuit.open for circuit in self._numbers.values())

    def forget(self, number: UUID) -> None:
        """Let go of a number that does not send any more."""
        self._numbers.pop(number, None)

    def _open(self, number: UUID) -> list[_Circuit]:
        circuits = (self._provider, self._numbers.get(number))
        return [circuit for circuit in circuits if circuit is not None and circuit.open]
