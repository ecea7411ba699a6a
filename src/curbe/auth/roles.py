"""What each role may do in its tenant, and which roles it may give. Data; no I/O."""

from typing import Final

from curbe.auth.rules import PLATFORM_ONLY
from curbe.domain.access import Principal, PrincipalKind, Role, Scope

_AGENT: Final = frozenset(
    {
        Scope.TENANTS_READ,
        Scope.CONNECTIONS_READ,
        Scope.PEOPLE_READ,
        Scope.MESSAGES_SEND,
        Scope.INBOX_READ,
        Scope.INBOX_WRITE,
        Scope.TEMPLATES_READ,
        Scope.EVENTS_READ,
    }
)
_SUPERVISOR: Final = _AGENT | {
    Scope.DESK_WRITE,
    Scope.AUDIT_READ,
    Scope.CONSENT_WRITE,
    Scope.CAMPAIGNS_READ,
    Scope.CAMPAIGNS_WRITE,
    Scope.REPORTS_READ,
}
_EVERYTHING: Final = frozenset(Scope) - PLATFORM_ONLY

SCOPES: Final = {
    Role.AGENT: _AGENT,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.ADMIN: _EVERYTHING,
    Role.OWNER: _EVERYTHING,
}
# What administers a tenant: its people, its keys, its numbers, the tenant itself, what its servers are told, and who is taken out of it. No
# page within another site holds it: else whoever has the key that begins such pages would, by asking for an owner's.
ADMINISTERS: Final = frozenset(
    {
        Scope.TENANTS_WRITE,
        Scope.KEYS_WRITE,
        Scope.CONNECTIONS_WRITE,
        Scope.PEOPLE_WRITE,
        Scope.EMBED_WRITE,
        Scope.OUTGOING_WEBHOOKS_WRITE,
        Scope.CONTACTS_EXPORT,
        Scope.CONTACTS_ERASE,
    }
)
# What the operator may as a person, in every tenant and beyond them.
OPERATOR: Final = frozenset(Scope)


def scopes_of(role: Role, *, embedded: bool) -> frozenset[Scope]:
    """Return what a role may do; ``embedded``: within another site's page, where its person works and administers nothing."""
    return SCOPES[role] - ADMINISTERS if embedded else SCOPES[role]


def may_embed(asker: Principal) -> frozenset[Role]:
    """Return the roles whose people ``asker`` may ask embed tokens for, where it may at all.

    A person, up to their own role: another's session would let them do what they may not. A key, any: it is the
    tenant's software, which shows all of its people their inbox, and what administers the tenant is not theirs there.
    """
    return may_give(asker) if asker.kind is PrincipalKind.USER else frozenset(Role)


def may_give(giver: Principal) -> frozenset[Role]:
    """Return the roles that ``giver`` may give to others and take from them.

    A person's, up to their own; the operator's, any. A key's, those that may do nothing the key may not: else
    whoever holds a modest one would make themselves an administrator. A tenant's key makes no owners.
    """
    if giver.is_operator:
        return frozenset(Role)
    if giver.role is not None:
        ranks = list(Role)
        return frozenset(ranks[: ranks.index(giver.role) + 1])
    owner = frozenset[Role]() if giver.is_platform else frozenset({Role.OWNER})
    return frozenset(role for role in Role if SCOPES[role] <= giver.scopes) - owner
