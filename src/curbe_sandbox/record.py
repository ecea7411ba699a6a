"""What the sandbox accepted, append-only: the outside truth that tests hold a sender's books against."""

import asyncio
import os
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import msgspec

KEPT_IN_MEMORY: Final = 1_000_000  # the file keeps all
_SYNC_EVERY_S: Final = 0.05


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One accepted request."""

    seq: int
    at: datetime
    kind: str  # message, marketing_message, read, media, template, ...
    phone_number_id: str = ""
    waba_id: str = ""
    app_id: str = ""
    wamid: str = ""
    to: str = ""  # as the request wrote it
    wa_id: str = ""
    type: str = ""
    biz_opaque_callback_data: str | None = None
    fault: str = ""  # how the answer was spoilt
    body: msgspec.Raw = msgspec.Raw(b"null")


class Record:
    """Entries in memory, and in a file of JSON lines when one was asked for.

    A line is handed to the operating system before the request is answered, so that killing us loses none;
    it is synced to the disk in groups.
    """

    def __init__(self, path: Path | None) -> None:
        self.last_seq = 0
        self.forgotten = 0  # entries no longer in memory
        self.entries: list[bytes] = []
        self.first_seq = 1  # of the oldest entry in memory
        self._encode = msgspec.json.Encoder().encode
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600) if path else None
        self._unsynced = False

    def add(self, kind: str, *, at: datetime, body: bytes = b"null", **known: Any) -> int:
        """Append one entry and return its ``seq``; ``known`` are fields of Entry, ``body`` is JSON."""
        self.last_seq += 1
        line = self._encode(Entry(seq=self.last_seq, at=at, kind=kind, body=msgspec.Raw(body), **known))
        self.entries.append(line)
        if len(self.entries) > KEPT_IN_MEMORY:
            self._forget(KEPT_IN_MEMORY // 10)
        if self._file is not None:
            os.write(self._file, line.replace(b"\n", b" ") + b"\n")
            self._unsynced = True
        return self.last_seq

    def since(self, seq: int, *, limit: int) -> list[bytes]:
        """Return up to ``limit`` entries after ``seq``, oldest first, each as JSON."""
        skip = max(0, seq + 1 - self.first_seq)
        return self.entries[skip : skip + limit]

    def forget(self, *, at: datetime) -> None:
        """Empty the memory for a new beginning; the file keeps what it has, and a line that says so."""
        self.add("reset", at=at)
        self.entries.clear()
        self.first_seq = self.last_seq + 1
        self.forgotten = 0

    def _forget(self, count: int) -> None:
        del self.entries[:count]
        self.first_seq += count
        self.forgotten += count

    async def keep_synced(self) -> None:
        """Sync the file in groups until cancelled, and once more at the end."""
        if self._file is None:
            return
        try:
            while True:
                await asyncio.sleep(_SYNC_EVERY_S)
                if self._unsynced:
                    self._unsynced = False
                    await asyncio.to_thread(os.fsync, self._file)
        finally:
            os.fsync(self._file)
            os.close(self._file)
            self._file = None
