"""One run: load on Curbe's real processes, harm from the nemesis, calm, and the judge's findings."""

import asyncio
import contextlib
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any, Final

import aiohttp
import asyncpg
import msgspec

from .books import read_books, unfinished
from .builds import SABOTAGE, Build
from .chance import chance
from .courier import Courier
from .findings import Finding, Wrong, found
from .generator import Accepted, read_from
from .judge import Case, MetaTook, judge
from .ledger import Acked, LedgerWriter, Saw, Taken, read_ledger
from .nemeses import Appointment, Counts, Hand
from .nemeses.meta import MISNAMED, hits
from .nemesis import Nemesis
from .place import Place, curbe
from .processes import NotReady, Program
from .world import World, write_world

# What Meta has put off for minutes is asked for at once when the faults are over: waiting for its time is not being stuck.
_AT_ONCE: Final = (
    "UPDATE outbox SET available_at = now() WHERE lease_expires_at IS NULL AND available_at > now()"
)
_NOBODY_OWES: Final = "DELETE FROM pair_debts"
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
    tenants: int = 2  # how many take part
    disks: bool = False  # whether it takes a place whose disks may be filled
    calm_within: float = 240.0  # seconds from the end of the load until nothing waits any more
    orders: list[
        dict[str, Any]
    ] = []  # faults of the sandbox in force from the beginning; "number" says whose, by its position
    strikes: int = 0  # the load goes on until each of these faults has struck so often, ...
    strikes_within: float = (
        0.0  # ... but only so many seconds longer; what is missing then stands in the report
    )


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a run came to."""

    name: str
    seed: int
    findings: list[Finding]
    deeds: dict[str, int]
    counts: dict[str, int]
    not_done: dict[str, int]  # deeds that met another one and could not be done
    wire: dict[str, int]  # what the proxies did
    meta: dict[str, int]  # how often each fault of Meta's struck
    back_after: list[float]  # seconds from the database's return to the first webhook stored, each time
    extra: dict[str, int]
    restarts_wanted: int
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


Beside = Callable[[Hand], Coroutine[Any, Any, None]]


async def run(place: Place, order: Order, *, beside: Beside | None = None) -> Outcome:
    """Carry an order out at ``place``; ``beside`` runs while the load does and is cancelled then."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    database = await place.fresh_database()
    if order.build is not None and order.build in SABOTAGE:
        await place.execute(SABOTAGE[order.build], database=database)
    env = place.env(database)
    build = order.build.value if order.build else ""
    web = place.program(f"{order.name}-web", env, "serve", ready="curbe serves", build=build)
    worker = place.program(f"{order.name}-worker", env, "work", ready="curbe works", build=build)
    world = _world(place, order)
    late: list[Finding] = []
    struck: dict[str, int] = {}
    try:
        await asyncio.gather(web.start(), worker.start())
        async with _generator(place, order, world) as generator, _courier(place, order, world) as courier:
            random = chance(order.seed, "hand")
            hand = Hand(place, database=database, web=web, worker=worker, courier=courier, random=random)
            nemesis = Nemesis(hand)
            try:
                await _load(place, generator, nemesis, order, struck, beside)
            except NotReady as never:
                said = [f"{one.name} said at last: {one.last_words()}" for one in (web, worker)]
                late = found(Wrong.NEVER_CALM, ["\n".join((str(never), *said))])
        audit = [] if order.build else await asyncio.to_thread(_verify_audit, place, env)
    finally:
        await asyncio.gather(web.stop(), worker.stop())
    case = await _case(place, order, world, place.dsn(database))
    await place.drop_database(database)
    findings = [*late, *audit, *_deaths(web, worker), *judge(case)]
    return _outcome(order, case, findings, nemesis, struck, seconds=loop.time() - began)


async def _load(
    place: Place,
    generator: Generator,
    nemesis: Nemesis,
    order: Order,
    struck: dict[str, int],
    beside: Beside | None,
) -> None:
    loop = asyncio.get_running_loop()
    dsn = place.dsn(nemesis.hand.database)
    await generator.do("greet", within=order.calm_within)
    await _calm(dsn, within=order.calm_within)
    for fault in order.orders:
        number = place.numbers[fault["number"]].phone_number_id
        told = {name: value for name, value in fault.items() if name != "number"}
        await place.control("POST", "faults", told | {"phone_number_id": number})
    await generator.do("load", within=20)
    until = loop.time() + order.lasts
    watching = asyncio.ensure_future(beside(nemesis.hand)) if beside else None
    await nemesis.carry_out(order.appointments)
    await asyncio.sleep(max(1.0, until - loop.time()))
    await _struck(place, order)
    if watching is not None:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching
    struck |= hits(await place.control("GET", "faults"))
    await place.control("DELETE", "faults")
    for proxy in place.proxies:
        proxy.forget_orders()
    await generator.do("drain", within=order.calm_within)
    if order.orders:
        await _forget_who_owes(nemesis.hand)
    await place.execute(_AT_ONCE, database=nemesis.hand.database)
    await _calm(dsn, within=order.calm_within)
    await generator.do("report", within=order.calm_within)
    await _calm(dsn, within=order.calm_within)
    await generator.do("follow", within=order.calm_within)


async def _forget_who_owes(hand: Hand) -> None:
    """Let the worker begin anew, with nobody for whom Meta wants nothing more: a fault that lasts has it say so for minutes."""
    await hand.stop(hand.worker)
    await hand.place.execute(_NOBODY_OWES, database=hand.database)
    await hand.start(hand.worker)


async def _struck(place: Place, order: Order) -> None:
    """Return when every fault that is in force from the beginning has struck as often as is wanted, or no more time is given."""
    loop = asyncio.get_running_loop()
    until = loop.time() + order.strikes_within
    while loop.time() < until:
        so_far = hits(await place.control("GET", "faults"))
        if min(so_far.values(), default=0) >= order.strikes:
            return
        await asyncio.sleep(2.0)


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


@contextlib.asynccontextmanager
async def _courier(place: Place, order: Order, world: World) -> AsyncIterator[Courier]:
    ledger = LedgerWriter(_couriers_ledger(place, order))
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=60)) as session:
        writing = asyncio.ensure_future(ledger.run())
        try:
            direct = f"http://127.0.0.1:{place.port}"
            yield Courier(world, session, ledger, chance(order.seed, "courier"), direct=direct)
        finally:
            writing.cancel()


def _couriers_ledger(place: Place, order: Order) -> Path:
    return place.folder / f"{order.name}-courier.ledger"


def _world(place: Place, order: Order) -> World:
    return World(
        seed=order.seed,
        origin=place.origin,
        numbers=place.numbers[: order.tenants],
        strangers=("399999999999001", "399999999999002"),
        ledger=str(place.folder / f"{order.name}.ledger"),
        record=str(place.record),
        record_from=place.record.stat().st_size,
        webhooks_per_second=order.webhooks_per_second,
        sends_per_second=order.sends_per_second,
        late_statuses=order.late_statuses,
    )


async def _case(place: Place, order: Order, world: World, dsn: str) -> Case:
    took = [
        MetaTook(
            wamid=line.wamid,
            phone_number_id=line.phone_number_id,
            message_id=(line.biz_opaque_callback_data or "..").split(".")[1],
            to=line.wa_id,
            misnamed=line.fault == MISNAMED,
        )
        for line in _accepted(world)
    ]
    ledger = [*read_ledger(Path(world.ledger)), *read_ledger(_couriers_ledger(place, order))]
    return Case(world.numbers, ledger, took, await read_books(dsn))


def _accepted(world: World) -> list[Accepted]:
    """Return the messages that the sandbox took in this run."""
    decoder = msgspec.json.Decoder(Accepted)
    lines = read_from(Path(world.record), world.record_from).splitlines()
    return [accepted for line in lines if (accepted := decoder.decode(line)).kind == "message"]


def _deaths(*programs: Program) -> list[Finding]:
    return found(
        Wrong.DIED,
        [
            f"{one.name} with code {code}; it said at last:\n{one.last_words()}"
            for one in programs
            for code in one.ended_by_itself
        ],
    )


def _verify_audit(place: Place, env: dict[str, str]) -> list[Finding]:
    try:
        curbe(place.folder, env, "audit", "verify", "--all")
    except AssertionError as broken:
        return found(Wrong.BROKEN_AUDIT, [str(broken)[:500]])
    return []


def _outcome(
    order: Order,
    case: Case,
    findings: list[Finding],
    nemesis: Nemesis,
    struck: dict[str, int],
    *,
    seconds: float,
) -> Outcome:
    hand = nemesis.hand
    acked = [entry for entry in case.ledger if isinstance(entry, Acked)]
    return Outcome(
        name=order.name,
        seed=order.seed,
        findings=findings,
        deeds=dict(nemesis.done),
        counts={what.value: nemesis.count(what) for what in Counts},
        not_done=dict(nemesis.not_done),
        wire=dict(sum((proxy.take_done() for proxy in hand.place.proxies), Counter[str]())),
        meta=struck,
        back_after=[round(seconds, 3) for seconds in hand.back_after],
        extra=dict(hand.extra),
        restarts_wanted=hand.restarts_wanted,
        acked=len(acked),
        deliveries_tried=sum(entry.tries for entry in acked),
        items=case.books.items,
        taken=len({entry.key for entry in case.ledger if isinstance(entry, Taken)}),
        accepted=len(case.took),
        statuses=Counter(str(one.status) for one in case.books.messages if not one.inbound),
        events=sum(isinstance(entry, Saw) for entry in case.ledger),
        seconds=seconds,
    )
