"""The embedded server seen from outside: its processes, its locks, and waiting for it. Starts nothing."""

import fcntl
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from curbe.infra.embedded_place import PORT, Place
from curbe.infra.embedded_programs import run_as

USER: Final = "curbe"
_TELL_EVERY: Final = timedelta(seconds=10)
_LONGEST_PAUSE: Final = timedelta(milliseconds=100)
# Which PostgreSQL processes stand in the cluster's folder, as all of this cluster do, and nobody else's.
# Asked as PostgreSQL's user, because root without CAP_SYS_PTRACE (in a container, say) may not look. A dead
# process that nobody has reaped stands nowhere.
_STANDING_IN: Final = """
for process in /proc/[0-9]*; do
    [ "$process/cwd" -ef "$1" ] || continue
    read -r name < "$process/comm" && [ "$name" = postgres ] && echo "${process#/proc/}"
done
true
"""


def answers(place: Place) -> bool:
    """Return whether the server takes connections at this moment."""
    return run(place, "pg_isready", "-q", "-t", "3", *to_server(place)).returncode == 0


def answers_before_it_ends(place: Place) -> bool:
    """Wait for as long as the server lives, and return whether it came to answer."""
    answered = False
    seen = False

    def settled() -> bool:
        nonlocal answered, seen
        answered = answers(place)
        alive = postmaster(place) is not None
        ended = server_ended(place) or (seen and not alive)
        seen = seen or alive
        return answered or ended

    wait_until(
        settled, what="PostgreSQL to be ready (after a crash it replays its log, which can take minutes)"
    )
    return answered


def server_ended(place: Place) -> bool:
    """Return whether no process is left of a server that Curbe started."""
    lock = open_lock(place, "server.lock")
    try:
        return try_exclusive(lock)
    finally:
        os.close(lock)


def postmaster(place: Place) -> int | None:
    """Return the process id in postmaster.pid if that really is a PostgreSQL of this cluster."""
    recorded = recorded_pid(place)
    return recorded if recorded is not None and recorded in processes(place) else None


def recorded_pid(place: Place) -> int | None:
    """Return the process id in postmaster.pid, whoever has it now."""
    try:
        first_line = (place.cluster / "postmaster.pid").read_text().partition("\n")[0]
    except FileNotFoundError:
        return None
    return abs(int(first_line)) if first_line.strip() else None  # negative: a single-user server


def processes(place: Place) -> set[int]:
    """Return the ids of the living PostgreSQL processes of this cluster, its postmaster's and all others."""
    if Path("/proc/self").exists():
        found = run_as(place.account, ["/bin/sh", "-c", _STANDING_IN, "sh", place.cluster])
        return {int(pid) for pid in found.stdout.split()}
    # Without /proc (macOS), a recorded process that exists while the lock is held is taken at its word.
    recorded = recorded_pid(place)
    alive = recorded is not None and not server_ended(place) and signal_to(recorded, 0)
    return {recorded} if recorded is not None and alive else set()


def last_words(place: Place) -> str:
    """Return the end of what the server said: on its standard error, and in its newest log."""
    logs = sorted((place.cluster / "log").glob("*"), key=lambda path: path.stat().st_mtime)
    said: list[str] = []
    for path in (place.state / "start.log", *logs[-1:]):
        said += path.read_text(errors="replace").splitlines()[-8:]
    return "\n".join(said)


def run(
    place: Place, program: str, *arguments: str | Path, text: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs to its end, as its user."""
    return run_as(place.account, [place.binaries.program(program), *arguments], text=text)


def to_server(place: Place) -> tuple[str, ...]:
    """Return the arguments that point PostgreSQL's client programs at the server."""
    return ("-h", str(place.sockets), "-p", str(PORT), "-U", USER, "-d", "postgres")


def signal_to(pid: int, number: int) -> bool:
    """Send a signal, and return whether that process still existed."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


@contextmanager
def starting(place: Place) -> Iterator[None]:
    """Hold start.lock: one process at a time starts or stops this server."""
    lock = open_lock(place, "start.lock")
    try:
        wait_until(
            lambda: try_exclusive(lock), what="another process, which is starting or stopping PostgreSQL"
        )
        yield
    finally:
        os.close(lock)


def open_lock(place: Place, name: str) -> int:
    """Return a descriptor of a lock file; closing it, wherever it was inherited, frees the lock."""
    return os.open(place.state / name, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def try_exclusive(lock: int) -> bool:
    """Take the lock for ourselves alone, and return whether that was possible."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def wait_until(done: Callable[[], bool], *, what: str) -> None:
    """Return when ``done()`` is true, however long that takes, and say on stderr what is being waited for."""
    began = told = time.monotonic()
    pause = 0.005
    never = threading.Event()
    while not done():
        # No event tells that a socket answers or that a stranger's lock is free: they are asked again and
        # again.
        never.wait(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE.total_seconds())
        if (now := time.monotonic()) - told >= _TELL_EVERY.total_seconds():
            told = now
            sys.stderr.write(f"curbe: waiting for {what}, for {now - began:.0f} s\n")
            sys.stderr.flush()
