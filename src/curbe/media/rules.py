"""Decides when a link is too old, how long to wait after a failure, and how an untrusted file may be served. Pure."""

import re
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote
from uuid import UUID

import msgspec

from curbe.domain.errors import GraphUnreachable, MissingPermission, NumberForeign, TooManyRequests

MOST_ATTEMPTS: Final = 5
STORAGE: Final = "storage"  # our own storage failed: the disk is full, or the store cannot be reached
CONNECTION_GONE: Final = "connection_gone"  # the number was disconnected, so there is no token to ask with
UNAUTHORIZED: Final = "token"  # the number's token is refused, or cannot be opened
UNREACHABLE: Final = "unreachable"
REFUSED: Final = "refused"
META_KEEPS: Final = timedelta(days=7)  # how long Meta keeps the file of an inbound message [cloud-api: media]
# Failures that are not about the file: they pass or are repaired, and the file can still be fetched then.
_AWAY: Final = frozenset({STORAGE, UNREACHABLE, GraphUnreachable.code, TooManyRequests.code, "status_429"})
_OF_TOKEN: Final = frozenset({UNAUTHORIZED, MissingPermission.code, "status_401", "status_403"})
_SERVERS_FAULT: Final = re.compile(r"status_5\d\d")
_MOST_WHILE_PASSING: Final = 300  # attempts despite such failures; a limit in case the clock is wrong
# Failures that a new token may repair. Meta answers the same for what a token may not read and for what is not there [Meta: error 100.33].
RECONNECTING_MENDS: Final = frozenset({*_OF_TOKEN, CONNECTION_GONE, REFUSED, NumberForeign.code})
BROKEN_OFF: Final = timedelta(days=1)  # a file that is still not stored after this long was interrupted
LARGEST_INBOUND: Final = 100 * 1024 * 1024  # Meta delivers none larger: error 131052 [cloud-api: media]
UPLOAD_LIVES: Final = timedelta(days=30)  # [cloud-api: media]
# An upload that expires this soon is not used, because the message may have to wait in the outbox.
_SPARE: Final = timedelta(days=1)
_LINK_LIVES: Final = timedelta(minutes=5)  # [cloud-api: media]
_LINK_SPARE: Final = timedelta(seconds=30)
_PAUSES: Final = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
# A person has to repair it, and then the file is fetched again at once: see RECONNECTING_MENDS.
_PAUSE_FOR_TOKEN: Final = timedelta(hours=3)

# What a browser may show in the page: no type that can contain a script, and only if the file's bytes show that type.
_INLINE: Final = frozenset(
    {
        "image/jpeg",
        "image/png",
        "image/webp",
        "image/gif",
        "video/mp4",
        "audio/ogg",
        "audio/mpeg",
        "audio/aac",
        "audio/mp4",
    }
)
_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")


class Failure(Exception):
    """A file could not be fetched. ``reason`` is a stable word; ``for_good``: another try would not help."""

    def __init__(self, reason: str, *, for_good: bool = False, link_ended: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.for_good = for_good
        self.link_ended = link_ended


class Part(msgspec.Struct, frozen=True):
    """A part of a file: ``length`` bytes from ``start``."""

    start: int
    length: int


class Unsatisfiable(Exception):
    """The part asked for lies beyond the file's end."""


def link_is_fresh(given_at: datetime | None, *, now: datetime) -> bool:
    """Tell whether a link to a file can still be followed."""
    return given_at is not None and now - given_at < _LINK_LIVES - _LINK_SPARE


def upload_is_usable(expires_at: datetime, *, now: datetime) -> bool:
    """Tell whether a file's id at Meta lasts long enough to be sent."""
    return now < expires_at - _SPARE


class Tried(msgspec.Struct, frozen=True):
    """The attempts to fetch a file so far: how many, over how long, and the reasons why they failed, the latest last."""

    attempts: int
    waited: timedelta
    reasons: tuple[str | None, ...]


def gives_up(tried: Tried) -> bool:
    """Tell whether to give up: after five failures of the file itself; other failures are retried as long as Meta has the file.

    A failure of the file right after a long wait counts as the first one.
    """
    passing = any(reason is not None and _passes(reason) for reason in tried.reasons[-2:])
    if passing:
        return tried.waited >= META_KEEPS or tried.attempts >= _MOST_WHILE_PASSING
    return tried.attempts >= MOST_ATTEMPTS


def pause_after(tried: Tried) -> timedelta | None:
    """Return how long to wait before the next attempt; None if there is to be none."""
    if gives_up(tried):
        return None
    if tried.attempts >= len(_PAUSES) and tried.reasons[-1] in _OF_TOKEN:
        return _PAUSE_FOR_TOKEN
    return _PAUSES[min(tried.attempts, len(_PAUSES)) - 1]


def _passes(reason: str) -> bool:
    return reason in _AWAY or reason in _OF_TOKEN or _SERVERS_FAULT.fullmatch(reason) is not None


def storage_key(tenant_id: UUID, sha256: bytes) -> str:
    """Return the key under which a content is stored: one for each tenant and content."""
    digest = sha256.hex()
    return f"{tenant_id}/{digest[:2]}/{digest}"


def thumbnail_key(key: str) -> str:
    """Return the key of the thumbnail of the content under ``key``."""
    return f"{key}.thumb.webp"


def keys_of(tenant_id: UUID, sha256: bytes) -> tuple[str, str]:
    """Return every key under which bytes of a content may be stored."""
    key = storage_key(tenant_id, sha256)
    return key, thumbnail_key(key)


def shown_inline(mime_type: str, *, sniffed: bool) -> bool:
    """Tell whether a browser may show the file in the page; anything else is a download."""
    return sniffed and mime_type in _INLINE


def served_type(mime_type: str, *, sniffed: bool) -> str:
    """Return the Content-Type to serve a file with: its own if that is harmless, else application/octet-stream."""
    return (
        mime_type
        if shown_inline(mime_type, sniffed=sniffed) or mime_type == "application/pdf"
        else "application/octet-stream"
    )


def disposition(filename: str, *, inline: bool) -> str:
    """Return the Content-Disposition; the name cannot leave its quotes [RFC 6266]."""
    plain = "".join(
        letter if letter.isascii() and letter.isprintable() and letter not in '"\\/;%' else "_"
        for letter in filename
    )
    return f"{'inline' if inline else 'attachment'}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


def name_of(filename: str | None, *, mime_type: str) -> str:
    """Return the name under which a browser saves the file."""
    if filename:
        return filename
    return f"file.{_EXTENSIONS.get(mime_type, 'bin')}"


def part_wanted(header: str | None, *, size: int) -> Part | None:
    """Return the part that a Range header asks for; None if the whole file is to be sent.

    A header in another unit, with several parts, or that cannot be read is ignored [RFC 9110, 14.2].

    Raises:
        Unsatisfiable: the part begins beyond the end of the file.
    """
    match = _RANGE.fullmatch((header or "").replace(" ", ""))
    if match is None or not (match[1] or match[2]):
        return None
    if not match[1]:  # the last so many bytes
        length = min(int(match[2]), size)
        if not length:
            raise Unsatisfiable
        return Part(size - length, length)
    start, end = int(match[1]), min(int(match[2]) if match[2] else size - 1, size - 1)
    if match[2] and int(match[2]) < start:
        return None
    if start >= size:
        raise Unsatisfiable
    return Part(start, end - start + 1)


_EXTENSIONS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "image/gif": "gif",
    "video/mp4": "mp4",
    "video/3gpp": "3gp",
    "audio/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "application/pdf": "pdf",
    "text/plain": "txt",
}
