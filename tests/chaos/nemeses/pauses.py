"""N3: processes that stand still and go on as if nothing had been, as in a frozen virtual machine."""

import asyncio
import signal
from typing import Final

from ..processes import Program
from .deed import Appointment, Counts, Deed, Hand

_LONGER_THAN_A_LEASE: Final = 7.0  # seconds; a lease lasts five in these runs


async def _worker(hand: Hand, _appointment: Appointment) -> None:
    await _freeze(hand.worker, _LONGER_THAN_A_LEASE)


async def _web(hand: Hand, appointment: Appointment) -> None:
    await _freeze(hand.web, 1.0 + appointment.lasts)


async def _postgres_behind_it(hand: Hand, appointment: Appointment) -> None:
    """Kill PostgreSQL while nobody but the intake commits: a commit of its own must be on the disk, not ride on another's."""
    hand.worker.signal(signal.SIGSTOP)
    try:
        await asyncio.sleep(0.5 + appointment.lasts)
        hand.processes_killed += await hand.place.kill_postgres()
        await hand.place.revive_postgres()
    finally:
        hand.worker.signal(signal.SIGCONT)
    await hand.note_return()


async def _freeze(program: Program, seconds: float) -> None:
    program.signal(signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
    finally:
        program.signal(signal.SIGCONT)


PAUSE_WORKER: Final = "worker stopped for longer than a lease"
KILL_POSTGRES_BEHIND: Final = "kill -9 PostgreSQL while the worker stands still"
PAUSE_WEB: Final = "web stopped for a while"

DEEDS: Final = (
    Deed(number="N3", name=PAUSE_WORKER, counts=Counts.SENDER_KILL, act=_worker),
    Deed(number="N2", name=KILL_POSTGRES_BEHIND, counts=Counts.INTAKE_KILL, act=_postgres_behind_it),
    Deed(number="N3", name=PAUSE_WEB, counts=Counts.STOP, act=_web),
)
