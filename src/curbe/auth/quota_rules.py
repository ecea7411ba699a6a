"""How often somebody may ask: so many requests a minute, some of them at once. Data and the moment in, a decision out; no I/O.

The rule is the generic cell rate algorithm, a token bucket that keeps one number: when the bucket will be full again. One that is full
needs no number at all, so whoever rests is forgotten without a loss.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final, TypeAlias
from uuid import UUID

import msgspec

from curbe.domain.access import Principal

_MINUTE: Final = 60.0  # seconds
_ROUNDING: Final = 1e-6  # of a request: what adding up seconds may lose must refuse nobody


class Whose(StrEnum):
    """Who shares a limit. People and keys never share one: a program that runs away locks nobody out."""

    KEY = "key"
    TENANT_KEYS = "tenant_keys"
    PERSON = "person"
    TENANT_PEOPLE = "tenant_people"


Asker: TypeAlias = tuple[Whose, UUID]


class Limit(msgspec.Struct, frozen=True, kw_only=True):
    """``per_minute`` requests in the long run, ``burst`` of them at once; both at least 1."""

    per_minute: int
    burst: int

    @property
    def interval(self) -> float:
        """How many seconds it takes until one request is forgotten."""
        return _MINUTE / self.per_minute

    @property
    def window(self) -> float:
        """How many seconds it takes until a whole burst is forgotten."""
        return self.burst * self.interval


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one request under one limit.

    ``full_at``: when the bucket is full again if nothing else comes. ``left``: how many could come now. ``wait``: in how many seconds the
    next one may come, 0 where this one was let in.
    """

    full_at: float
    left: int
    wait: float

    @property
    def allowed(self) -> bool:
        """Whether it was let in."""
        return self.wait == 0


def limit_of(per_minute: int, *, burst: timedelta) -> Limit | None:
    """Return the limit of so many requests a minute, with those of ``burst`` at once; None where there is none (0)."""
    if per_minute == 0:
        return None
    return Limit(per_minute=per_minute, burst=max(1, int(per_minute * burst.total_seconds() / _MINUTE)))


def decide(limit: Limit, *, full_at: float, now: float) -> Decision:
    """Decide on one request; both moments are seconds of one monotonic clock. A refused one costs nothing."""
    until_full = max(0.0, full_at - now)
    free = limit.burst - until_full / limit.interval  # requests; no whole number
    if free + _ROUNDING < 1:
        return Decision(full_at=now + until_full, left=0, wait=(1 - free) * limit.interval)
    return Decision(full_at=now + until_full + limit.interval, left=int(free - 1 + _ROUNDING), wait=0)


def limits_on(principal: Principal, limits: Mapping[Whose, Limit]) -> dict[Asker, Limit]:
    """Return which of ``limits`` this principal's requests count towards, the narrowest first."""
    return {asker: limits[asker[0]] for asker in askers_of(principal) if asker[0] in limits}


def askers_of(principal: Principal) -> list[Asker]:
    """Return towards whose limits counts what this principal does, the narrowest first.

    None for the operator, by key or as a person: who has to stop a tenant that floods the installation must get in, and their key may
    serve all tenants.
    """
    if principal.is_platform:
        return []
    person = principal.user_id is not None
    askers: list[tuple[Whose, UUID | None]] = [
        (Whose.PERSON, principal.user_id) if person else (Whose.KEY, principal.key_id),
        (Whose.TENANT_PEOPLE if person else Whose.TENANT_KEYS, principal.tenant_id),
    ]
    return [(whose, id_) for whose, id_ in askers if id_ is not None]
