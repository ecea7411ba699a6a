"""The gate every request passes, and API keys over HTTP."""

import asyncio
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Annotated, Any, Final
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post
from litestar.connection import ASGIConnection
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from curbe.auth import rules, service
from curbe.auth.rules import StoredKey
from curbe.domain.access import Principal, Scope
from curbe.domain.errors import Forbidden, InvalidRequest, NotFound, TooManyRequests, Unauthorized
from curbe.infra import log
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.pages import Moment, Page, decode_cursor, page_of
from curbe.infra.throttle import Throttle
from curbe.infra.web import refusals
from curbe.tenants import service as tenants

_MOST: Final = 200
_USUAL: Final = 50
_FAILURES_AT_ONCE: Final = 20
_FAILURES_PER_SECOND: Final = 0.5
_SUSPECTED_FOR: Final = timedelta(minutes=1)
_MOST_SUSPECTS: Final = 10_000
_MOST_WAITING: Final = 50

Connection = ASGIConnection[Any, Any, Any, Any]


class Gate:
    """The guard of the whole API: who asks, may they enter this tenant, may they do this.

    In that order, and before anything else of the request is looked at. A path of another tenant answers
    what the path of a tenant that does not exist answers.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool: Final = pool
        self._failures: Final = Throttle(per_second=_FAILURES_PER_SECOND, burst=_FAILURES_AT_ONCE)
        # Addresses that failed too often, until when: their keys are looked up one at a time, so that a
        # flood of wrong ones takes one database connection at most. A right key still passes.
        self._suspects: Final[OrderedDict[str, float]] = OrderedDict()
        self._one_at_a_time: Final = asyncio.Semaphore(1)
        self._waiting = 0

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Let the request pass.

        Raises:
            Unauthorized: it carries no valid key.
            TooManyRequests: the same, and its address tried too often.
            NotFound: the key does not open this tenant.
            Forbidden: the key lacks the route's scope, or is no platform key where the route asks for one.
        """
        if "public" in handler.opt or connection.scope.get("method") == "OPTIONS":
            return
        scope = handler.opt.get("scope")
        if not isinstance(scope, Scope):
            raise TypeError(f"{handler} declares neither a scope nor why it is public")
        principal = await self._who(connection)
        tenant_id = connection.path_params.get("tenant_id")
        if tenant_id is not None:
            await self._enter(principal, tenant_id)
            log.bind(tenant_id=tenant_id)
        _permit(principal, scope, platform=bool(handler.opt.get("platform")))
        connection.scope["user"] = principal

    async def _who(self, connection: Connection) -> Principal:
        """Return the holder of the connection's key; a wrong one is counted against its address."""
        bearer = rules.bearer_of(connection.headers.get("authorization"))
        if bearer is None and connection.scope["type"] == "websocket":
            bearer = rules.bearer_of_protocols(connection.scope.get("subprotocols", ()))
        address = connection.client.host if connection.client else ""
        now = asyncio.get_running_loop().time()
        try:
            if self._suspects.get(address, 0) > now:
                return await self._look_up_slowly(bearer)
            return await service.authenticate(self._pool, bearer, now=utc_now())
        except Unauthorized:
            if self._failures.allow(address, now=now):
                raise
        self._suspect(address, until=now + _SUSPECTED_FOR.total_seconds())
        raise _too_many()

    async def _look_up_slowly(self, bearer: str | None) -> Principal:
        if self._waiting >= _MOST_WAITING:
            raise _too_many()
        self._waiting += 1
        try:
            async with self._one_at_a_time:
                return await service.authenticate(self._pool, bearer, now=utc_now())
        finally:
            self._waiting -= 1

    def _suspect(self, address: str, *, until: float) -> None:
        self._suspects[address] = until
        self._suspects.move_to_end(address)
        if len(self._suspects) > _MOST_SUSPECTS:
            self._suspects.popitem(last=False)

    async def _enter(self, principal: Principal, tenant_id: UUID) -> None:
        """Refuse a tenant that is not the principal's, or that does not exist."""
        if not principal.may_enter(tenant_id):
            raise tenants.no_such_tenant()
        if principal.is_platform:
            async with self._pool.transaction(tenant_id) as tx:
                await tenants.read(tx, tenant_id=tenant_id)


class NewKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A key to make: what it may do (at most what the key that asks may), and until when."""

    scopes: list[Scope]
    name: str = ""
    expires_at: Moment | None = None


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key as it can still be seen: recognised by its last four characters."""

    id: UUID
    name: str
    last4: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class CreatedKey(Key, frozen=True, kw_only=True):
    """A new key. ``key`` is shown here and never again."""

    key: str


class KeyController(Controller):
    """``/api/tenants/{tenant_id}/keys``."""

    path = "/api/tenants/{tenant_id:uuid}/keys"
    tags = ("keys",)

    @post(
        opt={"scope": Scope.KEYS_WRITE},
        summary="Make an API key of a tenant",
        responses=refusals(Unauthorized, Forbidden, NotFound, InvalidRequest),
    )
    async def create(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[NewKey],
        web_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
    ) -> CreatedKey:
        """Make a key and show it, this once."""
        async with web_pool.transaction(tenant_id) as tx:
            made = await service.make_key(
                tx,
                tenant_id=tenant_id,
                name=data.name,
                scopes=data.scopes,
                creator=principal,
                now=utc_now(),
                expires_at=data.expires_at,
            )
        return CreatedKey(key=made.key.reveal(), **_fields(made.stored))

    @get(
        opt={"scope": Scope.KEYS_READ},
        summary="List a tenant's API keys, oldest first",
        responses=refusals(Unauthorized, Forbidden, NotFound, InvalidRequest),
    )
    async def every(
        self,
        tenant_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        cursor: FromQuery[str | None] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=_MOST)] = _USUAL,
    ) -> Page[Key]:
        """Return a page of keys, revoked ones included."""
        after = service.FIRST if cursor is None else decode_cursor(cursor, type=UUID)
        async with web_pool.transaction(tenant_id) as tx:
            rows = await service.keys(tx, tenant_id=tenant_id, after=after, limit=limit + 1)
        return page_of(rows, limit=limit, item=lambda key: Key(**_fields(key)), position=lambda key: key.id)

    @delete(
        "/{key_id:uuid}",
        opt={"scope": Scope.KEYS_WRITE},
        summary="Revoke an API key",
        responses=refusals(Unauthorized, Forbidden, NotFound),
    )
    async def revoke(
        self,
        tenant_id: FromPath[UUID],
        key_id: FromPath[UUID],
        web_pool: NamedDependency[Pool],
        principal: NamedDependency[Principal],
    ) -> None:
        """Revoke a key: it opens nothing from the next request on. Revoking it again changes nothing."""
        async with web_pool.transaction(tenant_id) as tx:
            await service.revoke(tx, tenant_id=tenant_id, key_id=key_id, actor=principal.actor, now=utc_now())


def _permit(principal: Principal, scope: Scope, *, platform: bool) -> None:
    if platform and not principal.is_platform:
        raise Forbidden("Only a platform key may do this.", fix="Ask the operator of this installation.")
    if scope not in principal.scopes:
        raise Forbidden(
            f"This key does not have the scope {scope}.",
            fix=f"Use a key that has {scope}, or make one.",
            extra={"scope": scope.value},
        )


def _too_many() -> TooManyRequests:
    return TooManyRequests(
        "Too many requests from this address carried no valid key.",
        fix="Correct the key that is sent; a valid one is accepted at once.",
        retry_after=timedelta(seconds=1 / _FAILURES_PER_SECOND),
    )


def _fields(key: StoredKey) -> dict[str, Any]:
    return {name: getattr(key, name) for name in Key.__struct_fields__}
