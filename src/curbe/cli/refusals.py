"""What a failure is to who typed the command: one sentence that says what to do, and an exit code. Never a traceback."""

import errno
from typing import Final

import msgspec
import structlog

from curbe.domain.errors import AppError, InvalidRequest
from curbe.infra import db
from curbe.infra.crypto import CannotOpen
from curbe.infra.embedded import EmbeddedUnavailable
from curbe.infra.log import scrubbed
from curbe.infra.migrate import SchemaMismatch
from curbe.infra.settings import BadSettings
from curbe.operate.first_start import AlreadyThere
from curbe.supervisor import CannotStart

log: Final = structlog.get_logger(__name__)

FAILED: Final = 1
MISUSED: Final = 2
_MISUSES: Final = (BadSettings, AlreadyThere)
_SENTENCES: Final = (SchemaMismatch, EmbeddedUnavailable, CannotStart, CannotOpen)
_CONNECTING: Final = (
    "Check DATABASE_URL, and that the server runs and takes connections; `curbe doctor` looks closer"
)


class Refusal(msgspec.Struct, frozen=True):
    """How a command ends that failed."""

    sentence: str
    code: int


def refusal_of(error: BaseException) -> Refusal:
    """Return the sentence and the exit code for ``error``."""
    while isinstance(error, BaseExceptionGroup):  # of several, the first is what happened first
        error = error.exceptions[0]
    if isinstance(error, _MISUSES):
        return Refusal(str(error), MISUSED)
    if isinstance(error, AppError):
        sentence = " ".join(part for part in (error.detail, error.fix) if part)
        return Refusal(sentence, MISUSED if isinstance(error, InvalidRequest) else FAILED)
    if isinstance(error, _SENTENCES):
        return Refusal(str(error), FAILED)
    return Refusal(scrubbed(_system(error) or _bug(error)), FAILED)


def _system(error: BaseException) -> str | None:
    """Return what to say of a failure of the network, the disk or the database; None for any other."""
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return "the port is in use; stop what listens there, or choose another with --port or CURBE_PORT."
    if (
        isinstance(error, OSError)
        and error.errno in (errno.EACCES, errno.EADDRNOTAVAIL)
        and not error.filename
    ):
        return "it is not possible to listen there; choose another --host or a --port of 1024 or more."
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}; make it usable for this user and try again."
    if isinstance(error, (*db.Unreachable, db.PostgresError)):
        return f"PostgreSQL cannot be used ({named(error)}). {_CONNECTING}."
    return None


def _bug(error: BaseException) -> str:
    log.debug("unforeseen", exc_info=error)
    return (
        f"something went wrong that Curbe did not foresee ({named(error)}); "
        "please report it, with what the log says at CURBE_LOG_LEVEL=debug."
    )


def named(error: BaseException) -> str:
    """Return what kind of failure it is, and the first line of what it says, if anything."""
    said = str(error).partition("\n")[0].rstrip(".")
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
