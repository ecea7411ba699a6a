"""A process of Curbe and the signals that end it: from its first moment SIGTERM and SIGINT mean "stop", with exit code 0.

So does the end of its terminal. While a process starts, a signal ends it at once: there is nothing to finish yet. Once it has begun,
whoever serves or works takes the signals; what he passes on after a clean end changes nothing any more. A command of a moment is broken
off by them, and still lets go of what it holds.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Callable, Coroutine
from types import FrameType, TracebackType
from typing import Any, Final, Self

try:
    from uvloop import new_event_loop
except ImportError:  # there is none for this system
    from asyncio import new_event_loop

# nohup has who outlives his terminal begin with SIGHUP ignored.
_HANGS_UP: Final = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
STOPS: Final = (signal.SIGTERM, signal.SIGINT, *_HANGS_UP)
_BROKEN_OFF: Final = 128  # and the signal's number: the exit code that shells give who was ended by one
_LONGEST_STOP: Final = 20.0  # seconds an orphan has to finish what it is at


class Stopping:
    """A context in which the signals that stop end the process with exit code 0, until :meth:`begun`."""

    def __init__(self) -> None:
        self._begun = False
        self._before: list[Any] = []

    def begun(self) -> None:
        """Leave the signals to who runs now."""
        self._begun = True

    def __enter__(self) -> Self:
        """Take the signals."""
        self._before = [signal.signal(each, self._stop) for each in STOPS]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Give them back."""
        for each, handler in zip(STOPS, self._before, strict=True):
            signal.signal(each, handler)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        if not self._begun:
            _hear_no_more_hanging_up()
            raise SystemExit(0)


def breaks_off() -> None:
    """Let SIGTERM and the end of the terminal end this process by ``SystemExit``, as Ctrl-C does by ``KeyboardInterrupt``."""
    for each in (signal.SIGTERM, *_HANGS_UP):
        signal.signal(each, _break_off)


def _break_off(number: int, _frame: FrameType | None) -> None:
    _hear_no_more_hanging_up()
    raise SystemExit(_BROKEN_OFF + number)


def _hear_no_more_hanging_up() -> None:
    """A terminal that ends says so twice, shell and system: the second time would break off what the first lets go of."""
    for each in _HANGS_UP:
        signal.signal(each, signal.SIG_IGN)


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run ``main`` to its end on the fastest event loop there is."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main)


def die_with_parent(pipe: int) -> None:
    """Stop this process when ``pipe`` closes: its other end is held by the parent alone, so even kill -9 closes it.

    First as SIGTERM would; what is still there twenty seconds later ends at once, or it would keep the next start from the port.
    """

    def watch() -> None:
        while os.read(pipe, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(_LONGEST_STOP)  # the process ends under it, or is wedged
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def when_signalled(stop: Callable[[], object], *, hurry: Callable[[], object] | None = None) -> None:
    """Call ``stop`` in the running loop for each signal that stops, and ``hurry`` from the second that somebody sends.

    The end of a terminal hurries nobody: it is told twice, and beside SIGTERM by some.
    """
    sent = 0

    def sent_by_somebody() -> None:
        nonlocal sent
        sent += 1
        stop()
        if sent > 1 and hurry is not None:
            hurry()

    loop = asyncio.get_running_loop()
    for each in STOPS:
        loop.add_signal_handler(each, stop if each in _HANGS_UP else sent_by_somebody)


def when_hung_up(stop: Callable[[], object]) -> None:
    """Call ``stop`` in the running loop where the terminal ends: for who takes the other signals himself."""
    loop = asyncio.get_running_loop()
    for each in _HANGS_UP:
        loop.add_signal_handler(each, stop)


async def pause(stop: asyncio.Event, seconds: float) -> None:
    """Return after ``seconds``, or as soon as ``stop`` is set."""
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
