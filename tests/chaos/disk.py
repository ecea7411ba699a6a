"""Disks that can be made full: small file systems in memory, shrunk to what they hold and grown again. Only root may have them."""

import os
import subprocess
import tempfile
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final

_SIZE: Final = 3 * 2**30  # bytes; only what is written is taken from memory
_PAGE: Final = 4096


class Disk(StrEnum):
    """What a place has a disk of its own for, where they may be filled; the folder it is mounted at."""

    DATA = "data"
    WAL = "wal"
    OUTPUT = "output"


@cache
def may_be_filled() -> bool:
    """Tell whether this user may mount file systems here."""
    if os.geteuid() != 0:
        return False
    with tempfile.TemporaryDirectory() as folder:
        if _run("mount", "-t", "tmpfs", "-o", "size=1m", "none", folder) != 0:
            return False
        return _run("umount", folder) == 0


def mount(folder: Path) -> None:
    """Mount an empty disk at ``folder``, which is made."""
    folder.mkdir(mode=0o711)
    assert _run("mount", "-t", "tmpfs", "-o", f"size={_SIZE},mode=711", "none", str(folder)) == 0


def unmount(folder: Path) -> None:
    """Take the disk away, whoever still has a file on it open."""
    if folder.is_mount():
        _run("umount", "--lazy", str(folder))


def fill(folder: Path) -> None:
    """Leave no room on the disk."""
    for _ in range(100):  # what is written meanwhile does not fit any more
        state = os.statvfs(folder)
        held = (state.f_blocks - state.f_bfree) * state.f_frsize
        if _run("mount", "-o", f"remount,size={held + _PAGE}", str(folder)) == 0:
            return
    raise OSError(f"{folder} cannot be shrunk to what it holds")


def make_room(folder: Path) -> None:
    """Leave as much room as there was."""
    assert _run("mount", "-o", f"remount,size={_SIZE}", str(folder)) == 0


def _run(*command: str) -> int:
    return subprocess.run(command, check=False, capture_output=True).returncode
