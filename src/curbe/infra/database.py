"""Which PostgreSQL a process works on: the operator's, or the embedded one, held and kept alive for as long as it is needed."""

import os
import select
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Final

import structlog

from curbe.infra.embedded import EmbeddedServer, EmbeddedUnavailable, running
from curbe.infra.settings import Settings

log: Final = structlog.get_logger(__name__)

_LOOK_AGAIN: Final = 1.0  # seconds, where the system cannot tell that a process ended
_TRY_AGAIN: Final = 5.0  # seconds


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """Yield the database's DSN. Without DATABASE_URL an embedded server runs meanwhile, and is started again when it dies.

    Raises:
        EmbeddedUnavailable: no DATABASE_URL, and no embedded server to be had; the message says what to do.
    """
    if settings.database_url is not None:
        yield settings.database_url.reveal()
        return
    with running(settings.data_dir) as server, _kept_alive(server):
        yield server.dsn


@contextmanager
def _kept_alive(server: EmbeddedServer) -> Iterator[None]:
    done, finish = os.pipe()  # closing one end is what the other can wait for beside a process
    keeper = threading.Thread(target=_keep, args=(server, done), name="postgresql")
    try:
        keeper.start()
        yield
    finally:
        os.close(finish)
        with suppress(RuntimeError):  # a signal came before it had started
            keeper.join()
        os.close(done)


def _keep(server: EmbeddedServer, done: int) -> None:
    while True:
        try:
            if _ended_or_done(server.pid, done):
                return
            if server.ensure_alive():
                log.warning("postgresql_restarted", pid=server.pid)
        except (EmbeddedUnavailable, OSError) as unavailable:
            # A full disk, no descriptor left: that may pass.
            log.error("postgresql_down", detail=str(unavailable))  # noqa: TRY400 - its words say all
            if _closed(done, within=_TRY_AGAIN):
                return


def _ended_or_done(pid: int | None, done: int) -> bool:
    """Wait for the end of the process ``pid`` (False) or for the other end of ``done`` to close (True)."""
    try:
        watched = os.pidfd_open(pid) if pid is not None else None
    except ProcessLookupError:
        watched = None
    except (AttributeError, OSError):  # this system has no such thing: the server is asked now and then
        return _closed(done, within=_LOOK_AGAIN)
    if watched is None:
        return _closed(done, within=0)
    try:
        poll = select.poll()
        poll.register(watched, select.POLLIN)
        poll.register(done, select.POLLIN)
        return any(ready == done for ready, _ in poll.poll())
    finally:
        os.close(watched)


def _closed(pipe: int, *, within: float) -> bool:
    poll = select.poll()
    poll.register(pipe, select.POLLIN)
    return bool(poll.poll(within * 1000))
