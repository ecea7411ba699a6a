"""A deed, when it is done, and the hand that does it."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any, Final

import msgspec

from ..chance import Random
from ..courier import Courier
from ..place import Place
from ..processes import NotReady, Program

# Tries: a process that finds no database ends, and whoever looks after it starts it again. More than the harms that may wait on its way.
_BEGINS_WITHIN: Final = 12


class Counts(StrEnum):
    """What a deed is one of, in the report."""

    INTAKE_KILL = "kills of web, worker or PostgreSQL"
    SENDER_KILL = "kills and pauses of a sender with requests under way"
    OUTAGE = "database outages"
    DISK = "full disks"
    ERRORS = "disks that answer with errors"
    PARTITION = "partitions"
    WIRE = "requests harmed on the wire"
    META = "faults of Meta's ordered"
    CLOCK = "clocks that are wrong"
    WEBHOOKS = "storms and bodies nobody would send"
    STOP = "stops"


class Stream(StrEnum):
    """Deeds of one stream follow one another; the streams run beside each other."""

    PROCESSES = "processes"  # what ends and starts processes: one at a time, or a start would fail for a reason of our making
    WEATHER = "weather"  # what only harms what passes


class Appointment(msgspec.Struct, frozen=True):
    """A deed by its name, how long after the one before, and for how long what it took away stays away."""

    deed: str
    after: float
    lasts: float
    order: dict[str, Any] | None = None


class Hand:
    """All that a deed may touch."""

    def __init__(
        self, place: Place, *, database: str, web: Program, worker: Program, courier: Courier, random: Random
    ) -> None:
        self.place: Final = place
        self.database: Final = database
        self.web: Final = web
        self.worker: Final = worker
        self.courier: Final = courier
        self.random: Final = random
        self.processes_killed = 0
        self.restarts_wanted = 0  # starts that did not succeed at once, for want of the database
        self.back_after: Final[
            list[float]
        ] = []  # seconds from the database's return to the first webhook stored
        self.extra: Final[Counter[str]] = Counter()

    async def kill(self, program: Program) -> None:
        """Kill one of Curbe's processes as the kernel does."""
        await program.kill()
        self.processes_killed += 1

    async def start(self, program: Program, *, command: list[str] | None = None) -> None:
        """Start it, and again where it found no database, as whoever looks after processes does."""
        for left in reversed(range(_BEGINS_WITHIN)):
            try:
                await program.start(command=command)
            except NotReady:
                if not left:
                    raise
                self.restarts_wanted += 1
                await asyncio.sleep(0.5)
            else:
                return

    async def stop(self, program: Program) -> None:
        """Ask it to stop, with whatever it is doing; one that does not end by itself within twenty seconds, with code 0, is a finding."""
        code = await program.stop()
        if code != 0:
            program.ended_by_itself.append(code)

    async def note_return(self) -> None:
        """Measure how long it takes until a webhook is stored again, now that the database is back."""
        self.back_after.append(await self.courier.until_stored())

    async def sql(self, statement: str, *, database: str | None = None) -> None:
        """Have the database's owner do something, past every proxy."""
        await self.place.execute(statement, database=database or self.database)


class Deed(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of harm."""

    number: str  # N1 to N18
    name: str
    counts: Counts
    act: Callable[[Hand, Appointment], Awaitable[None]]
    stream: Stream = Stream.PROCESSES
