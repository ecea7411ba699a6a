"""Takes a file into the storage: writes it as it comes, has it examined in another process, and moves it in whole."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime
from types import TracebackType
from typing import Final, Self
from uuid import UUID

from uuid_utils.compat import uuid7

from curbe.infra.subprocesses import NotRun
from curbe.media.examiner import Examiner, Looked
from curbe.media.kinds import HEAD, sniffed
from curbe.media.rules import storage_key, thumbnail_key
from curbe.media.shapes import Asset
from curbe.media.storage import Spool, Storage, StorageFailed


class Incoming:
    """A file that is being received: counted and hashed as it comes. Deleted at the end of the ``with`` block unless it was moved.

    Raises:
        StorageFailed: it cannot be written; every method may raise this.
    """

    def __init__(self, spool: Spool) -> None:
        try:
            self.path: Final = spool.new()
            self._file = self.path.open("xb")
        except OSError as error:
            raise StorageFailed(f"no file can be written: {error.strerror}") from error
        self._hash = hashlib.sha256()
        self.head = b""
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._file.close()
        except OSError as unwritten:  # the file is deleted anyway, so unwritten data does not matter
            if error is None:
                raise StorageFailed(f"no file can be written: {unwritten.strerror}") from unwritten
        finally:
            self.path.unlink(missing_ok=True)

    def take(self, chunk: bytes) -> None:
        """Write the next piece."""
        try:
            self._file.write(chunk)
        except OSError as error:
            raise StorageFailed(f"no file can be written: {error.strerror}") from error
        self._hash.update(chunk)
        if len(self.head) < HEAD:
            self.head = (self.head + chunk)[:HEAD]
        self.size += len(chunk)

    def flush(self) -> None:
        """Flush the file, so that other processes that open it see all of it."""
        try:
            self._file.flush()
        except OSError as error:
            raise StorageFailed(f"no file can be written: {error.strerror}") from error

    @property
    def digest(self) -> bytes:
        """The SHA-256 of what came so far."""
        return self._hash.digest()


class Keeping:
    """The storage, the folder for files being received, and the examiner."""

    def __init__(self, *, storage: Storage, spool: Spool, examiner: Examiner) -> None:
        self.storage: Final = storage
        self.spool: Final = spool
        self.examiner: Final = examiner

    async def keep(
        self,
        incoming: Incoming,
        *,
        declared: str,
        filename: str | None,
        tenant_id: UUID,
        now: datetime,
        seen: Callable[[Looked], object] = lambda _: None,
    ) -> Asset:
        """Examine a flushed file, move it and its thumbnail into the storage, and return its row, which the caller has to write.

        ``seen`` is called with what was found before the file is stored; if it raises, the file is not stored.

        Raises:
            StorageFailed: the file is not stored.
        """
        shows = sniffed(incoming.head, declared=declared)
        key = storage_key(tenant_id, incoming.digest)
        small: str | None = None
        thumbnail = self.spool.new(".webp")
        try:
            looked = await self.examiner.look(incoming.path, mime_type=shows or declared, thumbnail=thumbnail)
            seen(looked)
            await self.storage.put(key, incoming.path)
            if looked.thumbnail:
                small = thumbnail_key(key)
                await self.storage.put(small, thumbnail)
        except NotRun as failure:
            raise StorageFailed(f"the file cannot be looked into: {failure}") from failure
        finally:
            await asyncio.to_thread(thumbnail.unlink, missing_ok=True)
        return Asset(
            id=uuid7(),
            sha256=incoming.digest,
            mime_type=shows or declared,
            sniffed=shows is not None,
            size=incoming.size,
            storage_key=key,
            filename=filename,
            width=looked.width,
            height=looked.height,
            duration_ms=looked.duration_ms,
            peaks=looked.peaks,
            thumbnail_key=small,
            created_at=now,
        )
