"""When a session is over, and what its holder may do in a tenant. No I/O."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import msgspec

from curbe.auth.roles import OPERATOR, scopes_of
from curbe.domain.access import Principal, PrincipalKind, Role, Scope

PREFIX: Final = "curbe_s_"
LONGEST: Final = timedelta(days=30)
# How much time must have passed before another use is written down, so that not every request writes a row.
SEEN_EVERY: Final = timedelta(minutes=1)


class Held(msgspec.Struct, frozen=True, kw_only=True):
    """A session whose token somebody sent, its user, and what that user is in the tenant that was asked about.

    ``proved_at``: when the user last proved who they are; None: never, as in a session within another site's page. ``role``: in that
    tenant; None: not a member. ``seen_here_at``: when they last used that tenant. ``embedded_in``: the tenant within whose own page the
    session was begun, and the only one it opens; None: begun at Curbe's own pages. ``suspended``: whether that tenant is suspended.
    """

    session_id: UUID
    user_id: UUID
    last_seen_at: datetime
    proved_at: datetime | None
    expires_at: datetime
    is_operator: bool
    role: Role | None
    seen_here_at: datetime | None = None
    embedded_in: UUID | None = None
    suspended: bool = False


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """Where a session begins: the address that asked, and what its browser calls itself."""

    address: str | None
    user_agent: str | None


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """A session as its user is shown it."""

    id: UUID
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    address: str | None
    user_agent: str | None
    embedded_in: UUID | None


def ends_at(held: Held | Listed, *, idle: timedelta) -> datetime:
    """Return when a session ends if it is not used again."""
    return min(held.expires_at, held.last_seen_at + idle)


def is_due_to_be_seen(held: Held, *, now: datetime) -> bool:
    """Tell whether this use has to be written down, as the last one is too long ago: of the session, or of the tenant by its user."""
    if now - held.last_seen_at >= SEEN_EVERY:
        return True
    return held.role is not None and (held.seen_here_at is None or now - held.seen_here_at >= SEEN_EVERY)


def principal_of(held: Held, *, tenant_id: UUID | None) -> Principal:
    """Return who is asking by this session, with the scopes of their role in the tenant.

    An operator has the operator's scopes everywhere, whatever their role. Within another site's page nobody is an operator, and no role
    has the scopes that administer a tenant.
    """
    embedded = held.embedded_in is not None
    role = held.role if held.embedded_in in (None, tenant_id) else None
    own = scopes_of(role, embedded=embedded) if role else frozenset[Scope]()
    is_operator = held.is_operator and not embedded
    return Principal(
        kind=PrincipalKind.USER,
        tenant_id=tenant_id if role else None,
        scopes=OPERATOR if is_operator else own,
        user_id=held.user_id,
        session_id=held.session_id,
        role=role,
        is_operator=is_operator,
    )
