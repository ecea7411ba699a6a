"""Files on the Cloud API, as bytes and words: what a webhook announces, and the form that uploads one [Meta: media, Sep 2026]. Pure."""

import base64
import binascii
import secrets
from collections.abc import AsyncIterator, Callable
from typing import Final

import msgspec

from curbe.domain.messages import Attachment
from curbe.infra.http import Streamed

_TYPES: Final = ("image", "video", "audio", "voice", "document", "sticker")
_SHA256_BYTES: Final = 32
_SHA256_HEX: Final = 64
_LONGEST: Final = 2048  # characters of a URL; a longer one is not kept, and asked for anew
_LONGEST_ID: Final = 64
_LONGEST_NAME: Final = 240


class _File(msgspec.Struct, gc=False):
    id: str | int | None = None
    url: str | None = None
    mime_type: str | None = None
    sha256: str | None = None
    filename: str | None = None
    voice: bool | None = None


class _Message(msgspec.Struct, gc=False):
    type: str | None = None
    image: _File | None = None
    video: _File | None = None
    audio: _File | None = None
    voice: _File | None = None
    document: _File | None = None
    sticker: _File | None = None


_MESSAGE: Final = msgspec.json.Decoder(_Message)


def attachment_in(payload: str, *, message_type: str) -> Attachment | None:
    """Return the file that an inbound message announces; None where it announces none, or in a shape that nobody knows.

    Args:
        payload: Meta's object of the message.
        message_type: its ``type``; those without files are not looked into.
    """
    if message_type not in _TYPES:
        return None
    try:
        message = _MESSAGE.decode(payload)
    except (msgspec.DecodeError, RecursionError):
        return None
    file: _File | None = getattr(message, message_type)
    if file is None or not file.id or len(str(file.id)) > _LONGEST_ID:
        return None
    return Attachment(
        provider_media_id=str(file.id),
        url=file.url if file.url and len(file.url) <= _LONGEST else None,
        mime_type=file.mime_type[:_LONGEST_NAME] if file.mime_type else None,
        sha256=digest_from(file.sha256),
        filename=file.filename[:_LONGEST_NAME] if file.filename else None,
        voice=bool(file.voice) or message_type == "voice",
    )


def digest_from(text: str | None) -> bytes | None:
    """Return the SHA-256 that Meta wrote, in base64 in webhooks and in hex elsewhere; None where it is neither."""
    try:
        if text is not None and len(text) == _SHA256_HEX:
            return bytes.fromhex(text)
        digest = base64.b64decode(text or "", validate=True)
    except (ValueError, binascii.Error):
        return None
    return digest if len(digest) == _SHA256_BYTES else None


def upload_form(
    *, mime_type: str, filename: str, size: int, chunks: Callable[[], AsyncIterator[bytes]]
) -> tuple[Streamed, str]:
    """Return the multipart form that uploads a file, and its content type.

    Args:
        mime_type: one of Meta's for files.
        filename: shown to nobody; anything but plain characters is replaced.
        size: in bytes, exactly.
        chunks: yields the file from its beginning, each time it is called.
    """
    boundary = f"curbe-{secrets.token_hex(16)}"
    plain = "".join(
        letter if (letter.isascii() and letter.isalnum()) or letter in "._-" else "_" for letter in filename
    )
    fields = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("messaging_product", "whatsapp"), ("type", mime_type))
    )
    head = (
        f'{fields}--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{plain or "file"}"\r\n'
        f"Content-Type: {mime_type}\r\n\r\n"
    ).encode()
    tail = f"\r\n--{boundary}--\r\n".encode()

    async def body() -> AsyncIterator[bytes]:
        yield head
        async for chunk in chunks():
            yield chunk
        yield tail

    return Streamed(len(head) + size + len(tail), body), f"multipart/form-data; boundary={boundary}"
