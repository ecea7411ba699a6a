"""The web process: the composition root that wires intake, API, realtime and health, and serves them until told to stop."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

import structlog
import uvicorn
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from curbe.api import Parts, Wiring, build_api
from curbe.auth.oidc import oidc_of
from curbe.auth.quotas import quotas_of
from curbe.channels.cloudapi.client import CloudApi
from curbe.health import PATHS as HEALTH_PATHS
from curbe.health import Health, database
from curbe.infra import db
from curbe.infra.addresses import in_both_protocols
from curbe.infra.crypto import Keyring
from curbe.infra.db import Pool, Role
from curbe.infra.edge import AsgiApp, Edge, Receive, Scope, Send, security_headers
from curbe.infra.gc_settings import REQUESTS, spare_what_stays
from curbe.infra.http import Egress
from curbe.infra.listening import BACKLOG, listen
from curbe.infra.loop import when_hung_up
from curbe.infra.metrics import WEB, Metrics
from curbe.infra.migrate import SchemaMismatch, require_known_schema
from curbe.infra.settings import Settings, meta_apps
from curbe.ingest.bell import Ringing
from curbe.ingest.commit import GroupCommitter
from curbe.ingest.receive import PATH as WEBHOOK_PATH
from curbe.ingest.receive import WebhookReceiver
from curbe.ingest.wire import Webhooks
from curbe.media.storage_choice import keeping_of
from curbe.realtime.broadcast import Broadcast
from curbe.realtime.sockets import sockets_of
from curbe.ui import Ui

log: Final = structlog.get_logger(__name__)

_GRACE: Final = 10  # seconds for requests under way when told to stop
_LAST_COMMITS: Final = 3.0  # seconds for committing webhooks that came in meanwhile
_CONNECTIONS: Final = 20  # for requests
# Of those, for one tenant: looking over a large campaign takes one for minutes, and whoever asks for that often must not have all.
_OF_ONE_TENANT: Final = 10


class Dispatcher:
    """Sends each request where it belongs; the webhook's address comes first and pays for nothing else."""

    def __init__(
        self,
        *,
        webhooks: AsgiApp,
        health: AsgiApp,
        api: AsgiApp,
        pages: AsgiApp,
        taken: Collection[str],
    ) -> None:
        """``taken``: the first parts of the API's paths; any other path is a page of the UI."""
        self._webhooks: Final = webhooks
        self._health: Final = health
        self._api: Final = api
        self._pages: Final = pages
        self._taken: Final = frozenset(taken) | {WEBHOOK_PATH.split("/")[1]}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection's request."""
        if scope["type"] == "http":
            path = scope["path"]
            if path == WEBHOOK_PATH:
                await self._webhooks(scope, receive, send)
                return
            if path in HEALTH_PATHS:
                await self._health(scope, receive, send)
                return
            if scope["method"] in {"GET", "HEAD"} and path.lstrip("/").partition("/")[0] not in self._taken:
                await self._pages(scope, receive, send)
                return
        await self._api(scope, receive, send)


class _Server(uvicorn.Server):
    """Says when it is ready, and lets long-lived sockets end before it waits for them."""

    def __init__(
        self, config: uvicorn.Config, *, ready: Callable[[], None], stopping: Callable[[], Awaitable[None]]
    ) -> None:
        super().__init__(config)
        self._ready: Final = ready
        self._stopping: Final = stopping

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        when_hung_up(self._hung_up)
        self._ready()

    def _hung_up(self) -> None:
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await self._stopping()
        await super().shutdown(sockets)


async def serve(
    settings: Settings,
    dsn: str,
    *,
    announce: Callable[[str], None],
    listening: socket.socket | None = None,
) -> None:
    """Serve until a signal stops it; then answer what is under way, commit what was taken, and return.

    Args:
        settings: see there; ``host`` and ``port`` say where (port 0: any free one).
        dsn: the database.
        announce: is called once with a line for people when requests are taken.
        listening: a socket that listens already, of somebody who outlives this process; else one is made.

    Raises:
        SchemaMismatch: the database's schema is not this build's.
        CannotListen: the address is in use, or not available.
    """
    await require_known_schema(dsn)
    async with _wired(settings, dsn) as (app, protocol, broadcast):
        taking = listening or listen(settings.host, settings.port)
        url = f"http://{_shown(settings.host)}:{taking.getsockname()[1]}"
        config = uvicorn.Config(
            app,  # type: ignore[arg-type] - our ASGI types are looser than uvicorn's
            loop="none",
            http=protocol,  # type: ignore[arg-type] - called as a class of protocols is
            ws="websockets-sansio",
            lifespan="off",
            access_log=False,
            log_config=None,
            server_header=False,
            proxy_headers=False,  # read only for the API and for limiting failed webhooks, see below
            backlog=BACKLOG,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=_GRACE,
            ws_max_size=65536,
        )
        server = _Server(config, ready=lambda: announce(f"curbe serves on {url}"), stopping=broadcast.stop)
        spare_what_stays(REQUESTS)
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(_watch_schema(dsn, server))
            await server.serve(sockets=[taking])
            watching.cancel()


@asynccontextmanager
async def _wired(
    settings: Settings, dsn: str
) -> AsyncIterator[tuple[AsgiApp, Callable[..., Webhooks], Broadcast]]:
    """Open what the process needs, run what works in the background, and close all of it in the right order."""
    metrics = Metrics(WEB)
    async with contextlib.AsyncExitStack() as stack:
        web_pool, apply_pool, intake = await _pools(dsn, stack)
        parts = await _parts(settings, stack, web_pool, apply_pool, metrics)
        broadcast = parts.broadcast
        committer, ringing = _committing(settings, intake, metrics)
        headers = security_headers(settings.public_base_url)
        litestar = build_api(Wiring(parts))
        edge = Edge(litestar, metrics=metrics, headers=headers)  # type: ignore[arg-type]
        proxies = in_both_protocols(settings.trusted_proxies)
        api = ProxyHeadersMiddleware(edge, trusted_hosts=proxies)  # type: ignore[arg-type]
        receiver = _receiver(settings, committer, metrics)
        health = Health(
            checks={"database": database(web_pool)}, metrics=metrics, token=settings.metrics_token
        )
        tasks = await stack.enter_async_context(asyncio.TaskGroup())
        flushing = tasks.create_task(committer.run())
        talking = tasks.create_task(_side_by_side(broadcast.run(), ringing.run()))
        dispatcher = Dispatcher(
            # Failed requests are limited by address; without this all clients behind a proxy would share the proxy's.
            webhooks=ProxyHeadersMiddleware(receiver, trusted_hosts=proxies),  # type: ignore[arg-type]
            health=health,
            api=api,  # type: ignore[arg-type]
            pages=Edge(Ui(embed_origins=settings.embed_origins), metrics=metrics, headers=headers),
            taken={route.path.split("/")[1] for route in litestar.routes},
        )
        try:
            yield dispatcher, partial(Webhooks, receiver=receiver, committer=committer), broadcast
        finally:
            talking.cancel()
            committer.stop()
            await _flushed(flushing, intake)


async def _parts(
    settings: Settings, stack: contextlib.AsyncExitStack, web_pool: Pool, apply_pool: Pool, metrics: Metrics
) -> Parts:
    """Return what the API is made of; ``stack`` closes its way out."""
    keyring = Keyring.of(settings)
    trusted = [settings.meta_graph_base_url, *([settings.oidc_issuer] if settings.oidc_issuer else [])]
    egress = await stack.enter_async_context(Egress(trusted=trusted))
    return Parts(
        settings=settings,
        web_pool=web_pool,
        apply_pool=apply_pool,
        keyring=keyring,
        cloud_api=CloudApi.of(settings, egress=egress),
        broadcast=Broadcast(web_pool),
        metrics=metrics,
        keeping=keeping_of(settings),
        oidc=oidc_of(settings, egress=egress, pool=web_pool, keyring=keyring),
        quotas=quotas_of(settings, metrics=metrics),
        sockets=sockets_of(settings, metrics=metrics),
    )


def _committing(settings: Settings, intake: Pool, metrics: Metrics) -> tuple[GroupCommitter, Ringing]:
    """Return who commits webhooks, and who tells the workers of it."""
    ringing = Ringing(intake)
    pending = settings.webhook_max_pending
    return GroupCommitter(intake, metrics=metrics, max_pending=pending, ring=ringing.ring), ringing


async def _side_by_side(*works: Awaitable[None]) -> None:
    """Go on with each until cancelled."""
    await asyncio.gather(*works)


def _receiver(settings: Settings, committer: GroupCommitter, metrics: Metrics) -> WebhookReceiver:
    return WebhookReceiver(
        apps=meta_apps(settings),
        verify_token=settings.meta_verify_token.reveal(),
        committer=committer,
        metrics=metrics,
    )


async def _flushed(flushing: asyncio.Task[None], intake: Pool) -> None:
    """Wait a while for the last commits. Their senders have been answered or cut off by now, so nothing is promised to anybody."""
    _, late = await asyncio.wait([flushing], timeout=_LAST_COMMITS)
    if late:
        flushing.cancel()
        intake.cut()


async def _pools(dsn: str, stack: contextlib.AsyncExitStack) -> tuple[Pool, Pool, Pool]:
    """Open the pools of requests, of what the operator does across tenants, and of webhooks; ``stack`` closes them."""
    pools = (
        await Pool.open(dsn, Role.WEB, size=_CONNECTIONS, share=_OF_ONE_TENANT),
        await Pool.open(dsn, Role.APPLY, size=2, idle=0),
        await Pool.open(dsn, Role.INTAKE, size=2, statement_timeout_ms=2000),
    )
    stack.push_async_callback(db.close_all, *pools)
    return pools


async def _watch_schema(dsn: str, server: uvicorn.Server) -> None:
    """Stop serving when somebody migrated the database past what this build knows."""
    while True:
        await asyncio.sleep(30)
        try:
            await require_known_schema(dsn)
        except SchemaMismatch as mismatch:
            log.critical("schema_changed", detail=str(mismatch))
            server.should_exit = True
            return
        except (*db.Unreachable, db.PostgresError) as error:
            log.warning("schema_not_checked", reason=type(error).__name__)


def _shown(host: str) -> str:
    return f"[{host}]" if ":" in host else host
