"""What each role may do in its tenant, and which roles it may give. Data; no I/O."""

from typing import Final

from curbe.auth.rules import PLATFORM_ONLY
from curbe.domain.access import Principal, Role, Scope

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
# What the operator may as a person, in every tenant and beyond them.
OPERATOR: Final = frozenset(Scope)


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
