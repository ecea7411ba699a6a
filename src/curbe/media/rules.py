"""When a link is too old, how long to wait after a failure, and how a file of a stranger's may be served. Pure."""

import re
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import quote, urlsplit
from uuid import UUID

import msgspec

MOST_ATTEMPTS: Final = 5
STORAGE: Final = "storage"  # the reason that is our own fault: the disk is full, the store is away
_MOST_WHILE_OURS: Final = (
    300  # attempts, half an hour apart: nearly as long as Meta has the file, 7 days [cloud-api: media]
)
LARGEST_INBOUND: Final = 100 * 1024 * 1024  # Meta delivers none larger: error 131052 [cloud-api: media]
UPLOAD_LIVES: Final = timedelta(days=30)  # [cloud-api: media]
_SPARE: Final = timedelta(
    days=1
)  # an upload this close to its end is not used: the message may wait in the outbox
_LINK_LIVES: Final = timedelta(minutes=5)  # [cloud-api: media]
_LINK_SPARE: Final = timedelta(seconds=30)
_PAUSES: Final = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
_LONGEST_LINK: Final = 2048

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


def gives_up(attempts: int, *, last: str | None) -> bool:
    """Tell whether so many failed attempts are enough; ``last`` is the reason of the last one that lived to tell."""
    return attempts >= (_MOST_WHILE_OURS if last == STORAGE else MOST_ATTEMPTS)


def pause_after(attempt: int, *, reason: str) -> timedelta | None:
    """Return how long to wait after the nth attempt failed for ``reason``, None after the last."""
    if gives_up(attempt, last=reason):
        return None
    return _PAUSES[min(attempt, len(_PAUSES)) - 1]


def storage_key(tenant_id: UUID, sha256: bytes) -> str:
    """Return where a content lies: one place for each tenant and content."""
    digest = sha256.hex()
    return f"{tenant_id}/{digest[:2]}/{digest}"


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


def link_trouble(url: str) -> str | None:
    """Return why Meta could not fetch a file from ``url``, None where nothing speaks against it. Curbe itself follows no such link."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "It is no URL."
    if parts.scheme != "https" or not host:
        return "It must begin with https:// and name a host."
    if parts.username is not None or parts.password is not None:
        return "It must not hold a user name or password."
    if len(url) > _LONGEST_LINK or not url.isascii() or not url.isprintable() or " " in url:
        return f"It must have at most {_LONGEST_LINK} plain characters; write others percent-encoded."
    return None


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
