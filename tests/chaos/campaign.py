"""A campaign through the sandbox while the worker and PostgreSQL are killed, judged from outside.

``python -m tests.chaos.campaign --recipients 100000 --kills 10``. The judge reads what the sandbox wrote down as accepted, and the database
at the end: everybody has an outcome, nobody was written to twice, what counts as accepted was, what counts as failed was not, and at every
look on the way the campaign's figures added up to its recipients and agreed with a count over the messages.

A second, smaller one is stopped on the way: several times people say no, those whose turn it is and others; then it is cancelled. Whose
message still waited once the no, or the cancel, was committed, is never written to: whatever claimed it would have come after the commit.
"""

import argparse
import asyncio
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import aiohttp
import asyncpg
import msgspec

from curbe.consent import service as consent
from curbe.consent.gate import Consent
from curbe.consent.rules import About, Source
from curbe.consent.service import Word
from curbe.infra.clock import utc_now
from curbe.infra.db import Pool, Role

from .place import Place, place
from .world import Number

_SETTINGS: Final = {"enforce_window": True, "enforce_pair_rate": True, "enforce_throughput": True}
_NAME: Final = "campaign_of_the_harness"
_BODY: Final = [{"type": "BODY", "text": "Hola {{1}}, tu pedido sale hoy."}]
_CONTENT: Final = {
    "name": _NAME,
    "language": {"code": "es"},
    "components": [{"type": "body", "parameters": [{"type": "text", "text": "{{nombre}}"}]}],
}
_LOOK_EVERY: Final = 1.0  # seconds
_STALLED: Final = 120.0  # seconds without any progress
_TIMES: Final = 8  # that people say no
_SAYING_NO: Final = 12  # each time, half of them next in turn
# The count of the campaign's own route, and one over the messages alone, in one snapshot.
_COUNTS: Final = """
SELECT k.state::text AS state,
       (SELECT count(*) FROM campaign_recipients r WHERE r.campaign_id = k.id) AS recipients,
       (SELECT count(*) FROM campaign_recipients r WHERE r.campaign_id = k.id AND r.state = 'waiting') AS waiting,
       (SELECT count(*) FROM campaign_recipients r WHERE r.campaign_id = k.id AND r.state = 'skipped') AS skipped,
       (SELECT count(*) FROM messages m WHERE m.sender = 'campaign:' || k.id) AS messages,
       (SELECT count(*) FROM messages m WHERE m.sender = 'campaign:' || k.id AND m.status NOT IN ('queued', 'sending')) AS answered
  FROM campaigns k WHERE k.id = $1"""


Beside = Callable[[Callable[[], Mapping[str, int]], str], AbstractAsyncContextManager[object]]


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a run came to."""

    recipients: int
    sorted_out_in: float  # seconds: the file read, its rows taken
    looked_over_in: float  # seconds: the dry run
    seconds: float
    per_second: float
    fastest_ten_seconds: float
    recoveries: list[float]  # seconds without anything accepted, around each kill
    kills: dict[str, int]
    figures: dict[str, int]
    looks: int
    unknown_but_accepted: int
    said_no: int  # people whose message waited when their no was committed
    after_no: int  # of them, how many were written to all the same
    cancelled: int  # people whose message waited when the cancel was committed
    after_cancel: int
    wrong: list[str]


class Customer:
    """A tenant's program: makes campaigns over HTTP."""

    def __init__(self, here: Place, number: Number, session: aiohttp.ClientSession) -> None:
        self._session: Final = session
        self._url: Final = f"http://127.0.0.1:{here.port}/api/tenants/{number.tenant_id}"
        self._key: Final = number.key
        self.took: Final[list[float]] = []  # seconds: sorting out the last file, looking it over

    async def ask(self, method: str, path: str, body: Any = None, *, content: bytes | None = None) -> Any:
        """Ask, and return the answer; where nobody answers because it was killed, ask again."""
        headers = {"authorization": f"Bearer {self._key}"}
        until = time.monotonic() + 120
        while True:
            try:
                async with self._session.request(
                    method, self._url + path, json=body, data=content, headers=headers
                ) as answer:
                    text = await answer.text()
                    if answer.status < 300:
                        return msgspec.json.decode(text) if text else None
                    if answer.status != 503:
                        raise AssertionError((method, path, answer.status, text))
            except aiohttp.ClientError:
                if time.monotonic() > until:
                    raise
            await asyncio.sleep(0.2)

    async def campaign(self, phones: Sequence[str]) -> UUID:
        """Make a campaign for these people from a file, look it over, and return it ready."""
        made = await self.ask(
            "POST", "/campaigns", {"name": "Harness", "template": _CONTENT, "pause_at_failures": None}
        )
        path = f"/campaigns/{made['id']}"
        table = "nombre,phone\n" + "".join(f"Ana {n},{phone}\n" for n, phone in enumerate(phones))
        file = await self.ask("POST", f"{path}/audience/upload?filename=people.csv", content=table.encode())
        mapping = {"audience_id": file["audience_id"], "phone": "phone", "variables": {"nombre": "nombre"}}
        moments = [time.monotonic()]
        taken = await self.ask("POST", f"{path}/audience/mapping", mapping)
        moments.append(time.monotonic())
        assert taken["taken_count"] == len(phones), taken
        seen = await self.ask("POST", f"{path}/dry-run")
        moments.append(time.monotonic())
        self.took[:] = [later - earlier for earlier, later in pairwise(moments)]
        assert (seen["state"], seen["eligible"]) == ("ready", len(phones)), seen
        return UUID(made["id"])


class Run:
    """One run at a place."""

    def __init__(self, here: Place, database: str, *, build: str = "") -> None:
        """``build`` names a known-bad build of the worker."""
        self._here: Final = here
        self.dsn: Final = here.dsn(database)
        env = here.env(database)
        self._web: Final = here.program("campaign-web", env, "serve", ready="curbe serves")
        self._worker: Final = here.program("campaign-worker", env, "work", ready="curbe works", build=build)
        self._postmaster = here.postmaster()
        self.kills: Final[Counter[str]] = Counter()
        self.wrong: Final[list[str]] = []
        self.looks = 0
        self._answered: list[tuple[float, int]] = []
        self._killed_at: Final[list[float]] = []

    def programs(self) -> dict[str, int]:
        """Return the process ids of what runs at the moment."""
        ours = {"web": self._web, "worker": self._worker, "sandbox": self._here.sandbox}
        pids = {name: program.pid for name, program in ours.items() if program.runs}
        return pids if self._postmaster is None else {**pids, "PostgreSQL": self._postmaster}

    async def carry_out(
        self, *, recipients: int, kills: int, stopped: int, beside: Beside = lambda *_: nullcontext()
    ) -> Outcome:
        """Send a campaign to its end under fire, stop another one on its way, and judge. ``beside`` is entered while the first goes out."""
        number = self._here.numbers[0]
        try:
            await asyncio.gather(self._web.start(), self._worker.start())
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=300)) as session:
                customer = Customer(self._here, number, session)
                await customer.ask("POST", "/templates/sync")
                phones = _phones(recipients, first=0)
                campaign_id = await customer.campaign(phones)
                sorted_out_in, looked_over_in = customer.took
                async with beside(self.programs, self.dsn):
                    began = time.monotonic()
                    await customer.ask("POST", f"/campaigns/{campaign_id}/start")
                    await self._under_fire(campaign_id, recipients=recipients, kills=kills)
                    seconds = time.monotonic() - began
                figures = await customer.ask("GET", f"/campaigns/{campaign_id}/progress")
                hidden = await self._judge(campaign_id, phones)
                other = _phones(stopped, first=recipients)
                stop = await self._stopped(customer, number, other)
        finally:
            await asyncio.gather(self._web.stop(), self._worker.stop())
        told = {name: value for name, value in figures.items() if isinstance(value, int) and value}
        return Outcome(
            recipients=recipients,
            sorted_out_in=sorted_out_in,
            looked_over_in=looked_over_in,
            seconds=seconds,
            per_second=recipients / seconds,
            fastest_ten_seconds=_fastest(self._answered, span=10.0),
            recoveries=_recoveries(self._killed_at, [at for _, at in self._accepted()]),
            kills=dict(self.kills),
            figures=told,
            looks=self.looks,
            unknown_but_accepted=hidden,
            **stop,
            wrong=self.wrong,
        )

    async def _under_fire(self, campaign_id: UUID, *, recipients: int, kills: int) -> None:
        """Kill worker and PostgreSQL in turn, evenly over the way, and look every second until the campaign has finished."""
        due = [recipients * (n + 1) // (kills + 1) for n in range(kills)]
        moved_at, answered = time.monotonic(), -1
        while True:
            await asyncio.sleep(_LOOK_EVERY)
            seen = await self._look(campaign_id)
            if seen is None:
                continue
            if seen["answered"] > answered:
                moved_at, answered = time.monotonic(), seen["answered"]
                self._answered.append((moved_at, answered))
            if time.monotonic() - moved_at > _STALLED:
                self.wrong.append(f"nothing moved for {_STALLED:.0f} s at {seen}")
                return
            if due and answered >= due[0]:
                due.pop(0)
                await self._kill()
            elif not due and seen["state"] == "finished":
                return

    async def _kill(self) -> None:
        self._killed_at.append(utc_now().timestamp())
        if sum(self.kills.values()) % 2:
            await self._here.kill_postgres()
            await asyncio.sleep(0.3)
            await self._here.revive_postgres()
            self._postmaster = self._here.postmaster()
            self.kills["PostgreSQL"] += 1
            return
        await self._worker.kill()
        await asyncio.sleep(0.3)
        await self._worker.start()
        self.kills["worker"] += 1

    async def _look(self, campaign_id: UUID) -> dict[str, Any] | None:
        """Return the counts of one moment, having seen that they agree; None where PostgreSQL does not answer."""
        try:
            connection = await asyncpg.connect(self.dsn, timeout=10)
        except (OSError, asyncpg.PostgresError, TimeoutError):
            return None
        try:
            row = await connection.fetchrow(_COUNTS, campaign_id)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return None
        finally:
            connection.terminate()
        assert row is not None
        self.looks += 1
        if row["recipients"] != row["waiting"] + row["skipped"] + row["messages"]:
            self.wrong.append(f"the parts are not the whole: {dict(row)}")
        return dict(row)

    async def _judge(self, campaign_id: UUID, phones: Sequence[str]) -> int:
        """Compare what the sandbox accepted with what the database says; return how many are unknown and were accepted."""
        accepted = Counter(to for to, _ in self._accepted())
        twice = [to for to, count in accepted.items() if count > 1]
        if twice:
            self.wrong.append(f"{len(twice)} people were written to more than once")
        if strangers := accepted.keys() - set(phones):
            self.wrong.append(f"{len(strangers)} people were written to who are not in the campaign")
        connection = await asyncpg.connect(self.dsn)
        rows = await connection.fetch(
            """SELECT '+' || r.phone AS phone, r.state::text AS state, m.status::text AS status
                 FROM campaign_recipients r LEFT JOIN messages m ON m.id = r.message_id WHERE r.campaign_id = $1""",
            campaign_id,
        )
        await connection.close()
        hidden = 0
        for row in rows:
            there = row["phone"] in accepted
            if row["state"] != "taken" or row["status"] in {"queued", "sending", None}:
                self.wrong.append(f"{row['phone']} has no outcome: {row['state']}, {row['status']}")
            elif row["status"] == "unknown":
                hidden += there
            elif there != (row["status"] != "failed"):
                self.wrong.append(f"{row['phone']} is {row['status']}, and the provider says otherwise")
        return hidden

    async def _stopped(self, customer: Customer, number: Number, phones: Sequence[str]) -> dict[str, int]:
        """Let people say no on the way, then cancel; return how many waited at each commit, and how many of them were written to."""
        campaign_id = await customer.campaign(phones)
        await customer.ask("POST", f"/campaigns/{campaign_id}/start")
        said_no: set[str] = set()
        for turn in range(_TIMES):
            await self._until_answered(campaign_id, len(phones) * (turn + 1) // (_TIMES * 2))
            said_no |= await self._say_no(number, campaign_id)
        await customer.ask("POST", f"/campaigns/{campaign_id}/cancel")
        cancelled = await self._waiting(campaign_id)
        await asyncio.sleep(5)
        accepted = Counter(to for to, _ in self._accepted() if to in set(phones))
        after_no, after_cancel = said_no & accepted.keys(), cancelled & accepted.keys()
        if after_no:
            self.wrong.append(f"{len(after_no)} people were written to after they had said no")
        if after_cancel:
            self.wrong.append(f"{len(after_cancel)} people were written to after the cancel")
        if max(accepted.values(), default=0) > 1:
            self.wrong.append("somebody of the cancelled campaign was written to more than once")
        seen = await self._look(campaign_id)
        if seen is None or seen["messages"] != seen["answered"]:
            self.wrong.append(f"the cancelled campaign still has messages to send: {seen}")
        counts = (len(said_no), len(after_no), len(cancelled), len(after_cancel))
        return dict(zip(("said_no", "after_no", "cancelled", "after_cancel"), counts, strict=True))

    async def _waiting(self, campaign_id: UUID, among: Sequence[str] | None = None) -> set[str]:
        """Return whose message nobody has begun to send, or who has none yet: seen now, claimed later if ever."""
        connection = await asyncpg.connect(self.dsn)
        rows = await connection.fetch(
            """SELECT '+' || r.phone AS phone FROM campaign_recipients r LEFT JOIN messages m ON m.id = r.message_id
                WHERE r.campaign_id = $1 AND ($2::text[] IS NULL OR '+' || r.phone = ANY($2))
                  AND (r.state = 'waiting' OR (m.phase = 'queued' AND m.attempt = 0))""",
            campaign_id,
            among,
        )
        await connection.close()
        return {row["phone"] for row in rows}

    async def _until_answered(self, campaign_id: UUID, count: int) -> None:
        until = time.monotonic() + _STALLED
        while (seen := await self._look(campaign_id)) is None or seen["answered"] < count:
            assert time.monotonic() < until, seen
            await asyncio.sleep(0.1)

    async def _say_no(self, number: Number, campaign_id: UUID) -> set[str]:
        """Let people whose messages lie in the outbox say no; return whose message still waited when that was committed."""
        pool = await Pool.open(self.dsn, Role.WEB, size=1)
        connection = await asyncpg.connect(self.dsn)
        rows = await connection.fetch(
            """WITH queued AS (
                   SELECT r.n, r.contact_id, '+' || r.phone AS phone FROM campaign_recipients r JOIN messages m ON m.id = r.message_id
                    WHERE r.campaign_id = $1 AND m.status = 'queued')
               (SELECT * FROM queued ORDER BY n LIMIT $2) UNION (SELECT * FROM queued ORDER BY n DESC LIMIT $2)""",
            campaign_id,
            _SAYING_NO // 2,
        )
        await connection.close()
        tenant_id = UUID(number.tenant_id)
        words = [
            Word(
                tenant_id=tenant_id,
                contact_id=row["contact_id"],
                about=About.ALL,
                state=Consent.OUT,
                source=Source.KEYWORD,
                actor=consent.PERSON,
                at=utc_now(),
                proof="BAJA",
            )
            for row in rows
        ]
        async with pool.transaction(tenant_id) as tx:
            await consent.record(tx, words)
        waiting = await self._waiting(campaign_id, [row["phone"] for row in rows])
        await pool.close()
        return waiting

    def _accepted(self) -> list[tuple[str, float]]:
        """Return whom the sandbox has accepted messages for, and when, from its own record."""
        with self._here.record.open("rb") as record:
            entries = [msgspec.json.decode(line) for line in record]
        return [
            (entry["to"], datetime.fromisoformat(entry["at"]).timestamp())
            for entry in entries
            if entry["kind"] == "message"
        ]


def _phones(count: int, *, first: int) -> list[str]:
    return [f"+346{n:08}" for n in range(first + 1, first + count + 1)]


def _fastest(answered: Sequence[tuple[float, int]], *, span: float) -> float:
    """Return the most answers a second over ``span`` seconds."""
    best, start = 0.0, 0
    for at, count in answered:
        while answered[start][0] < at - span:
            start += 1
        lasted = at - answered[start][0]
        if lasted >= span * 0.7:
            best = max(best, (count - answered[start][1]) / lasted)
    return best


def _recoveries(killed_at: Sequence[float], accepted_at: Sequence[float]) -> list[float]:
    """Return for each kill the longest pause between two acceptances from then to the next kill."""
    moments = sorted(accepted_at)
    ends = [*killed_at, float("inf")][1:] if killed_at else []
    return [
        max(
            (later - earlier for earlier, later in pairwise(moments) if kill < later and earlier < end),
            default=0.0,
        )
        for kill, end in zip(killed_at, ends, strict=True)
    ]


async def campaign(
    *,
    recipients: int,
    kills: int,
    stopped: int,
    keep: Path | None = None,
    build: str = "",
    beside: Beside = lambda *_: nullcontext(),
) -> Outcome:
    """Set a place up, carry one run out, and return what it came to."""
    async with place(keep) as here:
        await here.control("PATCH", "settings", _SETTINGS)
        number = here.numbers[0]
        template = {"waba_id": number.waba_id, "name": _NAME, "language": "es", "category": "UTILITY"}
        await here.control("POST", "templates", {**template, "components": _BODY})
        database = await here.fresh_database()
        await _lift_limit(here.dsn(database))
        run = Run(here, database, build=build)
        return await run.carry_out(recipients=recipients, kills=kills, stopped=stopped, beside=beside)


async def _lift_limit(dsn: str) -> None:
    """Let the business be one that may write to anybody: what a portfolio may in a day is tried elsewhere."""
    connection = await asyncpg.connect(dsn)
    await connection.execute(
        'UPDATE channel_connections SET metadata = metadata || \'{"messaging_limit": "TIER_UNLIMITED"}\''
    )
    await connection.close()


def told_on(line: Sequence[str] | None = None) -> argparse.Namespace:
    """Return what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.campaign", description=__doc__)
    parser.add_argument("--recipients", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=10, help="of the worker and of PostgreSQL, in turn")
    parser.add_argument(
        "--stopped", type=int, default=6_000, help="recipients of the campaign that is cancelled on its way"
    )
    parser.add_argument("--build", default="", help="a known-bad build of the worker (tests.chaos.builds)")
    parser.add_argument("--keep", type=Path, help="where ledgers and logs are left")
    return parser.parse_args(line)


def main() -> None:
    """Run as told on the command line and say what came of it."""
    outcome = asyncio.run(campaign(**vars(told_on())))
    for name in outcome.__struct_fields__:
        print(f"{name}: {getattr(outcome, name)}")
    sys.exit(1 if outcome.wrong else 0)


if __name__ == "__main__":
    main()
