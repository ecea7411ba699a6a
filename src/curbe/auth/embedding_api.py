"""The inbox within a tenant's own pages, over HTTP."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote
from uuid import UUID

import msgspec
from litestar import Controller, Request, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from curbe.auth import browser, embedding
from curbe.auth.cookies import device_of
from curbe.auth.principal import Principal, Scope
from curbe.auth.session_api import ANYBODY
from curbe.auth.session_rules import Held
from curbe.auth.session_shapes import Session, session_of
from curbe.domain.errors import (
    Forbidden,
    ForeignOrigin,
    InvalidRequest,
    NotFound,
    RoleBeyond,
    Unauthorized,
    WrongCredentials,
)
from curbe.infra.clock import utc_now
from curbe.infra.crypto import Secret
from curbe.infra.db import Pool
from curbe.infra.settings import Settings
from curbe.infra.web import refusals


class EmbedRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """For whom, by id or by e-mail address, and for how many seconds the token may be exchanged."""

    user_id: UUID | None = None
    email: Annotated[str, msgspec.Meta(max_length=1000)] | None = None
    ttl_seconds: Annotated[int, msgspec.Meta(ge=1, le=300)] = 60


class EmbedToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token, shown this once. ``url`` is the address to put into a frame: the token is in its fragment, which no server sees."""

    token: str
    url: str
    user_id: UUID
    expires_at: datetime


class EmbedExchange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the frame was given."""

    token: Secret


class EmbedTokenController(Controller):
    """``/api/tenants/{tenant_id}/embed-tokens``."""

    path = "/api/tenants/{tenant_id:uuid}/embed-tokens"
    tags = ("sessions",)

    @post(
        opt={"scope": Scope.EMBED_WRITE, "proof": True},
        summary="Make a token that opens the inbox within one's own page",
        operation_id="createEmbedToken",
        responses=refusals(Unauthorized, Forbidden, RoleBeyond, NotFound, InvalidRequest),
    )
    async def make(
        self,
        tenant_id: FromPath[UUID],
        data: JSONBody[EmbedRequest],
        principal: NamedDependency[Principal],
        settings: NamedDependency[Settings],
        web_pool: NamedDependency[Pool],
    ) -> EmbedToken:
        """Make a token for one of the tenant's people, who has no role above that of a person who asks. It opens once, and soon."""
        async with web_pool.transaction(tenant_id) as tx:
            made = await embedding.make_token(
                tx,
                tenant_id=tenant_id,
                user_id=data.user_id,
                email=data.email,
                lives=timedelta(seconds=data.ttl_seconds),
                asker=principal,
                now=utc_now(),
            )
        token = made.token.reveal()
        return EmbedToken(
            token=token,
            url=f"{settings.public_base_url}/embed#token={quote(token)}",
            user_id=made.user_id,
            expires_at=made.expires_at,
        )


class EmbedController(Controller):
    """``/api/auth/embed``."""

    path = "/api/auth/embed"
    tags = ("sessions",)

    @post(
        opt=ANYBODY,
        status_code=200,
        summary="Begin the session of a page within another",
        operation_id="exchangeEmbedToken",
        responses=refusals(WrongCredentials, ForeignOrigin, InvalidRequest),
    )
    async def exchange(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[EmbedExchange],
        settings: NamedDependency[Settings],
        web_pool: NamedDependency[Pool],
    ) -> Session:
        """Return a session whose ``bearer`` the page sends as ``Authorization: Bearer ...``; no cookie is set."""
        begun, tenant_id = await embedding.exchange(
            web_pool, data.token.reveal(), device=device_of(request), now=utc_now()
        )
        held = Held(
            session_id=begun.session_id,
            user_id=begun.user_id,
            last_seen_at=begun.begun_at,
            proved_at=None,
            expires_at=begun.expires_at,
            embedded_in=tenant_id,
            is_operator=False,
            role=None,
        )
        token = begun.token.reveal()
        return await session_of(
            web_pool,
            held,
            token=token,
            transport=browser.Transport.SECURE,
            idle=settings.session_idle,
            bearer=token,
        )
