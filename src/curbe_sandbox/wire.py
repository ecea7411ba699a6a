"""One Graph request and one answer, as the rest of the sandbox sees them: no server, no socket."""

import functools
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

JSON: Final = "application/json; charset=UTF-8"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What goes back over HTTP.

    ``hold_ms`` is how long the answer is kept back, in milliseconds.
    """

    status: int = 200
    body: bytes = b""
    content_type: str = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()
    hold_ms: int = 0
    fault: str = ""  # the fault to spoil it with, chosen by a magic recipient


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One Graph request, read to its end."""

    method: str
    version: str  # "v25.0"
    path: tuple[str, ...]  # what follows the version
    query_string: str
    authorization: str
    content_type: str
    body: bytes
    file_offset: str  # the header of resumable uploads
    origin: str  # "http://127.0.0.1:8090": how the caller reaches us
    now: datetime  # aware, UTC

    @property
    def query(self) -> dict[str, str]:
        """The query string, the last of repeated names winning."""
        return _parsed_query(self.query_string)


@functools.lru_cache(maxsize=256)
def _parsed_query(query_string: str) -> dict[str, str]:
    return dict(parse_qsl(query_string, keep_blank_values=True))


def json_answer(value: Any, *, status: int = 200) -> Answer:
    """Return ``value`` as a JSON answer."""
    return Answer(status=status, body=msgspec.json.encode(value))


def success() -> Answer:
    """Return Graph's ``{"success": true}``."""
    return Answer(body=b'{"success":true}')


def json_object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object in ``body``, or None where there is none."""
    try:
        value = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return None
    return value if isinstance(value, dict) else None
