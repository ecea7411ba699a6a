"""The second step of signing in, and signing in with a passkey alone."""

from typing import Any, Final, TypeAlias

import msgspec
from litestar import Controller, Request, Response, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from curbe.auth.cookies import ANYBODY, address_of, device_of, site_of_request, transport_of, welcome
from curbe.auth.factor_api import Code, Credential, PasskeyAsked
from curbe.auth.factor_rules import Method, Purpose
from curbe.auth.factors import Factors
from curbe.auth.passkeys import Passkeys
from curbe.auth.session_shapes import SecondFactor, Session
from curbe.auth.sign_in import SignIn
from curbe.domain.errors import (
    ForeignOrigin,
    InsecureTransport,
    InvalidRequest,
    TooManyRequests,
    Unavailable,
    WrongCredentials,
    WrongFactor,
)
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool
from curbe.infra.settings import Settings
from curbe.infra.web import refusals

_REFUSALS: Final = (
    WrongFactor,
    WrongCredentials,
    ForeignOrigin,
    InsecureTransport,
    InvalidRequest,
    TooManyRequests,
)


class ByApp(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="method", tag="totp"):
    """What the authenticator app shows."""

    challenge: str
    code: Code


class ByRecoveryCode(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="method", tag="recovery"
):
    """A recovery code; it opens once."""

    challenge: str
    code: Code


class ByPasskey(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="method", tag="passkey"):
    """What a passkey answered."""

    challenge: str
    credential: Credential


SecondStep: TypeAlias = ByApp | ByRecoveryCode | ByPasskey


class PasskeyAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a passkey answered to ``passkeys/sign-in/options``."""

    challenge: str
    credential: Credential


class SecondStepController(Controller):
    """``/api/auth``: signing in with more than a password, or without one."""

    path = "/api/auth"
    tags = ("sessions",)

    @post(
        "/sign-in/second-factor",
        opt=ANYBODY,
        status_code=200,
        summary="Sign in: the second factor",
        operation_id="passSecondFactor",
        responses=refusals(*_REFUSALS, Unavailable),
    )
    async def second_factor(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[SecondStep],
        settings: NamedDependency[Settings],
        web_pool: NamedDependency[Pool],
        signing_in: NamedDependency[SignIn],
        factors: NamedDependency[Factors],
        passkeys: NamedDependency[Passkeys],
    ) -> Response[Session | SecondFactor]:
        """Begin the session for which the password was right."""
        transport, now = transport_of(request, settings), utc_now()
        asked = await factors.asked(data.challenge, Purpose.SECOND_FACTOR, now=now)
        if asked.user_id is None:
            raise TypeError("a second factor is asked of somebody")
        match data:
            case ByPasskey(credential=credential):
                await passkeys.check(asked, credential, site_of_request(request, settings), now=now)
                method = Method.PASSKEY
            case ByApp(code=code):
                method = Method.TOTP
                await factors.check_code(asked.user_id, method, code, by=address_of(request), now=now)
            case ByRecoveryCode(code=code):
                method = Method.RECOVERY
                await factors.check_code(asked.user_id, method, code, by=address_of(request), now=now)
        await factors.answered(data.challenge)
        user = await signing_in.still_welcome(asked.user_id)
        begun = await signing_in.begin(
            user, by=f"password+{method}", device=device_of(request), now=now, password_of=asked.password_of
        )
        return await welcome(web_pool, user, begun, transport=transport, settings=settings)

    @post(
        "/passkeys/sign-in/options",
        opt=ANYBODY,
        status_code=200,
        summary="Begin to sign in with a passkey",
        operation_id="beginPasskeySignIn",
        responses=refusals(ForeignOrigin, InsecureTransport, TooManyRequests),
    )
    async def passkey_options(
        self,
        request: Request[Any, Any, Any],
        settings: NamedDependency[Settings],
        factors: NamedDependency[Factors],
        passkeys: NamedDependency[Passkeys],
        signing_in: NamedDependency[SignIn],
    ) -> PasskeyAsked:
        """Return what ``navigator.credentials.get`` takes; whichever passkey the person chooses says who it is."""
        transport_of(request, settings)
        signing_in.take_a_turn_to_ask(address_of(request))
        made = await factors.challenge(Purpose.PASSKEY_SIGN_IN, user_id=None, now=utc_now())
        options = await passkeys.request(made, site_of_request(request, settings), user_id=None)
        return PasskeyAsked(challenge=made.token, options=options)

    @post(
        "/passkeys/sign-in",
        opt=ANYBODY,
        status_code=200,
        summary="Sign in with a passkey",
        operation_id="signInWithPasskey",
        responses=refusals(*_REFUSALS),
    )
    async def passkey_sign_in(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[PasskeyAnswer],
        settings: NamedDependency[Settings],
        web_pool: NamedDependency[Pool],
        signing_in: NamedDependency[SignIn],
        factors: NamedDependency[Factors],
        passkeys: NamedDependency[Passkeys],
    ) -> Response[Session | SecondFactor]:
        """Begin a session: a passkey that was unlocked is two factors in one."""
        transport, now = transport_of(request, settings), utc_now()
        asked = await factors.asked(data.challenge, Purpose.PASSKEY_SIGN_IN, now=now)
        user_id = await passkeys.check(asked, data.credential, site_of_request(request, settings), now=now)
        await factors.answered(data.challenge)
        user = await signing_in.still_welcome(user_id)
        begun = await signing_in.begin(user, by="passkey", device=device_of(request), now=now)
        return await welcome(web_pool, user, begun, transport=transport, settings=settings)
