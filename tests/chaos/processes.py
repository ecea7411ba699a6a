"""Real processes in sessions of their own: started, killed by their ids, started again. Every one that ends unasked is remembered."""

import asyncio
import os
import signal
import socket
import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

_READY_WITHIN: Final = 90.0  # seconds, on a machine that is busy
_STOPPED_WITHIN: Final = 22.0  # promised: twenty
# Below the ports that systems hand out by themselves: a client that retries on one of those can connect to itself.
_PORTS: Final = range(20_000, 32_000)


class NotReady(Exception):
    """A process did not begin in time; the text is the end of what it said."""


class Program:
    """One program that may be started many times. Its output is kept in a file."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        env: Mapping[str, str],
        folder: Path,
        ready: str,
        output: Path | None = None,
    ) -> None:
        """It works in ``folder``, what it says is kept in ``output`` or there too. ``ready`` begins the line that says it has begun."""
        self.name: Final = name
        self._command: Final = list(command)
        self._env: Final = {**os.environ, **env}
        self._folder: Final = folder
        self._ready: Final = ready.encode()
        self._output: Final = (output or folder) / f"{name}.out"
        self._errors: Final = (output or folder) / f"{name}.err"
        self._process: subprocess.Popen[bytes] | None = None
        self.starts = 0
        self.ended_by_itself: list[int] = []

    @property
    def pid(self) -> int:
        """Return the id of the running process."""
        assert self._process is not None, f"{self.name} was not started"
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Tell whether it was started, and not killed or stopped since."""
        return self._process is not None

    async def start(self, *, command: Sequence[str] | None = None) -> None:
        """Start it, this once by another ``command``, and return once it says that it has begun.

        Raises:
            NotReady: it did not, and does not run.
        """
        self.starts += 1
        seen = self._output.stat().st_size if self._output.exists() else 0
        self._process = self._spawn(command or self._command)
        try:
            await within(
                _READY_WITHIN,
                lambda: self._has_begun(seen),
                what=lambda: f"{self.name} did not begin: {self.last_words()}",
            )
        except NotReady:
            self._process.kill()
            self._process.wait()
            self._process = None
            raise

    def _spawn(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        with self._output.open("ab") as out, self._errors.open("ab") as err:
            return subprocess.Popen(
                command,
                env=self._env,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    def _has_begun(self, seen: int) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise NotReady(f"{self.name} ended: {self.last_words()}")
        with self._output.open("rb") as out:
            out.seek(seen)
            return any(line.startswith(self._ready) for line in out)

    def last_words(self) -> str:
        """Return the end of what it said on its standard error."""
        return self._errors.read_text(errors="replace")[-2000:]

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    async def kill(self) -> None:
        """Kill it as the kernel does; note it where it had ended by itself."""
        self.note_end()
        if self._process is not None and self._process.poll() is None:
            self.signal(signal.SIGKILL)
        await self._gone()

    async def stop(self) -> int:
        """Ask it to stop and return its exit code; one that stays is killed, and counts as ended badly."""
        self.note_end()
        if self._process is None or self._process.poll() is not None:
            return 0
        self.signal(signal.SIGTERM)
        try:
            return await self._gone()
        except NotReady:
            self.ended_by_itself.append(-signal.SIGKILL)
            self.signal(signal.SIGABRT)  # it says where it stands (PYTHONFAULTHANDLER), and ends
            await asyncio.sleep(1)
            if self._process is not None and self._process.poll() is None:
                self.signal(signal.SIGKILL)
            return await self._gone()

    async def _gone(self) -> int:
        process = self._process
        if process is None:
            return 0
        await within(
            _STOPPED_WITHIN, lambda: process.poll() is not None, what=lambda: f"{self.name} did not end"
        )
        self._process = None
        return int(process.returncode)

    def note_end(self) -> bool:
        """Remember it where the process has ended without being asked to; return whether it runs."""
        if self._process is None:
            return False
        code = self._process.poll()
        if code is None:
            return True
        self.ended_by_itself.append(code)
        self._process = None
        return False


async def within(seconds: float, done: Callable[[], bool], *, what: Callable[[], str]) -> None:
    """Return when ``done()``.

    Raises:
        NotReady: it was not within ``seconds``; ``what()`` says what was waited for.
    """
    until = asyncio.get_running_loop().time() + seconds
    while not done():
        if asyncio.get_running_loop().time() > until:
            raise NotReady(what())
        await asyncio.sleep(0.05)


def free_port() -> int:
    """Return a port of this machine on which nobody listens."""
    offset = os.getpid() * 7 % len(_PORTS)
    for port in (*_PORTS[offset:], *_PORTS[:offset]):
        with socket.socket() as candidate:
            candidate.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                candidate.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise NotReady("no free port on this machine")
