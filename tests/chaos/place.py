"""Where runs take place: a PostgreSQL cluster of their own, a sandbox, and one database set up through Curbe's own interfaces.

Each run gets a copy of that database, so setting up is paid for once.
"""

import asyncio
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import aiohttp
import asyncpg

from curbe.infra.embedded import EmbeddedServer, Machine, ensure_running
from curbe.infra.embedded_process import processes

from .processes import Program, free_port
from .world import APP_ID, APP_SECRET, VERIFY_TOKEN, Number

_ROOT: Final = Path(__file__).parents[2]
_BASE: Final = "chaos_base"
# For each number: enough that nobody is sent more than Meta allows between two (one message in six seconds), or sends would only wait.
_PEOPLE: Final = 120
_UNKNOWN_AFTER: Final = "5s"


class Place:
    """A cluster, a sandbox, two tenants with a number each, and a folder for everything a run leaves behind."""

    def __init__(self, folder: Path, postgres: EmbeddedServer) -> None:
        self.folder: Final = folder
        self._postgres: Final = postgres
        self.port: Final = free_port()
        self.record: Final = folder / "record.jsonl"
        self.sandbox: Final = _sandbox(folder, self.record)
        self.sandbox_origin = ""
        self.numbers: tuple[Number, ...] = ()
        self._runs = 0

    def env(self, database: str) -> dict[str, str]:
        """Return the settings of Curbe's processes in a run on ``database``."""
        return {
            "DATABASE_URL": self.dsn(database),
            "CURBE_PORT": str(self.port),
            "CURBE_UNKNOWN_AFTER": _UNKNOWN_AFTER,
            "META_APP_ID": APP_ID,
            "META_APP_SECRET": APP_SECRET,
            "META_GRAPH_BASE_URL": self.sandbox_origin,
        }

    def dsn(self, database: str) -> str:
        """Return the address of one of the cluster's databases, as its owner."""
        return urlunsplit(urlsplit(self._postgres.dsn)._replace(path=f"/{database}"))

    async def fresh_database(self) -> str:
        """Return the name of a new copy of the database that was set up."""
        self._runs += 1
        name = f"chaos_{self._runs}"
        await self._execute(f"CREATE DATABASE {name} TEMPLATE {_BASE}")
        return name

    async def drop_database(self, name: str) -> None:
        """Drop a run's database: after a crash PostgreSQL syncs every file it has, so each one left makes recovery slower."""
        await self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    def postmaster(self) -> int | None:
        """Return the process id of PostgreSQL's first process; None while it is down."""
        return self._postgres.pid

    async def kill_postgres(self) -> int:
        """Kill the postmaster and its whole family at once; return how many processes that were."""
        family = await asyncio.to_thread(processes, self._postgres._place)
        for pid in family:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue  # it ended by itself between the look and the shot
        return len(family)

    async def revive_postgres(self) -> None:
        """Start PostgreSQL again and wait until its crash recovery is over."""
        await asyncio.to_thread(self._postgres.ensure_alive)

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """Call the sandbox's control API."""
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, f"{self.sandbox_origin}/sandbox/{path}", json=body) as answer,
        ):
            assert answer.status < 300, (path, answer.status, await answer.text())
            return await answer.json()

    async def set_up(self) -> None:
        """Start the sandbox; make the database, tenants, keys and connections as an operator would."""
        await self.sandbox.start()
        line = (self.folder / "sandbox.out").read_text().split()
        self.sandbox_origin = next(word for word in line if word.startswith("http://"))
        settings = {"enforce_window": False, "enforce_pair_rate": False, "enforce_throughput": False}
        await self.control("PATCH", "settings", settings)
        await self._execute(f"CREATE DATABASE {_BASE}")
        env = self.env(_BASE)
        await asyncio.to_thread(curbe, self.folder, env, "init", "--graph-base-url", self.sandbox_origin)
        web = self.program("set-up", env, "serve", ready="curbe serves")
        await web.start()
        self.numbers = (await self._connect(env, "A", 1), await self._connect(env, "B", 2))
        await web.stop()

    def program(
        self, name: str, env: Mapping[str, str], *command: str, ready: str, build: str = ""
    ) -> Program:
        """Return one of Curbe's programs; ``build`` names a known-bad build of it."""
        module = ["tests.chaos.builds", build] if build else ["curbe"]
        path = os.pathsep.join((str(_ROOT), os.environ.get("PYTHONPATH", "")))
        return Program(
            name,
            [sys.executable, "-m", *module, *command],
            env={**env, "PYTHONPATH": path},
            folder=self.folder,
            ready=ready,
        )

    async def _connect(self, env: Mapping[str, str], mark: str, position: int) -> Number:
        tenant = await asyncio.to_thread(
            curbe, self.folder, env, "tenant", "create", f"Tenant {mark}", "--json"
        )
        key = await asyncio.to_thread(
            curbe, self.folder, env, "key", "create", "--tenant", tenant["id"], "--scope", "all", "--json"
        )
        waba = await self.control("POST", "wabas", {"name": f"Business {mark}"})
        phone = f"+34 600 100 00{position}"
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
        # Half of the people write to both tenants: what is theirs must not meet.
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

    async def _execute(self, sql: str) -> None:
        connection = await asyncpg.connect(self._postgres.dsn)
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


@asynccontextmanager
async def place(keep: Path | None = None) -> AsyncIterator[Place]:
    """Yield a place that is set up. Everything is stopped and removed at the end, but ledgers and logs, which go to ``keep``."""
    folder = _make_folder()
    machine = Machine(shared=folder / "shared", sockets=folder / "sockets")
    try:
        with await asyncio.to_thread(ensure_running, folder / "data", machine=machine) as postgres:
            made = Place(folder, postgres)
            try:
                await made.set_up()
                yield made
            finally:
                await made.sandbox.stop()
    finally:
        _leave_folder(folder, keep)


def _make_folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="curbe-chaos-"))
    folder.chmod(0o711)  # PostgreSQL's own user must pass through it
    return folder


def _leave_folder(folder: Path, keep: Path | None) -> None:
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        for file in filter(Path.is_file, folder.iterdir()):
            shutil.copy(file, keep)
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
