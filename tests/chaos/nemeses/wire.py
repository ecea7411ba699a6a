"""N7, N12, N13: what passes is cut, swallowed, spoilt or doubled, and partitions: on the way to PostgreSQL, to Meta, and from Meta."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from ..proxy import FaultProxy, Harm
from .deed import Appointment, Counts, Deed, Hand, Stream

Act = Callable[[Hand, Appointment], Awaitable[None]]

# Which harm makes sense where. Nothing delivers a request of ours to Meta twice, nor a statement: TCP sees to that.
_TO_META: Final = tuple(harm for harm in Harm if harm not in (Harm.TWICE, Harm.CUT_AT_COMMIT))
_TO_DATABASE: Final = tuple(harm for harm in Harm if harm is not Harm.TWICE)
_TO_WEB: Final = tuple(harm for harm in Harm if harm is not Harm.CUT_AT_COMMIT)


def _harm(which: Callable[[Hand], FaultProxy], harms: tuple[Harm, ...]) -> Act:
    async def act(hand: Hand, _appointment: Appointment) -> None:
        which(hand).order(hand.random.choice(harms), hand.random.randint(1, 4))

    return act


def _part(which: Callable[[Hand], FaultProxy], *, up: bool, down: bool) -> Act:
    async def act(hand: Hand, appointment: Appointment) -> None:
        proxy = which(hand)
        proxy.part(up=up, down=down)
        try:
            await asyncio.sleep(0.5 + 3 * appointment.lasts)
        finally:
            proxy.heal()

    return act


async def _refuse(hand: Hand, appointment: Appointment) -> None:
    hand.place.to_database.refuse()
    try:
        await asyncio.sleep(1.0 + 2 * appointment.lasts)
    finally:
        hand.place.to_database.heal()
    await hand.note_return()


async def _refuse_meta(hand: Hand, appointment: Appointment) -> None:
    hand.place.to_meta.refuse()
    try:
        await asyncio.sleep(1.0 + 2 * appointment.lasts)
    finally:
        hand.place.to_meta.heal()


async def _ambiguous_commit(hand: Hand, _appointment: Appointment) -> None:
    hand.place.to_database.order(Harm.CUT_AT_COMMIT, 3)


def _database(hand: Hand) -> FaultProxy:
    return hand.place.to_database


def _meta(hand: Hand) -> FaultProxy:
    return hand.place.to_meta


def _web(hand: Hand) -> FaultProxy:
    return hand.place.to_web


_PLACES: Final = (("PostgreSQL", _database), ("Meta", _meta), ("the web process", _web))
DATABASE_REFUSES: Final = "the way to PostgreSQL refused and reset"
AMBIGUOUS_COMMIT: Final = "cut between COMMIT and its answer"

DEEDS: Final = (
    Deed(number="N6", name=DATABASE_REFUSES, counts=Counts.OUTAGE, act=_refuse),
    Deed(number="N13", name=AMBIGUOUS_COMMIT, counts=Counts.WIRE, act=_ambiguous_commit, stream=Stream.WEATHER),
    Deed(number="N12", name="the way to Meta refused and reset", counts=Counts.PARTITION, act=_refuse_meta, stream=Stream.WEATHER),
    Deed(number="N7", name="harm on the way to Meta", counts=Counts.WIRE, act=_harm(_meta, _TO_META), stream=Stream.WEATHER),
    Deed(number="N12", name="harm on the way to PostgreSQL", counts=Counts.WIRE, act=_harm(_database, _TO_DATABASE), stream=Stream.WEATHER),
    Deed(number="N9", name="harm on the way to the web process", counts=Counts.WIRE, act=_harm(_web, _TO_WEB), stream=Stream.WEATHER),
    *(
        Deed(
            number="N12",
            name=f"{place} parted from us, {direction}",
            counts=Counts.PARTITION,
            act=_part(which, up=up, down=down),
            stream=Stream.WEATHER,
        )
        for place, which in _PLACES
        for direction, up, down in (("both ways", True, True), ("answers only", False, True))
    ),
)  # fmt: skip
