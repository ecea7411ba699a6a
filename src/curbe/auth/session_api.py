"""Sessions over HTTP: sign in, sign out, see who one is."""

from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, Response, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from curbe.auth import sessions
from curbe.auth.cookies import ANYBODY, FRAMED, PROVED, WHO, address_of, cookie, transport_of
from curbe.auth.principal import PLATFORM, Visit
from curbe.auth.session_shapes import OwnSessions, SecondFactor, Session, own_session, session_of
from curbe.auth.sign_in import SignIn
from curbe.auth.welcoming import Welcoming
from curbe.domain.errors import (
    CsrfFailed,
    ForeignOrigin,
    InsecureTransport,
    InvalidRequest,
    NotFound,
    ProofRequired,
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
        operation_id="signIn",
        responses=refusals(
            WrongCredentials, ForeignOrigin, InsecureTransport, InvalidRequest, TooManyRequests
        ),
    )
    async def sign_in(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[Credentials],
        settings: NamedDependency[Settings],
        signing_in: NamedDependency[SignIn],
        welcoming: NamedDependency[Welcoming],
    ) -> Response[Session | SecondFactor]:
        """Begin a session and set its cookie, or say which second factor has to follow."""
        transport_of(request, settings)  # before the password is looked at
        now = utc_now()
        shown = await signing_in.with_password(
            email=data.email, password=data.password, address=address_of(request)
        )
        return await welcoming.go_on(request, shown, by="password", now=now)

    @get(
        "/session",
        opt=FRAMED,
        summary="See who is signed in, and what they may do where",
        operation_id="readSession",
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
        opt=FRAMED,
        status_code=204,
        summary="End this session",
        operation_id="signOut",
        responses=refusals(Unauthorized, ForeignOrigin),
    )
    async def sign_out(
        self, visit: NamedDependency[Visit], web_pool: NamedDependency[Pool]
    ) -> Response[None]:
        """End the session of who asks, and take its cookie back.

        A page within another site has none: what this browser has is another session's.
        """
        held = visit.held
        async with web_pool.transaction(PLATFORM, context=people.as_user(held.user_id)) as tx:
            await sessions.end(tx, session_id=held.session_id, user_id=held.user_id)
        return Response(None, cookies=[cookie(None, visit.transport)] if held.embedded_in is None else [])

    @post(
        "/sign-out-everywhere",
        opt=WHO,
        status_code=204,
        summary="End every session of one's own, this one too",
        operation_id="signOutEverywhere",
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

    @get(
        "/sessions",
        opt=WHO,
        summary="See where one is signed in",
        operation_id="listSessions",
        responses=refusals(Unauthorized),
    )
    async def own_sessions(
        self,
        visit: NamedDependency[Visit],
        settings: NamedDependency[Settings],
        web_pool: NamedDependency[Pool],
    ) -> OwnSessions:
        """Return the sessions of who asks."""
        held, idle = visit.held, settings.session_idle
        theirs = await sessions.open_sessions(web_pool, held, idle=idle, now=utc_now())
        return OwnSessions(items=[own_session(one, idle=idle, current=held.session_id) for one in theirs])

    @delete(
        "/sessions",
        opt=PROVED,
        summary="End every other session of one's own",
        operation_id="endOtherSessions",
        responses=refusals(Unauthorized, ProofRequired, ForeignOrigin, CsrfFailed),
    )
    async def end_others(self, visit: NamedDependency[Visit], web_pool: NamedDependency[Pool]) -> None:
        """End every session of who asks but the one that asks."""
        held = visit.held
        async with web_pool.transaction(PLATFORM, context=people.as_user(held.user_id)) as tx:
            await sessions.end_all(
                tx,
                user_id=held.user_id,
                actor=f"user:{held.user_id}",
                why="ended_others",
                spared=held.session_id,
            )

    @delete(
        "/sessions/{session_id:uuid}",
        opt=PROVED,
        summary="End one of one's sessions",
        operation_id="endSession",
        responses=refusals(Unauthorized, ProofRequired, ForeignOrigin, CsrfFailed, NotFound),
    )
    async def end_one(
        self,
        session_id: FromPath[UUID],
        visit: NamedDependency[Visit],
        settings: NamedDependency[Settings],
        web_pool: NamedDependency[Pool],
    ) -> None:
        """End one session of those that who asks is shown."""
        held = visit.held
        theirs = await sessions.open_sessions(web_pool, held, idle=settings.session_idle, now=utc_now())
        async with web_pool.transaction(PLATFORM, context=people.as_user(held.user_id)) as tx:
            if session_id not in {one.id for one in theirs} or not await sessions.end(
                tx, session_id=session_id, user_id=held.user_id
            ):
                raise NotFound("You have no such session, or it has ended.")
