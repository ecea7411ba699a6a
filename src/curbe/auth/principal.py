"""The words every feature's routes need: scopes, principals, and how a handler gets its principal.

A handler declares ``opt={"scope": Scope.X}``, or ``opt={"public": "why"}``; ``curbe.auth.api.Gate`` enforces
it. A route for the operator alone adds ``"platform": True``.
"""

from litestar.types import Scope as AsgiScope

from curbe.domain.access import PLATFORM, Principal, PrincipalKind, Scope

__all__ = ["PLATFORM", "Principal", "PrincipalKind", "Scope", "provide_principal"]


def provide_principal(scope: AsgiScope) -> Principal:
    """Return who sent this request; the dependency ``principal``. For routes that are not public."""
    principal = scope["user"]
    if not isinstance(principal, Principal):
        raise TypeError("a public route has no principal")
    return principal
