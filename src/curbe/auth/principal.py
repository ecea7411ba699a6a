"""The words every feature's routes need: scopes, principals, and how a handler gets its principal.

A handler declares ``opt={"scope": Scope.X}``, ``opt={"session": "why"}`` or ``opt={"public": "why"}``;
``curbe.auth.gate.Gate`` enforces it. A route for the operator alone adds ``"platform": True`` to its scope; one about whoever asks that
a page within another site needs adds ``"embedded": "why"``.
"""

import msgspec
from litestar.types import Scope as AsgiScope

from curbe.auth.browser import Transport
from curbe.auth.session_rules import Held
from curbe.domain.access import PLATFORM, Principal, PrincipalKind, Role, Scope

__all__ = [
    "PLATFORM",
    "Principal",
    "PrincipalKind",
    "Role",
    "Scope",
    "Visit",
    "provide_principal",
    "provide_visit",
]


class Visit(msgspec.Struct, frozen=True, kw_only=True):
    """A request of a person who signed in: their session, its token as it was sent, and over what it came."""

    held: Held
    token: str
    transport: Transport

    def __repr__(self) -> str:
        return f"Visit(session_id={self.held.session_id})"


def provide_principal(scope: AsgiScope) -> Principal:
    """Return who sent this request; the dependency ``principal``. For routes that are not public."""
    principal = scope["user"]
    if not isinstance(principal, Principal):
        raise TypeError("a public route has no principal")
    return principal


def provide_visit(scope: AsgiScope) -> Visit:
    """Return the session this request came with; the dependency ``visit``. For routes with ``opt={"session": ...}``."""
    visit = scope["auth"]
    if not isinstance(visit, Visit):
        raise TypeError("only a route for people who signed in has a visit")
    return visit
