"""When what goes wrong: a schedule drawn from the seed, and who carries it out."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import asyncpg

from .chance import chance
from .nemeses import DEEDS, Appointment, Counts, Hand, Stream
from .nemeses.meta import FAULTS, META_FAULT
from .processes import NotReady

_ENDS_WITHIN: Final = 180.0  # seconds; a deed is done in ten
# What a deed that only harms what passes may meet because another deed is under way; it is then not done, and not counted.
_NOT_NOW: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
)


def schedule(seed: int, wanted: Mapping[str, int], *, gap: float, weather_gap: float) -> list[Appointment]:
    """Return the deeds of a run in order, each as often as ``wanted``: the same for the same seed.

    Args:
        seed: of the run.
        wanted: names of deeds and how many of each.
        gap: seconds between deeds that end and start processes, about.
        weather_gap: seconds between those that harm what passes.
    """
    random = chance(seed, "nemesis")
    names = [name for name, count in sorted(wanted.items()) for _ in range(count)]
    random.shuffle(names)
    weights = [weight for _, _, weight in FAULTS]
    appointments = []
    for name in names:
        usual = weather_gap if DEEDS[name].stream is Stream.WEATHER else gap
        order = random.choices(FAULTS, weights)[0][1] | {"count": random.randint(2, 8)}
        appointments.append(
            Appointment(
                deed=name,
                after=usual * (0.5 + random.random()),
                lasts=0.1 + 0.7 * random.random(),
                order=order if name == META_FAULT else None,
            )
        )
    return appointments


class Nemesis:
    """Carries a schedule out, its two streams beside each other. What it killed it starts again, as an operator's supervisor would."""

    def __init__(self, hand: Hand) -> None:
        self.hand: Final = hand
        self.done: Final[Counter[str]] = Counter()
        self.not_done: Final[Counter[str]] = Counter()

    def count(self, what: Counts) -> int:
        """Return how many deeds of this kind were done."""
        return sum(count for name, count in self.done.items() if DEEDS[name].counts is what)

    async def carry_out(self, appointments: Sequence[Appointment]) -> None:
        """Do everything, and return when all that was killed runs again."""
        streams: dict[Stream, list[Appointment]] = {stream: [] for stream in Stream}
        for appointment in appointments:
            streams[DEEDS[appointment.deed].stream].append(appointment)
        both = [
            asyncio.ensure_future(self._harm_processes(streams[Stream.PROCESSES])),
            asyncio.ensure_future(self._harm_what_passes(streams[Stream.WEATHER])),
        ]
        try:
            await asyncio.gather(*both)
        finally:
            for stream in both:
                stream.cancel()
        await self._revive_the_fallen()

    async def _harm_processes(self, appointments: Sequence[Appointment]) -> None:
        for appointment in appointments:
            await asyncio.sleep(appointment.after)
            await self._do(appointment)
            await self._revive_the_fallen()

    async def _harm_what_passes(self, appointments: Sequence[Appointment]) -> None:
        for appointment in appointments:
            await asyncio.sleep(appointment.after)
            try:
                await self._do(appointment)
            except _NOT_NOW:
                self.not_done[appointment.deed] += 1

    async def _do(self, appointment: Appointment) -> None:
        """Do it, in a time that is enough for anything.

        Raises:
            NotReady: it came to no end.
        """
        limit = asyncio.timeout(_ENDS_WITHIN)
        try:
            async with limit:
                await DEEDS[appointment.deed].act(self.hand, appointment)
        except NotReady as never:
            raise NotReady(f"{appointment.deed}: {never}") from never
        except TimeoutError:
            if limit.expired():
                raise NotReady(f"no end of: {appointment.deed}") from None
            raise
        self.done[appointment.deed] += 1

    async def _revive_the_fallen(self) -> None:
        """Start what ended by itself; the judge hears of it."""
        for program in (self.hand.web, self.hand.worker):
            if not program.note_end():
                await self.hand.start(program)
