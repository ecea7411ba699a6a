"""Signing in at the installation's own identity provider, and which ways to sign in there are."""

from datetime import timedelta
from typing import Annotated, Any, Final
from urllib.parse import urlencode

import msgspec
from litestar import Controller, Request, get
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter
from litestar.response import Redirect

from curbe.auth.browser import Transport, cookie_of
from curbe.auth.cookies import ANYBODY, address_of, cookie, device_of, transport_of
from curbe.auth.oidc import Oidc
from curbe.auth.oidc_rules import ATTEMPT_LIVES
from curbe.auth.sign_in import SignIn
from curbe.domain.errors import (
    AppError,
    InsecureTransport,
    NotFound,
    OidcFailed,
    TooManyRequests,
    Unavailable,
    WrongCredentials,
)
from curbe.infra.clock import utc_now
from curbe.infra.query import OPEN
from curbe.infra.settings import Settings
from curbe.infra.web import refusals

_COOKIE: Final = "curbe-oidc"
_FOUND: Final = 302


class OidcMethod(msgspec.Struct, frozen=True):
    """What the button says."""

    label: str


class Methods(msgspec.Struct, frozen=True, kw_only=True):
    """The ways to sign in here. ``mail``: whether a forgotten password can be replaced by mail."""

    password: bool
    passkeys: bool
    oidc: OidcMethod | None
    mail: bool


class OidcController(Controller):
    """``/api/auth``: ways to sign in, and the identity provider's."""

    path = "/api/auth"
    tags = ("sessions",)

    @get(
        "/methods",
        opt=ANYBODY,
        summary="See which ways to sign in there are",
        operation_id="listSignInMethods",
    )
    async def methods(self, settings: NamedDependency[Settings]) -> Methods:
        """Return the ways to sign in here."""
        return Methods(
            password=True,
            passkeys=True,
            oidc=OidcMethod(label=settings.oidc_label) if settings.oidc_issuer else None,
            mail=settings.smtp_url is not None,
        )

    @get(
        "/oidc/start",
        opt={**ANYBODY, OPEN: "providers that send people here add iss, login_hint and target_link_uri"},
        status_code=_FOUND,
        summary="Begin to sign in at the identity provider",
        operation_id="beginOidcSignIn",
        responses=refusals(NotFound),
    )
    async def start(
        self,
        request: Request[Any, Any, Any],
        settings: NamedDependency[Settings],
        oidc: NamedDependency[Oidc | None],
        signing_in: NamedDependency[SignIn],
        next_page: Annotated[
            str | None, QueryParameter(name="next", description="The page to go on to, a path of ours.")
        ] = None,
    ) -> Redirect:
        """Send the browser to the provider; where that is not possible, back to the sign-in page, which says why."""
        try:
            transport = transport_of(request, settings)
            signing_in.take_a_turn_to_ask(address_of(request))
            url, kept = await _configured(oidc).begin(next_page=next_page, now=utc_now())
        except (OidcFailed, TooManyRequests, Unavailable, InsecureTransport) as refusal:
            return _back(refusal)
        return Redirect(url, status_code=_FOUND, cookies=[_kept(kept, transport)])

    @get(
        "/oidc/callback",
        opt={**ANYBODY, OPEN: "providers add parameters of their own, such as iss and session_state"},
        status_code=_FOUND,
        summary="Come back from the identity provider",
        operation_id="completeOidcSignIn",
        responses=refusals(NotFound),
    )
    async def callback(
        self,
        request: Request[Any, Any, Any],
        settings: NamedDependency[Settings],
        oidc: NamedDependency[Oidc | None],
        signing_in: NamedDependency[SignIn],
        told_state: Annotated[str | None, QueryParameter(name="state")] = None,
        code: FromQuery[str | None] = None,
    ) -> Redirect:
        """Begin the session and go on to the page that was wanted; what went wrong is told on the sign-in page."""
        now = utc_now()
        try:
            transport = transport_of(request, settings)
            user, next_page = await _configured(oidc).finish(
                kept=cookie_of(request.headers.get("cookie"), transport.called(_COOKIE)),
                state=told_state,
                code=code,
                now=now,
            )
            begun = await signing_in.begin(
                user, by="oidc", device=device_of(request), now=now, vouched_for=True
            )
        except (OidcFailed, Unavailable, InsecureTransport, WrongCredentials) as refusal:
            return _back(refusal)
        cookies = [cookie(begun.token.reveal(), transport), _kept(None, transport)]
        return Redirect(next_page, status_code=_FOUND, cookies=cookies)


def _configured(oidc: Oidc | None) -> Oidc:
    if oidc is None:
        raise NotFound(
            "This installation has no identity provider.", fix="Set CURBE_OIDC_ISSUER, or sign in otherwise."
        )
    return oidc


def _back(refusal: AppError) -> Redirect:
    """Return the way back to the sign-in page: a browser is on its way here, and problem+json is no page."""
    told = {"error": refusal.code, "reason": str(refusal.extra.get("reason") or refusal.code)}
    return Redirect(f"/sign-in?{urlencode(told)}", status_code=_FOUND)


def _kept(sealed: str | None, transport: Transport) -> Cookie:
    """Return the cookie of an attempt; None takes it back.

    Of this host alone, and so of all its paths: a page of a neighbour's could else put its own attempt here, and sign others in as itself.
    """
    lives = ATTEMPT_LIVES if sealed else timedelta()
    return Cookie(
        key=transport.called(_COOKIE),
        value=sealed or "",
        path="/",
        max_age=int(lives.total_seconds()),
        secure=transport is Transport.SECURE,
        httponly=True,
        samesite="lax",
    )
