"""A data folder's embedded PostgreSQL: the first process to need it starts it, the last to leave stops it.

Three files beside the cluster, each locked with flock and so freed by any crash, hold all that is remembered:
``start.lock`` (exclusive: somebody is starting or stopping), ``users.lock`` (shared: one holder a user) and
``server.lock`` (PostgreSQL's own processes inherit it: while it is taken, one of them is alive). The reasons
are in docs/adr/0003.
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

from curbe.infra.embedded_place import PORT, Machine, Place, find_place, sync_folder
from curbe.infra.embedded_process import (
    USER,
    answers,
    answers_before_it_ends,
    last_words,
    open_lock,
    postmaster,
    processes,
    recorded_pid,
    run,
    server_ended,
    signal_to,
    starting,
    to_server,
    try_exclusive,
    wait_until,
)
from curbe.infra.embedded_programs import DiskFull, EmbeddedUnavailable, bare_environment, unavailable
from curbe.infra.embedded_settings import memory_bytes, server_settings
from curbe.infra.embedded_writeback import Writeback

__all__ = ["DiskFull", "EmbeddedServer", "EmbeddedUnavailable", "Machine", "ensure_running", "running"]

_DATABASE: Final = "curbe"
_CREATE_DATABASE: Final = r"""
SELECT 'CREATE DATABASE curbe' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'curbe') \gexec
"""
# MiB. Who needs the log's next file writes it full of zeros while everybody who commits waits: of sixteen, PostgreSQL's own size, that can
# take 50 ms, and happens once in two seconds under full load (docs/explanation/performance.md).
_LOG_FILE: Final = 4
# For a stop that writes a checkpoint; with what a process takes to end before it, less than the service managers of deploy/ allow.
_FAST_STOP: Final = timedelta(seconds=45)
_COLLATIONS_OF_ITS_OWN: Final = (
    17  # the first PostgreSQL whose collations no update of the C library can change
)


class EmbeddedServer:
    """One user's hold on a running server. Close it, or leave its ``with`` block, to let go."""

    def __init__(self, place: Place) -> None:
        """Hold nothing yet."""
        self._place = place
        self._users_lock: int | None = None
        self._writeback: Writeback | None = None

    def hold(self) -> None:
        """Make, start or join the server, and hold it. Whatever this raises, ``close`` lets go of what there is by then.

        Raises:
            EmbeddedUnavailable: there is no such server to be had here; the message says what to do.
        """
        with starting(self._place):
            self._users_lock = open_lock(self._place, "users.lock")
            fcntl.flock(self._users_lock, fcntl.LOCK_SH)
            _bring_up(self._place)
        self._writeback = Writeback(self._place)

    @property
    def dsn(self) -> str:
        """The database's URI for asyncpg and libpq (a unix socket, no password); the same after a restart."""
        return f"postgresql://{USER}@/{_DATABASE}?host={quote(str(self._place.sockets))}&port={PORT}"

    @property
    def pid(self) -> int | None:
        """The postmaster's process id at this moment; None while it is down."""
        return postmaster(self._place)

    def ensure_alive(self) -> bool:
        """Start the server again if it died, wait until it answers, and return whether that was needed.

        Raises:
            EmbeddedUnavailable: it does not start; its own words are in the message.
            ValueError: this hold was closed.
        """
        if self._users_lock is not None and self.pid is not None:
            return False
        with starting(self._place):
            if self._users_lock is None:
                raise ValueError("this hold on the embedded PostgreSQL was closed")
            return _bring_up(self._place)

    def close(self) -> None:
        """Let go of the server; the last to do so stops it (open transactions end) and waits for that."""
        if self._writeback is not None:
            self._writeback.close()
        with starting(self._place):
            if self._users_lock is not None:
                lock, self._users_lock = self._users_lock, None
                _leave(self._place, users_lock=lock)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()


def ensure_running(data_dir: Path, *, machine: Machine = Machine()) -> EmbeddedServer:  # noqa: B008 - frozen
    """Return a hold on the server of ``data_dir``, made, started or joined as needed, once it answers.

    It blocks for as long as crash recovery takes, and says so on stderr every ten seconds. Where a signal may come at any moment,
    take ``running``.

    Args:
        data_dir: holds the cluster, or says where it is (``postgres.location``). Made if absent.
        machine: where this machine keeps what is not in ``data_dir``.

    Raises:
        EmbeddedUnavailable: there is no such server to be had here; the message says what to do.
    """
    server = EmbeddedServer(find_place(data_dir, machine=machine))
    try:
        server.hold()
    except BaseException:
        server.close()
        raise
    return server


@contextmanager
def running(data_dir: Path, *, machine: Machine = Machine()) -> Iterator[EmbeddedServer]:  # noqa: B008 - frozen
    """Yield what ``ensure_running`` returns, and let go of it, also where a signal raises something between the two."""
    with EmbeddedServer(find_place(data_dir, machine=machine)) as server:
        server.hold()
        yield server


# --- up and down; all of it under start.lock


def _bring_up(place: Place) -> bool:
    """Bring the server to where it answers and has our database; return whether it had to be started."""
    started = not (answers(place) or (postmaster(place) is not None and answers_before_it_ends(place)))
    if started:
        server_lock = _without_remains(place)
        try:
            if not (place.cluster / "PG_VERSION").exists():
                _make_cluster(place)
            _launch(place, server_lock=server_lock)
        finally:
            os.close(server_lock)
        if not answers_before_it_ends(place):
            raise unavailable("PostgreSQL ended while starting", said=last_words(place))
    made = run(place, "psql", "-XqAt", "-v", "ON_ERROR_STOP=1", *to_server(place), text=_CREATE_DATABASE)
    if made.returncode != 0:
        if not answers(place):  # it crashed in between, or restarts all its processes because one did
            return _bring_up(place) or started
        raise unavailable(f"The database {_DATABASE} cannot be made", said=made.stderr.strip())
    return started


def _without_remains(place: Place) -> int:
    """Return server.lock, taken, once nothing is left of an earlier server of this cluster.

    Raises:
        EmbeddedUnavailable: somebody else's PostgreSQL is serving the cluster.
    """
    lock = open_lock(place, "server.lock")

    def ended() -> bool:
        if try_exclusive(lock):
            return True
        # Their postmaster is gone, which a busy one may not notice for hours. PostgreSQL does the same to all
        # others when one has crashed.
        for pid in processes(place):
            signal_to(pid, signal.SIGQUIT)
        return False

    try:
        wait_until(ended, what="the last processes of a PostgreSQL that crashed to end")
        _forget_dead_postmaster(place)
    except BaseException:
        os.close(lock)
        raise
    return lock


def _forget_dead_postmaster(place: Place) -> None:
    """Remove the postmaster.pid of a dead server if its number now belongs to another process.

    PostgreSQL sees only that the number is in use, and would refuse to start. In all other cases it judges
    better than we could, as it also looks for shared memory still in use.
    """
    if others := processes(place):
        raise EmbeddedUnavailable(
            f"{place.cluster} is being served by a PostgreSQL that Curbe did not start (processes "
            f"{', '.join(map(str, sorted(others)))}). Stop it, or set DATABASE_URL to use it."
        )
    recorded = recorded_pid(place)
    if recorded is not None and Path(f"/proc/{recorded}").exists():
        (place.cluster / "postmaster.pid").unlink()
    # The socket has such a file too. Nobody listens there: the lock says that no process of ours is left.
    for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
        (place.sockets / name).unlink(missing_ok=True)


def _make_cluster(place: Place) -> None:
    """Make the cluster beside its place and move it there whole, so that a crash on the way leaves none."""
    if place.cluster.exists() and any(place.cluster.iterdir()):
        raise EmbeddedUnavailable(f"{place.cluster} is neither empty nor a PostgreSQL cluster. Move it away.")
    draft = place.cluster.with_name("postgres.new")
    if draft.exists():
        shutil.rmtree(draft)  # of a process that was killed in the middle; we hold the lock
    said = ""
    # Unicode letters where the C library knows them without a language; else plain C.
    for character_type in ("C.UTF-8", "C"):
        draft.mkdir(mode=0o700)
        os.chown(draft, place.account.uid, place.account.gid, follow_symlinks=False)
        builtin = int(place.binaries.major) >= _COLLATIONS_OF_ITS_OWN
        own = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8") if builtin else ()
        made = run(
            place, "initdb", "--pgdata", draft, "--username", USER, "--encoding=UTF8", "--data-checksums",
            "--locale=C", f"--lc-ctype={character_type}", *own, "--auth-local=trust", "--auth-host=reject",
            f"--wal-segsize={_LOG_FILE}",
        )  # fmt: skip
        if made.returncode == 0:
            draft.rename(place.cluster)
            sync_folder(place.cluster.parent)  # or a power cut could undo the move, data and all
            return
        said += made.stderr
        shutil.rmtree(draft)
    raise unavailable(f"initdb cannot make {place.cluster}", said=said.strip())


def _launch(place: Place, *, server_lock: int) -> None:
    """Start postgres, holding ``server_lock``, in a session of its own where no Ctrl-C of ours reaches it."""
    lz4 = "--with-lz4" in run(place, "pg_config", "--configure").stdout
    command = [place.binaries.program("postgres"), "-D", place.cluster]
    settings = server_settings(
        sockets=place.sockets,
        port=PORT,
        memory=memory_bytes(),
        disk=shutil.disk_usage(place.cluster).total,
        lz4=lz4,
    )
    for name, value in settings:
        command += ["-c", f"{name}={value}"]
    switch = place.account.uid != os.geteuid()
    with (place.state / "start.log").open("wb") as log:
        # Through a shell that leaves at once, so that init adopts postgres: it may outlive this process.
        begun = subprocess.run(  # noqa: S603 - our own words and paths
            ["/bin/sh", "-c", '"$@" &', "sh", *command],
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            pass_fds=(server_lock,),
            start_new_session=True,
            cwd="/",
            env=bare_environment(),
            user=place.account.uid if switch else None,
            group=place.account.gid if switch else None,
            extra_groups=[] if switch else None,
            umask=0o077,
        )
    if begun.returncode != 0:  # no process is left to have, or no memory for one
        raise unavailable("PostgreSQL cannot be started", said=last_words(place))


def _leave(place: Place, *, users_lock: int) -> None:
    """Give up one user's lock; if it was the last, stop the server (if it is ours) and wait for its end."""
    try:
        if try_exclusive(users_lock):
            _stop(place)
    finally:
        os.close(users_lock)


def _stop(place: Place) -> None:
    """Stop the server, if there is one of ours, and wait for its end; one that has not come up yet is waited for.

    One that does not end in time, as when its disk failed once more while it recovered, is ended as by a crash: what was committed is in
    its log, and the next start replays that.
    """
    told, told_at, late = False, 0.0, False

    def ended() -> bool:
        nonlocal told, told_at, late
        if server_ended(place):
            return True
        if told and time.monotonic() - told_at < _FAST_STOP.total_seconds():
            return False
        if told:
            if not late:
                sys.stderr.write(
                    "curbe: PostgreSQL does not stop, and is ended; it recovers when it starts\n"
                )
                late = True
            _end_at_once(place)
            return False
        if (pid := postmaster(place)) is not None:
            told = signal_to(pid, signal.SIGINT)  # "fast": connections are closed, a checkpoint is written
            told_at = time.monotonic()
        for each in processes(place):
            # One that somebody made stand still hears of it when it goes on. Those whose postmaster is gone are ended as above.
            signal_to(each, signal.SIGCONT if told else signal.SIGQUIT)
        return False

    wait_until(ended, what="PostgreSQL to stop")


def _end_at_once(place: Place) -> None:
    """Let the server drop everything: its postmaster sees to the others, and where that is gone each hears of it by itself."""
    pid = postmaster(place)
    for each in processes(place) if pid is None else {pid}:
        signal_to(each, signal.SIGQUIT)
