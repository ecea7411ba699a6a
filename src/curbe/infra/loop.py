"""The signals that end a process of Curbe: SIGTERM, SIGINT and the end of its terminal mean "stop", and the exit code is 0.

While a process starts, such a signal ends it at once, as there is nothing to finish yet (:class:`Stopping`). Once it has begun, its server
or worker handles the signals and finishes what is under way (:func:`when_signalled`). A short command is broken off by them, and still
releases what it holds (:func:`breaks_off`).
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

# nohup starts programs with SIGHUP ignored, so that they outlive their terminal.
_HANGS_UP: Final = () if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else (signal.SIGHUP,)
STOPS: Final = (signal.SIGTERM, signal.SIGINT, *_HANGS_UP)
_BROKEN_OFF: Final = (
    128  # plus the signal's number: the exit code that shells report for a program that a signal ended
)
_LONGEST_STOP: Final = 20.0  # seconds that a process whose parent died has to finish what is under way


class Stopping:
    """A context in which the signals that stop end the process with exit code 0, until :meth:`begun`."""

    def __init__(self) -> None:
        self._begun = False
        self._before: list[Any] = []

    def begun(self) -> None:
        """Do nothing more on signals: from now on the server or worker handles them itself."""
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
    """Let SIGTERM and the end of the terminal raise ``SystemExit``, as Ctrl-C raises ``KeyboardInterrupt``, so that ``finally`` runs."""
    for each in (signal.SIGTERM, *_HANGS_UP):
        signal.signal(each, _break_off)


def _break_off(number: int, _frame: FrameType | None) -> None:
    _hear_no_more_hanging_up()
    raise SystemExit(_BROKEN_OFF + number)


def _hear_no_more_hanging_up() -> None:
    """Ignore SIGHUP from now on: shell and kernel each send one as a terminal ends, and the second would interrupt the clean-up."""
    for each in _HANGS_UP:
        signal.signal(each, signal.SIG_IGN)


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run ``main`` to its end on the fastest event loop there is."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main)


def die_with_parent(pipe: int) -> None:
    """Stop this process when its parent dies: ``pipe`` closes then, even after kill -9, as only the parent holds its other end.

    It is stopped by SIGTERM first. If it still runs twenty seconds later it is ended at once, as it would keep its port from the next.
    """

    def watch() -> None:
        while os.read(pipe, 1):
            pass
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(_LONGEST_STOP)  # as a rule the process ends meanwhile; otherwise it hangs
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


def when_signalled(stop: Callable[[], object], *, hurry: Callable[[], object] | None = None) -> None:
    """Call ``stop`` in the running loop for each signal that means "stop", and also ``hurry`` from the second SIGTERM or SIGINT on.

    SIGHUP does not count for ``hurry``: it comes twice when a terminal ends, and some systems send it beside SIGTERM.
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
    """Call ``stop`` in the running loop when the terminal ends: for a server that handles the other signals itself."""
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
