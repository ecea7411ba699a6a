"""Stores files: the interface of storages, and the one on the local disk.

A file is stored whole or not at all: it is written next to its final path, made durable, and renamed.
"""

import asyncio
import os
import re
import secrets
import shutil
import time
from collections.abc import AsyncGenerator
from contextlib import suppress
from datetime import timedelta
from io import BufferedReader
from pathlib import Path
from typing import Final, Protocol

_CHUNK: Final = 256 * 1024
_KEY: Final = re.compile(r"[0-9a-f-]{36}/[0-9a-f]{2}/[0-9a-f]{64}(\.thumb\.webp)?")


class NotStored(Exception):
    """There is no file under that key."""


class StorageFailed(Exception):
    """The storage does not work at present; the message says why, without secrets."""


class StorageFull(StorageFailed):
    """The disk has less free space than has to be left free for everything else on it."""


class Storage(Protocol):
    """Keeps files under the keys of `rules.storage_key`."""

    async def put(self, key: str, source: Path) -> None:
        """Store the file at ``source`` and remove it from there. Storing the same again changes nothing.

        Raises:
            StorageFailed: it is not stored.
        """
        ...

    def read(self, key: str, *, start: int, length: int | None) -> AsyncGenerator[bytes, None]:
        """Yield ``length`` bytes from ``start``; None: up to the end.

        Raises:
            NotStored: there is no such file; raised before anything is yielded.
            StorageFailed: it cannot be read.
        """
        ...

    async def delete(self, key: str) -> None:
        """Delete the file, if it is there.

        Raises:
            StorageFailed: it may still be there.
        """
        ...


class Spool:
    """A folder for files that are being received. Leftovers of interrupted ones are deleted when they are a day old.

    Args:
        folder: its path; created if missing.
        keep_free: bytes of free space on its disk below which no file is begun. A file has at most 100 MB, and few are received at once.
    """

    def __init__(self, folder: Path, *, keep_free: int = 0) -> None:
        self._folder: Final = folder
        self._keep_free: Final = keep_free

    def new(self, suffix: str = "") -> Path:
        """Return a path that nobody uses, in a folder that exists.

        Raises:
            StorageFull: see `check_room`.
            OSError: the folder cannot be made.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.check_room()
        return self._folder / f"{secrets.token_hex(16)}{suffix}"

    def check_room(self) -> None:
        """Return quietly if there is room for files.

        Raises:
            StorageFull: the free space on the disk has to be left free.
        """
        if (
            self._keep_free
            and self._folder.is_dir()
            and shutil.disk_usage(self._folder).free < self._keep_free
        ):
            raise StorageFull(f"less than {self._keep_free / 2**20:,.0f} MiB are free where files lie")

    def sweep(self, *, older_than: timedelta) -> int:
        """Delete leftover files older than ``older_than`` and return how many."""
        limit = time.time() - older_than.total_seconds()  # noqa: TID251 - compared with the file system's own clock
        if not self._folder.is_dir():
            return 0
        left = [path for path in self._folder.iterdir() if _is_older(path, limit)]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)


def _is_older(path: Path, limit: float) -> bool:
    try:
        return path.stat().st_mtime < limit
    except FileNotFoundError:  # it was moved to its place meanwhile
        return False


class LocalStorage:
    """Files under one folder of this machine. Every process of the installation must see the same folder."""

    def __init__(self, root: Path) -> None:
        self._root: Final = root

    async def put(self, key: str, source: Path) -> None:
        """See `Storage.put`; ``source`` lies on the same file system."""
        try:
            await asyncio.to_thread(_move_durably, source, self._path(key))
        except OSError as error:
            raise StorageFailed(f"the file cannot be kept: {error.strerror}") from error

    async def read(self, key: str, *, start: int, length: int | None) -> AsyncGenerator[bytes, None]:
        """See `Storage.read`."""
        try:
            file = await _opened(self._path(key))
        except FileNotFoundError as error:
            raise NotStored(key) from error
        except OSError as error:
            raise StorageFailed(f"the file cannot be read: {error.strerror}") from error
        with file:
            file.seek(start)
            left = length
            while left is None or left > 0:
                try:
                    chunk = await asyncio.to_thread(file.read, min(_CHUNK, left or _CHUNK))
                except OSError as error:
                    raise StorageFailed(f"the file cannot be read: {error.strerror}") from error
                if not chunk and left is not None:
                    raise StorageFailed("the file is shorter than it was")
                if not chunk:
                    return
                left = None if left is None else left - len(chunk)
                yield chunk

    async def delete(self, key: str) -> None:
        """See `Storage.delete`."""
        path = self._path(key)
        try:
            await asyncio.to_thread(path.unlink, missing_ok=True)
        except OSError as error:
            raise StorageFailed(f"the file cannot be removed: {error.strerror}") from error

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError("not a key of a stored file")
        return self._root / key


async def _opened(path: Path) -> BufferedReader:
    """Open a file in a thread; if the caller is cancelled meanwhile, the file is closed."""
    opening = asyncio.ensure_future(asyncio.to_thread(path.open, "rb"))
    try:
        return await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_close)
        raise


def _close(opened: asyncio.Future[BufferedReader]) -> None:
    if not opened.cancelled() and opened.exception() is None:
        opened.result().close()


def _move_durably(source: Path, target: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with source.open("rb") as file:
        os.fsync(file.fileno())
    source.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems cannot sync a folder; the file itself is written
            os.fsync(folder)
    finally:
        os.close(folder)
