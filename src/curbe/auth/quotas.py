"""How often keys and people may ask, counted in the memory of this process: no request waits for a database to be counted."""

import math
from collections import OrderedDict
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

import msgspec
import structlog

from curbe.auth import quota_rules as rules
from curbe.auth.quota_rules import Asker, Decision, Limit, Whose
from curbe.domain.access import Principal
from curbe.domain.errors import RateLimited
from curbe.infra.metrics import Metrics
from curbe.infra.settings import Settings
from curbe.infra.throttle import Throttle

log: Final = structlog.get_logger(__name__)

Headers = tuple[tuple[bytes, bytes], ...]

_MOST: Final = 100_000  # askers remembered; beyond it the one who asked longest ago is forgotten
_LINES_PER_SECOND: Final = 1 / 60  # of each asker
_WHO: Final = {
    Whose.KEY: ("This key asks", "CURBE_REQUESTS_PER_KEY"),
    Whose.TENANT_KEYS: ("All keys of this tenant together ask", "CURBE_REQUESTS_PER_TENANT"),
    Whose.PERSON: ("You ask", "CURBE_REQUESTS_PER_PERSON"),
    Whose.TENANT_PEOPLE: ("All people of this tenant together ask", "CURBE_REQUESTS_PER_TENANT"),
}


class Counted(msgspec.Struct, frozen=True, kw_only=True):
    """A request that was counted: the headers that tell its asker what is left, and the refusal where a limit is met."""

    headers: Headers
    refusal: RateLimited | None = None


class Quotas:
    """Counts requests against limits. Each process counts its own, so that with N processes up to N times as many get through."""

    def __init__(self, limits: Mapping[Whose, Limit], *, metrics: Metrics, most: int = _MOST) -> None:
        """Only those that ``limits`` name are limited; ``most`` askers are remembered."""
        self._limits: Final = limits
        self._refused: Final = metrics.requests_refused
        self._most: Final = most
        # Asker -> when its bucket is full again (seconds of the clock of ``count``); who asked longest ago comes first.
        self._full_at: Final[OrderedDict[Asker, float]] = OrderedDict()
        self._lines: Final = Throttle(per_second=_LINES_PER_SECOND, burst=1)
        self._untold: Final[OrderedDict[Asker, int]] = OrderedDict()

    def count(self, principal: Principal, *, now: float) -> Counted:
        """Count one request; one that is refused counts towards no limit.

        Args:
            principal: who asks.
            now: seconds of a monotonic clock.
        """
        limits = rules.limits_on(principal, self._limits)
        decided = {
            asker: rules.decide(limit, full_at=self._full_at.get(asker, now), now=now)
            for asker, limit in limits.items()
        }
        headers = _headers(limits, decided, now=now)
        if not all(decision.allowed for decision in decided.values()):
            return Counted(headers=headers, refusal=self._refusal(principal, limits, decided, now=now))
        for asker, decision in decided.items():
            self._full_at[asker] = decision.full_at
            self._full_at.move_to_end(asker)
        self._forget(now)
        return Counted(headers=headers)

    def _forget(self, now: float) -> None:
        """Forget askers whose bucket is full again, which changes nothing for them, and the oldest of those beyond ``most``."""
        while self._full_at:
            asker, full_at = next(iter(self._full_at.items()))
            if full_at > now and len(self._full_at) <= self._most:
                return
            del self._full_at[asker]

    def _refusal(
        self,
        principal: Principal,
        limits: Mapping[Asker, Limit],
        decided: Mapping[Asker, Decision],
        *,
        now: float,
    ) -> RateLimited:
        asker = max(decided, key=lambda each: decided[each].wait)
        whose, limit = asker[0], limits[asker]
        self._refused.labels(limit=whose.value).inc()
        self._tell(asker, principal, now=now)
        ask, setting = _WHO[whose]
        return RateLimited(
            f"{ask} more often than {limit.per_minute} times a minute, {limit.burst} of them at once.",
            fix=f"Wait as long as Retry-After says, and spread requests over time. The operator sets the limit: {setting}.",
            extra={"limit": whose.value, "requests_per_minute": limit.per_minute, "burst": limit.burst},
            retry_after=timedelta(seconds=decided[asker].wait),
        )

    def _tell(self, asker: Asker, principal: Principal, *, now: float) -> None:
        """Log refusals: at most one line a minute for each asker, with how many there were since the last."""
        self._untold[asker] = self._untold.pop(asker, 0) + 1
        if self._lines.allow(f"{asker[0]} {asker[1]}", now=now):
            count = self._untold.pop(asker)
            log.warning(
                "requests_refused",
                limit=asker[0].value,
                tenant_id=str(principal.tenant_id),
                actor=principal.actor,
                count=count,
            )
        elif len(self._untold) > self._most:
            self._untold.popitem(last=False)


def quotas_of(settings: Settings, *, metrics: Metrics) -> Quotas:
    """Return the quotas that the operator has set."""
    per_minute = {
        Whose.KEY: settings.requests_per_key,
        Whose.TENANT_KEYS: settings.requests_per_tenant,
        Whose.PERSON: settings.requests_per_person,
        Whose.TENANT_PEOPLE: settings.requests_per_tenant,
    }
    limits = {
        whose: limit
        for whose, number in per_minute.items()
        if (limit := rules.limit_of(number, burst=settings.requests_burst)) is not None
    }
    return Quotas(limits, metrics=metrics)


def _headers(limits: Mapping[Asker, Limit], decided: Mapping[Asker, Decision], *, now: float) -> Headers:
    """Return RateLimit-Policy and RateLimit: a burst is the quota, and its window the time in which that comes back.

    [IETF: draft-ietf-httpapi-ratelimit-headers-11]
    """
    if not limits:
        return ()
    policy = ", ".join(
        f'"{asker[0]}";q={limit.burst};w={math.ceil(limit.window)}' for asker, limit in limits.items()
    )
    left = ", ".join(
        f'"{asker[0]}";r={decision.left};t={math.ceil(decision.full_at - now)}'
        for asker, decision in decided.items()
    )
    return (b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode())
