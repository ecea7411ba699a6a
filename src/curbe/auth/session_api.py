"""Sessions over HTTP: sign in, sign out, see who one is."""

from typing import Annotated, Any, Final

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import JSONBody

from curbe.auth import browser, sessions
from curbe.auth.browser import Transport
from curbe.auth.factor_rules import Method, Purpose
from curbe.auth.factors import Factors
from curbe.auth.passkeys import Passkeys, Site, site_of
from curbe.auth.principal import PLATFORM, Visit
from curbe.auth.session_rules import LONGEST, Held
from curbe.auth.session_shapes import SecondFactor, Session, session_of
from curbe.auth.sessions import Begun
from curbe.auth.sign_in import SignIn
from curbe.domain.errors import (
    ForeignOrigin,
    InsecureTransport,
    InvalidRequest,
    TooManyRequests,
    Unauthorized,
    WrongCredentials,
)
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Secret
from curbe.infra.db import Pool
from curbe.infra.settings import Settings
from curbe.infra.web import refusals
from curbe.tenants import people
from curbe.tenants.person_rules import User

_WHO: Final = {"session": "it is about whoever asks"}
ANYBODY: Final = {"public": "who asks is what it finds out"}


class Credentials(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An e-mail address and its password."""

    email: Annotated[str, msgspec.Meta(max_length=1000)]
    password: Secret


class SessionController(Controller):
    """``/api/auth``: sessions."""

    path = "/api/auth"
    tags = ("sessions",)

    @post(
        "/sign-in",
        opt=ANYBODY,
        status_code=200,
        summary="Sign in with a password",
        responses=refusals(
            WrongCredentials, ForeignOrigin, InsecureTransport, InvalidRequest, TooManyRequests
        ),
    )
    async def sign_in(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[Credentials],
        settings: NamedDependency[Settings],
        web_pool: NamedDependency[Pool],
        signing_in: NamedDependency[SignIn],
        factors: NamedDependency[Factors],
        passkeys: NamedDependency[Passkeys],
    ) -> Response[Session | SecondFactor]:
        """Begin a session and set its cookie, or say which second factor has to follow."""
        transport = transport_of(request, settings)
        now = utc_now()
        user = await signing_in.with_password(
            email=data.email, password=data.password, address=address_of(request), now=now
        )
        if methods := await factors.methods(user.id):
            made = await factors.challenge(Purpose.SECOND_FACTOR, user_id=user.id, now=now)
            options = None
            if Method.PASSKEY in methods:
                options = await passkeys.request(made, site_of_request(request, settings), user_id=user.id)
            return Response(SecondFactor(methods=methods, challenge=made.token, passkey=options))
        begun = await signing_in.begin(user, by="password", now=now)
        return await welcome(web_pool, user, begun, transport=transport, settings=settings)

    @get(
        "/session",
        opt=_WHO,
        summary="See who is signed in, and what they may do where",
        responses=refusals(Unauthorized),
    )
    async def session(
        self,
        visit: NamedDependency[Visit],
        settings: NamedDependency[Settings],
        web_pool: NamedDependency[Pool],
    ) -> Session:
        """Return the session of who asks."""
        return await session_of(
            web_pool,
            visit.held,
            token=visit.token,
            transport=visit.transport,
            idle=settings.session_idle,
        )

    @post(
        "/sign-out",
        opt=_WHO,
        status_code=204,
        summary="End this session",
        responses=refusals(Unauthorized, ForeignOrigin),
    )
    async def sign_out(
        self, visit: NamedDependency[Visit], web_pool: NamedDependency[Pool]
    ) -> Response[None]:
        """End the session of who asks, and take its cookie back."""
        held = visit.held
        async with web_pool.transaction(PLATFORM, context=people.as_user(held.user_id)) as tx:
            await sessions.end(tx, session_id=held.session_id, user_id=held.user_id)
        return Response(None, cookies=[cookie(None, visit.transport)])

    @post(
        "/sign-out-everywhere",
        opt=_WHO,
        status_code=204,
        summary="End every session of one's own, this one too",
        responses=refusals(Unauthorized, ForeignOrigin),
    )
    async def sign_out_everywhere(
        self, visit: NamedDependency[Visit], web_pool: NamedDependency[Pool]
    ) -> Response[None]:
        """End every session of who asks."""
        user_id = visit.held.user_id
        async with web_pool.transaction(PLATFORM, context=people.as_user(user_id)) as tx:
            await sessions.end_all(tx, user_id=user_id, actor=f"user:{user_id}", why="signed_out_everywhere")
        return Response(None, cookies=[cookie(None, visit.transport)])


def address_of(request: Request[Any, Any, Any]) -> str:
    """Return where a request comes from, as the server or a trusted proxy tells it."""
    return request.client.host if request.client else ""


def site_of_request(request: Request[Any, Any, Any], settings: Settings) -> Site:
    """Return the site of the page that asks; the gate has seen that it is ours."""
    return site_of(request.headers.get("origin") or browser.origin_of(settings.public_base_url))


def transport_of(request: Request[Any, Any, Any], settings: Settings) -> Transport:
    """Return over what a request came that is to begin a session.

    Raises:
        InsecureTransport: over plain http from elsewhere, which the operator has not allowed.
    """
    transport = browser.transport_of(
        scheme=request.scope["scheme"],
        host=request.headers.get("host", ""),
        public_base_url=settings.public_base_url,
        allow_http=settings.allow_http,
    )
    if transport is Transport.OPEN:
        raise InsecureTransport(
            "This address is plain http, where others can read a password on its way.",
            fix="Use https: put a TLS proxy before Curbe and its address into CURBE_PUBLIC_BASE_URL. Within a network "
            "you trust, CURBE_ALLOW_HTTP=true allows plain http.",
        )
    return transport


async def welcome(
    pool: Pool, user: User, begun: Begun, *, transport: Transport, settings: Settings
) -> Response[Session | SecondFactor]:
    """Return the answer to who has just signed in: the session, and its cookie."""
    held = Held(
        session_id=begun.session_id,
        user_id=user.id,
        last_seen_at=begun.begun_at,
        proved_at=begun.begun_at,
        expires_at=begun.expires_at,
        is_operator=user.is_operator,
        role=None,
    )
    token = begun.token.reveal()
    session = await session_of(pool, held, token=token, transport=transport, idle=settings.session_idle)
    return Response(session, cookies=[cookie(token, transport)])


def cookie(token: str | None, transport: Transport) -> Cookie:
    """Return the session's cookie with this token; None takes it back."""
    return Cookie(
        key=transport.cookie,
        value=token or "",
        path="/",
        max_age=int(LONGEST.total_seconds()) if token else 0,
        secure=transport is Transport.SECURE,
        httponly=True,
        samesite="lax",
    )
