"""Tells what a file is by its first bytes, and which files Meta accepts as which kind. Pure."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final

import msgspec

HEAD: Final = 64  # bytes at the beginning of a file that are looked at

_WEBP_FLAGS: Final = 20  # where they stand
_MB: Final = 1024 * 1024
_LONGEST_NAME: Final = 127  # characters of each half of a MIME type [RFC 6838]
_OGG_AUDIO: Final = (b"OpusHead", b"\x01vorbis", b"\x7fFLAC", b"Speex")
_BRANDS: Final = {
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"qt  ": "video/quicktime",
    b"heic": "image/heic",
    b"avif": "image/avif",
}


class MediaKind(StrEnum):
    """The kind of message that a file is sent as; ``voice`` is an audio that arrives as a voice note."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    VOICE = "voice"
    DOCUMENT = "document"
    STICKER = "sticker"


class Limit(msgspec.Struct, frozen=True):
    """What Meta accepts as one kind: the largest size in bytes, and MIME types (empty: any)."""

    most_bytes: int
    mime_types: tuple[str, ...]


# [cloud-api 2.1 and 2.4, Dec 2025]. A document may be anything; Meta lists txt, pdf, doc(x), xls(x), ppt(x) and takes others.
LIMITS: Final = {
    MediaKind.IMAGE: Limit(5 * _MB, ("image/jpeg", "image/png")),
    MediaKind.VIDEO: Limit(16 * _MB, ("video/mp4", "video/3gpp")),
    MediaKind.AUDIO: Limit(16 * _MB, ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg")),
    MediaKind.VOICE: Limit(16 * _MB, ("audio/ogg",)),
    MediaKind.DOCUMENT: Limit(100 * _MB, ()),
    MediaKind.STICKER: Limit(500 * 1024, ("image/webp",)),  # 100 KiB if it is not animated
}
STILL_STICKER: Final = 100 * 1024
# Which codings phones can show [cloud-api 2.1, Dec 2025]. For others Meta sends a failed status, long after it accepted the message.
_CODED: Final = {MediaKind.VIDEO: frozenset({"h264", "aac"})}
_NOT_CODED: Final = {MediaKind.IMAGE: frozenset({"cmyk"})}  # 8 bits of RGB or RGBA
LARGEST: Final = max(limit.most_bytes for limit in LIMITS.values())

# Other names that programs use for the same MIME type.
_SAME: Final = {
    "image/jpg": "image/jpeg",
    "image/pjpeg": "image/jpeg",
    "audio/mp3": "audio/mpeg",
    "audio/x-m4a": "audio/mp4",
    "audio/m4a": "audio/mp4",
    "audio/x-aac": "audio/aac",
    "audio/opus": "audio/ogg",
    "application/ogg": "audio/ogg",
    "video/3gp": "video/3gpp",
}


def plain_type(content_type: str | None) -> str:
    """Return the MIME type of a Content-Type, lower case and without parameters; application/octet-stream where it names none."""
    name = (content_type or "").split(";", 1)[0].strip().lower()
    main, slash, sub = name.partition("/")
    if not (slash and _token(main) and _token(sub)):
        return "application/octet-stream"
    return _SAME.get(name, name)


def natural_kind(mime_type: str) -> MediaKind:
    """Return the kind that a file of this type is sent as, unless the sender says otherwise."""
    order = (MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.AUDIO, MediaKind.STICKER)
    return next((kind for kind in order if mime_type in LIMITS[kind].mime_types), MediaKind.DOCUMENT)


def why_not(kind: MediaKind, *, mime_type: str, size: int) -> str | None:
    """Return a sentence that says why Meta would refuse such a file as ``kind``; None if it would accept it."""
    limit = LIMITS[kind]
    if limit.mime_types and mime_type not in limit.mime_types:
        return f"{mime_type} cannot be sent as {kind}: WhatsApp takes {', '.join(limit.mime_types)}."
    if size > limit.most_bytes:
        return f"{size} bytes are too many for {kind}: WhatsApp takes at most {limit.most_bytes}."
    return None


def ill_coded(kind: MediaKind, codings: Sequence[str]) -> str | None:
    """Return the coding because of which phones would not show such a file; None if they would, as far as is known."""
    takes, refuses = _CODED.get(kind), _NOT_CODED.get(kind, frozenset())
    return next((one for one in codings if one in refuses or (takes is not None and one not in takes)), None)


def sniffed(head: bytes, *, declared: str) -> str | None:
    """Return the MIME type that the first bytes of a file show; None if it is none that we know.

    ``declared`` decides only for containers that may hold sound alone or pictures as well: MP4, WebM and 3GP.
    """
    for offset, magic, read in _MAGIC:
        if head[offset : offset + len(magic)] == magic:
            return read(head, declared)
    return None


def moves(head: bytes) -> bool:
    """Tell whether a WebP is animated, by a flag in its extended header [WebP container, RFC 9649]."""
    return head[12:16] == b"VP8X" and len(head) > _WEBP_FLAGS and bool(head[_WEBP_FLAGS] & 0x02)


def _token(name: str) -> bool:
    return 0 < len(name) <= _LONGEST_NAME and all(
        letter.isascii() and (letter.isalnum() or letter in "!#$&^_.+-") for letter in name
    )


def _always(mime_type: str) -> Callable[[bytes, str], str | None]:
    return lambda _head, _declared: mime_type


def _riff(head: bytes, _declared: str) -> str | None:
    return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12])


def _ogg(head: bytes, _declared: str) -> str | None:
    return "audio/ogg" if any(mark in head for mark in _OGG_AUDIO) else "video/ogg"


def _mp4(head: bytes, declared: str) -> str | None:
    brand = head[8:12]
    if brand[:2] == b"3g":
        return "audio/3gpp" if declared.startswith("audio/") else "video/3gpp"
    return _BRANDS.get(brand) or ("audio/mp4" if declared.startswith("audio/") else "video/mp4")


def _webm(_head: bytes, declared: str) -> str | None:
    return "audio/webm" if declared.startswith("audio/") else "video/webm"


_MAGIC: Final[tuple[tuple[int, bytes, Callable[[bytes, str], str | None]], ...]] = (
    (0, b"\xff\xd8\xff", _always("image/jpeg")),
    (0, b"\x89PNG\r\n\x1a\n", _always("image/png")),
    (0, b"GIF87a", _always("image/gif")),
    (0, b"GIF89a", _always("image/gif")),
    (0, b"RIFF", _riff),
    (0, b"OggS", _ogg),
    (4, b"ftyp", _mp4),
    (0, b"\x1a\x45\xdf\xa3", _webm),
    (0, b"ID3", _always("audio/mpeg")),
    (0, b"\xff\xfb", _always("audio/mpeg")),
    (0, b"\xff\xf3", _always("audio/mpeg")),
    (0, b"\xff\xf2", _always("audio/mpeg")),
    (0, b"\xff\xf1", _always("audio/aac")),
    (0, b"\xff\xf9", _always("audio/aac")),
    (0, b"#!AMR", _always("audio/amr")),
    (0, b"%PDF-", _always("application/pdf")),
)
