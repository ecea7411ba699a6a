"""What a key looks like, what a bearer header says, what a new key may be allowed. No I/O."""

import re
from collections.abc import Iterable
from datetime import datetime
from typing import Final
from uuid import UUID

import msgspec

from curbe.domain.access import Principal, PrincipalKind, Scope
from curbe.domain.errors import TenantSuspended, Unauthorized

PREFIX: Final = {PrincipalKind.PLATFORM: "curbe_p_", PrincipalKind.TENANT: "curbe_t_"}
# 256 random bits in base64url.
_KEY: Final = re.compile(r"curbe_(?P<kind>[pt])_[A-Za-z0-9_-]{43}")
_BEARER: Final = re.compile(r"[Bb][Ee][Aa][Rr][Ee][Rr] +(?P<token>[!-~]{1,512})")
# A browser cannot set a WebSocket's headers, but it can name protocols. (A query string would be logged.)
_PROTOCOL: Final = "bearer."

# What only the operator may hold, by key or as a person: it reaches across tenants.
PLATFORM_ONLY: Final = frozenset({Scope.WEBHOOKS_REPLAY, Scope.OPERATIONS_READ, Scope.OPERATIONS_WRITE})


class StoredKey(msgspec.Struct, frozen=True, kw_only=True):
    """A key at rest; ``tenant_id`` is None for the platform's. The hash stays in the database."""

    tenant_id: UUID | None
    id: UUID
    name: str
    last4: str
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


class HeldKey(StoredKey, frozen=True, kw_only=True):
    """A key that somebody holds; ``suspended``: its tenant is."""

    suspended: bool = False


def bearer_of(authorization: str | None) -> str | None:
    """Return the token of an ``Authorization`` header; None where there is none or another scheme."""
    match = _BEARER.fullmatch((authorization or "").strip())
    return match["token"] if match else None


def bearer_of_protocols(protocols: Iterable[str]) -> str | None:
    """Return the token in a WebSocket's ``Sec-WebSocket-Protocol``: the name that begins with ``bearer.``."""
    return next(
        (
            name[len(_PROTOCOL) :]
            for each in protocols
            for name in each.replace(" ", "").split(",")
            if name.startswith(_PROTOCOL)
        ),
        None,
    )


def kind_of(token: str) -> PrincipalKind | None:
    """Return whose key ``token`` would be by its form; None where it cannot be one."""
    match = _KEY.fullmatch(token)
    if match is None:
        return None
    return PrincipalKind.PLATFORM if match["kind"] == "p" else PrincipalKind.TENANT


def is_live(key: StoredKey, *, now: datetime) -> bool:
    """Tell whether ``key`` opens anything at ``now``."""
    return key.revoked_at is None and (key.expires_at is None or now < key.expires_at)


def principal_of(key: StoredKey) -> Principal:
    """Return the principal ``key`` stands for. A scope this build does not know grants nothing."""
    known = {scope.value for scope in Scope}
    return Principal(
        kind=PrincipalKind.PLATFORM if key.tenant_id is None else PrincipalKind.TENANT,
        key_id=key.id,
        key_ends_at=key.expires_at,
        tenant_id=key.tenant_id,
        scopes=frozenset(Scope(name) for name in key.scopes if name in known),
    )


def beyond(asked: Iterable[Scope], *, creator: Principal | None, kind: PrincipalKind) -> frozenset[Scope]:
    """Return the scopes of ``asked`` that a new key must not have: its creator lacks them, or none may.

    ``creator`` None is the operator at the command line, who may give any.
    """
    wanted = frozenset(asked)
    forbidden = wanted & PLATFORM_ONLY if kind is PrincipalKind.TENANT else frozenset()
    return forbidden if creator is None else forbidden | (wanted - creator.scopes)


def outlives(expires_at: datetime | None, *, creator: Principal | None) -> bool:
    """Tell whether a key that expires then (None: never) goes on when the key that makes it has ended."""
    ends_at = None if creator is None else creator.key_ends_at
    return ends_at is not None and (expires_at is None or expires_at > ends_at)


def suspended() -> TenantSuspended:
    """Return the one answer to people and keys of a tenant that the operator has suspended."""
    return TenantSuspended(
        "The operator of this installation has suspended this workspace. What people write to it is kept, and nothing is sent.",
        fix="Ask the operator of this installation to resume it.",
    )


def unauthorized() -> Unauthorized:
    """Return the one answer to whoever carries nothing that opens anything now."""
    return Unauthorized(
        "The request carries no API key and no session that is valid now.",
        fix="Send the header `Authorization: Bearer <key>`, or sign in. An expired or revoked key needs a new one.",
    )
