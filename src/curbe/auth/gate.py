"""The gate that every request of the API passes: who is asking, whether they may enter the tenant, and whether they may do this."""

import asyncio
from collections import OrderedDict
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from curbe.auth import browser, factor_rules, rules, service, session_rules, sessions
from curbe.auth.entering import Entrance
from curbe.auth.principal import Visit
from curbe.auth.quotas import Quotas
from curbe.auth.roles import ADMINISTERS
from curbe.domain.access import Principal, PrincipalKind, Scope
from curbe.domain.errors import EmbeddedSession, Forbidden, ProofRequired, TooManyRequests, Unauthorized
from curbe.infra import edge, log
from curbe.infra.addresses import place_of
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.settings import Settings
from curbe.infra.throttle import Throttle

_FAILURES_AT_ONCE: Final = 20
_FAILURES_PER_SECOND: Final = 0.5
_SUSPECTED_FOR: Final = timedelta(minutes=1)
_MOST_SUSPECTS: Final = 10_000
_MOST_WAITING: Final = 50

Connection = ASGIConnection[Any, Any, Any, Any]


class Gate:
    """The guard of the whole API.

    Finds out who is asking, whether they may enter the tenant of the path, and whether they may do this: in that order, and before the
    request is looked at any further. A path of somebody else's tenant is answered like one of a tenant that does not exist.

    A handler declares in its ``opt`` who may call it:

    - ``"scope": Scope.X``: whoever has the scope; with ``"platform": True`` the operator alone.
    - ``"session": "why"``: any person who signed in, and no key.
    - ``"public": "why"``: anybody.
    - ``"proof": True``, beside one of the first two: a person must have proved in the last minutes that it is them. A key needs no proof.
    - ``"embedded": "why"``, beside ``session``: also a session within another site's page (`embedding`). That site's software began it, not
      its person, so any other ``session`` route refuses it, and so do ``proof`` and the scopes that administer a tenant.
    """

    def __init__(self, pool: Pool, settings: Settings, quotas: Quotas) -> None:
        self._pool: Final = pool
        self._settings: Final = settings
        self._quotas: Final = quotas
        self._entrance: Final = Entrance(pool)
        self._failures: Final = Throttle(per_second=_FAILURES_PER_SECOND, burst=_FAILURES_AT_ONCE)
        # Addresses that failed too often -> until when they are suspected. Their keys are looked up one at a time, so that a flood of
        # wrong ones takes one database connection at most; a right key still passes.
        self._suspects: Final[OrderedDict[str, float]] = OrderedDict()
        self._one_at_a_time: Final = asyncio.Semaphore(1)
        self._waiting = 0

    async def __call__(self, connection: Connection, handler: BaseRouteHandler) -> None:
        """Let the request pass.

        Raises:
            Unauthorized: it carries no valid key and no session.
            TooManyRequests: the key it carries is none, and its address tried too often.
            RateLimited: who asks is known, and asks more often than allowed.
            ForeignOrigin: a browser asks from another site's page.
            CsrfFailed: a browser asks without its session's token.
            NotFound: what it carries does not open this tenant.
            TenantSuspended: the tenant is suspended, and it is not the operator who asks.
            Forbidden: it lacks the route's scope, or is not the operator's where the route asks for that.
            EmbeddedSession: a page within another site asks for what is its person's own.
            ProofRequired: the route asks a person to have shown lately who they are.
        """
        method = connection.scope.get("method")
        if method == "OPTIONS":
            return
        if "public" in handler.opt:
            if method not in browser.SAFE_METHODS:
                self._check_origin(connection, required=False)
            return
        scope = handler.opt.get("scope")
        if not isinstance(scope, Scope) and "session" not in handler.opt:
            raise TypeError(f"{handler} declares neither a scope nor why it needs none")
        tenant_id = connection.path_params.get("tenant_id")
        principal = await self._who(connection, tenant_id)
        self._count(connection, principal)
        if tenant_id is not None:
            await self._entrance.enter(principal, tenant_id)
            log.bind(tenant_id=tenant_id)
        visit = connection.scope.get("auth")
        if isinstance(visit, Visit):
            _check_whose(visit, principal, handler)
        if isinstance(scope, Scope):
            _permit(principal, scope, platform=bool(handler.opt.get("platform")))
        elif principal.kind is not PrincipalKind.USER:
            raise Forbidden(
                "Only a person who signed in may do this.", fix="Sign in instead of sending a key."
            )
        if isinstance(visit, Visit):
            _check_proof(visit, handler, now=utc_now())
        connection.scope["user"] = principal

    def _count(self, connection: Connection, principal: Principal) -> None:
        counted = self._quotas.count(principal, now=asyncio.get_running_loop().time())
        edge.add_headers(connection.scope, counted.headers)
        if counted.refusal is not None:
            raise counted.refusal

    async def _who(self, connection: Connection, tenant_id: UUID | None) -> Principal:
        """Return who is asking, by key or by session. One that opens nothing is counted against the address it came from."""
        place = place_of(connection.client.host) if connection.client else ""
        now = asyncio.get_running_loop().time()
        try:
            if self._suspects.get(place, 0) > now:
                return await self._look_up_slowly(connection, tenant_id)
            return await self._look_up(connection, tenant_id, now=utc_now())
        except Unauthorized:
            if self._failures.allow(place, now=now):
                raise
            self._suspect(place, until=now + _SUSPECTED_FOR.total_seconds())
            # In the morning all sessions of an office may have ended at once. Each page must be told so, for its person to sign in again.
            if _is_a_page(connection):
                raise
        raise _too_many()

    async def _look_up(self, connection: Connection, tenant_id: UUID | None, *, now: datetime) -> Principal:
        bearer = _bearer_of(connection)
        if bearer is not None and bearer.startswith(session_rules.PREFIX):
            return await self._embedded(connection, bearer, tenant_id, now=now)
        transport = self._transport(connection)
        cookie = None
        if transport is not browser.Transport.OPEN:
            cookie = browser.cookie_of(connection.headers.get("cookie"), transport.cookie)
        if cookie is None or "authorization" in connection.headers or bearer is not None:
            return await service.authenticate(self._pool, bearer, now=now)
        held = await sessions.held_by(
            self._pool, cookie, tenant_id=tenant_id, idle=self._settings.session_idle, now=now
        )
        if held.embedded_in is not None:
            raise rules.unauthorized()
        self._check_page(connection, cookie)
        connection.scope["auth"] = Visit(held=held, token=cookie, transport=transport)
        return session_rules.principal_of(held, tenant_id=tenant_id)

    async def _embedded(
        self, connection: Connection, token: str, tenant_id: UUID | None, *, now: datetime
    ) -> Principal:
        """Return who is asking from within another site's page: there the page sends the session in a header, as no cookie gets there.

        No origin or CSRF token is checked: another site can make a browser send a cookie, but not this header.
        """
        held = await sessions.held_by(
            self._pool, token, tenant_id=tenant_id, idle=self._settings.session_idle, now=now
        )
        if (
            held.embedded_in is None
        ):  # a session that was given out as a cookie: stolen, it must not work as a header
            raise rules.unauthorized()
        connection.scope["auth"] = Visit(held=held, token=token, transport=browser.Transport.SECURE)
        return session_rules.principal_of(held, tenant_id=tenant_id)

    def _check_page(self, connection: Connection, cookie: str) -> None:
        """Refuse a request that another site made the browser send."""
        socket = connection.scope["type"] == "websocket"
        if socket or connection.scope.get("method") not in browser.SAFE_METHODS:
            self._check_origin(connection, required=True)
        if not socket and connection.scope.get("method") not in browser.SAFE_METHODS:
            browser.check_csrf(connection.headers.get(browser.CSRF_HEADER), session_token=cookie)

    def _check_origin(self, connection: Connection, *, required: bool) -> None:
        browser.check_origin(
            connection.headers,
            scheme=_scheme(connection),
            public_base_url=self._settings.public_base_url,
            required=required,
        )

    def _transport(self, connection: Connection) -> browser.Transport:
        return browser.transport_of(
            scheme=_scheme(connection),
            host=connection.headers.get("host", ""),
            public_base_url=self._settings.public_base_url,
            allow_http=self._settings.allow_http,
        )

    async def _look_up_slowly(self, connection: Connection, tenant_id: UUID | None) -> Principal:
        if self._waiting >= _MOST_WAITING:
            raise _too_many()
        self._waiting += 1
        try:
            async with self._one_at_a_time:
                return await self._look_up(connection, tenant_id, now=utc_now())
        finally:
            self._waiting -= 1

    def _suspect(self, place: str, *, until: float) -> None:
        self._suspects[place] = until
        self._suspects.move_to_end(place)
        if len(self._suspects) > _MOST_SUSPECTS:
            self._suspects.popitem(last=False)


def refuses_embedded(handler: BaseRouteHandler) -> bool:
    """Tell whether this handler refuses every session within another site's page, whatever its person may do."""
    opt = handler.opt
    return "proof" in opt or opt.get("scope") in ADMINISTERS or ("session" in opt and "embedded" not in opt)


def _check_whose(visit: Visit, principal: Principal, handler: BaseRouteHandler) -> None:
    """Refuse a session in a suspended tenant, and one within another site's page at a handler that does not take those."""
    if visit.held.suspended and not principal.is_platform:
        raise rules.suspended()
    if visit.held.embedded_in is not None and refuses_embedded(handler):
        raise EmbeddedSession(
            "A session within another site's page may not do this.",
            fix="Sign in at Curbe's own address, and do it there.",
        )


def _check_proof(visit: Visit, handler: BaseRouteHandler, *, now: datetime) -> None:
    """Refuse a session whose person has to prove again that it is them, where the handler asks for that."""
    if "proof" in handler.opt and factor_rules.needs_proof(visit.held.proved_at, now=now):
        raise ProofRequired(
            "For this you have to prove once more that it is you.",
            fix="Send your password or a second factor to POST /api/auth/proofs, then ask again.",
        )


def _bearer_of(connection: Connection) -> str | None:
    bearer = rules.bearer_of(connection.headers.get("authorization"))
    if bearer is None and connection.scope["type"] == "websocket":
        return rules.bearer_of_protocols(connection.scope.get("subprotocols", ()))
    return bearer


def _is_a_page(connection: Connection) -> bool:
    """Tell whether the request comes from one of our pages: they send a session, or nothing before sign-in. A program sends a key."""
    bearer = _bearer_of(connection)
    if bearer is None:
        return "authorization" not in connection.headers
    return bearer.startswith(session_rules.PREFIX)


def _scheme(connection: Connection) -> str:
    return {"ws": "http", "wss": "https"}.get(connection.scope["scheme"], connection.scope["scheme"])


def _permit(principal: Principal, scope: Scope, *, platform: bool) -> None:
    if platform and not principal.is_platform:
        raise Forbidden("Only the operator may do this.", fix="Ask the operator of this installation.")
    if scope in principal.scopes:
        return
    if principal.kind is PrincipalKind.USER:
        raise Forbidden(
            f"Your role does not have the scope {scope}.",
            fix="Ask an administrator of this tenant.",
            extra={"scope": scope.value},
        )
    raise Forbidden(
        f"This key does not have the scope {scope}.",
        fix=f"Use a key that has {scope}, or make one.",
        extra={"scope": scope.value},
    )


def _too_many() -> TooManyRequests:
    return TooManyRequests(
        "Too many requests from this address carried no valid key or session.",
        fix="Correct the key that is sent, or sign in; a valid one is accepted at once.",
        retry_after=timedelta(seconds=1 / _FAILURES_PER_SECOND),
    )
