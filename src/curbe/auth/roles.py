"""What each role may do in its tenant, and which roles it may give. Data; no I/O."""

from typing import Final

from curbe.auth.rules import PLATFORM_ONLY
from curbe.domain.access import Role, Scope

_AGENT: Final = frozenset(
    {
        Scope.TENANTS_READ,
        Scope.CONNECTIONS_READ,
        Scope.PEOPLE_READ,
        Scope.MESSAGES_SEND,
        Scope.INBOX_READ,
        Scope.INBOX_WRITE,
        Scope.EVENTS_READ,
    }
)
_SUPERVISOR: Final = _AGENT | {Scope.DESK_WRITE, Scope.AUDIT_READ}
_EVERYTHING: Final = frozenset(Scope) - PLATFORM_ONLY

SCOPES: Final = {
    Role.AGENT: _AGENT,
    Role.SUPERVISOR: _SUPERVISOR,
    Role.ADMIN: _EVERYTHING,
    Role.OWNER: _EVERYTHING,
}
# What the operator may as a person, in every tenant and beyond them.
OPERATOR: Final = frozenset(Scope)


def may_give(giver: Role) -> frozenset[Role]:
    """Return the roles that ``giver`` may give to others and take from them: up to its own."""
    ranks = list(Role)
    return frozenset(ranks[: ranks.index(giver) + 1])
