"""Files over HTTP: upload one to be sent, read one with ranges, its thumbnail, and ask again for one that failed."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final
from uuid import UUID

import structlog
from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.openapi.spec import OpenAPIType, Schema
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream

from curbe.auth.principal import Principal, Scope
from curbe.domain.errors import InvalidRequest, NoRoom, NotFound, RangeUnsatisfiable, TooLarge, Unavailable
from curbe.infra import edge, problems
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.uploads import FORM, body_of_file, chunks_of, form_with_file
from curbe.infra.web import ApiRequest, refusals
from curbe.media import service
from curbe.media.keeping import Keeping
from curbe.media.kinds import LARGEST, MediaKind
from curbe.media.rules import (
    Part,
    Unsatisfiable,
    disposition,
    name_of,
    part_wanted,
    served_type,
    shown_inline,
)
from curbe.media.shapes import Asset, Media, media_of
from curbe.media.storage import NotStored, StorageFailed, StorageFull
from curbe.media.upload import Uploaded, no_room, take

log: Final = structlog.get_logger(__name__)

_OK: Final = 200
_PARTIAL: Final = 206
_NOT_MODIFIED: Final = 304

Kind = Annotated[
    MediaKind | None,
    QueryParameter(
        description="As what it is to be sent; its limits are checked before anything is stored. Without it: as what its type suggests."
    ),
]


class MediaController(Controller):
    """A tenant's files."""

    path = "/api/tenants/{tenant_id:uuid}/media"
    tags = ("media",)

    @post(
        "/",
        opt={"scope": Scope.MESSAGES_SEND},
        summary="Upload a file to send",
        operation_id="uploadMedia",
        request_max_body_size=LARGEST + FORM,
        operation_class=body_of_file(
            "The file as a form's part `file`, or as the whole body with its own Content-Type.",
            fields={"kind": Schema(type=OpenAPIType.STRING, enum=list(MediaKind))},
        ),
        responses=refusals(InvalidRequest, TooLarge, NoRoom, Unavailable),
    )
    async def upload(
        self,
        tenant_id: FromPath[UUID],
        request: ApiRequest,
        principal: NamedDependency[Principal],
        web_pool: NamedDependency[Pool],
        keeping: NamedDependency[Keeping],
        kind: Kind = None,
        filename: Annotated[
            str | None,
            QueryParameter(description="The file's name, where it is the whole body.", max_length=240),
        ] = None,
    ) -> Media:
        """Store a file and return it; its ``id`` can be sent from any of the tenant's numbers.

        A recording (`kind=voice`; WebM from a browser without saying so) becomes Ogg with Opus, mono, so that it arrives as a voice note.
        """
        announced = _announced(request)
        if announced is not None and announced > LARGEST + FORM:
            raise TooLarge(f"WhatsApp takes at most {LARGEST} bytes.", fix="Send a smaller file.")
        try:
            keeping.spool.check_room()
        except StorageFull as full:
            raise no_room() from full
        uploaded, part = await _uploaded(request, kind=kind, filename=filename, announced=announced)
        try:
            return await take(
                uploaded,
                tenant_id=tenant_id,
                actor=principal.actor,
                pool=web_pool,
                keeping=keeping,
                now=utc_now,
            )
        finally:
            if part is not None:
                await part.close()

    @get(
        "/{media_id:uuid}/info",
        opt={"scope": Scope.INBOX_READ},
        summary="Read what a file is",
        operation_id="readMediaInfo",
        responses=refusals(NotFound),
    )
    async def info(
        self, tenant_id: FromPath[UUID], media_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> Media:
        """Return the file's type, size and the like."""
        async with web_pool.transaction(tenant_id) as tx:
            return media_of(
                await service.asset(tx, tenant_id=tenant_id, media_id=media_id), tenant_id=tenant_id
            )

    @get(
        "/{media_id:uuid}",
        opt={"scope": Scope.INBOX_READ},
        summary="Read a file",
        operation_id="readMedia",
        media_type="*/*",
        responses=refusals(NotFound, RangeUnsatisfiable, Unavailable),
    )
    async def read(
        self,
        tenant_id: FromPath[UUID],
        media_id: FromPath[UUID],
        request: ApiRequest,
        web_pool: NamedDependency[Pool],
        keeping: NamedDependency[Keeping],
    ) -> Response[Any]:
        """Return the file: whole, the part that ``Range`` asks for (206), or nothing where ``If-None-Match`` names it (304).

        What browsers can safely show says what it is; anything else is a download of bytes.
        """
        async with web_pool.transaction(tenant_id) as tx:
            asset = await service.asset(tx, tenant_id=tenant_id, media_id=media_id)
        return await _served(request, asset, keeping)

    @get(
        "/{media_id:uuid}/thumbnail",
        opt={"scope": Scope.INBOX_READ},
        summary="Read a file's thumbnail",
        operation_id="readThumbnail",
        media_type="image/webp",
        responses=refusals(NotFound, Unavailable),
    )
    async def thumbnail(
        self,
        tenant_id: FromPath[UUID],
        media_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        keeping: NamedDependency[Keeping],
    ) -> Response[bytes]:
        """Return a picture of at most 320 x 320 pixels, encoded anew by Curbe."""
        async with web_pool.transaction(tenant_id) as tx:
            asset = await service.asset(tx, tenant_id=tenant_id, media_id=media_id)
        if asset.thumbnail_key is None:
            raise NotFound("This file has no thumbnail.")
        chunks = await _opened(keeping, asset.thumbnail_key, start=0, length=None)
        body = b"".join([chunk async for chunk in chunks])
        return Response(body, media_type="image/webp", headers=_guarding("inline"))

    @post(
        "/messages/{message_id:uuid}/fetch",
        status_code=202,
        opt={"scope": Scope.INBOX_WRITE},
        summary="Fetch a message's file again",
        operation_id="fetchMediaAgain",
        responses=refusals(NotFound),
    )
    async def fetch_again(
        self, tenant_id: FromPath[UUID], message_id: FromPath[UUID], web_pool: NamedDependency[Pool]
    ) -> None:
        """Ask Meta once more for a file that failed; it has it for seven days. Otherwise nothing happens."""
        async with web_pool.transaction(tenant_id) as tx:
            await service.fetch_again(tx, tenant_id=tenant_id, message_id=message_id)


async def _uploaded(
    request: ApiRequest, *, kind: MediaKind | None, filename: str | None, announced: int | None
) -> tuple[Uploaded, UploadFile | None]:
    found = await form_with_file(request)
    if found is None:
        content_type = request.headers.get("content-type", "")
        return Uploaded(request.stream(), content_type, filename, kind, announced), None
    form, part = found
    kind = kind or _kind_in(form.get("kind"))
    return Uploaded(chunks_of(part), part.content_type, filename or part.filename, kind, None), part


def _kind_in(word: object) -> MediaKind | None:
    if word in (None, ""):
        return None
    try:
        return MediaKind(str(word))
    except ValueError:
        raise InvalidRequest(
            "kind is not one that a file can be sent as.",
            fix=f"Send one of {', '.join(MediaKind)}.",
            field="kind",
        ) from None


def _announced(request: ApiRequest) -> int | None:
    told = request.headers.get("content-length", "")
    return int(told) if told.isascii() and told.isdigit() else None


async def _served(request: ApiRequest, asset: Asset, keeping: Keeping) -> Response[Any]:
    inline = shown_inline(asset.mime_type, sniffed=asset.sniffed)
    name = name_of(asset.filename, mime_type=asset.mime_type)
    tag = f'"{asset.sha256.hex()}"'
    headers = {
        **_guarding(disposition(name, inline=inline)),
        "ETag": tag,
        "Accept-Ranges": "bytes",
    }
    if tag in request.headers.get("if-none-match", ""):
        return Response(b"", status_code=_NOT_MODIFIED, headers=headers)
    asked = request.headers.get("range") if request.headers.get("if-range", tag) == tag else None
    try:
        part = part_wanted(asked, size=asset.size)
    except Unsatisfiable:
        return _beyond_the_end(request, asset)
    sent = part or Part(0, asset.size)
    # As a header: Litestar prefers the route's media type to a stream's own.
    headers["Content-Type"] = served_type(asset.mime_type, sniffed=asset.sniffed)
    headers["Content-Length"] = str(sent.length)
    if part is not None:
        headers["Content-Range"] = f"bytes {part.start}-{part.start + part.length - 1}/{asset.size}"
    return Stream(
        await _opened(keeping, asset.storage_key, start=sent.start, length=sent.length),
        status_code=_OK if part is None else _PARTIAL,
        headers=headers,
    )


def _guarding(shown_as: str) -> dict[str, str]:
    """Return what keeps a stranger's file from doing anything in a browser; the answer is asked for anew each time."""
    return {
        "Content-Disposition": shown_as,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-cache",
    }


def _beyond_the_end(request: ApiRequest, asset: Asset) -> Response[bytes]:
    refusal = RangeUnsatisfiable(f"The file has {asset.size} bytes.", fix="Ask for a part of it.")
    edge.note_refusal(request.scope, refusal.code)
    return Response(
        problems.body(refusal, request_id=edge.request_id_of(request.scope)),
        status_code=refusal.http_status,
        media_type=problems.MEDIA_TYPE,
        headers={"Content-Range": f"bytes */{asset.size}"},
    )


async def _opened(keeping: Keeping, key: str, *, start: int, length: int | None) -> AsyncIterator[bytes]:
    """Return the bytes of a part; what speaks against it is said now, while there still can be another answer.

    Raises:
        NotFound: the file is no longer there.
        Unavailable: it cannot be read at the moment.
    """
    chunks = keeping.storage.read(key, start=start, length=length)
    try:
        first = await anext(chunks, b"")
    except NotStored as gone:
        raise NotFound("The file is no longer stored.") from gone
    except StorageFailed as failure:
        log.warning("media_not_read", reason=str(failure))
        raise Unavailable("The file cannot be read at the moment.", fix="Try again in a while.") from failure

    async def all_of_it() -> AsyncIterator[bytes]:
        yield first
        async for chunk in chunks:
            yield chunk

    return all_of_it()
