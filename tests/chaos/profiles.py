"""How much harm: small for every push, whole for a night. Each profile begins with builds that are known to be bad."""

from collections.abc import Mapping
from typing import Final

import msgspec

from .builds import Build
from .findings import Wrong
from .nemeses import clocks, database, disks, errors, kills, pauses, versions, webhooks, wire
from .nemeses.deed import Appointment
from .nemeses.meta import FAULTS, META_FAULT
from .nemesis import schedule
from .run import Order

# A number that hears nothing clear five times in a row is asked by a probe now and then (docs/explanation/pace.md): so most is clear.
_STRUCK: Final = 0.45  # of its requests
_META_SECONDS: Final = 500.0  # in which a fault that makes nobody wait strikes ...
_STRIKES: Final = 1000  # ... so often, at ...
_SENDS_PER_SECOND: Final = 2.4  # ... for each number: more of them than a small machine takes are still waiting when all is to be calm
_STRIKES_LATER: Final = 2.0  # times as long again, for those whose number was left alone for a while


class BadRun(msgspec.Struct, frozen=True):
    """A run of a known-bad build, and the promise that it must be seen to break."""

    order: Order
    must_find: Wrong


def _do(deed: str, *, after: float = 1.5, lasts: float = 0.5) -> Appointment:
    return Appointment(deed=deed, after=after, lasts=lasts)


def _fault(**order: object) -> Appointment:
    return Appointment(deed=META_FAULT, after=0.1, lasts=0.0, order=order)


_BAD: Final[dict[Build, tuple[Wrong, list[Appointment]]]] = {
    Build.ACK_BEFORE_COMMIT: (Wrong.LOST_WEBHOOK, [_do(kills.KILL_POSTGRES)]),
    Build.ASYNCHRONOUS_COMMIT: (Wrong.LOST_WEBHOOK, [_do(pauses.KILL_POSTGRES_BEHIND, lasts=0.2)] * 3),
    Build.SWALLOWED: (Wrong.LOST_POISON, [_do(webhooks.POISON, after=0.1)] * 12),
    Build.REQUEUE_EXPIRED: (
        Wrong.SENT_TWICE,
        [_fault(kind="slow", ms=4000, count=60), _do(kills.KILL_WORKER, after=3.0)],
    ),
    Build.RETRY_LOST_ANSWER: (Wrong.SENT_TWICE, [_fault(kind="accept_then_drop", count=10)]),
    Build.OVERWRITE_STATUS: (Wrong.REGRESSED, []),
    Build.FAILED_OVER_READ: (Wrong.REGRESSED, []),
    Build.WRONG_TENANT: (Wrong.FOREIGN_ROW, []),
}
# One of each promise; those that it shares with another one take long to be seen.
_IN_THE_SMOKE: Final = (
    Build.ACK_BEFORE_COMMIT,
    Build.RETRY_LOST_ANSWER,
    Build.OVERWRITE_STATUS,
    Build.WRONG_TENANT,
)


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One size of the whole thing."""

    rounds: int
    wanted: Mapping[str, int]  # the deeds of each round
    gap: float  # seconds between deeds, about
    weather_gap: float
    webhooks_per_second: float
    sends_per_second: float
    bad: tuple[Build, ...]
    full_disks: Mapping[str, int] = {}  # deeds of the round on disks that can be filled
    meta_seconds: float = 0.0  # how long every fault of Meta's strikes, each a number of its own

    def scaled(self, share: float) -> "Profile":
        """Return the same with so much of everything, one of each at least: for a machine that is busy."""

        def less(counts: Mapping[str, int]) -> Mapping[str, int]:
            return {name: max(1, round(count * share)) for name, count in counts.items()}

        return msgspec.structs.replace(
            self,
            wanted=less(self.wanted),
            full_disks=less(self.full_disks),
            meta_seconds=self.meta_seconds * share,
        )

    def bad_builds(self, seed: int) -> list[BadRun]:
        """Return the runs that show that the judge can see."""
        return [
            BadRun(
                Order(
                    name=build.value,
                    seed=seed,
                    appointments=_BAD[build][1],
                    webhooks_per_second=120 if build is Build.ASYNCHRONOUS_COMMIT else 40,
                    sends_per_second=0.5 if build is Build.ASYNCHRONOUS_COMMIT else 40,
                    build=build,
                    # Few messages are read and then fail: in a shorter time there may be none.
                    lasts=8.0 if _BAD[build][0] is Wrong.REGRESSED else 2.0,
                    # A status that came in time would save a message from the mistake.
                    late_statuses=_BAD[build][0] is Wrong.SENT_TWICE,
                ),
                _BAD[build][0],
            )
            for build in self.bad
        ]

    def orders(self, seed: int) -> list[Order]:
        """Return the runs of the build as it is, each from a seed of its own."""
        return [
            self._order(f"round-{number + 1}", seed + number, self.wanted) for number in range(self.rounds)
        ]

    def disk_order(self, seed: int) -> Order | None:
        """Return the run on disks that get full."""
        if not self.full_disks:
            return None
        return msgspec.structs.replace(self._order("disks", seed + 1000, self.full_disks), disks=True)

    def meta_order(self, seed: int) -> Order | None:
        """Return the run in which each fault of Meta's strikes one number, beside kills of the sender."""
        if not self.meta_seconds:
            return None
        faults = [order | {"count": None, "probability": _STRUCK} for _, order, _ in FAULTS]
        senders = int(self.meta_seconds / 8)
        return Order(
            name="meta",
            seed=seed + 2000,
            appointments=schedule(seed + 2000, {kills.KILL_WORKER_ONLY: senders}, gap=6.0, weather_gap=1.0),
            webhooks_per_second=10,
            sends_per_second=_SENDS_PER_SECOND * len(faults),
            lasts=self.meta_seconds,
            tenants=len(faults),
            calm_within=300.0,
            orders=[fault | {"number": position} for position, fault in enumerate(faults)],
            strikes=round(_STRIKES * self.meta_seconds / _META_SECONDS),
            strikes_within=self.meta_seconds * _STRIKES_LATER,
        )

    def _order(self, name: str, seed: int, wanted: Mapping[str, int]) -> Order:
        return Order(
            name=name,
            seed=seed,
            appointments=schedule(seed, wanted, gap=self.gap, weather_gap=self.weather_gap),
            webhooks_per_second=self.webhooks_per_second,
            sends_per_second=self.sends_per_second,
        )


_WEATHER: Final = {META_FAULT: 30, webhooks.POISON: 30, clocks.METAS_CLOCK: 6, database.LOCKED: 2} | {
    deed.name: 4
    for deed in (*wire.DEEDS, *webhooks.DEEDS)
    if deed.stream == "weather" and deed.name != webhooks.POISON
}
_FULL: Final = _WEATHER | {
    kills.KILL_WEB: 12,
    kills.KILL_WORKER: 12,
    kills.KILL_POSTGRES: 11,
    pauses.KILL_POSTGRES_BEHIND: 1,
    kills.KILL_ALL: 4,
    kills.KILL_SENDER: 20,
    kills.STOP_WEB: 1,
    kills.STOP_WORKER: 1,
    pauses.PAUSE_WORKER: 2,
    pauses.PAUSE_WEB: 1,
    database.FREEZE: 1,
    database.THROW_OUT: 2,
    database.RESTART: 1,
    database.ORDERLY_RESTART: 1,
    database.NO_CONNECTION: 1,
    wire.DATABASE_REFUSES: 1,
    clocks.WEBS_CLOCK: 1,
    clocks.WORKERS_CLOCK: 1,
    errors.SYNCS_FAIL: 1,
    errors.WRITES_FAIL: 1,
    versions.UPGRADE: 1,
}
_TOO_LONG: Final = frozenset({errors.WRITES_FAIL, versions.UPGRADE})  # for every push
_SMOKE: Final = dict.fromkeys(_FULL.keys() - _TOO_LONG, 1) | {
    kills.KILL_WEB: 2,
    kills.KILL_WORKER: 2,
    kills.KILL_POSTGRES: 2,
    META_FAULT: 8,
    webhooks.POISON: 4,
    clocks.METAS_CLOCK: 2,
}

PROFILES: Final = {
    "smoke": Profile(
        rounds=1,
        wanted=_SMOKE,
        gap=0.8,
        weather_gap=0.5,
        webhooks_per_second=20,
        sends_per_second=6,
        bad=_IN_THE_SMOKE,
    ),
    "full": Profile(
        rounds=5,
        wanted=_FULL,
        gap=0.5,
        weather_gap=0.6,
        webhooks_per_second=60,
        sends_per_second=20,
        bad=tuple(_BAD),
        full_disks={disks.DATA_FULL: 4, disks.WAL_FULL: 3, disks.OUTPUT_FULL: 3},
        meta_seconds=_META_SECONDS,
    ),
}
