"""Folders in memory where there is room: PostgreSQL makes thousands of files, and no test but a few is about the disk under them."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_ROOM: Final = 6 * 2**30  # bytes; several run beside each other


def in_memory() -> Path | None:
    """Return where files are kept in memory, if there is room: nobody waits there for a disk."""
    shared = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
    roomy = shared.is_dir() and shutil.disk_usage(shared).free > _ROOM
    return shared if roomy and os.access(shared, os.W_OK) else None


def kept_in_memory(environment: dict[str, str]) -> dict[str, str]:
    """Return the environment of a program that makes its temporary folders in memory."""
    return environment | ({"TMPDIR": str(shared)} if (shared := in_memory()) else {})


@contextmanager
def open_folder(*, on_disk: bool = False) -> Iterator[Path]:
    """Yield a folder that PostgreSQL's user can pass through (pytest's own tmp_path is closed to all others), and leave nothing of it."""
    folder = Path(tempfile.mkdtemp(prefix="curbe-test-", dir=None if on_disk else in_memory()))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
