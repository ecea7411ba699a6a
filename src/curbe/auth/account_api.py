"""One's own account over HTTP: profile, password, links to choose another, invitations."""

from typing import Annotated, Any

import msgspec
from litestar import Controller, Request, Response, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from curbe.auth.account import Account
from curbe.auth.cookies import ANYBODY, WHO, address_of, transport_of, visitor_of
from curbe.auth.joining import InviteShown, Joining
from curbe.auth.principal import Visit
from curbe.auth.session_shapes import SecondFactor, Session, session_of
from curbe.auth.welcoming import Welcoming
from curbe.domain.errors import (
    ForeignOrigin,
    InsecureTransport,
    InvalidRequest,
    LinkInvalid,
    PasswordCommon,
    TooManyRequests,
    Unauthorized,
    WrongCredentials,
)
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Secret
from curbe.infra.db import Pool
from curbe.infra.settings import Settings
from curbe.infra.web import refusals
from curbe.tenants.rules import Language


class ProfileChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is absent stays as it is; ``language`` null is the installation's."""

    name: str | msgspec.UnsetType = msgspec.UNSET
    language: Language | msgspec.UnsetType | None = msgspec.UNSET


class PasswordChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The password one signs in with now, and the one to sign in with from now on."""

    current_password: Secret
    new_password: Secret


class ResetWanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose password is forgotten."""

    email: Annotated[str, msgspec.Meta(max_length=1000)]


class ResetDone(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the link held, and the password that was chosen."""

    token: Secret
    password: Secret


class Acceptance(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the link held; the password chosen for a new account, or that of the one that is there.

    ``name``: of a new account, or of one's own where one is signed in.
    """

    token: Secret
    name: str | None = None
    password: Secret | None = None


class AccountController(Controller):
    """``/api/auth``: accounts."""

    path = "/api/auth"
    tags = ("accounts",)

    @patch(
        "/profile",
        opt=WHO,
        summary="Change one's name or language",
        operation_id="changeProfile",
        responses=refusals(Unauthorized, ForeignOrigin, InvalidRequest),
    )
    async def profile(
        self,
        data: JSONBody[ProfileChange],
        visit: NamedDependency[Visit],
        settings: NamedDependency[Settings],
        web_pool: NamedDependency[Pool],
        account: NamedDependency[Account],
    ) -> Session:
        """Change the profile of who asks, and return their session as it is now."""
        language = data.language
        await account.change_profile(
            visit.held,
            name=None if isinstance(data.name, msgspec.UnsetType) else data.name,
            language=None if isinstance(language, msgspec.UnsetType) else language,
            keeps_language=isinstance(language, msgspec.UnsetType),
            now=utc_now(),
        )
        return await session_of(
            web_pool, visit.held, token=visit.token, transport=visit.transport, idle=settings.session_idle
        )

    @post(
        "/password",
        opt=WHO,
        status_code=204,
        summary="Choose another password; one's other sessions end",
        operation_id="changePassword",
        responses=refusals(Unauthorized, ForeignOrigin, InvalidRequest, PasswordCommon, TooManyRequests),
    )
    async def password(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[PasswordChange],
        visit: NamedDependency[Visit],
        account: NamedDependency[Account],
    ) -> None:
        """Change the password of who asks."""
        await account.change_password(
            visit.held,
            current=data.current_password,
            new=data.new_password,
            address=address_of(request),
            now=utc_now(),
        )

    @post(
        "/password-resets",
        opt=ANYBODY,
        status_code=202,
        summary="Ask for a link to choose another password, by mail",
        operation_id="requestPasswordReset",
        responses=refusals(ForeignOrigin, InvalidRequest, TooManyRequests),
    )
    async def ask_for_reset(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[ResetWanted],
        settings: NamedDependency[Settings],
        account: NamedDependency[Account],
    ) -> None:
        """Take the wish; whether the address has an account is told to nobody."""
        await account.ask_for_reset(
            data.email, address=address_of(request), by_mail=settings.smtp_url is not None
        )

    @post(
        "/password-resets/complete",
        opt=ANYBODY,
        status_code=204,
        summary="Choose another password by a link; every session ends",
        operation_id="completePasswordReset",
        responses=refusals(ForeignOrigin, LinkInvalid, InvalidRequest, PasswordCommon),
    )
    async def reset(self, data: JSONBody[ResetDone], account: NamedDependency[Account]) -> None:
        """Set the password that was chosen. Signing in with it is another request."""
        await account.reset_password(data.token.reveal(), new=data.password, now=utc_now())

    @get(
        "/invites/{token:str}",
        opt=ANYBODY,
        summary="See an invitation",
        operation_id="readInvite",
        responses=refusals(LinkInvalid),
    )
    async def invitation(self, token: FromPath[str], joining: NamedDependency[Joining]) -> InviteShown:
        """Return what an invitation says."""
        return await joining.show(token, now=utc_now())

    @post(
        "/invites/accept",
        opt=ANYBODY,
        status_code=200,
        summary="Accept an invitation",
        operation_id="acceptInvite",
        responses=refusals(
            WrongCredentials,
            ForeignOrigin,
            InsecureTransport,
            LinkInvalid,
            InvalidRequest,
            PasswordCommon,
            TooManyRequests,
        ),
    )
    async def accept(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[Acceptance],
        settings: NamedDependency[Settings],
        web_pool: NamedDependency[Pool],
        joining: NamedDependency[Joining],
        welcoming: NamedDependency[Welcoming],
    ) -> Response[Session | SecondFactor]:
        """Join the tenant; who is not signed in at this browser is then."""
        transport = transport_of(request, settings)
        now = utc_now()
        visit = await visitor_of(request, settings=settings, pool=web_pool, now=now)
        shown = await joining.accept(
            data.token.reveal(),
            name=data.name,
            password=data.password,
            visitor=visit.held if visit else None,
            address=address_of(request),
            now=now,
        )
        if visit is not None and visit.held.user_id == shown.user.id:
            session = await session_of(
                web_pool, visit.held, token=visit.token, transport=transport, idle=settings.session_idle
            )
            return Response(session)
        return await welcoming.go_on(request, shown, by="invitation", now=now)
