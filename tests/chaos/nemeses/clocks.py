"""N11: clocks that are wrong: Meta's, in what it delivers, and those of our own processes beside the database's."""

import asyncio
from typing import Final

from ..place import entry
from ..processes import Program
from .deed import Appointment, Counts, Deed, Hand, Stream

_HOUR: Final = 3600
_DAY: Final = 24 * _HOUR
_WRONG_BY: Final = (-_HOUR, _HOUR, -_DAY, _DAY, -25 * _HOUR, 25 * _HOUR, 366 * _DAY)
# Seconds since 1970 that Meta's clock may show, besides being wrong by something: its beginning, and what 32 bits cannot hold.
_METAS: Final = (0, 1, 2**31 - 1, 2**31, 2**32, 4_102_444_800)


async def _metas(hand: Hand, _appointment: Appointment) -> None:
    """Deliver messages whose times are far off."""
    at = hand.random.choice((*_METAS, *(hand.courier.now() + wrong for wrong in _WRONG_BY)))
    for _ in range(3):
        await hand.courier.deliver([hand.courier.text(at=at)])


async def _shifted(hand: Hand, program: Program, name: str, lasts: float) -> None:
    """Run a process with a wrong clock for a while; a jump is what its restart is."""
    wrong = hand.random.choice(_WRONG_BY)
    await hand.kill(program)
    await hand.start(program, command=[*entry("tests.chaos.shifted"), str(wrong), name])
    await asyncio.sleep(2.0 + 2 * lasts)
    await hand.kill(program)
    await hand.start(program)


async def _web(hand: Hand, appointment: Appointment) -> None:
    await _shifted(hand, hand.web, "serve", appointment.lasts)


async def _worker(hand: Hand, appointment: Appointment) -> None:
    await _shifted(hand, hand.worker, "work", appointment.lasts)


METAS_CLOCK: Final = "Meta's clock wrong"
WEBS_CLOCK: Final = "the web process's clock wrong"
WORKERS_CLOCK: Final = "the worker's clock wrong"

DEEDS: Final = (
    Deed(number="N11", name=METAS_CLOCK, counts=Counts.CLOCK, act=_metas, stream=Stream.WEATHER),
    Deed(number="N11", name=WEBS_CLOCK, counts=Counts.CLOCK, act=_web),
    Deed(number="N11", name=WORKERS_CLOCK, counts=Counts.CLOCK, act=_worker),
)
