"""N14: the next version's schema comes under load, beneath processes of this one; its own take over; and all the way back."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Final

import asyncpg

from .. import later
from ..place import entry
from ..processes import Program
from .deed import Appointment, Counts, Deed, Hand

_TRIES: Final = 10  # a table that is in use for long is waited for a little, and tried again
_MIGRATION_ENDS_WITHIN: Final = 60.0  # seconds


async def _up_and_down(hand: Hand, appointment: Appointment) -> None:
    """Do as `docs/howto/operate.md` says: migrate, then restart one after the other; and the same backwards."""
    both = {hand.web: "serve", hand.worker: "work"}
    ended = {program: len(program.ended_by_itself) for program in both}
    command = [*entry("tests.chaos.later"), str(await asyncio.to_thread(later.make, hand.place.folder))]
    await _again(lambda: _migrate(hand, command))
    await asyncio.sleep(1.0 + 2 * appointment.lasts)
    for program, name in both.items():
        await _exchange(hand, program, [*command, name])
    await asyncio.sleep(1.0 + 2 * appointment.lasts)
    for statement in later.DOWN:
        await _again(partial(hand.sql, statement))
    for program in both:
        await _exchange(hand, program, None)
    for program, before in ended.items():
        # One that saw another schema than its own in the meantime stopped by itself, which is what is promised.
        program.ended_by_itself[before:] = filter(None, program.ended_by_itself[before:])


async def _exchange(hand: Hand, program: Program, command: Sequence[str] | None) -> None:
    await program.stop()
    await hand.start(program, command=None if command is None else list(command))


async def _migrate(hand: Hand, command: Sequence[str]) -> None:
    """Raise LockNotAvailableError where the migration does not come to its end."""
    env = {**os.environ, **hand.place.env(hand.database), "PYTHONPATH": hand.place.path}
    migrating = await asyncio.create_subprocess_exec(
        *command, "migrate", cwd=hand.place.folder, env=env,
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    async with asyncio.timeout(_MIGRATION_ENDS_WITHIN):
        said, _ = await migrating.communicate()
    if migrating.returncode != 0:
        raise asyncpg.LockNotAvailableError(said.decode()[-500:])


async def _again(do: Callable[[], Awaitable[None]]) -> None:
    for left in reversed(range(_TRIES)):
        try:
            await do()
        except (asyncpg.PostgresError, OSError):
            if not left:
                raise
            await asyncio.sleep(0.3)
        else:
            return


UPGRADE: Final = "the next version's migration under load, its processes, and the way back"

DEEDS: Final = (Deed(number="N14", name=UPGRADE, counts=Counts.STOP, act=_up_and_down),)
