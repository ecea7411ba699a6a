"""Delivers what a nemesis has written, as Meta would deliver it, and notes it in a ledger of its own; see `ledger` and `post`."""

import asyncio
import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import aiohttp
import msgspec

from curbe.infra.clock import utc_now

from . import poison
from .bodies import body_of, digest, signature
from .chance import Random
from .generator import Accepted, read_from
from .ledger import Acked, Item, LedgerWriter, Offered
from .processes import NotReady
from .world import APP_SECRET, WEBHOOK_PATH, Number, World

_FIRST: Final = 10_000_000  # its deliveries' numbers; the generator's begin at 1
_PAUSE: Final = 0.2
_PATIENCE: Final = aiohttp.ClientTimeout(total=10)
_STORED_WITHIN: Final = 120.0  # seconds; whatever died meanwhile has long been started again
_WEEK: Final = 7 * 24 * 3600
_HALF: Final = "HALF"  # becomes half of a character on the wire, which no ledger could keep
_TRUTHS: Final = ("read", "delivered", "sent")


class Courier:
    """What is to be delivered, until it is."""

    def __init__(
        self,
        world: World,
        session: aiohttp.ClientSession,
        ledger: LedgerWriter,
        random: Random,
        *,
        direct: str,
    ) -> None:
        """``direct`` is the origin of the web process past every proxy."""
        self._world: Final = world
        self._session: Final = session
        self._ledger: Final = ledger
        self._random: Final = random
        self._direct: Final = direct
        self._wabas: Final = {number.phone_number_id: number.waba_id for number in world.numbers}
        self._deliveries: Final = itertools.count(_FIRST)
        self._names: Final = itertools.count(1)
        self._letters: Final[dict[int, bytes]] = {}

    def now(self) -> int:
        """Return the present second."""
        return int(utc_now().timestamp())

    def text(self, *, at: int | None = None, padding: int = 0) -> Item:
        """Return a message of somebody's to somebody, not delivered yet."""
        number = self._random.choice(self._world.numbers)
        name = f"{number.mark}-odd-{next(self._names)}"
        # What PostgreSQL cannot keep in a text, and half a character, in some of them: they must arrive all the same.
        odd = self._random.choice(("", "", "", " \0", f" {_HALF}"))
        return Item(
            kind="text",
            phone_number_id=number.phone_number_id,
            wamid=f"wamid.{self._world.seed}.{name}",
            person=self._random.choice(number.people),
            text=name + odd + "x" * padding,
            at=self.now() if at is None else at,
        )

    def statuses_astray(self) -> list[Item]:
        """Return statuses of nothing we know, of one number's message in another's name, and of a week ago."""
        here, there = self._random.sample(self._world.numbers, 2)
        unknown = f"wamid.{self._world.seed}.nobody-sent-{next(self._names)}"
        astray = [self._status(here, unknown, here.people[0], at=self.now())]
        sent = [one for one in self._sent() if one.phone_number_id == there.phone_number_id]
        if sent:
            one = self._random.choice(sent)
            callback = one.biz_opaque_callback_data
            astray.append(self._status(here, one.wamid, one.wa_id, at=self.now(), callback=callback))
            late = self.now() - _WEEK
            astray.append(self._status(there, one.wamid, one.wa_id, at=late, callback=callback))
        return astray

    def _status(
        self, number: Number, wamid: str, person: str, *, at: int, callback: str | None = None
    ) -> Item:
        return Item(
            kind="status",
            phone_number_id=number.phone_number_id,
            wamid=wamid,
            person=person,
            status=self._random.choice(_TRUTHS),
            callback=callback,
            at=at,
        )

    def _sent(self) -> list[Accepted]:
        lines = read_from(Path(self._world.record), self._world.record_from)
        whole = lines[: lines.rfind(b"\n") + 1].splitlines()
        decoded = [msgspec.json.decode(line, type=Accepted) for line in whole]
        return [one for one in decoded if one.kind == "message"]

    async def deliver(self, items: Sequence[Item]) -> None:
        """Deliver one webhook until it is acked."""
        await self.post_until_acked(await self.letter(items))

    async def deliver_poison(self, kind: str) -> None:
        """Deliver something that cannot be read, among honest neighbours where there is room for any, until it is acked."""
        mark = f"poison-{self._world.seed}-{next(self._names)}"
        if poison.is_whole_body(kind):
            await self.post_until_acked(await self._write(poison.body(kind, mark), [], [mark]))
            return
        items = [self.text() for _ in range(self._random.choice((2, 9, 40)))]
        body = json.loads(body_of(items, self._wabas))
        entries = body["entry"]
        value = self._random.choice((entries[0], entries[len(entries) // 2], entries[-1]))["changes"][0][
            "value"
        ]
        odd = poison.item(kind, mark, person=items[0].person, at=self.now())
        value["messages"].insert(self._random.randint(0, 1), odd)
        written = json.dumps(body, separators=(",", ":")).encode()
        await self.post_until_acked(await self._write(written, items, [mark]))

    async def letter(self, items: Sequence[Item]) -> int:
        """Write a webhook and return its number; it is delivered by `post_until_acked`, as often as that is called."""
        body = body_of(items, self._wabas).replace(_HALF.encode(), b"\\ud83d")
        return await self._write(body, items, [])

    async def _write(self, body: bytes, items: Sequence[Item], marks: list[str]) -> int:
        number = next(self._deliveries)
        self._letters[number] = body
        await self._ledger.note(
            Offered(delivery=number, digest=digest(body), items=list(items), poison=marks)
        )
        return number

    async def post_until_acked(self, letter: int) -> None:
        """Post it until it is answered 200.

        Raises:
            NotReady: it never was.
        """
        tries = await self._until_acked(letter, self._world.origin, pause=_PAUSE)
        await self._ledger.note(Acked(delivery=letter, tries=tries))

    async def until_stored(self) -> float:
        """Return how many seconds it takes until a webhook is stored, from now, past every proxy that is before the web process.

        Raises:
            NotReady: it never was.
        """
        loop = asyncio.get_running_loop()
        began = loop.time()
        body = json.dumps(
            {
                "object": "whatsapp_business_account",
                "entry": [{"id": f"probe-{next(self._names)}", "changes": []}],
            }
        )
        letter = await self._write(body.encode(), [], [])
        await self._until_acked(letter, self._direct, pause=0.02)
        await self._ledger.note(Acked(delivery=letter, tries=1))
        return loop.time() - began

    async def _until_acked(self, letter: int, origin: str, *, pause: float) -> int:
        loop = asyncio.get_running_loop()
        until = loop.time() + _STORED_WITHIN
        tries = 1
        while (answer := await self._post(origin, self._letters[letter])) != 200:
            if loop.time() > until:
                said = f"answered {answer}" if answer else "not answered"
                raise NotReady(f"a webhook was never stored, at last {said}: {self._letters[letter][:200]!r}")
            tries += 1
            await asyncio.sleep(pause * (0.5 + self._random.random()))
        return tries

    async def _post(self, origin: str, body: bytes) -> int:
        headers = {"content-type": "application/json", "x-hub-signature-256": signature(body, APP_SECRET)}
        try:
            async with self._session.post(
                origin + WEBHOOK_PATH, data=body, headers=headers, timeout=_PATIENCE
            ) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0  # no answer: for Meta the same as a refusal
