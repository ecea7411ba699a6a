"""``/healthz``, ``/readyz`` and ``/metrics`` of a process, as a bare ASGI app: they must answer when nothing else does."""

import asyncio
import hmac
import socket
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Final

import msgspec
import structlog
import uvicorn

from curbe.infra import db
from curbe.infra.crypto import Secret
from curbe.infra.db import Pool
from curbe.infra.metrics import Metrics

log: Final = structlog.get_logger(__name__)

Check = Callable[[], Awaitable[str | None]]  # None: fine; else what is wrong, in a sentence without secrets
_TIMEOUT: Final = 3.0  # seconds for all checks together
_ANSWERS_WITHIN: Final = 2.0  # seconds
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", None})
# A standby is read-only, and so is a server whose operator, or whose host's rule for full disks, says so.
_STANDING: Final = "SELECT current_setting('transaction_read_only')::boolean"

PATHS: Final = frozenset({"/healthz", "/readyz", "/metrics"})


class Health:
    """Serves the three paths.

    ``/healthz``: the process runs its loop. ``/readyz``: every check passes, else 503 with what is wrong. ``/metrics``: for Prometheus,
    from this machine (and not through a proxy), or with the bearer token.
    """

    def __init__(
        self,
        *,
        checks: Mapping[str, Check],
        metrics: Metrics,
        token: Secret | None,
        refresh: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """``token`` opens the metrics to other machines; ``refresh`` brings gauges up to date before they are read."""
        self._checks: Final = dict(checks)
        self._metrics: Final = metrics
        self._token: Final = token
        self._refresh: Final = refresh

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        _receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Answer one request."""
        match scope["path"]:
            case "/healthz":
                status, body, kind = 200, b'{"status":"ok"}', "application/json"
            case "/readyz":
                status, body, kind = await self._ready()
            case "/metrics" if self._may_read_metrics(scope):
                status, body, kind = await self._render()
            case "/metrics":
                status, body, kind = (
                    401,
                    b'{"status":"metrics are for this machine, or need a bearer token"}',
                    "application/json",
                )
            case _:
                status, body, kind = 404, b'{"status":"not found"}', "application/json"
        headers = [
            (b"content-type", kind.encode()),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
            (b"x-content-type-options", b"nosniff"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def _ready(self) -> tuple[int, bytes, str]:
        wrong: dict[str, str] = {}
        for name, check in self._checks.items():
            try:
                async with asyncio.timeout(_TIMEOUT):
                    problem = await check()
            except TimeoutError:
                problem = "did not answer in time"
            if problem is not None:
                wrong[name] = problem
        body = msgspec.json.encode(
            {"status": "not ready" if wrong else "ready", **({"checks": wrong} if wrong else {})}
        )
        return (503 if wrong else 200), body, "application/json"

    async def _render(self) -> tuple[int, bytes, str]:
        if self._refresh is not None:
            try:
                async with asyncio.timeout(_TIMEOUT):
                    await self._refresh()
            except (*db.Unreachable, db.PostgresError) as error:
                # The metrics counted in this process are still served.
                log.warning("metrics_not_fresh", reason=type(error).__name__)
        body, kind = self._metrics.render()
        return 200, body, kind

    def _may_read_metrics(self, scope: MutableMapping[str, Any]) -> bool:
        headers = dict(scope["headers"])
        if self._token is not None:
            given = headers.get(b"authorization", b"")
            if hmac.compare_digest(given, b"Bearer " + self._token.reveal().encode()):
                return True
        client = scope.get("client")
        proxied = b"x-forwarded-for" in headers or b"forwarded" in headers
        return not proxied and (client[0] if client else None) in _LOOPBACK


def database(pool: Pool) -> Check:
    """Return the check that PostgreSQL answers, and takes writes, on a connection of ``pool``."""

    async def check() -> str | None:
        try:
            read_only = await pool.value(_STANDING, timeout=_ANSWERS_WITHIN)
        except (*db.Unreachable, db.PostgresError) as error:
            return f"PostgreSQL does not answer ({type(error).__name__})"
        return "PostgreSQL is read-only: nothing can be stored" if read_only else None

    return check


async def serve(health: Health, listening: socket.socket, stop: asyncio.Event) -> None:
    """Answer on ``listening`` until ``stop``: for a process that serves nothing else."""
    config = uvicorn.Config(
        health,  # type: ignore[arg-type]
        loop="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,  # who asks is who connects
    )
    server = uvicorn.Server(config)

    async def end() -> None:
        await stop.wait()
        server.should_exit = True

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(end())
        await server._serve(sockets=[listening])  # noqa: SLF001 - serve() would take the process's signals
