"""The program that opens untrusted files: ``python -m curbe.media.examine``, a process of its own with limited memory and time.

A decoder may crash, hang, or be taken over by the file it reads; in a process of its own it takes nothing else with it. Files are read
through an open handle and as the format that their first bytes show, so that no file can make a decoder open a path or an address.
"""

import json
import resource
import sys
from typing import Any, Final

_MEMORY: Final = 2 * 2**30  # bytes of address space; FFmpeg's libraries alone map a few hundred MiB
_SECONDS: Final = 60  # of CPU
_LARGEST_FILE: Final = 110 * 2**20
_IMAGES: Final = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP", "image/gif": "GIF"}
_CONTAINERS: Final = {
    "audio/ogg": "ogg",
    "video/ogg": "ogg",
    "audio/mpeg": "mp3",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/wav": "wav",
    "audio/mp4": "mov",
    "audio/3gpp": "mov",
    "video/mp4": "mov",
    "video/3gpp": "mov",
    "video/quicktime": "mov",
    "audio/webm": "matroska",
    "video/webm": "matroska",
}


def look(path: str, mime_type: str, thumbnail: str) -> dict[str, Any]:
    """Return what a file tells (width, height, duration_ms, peaks in base64), and write its thumbnail if it has a picture."""
    if mime_type in _IMAGES:
        from curbe.media import pictures  # noqa: PLC0415 - what reads the other kind takes longer to load than the file to read

        return pictures.look(path, _IMAGES[mime_type], thumbnail)
    if mime_type in _CONTAINERS:
        from curbe.media import recordings  # noqa: PLC0415 - the same

        return recordings.look(path, _CONTAINERS[mime_type], thumbnail)
    return {}


def to_voice(path: str, mime_type: str, target: str) -> dict[str, Any]:
    """Write the sound of a file to ``target`` as a voice note."""
    from curbe.media import recordings  # noqa: PLC0415 - the same

    return recordings.to_voice(path, _CONTAINERS[mime_type], target)


def _hold_back() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_LARGEST_FILE, _LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(arguments: list[str]) -> int:
    """Do ``look|voice PATH MIME_TYPE TARGET`` and write what was found as one JSON object.

    Raises:
        Exception: whatever a decoder raises: the file cannot be read as the type it claims to be.
    """
    _hold_back()
    task, path, mime_type, target = arguments
    found = (look if task == "look" else to_voice)(path, mime_type, target)
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
