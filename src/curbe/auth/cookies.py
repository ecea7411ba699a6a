"""What the routes about sessions share: whence a request comes, the session's cookie, and the answer to who signs in."""

from datetime import datetime
from typing import Any, Final

from litestar import Request, Response
from litestar.datastructures import Cookie

from curbe.auth import browser, sessions
from curbe.auth.browser import Transport
from curbe.auth.passkeys import Site, site_of
from curbe.auth.principal import Visit
from curbe.auth.session_rules import LONGEST, Device, Held
from curbe.auth.session_shapes import SecondFactor, Session, session_of
from curbe.auth.sessions import Begun
from curbe.domain.errors import CsrfFailed, InsecureTransport, Unauthorized
from curbe.infra.db import Pool
from curbe.infra.settings import Settings
from curbe.tenants.person_rules import User

WHO: Final = {"session": "it is about whoever asks"}
# Of these, what a page within another site needs to run. All others are its person's own, and the site's software is not they.
FRAMED: Final = {**WHO, "embedded": "it is about the session that asks, and nothing else of its person"}
# What guards an account is not for whoever found its browser open.
PROVED: Final = {**WHO, "proof": True}
ANYBODY: Final = {"public": "who asks is what it finds out"}


def address_of(request: Request[Any, Any, Any]) -> str:
    """Return where a request comes from, as the server or a trusted proxy tells it."""
    return request.client.host if request.client else ""


def device_of(request: Request[Any, Any, Any]) -> Device:
    """Return where a session begins that this request asks for, short and without what no browser sends."""
    agent = "".join(filter(str.isprintable, request.headers.get("user-agent", "")))
    return Device(address=address_of(request)[:100] or None, user_agent=agent[:300] or None)


def transport_of(request: Request[Any, Any, Any], settings: Settings) -> Transport:
    """Return over what a request came that is to begin a session.

    Raises:
        InsecureTransport: over plain http from elsewhere, which the operator has not allowed.
    """
    transport = _transport(request, settings)
    if transport is Transport.OPEN:
        raise InsecureTransport(
            "This address is plain http, where others can read a password on its way.",
            fix="Use https: put a TLS proxy before Curbe and its address into CURBE_PUBLIC_BASE_URL. Within a network "
            "you trust, CURBE_ALLOW_HTTP=true allows plain http.",
        )
    return transport


def site_of_request(request: Request[Any, Any, Any], settings: Settings) -> Site:
    """Return the site of the page that asks; the gate has seen that it is ours."""
    return site_of(request.headers.get("origin") or browser.origin_of(settings.public_base_url))


async def visitor_of(
    request: Request[Any, Any, Any], *, settings: Settings, pool: Pool, now: datetime
) -> Visit | None:
    """Return the session of who asks at a route that is public; None where there is none, or not its token."""
    transport = _transport(request, settings)
    cookie = browser.cookie_of(request.headers.get("cookie"), transport.cookie)
    if cookie is None or transport is Transport.OPEN:
        return None
    try:
        browser.check_csrf(request.headers.get(browser.CSRF_HEADER), session_token=cookie)
        held = await sessions.held_by(pool, cookie, tenant_id=None, idle=settings.session_idle, now=now)
    except (CsrfFailed, Unauthorized):
        return None
    if held.embedded_in is not None:  # a header's session: whoever holds it is not at this person's browser
        return None
    return Visit(held=held, token=cookie, transport=transport)


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


def _transport(request: Request[Any, Any, Any], settings: Settings) -> Transport:
    return browser.transport_of(
        scheme=request.scope["scheme"],
        host=request.headers.get("host", ""),
        public_base_url=settings.public_base_url,
        allow_http=settings.allow_http,
    )
