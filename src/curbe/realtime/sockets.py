"""Limits how many WebSockets a key, a person and a tenant may have open in this process; each takes about 100 KiB of memory."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

import structlog

from curbe.auth.quota_rules import Asker, Whose, askers_of
from curbe.domain.access import Principal
from curbe.infra.metrics import Metrics
from curbe.infra.settings import Settings
from curbe.infra.throttle import Throttle

log: Final = structlog.get_logger(__name__)

_LINES_PER_SECOND: Final = 1 / 60  # of each that has too many
# A reason for closing a WebSocket is 123 bytes at most [RFC 6455: 5.5].
_FULL: Final = {
    Whose.KEY: "this key has {most} sockets open, its most",
    Whose.TENANT_KEYS: "all keys of this tenant have {most} sockets open, their most",
    Whose.PERSON: "you have {most} sockets open, your most",
    Whose.TENANT_PEOPLE: "all people of this tenant have {most} sockets open, their most",
}
_WAY_OUT: Final = "close one, or connect again later"


class Sockets:
    """Counts the open sockets of one process, so N web processes allow N times as many."""

    def __init__(self, limits: Mapping[Whose, int], *, metrics: Metrics) -> None:
        """Only those that ``limits`` name are limited."""
        self._limits: Final = limits
        self._refused: Final = metrics.sockets_refused
        self._open: Final[Counter[Asker]] = Counter()
        self._lines: Final = Throttle(per_second=_LINES_PER_SECOND, burst=1)

    @contextmanager
    def taken(self, principal: Principal, *, now: float) -> Iterator[str | None]:
        """Count a socket while the block runs and yield None; if it is one too many, count nothing and yield the reason.

        Args:
            principal: who opens it.
            now: seconds of a monotonic clock.
        """
        askers = [asker for asker in askers_of(principal) if asker[0] in self._limits]
        full = next((asker for asker in askers if self._open[asker] >= self._limits[asker[0]]), None)
        if full is not None:
            self._tell(full, principal, now=now)
            yield f"{_FULL[full[0]].format(most=self._limits[full[0]])}: {_WAY_OUT}"
            return
        self._open.update(askers)
        try:
            yield None
        finally:
            for asker in askers:
                self._open[asker] -= 1
                if not self._open[asker]:
                    del self._open[asker]

    def _tell(self, asker: Asker, principal: Principal, *, now: float) -> None:
        self._refused.labels(limit=asker[0].value).inc()
        if self._lines.allow(f"{asker[0]} {asker[1]}", now=now):
            log.warning(
                "socket_refused",
                limit=asker[0].value,
                tenant_id=str(principal.tenant_id),
                actor=principal.actor,
            )


def sockets_of(settings: Settings, *, metrics: Metrics) -> Sockets:
    """Return the limits that the operator has set."""
    each, together = settings.sockets_per_key, settings.sockets_per_tenant
    limits = {Whose.KEY: each, Whose.PERSON: each, Whose.TENANT_KEYS: together, Whose.TENANT_PEOPLE: together}
    return Sockets({whose: most for whose, most in limits.items() if most}, metrics=metrics)
