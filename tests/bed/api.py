"""The API as a caller meets it: in this process over ASGI, or as the real ``curbe serve`` on a port."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from functools import cache
from typing import Any, Final
from uuid import UUID

import httpx
from litestar import Litestar

from curbe.api import Parts, Wiring, build_api
from curbe.auth.oidc import oidc_of
from curbe.auth.quotas import quotas_of
from curbe.auth.rules import PLATFORM_ONLY
from curbe.auth.service import make_key
from curbe.channels.cloudapi.client import CloudApi
from curbe.domain.access import PLATFORM, Scope
from curbe.infra import dotenv, settings
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Keyring
from curbe.infra.db import Pool, Role
from curbe.infra.edge import Edge, security_headers
from curbe.infra.http import Egress
from curbe.infra.metrics import Metrics
from curbe.media.storage_choice import keeping_of
from curbe.realtime.broadcast import Broadcast, Channel, Wakeups
from curbe.realtime.sockets import sockets_of

# Tests ask as fast as they can; those of tests/http/test_quotas.py set limits of their own.
_ENVIRON: Final = {
    **dotenv.parse(settings.fresh_env(app_id="100000000000001")).values,
    "CURBE_REQUESTS_PER_KEY": "0",
    "CURBE_REQUESTS_PER_PERSON": "0",
    "CURBE_REQUESTS_PER_TENANT": "0",
}
_READY: Final = "curbe serves on "
_IDLE: Final[
    list[tuple[Wiring, Litestar]]
] = []  # APIs that no test uses at the moment: making their routes takes a third of a second


async def key_of(
    web: Pool,
    tenant_id: UUID | None,
    *,
    scopes: Iterable[Scope] = frozenset(Scope) - PLATFORM_ONLY,
    expires_at: datetime | None = None,
) -> tuple[UUID, str]:
    """Make a key of this tenant, or of the operator (None); return its id and the key itself."""
    async with web.transaction(tenant_id or PLATFORM) as tx:
        made = await make_key(
            tx,
            tenant_id=tenant_id,
            name="test",
            scopes=list(scopes),
            creator=None,
            now=utc_now(),
            expires_at=expires_at,
        )
    return made.stored.id, made.key.reveal()


@asynccontextmanager
async def api(
    web: Pool, *, key: str, environ: Mapping[str, str] | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """Yield a client of the API in this process, which listens for events as ``curbe serve`` does.

    ``environ`` holds settings that differ from a fresh installation's.
    """
    configured = settings.load({**_ENVIRON, **(environ or {})}, env_file=None)
    metrics = Metrics()
    keyring = Keyring.of(configured)
    trusted = [configured.meta_graph_base_url, *([configured.oidc_issuer] if configured.oidc_issuer else [])]
    async with Egress(trusted=trusted) as egress, _apply_beside(web) as apply:
        broadcast = _Followed(web)
        parts = Parts(
            settings=configured,
            web_pool=web,
            apply_pool=apply,
            keyring=keyring,
            cloud_api=CloudApi.of(configured, egress=egress),
            broadcast=broadcast,
            metrics=metrics,
            keeping=keeping_of(configured),
            oidc=oidc_of(configured, egress=egress, pool=web, keyring=keyring),
            quotas=quotas_of(configured, metrics=metrics),
            sockets=sockets_of(configured, metrics=metrics),
        )
        wiring, litestar = _IDLE.pop() if _IDLE else _made(parts)
        wiring.use(parts)
        app = Edge(litestar, metrics=metrics, headers=security_headers(configured.public_base_url))
        try:
            async with httpx.AsyncClient(
                transport=httpx.ASGITransport(app),
                base_url="http://curbe",
                headers={"Authorization": f"Bearer {key}"},
            ) as client:
                yield client
        finally:
            await broadcast.ended()
            _IDLE.append((wiring, litestar))


class _Followed(Broadcast):
    """Listens from the first time that somebody follows: it takes a connection, and most tests follow nobody."""

    def __init__(self, pool: Pool) -> None:
        super().__init__(pool)
        self._listening: asyncio.Future[None] | None = None

    @contextmanager
    def subscribe(self, channel: Channel, subject: UUID) -> Iterator[Wakeups]:
        if self._listening is None:
            self._listening = asyncio.ensure_future(self.run())
        with super().subscribe(channel, subject) as wakeups:
            yield wakeups

    async def ended(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)


@cache
def described() -> Litestar:
    """Return the API to be read: its routes and their description, made once. It can serve nothing."""
    nothing = Parts(**dict.fromkeys(Parts.__struct_fields__))  # type: ignore[arg-type]
    return build_api(Wiring(nothing))


@cache
def description() -> dict[str, Any]:
    """Return the OpenAPI document as JSON's values, made once. It is to be read, and not to be changed."""
    return described().openapi_schema.to_schema()


def _made(parts: Parts) -> tuple[Wiring, Litestar]:
    wiring = Wiring(parts)
    return wiring, build_api(wiring)


@asynccontextmanager
async def _apply_beside(web: Pool) -> AsyncIterator[Pool]:
    """Yield a pool of the batch role on the same database."""
    pool = await Pool.open(web._pool._connect_args[0], Role.APPLY, size=2, idle=0)
    yield pool
    await pool.close()


class Serving:
    """A running ``curbe serve``."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self._process: Final = process
        self.url: Final = url

    def stop(self) -> None:
        """Ask it to stop, as an operator does."""
        self._process.send_signal(signal.SIGTERM)

    async def ended(self) -> int:
        """Return its exit code once it has ended."""
        return await self._process.wait()


@asynccontextmanager
async def serving(dsn: str, *, stderr: int | None = None, **environ: str) -> AsyncIterator[Serving]:
    """Yield a ``curbe serve`` on a free port and this database, with these settings; it logs to ``stderr``."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "curbe",
        "--env-file",
        os.devnull,
        "serve",
        "--port",
        "0",
        env={**os.environ, **_ENVIRON, "DATABASE_URL": dsn, **environ},
        stdout=asyncio.subprocess.PIPE,
        stderr=stderr,
    )
    try:
        yield Serving(process, await _url(process))
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _url(process: asyncio.subprocess.Process) -> str:
    if process.stdout is None:
        raise ValueError("its output is not read")
    async with asyncio.timeout(60):
        while line := (await process.stdout.readline()).decode():
            if _READY in line:
                return line.partition(_READY)[2].strip()
    raise RuntimeError("curbe serve ended before it was ready")
