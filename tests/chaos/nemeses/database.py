"""N2, N3, N6: the database stands still, throws everybody out, restarts, has no connection left, or is locked."""

import asyncio
import contextlib
import signal
from typing import Final

import asyncpg

from .deed import Appointment, Counts, Deed, Hand, Stream

_CUT_ALL: Final = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE pid <> pg_backend_pid() AND backend_type = 'client backend' AND datname = current_database()"""
_HOGS: Final = 120  # more than there are connections


async def _freeze(hand: Hand, appointment: Appointment) -> None:
    """Stop every process of PostgreSQL's and let it go on: nobody's connection ends."""
    await hand.place.signal_postgres(signal.SIGSTOP)
    try:
        await asyncio.sleep(2.0 + 3 * appointment.lasts)
    finally:
        await hand.place.signal_postgres(signal.SIGCONT)
    await hand.note_return()


async def _throw_out(hand: Hand, _appointment: Appointment) -> None:
    for _ in range(5):
        await hand.sql(_CUT_ALL)
        await asyncio.sleep(0.1)
    await hand.note_return()


async def _restart(hand: Hand, appointment: Appointment) -> None:
    """Shut down at once, without a checkpoint, as a machine that is switched off in a hurry does."""
    await hand.place.stop_postgres(signal.SIGQUIT)
    await asyncio.sleep(appointment.lasts)
    await hand.place.revive_postgres()
    await hand.note_return()


async def _orderly_restart(hand: Hand, appointment: Appointment) -> None:
    await hand.place.stop_postgres(signal.SIGINT)
    await asyncio.sleep(appointment.lasts)
    await hand.place.revive_postgres()
    await hand.note_return()


async def _no_connection_left(hand: Hand, appointment: Appointment) -> None:
    """Others take every connection there is, and Curbe's own are ended so that it needs new ones."""
    hogs: list[asyncpg.Connection] = []
    try:
        for _ in range(_HOGS):
            with contextlib.suppress(asyncpg.TooManyConnectionsError):
                hogs.append(await asyncpg.connect(hand.place.dsn("postgres"), timeout=2))
        if hogs:
            await hogs[0].execute(_CUT_ALL.replace("current_database()", f"'{hand.database}'"))
        for _ in range(_HOGS // 10):
            with contextlib.suppress(asyncpg.TooManyConnectionsError):
                hogs.append(await asyncpg.connect(hand.place.dsn("postgres"), timeout=2))
        await asyncio.sleep(1.0 + 2 * appointment.lasts)
    finally:
        await asyncio.gather(*(hog.close() for hog in hogs), return_exceptions=True)
    await hand.note_return()


async def _locked(hand: Hand, appointment: Appointment) -> None:
    """Somebody's session holds what Curbe wants to write, as a careless migration does."""
    table = hand.random.choice(("messages", "outbox", "webhook_events", "conversations"))
    connection = await asyncpg.connect(hand.place.dsn(hand.database))
    try:
        async with connection.transaction():
            with contextlib.suppress(asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError):
                await connection.execute("SET LOCAL lock_timeout = '5s'")
                await connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
                await asyncio.sleep(2.0 + 2 * appointment.lasts)
    finally:
        await connection.close()


FREEZE: Final = "PostgreSQL stopped for a while, whole family"
THROW_OUT: Final = "every connection ended by PostgreSQL, five times"
RESTART: Final = "PostgreSQL shut down at once and started again"
ORDERLY_RESTART: Final = "PostgreSQL restarted"
NO_CONNECTION: Final = "no connection to PostgreSQL left"
LOCKED: Final = "a table locked by somebody else"

DEEDS: Final = (
    Deed(number="N3", name=FREEZE, counts=Counts.OUTAGE, act=_freeze),
    Deed(number="N6", name=THROW_OUT, counts=Counts.OUTAGE, act=_throw_out),
    Deed(number="N2", name=RESTART, counts=Counts.OUTAGE, act=_restart),
    Deed(number="N2", name=ORDERLY_RESTART, counts=Counts.OUTAGE, act=_orderly_restart),
    Deed(number="N6", name=NO_CONNECTION, counts=Counts.OUTAGE, act=_no_connection_left),
    Deed(number="N6", name=LOCKED, counts=Counts.OUTAGE, act=_locked, stream=Stream.WEATHER),
)
