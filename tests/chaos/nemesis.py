"""What goes wrong, when, and how: a schedule drawn from the seed, and the hand that carries it out."""

import asyncio
import signal
from collections import Counter
from enum import StrEnum
from typing import Any, Final

import msgspec

from .chance import chance
from .place import Place
from .processes import Program


class Deed(StrEnum):
    """One kind of harm."""

    KILL_WEB = "kill -9 web"
    KILL_WORKER = "kill -9 worker"
    KILL_POSTGRES = "kill -9 PostgreSQL, whole family"
    KILL_ALL = "kill -9 everything at once"
    PAUSE_WORKER = "pause the worker for longer than a lease"
    META_FAULT = "Meta misbehaves"


KILLS: Final = frozenset({Deed.KILL_WEB, Deed.KILL_WORKER, Deed.KILL_POSTGRES, Deed.KILL_ALL})
_PAUSE: Final = 7.0  # seconds; a lease lasts five in these runs

# Faults of the sandbox: (order, weight). Those after the acceptance are the ones that make two sends out of one.
FAULTS: Final = (
    ({"kind": "accept_then_drop"}, 3),
    ({"kind": "accept_then_500"}, 3),
    ({"kind": "accept_then_garbage"}, 1),
    ({"kind": "accept_then_truncate"}, 1),
    ({"kind": "without_wamid"}, 1),
    ({"kind": "read_timeout"}, 2),
    ({"kind": "slow", "ms": 2500}, 3),
    ({"kind": "error", "code": 130429}, 2),
    ({"kind": "error", "code": 131056}, 1),
    ({"kind": "error", "code": 131026}, 1),
    ({"kind": "http_status", "http_status": 503}, 1),
    ({"kind": "refuse"}, 2),
)


class Appointment(msgspec.Struct, frozen=True):
    """A deed, how long after the one before, and for how long what was killed stays down."""

    deed: Deed
    after: float
    down: float
    fault: dict[str, Any] | None = None


def schedule(seed: int, *, kills: int, pauses: int, faults: int, gap: float) -> list[Appointment]:
    """Return the deeds of a run in order: the same for the same seed, every kind of kill among ``kills`` where they are enough."""
    random = chance(seed, "nemesis")
    usual = [Deed.KILL_WEB, Deed.KILL_WORKER, Deed.KILL_POSTGRES]
    deeds = [usual[position % 3] for position in range(max(0, kills - 1))] + [Deed.KILL_ALL] * min(1, kills)
    deeds += [Deed.PAUSE_WORKER] * pauses + [Deed.META_FAULT] * faults
    random.shuffle(deeds)
    orders = [order for order, _ in FAULTS]
    weights = [weight for _, weight in FAULTS]
    return [
        Appointment(
            deed=deed,
            after=gap * (0.3 if deed is Deed.META_FAULT else 0.5 + random.random()),
            down=0.1 + 0.7 * random.random(),
            fault=random.choices(orders, weights)[0] | {"count": random.randint(2, 8)}
            if deed is Deed.META_FAULT
            else None,
        )
        for deed in deeds
    ]


class Nemesis:
    """Carries a schedule out. What it killed it starts again, as an operator's supervisor would."""

    def __init__(self, place: Place, *, web: Program, worker: Program) -> None:
        self._place: Final = place
        self._web: Final = web
        self._worker: Final = worker
        self.done: Final[Counter[Deed]] = Counter()
        self.processes_killed = 0

    @property
    def kills(self) -> int:
        """How many times something was killed."""
        return sum(count for deed, count in self.done.items() if deed in KILLS)

    async def carry_out(self, appointments: list[Appointment]) -> None:
        """Do everything, and return when all that was killed runs again."""
        for appointment in appointments:
            await asyncio.sleep(appointment.after)
            await self._do(appointment)
            self.done[appointment.deed] += 1

    async def _do(self, appointment: Appointment) -> None:
        match appointment.deed:
            case Deed.KILL_WEB:
                await self._restart(self._web, down=appointment.down)
            case Deed.KILL_WORKER:
                await self._restart(self._worker, down=appointment.down)
            case Deed.KILL_POSTGRES:
                self.processes_killed += await self._place.kill_postgres()
                await asyncio.sleep(appointment.down)
                await self._place.revive_postgres()
            case Deed.KILL_ALL:
                await asyncio.gather(self._web.kill(), self._worker.kill(), self._place.kill_postgres())
                self.processes_killed += 2
                await asyncio.sleep(appointment.down)
                await self._place.revive_postgres()
                await asyncio.gather(self._web.start(), self._worker.start())
            case Deed.PAUSE_WORKER:
                self._worker.signal(signal.SIGSTOP)
                await asyncio.sleep(_PAUSE)
                self._worker.signal(signal.SIGCONT)
            case Deed.META_FAULT:
                await self._place.control("POST", "faults", appointment.fault)
        await self._revive_the_fallen()

    async def _restart(self, program: Program, *, down: float) -> None:
        await program.kill()
        self.processes_killed += 1
        await asyncio.sleep(down)
        await program.start()

    async def _revive_the_fallen(self) -> None:
        """Start what ended by itself; the judge hears of it."""
        for program in (self._web, self._worker):
            if not program.note_end():
                await program.start()
