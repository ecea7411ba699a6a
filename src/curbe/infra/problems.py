"""What a refusal looks like on the wire: ``application/problem+json`` (RFC 9457) with a stable code."""

import math
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from curbe.domain.errors import AppError, InvalidRequest, JsonValue, every_refusal

MEDIA_TYPE: Final = "application/problem+json"
_HOMES: Final = ("curbe.domain.errors.", __name__)  # where refusals are defined, and nowhere else

# msgspec's messages name Python types in backticks; people read JSON's.
_WORDS: Final = {
    "str": "text", "int": "a whole number", "float": "a number", "bool": "true or false", "null": "null",
    "array": "a list", "object": "an object", "datetime": "a time (RFC 3339)", "uuid": "a UUID",
}  # fmt: skip
_TYPES: Final = re.compile(r"`(\w+(?: \| \w+)*)`")
_BOUND: Final = re.compile(r"( of length)? (<=|>=|<|>) ")
_BOUND_WORDS: Final = {"<=": "at most", ">=": "at least", "<": "less than", ">": "more than"}
_NOT_ONE_OF_THEM: Final = re.compile(r"Invalid (?:enum )?value ")
_ABOUT_FIELD: Final = re.compile(r"Object (missing required|contains unknown) field `([^`]*)`")


_SEE_THE_SHAPE: Final = (
    "Correct the value and send the request again; the OpenAPI document at /schema has its shape."
)


class MethodNotAllowed(AppError):
    """The path exists, the method does not."""

    code, http_status, title = "method_not_allowed", 405, "This path does not take that method"


class RequestCutOff(AppError):
    """The connection closed before the whole body was there."""

    code, http_status, title = "request_cut_off", 400, "The request ended before its body did"


class InternalError(AppError):
    """A fault of Curbe's own; the log has it under the request's id."""

    code, http_status, title = "internal_error", 500, "Something went wrong inside Curbe"


class WrongValue(msgspec.Struct, frozen=True, kw_only=True):
    """One of several values that are wrong."""

    field: str | None
    detail: str


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The body of every refusal. Programs switch on ``code``; sentences are for people and may change. Some have members of their own."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    fix: str = ""
    field: str | None = None
    errors: list[WrongValue] = []
    request_id: str | None = None


def body(refusal: AppError, *, request_id: str | None) -> bytes:
    """Return the JSON of ``refusal``: the members of Problem, then those of ``refusal.extra``."""
    told = Problem(
        type=f"urn:curbe:problem:{refusal.code}",
        title=refusal.title,
        status=refusal.http_status,
        code=refusal.code,
        detail=refusal.detail,
        fix=refusal.fix,
        field=refusal.field,
        errors=msgspec.convert(refusal.extra.get("errors", []), list[WrongValue]),
        request_id=request_id,
    )
    members = msgspec.to_builtins(told)
    further = {name: value for name, value in refusal.extra.items() if name not in Problem.__struct_fields__}
    return msgspec.json.encode({**members, **further})


def headers(refusal: AppError) -> dict[str, str]:
    """Return the headers that go with ``refusal``: when to come back, how to identify oneself."""
    found = {}
    if refusal.retry_after is not None:
        found["Retry-After"] = str(max(1, math.ceil(refusal.retry_after.total_seconds())))
    if refusal.http_status == 401:  # noqa: PLR2004 - RFC 9110 asks for the header with this very status
        found["WWW-Authenticate"] = "Bearer"
    return found


def invalid_values(
    errors: Sequence[dict[str, Any]], *, choices: Callable[[str, str], list[str]] = lambda _key, _source: []
) -> InvalidRequest:
    """Return the refusal for the values a request got wrong.

    Args:
        errors: per wrong value Litestar's ``key`` (its JSON path or parameter name), ``source`` (where that is) and ``message``.
        choices: tells of a ``key`` and a ``source`` which words may stand there, where it is one of a few.
    """
    told = [_told(error, choices) for error in errors]
    if not told:
        return InvalidRequest("A value of the request is missing or malformed.")
    field, detail, fix = told[0]
    others: list[JsonValue] = [{"field": name, "detail": words} for name, words, _ in told]
    return InvalidRequest(detail, fix=fix, field=field, extra={"errors": others} if len(others) > 1 else {})


def no_json(fault: str) -> InvalidRequest:
    """Return the refusal for a body that is no JSON, with the parser's words about it."""
    words = {"Input data was truncated": "it ends too early"}.get(
        fault, fault.removeprefix("JSON is malformed: ")
    )
    return InvalidRequest(
        f"The body is not JSON: {words}.",
        fix="Send one JSON value in UTF-8, with Content-Type: application/json.",
    )


def problems_table() -> str:
    """Return every refusal as a Markdown table, for the reference page."""
    lines = ["| code | status | title | when |", "| --- | --- | --- | --- |"]
    known = (kind for kind in every_refusal() if kind.__module__.startswith(_HOMES))
    ordered = sorted(known, key=lambda kind: (kind.http_status, kind.code))
    lines += [f"| `{kind.code}` | {kind.http_status} | {kind.title} | {_meaning(kind)} |" for kind in ordered]
    return "\n".join(lines) + "\n"


def _meaning(kind: type[AppError]) -> str:
    return (kind.__doc__ or "").partition("\n")[0]


def _told(error: dict[str, Any], choices: Callable[[str, str], list[str]]) -> tuple[str | None, str, str]:
    """Return the field to blame, a sentence about it and what to do."""
    key, message, source = (str(error.get(name, "")) for name in ("key", "message", "source"))
    path = "" if key == "data" else key
    about = _ABOUT_FIELD.match(message)
    if about is not None:
        path = f"{path}.{about[2]}" if path else about[2]
        fault = "missing" if about[1] == "missing required" else "not known here"
        return path, f"{path} is {fault}.", _SEE_THE_SHAPE
    if message == "'data'":  # how Litestar names an absent body
        return None, "The request needs a JSON body.", _SEE_THE_SHAPE
    few = choices(key, source) if _NOT_ONE_OF_THEM.match(message) else []
    return (
        path or None,
        f"{path or 'The body'}: {_plain(message)}.",
        f"Send one of {', '.join(few)}." if few else _SEE_THE_SHAPE,
    )


def _plain(message: str) -> str:
    """Return msgspec's message in people's words."""
    sentence = _TYPES.sub(
        lambda found: " or ".join(_WORDS.get(one, one) for one in found[1].split(" | ")), message
    )
    sentence = _BOUND.sub(_bound, sentence).rstrip(".")
    return sentence[:1].lower() + sentence[1:]


def _bound(found: re.Match[str]) -> str:
    length = " with a length of" if found[1] else " of"
    return f"{length} {_BOUND_WORDS[found[2]]} "
