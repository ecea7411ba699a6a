"""Runs the program that opens strangers' files (`examine`), and trusts only an answer of the right shape."""

import asyncio
from pathlib import Path
from typing import Final

import msgspec
import structlog

from curbe.infra.subprocesses import exception_named, run_apart

log: Final = structlog.get_logger(__name__)

_PATIENCE: Final = 90.0  # seconds; the program's own limit is CPU time
_MOST_PEAKS: Final = 64


class Looked(msgspec.Struct, frozen=True):
    """What was found out about a file; nothing if it could not be read.

    ``codings``: in small letters, how a picture's colours are coded (rgb, cmyk ...), or a film's pictures and sound (h264, hevc, aac ...).
    """

    width: int | None = None
    height: int | None = None
    duration_ms: int | None = None
    peaks: bytes | None = None
    thumbnail: bool = False
    codings: tuple[str, ...] = ()


class Unreadable(Exception):
    """The file cannot be read as the type it claims to be."""


class Examiner:
    """Runs the program, at most ``at_once`` times at the same time."""

    def __init__(self, *, at_once: int = 2) -> None:
        self._turns: Final = asyncio.Semaphore(at_once)

    async def look(self, path: Path, *, mime_type: str, thumbnail: Path) -> Looked:
        """Return what is in ``path``; if it has a picture, a small WebP of it is at ``thumbnail`` afterwards.

        Raises:
            NotRun: the program could not run, because the service is stopping or there is no memory left.
        """
        try:
            answer = await self._run("look", path, mime_type, thumbnail)
            found = msgspec.json.decode(answer, type=Looked)
        except (Unreadable, msgspec.DecodeError) as error:
            log.info("media_not_readable", mime_type=mime_type, reason=str(error))
            return Looked()
        drawn = found.thumbnail and await asyncio.to_thread(thumbnail.is_file)
        peaks = found.peaks[:_MOST_PEAKS] if found.peaks else None
        return msgspec.structs.replace(found, peaks=peaks, thumbnail=drawn)

    async def to_voice(self, path: Path, *, mime_type: str, target: Path) -> None:
        """Write the sound of ``path`` to ``target`` as a voice note: Ogg with Opus, mono.

        Raises:
            Unreadable: it contains no sound that can be read.
            NotRun: the program could not run at present.
        """
        await self._run("voice", path, mime_type, target)

    async def _run(self, task: str, path: Path, mime_type: str, target: Path) -> bytes:
        async with self._turns:
            try:
                ended = await run_apart(
                    "curbe.media.examine", task, str(path), mime_type, str(target), patience=_PATIENCE
                )
            except TimeoutError:
                raise Unreadable("it took too long") from None
        if ended.code != 0:
            raise Unreadable(f"exit {ended.code}, {exception_named(ended.complaint)}")
        return ended.answer
