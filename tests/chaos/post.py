"""How Meta and a customer's software call Curbe: a webhook until it is acked, a send until it is answered, the event log without end.

Each step is in the ledger before the next is taken.
"""

import asyncio
import itertools
from collections.abc import Sequence
from typing import Any, Final

import aiohttp
import msgspec

from .bodies import body_of, digest, signature
from .chance import Random
from .ledger import Acked, Asked, Declined, Item, LedgerWriter, Offered, Saw, Taken
from .world import APP_SECRET, WEBHOOK_PATH, Number, World

_FIRST_PAUSE: Final = 0.1  # seconds; Meta waits longer, a run of minutes cannot
_LONGEST_PAUSE: Final = 2.0
_PATIENCE: Final = aiohttp.ClientTimeout(total=10)
_PAGE: Final = 500


class Poster:
    """Calls Curbe's web process, wherever it is in its life."""

    def __init__(
        self, world: World, session: aiohttp.ClientSession, ledger: LedgerWriter, random: Random
    ) -> None:
        self._world: Final = world
        self._session: Final = session
        self._ledger: Final = ledger
        self._random: Final = random
        self._wabas: Final = {number.phone_number_id: number.waba_id for number in world.numbers}
        self._deliveries: Final = itertools.count(1)
        self.acked = 0
        self.taken = 0

    async def deliver(self, items: Sequence[Item]) -> None:
        """Post one webhook, again and again until it is answered 200, as Meta does; sometimes once more after that."""
        number = next(self._deliveries)
        body = body_of(items, self._wabas)
        await self._ledger.note(Offered(delivery=number, digest=digest(body), items=list(items)))
        tries = 1
        pause = _FIRST_PAUSE
        while await self._post(body) != 200:
            tries += 1
            await asyncio.sleep(pause * (0.5 + self._random.random()))
            pause = min(pause * 2, _LONGEST_PAUSE)
        await self._ledger.note(Acked(delivery=number, tries=tries))
        self.acked += 1
        if self._random.random() < 0.05:
            await self._post(body)

    async def _post(self, body: bytes) -> int:
        headers = {"content-type": "application/json", "x-hub-signature-256": signature(body, APP_SECRET)}
        try:
            async with self._session.post(
                self._world.origin + WEBHOOK_PATH, data=body, headers=headers, timeout=_PATIENCE
            ) as answer:
                await answer.read()
                return answer.status
        except (aiohttp.ClientError, TimeoutError, OSError):
            return 0  # no answer: for Meta the same as a refusal

    async def send(self, number: Number, to: str, key: str) -> None:
        """Ask for one message until the API answers; sometimes once more with the same key, which must change nothing."""
        await self._ledger.note(Asked(key=key, mark=number.mark, to=to))
        rounds = 2 if self._random.random() < 0.05 else 1
        for _ in range(rounds):
            answered = await self._send_until_answered(number, to, key)
            await self._ledger.note(answered)
            self.taken += isinstance(answered, Taken)

    async def _send_until_answered(self, number: Number, to: str, key: str) -> Taken | Declined:
        pause = _FIRST_PAUSE
        while True:
            status, body = await self._ask_to_send(number, to, key)
            if status in (200, 202):
                return Taken(key=key, message_id=body["id"])
            if 400 <= status < 500 and status != 429:
                return Declined(key=key, status=status, code=str(body.get("code")))
            await asyncio.sleep(pause * (0.5 + self._random.random()))
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _ask_to_send(self, number: Number, to: str, key: str) -> tuple[int, dict[str, Any]]:
        url = f"{self._world.origin}/api/tenants/{number.tenant_id}/whatsapp/messages/send"
        headers = {"authorization": f"Bearer {number.key}", "idempotency-key": key}
        try:
            async with self._session.post(
                url, json={"to": f"+{to}", "text": key}, headers=headers, timeout=_PATIENCE
            ) as answer:
                return answer.status, msgspec.json.decode(await answer.read())
        except (aiohttp.ClientError, TimeoutError, OSError, msgspec.DecodeError):
            return 0, {}

    async def follow(self, number: Number, ending: asyncio.Event) -> None:
        """Read a tenant's event log by cursor from its beginning, until ``ending`` is set and nothing more comes."""
        cursor: str | None = None
        empty = 0
        while not (ending.is_set() and empty >= 3):
            page = await self._read_events(number, cursor, wait=0 if ending.is_set() else 1)
            if page is None:
                await asyncio.sleep(0.1)
                continue
            items = page["items"]
            saw = [
                Saw(
                    mark=number.mark,
                    cursor=item["cursor"],
                    event=item["type"],
                    message_id=item.get("message_id"),
                )
                for item in items
            ]
            if saw:
                await self._ledger.note(*saw)
            empty = 0 if items else empty + 1
            if empty and ending.is_set():
                await asyncio.sleep(0.1)
            cursor = page["next_cursor"]

    async def _read_events(self, number: Number, cursor: str | None, *, wait: int) -> dict[str, Any] | None:
        params = {"limit": str(_PAGE), "wait": str(wait)} | ({"since": cursor} if cursor else {})
        url = f"{self._world.origin}/api/tenants/{number.tenant_id}/events"
        headers = {"authorization": f"Bearer {number.key}"}
        try:
            async with self._session.get(url, params=params, headers=headers, timeout=_PATIENCE) as answer:
                body = await answer.read()
                if answer.status >= 500:
                    return None
                if answer.status != 200:
                    raise RuntimeError(f"the event log answers {answer.status}: {body[:300]!r}")
                return msgspec.json.decode(body)
        except (aiohttp.ClientError, TimeoutError, OSError, msgspec.DecodeError):
            return None
