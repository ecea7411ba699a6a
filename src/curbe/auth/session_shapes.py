"""What a person who signs in is told: their session, or that a second factor is asked for."""

from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import msgspec

from curbe.auth import factor_store
from curbe.auth import session_store as store
from curbe.auth.browser import Transport, csrf_token
from curbe.auth.factor_rules import Method
from curbe.auth.roles import scopes_of
from curbe.auth.session_rules import Held, Listed, ends_at
from curbe.domain.access import Role, Scope
from curbe.infra.db import Pool
from curbe.tenants import people
from curbe.tenants.people import OpenMembership
from curbe.tenants.rules import Language

_STATE: Final = "state"


class SessionUser(msgspec.Struct, frozen=True, kw_only=True):
    """Who signed in. ``totp`` and ``passkeys`` say which second factors they have."""

    id: UUID
    email: str
    name: str
    language: Language | None
    is_operator: bool
    has_password: bool
    totp: bool
    passkeys: int


class SessionMembership(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant they may enter, as what, and what that lets them do. ``language``: of those there who chose none.

    ``suspended``: the operator lets nobody do anything there for now.
    """

    tenant_id: UUID
    tenant_name: str
    language: Language | None
    role: Role
    scopes: list[Scope]
    suspended: bool


class Session(msgspec.Struct, frozen=True, kw_only=True, tag_field=_STATE, tag="signed_in"):
    """Somebody is signed in.

    ``csrf_token`` goes into the header ``X-CSRF-Token`` of each request that is no GET; ``expires_at`` is when the
    session ends if it is not used again; ``embedded`` that it is within another site's page, which is when ``bearer``
    is told, once, instead of a cookie; ``insecure`` that it runs over plain http, where others can listen.
    """

    user: SessionUser
    memberships: list[SessionMembership]
    csrf_token: str
    expires_at: datetime
    embedded: bool = False
    bearer: str | None = None
    insecure: bool = False


class OwnSession(msgspec.Struct, frozen=True, kw_only=True):
    """One of one's sessions: since when, until when where it is not used again, and where from, as far as that was known when it began.

    ``user_agent`` is what the browser called itself; ``embedded`` that it is within another site's page; ``current``
    that it is the one that asks.
    """

    id: UUID
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str | None
    user_agent: str | None
    embedded: bool
    current: bool


class OwnSessions(msgspec.Struct, frozen=True, kw_only=True):
    """All of one's sessions, the one that was used last first."""

    items: list[OwnSession]


class SecondFactor(msgspec.Struct, frozen=True, kw_only=True, tag_field=_STATE, tag="second_factor"):
    """The password was right, and one of ``methods`` has to follow, with ``challenge``.

    ``passkey`` is what ``navigator.credentials.get`` takes, where a passkey is among them.
    """

    methods: list[Method]
    challenge: str
    passkey: dict[str, Any] | None = None


def own_session(one: Listed, *, idle: timedelta, current: UUID) -> OwnSession:
    """Return a session as its user is shown it, of whom ``current`` asks."""
    return OwnSession(
        id=one.id,
        created_at=one.created_at,
        last_seen_at=one.last_seen_at,
        expires_at=ends_at(one, idle=idle),
        address=one.address,
        user_agent=one.user_agent,
        embedded=one.embedded_in is not None,
        current=one.id == current,
    )


async def session_of(
    pool: Pool,
    held: Held,
    *,
    token: str,
    transport: Transport,
    idle: timedelta,
    bearer: str | None = None,
) -> Session:
    """Return what the holder of a session is told of it."""
    async with pool.transaction(context=people.as_user(held.user_id)) as tx:
        user = await people.user_of_id(tx, held.user_id)
        password = await store.password_of_user(tx, held.user_id)
        memberships = await people.open_memberships(tx, held.user_id)
        factors = await factor_store.factors_of_user(tx, held.user_id)
    if user is None:
        raise RuntimeError("a session without its user")
    embedded = held.embedded_in is not None
    return Session(
        user=SessionUser(
            id=user.id,
            email=user.email,
            name=user.name,
            language=user.language,
            is_operator=user.is_operator and not embedded,
            has_password=password is not None,
            totp=factors.totp,
            passkeys=factors.passkeys,
        ),
        memberships=[
            _membership(one, embedded=embedded)
            for one in memberships
            if held.embedded_in in (None, one.tenant_id)
        ],
        csrf_token=csrf_token(token),
        expires_at=ends_at(held, idle=idle),
        embedded=embedded,
        bearer=bearer,
        insecure=transport is Transport.PLAIN,
    )


def _membership(one: OpenMembership, *, embedded: bool) -> SessionMembership:
    return SessionMembership(
        tenant_id=one.tenant_id,
        tenant_name=one.tenant_name,
        language=one.language,
        role=one.role,
        scopes=sorted(scopes_of(one.role, embedded=embedded)),
        suspended=one.suspended,
    )
