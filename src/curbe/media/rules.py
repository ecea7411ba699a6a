"""When a link is too old, how long to wait after a failure, and how a file of a stranger's may be served. Pure."""

import re
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote
from uuid import UUID

import msgspec

from curbe.domain.errors import GraphUnreachable, MissingPermission, NumberForeign, TooManyRequests

MOST_ATTEMPTS: Final = 5
STORAGE: Final = "storage"  # the reason that is our own fault: the disk is full, the store is away
CONNECTION_GONE: Final = "connection_gone"  # the number was disconnected: nobody may ask for its files
UNAUTHORIZED: Final = "token"  # the number's token is refused, or cannot be opened
UNREACHABLE: Final = "unreachable"
REFUSED: Final = "refused"
META_KEEPS: Final = timedelta(days=7)  # a file that a webhook named [cloud-api: media]
# What says nothing of the file: it passes, or is mended, and the file is still to be had.
_AWAY: Final = frozenset({STORAGE, UNREACHABLE, GraphUnreachable.code, TooManyRequests.code, "status_429"})
_OF_TOKEN: Final = frozenset({UNAUTHORIZED, MissingPermission.code, "status_401", "status_403"})
_SERVERS_FAULT: Final = re.compile(r"status_5\d\d")
_MOST_WHILE_PASSING: Final = 300  # attempts, should the clock go wrong
# What a new token may mend; Meta answers for what a token may not read as for what is not there [Meta: error 100.33].
RECONNECTING_MENDS: Final = frozenset({*_OF_TOKEN, CONNECTION_GONE, REFUSED, NumberForeign.code})
BROKEN_OFF: Final = timedelta(days=1)  # by then nobody stores any more what was on its way
LARGEST_INBOUND: Final = 100 * 1024 * 1024  # Meta delivers none larger: error 131052 [cloud-api: media]
UPLOAD_LIVES: Final = timedelta(days=30)  # [cloud-api: media]
_SPARE: Final = timedelta(
    days=1
)  # an upload this close to its end is not used: the message may wait in the outbox
_LINK_LIVES: Final = timedelta(minutes=5)  # [cloud-api: media]
_LINK_SPARE: Final = timedelta(seconds=30)
_PAUSES: Final = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
_PAUSE_FOR_TOKEN: Final = timedelta(
    hours=3
)  # a person mends it, and then nobody waits for this: see RECONNECTING_MENDS

# What a browser may show in the page: never anything that can hold a script, and only where the bytes were seen to be it.
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
    """A file could not be fetched. ``reason`` is a stable word; ``for_good``: asking again would not help."""

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
    """What came of fetching a file so far: after how many attempts, how long it was waited for, and the reasons told, the last one last."""

    attempts: int
    waited: timedelta
    reasons: tuple[str | None, ...]


def gives_up(tried: Tried) -> bool:
    """Tell whether that is enough: five attempts at a bad file; what passes is waited for as long as Meta has the file.

    A bad attempt right after a long wait counts as the first one.
    """
    passing = any(reason is not None and _passes(reason) for reason in tried.reasons[-2:])
    if passing:
        return tried.waited >= META_KEEPS or tried.attempts >= _MOST_WHILE_PASSING
    return tried.attempts >= MOST_ATTEMPTS


def pause_after(tried: Tried) -> timedelta | None:
    """Return how long to wait after the last attempt failed, None where it was the last of all."""
    if gives_up(tried):
        return None
    if tried.attempts >= len(_PAUSES) and tried.reasons[-1] in _OF_TOKEN:
        return _PAUSE_FOR_TOKEN
    return _PAUSES[min(tried.attempts, len(_PAUSES)) - 1]


def _passes(reason: str) -> bool:
    return reason in _AWAY or reason in _OF_TOKEN or _SERVERS_FAULT.fullmatch(reason) is not None


def storage_key(tenant_id: UUID, sha256: bytes) -> str:
    """Return where a content lies: one place for each tenant and content."""
    digest = sha256.hex()
    return f"{tenant_id}/{digest[:2]}/{digest}"


def thumbnail_key(key: str) -> str:
    """Return where the thumbnail of the content under ``key`` lies."""
    return f"{key}.thumb.webp"


def keys_of(tenant_id: UUID, sha256: bytes) -> tuple[str, str]:
    """Return every place where bytes of a content may lie."""
    key = storage_key(tenant_id, sha256)
    return key, thumbnail_key(key)


def shown_inline(mime_type: str, *, sniffed: bool) -> bool:
    """Tell whether a browser may show it in the page; anything else is a download."""
    return sniffed and mime_type in _INLINE


def served_type(mime_type: str, *, sniffed: bool) -> str:
    """Return the Content-Type to serve a file under: its own where that is harmless, else bytes without a meaning."""
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
    """Return what to call a file that is saved."""
    if filename:
        return filename
    return f"file.{_EXTENSIONS.get(mime_type, 'bin')}"


def part_wanted(header: str | None, *, size: int) -> Part | None:
    """Return the part that a Range header asks for, None where the whole file is to be sent.

    A header in another unit, with several parts, or that cannot be read is as if it were absent [RFC 9110, 14.2].

    Raises:
        Unsatisfiable: it begins beyond the end.
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
