"""``curbe run``: the web process and the worker as children of one process, which starts them again when they die.

It wires nothing of the product: each child is the same command that an operator would start by hand. This module only decides what both
are told and in which order they stop.
"""

import asyncio
import http.client
import os
import re
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import structlog

from curbe.infra.listening import CannotListen, listen
from curbe.infra.loop import when_signalled
from curbe.infra.settings import Settings

log: Final = structlog.get_logger(__name__)

_URL: Final = re.compile(r"http://\S+")
_WORKS: Final = re.compile(r"^curbe works")
_ANY_ADDRESS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - only looked up
_LOOPBACK: Final = "127.0.0.1"
_FIRST_PAUSE: Final = 0.1  # seconds before a child that died is started again
_LONGEST_PAUSE: Final = 30.0
_STEADY: Final = 20.0  # seconds after which a child counts as running well
_WORKER_WAITS: Final = (
    3.0  # seconds the web process has to finish requests, some of which wait for the worker
)
_TAKES_BACK: Final = 8.0  # seconds for the database to roll back an interrupted migration
_STOP: Final = 18.0  # seconds until a child that still runs is killed; PostgreSQL gets two more


class CannotStart(Exception):
    """A child ended before it was ready; it printed the reason on stderr itself."""


@dataclass(slots=True)
class _Child:
    """A process that is to run until told otherwise."""

    name: str
    arguments: Sequence[str]
    environment: dict[str, str]
    says: re.Pattern[str]  # the line by which it tells that it is ready
    passed: Sequence[int] = ()  # file descriptors that it inherits
    line: str = ""
    failure: CannotStart | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    process: asyncio.subprocess.Process | None = None

    async def keep(self, stop: asyncio.Event) -> None:
        """Run it, and again when it dies, until :meth:`stop`. If it never became ready, that is a failure and sets ``stop`` for all."""
        pause = _FIRST_PAUSE
        loop = asyncio.get_running_loop()
        while not self.stopping.is_set():
            started = loop.time()
            code = await self._ended()
            if self.stopping.is_set():
                return
            if not self.line:
                self.failure = CannotStart(
                    f"curbe {self.name} ended with exit code {code} before it had begun; it says above why."
                )
                stop.set()
                return
            pause = _FIRST_PAUSE if loop.time() - started > _STEADY else min(pause * 2, _LONGEST_PAUSE)
            log.warning("process_died", process=self.name, exit_code=code, starts_again_in_seconds=pause)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self.stopping.wait()

    async def _ended(self) -> int | None:
        """Run it and return its exit code; None if the system could not start a process, which may pass."""
        try:
            return await self._run_once()
        except OSError as failure:
            if not self.line:
                raise
            log.error("process_not_begun", process=self.name, reason=failure.strerror)  # noqa: TRY400 - its words say all
            return None

    def stop(self) -> None:
        """Tell it to finish its work and end."""
        self.stopping.set()
        self._signal("terminate")

    def kill(self) -> None:
        """End it at once, if it still runs."""
        self._signal("kill")

    async def _run_once(self) -> int:
        self.process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # do not import code from the folder we were started in
            "-m",
            "curbe",
            *self.arguments,
            env=self.environment,
            pass_fds=self.passed,
            stdin=asyncio.subprocess.PIPE,  # never written to; when it closes, the child knows that we are gone
            stdout=asyncio.subprocess.PIPE,
            process_group=0,  # so that Ctrl-C reaches only us, and we stop the children in order
        )
        if self.stopping.is_set():
            self._signal("terminate")
        if self.process.stdout is not None:
            await self._listen(self.process.stdout)
        return await self.process.wait()

    async def _listen(self, said: asyncio.StreamReader) -> None:
        while line := await said.readline():
            text = line.decode(errors="replace").strip()
            if self.says.search(text):
                self.line = text

    def _signal(self, what: str) -> None:
        if self.process is not None and self.process.returncode is None:
            with suppress(ProcessLookupError):
                getattr(self.process, what)()


async def supervise(
    settings: Settings,
    dsn: str,
    *,
    env_file: Path,
    migrate: Callable[[str], Awaitable[object]],
    announce: Callable[[str], None],
    began: Callable[[], None],
) -> None:
    """Migrate, then run web and worker until a signal stops them: web first, then the worker. A signal also interrupts the migration.

    Args:
        settings: see there; ``host`` and ``port`` say where the web process listens.
        dsn: the database, which outlives both.
        env_file: where the children read the settings that are not in the environment.
        migrate: brings the database up to date.
        announce: is called once with a line for people, when web is ready and the worker has begun.
        began: is called when signals are taken here.

    Raises:
        SchemaMismatch: the database's schema is newer than this build.
        CannotStart: web or worker ended before it was ready.
        CannotListen: the address is in use, or not available.
    """
    stop = asyncio.Event()
    hurry = asyncio.Event()
    when_signalled(stop.set, hurry=hurry.set)
    began()
    if not await _done_before(stop, migrate(dsn)):
        return
    environment = {**os.environ, "DATABASE_URL": dsn}
    common = ("--env-file", str(env_file))
    # We hold the listening socket, so that clients wait a moment while web restarts instead of being refused.
    listening = listen(settings.host, settings.port)
    place = ("--host", settings.host, "--listening", str(listening.fileno()))
    web = _Child(
        "serve",
        (*common, "serve", *place, "--supervised"),
        environment,
        says=_URL,
        passed=[listening.fileno()],
    )
    told = _listening_for_worker(settings.worker_port)
    worker = _Child(
        "work",
        (*common, "work", *(("--listening", str(told.fileno())) if told else ()), "--supervised"),
        environment,
        says=_WORKS,
        passed=[told.fileno()] if told else [],
    )
    async with asyncio.TaskGroup() as tasks:
        keeping = [tasks.create_task(child.keep(stop)) for child in (web, worker)]
        try:
            if await _ready(web, worker, stop):
                announce(f"curbe ready on {_url(web)}")
            await stop.wait()
        finally:
            await _end(web, worker, keeping, hurry)
    for child in (web, worker):
        if child.failure is not None:
            raise child.failure


async def _done_before(stop: asyncio.Event, work: Awaitable[object]) -> bool:
    """Wait for ``work`` and return True; if ``stop`` comes first, cancel it, let it roll back, and return False."""
    doing, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait([doing, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if doing.done():
        await doing
        return True
    doing.cancel()
    await asyncio.wait([doing], timeout=_TAKES_BACK)
    return False


def _listening_for_worker(port: int | None) -> socket.socket | None:
    """Return a socket for the worker's health and metrics, reachable from this machine only; None without a ``port``.

    Raises:
        CannotStart: the port is in use.
    """
    if port is None:
        return None
    try:
        return listen(_LOOPBACK, port)
    except CannotListen as failure:
        raise CannotStart(
            f"CURBE_WORKER_PORT is {port}: {failure.why}; set another, or leave it empty."
        ) from failure


async def _ready(web: _Child, worker: _Child, stop: asyncio.Event) -> bool:
    """Wait until both have started and web is ready; False if everything was stopped first."""
    while not stop.is_set():
        if web.line and worker.line and await asyncio.to_thread(_answers, _url(web)):
            return True
        with suppress(TimeoutError):
            async with asyncio.timeout(0.05):
                await stop.wait()
    return False


async def _end(
    web: _Child, worker: _Child, keeping: Sequence[asyncio.Task[None]], hurry: asyncio.Event
) -> None:
    """Stop web, which answers what it has taken, then the worker; kill either if it takes too long."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _STOP
    hurried = asyncio.ensure_future(hurry.wait())
    web.stop()
    await asyncio.wait([keeping[0], hurried], timeout=_WORKER_WAITS, return_when=asyncio.FIRST_COMPLETED)
    worker.stop()
    both = asyncio.gather(*keeping)
    await asyncio.wait([both, hurried], timeout=until - loop.time(), return_when=asyncio.FIRST_COMPLETED)
    for child, kept in zip((web, worker), keeping, strict=True):
        if not kept.done():
            log.warning(
                "process_killed",
                process=child.name,
                reason="it did not stop in time, or a second signal came",
            )
            child.kill()
    hurried.cancel()
    await both


def _url(web: _Child) -> str:
    return "".join(_URL.findall(web.line)[:1])


def _answers(url: str) -> bool:
    """Ask web's own ``/readyz``."""
    address = urlsplit(url)
    host = address.hostname or ""
    connection = http.client.HTTPConnection(_ANY_ADDRESS.get(host, host), address.port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException) as failure:
        log.info("not_ready_yet", reason=type(failure).__name__)
        return False
    finally:
        connection.close()
