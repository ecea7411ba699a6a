"""Files that come as a body: as a form's part ``file``, or as the whole body; and how the OpenAPI document says so."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Final

from litestar.datastructures import FormMultiDict, UploadFile
from litestar.openapi.spec import OpenAPIFormat, OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema

from curbe.domain.errors import InvalidRequest, TooLarge
from curbe.infra.web import ApiRequest

FORM: Final = 64 * 1024  # bytes that a form may have beside its file
_CHUNK: Final = 256 * 1024


def body_of_file(
    description: str, *, whole: str = "*/*", fields: Mapping[str, Schema] | None = None
) -> type[Operation]:
    """Return the operation that tells the OpenAPI document of such a body.

    Args:
        description: what the file is.
        whole: the media type of a file that is the whole body.
        fields: what a form may have beside it.
    """

    @dataclass
    class FileOperation(Operation):
        def __post_init__(self) -> None:
            file = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY)
            form = Schema(
                type=OpenAPIType.OBJECT, properties={"file": file, **(fields or {})}, required=["file"]
            )
            self.request_body = RequestBody(
                required=True,
                description=description,
                content={
                    "multipart/form-data": OpenAPIMediaType(schema=form),
                    whole: OpenAPIMediaType(schema=file),
                },
            )

    return FileOperation


async def form_with_file(request: ApiRequest) -> tuple[FormMultiDict, UploadFile] | None:
    """Return a form and its file, which the caller closes; None where the whole body is the file.

    Raises:
        InvalidRequest: the form has no file.
    """
    if not request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        return None
    form = await request.form()
    part = form.get("file")
    if not isinstance(part, UploadFile):
        raise InvalidRequest(
            "The form has no file.", fix="Send it as the part `file`, with a filename.", field="file"
        )
    return form, part


async def file_in(request: ApiRequest, *, most: int, what: str) -> tuple[bytes, str | None]:
    """Return a file of at most ``most`` bytes, and its name where it came in a form.

    Raises:
        InvalidRequest: the form has no file, or the file's name has a NUL.
        TooLarge: it has more bytes; ``what`` says which file is meant.
    """
    found = await form_with_file(request)
    if found is None:
        return await _whole(request.stream(), most=most, what=what), None
    _, part = found
    try:
        if "\0" in (part.filename or ""):
            raise InvalidRequest("The file's name has a NUL.", fix="Give it another name.", field="file")
        return await _whole(chunks_of(part), most=most, what=what), part.filename
    finally:
        await part.close()


async def chunks_of(part: UploadFile) -> AsyncIterator[bytes]:
    """Yield a form's file in pieces."""
    while chunk := await part.read(_CHUNK):
        yield chunk


async def _whole(chunks: AsyncIterator[bytes], *, most: int, what: str) -> bytes:
    content = bytearray()
    async for chunk in chunks:
        content += chunk
        if len(content) > most:
            raise TooLarge(f"{what} has at most {most} bytes.", fix="Split it.")
    return bytes(content)
