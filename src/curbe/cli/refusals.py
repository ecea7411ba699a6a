"""What a failure is to who typed the command: a code for scripts, one sentence that says what to do, an exit code. Never a traceback."""

import errno
from typing import Final

import msgspec
import structlog

from curbe.domain.errors import AppError, InvalidRequest
from curbe.infra import db
from curbe.infra.crypto import CannotOpen
from curbe.infra.embedded import DiskFull, EmbeddedUnavailable
from curbe.infra.listening import CannotListen
from curbe.infra.log import scrubbed
from curbe.infra.migrate import SchemaMismatch
from curbe.infra.poolers import Pooled
from curbe.infra.settings import BadSettings
from curbe.operate.first_start import AlreadyThere
from curbe.supervisor import CannotStart

log: Final = structlog.get_logger(__name__)

FAILED: Final = 1
MISUSED: Final = 2
_DISK: Final = "disk_full"
# Each says itself what to do.
_MISUSES: Final[dict[type[Exception], str]] = {
    BadSettings: "settings_invalid",
    AlreadyThere: "settings_exist",
}
_FAILURES: Final[dict[type[Exception], str]] = {
    SchemaMismatch: "schema_mismatch",
    DiskFull: _DISK,  # before what it is a kind of
    EmbeddedUnavailable: "embedded_unavailable",
    CannotStart: "not_started",
    CannotListen: "cannot_listen",
    CannotOpen: "key_missing",
    Pooled: "database_pooled",
}
_FILE: Final = "file_unusable"
_DATABASE: Final = "database_unavailable"
_BUG: Final = "unforeseen"
# Those that are the command line's own; a refusal that the API knows too has the API's.
CODES: Final = (*_MISUSES.values(), *_FAILURES.values(), _FILE, _DATABASE, _BUG)
_CONNECTING: Final = (
    "Check DATABASE_URL, and that the server runs and takes connections; `curbe doctor` looks closer"
)
_AS_WHOM: Final = "Check user and password in DATABASE_URL, and that the server lets them in (pg_hba.conf)"
_IN_USE: Final = (
    "A dump or a long transaction holds what is needed (pg_stat_activity): once it has ended, try again"
)
_NOT_EMPTY: Final = (
    "Something lies where Curbe's tables go, as after a restore that was broken off: name an empty database in DATABASE_URL, or "
    "restore into one"
)
_ITS_FILES: Final = (
    "See that what DATABASE_URL names is there for this user: the folder of a socket (host), the files of certificates "
    "(sslrootcert, sslcert, sslkey)"
)
# What to do by PostgreSQL's own code: https://www.postgresql.org/docs/current/errcodes-appendix.html
_BY_CODE: Final = {
    "25006": "Let DATABASE_URL name the primary; a host also makes a full disk read-only: make room there",
    "28000": _AS_WHOM,
    "28P01": _AS_WHOM,
    "3D000": "Make that database (createdb), or name another one in DATABASE_URL",
    "40P01": _IN_USE,
    "42501": "Let the user of DATABASE_URL own the database and what is in it, and make roles (ALTER ROLE ... CREATEROLE). Where "
    "another user has made Curbe's, see deploy/postgres/roles.sql; a dump is restored with its owners and grants",
    **dict.fromkeys(("42710", "42723", "42P07"), _NOT_EMPTY),
    "53100": "Make room on its disk",
    "53300": "See who holds its connections (pg_stat_activity), or raise max_connections",
    "55P03": _IN_USE,
    "57P03": "It is starting or recovering: try again in a while",
}


class Refusal(msgspec.Struct, frozen=True):
    """How a command ends that failed; ``code`` does not change."""

    code: str
    sentence: str
    exit_code: int


def refusal_of(error: BaseException) -> Refusal:
    """Return the code, the sentence and the exit code for ``error``."""
    while isinstance(error, BaseExceptionGroup):  # of several, the first is what happened first
        error = error.exceptions[0]
    if isinstance(error, AppError):
        sentence = " ".join(part for part in (error.detail, error.fix) if part)
        return Refusal(error.code, sentence, MISUSED if isinstance(error, InvalidRequest) else FAILED)
    for kinds, exit_code in ((_MISUSES, MISUSED), (_FAILURES, FAILED)):
        for kind, code in kinds.items():
            if isinstance(error, kind):
                return Refusal(code, str(error), exit_code)
    found = _system(error) or _bug(error)
    return msgspec.structs.replace(found, sentence=scrubbed(found.sentence))


def _system(error: BaseException) -> Refusal | None:
    """Return what to say of a failure of the network, the disk or the database; None for any other."""
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Refusal(_DISK, "the disk is full; make room and try again.", FAILED)
    if isinstance(error, OSError) and error.filename:
        sentence = f"{error.filename}: {error.strerror}; make it usable for this user and try again."
        return Refusal(_FILE, sentence, FAILED)
    if isinstance(error, (*db.Unreachable, db.PostgresError)):
        otherwise = _ITS_FILES if isinstance(error, FileNotFoundError) else _CONNECTING
        what_to_do = _BY_CODE.get(getattr(error, "sqlstate", ""), otherwise)
        return Refusal(_DATABASE, f"PostgreSQL cannot be used ({named(error)}). {what_to_do}.", FAILED)
    return None


def _bug(error: BaseException) -> Refusal:
    log.debug("unforeseen", exc_info=error)
    sentence = (
        f"something went wrong that Curbe did not foresee ({named(error)}); "
        "please report it, with what the log says at CURBE_LOG_LEVEL=debug."
    )
    return Refusal(_BUG, sentence, FAILED)


def named(error: BaseException) -> str:
    """Return what kind of failure it is, and the first line of what it says, if anything."""
    said = str(error).partition("\n")[0].rstrip(".")
    return f"{type(error).__name__}: {said}" if said else type(error).__name__
