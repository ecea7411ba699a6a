"""N5: the database's disk answers with errors. Needs a place beneath whose PostgreSQL a disk may fail."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import Final

from curbe.infra.db import Unreachable

from ..failing import Fails
from ..processes import NotReady
from .deed import Appointment, Counts, Deed, Hand

# Its commit must be written and synced.
_COMMITS: Final = "SELECT pg_logical_emit_message(true, 'chaos', 'a word')"
_COMES_BACK_WITHIN: Final = 4.0  # seconds


def _fail(what: Fails) -> Callable[[Hand, Appointment], Awaitable[None]]:
    async def act(hand: Hand, appointment: Appointment) -> None:
        with hand.place.failing(what):
            await _must_not_commit(hand, what)
            await asyncio.sleep(0.5 + 2 * appointment.lasts)
        # PostgreSQL panics rather than lose something silently, and comes back by itself. Where its recovery met the error too, it ends,
        # or (18.4) stands there refusing everybody, until whoever looks after it stops it and starts it again.
        if not await hand.place.postgres_answers(within=_COMES_BACK_WITHIN):
            hand.extra["PostgreSQL did not come back by itself"] += 1
            await hand.place.stop_postgres(signal.SIGQUIT)
        await hand.place.revive_postgres()
        await hand.note_return()

    return act


async def _must_not_commit(hand: Hand, what: Fails) -> None:
    """Return where PostgreSQL refuses a commit, or is gone already.

    Raises:
        NotReady: it answers that it has committed.
    """
    try:
        await hand.sql(_COMMITS)
    except Unreachable:
        return
    raise NotReady(f"PostgreSQL committed although its {what} fail")


SYNCS_FAIL: Final = "the database's disk answers syncs with an error"
WRITES_FAIL: Final = "the database's disk answers writes with an error"

DEEDS: Final = (
    Deed(number="N5", name=SYNCS_FAIL, counts=Counts.ERRORS, act=_fail(Fails.SYNCS)),
    Deed(number="N5", name=WRITES_FAIL, counts=Counts.ERRORS, act=_fail(Fails.WRITES)),
)
