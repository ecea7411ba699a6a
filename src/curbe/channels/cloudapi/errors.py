"""Meta's answers that are no success: was the message refused, or may it have been taken? Pure.

A message goes back to the queue only after an answer that clearly refuses it. Everything else is `AMBIGUOUS`:
Meta has no idempotency key, so asking twice may send twice.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from http import HTTPStatus
from typing import Final

import msgspec

from curbe.channels.cloudapi.codes import CODES, UNPROVEN, ErrorCode, known
from curbe.domain.errors import (
    AppError,
    Conflict,
    GraphRefused,
    GraphUnreachable,
    MissingPermission,
    NumberForeign,
    NumberUnverified,
    TokenRefused,
    TooManyRequests,
    WrongPin,
)
from curbe.domain.failures import FailureKind, SendFailure
from curbe.infra.crypto import Secret

_NOBODY_KNOWS: Final = (
    "It is not certain whether Meta took the message. "
    "It is not sent again by itself; its status may still arrive."
)
_UNLISTED: Final = "Meta refused the message for a reason unknown to us. Send it again later."
_TOKEN_CODES: Final = frozenset({0, 104, 190})
APP_REFUSED: Final = "App refused"
CHECK_THE_APP: Final = "The operator must check META_APP_ID and META_APP_SECRET."
_GRANT: Final = "Grant the token whatsapp_business_messaging and whatsapp_business_management, for that WABA."
_INVALID_PARAMETER: Final = 100  # what is wrong with it stands in the subcode, where Meta says it at all
_OBJECT_GONE: Final = 33  # the code, or the subcode of 100, of what is gone or out of this token's reach
_PROOF: Final = "appsecret_proof"
# These keep a number's messages waiting, as what is wrong with its token does, and are no matter of the token.
_ABOUT_REGISTRATION: Final = frozenset({133000, 133005, 133006, 133010})
_REGISTERING: Final[Mapping[int, tuple[type[AppError], str]]] = {
    133005: (
        WrongPin,
        "Send the number's own PIN as `pin`. The WhatsApp Manager sets another, under Two-step verification.",
    ),
    133006: (
        NumberUnverified,
        "Have the number verified in the WhatsApp Manager, by the code that Meta sends to it; then register it.",
    ),
}
_EXISTS: Final = 2388024  # a template of that name in that language
_OWN_NUMBERS: Final = 2_000_000
# Of 100, those that Meta's table lists by their own number: refused templates among them [Meta: error codes, Sep 2026].
_SUBCODES: Final = frozenset({_OBJECT_GONE, *(code for code in CODES if code >= _OWN_NUMBERS)})
_LONGEST_WAIT: Final = timedelta(days=3)
_SECONDS: Final = re.compile(r"[0-9]{1,7}")  # no dates: Meta writes none here, and a date would need a clock
_TOKEN: Final = re.compile(r"EAA[A-Za-z0-9]{12,}")
_LONGEST_QUOTE: Final = 500  # characters of Meta's words that are kept


class ErrorDetails(msgspec.Struct, gc=False):
    """`error.error_data`."""

    details: str | None = None


class GraphError(msgspec.Struct, gc=False):
    """`error` of an answer of Graph's [Meta: error codes, Sep 2026]."""

    code: int
    error_subcode: int | None = None
    message: str | None = None
    error_user_msg: str | None = None  # in the language of the token's user, where Meta speaks to people
    error_data: ErrorDetails | str | None = None  # a string in answers of the Business Management API


class GraphErrorBody(msgspec.Struct, gc=False):
    """The body around it."""

    error: GraphError


class _Usage(msgspec.Struct, gc=False):
    """One entry of `X-Business-Use-Case-Usage`; minutes [Meta: rate limits, Sep 2026]."""

    estimated_time_to_regain_access: int | float = 0


_ERROR: Final = msgspec.json.Decoder(GraphErrorBody)
_USAGE: Final = msgspec.json.Decoder(dict[str, list[_Usage]])


def graph_error(body: bytes) -> GraphError | None:
    """Return the error in an answer of Graph's, None where ``body`` is not of that form."""
    try:
        return _ERROR.decode(body).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def read_refusal(
    status: int, body: bytes, headers: Mapping[str, str], *, secrets: Sequence[Secret] = ()
) -> SendFailure:
    """Return what an answer to ``POST /{phone_number_id}/messages`` other than an acceptance means.

    Args:
        status: HTTP status, also of a 2xx that names no message.
        body: of the answer, whole or cut.
        headers: of the answer, looked up without regard to case.
        secrets: what was sent along; Meta quotes a token it cannot read, and the quote must not be stored.
    """
    error = graph_error(body)
    row = _row_of(error)
    kind = _kind(status, error, row)
    throttled = kind in {FailureKind.THROTTLED, FailureKind.TRANSIENT, FailureKind.UNLISTED}
    return SendFailure(
        kind=kind,
        code=error.code if error is not None else None,
        title=_title(status, error, row),
        detail=_detail(error, secrets),
        words=_words(kind, row),
        retry_after=_wait(headers, row) if throttled else None,
    )


def reading_refused(
    status: int, body: bytes, headers: Mapping[str, str], *, secrets: Sequence[Secret] = ()
) -> AppError:
    """Return the refusal to raise for an answer, other than a 2xx, to a call that may be repeated.

    Args:
        status: HTTP status.
        body: of the answer.
        headers: of the answer.
        secrets: what was sent along, kept out of the sentences.
    """
    error = graph_error(body)
    row = _row_of(error)
    said = _detail(error, secrets)
    detail = f"Meta says: {said}" if said else f"Meta answered with HTTP {status}."
    throttled = status == HTTPStatus.TOO_MANY_REQUESTS
    if not throttled and (error is None or _is_vague(status, row)):
        return GraphUnreachable(detail, fix="Try again in a moment.")
    code = error.code if error is not None else None
    if code in _TOKEN_CODES:
        fix = "Make a new access token for the system user, and connect with it."
        return TokenRefused(detail, fix=fix, extra={"graph_code": code})
    if row is CODES[_OBJECT_GONE]:
        return NumberForeign(detail, fix="Check both ids, and that the token's user has access to that WABA.")
    credentials = row is not None and row.kind is FailureKind.CREDENTIALS and row is not UNPROVEN
    if credentials and code not in _ABOUT_REGISTRATION:
        return MissingPermission(detail, fix=_GRANT)
    if throttled or (row is not None and row.kind is FailureKind.THROTTLED):
        return TooManyRequests(detail, fix="Wait, then try again.", retry_after=_wait(headers, row))
    return _about_it(detail, code, row)


def _about_it(detail: str, code: int | None, row: ErrorCode | None) -> AppError:
    """Return the refusal for what Meta says of the very thing that was asked for."""
    if row is None:
        return GraphRefused(detail, graph_code=code, graph_title=f"Error {code}")
    if row is UNPROVEN:
        return GraphRefused(detail, graph_code=None, graph_title=APP_REFUSED, fix=CHECK_THE_APP)
    if row is CODES[_EXISTS]:
        return Conflict(detail, fix=row.words)
    if code in _REGISTERING:
        kind, advice = _REGISTERING[code]
        return kind(detail, fix=advice, extra={"graph_code": code})
    fix = row.words if row.kind is FailureKind.TEMPLATE or code in _ABOUT_REGISTRATION else ""
    return GraphRefused(detail, graph_code=code, graph_title=row.title, fix=fix)


def is_proof_refused(status: int, body: bytes) -> bool:
    """Return whether an answer refuses a call for its ``appsecret_proof`` alone: nothing else of it was looked at."""
    if not HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return False
    return _row_of(graph_error(body)) is UNPROVEN


def status_failure(code: int | None, words: str | None) -> SendFailure:
    """Return what a `failed` status means: the message is refused for certain, so nothing here is ambiguous.

    Args:
        code: of the status's error, None where it has none.
        words: Meta's title and details.
    """
    row = known(code)
    kind = row.kind if row is not None else FailureKind.UNLISTED
    title = row.title if row is not None else "Failed"
    sentence = row.words if row is not None else "Meta could not deliver the message."
    return SendFailure(kind=kind, code=code, title=title, detail=_quoted(words or ""), words=sentence)


def unanswered(detail: str) -> SendFailure:
    """Return the failure of a request whose answer never came: it may have been taken."""
    return SendFailure(FailureKind.AMBIGUOUS, None, "No answer", detail, _NOBODY_KNOWS)


def unsent(detail: str) -> SendFailure:
    """Return the failure of a request of which not one byte left: it was certainly not taken."""
    words = "Meta could not be reached. Send it again later."
    return SendFailure(FailureKind.UNREACHABLE, None, "Not sent", detail, words)


def undone(failure: SendFailure) -> SendFailure:
    """Return what ``failure`` means where no message was asked for, only what comes before one: no doubt, it is done again.

    It is no clear answer, whatever vague code it carries: as where nobody was reached, the message waits and no try is used up.
    """
    if failure.kind is not FailureKind.AMBIGUOUS:
        return failure
    words = "Meta could not take the file. Send it again later."
    return msgspec.structs.replace(failure, kind=FailureKind.UNREACHABLE, code=None, words=words)


def _row_of(error: GraphError | None) -> ErrorCode | None:
    if error is None:
        return None
    if error.code == _INVALID_PARAMETER and _PROOF in (error.message or ""):
        return UNPROVEN  # Meta has no code of its own for it
    says_more = error.code == _INVALID_PARAMETER and error.error_subcode in _SUBCODES
    return known(error.error_subcode if says_more else error.code)


def _is_vague(status: int, row: ErrorCode | None) -> bool:
    return row.vague if row is not None else status >= HTTPStatus.INTERNAL_SERVER_ERROR


def _kind(status: int, error: GraphError | None, row: ErrorCode | None) -> FailureKind:
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return row.kind if row is not None and not row.vague else FailureKind.THROTTLED
    if error is None or status < HTTPStatus.BAD_REQUEST:
        # A proxy's page, a cut body, a 2xx without a wamid: none of them is a no.
        return FailureKind.AMBIGUOUS
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.REQUEST_TIMEOUT:
        return FailureKind.AMBIGUOUS if row is None or row.vague else row.kind
    return row.kind if row is not None else FailureKind.UNLISTED


def _title(status: int, error: GraphError | None, row: ErrorCode | None) -> str:
    if row is not None:
        return row.title
    return f"Error {error.code}" if error is not None else f"HTTP {status}"


def _detail(error: GraphError | None, secrets: Sequence[Secret]) -> str:
    if error is None:
        return ""
    data = error.error_data
    details = data.details if isinstance(data, ErrorDetails) else data
    parts = dict.fromkeys((details or error.message or "", error.error_user_msg or ""))
    return _quoted(": ".join(part for part in parts if part), secrets)


def _quoted(words: str, secrets: Sequence[Secret] = ()) -> str:
    """Return Meta's words as they may be stored: not endless, without U+0000, and without a token."""
    for secret in secrets:
        words = words.replace(secret.reveal(), "***")
    words = _TOKEN.sub("***", words)
    return words[:_LONGEST_QUOTE].replace("\x00", "\ufffd")


def _words(kind: FailureKind, row: ErrorCode | None) -> str:
    if kind is FailureKind.AMBIGUOUS:
        return _NOBODY_KNOWS
    if row is not None:
        return row.words
    return "Messages went out faster than Meta allows." if kind is FailureKind.THROTTLED else _UNLISTED


def _wait(headers: Mapping[str, str], row: ErrorCode | None) -> timedelta | None:
    """Return the longest wait that anything in the answer asks for, within reason."""
    waits = [
        _retry_after(headers.get("Retry-After", "")),
        _regained(headers.get("X-Business-Use-Case-Usage", "")),
    ]
    if row is not None and row.wait is not None:
        waits.append(row.wait)
    longest = max(waits)
    return min(longest, _LONGEST_WAIT) if longest else None


def _retry_after(header: str) -> timedelta:
    return timedelta(seconds=int(header) if _SECONDS.fullmatch(header) else 0)


def _regained(header: str) -> timedelta:
    try:
        usage = _USAGE.decode(header) if header else {}
    except msgspec.DecodeError:
        return timedelta(0)  # an aid, not a rule: without it our own backoff holds
    minutes = [entry.estimated_time_to_regain_access for entries in usage.values() for entry in entries]
    return timedelta(minutes=min(max(minutes, default=0), 10_000))
