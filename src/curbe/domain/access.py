"""Who asks, and what they may: scopes and principals.

Pure values, on the lowest floor so that every feature can name the scope of its routes. ``curbe.auth``
makes principals.
"""

from enum import StrEnum
from typing import Final
from uuid import UUID

import msgspec

# The platform's own chain in the audit log; no tenant ever has it.
PLATFORM: Final = UUID(int=0)


class Scope(StrEnum):
    """What a key may do. Each route names exactly one (docs/reference/scopes.md)."""

    TENANTS_READ = "tenants:read"
    TENANTS_WRITE = "tenants:write"
    KEYS_READ = "keys:read"
    KEYS_WRITE = "keys:write"
    CONNECTIONS_READ = "connections:read"
    CONNECTIONS_WRITE = "connections:write"
    MESSAGES_SEND = "messages:send"
    INBOX_READ = "inbox:read"
    INBOX_WRITE = "inbox:write"
    EVENTS_READ = "events:read"
    AUDIT_READ = "audit:read"
    WEBHOOKS_REPLAY = "webhooks:replay"


class PrincipalKind(StrEnum):
    """Whose key it is: the operator's of the whole installation, or one tenant's."""

    PLATFORM = "platform"
    TENANT = "tenant"


class Principal(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who proved to hold a key. ``tenant_id`` is None exactly for the platform's keys."""

    kind: PrincipalKind
    key_id: UUID
    tenant_id: UUID | None
    scopes: frozenset[Scope]

    @property
    def actor(self) -> str:
        """Name it as the audit log does."""
        return f"key:{self.key_id}"

    @property
    def is_platform(self) -> bool:
        """Tell whether it is the operator's key."""
        return self.kind is PrincipalKind.PLATFORM

    def may_enter(self, tenant_id: UUID) -> bool:
        """Tell whether paths of ``tenant_id`` are open to it, if that tenant exists."""
        return self.is_platform or self.tenant_id == tenant_id
