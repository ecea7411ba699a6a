"""A run: the inputs shared among processes, each input timed by its own processor time, crashes and hangs named by their input."""

import multiprocessing
import time
import traceback
from collections import Counter
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, Final

import msgspec

from . import mutate
from .judge import judge
from .seeds import seeds

LONGEST: Final = 1.0  # seconds of processor time for one input, 3 MiB of it if need be
_HUNG: Final = 60.0  # seconds by the clock without progress
_PORTION: Final = 1000
_MOST_FINDINGS: Final = 20
_SMALL: Final = 16 * 1024


class Slow(msgspec.Struct, frozen=True, order=True):
    """One input and what it took."""

    seconds: float
    size: int
    n: int


class Seen(msgspec.Struct):
    """What inputs were and what came of them."""

    inputs: int = 0
    size: int = 0
    words: Counter[str] = msgspec.field(default_factory=Counter)
    seconds: float = 0.0
    slowest: Slow = Slow(0.0, 0, 0)
    slowest_small: Slow = Slow(0.0, 0, 0)  # of those of up to 16 KiB
    largest: int = 0
    findings: list[tuple[int, str]] = []

    def add(self, other: "Seen") -> None:
        """Take in what another saw."""
        self.inputs += other.inputs
        self.size += other.size
        self.words.update(other.words)
        self.seconds += other.seconds
        self.slowest = max(self.slowest, other.slowest)
        self.slowest_small = max(self.slowest_small, other.slowest_small)
        self.largest = max(self.largest, other.largest)
        self.findings = (self.findings + other.findings)[:_MOST_FINDINGS]


def look(
    *, seed: int, first: int, last: int, own_alone: bool, begun: Callable[[int], None] = lambda _n: None
) -> Seen:
    """Judge the inputs from ``first`` to before ``last`` in this process; ``begun`` hears of each before it is read."""
    beginning, seen = seeds(own_alone=own_alone), Seen()
    for n in range(first, last):
        begun(n)
        body = mutate.body(beginning, seed=seed, n=n)
        began = time.thread_time()
        try:
            words = judge(body)
            spent = time.thread_time() - began
            if spent > max(seen.slowest_small.seconds, 0.005) and len(body) <= _SMALL:
                spent = min(
                    spent, _again(body)
                )  # a collection of garbage, perhaps: what an input takes, it takes twice
        except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
            words = ["finding"]
            where = traceback.extract_tb(error.__traceback__)[-1]
            seen.findings.append(
                (n, f"{type(error).__name__}: {str(error)[:200]} ({where.name}, line {where.lineno})")
            )
            spent = time.thread_time() - began
        took = Slow(spent, len(body), n)
        if took.seconds > LONGEST:
            seen.findings.append((n, f"took {took.seconds:.2f} s of processor time for {took.size:,} bytes"))
        _note(seen, words, took)
    return seen


def _again(body: bytes) -> float:
    began = time.thread_time()
    judge(body)
    return time.thread_time() - began


def _note(seen: Seen, words: list[str], took: Slow) -> None:
    seen.inputs += 1
    seen.size += took.size
    seen.words.update(words)
    seen.seconds += took.seconds
    seen.slowest = max(seen.slowest, took)
    if took.size <= _SMALL:
        seen.slowest_small = max(seen.slowest_small, took)
    seen.largest = max(seen.largest, took.size)


def run(*, inputs: int, seed: int, jobs: int, own_alone: bool, told: Callable[[Seen], None]) -> Seen:
    """Judge ``inputs`` inputs in ``jobs`` processes and return what was seen; ``told`` hears of it now and then."""
    total, step = Seen(), -(-inputs // jobs)
    workers = [_Worker(seed, n * step, min(inputs, (n + 1) * step), own_alone=own_alone) for n in range(jobs)]
    while any(not worker.over for worker in workers):
        multiprocessing.connection.wait([worker.says for worker in workers if not worker.over], timeout=1)
        for worker in workers:
            for seen in worker.collect():
                total.add(seen)
                told(total)
    return total


class _Worker:
    """One process; should it die or hang, the input it was at is the finding and another process goes on behind it."""

    def __init__(self, seed: int, first: int, last: int, *, own_alone: bool) -> None:
        self._seed: Final = seed
        self._last: Final = last
        self._own_alone: Final = own_alone
        self._context: Final = multiprocessing.get_context("spawn")
        self.over = first >= last
        self._start(first)

    def _start(self, first: int) -> None:
        self._at: Any = self._context.Value("q", first, lock=False)
        self.says, mouth = self._context.Pipe(duplex=False)
        arguments = (mouth, self._at, self._seed, first, self._last, self._own_alone)
        self._process: SpawnProcess = self._context.Process(target=_work, args=arguments, daemon=True)
        self._process.start()
        mouth.close()
        self._was, self._since = first, time.monotonic()

    def collect(self) -> list[Seen]:
        """Return what the process has said since, and what is to say of its end."""
        found: list[Seen] = []
        while not self.over:
            try:
                if not self.says.poll():
                    break
                seen = self.says.recv()
            except (EOFError, ConnectionResetError):
                found += self._ended()
                break
            found.append(seen)
        if not self.over and self._hangs():
            self._process.kill()
            found.append(self._go_on(f"no progress in {_HUNG:.0f} s"))
        return found

    def _hangs(self) -> bool:
        if self._at.value != self._was:
            self._was, self._since = self._at.value, time.monotonic()
        return time.monotonic() - self._since > _HUNG

    def _ended(self) -> list[Seen]:
        self._process.join()
        if self._process.exitcode == 0:
            self.over = True
            return []
        return [self._go_on(f"the process ended with {self._process.exitcode}")]

    def _go_on(self, what: str) -> Seen:
        at = int(self._at.value)
        self.over = at + 1 >= self._last
        if not self.over:
            self._start(at + 1)
        # What the dead one had judged since it last spoke is lost to the counts, not to the findings.
        return Seen(findings=[(at, what)])


def _work(mouth: Connection, at: Any, seed: int, first: int, last: int, own_alone: bool) -> None:  # noqa: FBT001 - as Process passes it
    def begun(n: int) -> None:
        at.value = n

    for start in range(first, last, _PORTION):
        mouth.send(
            look(seed=seed, first=start, last=min(last, start + _PORTION), own_alone=own_alone, begun=begun)
        )
