"""Where files lie: the port that storages implement, and the local disk.

A file is whole or not there: it is written beside its place, made durable, and renamed.
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
    """The storage does not do its work at the moment; the message says why, without secrets."""


class StorageFull(StorageFailed):
    """There is less room left than is to be left free; whatever else lies on that disk goes on."""


class Storage(Protocol):
    """Keeps files under the keys of `rules.storage_key`."""

    async def put(self, key: str, source: Path) -> None:
        """Keep the file at ``source``, which is gone from there afterwards. Doing it again changes nothing.

        Raises:
            StorageFailed: it is not kept.
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
        """Forget the file; one that is not there is forgotten already.

        Raises:
            StorageFailed: it may still be there.
        """
        ...


class Spool:
    """A folder for files on their way; what is left of one that was broken off goes when it is a day old.

    Args:
        folder: where; made where it is not there.
        keep_free: bytes of its disk that no file may be begun in. A file is 100 MB at most, and few are on their way at once.
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
        """Do nothing where there is room for files.

        Raises:
            StorageFull: what is left of the disk is to be left free.
        """
        if (
            self._keep_free
            and self._folder.is_dir()
            and shutil.disk_usage(self._folder).free < self._keep_free
        ):
            raise StorageFull(f"less than {self._keep_free / 2**20:,.0f} MiB are free where files lie")

    def sweep(self, *, older_than: timedelta) -> int:
        """Remove what was left behind and return how many files that was."""
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
    except FileNotFoundError:  # it has come where it was to go meanwhile
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
    """Return a file opened in a thread; whoever does not wait for that leaves it closed."""
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
        with suppress(OSError):  # some network file systems cannot; the file itself is written
            os.fsync(folder)
    finally:
        os.close(folder)
