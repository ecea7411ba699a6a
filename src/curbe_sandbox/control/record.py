"""Reading the record of what was accepted."""

from typing import Annotated, Any, Final

from litestar import Response, get
from litestar.params import Parameter

from curbe_sandbox.sandbox import Sandbox


@get("/sandbox/record")
async def read_record(
    box: Sandbox,
    since: Annotated[int, Parameter(ge=0)] = 0,
    limit: Annotated[int, Parameter(ge=1, le=100_000)] = 1000,
) -> Response[bytes]:
    """Return what was accepted after entry ``since``, oldest first; ``last_seq`` is where to go on."""
    entries = box.record.since(since, limit=limit)
    shown_to = max(since, box.record.first_seq - 1) + len(entries)
    head: dict[str, Any] = {
        "last_seq": shown_to,
        "newest_seq": box.record.last_seq,
        "forgotten": box.record.forgotten,
    }
    fields = ",".join(f'"{name}":{value}' for name, value in head.items())
    body = b'{"entries":[' + b",".join(entries) + b"]," + fields.encode() + b"}"
    return Response(body, media_type="application/json")


HANDLERS: Final = [read_record]
