"""One run: load on Curbe's real processes, harm from the nemesis, calm, and the judge's findings."""

import asyncio
import contextlib
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import asyncpg
import msgspec

from .books import read_books, unfinished
from .builds import SABOTAGE, Build
from .findings import Finding, Wrong, found
from .generator import Accepted, read_from
from .judge import Case, MetaTook, judge
from .ledger import Acked, Saw, Taken, read_ledger
from .nemesis import Appointment, Deed, Nemesis
from .place import Place, curbe
from .processes import NotReady, Program
from .world import World, write_world

_CALM_WITHIN: Final = 60.0  # seconds from the end of the load until nothing waits any more
_ROOT: Final = Path(__file__).parents[2]


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to run."""

    name: str
    seed: int
    appointments: list[Appointment]
    webhooks_per_second: float
    sends_per_second: float
    build: Build | None = None
    late_statuses: bool = False
    lasts: float = 0.0  # seconds of load at least


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a run came to."""

    name: str
    seed: int
    findings: list[Finding]
    deeds: dict[str, int]
    kills: int
    acked: int
    deliveries_tried: int
    items: int
    taken: int
    accepted: int
    statuses: dict[str, int]
    events: int
    seconds: float

    def names(self) -> set[Wrong]:
        """Return the promises that were broken."""
        return {finding.wrong for finding in self.findings}


class Generator:
    """The generator's process, and its obedience."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process: Final = process

    async def do(self, word: str, *, within: float) -> None:
        """Have it do something to the end.

        Raises:
            NotReady: it did not come to the end in time, or died.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{word}\n".encode())
        try:
            async with asyncio.timeout(within):
                line = await self._process.stdout.readline()
        except TimeoutError:
            raise NotReady(f"the generator did not come to the end of {word!r}") from None
        if not line.startswith(word.encode()):
            raise NotReady(f"the generator died at {word!r}")


async def run(place: Place, order: Order) -> Outcome:
    """Carry an order out at ``place``."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    database = await place.fresh_database()
    dsn = place.dsn(database)
    if order.build in SABOTAGE:
        await _execute(dsn, SABOTAGE[order.build])
    env = place.env(database)
    build = order.build.value if order.build else ""
    web = place.program(f"{order.name}-web", env, "serve", ready="curbe serves", build=build)
    worker = place.program(f"{order.name}-worker", env, "work", ready="curbe works", build=build)
    nemesis = Nemesis(place, web=web, worker=worker)
    world = _world(place, order)
    late: list[Finding] = []
    try:
        await asyncio.gather(web.start(), worker.start())
        async with _generator(place, order, world) as generator:
            try:
                await _load(place, generator, nemesis, order, dsn)
            except NotReady as never:
                late = found(Wrong.NEVER_CALM, [str(never)])
        audit = [] if order.build else await asyncio.to_thread(_verify_audit, place, env)
    finally:
        await asyncio.gather(web.stop(), worker.stop())
    case = await _case(place, world, dsn)
    await place.drop_database(database)
    findings = [*late, *audit, *_deaths(web, worker), *judge(case)]
    return _outcome(order, case, findings, nemesis, seconds=loop.time() - began)


async def _load(place: Place, generator: Generator, nemesis: Nemesis, order: Order, dsn: str) -> None:
    loop = asyncio.get_running_loop()
    await generator.do("greet", within=30)
    await _calm(dsn, within=30)
    await generator.do("load", within=5)
    until = loop.time() + order.lasts
    await nemesis.carry_out(order.appointments)
    await asyncio.sleep(max(1.0, until - loop.time()))
    await place.control("DELETE", "faults")
    await generator.do("drain", within=_CALM_WITHIN)
    await _calm(dsn, within=_CALM_WITHIN)
    await generator.do("report", within=_CALM_WITHIN)
    await _calm(dsn, within=_CALM_WITHIN)
    await generator.do("follow", within=_CALM_WITHIN)


async def _calm(dsn: str, *, within: float) -> None:
    """Return when every webhook is applied and every message settled."""
    loop = asyncio.get_running_loop()
    until = loop.time() + within
    connection = await asyncpg.connect(dsn)
    try:
        while (left := await unfinished(connection)) != (0, 0):
            if loop.time() > until:
                raise NotReady(f"{left[0]} webhooks not applied, {left[1]} messages not settled")
            await asyncio.sleep(0.2)
    finally:
        await connection.close()


@contextlib.asynccontextmanager
async def _generator(place: Place, order: Order, world: World) -> AsyncIterator[Generator]:
    path = place.folder / f"{order.name}.world"
    write_world(world, path)
    with (place.folder / f"{order.name}-generator.err").open("wb") as err:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.chaos.generator", str(path), cwd=_ROOT,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=err, start_new_session=True,
        )  # fmt: skip
        try:
            yield Generator(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                async with asyncio.timeout(5):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()


def _world(place: Place, order: Order) -> World:
    return World(
        seed=order.seed,
        origin=f"http://127.0.0.1:{place.port}",
        numbers=place.numbers,
        strangers=("399999999999001", "399999999999002"),
        ledger=str(place.folder / f"{order.name}.ledger"),
        record=str(place.record),
        record_from=place.record.stat().st_size,
        webhooks_per_second=order.webhooks_per_second,
        sends_per_second=order.sends_per_second,
        late_statuses=order.late_statuses,
    )


async def _case(place: Place, world: World, dsn: str) -> Case:
    took = [
        MetaTook(
            wamid=line.wamid,
            phone_number_id=line.phone_number_id,
            message_id=(line.biz_opaque_callback_data or "..").split(".")[1],
            to=line.wa_id,
        )
        for line in _accepted(world)
    ]
    return Case(place.numbers, read_ledger(Path(world.ledger)), took, await read_books(dsn))


def _accepted(world: World) -> list[Accepted]:
    """Return the messages that the sandbox took in this run."""
    decoder = msgspec.json.Decoder(Accepted)
    lines = read_from(Path(world.record), world.record_from).splitlines()
    return [accepted for line in lines if (accepted := decoder.decode(line)).kind == "message"]


def _deaths(*programs: Program) -> list[Finding]:
    return found(
        Wrong.DIED, [f"{one.name} with code {code}" for one in programs for code in one.ended_by_itself]
    )


def _verify_audit(place: Place, env: dict[str, str]) -> list[Finding]:
    try:
        curbe(place.folder, env, "audit", "verify", "--all")
    except AssertionError as broken:
        return found(Wrong.BROKEN_AUDIT, [str(broken)[:500]])
    return []


async def _execute(dsn: str, sql: str) -> None:
    connection = await asyncpg.connect(dsn)
    try:
        await connection.execute(sql)
    finally:
        await connection.close()


def _outcome(
    order: Order, case: Case, findings: list[Finding], nemesis: Nemesis, *, seconds: float
) -> Outcome:
    acked = [entry for entry in case.ledger if isinstance(entry, Acked)]
    return Outcome(
        name=order.name,
        seed=order.seed,
        findings=findings,
        deeds={deed.value: nemesis.done[deed] for deed in Deed},
        kills=nemesis.kills,
        acked=len(acked),
        deliveries_tried=sum(entry.tries for entry in acked),
        items=case.books.items,
        taken=len({entry.key for entry in case.ledger if isinstance(entry, Taken)}),
        accepted=len(case.took),
        statuses=Counter(str(one.status) for one in case.books.messages if not one.inbound),
        events=sum(isinstance(entry, Saw) for entry in case.ledger),
        seconds=seconds,
    )
