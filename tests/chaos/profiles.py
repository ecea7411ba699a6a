"""How much harm: the same runs, shorter for every push and longer for a night."""

from typing import Final

import msgspec

from .builds import Build
from .findings import Wrong
from .nemesis import Appointment, Deed, schedule
from .run import Order


class BadRun(msgspec.Struct, frozen=True):
    """A run of a known-bad build, and the promise that it must be seen to break."""

    order: Order
    must_find: Wrong


def _kill(deed: Deed, *, after: float = 1.5) -> Appointment:
    return Appointment(deed=deed, after=after, down=0.5)


def _fault(**order: object) -> Appointment:
    return Appointment(deed=Deed.META_FAULT, after=0.1, down=0.0, fault=order)


_BAD: Final[dict[Build, tuple[Wrong, list[Appointment]]]] = {
    Build.ACK_BEFORE_COMMIT: (Wrong.LOST_WEBHOOK, [_kill(Deed.KILL_POSTGRES)]),
    Build.REQUEUE_EXPIRED: (
        Wrong.SENT_TWICE,
        [_fault(kind="slow", ms=4000, count=20), _kill(Deed.KILL_WORKER, after=2.0)],
    ),
    Build.RETRY_LOST_ANSWER: (Wrong.SENT_TWICE, [_fault(kind="accept_then_drop", count=10)]),
    Build.OVERWRITE_STATUS: (Wrong.REGRESSED, []),
    Build.WRONG_TENANT: (Wrong.FOREIGN_ROW, []),
}


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """One size of the whole thing."""

    rounds: int
    kills: int  # of each round
    pauses: int
    faults: int
    gap: float  # seconds between deeds, about
    webhooks_per_second: float
    sends_per_second: float

    def bad_builds(self, seed: int) -> list[BadRun]:
        """Return the runs that show that the judge can see."""
        return [
            BadRun(
                Order(
                    name=build.value,
                    seed=seed,
                    appointments=appointments,
                    webhooks_per_second=40,
                    sends_per_second=40,
                    build=build,
                    lasts=2.0,
                    # A status that came in time would save a message from the mistake.
                    late_statuses=must_find is Wrong.SENT_TWICE,
                ),
                must_find,
            )
            for build, (must_find, appointments) in _BAD.items()
        ]

    def orders(self, seed: int) -> list[Order]:
        """Return the runs of the build as it is, each from a seed of its own."""
        return [
            Order(
                name=f"round-{number + 1}",
                seed=seed + number,
                appointments=schedule(
                    seed + number, kills=self.kills, pauses=self.pauses, faults=self.faults, gap=self.gap
                ),
                webhooks_per_second=self.webhooks_per_second,
                sends_per_second=self.sends_per_second,
            )
            for number in range(self.rounds)
        ]


PROFILES: Final = {
    "smoke": Profile(
        rounds=1, kills=10, pauses=1, faults=8, gap=1.2, webhooks_per_second=100, sends_per_second=15
    ),
    "full": Profile(
        rounds=10, kills=35, pauses=4, faults=40, gap=2.0, webhooks_per_second=150, sends_per_second=30
    ),
    "soak": Profile(
        rounds=40, kills=40, pauses=4, faults=40, gap=2.0, webhooks_per_second=150, sends_per_second=30
    ),
}
