"""N4: a disk is full: that of the data, of the write-ahead log, of the programs' own output. Needs a place whose disks may be filled."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import asyncpg

from ..disk import Disk
from .deed import Appointment, Counts, Deed, Hand

# What makes PostgreSQL need room at once, and what it says then: a table grows; the log begins its next file, until no old one is left.
_GROWS: Final = "CREATE TABLE filler AS SELECT repeat('x', 2000) FROM generate_series(1, 20000)"
_SWITCH: Final = "SELECT pg_switch_wal() FROM pg_logical_emit_message(false, 'chaos', 'a word')"
_MOST_OLD_FILES: Final = 60


async def _need_room(hand: Hand, disk: Disk) -> bool:
    """Have PostgreSQL write to the disk, and return whether it was told that nothing fits."""
    if disk is Disk.OUTPUT:
        return True
    try:
        if disk is Disk.DATA:
            await hand.sql(_GROWS)
            return False
        for _ in range(_MOST_OLD_FILES):
            await hand.sql(_SWITCH)
    except (asyncpg.DiskFullError, asyncpg.PostgresConnectionError, asyncpg.CannotConnectNowError, OSError):
        return True
    return False


def _fill(disk: Disk) -> Callable[[Hand, Appointment], Awaitable[None]]:
    async def act(hand: Hand, appointment: Appointment) -> None:
        await asyncio.to_thread(hand.place.fill, disk)
        try:
            hand.extra[f"{disk}: told that nothing fits"] += await _need_room(hand, disk)
            await asyncio.sleep(2.0 + 3 * appointment.lasts)
        finally:
            await asyncio.to_thread(hand.place.make_room, disk)
        # With its log full PostgreSQL panics; it comes back by itself or is started again by whoever looks after it.
        await hand.place.revive_postgres()
        await hand.note_return()

    return act


DATA_FULL: Final = "the data's disk full"
WAL_FULL: Final = "the write-ahead log's disk full"
OUTPUT_FULL: Final = "the disk of the programs' own log full"

DEEDS: Final = (
    Deed(number="N4", name=DATA_FULL, counts=Counts.DISK, act=_fill(Disk.DATA)),
    Deed(number="N4", name=WAL_FULL, counts=Counts.DISK, act=_fill(Disk.WAL)),
    Deed(number="N4", name=OUTPUT_FULL, counts=Counts.DISK, act=_fill(Disk.OUTPUT)),
)
