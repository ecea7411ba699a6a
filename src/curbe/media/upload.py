"""Takes a file that somebody uploads to be sent: checked against WhatsApp's limits before anything is stored."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime
from functools import partial
from typing import Final
from uuid import UUID

import msgspec
import structlog

from curbe.audit import service as audit
from curbe.audit.service import AuditEntry
from curbe.domain.errors import InvalidRequest, NoRoom, TooLarge, Unavailable
from curbe.infra.db import Pool
from curbe.infra.subprocesses import NotRun
from curbe.media import purge, store
from curbe.media.examiner import Looked, Unreadable
from curbe.media.keeping import Incoming, Keeping
from curbe.media.kinds import (
    LIMITS,
    STILL_STICKER,
    MediaKind,
    ill_coded,
    moves,
    natural_kind,
    plain_type,
    sniffed,
    why_not,
)
from curbe.media.shapes import Asset, Media, media_of
from curbe.media.storage import StorageFailed, StorageFull

log: Final = structlog.get_logger(__name__)

_LONGEST_NAME: Final = 240
_ILL_CODED: Final = {
    MediaKind.VIDEO: {
        "en": "The video is coded as {}: WhatsApp shows H.264 with AAC alone.",
        "es": "El vídeo está codificado en {}: WhatsApp solo muestra H.264 con AAC.",
        "pt": "O vídeo está codificado em {}: o WhatsApp só mostra H.264 com AAC.",
    },
    MediaKind.IMAGE: {
        "en": "The picture's colours are {}: WhatsApp shows RGB alone.",
        "es": "Los colores de la imagen son {}: WhatsApp solo muestra RGB.",
        "pt": "As cores da imagem são {}: o WhatsApp só mostra RGB.",
    },
}
_AS_DOCUMENT: Final = {
    "en": "Send it as a document, or convert it first.",
    "es": "Envíalo como documento, o conviértelo antes.",
    "pt": "Envie como documento, ou converta antes.",
}
_RECORDINGS: Final = frozenset(
    {
        "audio/webm",
        "video/webm",
        "audio/ogg",
        "audio/mp4",
        "video/mp4",
        "audio/mpeg",
        "audio/aac",
        "audio/wav",
    }
)


class Uploaded(msgspec.Struct, frozen=True):
    """A file that is being uploaded: its bytes, which are still to come, and what the sender says about it."""

    chunks: AsyncIterator[bytes]
    content_type: str | None
    filename: str | None
    kind: MediaKind | None  # the kind it is to be sent as; None: the one that its type suggests
    announced_size: int | None


async def take(
    uploaded: Uploaded,
    *,
    tenant_id: UUID,
    actor: str,
    pool: Pool,
    keeping: Keeping,
    now: Callable[[], datetime],
) -> Media:
    """Store the file and return it. A recording for a voice note, for example a browser's WebM, is converted to Opus in Ogg first.

    Raises:
        InvalidRequest: WhatsApp would not accept it as this kind, or it is not of the type it claims to be.
        TooLarge: it is larger than WhatsApp accepts for its kind.
        NoRoom: the disk is too full to take files.
        Unavailable: it cannot be stored at present.
    """
    declared = plain_type(uploaded.content_type)
    kind = uploaded.kind or (MediaKind.VOICE if declared == "audio/webm" else natural_kind(declared))
    _check_announced(uploaded, kind=kind, declared=declared)

    async def keep(incoming: Incoming, *, declared: str, filename: str | None) -> Asset:
        await purge.reserve(pool, tenant_id=tenant_id, sha256=incoming.digest)
        seen = partial(_check_coding, kind)
        return await keeping.keep(
            incoming, declared=declared, filename=filename, tenant_id=tenant_id, now=now(), seen=seen
        )

    try:
        with Incoming(keeping.spool) as incoming:
            await _receive(uploaded.chunks, incoming, kind=kind)
            seen = _check_seen(incoming, kind=kind, declared=declared)
            if kind is MediaKind.VOICE:
                with Incoming(keeping.spool) as voice:
                    await _record(incoming, voice, mime_type=seen, keeping=keeping)
                    asset = await keep(voice, declared="audio/ogg", filename=_voice_name(uploaded))
            else:
                asset = await keep(incoming, declared=seen, filename=_name(uploaded))
    except StorageFull as full:
        raise no_room() from full
    except StorageFailed as failure:
        log.warning("media_not_kept", tenant_id=str(tenant_id), reason=str(failure))
        raise Unavailable(
            "The file cannot be stored at the moment.", fix="Try again in a while."
        ) from failure
    async with pool.transaction(tenant_id) as tx:
        asset_id = await store.insert_asset(tx, asset, tenant_id=tenant_id)
        found = await store.find_asset(tx, tenant_id=tenant_id, asset_id=asset_id)
        entry = AuditEntry(
            tenant_id=tenant_id,
            actor=actor,
            action="media.uploaded",
            subject=str(asset_id),
            detail={"size": asset.size},
        )
        await audit.record(tx, [entry])
    return media_of(found or asset, tenant_id=tenant_id)


def no_room() -> NoRoom:
    """Return the refusal of a file for which there is no room."""
    return NoRoom(
        "There is no room for files on this installation at the moment.",
        fix="Tell whoever operates it to make room; messages without files go out as ever.",
    )


def _check_announced(uploaded: Uploaded, *, kind: MediaKind, declared: str) -> None:
    if kind is MediaKind.VOICE:
        if declared not in _RECORDINGS:
            raise _refused(f"{declared} cannot be made a voice note.")
    elif (trouble := why_not(kind, mime_type=declared, size=0)) is not None:
        raise _refused(trouble)
    if uploaded.announced_size is not None and uploaded.announced_size > _most(kind):
        raise _too_large(kind)


async def _receive(chunks: AsyncIterator[bytes], incoming: Incoming, *, kind: MediaKind) -> None:
    async for chunk in chunks:
        incoming.take(chunk)
        if incoming.size > _most(kind):
            raise _too_large(kind)
    incoming.flush()
    if not incoming.size:
        raise _refused("The file is empty.")


def _check_seen(incoming: Incoming, *, kind: MediaKind, declared: str) -> str:
    """Return the type to store it with. A file that WhatsApp displays must be of the type it claims to be; a document may be anything."""
    seen = sniffed(incoming.head, declared=declared)
    if kind is MediaKind.DOCUMENT:
        return declared
    if seen is None:
        raise _refused(f"The file does not begin as {declared} does.")
    if (
        kind is not MediaKind.VOICE
        and (trouble := why_not(kind, mime_type=seen, size=incoming.size)) is not None
    ):
        raise _refused(trouble)
    if kind is MediaKind.STICKER and incoming.size > STILL_STICKER and not moves(incoming.head):
        raise TooLarge(
            f"WhatsApp takes at most {STILL_STICKER} bytes as a sticker that does not move.",
            fix="Send a smaller file.",
        )
    return seen


def _check_coding(kind: MediaKind, looked: Looked) -> None:
    """Refuse a file whose type is accepted but whose coding phones do not show; Meta would tell only after it accepted the message."""
    coding = ill_coded(kind, looked.codings)
    if coding is None:
        return
    words = _ILL_CODED[kind]
    told = {language: sentence.format(coding.upper()) for language, sentence in words.items()}
    raise InvalidRequest(
        told["en"], fix=_AS_DOCUMENT["en"], field="file", extra={"words": told, "ways_out": _AS_DOCUMENT}
    )


async def _record(incoming: Incoming, voice: Incoming, *, mime_type: str, keeping: Keeping) -> None:
    made = keeping.spool.new(".ogg")
    try:
        await keeping.examiner.to_voice(incoming.path, mime_type=mime_type, target=made)
        with made.open("rb") as file:
            while chunk := file.read(1 << 18):
                voice.take(chunk)
        voice.flush()
    except Unreadable as error:
        raise _refused("The recording holds no sound that can be read.") from error
    except NotRun as failure:
        raise StorageFailed(f"the voice note cannot be made: {failure}") from failure
    finally:
        made.unlink(missing_ok=True)
    if voice.size > _most(MediaKind.VOICE):
        raise _too_large(MediaKind.VOICE)


def _name(uploaded: Uploaded) -> str | None:
    """Return the file's own name, without folders and unprintable characters."""
    last = (uploaded.filename or "").replace("\\", "/").rsplit("/", 1)[-1]
    name = "".join(letter for letter in last if letter.isprintable()).strip()[-_LONGEST_NAME:]
    return name or None


def _voice_name(uploaded: Uploaded) -> str | None:
    name = _name(uploaded)
    return f"{name.rsplit('.', 1)[0][: _LONGEST_NAME - 4]}.ogg" if name else None


def _most(kind: MediaKind) -> int:
    return LIMITS[kind].most_bytes


def _too_large(kind: MediaKind) -> TooLarge:
    return TooLarge(
        f"WhatsApp takes at most {_most(kind)} bytes as {kind}.",
        fix="Send a smaller file, or this one as a document.",
    )


def _refused(sentence: str) -> InvalidRequest:
    return InvalidRequest(sentence, fix="Send another file, or name another kind.", field="file")
