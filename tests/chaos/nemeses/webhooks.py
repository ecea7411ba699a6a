"""N8, N9, N10: statuses of what nobody sent, storms, and bodies that nobody would send, among honest neighbours."""

import asyncio
from typing import Final

from ..poison import KINDS
from .deed import Appointment, Counts, Deed, Hand, Stream


async def _storm(hand: Hand, _appointment: Appointment) -> None:
    """Three hundred webhooks at once, each of some delivered five times, in any order."""
    courier = hand.courier
    letters = [await courier.letter([courier.text()]) for _ in range(300)]
    posts = [letter for letter in letters for _ in range(5 if hand.random.random() < 0.2 else 1)]
    hand.random.shuffle(posts)
    limit = asyncio.Semaphore(50)

    async def post(letter: int) -> None:
        async with limit:
            await courier.post_until_acked(letter)

    await asyncio.gather(*(post(letter) for letter in posts))


async def _thousand(hand: Hand, _appointment: Appointment) -> None:
    """A thousand messages in one body."""
    await hand.courier.deliver([hand.courier.text() for _ in range(1000)])


async def _large(hand: Hand, _appointment: Appointment) -> None:
    """A body close to the three megabytes that are the most Meta sends."""
    await hand.courier.deliver([hand.courier.text(padding=4000) for _ in range(600)])


async def _astray(hand: Hand, _appointment: Appointment) -> None:
    """Statuses of messages that nobody sent, of another tenant's message, and of a week ago."""
    await hand.courier.deliver(hand.courier.statuses_astray())


async def _poison(hand: Hand, _appointment: Appointment) -> None:
    """One item that cannot be read, at the beginning, in the middle or at the end of honest ones; or a body that is none."""
    await hand.courier.deliver_poison(hand.random.choice(KINDS))


POISON: Final = "a poisoned body"

DEEDS: Final = (
    Deed(number="N9", name="a storm of webhooks", counts=Counts.WEBHOOKS, act=_storm, stream=Stream.WEATHER),
    Deed(number="N9", name="a thousand messages in a body", counts=Counts.WEBHOOKS, act=_thousand, stream=Stream.WEATHER),
    Deed(number="N9", name="a body of three megabytes", counts=Counts.WEBHOOKS, act=_large, stream=Stream.WEATHER),
    Deed(number="N8", name="statuses of what nobody here sent", counts=Counts.WEBHOOKS, act=_astray, stream=Stream.WEATHER),
    Deed(number="N10", name=POISON, counts=Counts.WEBHOOKS, act=_poison, stream=Stream.WEATHER),
)  # fmt: skip
