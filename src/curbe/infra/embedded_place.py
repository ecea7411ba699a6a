"""Where the embedded PostgreSQL lives: its binaries, its folder, its socket, and the system user it runs as.

Starts no server. Of other people's folders it changes nothing, least of all their permissions: what
PostgreSQL's user cannot reach is gone round, not opened up.
"""

import errno
import hashlib
import os
import pwd
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from curbe.infra.embedded_programs import (
    Account,
    Binaries,
    EmbeddedUnavailable,
    binaries_for,
    open_folder,
    run_as,
    unavailable,
)

PORT: Final = 5432  # names the socket file; no TCP port is ever opened
_SOCKET_PATH_BYTES: Final = 103  # sockaddr_un holds 107 bytes on Linux, 103 on macOS


@dataclass(frozen=True, slots=True)
class Machine:
    """Where this machine keeps what does not belong to one data folder.

    Attributes:
        carrier: the package folder that carries PostgreSQL's binaries; None finds the installed one.
        shared: holds the clusters, and copies of the binaries, that PostgreSQL's user cannot reach elsewhere.
        sockets: holds the sockets whose path beside the cluster would be too long, when started as root.
    """

    carrier: Path | None = None
    shared: Path = Path("/var/lib/curbe")
    sockets: Path = Path("/run/curbe")


@dataclass(frozen=True, slots=True)
class Place:
    """All that is needed to start or join one server.

    Attributes:
        cluster: PostgreSQL's data directory. It may not exist yet.
        state: Curbe's own locks and start log, beside the cluster.
        sockets: the folder (0700, the account's) whose permissions are the server's whole access control.
    """

    cluster: Path
    state: Path
    sockets: Path
    account: Account
    binaries: Binaries


def find_place(data_dir: Path, *, machine: Machine) -> Place:
    """Return where the server of ``data_dir`` lives, creating the folders around it.

    Raises:
        EmbeddedUnavailable: no binaries, none of this version, no user to run as, or a folder of another.
    """
    try:
        return _find_place(data_dir, machine=machine)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise unavailable(f"{data_dir} cannot be used", said=str(error.strerror)) from error
        raise EmbeddedUnavailable(
            f"The embedded PostgreSQL cannot use {error.filename or data_dir}: {error.strerror}. Set "
            "CURBE_DATA_DIR to a folder that this user may write to, or DATABASE_URL to your own PostgreSQL."
        ) from error


def publish(path: Path, *, text: str) -> str:
    """Write ``text`` to a new file, whole or not at all, and return what it says: the first writer wins."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with draft.open("x") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        return path.read_text()
    finally:
        draft.unlink()
    sync_folder(path.parent)
    return text


def sync_folder(folder: Path) -> None:
    """Make what was created in or moved into ``folder`` survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _find_place(data_dir: Path, *, machine: Machine) -> Place:
    account = _account()
    # When root makes the folder, PostgreSQL's user must be able to pass through it; nobody else may list it.
    data_dir.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
    data_dir = data_dir.resolve()
    home = _home(data_dir, account=account, machine=machine)
    cluster = home / "postgres"
    if cluster.exists():
        account = _owner(cluster)
        _require_entry(account, home)
    state = home / "postgres.state"
    state.mkdir(mode=0o700, exist_ok=True)
    identity_file = state / "id"
    identity = identity_file.read_text() if identity_file.exists() else ""
    return Place(
        cluster=cluster,
        state=state,
        sockets=_sockets(
            home,
            identity=identity or publish(identity_file, text=secrets.token_hex(4)),
            account=account,
            machine=machine,
        ),
        account=account,
        binaries=binaries_for(cluster, account=account, carrier=machine.carrier, shared=machine.shared),
    )


# --- the system user


def _account() -> Account:
    if os.geteuid() != 0:
        return _named(os.geteuid(), os.getegid())
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name=name, uid=user.pw_uid, gid=user.pw_gid)
    raise EmbeddedUnavailable(
        "PostgreSQL refuses to run as root, and this machine has neither a user `postgres` nor "
        "`nobody`. Start Curbe as another user, or set DATABASE_URL."
    )


def _owner(cluster: Path) -> Account:
    """Return who owns the cluster, whom PostgreSQL demands to be run as."""
    found = cluster.stat()
    owner = _named(found.st_uid, found.st_gid)
    if owner.uid == 0 or os.geteuid() not in (0, owner.uid):
        raise EmbeddedUnavailable(
            f"{cluster} belongs to the user {owner.name}. "
            + (
                "PostgreSQL refuses to run as root: give it to the user postgres or nobody (chown -R)."
                if owner.uid == 0
                else f"Start Curbe as {owner.name}, or set CURBE_DATA_DIR to a folder of your own."
            )
        )
    return owner


def _named(uid: int, gid: int) -> Account:
    try:
        return Account(name=pwd.getpwuid(uid).pw_name, uid=uid, gid=gid)
    except KeyError:  # a container may run as a number that has no name
        return Account(name=str(uid), uid=uid, gid=gid)


def _can_enter(account: Account, folder: Path) -> bool:
    # Tried for real, as that user: mode bits alone do not know of ACLs or of how the folder is mounted.
    return run_as(account, ["/bin/sh", "-c", 'cd -- "$1"', "sh", folder]).returncode == 0


def _require_entry(account: Account, folder: Path) -> None:
    if not _can_enter(account, folder):
        raise EmbeddedUnavailable(
            f"The user {account.name}, whom PostgreSQL runs as, cannot pass through {folder}. Restore "
            "its permissions and those of the folders above it, or move the data."
        )


# --- the folders


def _home(data_dir: Path, *, account: Account, machine: Machine) -> Path:
    """Return the folder that holds the cluster: ``data_dir``, or one that PostgreSQL's user can reach."""
    pointer = data_dir / "postgres.location"
    if pointer.exists():
        home = Path(pointer.read_text().strip())
        if not home.is_dir():
            raise EmbeddedUnavailable(
                f"{pointer} says that the database is in {home}, which is not there. Restore that folder, or "
                f"delete {pointer} to begin with an empty database."
            )
        return home
    if (data_dir / "postgres").exists() or _can_enter(account, data_dir):
        return data_dir
    # The random part keeps a data folder that was deleted and made anew from waking the old one's database.
    home = open_folder(machine.shared) / f"{_digest(data_dir)}-{secrets.token_hex(4)}"
    open_folder(home)
    _require_entry(account, home)
    chosen = Path(publish(pointer, text=f"{home}\n").strip())
    if chosen != home:
        home.rmdir()
    return chosen


def _sockets(home: Path, *, identity: str, account: Account, machine: Machine) -> Path:
    """Return the socket's folder: beside the cluster, or on a short path where that one would be too long."""
    # A name of its own for each cluster: a server whose folder was deleted under it takes its own socket
    # along when it ends, never its successor's.
    folder = home / f"postgres.socket-{identity}"
    if len(os.fsencode(folder / f".s.PGSQL.{PORT}")) > _SOCKET_PATH_BYTES:
        short = open_folder(machine.sockets) if os.geteuid() == 0 else Path("/tmp")  # noqa: S108 - see below
        folder = short / f"curbe-{_digest(home)}-{identity}"
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
    else:
        os.chown(folder, account.uid, account.gid, follow_symlinks=False)
        found = folder.lstat()
    # Made by somebody else before us (in /tmp anybody can), it would hand them our connections.
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != account.uid or found.st_mode & 0o077:
        raise EmbeddedUnavailable(
            f"{folder} must be a folder of the user {account.name} alone (mode 0700), and is not. "
            "Delete it and start again."
        )
    return folder


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:16]
