"""N1, N2, N15: processes killed as the kernel kills them, one or all at once, and asked to stop in the middle of everything."""

import asyncio
from typing import Final

from ..processes import Program
from .deed import Appointment, Counts, Deed, Hand


async def _kill(hand: Hand, program: Program, down: float) -> None:
    await hand.kill(program)
    await asyncio.sleep(down)
    await hand.start(program)


async def _web(hand: Hand, appointment: Appointment) -> None:
    await _kill(hand, hand.web, appointment.lasts)


async def _worker(hand: Hand, appointment: Appointment) -> None:
    await _kill(hand, hand.worker, appointment.lasts)


async def _sender(hand: Hand, appointment: Appointment) -> None:
    """Kill the worker while requests to Meta are under way: the next ones are answered late, so there are."""
    await hand.place.control("POST", "faults", {"kind": "slow", "ms": 1200, "count": 20})
    await asyncio.sleep(0.4)
    await _kill(hand, hand.worker, appointment.lasts)


async def _postgres(hand: Hand, appointment: Appointment) -> None:
    hand.processes_killed += await hand.place.kill_postgres()
    await asyncio.sleep(appointment.lasts)
    await hand.place.revive_postgres()
    await hand.note_return()


async def _everything(hand: Hand, appointment: Appointment) -> None:
    await asyncio.gather(hand.kill(hand.web), hand.kill(hand.worker), hand.place.kill_postgres())
    await asyncio.sleep(appointment.lasts)
    await hand.place.revive_postgres()
    await asyncio.gather(hand.start(hand.web), hand.start(hand.worker))
    await hand.note_return()


async def _stop_worker(hand: Hand, _appointment: Appointment) -> None:
    await _stop(hand, hand.worker)


async def _stop_web(hand: Hand, _appointment: Appointment) -> None:
    await _stop(hand, hand.web)


async def _stop(hand: Hand, program: Program) -> None:
    await hand.stop(program)
    await hand.start(program)


KILL_WEB: Final = "kill -9 web"
KILL_WORKER: Final = "kill -9 worker"
KILL_POSTGRES: Final = "kill -9 PostgreSQL, whole family"
KILL_ALL: Final = "kill -9 everything at once"
KILL_SENDER: Final = "kill -9 worker, with requests to Meta under way"
KILL_WORKER_ONLY: Final = "kill -9 worker, while every fault of Meta's strikes"
STOP_WEB: Final = "SIGTERM web"
STOP_WORKER: Final = "SIGTERM worker"

DEEDS: Final = (
    Deed(number="N1", name=KILL_WEB, counts=Counts.INTAKE_KILL, act=_web),
    Deed(number="N1", name=KILL_WORKER, counts=Counts.INTAKE_KILL, act=_worker),
    Deed(number="N2", name=KILL_POSTGRES, counts=Counts.INTAKE_KILL, act=_postgres),
    Deed(number="N1", name=KILL_ALL, counts=Counts.INTAKE_KILL, act=_everything),
    Deed(number="N1", name=KILL_SENDER, counts=Counts.SENDER_KILL, act=_sender),
    Deed(number="N1", name=KILL_WORKER_ONLY, counts=Counts.SENDER_KILL, act=_worker),
    Deed(number="N15", name=STOP_WEB, counts=Counts.STOP, act=_stop_web),
    Deed(number="N15", name=STOP_WORKER, counts=Counts.STOP, act=_stop_worker),
)
