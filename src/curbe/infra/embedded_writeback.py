"""What PostgreSQL lets its files grow by, sent to the disk evenly.

A table grows by pages of zeros. The kernel keeps them for half a minute and then writes them all, some hundreds of megabytes under full
load, and whoever commits at that moment waits for the disk: a fifth of a second and more. PostgreSQL has what it writes by itself sent off
soon (``checkpoint_flush_after``), but not these. So the kernel is asked every second to begin with what was written to lately.

It is a hint: nothing waits for it, and nothing depends on it. Only the beginning is asked for: to wait for the end as well would take the
news of a failed write, which PostgreSQL must hear itself when it syncs [sync_file_range(2)].
"""

import ctypes
import os
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from curbe.infra.clock import utc_now
from curbe.infra.embedded_place import Place
from curbe.infra.embedded_process import open_lock, try_exclusive

_EVERY: Final = 1.0  # seconds
_ROUNDS: Final = 10  # for which a list of files is good: looking through all takes milliseconds
_BEGIN_WRITING: Final = 2  # SYNC_FILE_RANGE_WRITE
_ARGUMENTS: Final = (ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint)

Begin = Callable[[int, int, int, int], int]  # descriptor, offset, length (0: to the end), flags


class Writeback:
    """Has one cluster's files sent to the disk evenly, in a thread, until it is closed. Of several processes one does it."""

    def __init__(self, place: Place) -> None:
        """Begin."""
        self._place: Final = place
        self._closing: Final = threading.Event()
        self._thread: Final = threading.Thread(target=self._run, name="postgresql-writeback", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End it."""
        self._closing.set()
        self._thread.join()

    def _run(self) -> None:
        begin = _sync_file_range()
        if begin is None:
            return
        try:
            if _in_memory(self._place.cluster):
                return
            lock = open_lock(self._place, "writeback.lock")
            try:
                self._go_on(lock, begin)
            finally:
                os.close(lock)
        except OSError as error:  # root without its powers, say: then it is as it would be without us
            sys.stderr.write(f"curbe: PostgreSQL's files are left to the kernel to write: {error}\n")
            sys.stderr.flush()

    def _go_on(self, lock: int, begin: Begin) -> None:
        while not try_exclusive(lock):
            if self._closing.wait(_EVERY * _ROUNDS):
                return
        while True:
            lately = utc_now().timestamp() - 2 * _EVERY * _ROUNDS
            files = _written_since(self._place.cluster / "base", lately)
            for _ in range(_ROUNDS):
                for file in files:
                    _begin_writing(file, begin)
                if self._closing.wait(_EVERY):
                    return


def _sync_file_range() -> Begin | None:
    """Return the system call, which Linux alone has and Python does not offer."""
    found = getattr(ctypes.CDLL(None), "sync_file_range", None)
    if found is not None:
        found.argtypes = _ARGUMENTS
    return found


def _in_memory(folder: Path) -> bool:
    """Tell whether the files of a folder lie in memory: from there none goes to a disk [proc_pid_mountinfo(5)]."""
    device = folder.stat().st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    with suppress(FileNotFoundError):
        mounts = [line.split() for line in Path("/proc/self/mountinfo").read_text("utf-8").splitlines()]
        return any(mount[2] == number and mount[mount.index("-") + 1] == "tmpfs" for mount in mounts)
    return False


def _written_since(base: Path, moment: float) -> list[Path]:
    """Return the files of all databases that were written to since ``moment`` (seconds of the epoch)."""
    found: list[Path] = []
    for file in base.glob("*/*"):
        with suppress(FileNotFoundError):  # dropped meanwhile
            if file.stat(follow_symlinks=False).st_mtime >= moment:
                found.append(file)
    return found


def _begin_writing(file: Path, begin: Begin) -> None:
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return
    try:
        begin(descriptor, 0, 0, _BEGIN_WRITING)
    finally:
        os.close(descriptor)
