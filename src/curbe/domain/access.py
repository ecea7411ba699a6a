"""Who asks, and what they may: scopes, roles and principals.

Pure values, on the lowest floor so that every feature can name the scope of its routes. ``curbe.auth``
makes principals.
"""

from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

# The platform's own chain in the audit log; no tenant ever has it.
PLATFORM: Final = UUID(int=0)


class Scope(StrEnum):
    """What a key or a role may do. Each route names exactly one (docs/reference/scopes.md)."""

    TENANTS_READ = "tenants:read"
    TENANTS_WRITE = "tenants:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    CONNECTIONS_READ = "connections:read"
    CONNECTIONS_WRITE = "connections:write"
    MESSAGES_SEND = "messages:send"
    INBOX_READ = "inbox:read"
    INBOX_WRITE = "inbox:write"
    CONTACTS_EXPORT = "contacts:export"
    CONTACTS_ERASE = "contacts:erase"
    TEMPLATES_READ = "templates:read"
    TEMPLATES_WRITE = "templates:write"
    EVENTS_READ = "events:read"
    AUDIT_READ = "audit:read"
    PEOPLE_READ = "people:read"
    PEOPLE_WRITE = "people:write"
    DESK_WRITE = "desk:write"
    CAMPAIGNS_READ = "campaigns:read"
    CAMPAIGNS_WRITE = "campaigns:write"
    CONSENT_WRITE = "consent:write"
    CONSENT_MANAGE = "consent:manage"
    NOTIFICATIONS_SEND = "notifications:send"
    NOTIFICATIONS_WRITE = "notifications:write"
    AUTOMATIONS_WRITE = "automations:write"
    REPORTS_READ = "reports:read"
    EMBED_WRITE = "embed:write"
    OUTGOING_WEBHOOKS_WRITE = "outgoing-webhooks:write"
    WEBHOOKS_REPLAY = "webhooks:replay"
    OPERATIONS_READ = "operations:read"
    OPERATIONS_WRITE = "operations:write"


class Role(StrEnum):
    """What a person is in a tenant, from the one who may least to the one who may most."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    ADMIN = "admin"
    OWNER = "owner"


class PrincipalKind(StrEnum):
    """Whose key it is, the operator's of the whole installation or one tenant's; or a person who signed in."""

    PLATFORM = "platform"
    TENANT = "tenant"
    USER = "user"


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who proved to hold a key, or a person who signed in.

    ``tenant_id`` is the key's tenant, or the one of this request that the person is a member of; None for the
    platform's keys and where there is none. ``key_id`` is a key's alone, and ``key_ends_at`` when it expires;
    ``user_id`` and ``session_id`` are a person's, and ``role`` what they are in ``tenant_id``.
    """

    kind: PrincipalKind
    tenant_id: UUID | None
    scopes: frozenset[Scope]
    key_id: UUID | None = None
    key_ends_at: datetime | None = None
    user_id: UUID | None = None
    session_id: UUID | None = None
    role: Role | None = None
    is_operator: bool = False

    @property
    def actor(self) -> str:
        """Name it as the audit log does."""
        return f"key:{self.key_id}" if self.user_id is None else f"user:{self.user_id}"

    @property
    def is_platform(self) -> bool:
        """Tell whether it is the operator: by key, or as a person."""
        return self.kind is PrincipalKind.PLATFORM or self.is_operator

    def may_enter(self, tenant_id: UUID) -> bool:
        """Tell whether paths of ``tenant_id`` are open to it, if that tenant exists."""
        return self.is_platform or self.tenant_id == tenant_id
