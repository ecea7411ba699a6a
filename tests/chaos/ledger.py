"""The outside ledger: what was offered, acked, asked, answered and seen, on the disk before the next step is taken.

It belongs to the generator, which no nemesis touches, and knows nothing of Curbe's database.
"""

import asyncio
import os
from pathlib import Path
from typing import Final

import msgspec


class Item(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message or status within a webhook."""

    kind: str  # text, status
    phone_number_id: str
    wamid: str
    person: str
    text: str = ""
    status: str = ""
    callback: str | None = None  # biz_opaque_callback_data
    at: int = 0  # Meta's clock, whole seconds


class Offered(msgspec.Struct, frozen=True, kw_only=True, tag="offered"):
    """A webhook is about to be posted, for the first time."""

    delivery: int
    digest: str  # SHA-256 of the body
    items: list[Item]
    poison: list[str] = []  # marks of what is in it besides and cannot be read: it must be set aside


class Acked(msgspec.Struct, frozen=True, kw_only=True, tag="acked"):
    """A webhook was answered 200."""

    delivery: int
    tries: int


class Asked(msgspec.Struct, frozen=True, kw_only=True, tag="asked"):
    """A message is about to be asked for, under an idempotency key; the key is its text too."""

    key: str
    mark: str
    to: str


class Taken(msgspec.Struct, frozen=True, kw_only=True, tag="taken"):
    """The API answered 2xx."""

    key: str
    message_id: str


class Declined(msgspec.Struct, frozen=True, kw_only=True, tag="declined"):
    """The API said a clear no: there must be no such message."""

    key: str
    status: int
    code: str


class Saw(msgspec.Struct, frozen=True, kw_only=True, tag="saw"):
    """The reader of a tenant's event log came upon this."""

    mark: str
    cursor: str
    event: str
    message_id: str | None


Entry = Offered | Acked | Asked | Taken | Declined | Saw


class LedgerWriter:
    """Appends entries; `note` returns when they are on the disk. Many callers share one fsync."""

    def __init__(self, path: Path) -> None:
        self._file: Final = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._encode: Final = msgspec.json.Encoder().encode
        self._lines: list[bytes] = []
        self._waiting: list[asyncio.Future[None]] = []
        self._arrived: Final = asyncio.Event()

    async def note(self, *entries: Entry) -> None:
        """Append ``entries`` and return once they are durable."""
        written: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._lines += [self._encode(entry) + b"\n" for entry in entries]
        self._waiting.append(written)
        self._arrived.set()
        await written

    async def run(self) -> None:
        """Write until cancelled; whoever waits for `note` keeps this alive."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            lines, self._lines = self._lines, []
            waiting, self._waiting = self._waiting, []
            os.write(self._file, b"".join(lines))
            await asyncio.to_thread(os.fsync, self._file)
            for one in waiting:
                one.set_result(None)


def read_ledger(path: Path) -> list[Entry]:
    """Return every entry, in the order of writing."""
    decoder = msgspec.json.Decoder(Entry)
    return [decoder.decode(line) for line in path.read_bytes().splitlines()]
