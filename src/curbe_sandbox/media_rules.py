"""What Meta finds wrong with the media of a message."""

from typing import Any, Final
from urllib.parse import urlsplit

from curbe_sandbox.errors import refusal
from curbe_sandbox.state import PhoneNumber, World

MB: Final = 1024 * 1024
# type: (largest size in bytes, MIME types or their beginnings) [media, Sep 2026; supported types, Dec 2025]
LIMITS: Final[dict[str, tuple[int, tuple[str, ...]]]] = {
    "image": (5 * MB, ("image/jpeg", "image/png")),
    "audio": (16 * MB, ("audio/aac", "audio/amr", "audio/mpeg", "audio/mp4", "audio/ogg")),
    "video": (16 * MB, ("video/mp4", "video/3gp", "video/3gpp")),
    "document": (100 * MB, ("",)),
    "sticker": (500 * 1024, ("image/webp",)),
}
_UPLOAD_ERROR: Final = 131053


def media_trouble(world: World, number: PhoneNumber, kind: str, body: dict[str, Any]) -> int | None:
    """Return 131053 where the message will fail for its media, else None.

    Raises:
        GraphRefusal: a media id that does not exist or belongs to another WABA.
    """
    if kind not in LIMITS:
        return None
    part = body[kind]
    if "link" in part:
        host = urlsplit(part["link"]).hostname or ""
        return _UPLOAD_ERROR if host.endswith(".invalid") else None  # the sandbox fetches nothing
    media = world.media.get(part["id"])
    if media is None or world.numbers[media.phone_number_id].waba_id != number.waba_id:
        raise refusal(100, f"Param {kind}['id']: media {part['id']:.40} does not exist.")
    size, mime_types = LIMITS[kind]
    if len(media.content) > size or not media.mime_type.startswith(mime_types):
        return _UPLOAD_ERROR
    if part.get("voice") and not media.mime_type.startswith("audio/ogg"):
        return _UPLOAD_ERROR  # a voice note is Ogg with Opus [audio, Dec 2025]
    return None
