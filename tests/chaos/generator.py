"""The load, in a process of its own that no nemesis touches: people writing, statuses of what Meta took, a customer's software sending.

Reads one word a line on stdin (greet, load, drain, report, follow, end) and says on stdout when it is done with it.
"""

import asyncio
import itertools
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final

import aiohttp
import msgspec

from curbe.infra.clock import utc_now

from .chance import Random, chance
from .ledger import Item, LedgerWriter
from .post import Poster
from .world import Number, World, read_world

# What Meta reports of a message it took, and how often; the order is shuffled half the time.
_COURSES: Final = (
    (("sent", "delivered", "read"), 8),
    (("sent", "delivered"), 4),
    (("sent",), 2),
    ((), 2),
    (("sent", "failed"), 1),
    (("delivered",), 1),
    (("sent", "delivered", "read", "sent"), 2),
    (("sent", "delivered", "read", "failed"), 1),
)
_MOST_ITEMS: Final = 5
_SENDING_AT_ONCE: Final = 40


class Accepted(msgspec.Struct, frozen=True):
    """A line of the sandbox's record."""

    kind: str
    phone_number_id: str = ""
    wamid: str = ""
    wa_id: str = ""
    biz_opaque_callback_data: str | None = None
    fault: str = ""


class Generator:
    """Everything that happens outside Curbe."""

    def __init__(self, world: World, poster: Poster, tasks: asyncio.TaskGroup) -> None:
        self._world: Final = world
        self._poster: Final = poster
        self._tasks: Final = tasks
        self._random: Final[Random] = chance(world.seed, "generator")
        self._loading = False
        self._last_text = 0
        self._last_send = 0
        self._pending: Final[set[asyncio.Task[None]]] = set()
        self._sending: Final = asyncio.Semaphore(_SENDING_AT_ONCE)
        self._record_at = world.record_from
        everybody = [(number, person) for number in world.numbers for person in number.people]
        self._random.shuffle(everybody)
        self._turns: Final = itertools.cycle(everybody)
        self._ending: Final = asyncio.Event()
        self._reporting: Final = asyncio.Event()
        if not world.late_statuses:
            self._reporting.set()
        self._followers: Final[list[asyncio.Task[None]]] = []

    async def obey(self, word: str) -> None:
        """Do what the harness asks for, to its end."""
        match word:
            case "greet":  # every person writes once, which opens the customer service windows
                await asyncio.gather(
                    *(self._poster.deliver([self._text(n, p)]) for n in self._world.numbers for p in n.people)
                )
            case "load":
                self._loading = True
                loads = [self._write(), self._send(), self._report()]
                self._followers.extend(
                    self._tasks.create_task(self._poster.follow(number, self._ending))
                    for number in self._world.numbers
                )
                for load in loads:
                    self._tasks.create_task(load)
            case "drain":
                self._loading = False
                await self._quiet()
            case "report":
                self._reporting.set()
                while self._unread_record():  # noqa: ASYNC110 - a file that grows tells nobody
                    await asyncio.sleep(0.1)
                await self._quiet()
            case "follow":
                self._ending.set()
                await asyncio.gather(*self._followers)
            case _:
                raise ValueError(word)

    async def _quiet(self) -> None:
        while self._pending:
            await asyncio.wait(set(self._pending))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = self._tasks.create_task(work)
        self._pending.add(task)
        task.add_done_callback(self._pending.discard)

    def _text(self, number: Number, person: str) -> Item:
        self._last_text += 1
        name = f"{number.mark}-text-{self._last_text}"
        return Item(
            kind="text",
            phone_number_id=number.phone_number_id,
            wamid=f"wamid.{self._world.seed}.{name}",
            person=person,
            text=name,
            at=_now(),
        )

    async def _write(self) -> None:
        """People write, at random moments, one to five messages a webhook, now and then to a number nobody owns."""
        while self._loading:
            await asyncio.sleep(self._random.expovariate(self._world.webhooks_per_second))
            items = [self._any_text() for _ in range(self._random.choice((1, 1, 1, 2, _MOST_ITEMS)))]
            self._start(self._poster.deliver(items))

    def _any_text(self) -> Item:
        number = self._random.choice(self._world.numbers)
        item = self._text(number, self._random.choice(number.people))
        if self._random.random() < 0.03:
            stranger = self._random.choice(self._world.strangers)
            return msgspec.structs.replace(
                item, phone_number_id=stranger, text="nobody's", wamid=f"{item.wamid}.nobody"
            )
        return item

    async def _send(self) -> None:
        while self._loading:
            await asyncio.sleep(self._random.expovariate(self._world.sends_per_second))
            # In turn: Meta allows one person a message in six seconds, and whoever chance favours would wait long.
            number, to = next(self._turns)
            self._last_send += 1
            self._start(self._send_one(number, to, f"{number.mark}-send-{self._last_send}"))

    async def _send_one(self, number: Number, to: str, key: str) -> None:
        async with self._sending:
            await self._poster.send(number, to, key)

    async def _report(self) -> None:
        """Report what Meta took, as fast as its record grows; for ever, as Meta takes messages after the load has ended."""
        await self._reporting.wait()
        while not self._ending.is_set():
            if not self._unread_record():
                await asyncio.sleep(0.05)
                continue
            lines = read_from(Path(self._world.record), self._record_at)
            whole = lines[: lines.rfind(b"\n") + 1]
            for line in whole.splitlines():
                accepted = msgspec.json.decode(line, type=Accepted)
                if accepted.kind == "message" and self._world.number(accepted.phone_number_id):
                    self._start(self._report_one(accepted))
            self._record_at += len(whole)

    def _unread_record(self) -> int:
        return Path(self._world.record).stat().st_size - self._record_at

    async def _report_one(self, accepted: Accepted) -> None:
        course = list(self._random.choices([c for c, _ in _COURSES], [weight for _, weight in _COURSES])[0])
        items = [
            Item(
                kind="status",
                phone_number_id=accepted.phone_number_id,
                wamid=accepted.wamid,
                person=accepted.wa_id,
                status=status,
                callback=accepted.biz_opaque_callback_data,
                at=_now() + position,
            )
            for position, status in enumerate(course)
        ]
        if self._random.random() < 0.5:
            self._random.shuffle(items)
        if items and self._random.random() < 0.2:
            await self._poster.deliver(items)
            return
        for item in items:
            await asyncio.sleep(self._random.random() / 2)
            await self._poster.deliver([item])


def read_from(path: Path, offset: int) -> bytes:
    """Return what a file holds after its first ``offset`` bytes."""
    with path.open("rb") as file:
        file.seek(offset)
        return file.read()


def _now() -> int:
    return int(utc_now().timestamp())


async def main(path: Path) -> None:
    """Generate as the world at ``path`` says until stdin ends."""
    world = read_world(path)
    ledger = LedgerWriter(Path(world.ledger))
    commands = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    connector = aiohttp.TCPConnector(limit=100)
    async with aiohttp.ClientSession(connector=connector) as session, asyncio.TaskGroup() as tasks:
        writing = tasks.create_task(ledger.run())
        poster = Poster(world, session, ledger, chance(world.seed, "poster"))
        generator = Generator(world, poster, tasks)
        while (word := (await commands.readline()).decode().strip()) not in ("", "end"):
            await generator.obey(word)
            print(f"{word} {poster.acked} {poster.taken}", flush=True)
        writing.cancel()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
