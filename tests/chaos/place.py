"""Where runs take place: a PostgreSQL cluster of their own, a sandbox, and one database set up through Curbe's own interfaces.

Each run gets a copy of that database, so setting up is paid for once.
"""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import string
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import asyncpg

from curbe.infra.db import Unreachable
from curbe.infra.embedded import EmbeddedServer, Machine, ensure_running
from curbe.infra.embedded_place import PORT
from curbe.infra.embedded_process import USER, processes

from . import disk
from .chance import chance
from .disk import Disk
from .failing import FailingDisk, Fails, may_fail
from .processes import Program, free_port
from .proxy import FaultProxy
from .world import APP_ID, APP_SECRET, VERIFY_TOKEN, Number

_ROOT: Final = Path(__file__).parents[2]
_BASE: Final = "chaos_base"
# For each number: enough that nobody is sent more than Meta allows between two (one message in six seconds), or sends would only wait.
_PEOPLE: Final = 120
_UNKNOWN_AFTER: Final = "5s"
_MARKS: Final = string.ascii_uppercase
_CONNECTED_AT_ONCE: Final = 3


class Place:
    """A cluster, a sandbox, tenants with a number each, and a folder for everything a run leaves behind."""

    def __init__(
        self, folder: Path, postgres: EmbeddedServer, *, seed: int, disks: bool, failing: FailingDisk | None
    ) -> None:
        self.folder: Final = folder
        self._postgres: Final = postgres
        self._failing: Final = failing
        self.disks: Final = disks
        self.port: Final = free_port()
        self.record: Final = folder / "record.jsonl"
        self.sandbox: Final = _sandbox(folder, self.record)
        self.sandbox_origin = ""
        self.numbers: tuple[Number, ...] = ()
        self._runs = 0
        socket = postgres._place.sockets / f".s.PGSQL.{PORT}"
        self.to_database: Final = FaultProxy(
            "PostgreSQL", lambda: asyncio.open_unix_connection(str(socket)), chance(seed, "to PostgreSQL")
        )
        self.to_meta: Final = FaultProxy("Meta", self._open_sandbox, chance(seed, "to Meta"))
        self.to_web: Final = FaultProxy(
            "web", lambda: asyncio.open_connection("127.0.0.1", self.port), chance(seed, "to web")
        )

    @property
    def proxies(self) -> tuple[FaultProxy, ...]:
        """What stands between Curbe and the rest of the world; each passes everything on until it is told otherwise."""
        return self.to_database, self.to_meta, self.to_web

    def env(self, database: str) -> dict[str, str]:
        """Return the settings of Curbe's processes in a run on ``database``."""
        through = self.to_database.port
        dsn = f"postgresql://{USER}@127.0.0.1:{through}/{database}" if through else self.dsn(database)
        graph = f"http://127.0.0.1:{self.to_meta.port}" if self.to_meta.port else self.sandbox_origin
        return {
            "DATABASE_URL": dsn,
            "CURBE_PORT": str(self.port),
            "CURBE_UNKNOWN_AFTER": _UNKNOWN_AFTER,
            "CURBE_REQUESTS_PER_KEY": "0",  # a load, and no integration that ran away
            "CURBE_REQUESTS_PER_TENANT": "0",
            "META_APP_ID": APP_ID,
            "META_APP_SECRET": APP_SECRET,
            "META_GRAPH_BASE_URL": graph,
            "PYTHONFAULTHANDLER": "1",
        }

    @property
    def path(self) -> str:
        """Return where Curbe's programs find the modules of the harness that stand in for them."""
        return os.pathsep.join((str(_ROOT), os.environ.get("PYTHONPATH", "")))

    @property
    def origin(self) -> str:
        """Return where Meta and customers reach the web process."""
        return f"http://127.0.0.1:{self.to_web.port or self.port}"

    async def _open_sandbox(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        address = urlsplit(self.sandbox_origin)
        return await asyncio.open_connection(address.hostname, address.port)

    def dsn(self, database: str) -> str:
        """Return the address of one of the cluster's databases, as its owner."""
        return urlunsplit(urlsplit(self._postgres.dsn)._replace(path=f"/{database}"))

    async def fresh_database(self) -> str:
        """Return the name of a new copy of the database that was set up."""
        self._runs += 1
        name = f"chaos_{self._runs}"
        await self.execute(f"CREATE DATABASE {name} TEMPLATE {_BASE}")
        return name

    async def drop_database(self, name: str) -> None:
        """Drop a run's database: after a crash PostgreSQL syncs every file it has, so each one left makes recovery slower."""
        await self.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def postmaster(self) -> int | None:
        """Return the process id of PostgreSQL's first process; None while it is down."""
        return self._postgres.pid

    async def kill_postgres(self) -> int:
        """Kill the postmaster and its whole family at once, and wait until nothing is left; return how many processes that were."""
        killed = await self.signal_postgres(signal.SIGKILL)
        # A postmaster on its way out still counts as one, and would not be started again.
        await self._until_gone()
        return killed

    async def signal_postgres(self, number: signal.Signals) -> int:
        """Send a signal to every process of PostgreSQL's; return how many those were."""
        family = await asyncio.to_thread(processes, self._postgres._place)
        for pid in family:
            with contextlib.suppress(ProcessLookupError):  # it ended by itself between the look and the shot
                os.kill(pid, number)
        return len(family)

    async def stop_postgres(self, number: signal.Signals) -> None:
        """Ask the postmaster to stop, as this signal means it, and wait until nothing is left of it."""
        pid = self._postgres.pid
        if pid is not None:
            os.kill(pid, number)
        await self._until_gone()

    async def _until_gone(self) -> None:
        while await asyncio.to_thread(processes, self._postgres._place):  # noqa: ASYNC110 - init's children
            await asyncio.sleep(0.02)

    async def revive_postgres(self) -> None:
        """Start PostgreSQL again and wait until its crash recovery is over."""
        await asyncio.to_thread(self._postgres.ensure_alive)

    async def postgres_answers(self, *, within: float) -> bool:
        """Tell whether PostgreSQL takes a connection again before so many seconds are over."""
        try:
            async with asyncio.timeout(within):
                while True:
                    try:
                        await self.execute("SELECT 1")
                    except Unreachable:
                        await asyncio.sleep(0.1)
                    else:
                        return True
        except TimeoutError:
            return False

    def fill(self, which: Disk) -> None:
        """Leave no room on a disk."""
        disk.fill(self.folder / which)

    def make_room(self, which: Disk) -> None:
        """Leave room on it again."""
        disk.make_room(self.folder / which)

    def failing(self, what: Fails) -> AbstractContextManager[None]:
        """Have PostgreSQL's disk answer with errors within the block; it must be one that may."""
        assert self._failing is not None, "no disk here can be made to fail"
        return self._failing.failing(what)

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the sandbox's control API."""
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, f"{self.sandbox_origin}/sandbox/{path}", json=body) as answer,
        ):
            assert answer.status < 300, (path, answer.status, await answer.text())
            return await answer.json()

    async def set_up(self, *, tenants: int) -> None:
        """Start the sandbox; make the database, tenants, keys and connections as an operator would."""
        await self.sandbox.start()
        line = (self.folder / "sandbox.out").read_text().split()
        self.sandbox_origin = next(word for word in line if word.startswith("http://"))
        settings = {"enforce_window": False, "enforce_pair_rate": False, "enforce_throughput": False}
        await self.control("PATCH", "settings", settings)
        await self.execute(f"CREATE DATABASE {_BASE}")
        env = self.env(_BASE)
        await asyncio.to_thread(
            curbe, self.folder, env, "init", "--graph-base-url", env["META_GRAPH_BASE_URL"]
        )
        web = self.program("set-up", env, "serve", ready="curbe serves")
        try:
            await web.start()
            self.numbers = await self._connect_all(env, tenants)
        finally:
            await web.stop()

    async def _connect_all(self, env: Mapping[str, str], tenants: int) -> tuple[Number, ...]:
        at_once = asyncio.Semaphore(_CONNECTED_AT_ONCE)

        async def connect(position: int) -> Number:
            async with at_once:
                return await self._connect(env, _mark(position), position)

        return tuple(await asyncio.gather(*map(connect, range(1, tenants + 1))))

    def program(
        self, name: str, env: Mapping[str, str], *command: str, ready: str, build: str = ""
    ) -> Program:
        """Return one of Curbe's programs; ``build`` names a known-bad build of it."""
        start = [*entry("tests.chaos.builds"), build] if build else entry("curbe")
        return Program(
            name,
            [*start, *command],
            env={**env, "PYTHONPATH": self.path},
            folder=self.folder,
            ready=ready,
            output=self.folder / Disk.OUTPUT if self.disks else None,
        )

    async def _connect(self, env: Mapping[str, str], mark: str, position: int) -> Number:
        tenant = await asyncio.to_thread(
            curbe, self.folder, env, "tenant", "create", f"Tenant {mark}", "--json"
        )
        key = await asyncio.to_thread(
            curbe, self.folder, env, "key", "create", "--tenant", tenant["id"], "--scope", "all", "--json"
        )
        waba = await self.control("POST", "wabas", {"name": f"Business {mark}"})
        phone = f"+34 600 100 {position:03}"
        number = await self.control(
            "POST", "numbers", {"waba_id": waba["id"], "display_phone_number": phone, "level": "HIGH"}
        )
        token = await self.control("POST", "tokens", {"waba_ids": [waba["id"]]})
        url = f"http://127.0.0.1:{self.port}/api/tenants/{tenant['id']}/whatsapp/connect/complete"
        body = {"waba_id": waba["id"], "phone_number_id": number["id"], "access_token": token["token"]}
        headers = {"authorization": f"Bearer {key['key']}"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, json=body, headers=headers) as answer,
        ):
            assert answer.status == 200, await answer.text()
        # Half of the people write to the next tenant too: what is theirs must not meet.
        first = position * _PEOPLE // 2
        return Number(
            mark=mark,
            tenant_id=tenant["id"],
            phone_number_id=number["id"],
            waba_id=waba["id"],
            display_phone_number=phone,
            key=key["key"],
            people=tuple(f"346110{n:05}" for n in range(first, first + _PEOPLE)),
        )

    async def execute(self, sql: str, *, database: str | None = None) -> None:
        """Have the cluster's owner do something, in Curbe's own database or another."""
        connection = await asyncpg.connect(self.dsn(database) if database else self._postgres.dsn)
        try:
            await connection.execute(sql)
        finally:
            await connection.close()


def curbe(folder: Path, env: Mapping[str, str], *arguments: str) -> Any:
    """Run one command of Curbe's and return its answer where that is JSON.

    Raises:
        AssertionError: it failed; with what it said.
    """
    done = subprocess.run(
        [sys.executable, "-m", "curbe", *arguments],
        check=False,
        cwd=folder,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    return json.loads(done.stdout) if "--json" in arguments else None


def entry(module: str) -> list[str]:
    """Return how a module is run as a program."""
    return [sys.executable, "-m", module]


def _mark(position: int) -> str:
    """Return A, B, ... Z, AA, AB, ... for 1, 2, ..."""
    rest, last = divmod(position - 1, len(_MARKS))
    return (_mark(rest) if rest else "") + _MARKS[last]


@asynccontextmanager
async def place(
    keep: Path | None = None, *, tenants: int = 2, proxies: bool = False, disks: bool = False, seed: int = 0
) -> AsyncIterator[Place]:
    """Yield a place that is set up. Everything is stopped and removed at the end, but ledgers and logs, which go to ``keep``.

    Args:
        keep: where ledgers and logs stay.
        tenants: how many, with a number each.
        proxies: whether Curbe reaches everything, and is reached, through proxies that can be told to do harm; `seed` is theirs.
        disks: whether data, write-ahead log and output have disks of their own that can be filled; `disk.may_be_filled` must hold.
        seed: of what the proxies leave to chance.
    """
    folder = _make_folder()
    machine = Machine(shared=folder / "shared", sockets=folder / "sockets")
    try:
        if disks:
            await asyncio.to_thread(_give_disks, folder, machine)
        failing = FailingDisk(folder) if may_fail() else None
        with (
            contextlib.nullcontext() if failing is None else failing.beneath(),
            await asyncio.to_thread(ensure_running, folder / Disk.DATA, machine=machine) as postgres,
        ):
            made = Place(folder, postgres, seed=seed, disks=disks, failing=failing)
            try:
                for proxy in made.proxies if proxies else ():
                    await proxy.start()
                await made.set_up(tenants=tenants)
                yield made
            finally:
                await made.sandbox.stop()
                for proxy in made.proxies if proxies else ():
                    await proxy.stop()
    finally:
        _leave_folder(folder, keep)


def _make_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="curbe-chaos-"))
    folder.chmod(0o711)  # PostgreSQL's own user must pass through it
    return folder


def _give_disks(folder: Path, machine: Machine) -> None:
    """Mount the disks, and move the write-ahead log of a new cluster to its own."""
    for one in Disk:
        disk.mount(folder / one)
    with ensure_running(folder / Disk.DATA, machine=machine) as postgres:
        made = postgres._place
    log = made.cluster / "pg_wal"
    there = folder / Disk.WAL / "pg_wal"
    shutil.move(log, there)
    log.symlink_to(there)
    for path in (there, *there.rglob("*")):
        os.chown(path, made.account.uid, made.account.gid)


def _leave_folder(folder: Path, keep: Path | None) -> None:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        for file in filter(Path.is_file, [*folder.iterdir(), *(folder / Disk.OUTPUT).glob("*")]):
            shutil.copy(file, keep)
    for one in Disk:
        disk.unmount(folder / one)
    shutil.rmtree(folder, ignore_errors=True)


def _sandbox(folder: Path, record: Path) -> Program:
    options = {
        "--port": "0",
        "--app-id": APP_ID,
        "--app-secret": APP_SECRET,
        "--verify-token": VERIFY_TOKEN,
        "--record": str(record),
    }
    flags = [word for pair in options.items() for word in pair]
    command = [str(Path(sys.prefix) / "bin" / "curbe-sandbox"), *flags]
    return Program("sandbox", command, env={}, folder=folder, ready="curbe-sandbox: ready")
