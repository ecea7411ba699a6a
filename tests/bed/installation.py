"""A Curbe installed somewhere: its folder, its command line as a real program, its running processes."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import IO, Any, Final

from bed.forked import forks
from bed.memory import in_memory

_OURS: Final = ("CURBE_", "META_", "TOKEN_ENCRYPTION_", "DATABASE_")
_TESTS: Final = Path(__file__).parents[1]
_RIGHT: Final = timedelta()
_LONG: Final = 60.0  # seconds that no command and no start may take
SETTINGS: Final = {
    "META_APP_ID": "100000000000001",
    "META_APP_SECRET": "an-app-secret-of-tests",
    "META_VERIFY_TOKEN": "a-verify-token-of-tests",
    "TOKEN_ENCRYPTION_KEY": "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg=",
}


class Running:
    """A process that was started: what it said, and how it is ended."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process: Final = process
        self.said: Final[list[str]] = []
        self.logged: Final[list[str]] = []
        self._news: Final = threading.Condition()
        self._readers: Final = [
            threading.Thread(target=self._read, args=(stream, lines), daemon=True)
            for stream, lines in ((process.stdout, self.said), (process.stderr, self.logged))
        ]
        for reader in self._readers:
            reader.start()

    @property
    def pid(self) -> int:
        return self.process.pid

    def ready(self) -> str:
        """Wait for its line, and return the address in it (empty where there is none)."""
        self.until(lambda: bool(self.said) or self.process.poll() is not None)
        assert self.said, f"it ended with {self.process.poll()} before it was ready:\n" + "".join(self.logged)
        return next((word for word in self.said[0].split() if word.startswith("http")), "")

    def children(self) -> dict[str, int]:
        """Return the ids of its own children, by the command each runs."""
        pids = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        found = {}
        for pid in pids:
            with suppress(FileNotFoundError):
                words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
                found.update({name: int(pid) for name in ("serve", "work") if name in words})
        return found

    def signal(self, number: int) -> None:
        self.process.send_signal(number)

    def ended(self, *, within: float = 25) -> int:
        """Wait for its end, and for its last words, and return its exit code."""
        code = self.process.wait(timeout=within)
        for reader in self._readers:
            reader.join(timeout=within)  # children that outlive it for a moment still write
        return code

    def until(self, condition: Callable[[], bool], *, within: float = _LONG) -> None:
        """Wait until ``condition()`` holds."""
        end = time.monotonic() + within
        while not condition():
            assert time.monotonic() < end, "what was waited for did not come:\n" + "".join(self.logged[-20:])
            with self._news:
                self._news.wait(0.05)

    def _read(self, stream: IO[str], lines: list[str]) -> None:
        with stream:
            for line in stream:
                lines.append(line)
                with self._news:
                    self._news.notify_all()


class Installation:
    """A folder in which ``curbe`` is called."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        self.folder: Final = folder
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        self.environment: Final = {**inherited, **environment}
        self._running: Final[list[Running]] = []

    def curbe(self, *arguments: str, typed: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, in a process of its own; it reads ``typed``."""
        env = {**self.environment, **environment}
        return forks().run(arguments, cwd=self.folder, env=env, typed=typed, within=_LONG)

    def answer(self, *arguments: str, typed: str = "", **environment: str) -> Any:
        """Run a command that succeeds and return what it answers in JSON."""
        done = self.curbe(*arguments, "--json", typed=typed, **environment)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def start(self, *arguments: str, clock: timedelta = _RIGHT, **environment: str) -> Running:
        """Start a command that stays; ``clock`` is how far ahead its clock is of everybody else's."""
        program = ["curbe"] if clock == _RIGHT else ["chaos.shifted", str(int(clock.total_seconds()))]
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", *program, *arguments],
            cwd=self.folder,
            env={**self.environment, **environment, "PYTHONPATH": str(_TESTS)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._running.append(Running(process))
        return self._running[-1]

    def postmaster(self) -> int:
        """Return the process id of the embedded PostgreSQL; 0 while there is none."""
        with suppress(FileNotFoundError):
            words = (self.folder / "var/curbe/postgres/postmaster.pid").read_text().split()
            return int(words[0]) if words else 0
        return 0

    def stop_all(self) -> None:
        """End what a test left running."""
        for running in self._running:
            if running.process.poll() is None:
                running.signal(signal.SIGTERM)
        for running in self._running:
            try:
                running.ended()
            except subprocess.TimeoutExpired:
                running.process.kill()
                running.ended()
        self._running.clear()


@contextmanager
def installed(**environment: str) -> Iterator[Installation]:
    """Yield a folder of its own that PostgreSQL's user can pass through, and leave nothing of it."""
    folder = Path(tempfile.mkdtemp(prefix="curbe-test-", dir=in_memory()))
    folder.chmod(0o711)
    installation = Installation(folder, environment)
    try:
        yield installation
    finally:
        installation.stop_all()
        shutil.rmtree(folder, ignore_errors=True)
