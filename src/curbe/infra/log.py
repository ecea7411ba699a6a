"""Structured logs on stderr: one line an event, with who and what by id, and nothing anybody must not read.

Modules log with ``structlog.get_logger(__name__)``; what libraries log takes the same way. Three nets keep
secrets out: fields by name and type, masked phone numbers, a last look for the shapes of tokens.
"""

import logging
import re
import sys
import traceback
from collections.abc import Mapping, MutableMapping
from contextlib import AbstractContextManager
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import PurePath
from typing import Any, Final, TextIO
from uuid import UUID

import structlog

from curbe.domain.phone import masked

_MASK: Final = "***"
# Names of fields that hold a secret, a message or a body, in lower case with underscores.
_HIDDEN: Final = frozenset(
    {
        "access_token", "api_key", "authorization", "body", "caption", "cookie", "headers", "key", "payload",
        "password", "raw", "secret", "set_cookie", "text", "token", "x_hub_signature_256",
    }
)  # fmt: skip
_HIDDEN_ENDS: Final = ("_token", "_secret", "_password", "_key", "_text", "_body", "_payload")
_SHOWN_ANYWAY: Final = frozenset({"idempotency_key"})  # the caller's own word, no secret
_PHONES: Final = frozenset({"e164", "from", "msisdn", "phone", "recipient", "to", "wa_id"})
_PLAIN: Final = (str, int, float, bool, type(None), UUID, datetime, date, timedelta, PurePath, Enum)

# The last look: what slipped into a sentence, a traceback or another library's line.
_SHAPES: Final = (
    (re.compile(r"EAA[A-Za-z0-9]{12,}"), _MASK),  # Meta's access tokens
    (re.compile(r"(?i)\bbearer[\s:]+[^\s\"',;\\]+"), f"Bearer {_MASK}"),
    (re.compile(r"\bcurbe_[A-Za-z0-9_-]{40,}"), f"curbe_{_MASK}"),  # our own API keys
    (
        re.compile(r"((?:_token|_secret|_proof|password)\\?[\"']?\s*[=:]\s*\\?[\"']?)[^\s&\"',;\\]+"),
        rf"\1{_MASK}",
    ),
    (re.compile(r"(://[^\s:/@]*:)[^\s/@]+@"), rf"\1{_MASK}@"),  # a password inside a URL
    (re.compile(r"\+[1-9]\d{6,14}(?!\d)"), lambda found: masked(found[0])),
)
_CONTROLS: Final = {code: f"\\x{code:02x}" for code in (*range(0x20), 0x7F, *range(0x80, 0xA0))}

EventDict = MutableMapping[str, Any]


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes lines; of one that cannot be written it tells the place, not the arguments as logging would."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name logging calls
        kind = sys.exc_info()[0]
        name = "?" if kind is None else kind.__name__
        try:
            self.stream.write(f"a log line of {record.name} could not be written: {name}\n")
        except (OSError, ValueError):
            sys.exc_info()  # stderr itself is gone: there is nobody left to tell


def configure(level: str, *, format: str, stream: TextIO | None = None) -> None:  # noqa: A002 - the setting's own name
    """Send every log line of this process, ours and the libraries', to stderr.

    Args:
        level: the least important to show: debug, info, warning or error.
        format: json (one object a line) or console (for people).
        stream: where to write instead of stderr.
    """
    out = stream or sys.stderr
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_traceback,
        hide,
    ]
    handler = _Stderr(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_rendering(format, out)],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    logging.captureWarnings(capture=True)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        logging.getLogger(name).handlers.clear()
        logging.getLogger(name).propagate = True
    # Its lines carry the query string, where Meta puts the verify token. Ours are written by infra.edge.
    logging.getLogger("uvicorn.access").disabled = True
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            *shared,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def bound(
    *, request_id: str | None = None, tenant_id: UUID | str | None = None, phone_number_id: str | None = None
) -> AbstractContextManager[None]:
    """Return a context in which every line carries these ids; what is None is left as it was."""
    return structlog.contextvars.bound_contextvars(**_named(request_id, tenant_id, phone_number_id))


def bind(
    *, request_id: str | None = None, tenant_id: UUID | str | None = None, phone_number_id: str | None = None
) -> None:
    """Let every further line of this task carry these ids; what is None is left as it was."""
    structlog.contextvars.bind_contextvars(**_named(request_id, tenant_id, phone_number_id))


def hide(_logger: object, _method: str, event_dict: EventDict) -> EventDict:
    """Return the event without what must not be logged: a processor for structlog."""
    return {name: _shown(name, value) for name, value in event_dict.items()}


def scrubbed(line: str) -> str:
    """Return ``line`` with everything masked that looks like a token, a password or a whole phone number."""
    for shape, replacement in _SHAPES:
        line = shape.sub(replacement, line)
    return line


def traceback_text(failure: BaseException) -> str:
    """Return a traceback for the log: the places in the code, and of each message its first line.

    Further lines are left out: PostgreSQL puts the values of a refused row there (DETAIL), so messages too.
    """
    before = ""
    if failure.__cause__ is not None:
        before = traceback_text(failure.__cause__) + "\n\nwhich led to:\n\n"
    elif failure.__context__ is not None and not failure.__suppress_context__:
        before = traceback_text(failure.__context__) + "\n\nand while that was handled:\n\n"
    lines = "".join(traceback.format_tb(failure.__traceback__))
    message = str(failure).partition("\n")[0]
    text = f"{before}Traceback (most recent call last):\n{lines}{type(failure).__qualname__}: {message}"
    if isinstance(failure, BaseExceptionGroup):
        parts = [traceback_text(part).replace("\n", "\n    ") for part in failure.exceptions]
        text += "".join(f"\n  {number}. {part}" for number, part in enumerate(parts, start=1))
    return text


def _rendering(format_name: str, out: TextIO) -> list[Any]:
    if format_name == "json":
        return [structlog.processors.JSONRenderer(default=_foreign), _scrub]
    console = structlog.dev.ConsoleRenderer(
        colors=out.isatty(), exception_formatter=structlog.dev.plain_traceback, pad_event_to=0
    )
    return [_on_one_line, console, _scrub]


def _scrub(_logger: object, _method: str, line: str) -> str:
    return scrubbed(line)


def _with_traceback(_logger: object, _method: str, event_dict: EventDict) -> EventDict:
    told = event_dict.pop("exc_info", None)
    failure = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    if isinstance(failure, BaseException):
        event_dict["exception"] = traceback_text(failure)
    return event_dict


def _on_one_line(_logger: object, _method: str, event_dict: EventDict) -> EventDict:
    """Escape control characters: a name with a line break must not look like a second line."""
    return {
        name: value.translate(_CONTROLS) if isinstance(value, str) and name != "exception" else value
        for name, value in event_dict.items()
    }


def _shown(name: str, value: object) -> object:
    word = name.lower().replace("-", "_")
    if value is None or name in {"_record", "_from_structlog"}:
        return value
    if word in _HIDDEN or (word.endswith(_HIDDEN_ENDS) and word not in _SHOWN_ANYWAY):
        return _MASK
    if word in _PHONES:
        return masked(str(value))
    return _shown_by_type(value)


def _shown_by_type(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _shown(str(key), item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_shown_by_type(item) for item in value]
    if isinstance(value, BaseException):
        return f"{type(value).__qualname__}: {str(value).partition(chr(10))[0]}"
    return value if isinstance(value, _PLAIN) else _foreign(value)


def _foreign(value: object) -> str:
    """Return what to show of a value: a plain one as text, others by type, as they may hold a message."""
    return str(value) if isinstance(value, _PLAIN) else f"<{type(value).__qualname__}>"


def _named(
    request_id: str | None, tenant_id: UUID | str | None, phone_number_id: str | None
) -> dict[str, str]:
    named = {"request_id": request_id, "tenant_id": tenant_id, "phone_number_id": phone_number_id}
    return {name: str(value) for name, value in named.items() if value is not None}
